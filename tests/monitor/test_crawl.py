"""Does a crawl visit what it may of a site, once, and go on where it was stopped?"""

import gzip
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from backlit import app
from backlit.errors import UsageError
from backlit.monitor.crawl import is_trap
from backlit.net.client import Client
from backlit.net.exchange import Network
from backlit.urls import url_of_key
from backlit.vweb import VirtualWeb
from tests.monitor.served import said
from tests.monitor.test_verify import HASTY
from tests.servers import Request, Script, farm

TARGET = "https://target.example/tea"
ROBOTS = "User-agent: *\nDisallow: /private\nSitemap: /map.xml\n"
MAP = "<urlset><url><loc>http://site.example/mapped</loc></url><url><loc>http://else.example/</loc></url></urlset>"


def linked(*places: str, head: str = "") -> bytes:
    links = "".join(f"<p>Some words before <a href='{place}'>{place}</a> and after." for place in places)
    return said(f"<html><head><title>t</title>{head}</head><body>{links}</body></html>")


SITE: dict[str, bytes] = {
    "/robots.txt": said(ROBOTS),
    "/map.xml": said(MAP, kind="text/xml"),
    "/": linked("/a", "/b", "/private/x", "/photo.jpg", "http://else.example/far", "/#top", "/a?"),
    "/a": linked("/c", "http://www.site.example/w", TARGET),
    "/b": linked("/a", "/gone", "/moved", "/down"),
    "/c": linked("/d", "/r/r/r/r/r"),
    "/d": linked("/e"),
    "/e": linked(TARGET),
    "/mapped": linked("/hidden", head="<meta name=robots content=nofollow>"),
    "/gone": said("", status=404),
    "/down": said("", status=503),
    "/moved": said("", "Location: /b", status=301),
}
NEAR = {"/", "/a", "/a?", "/b", "/mapped", "/c", "/w", "/gone", "/moved", "/down"}


class Site:
    def __init__(self, pages: Mapping[str, bytes]) -> None:
        self.pages, self.asked = pages, Counter[str]()

    def answers(self, request: Request) -> Script:
        self.asked[request.path] += 1
        return [self.pages.get(request.path, linked())]

    @property
    def visited(self) -> set[str]:
        return {path for path in self.asked if path not in ("/robots.txt", "/map.xml")}


@pytest.fixture
def site() -> Iterator[tuple[Site, Network]]:
    made = Site(SITE)
    with farm(made.answers) as network:
        yield made, network


def crawled(home: Path, network: Network, **more: Any) -> dict[str, Any]:
    client = Client(network, lambda: 0.5, manners=HASTY)
    row: dict[str, Any] = app.crawl(home, ["http://site.example/"], client=client, **more).row
    return row


def test_a_site_is_visited_by_its_rules_within_its_domain(tmp_path: Path, site: tuple[Site, Network]) -> None:
    made, network = site
    row = crawled(tmp_path / "home", network, depth=2)
    assert made.visited == NEAR
    counts = {name: row[name] for name in ("visited", "read", "blocked", "unreachable", "waiting")}
    assert counts == {"visited": 11, "read": 9, "blocked": 1, "unreachable": 1, "waiting": 0}
    links = app.backlinks(app.open_session(tmp_path / "home"), "target.example", group="none").rows
    assert [link["source_url"] for link in links] == ["http://site.example/a"]


def test_depth_and_limit_are_kept_and_a_crawl_goes_on(tmp_path: Path, site: tuple[Site, Network]) -> None:
    made, network = site
    first = crawled(tmp_path / "home", network, limit=4, depth=9)
    assert (first["visited"], first["waiting"] > 0) == (4, True)
    second = crawled(tmp_path / "home", network, limit=100, depth=9)
    assert second["waiting"] == 0
    assert made.visited == NEAR | {"/d", "/e"}
    again = {path for path, times in made.asked.items() if times > 1}
    assert again <= {"/robots.txt", "/map.xml", "/b"}  # to which a page redirects
    links = app.backlinks(app.open_session(tmp_path / "home"), "target.example", group="none").rows
    assert {link["source_url"] for link in links} == {"http://site.example/a", "http://site.example/e"}
    assert list((tmp_path / "home/crawls").iterdir()) == []


def test_a_packed_sitemap_and_one_that_names_others(tmp_path: Path) -> None:
    inner = gzip.compress(MAP.encode())
    outer = "<sitemapindex><sitemap><loc>http://site.example/inner.xml.gz</loc></sitemap></sitemapindex>"
    made = Site(SITE | {"/map.xml": said(outer), "/inner.xml.gz": said(inner, kind="application/gzip")})
    with farm(made.answers) as network:
        crawled(tmp_path / "home", network, depth=1)
    assert {"/inner.xml.gz", "/mapped"} <= made.visited


def test_what_is_a_trap() -> None:
    traps = (
        "/a/a/a/a",
        "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17/18/19/20/21",
        "/x.PDF",
        "/a/photo.jpeg?x=1",
    )
    pages = ("/", "/a/a/b", "/2024/05/05/a", "/x.html", "/x.php?a=b.jpg", "/jpg")
    assert [is_trap(f"https://s.example{path}") for path in traps] == [True] * len(traps)
    assert [is_trap(f"https://s.example{path}") for path in pages] == [False] * len(pages)


def test_what_is_no_seed_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no http or https address"):
        app.crawl(tmp_path, ["ftp://site.example/"])


def test_a_site_of_the_virtual_web_is_found_whole(tmp_path: Path) -> None:
    """All pages of a made-up site that its front page leads to, and none but those."""
    web = VirtualWeb(seed=4, pages=300)

    def answers(request: Request) -> Script:
        scheme = "https" if request.secure else "http"
        response = web.fetch(f"{scheme}://{request.host.lower()}{request.path}", 0)
        lines = "".join(f"{name}: {value}\r\n" for name, value in response.headers)
        return [f"HTTP/1.1 {response.status} X\r\n{lines}\r\n".encode("latin-1") + response.body]

    web.write_warc(tmp_path / "crawl.warc.gz")
    app.ingest(tmp_path / "all", [str(tmp_path / "crawl.warc.gz")], internal="all", workers=1)
    linked_to = [row["domain"] for row in app.targets(app.open_session(tmp_path / "all")).rows]
    sites = {each: pages_of(tmp_path / "all", each) for each in linked_to}
    domain, whole = next((name, pages) for name, pages in sites.items() if len(pages) > 5 and fronts(pages))
    with farm(answers) as network:
        client = Client(network, lambda: 0.5, manners=HASTY)
        app.crawl(tmp_path / "home", fronts(whole), client=client, depth=20, limit=500)
    mine = pages_of(tmp_path / "home", domain)
    assert len(mine) > 3
    assert mine - whole == set()


def fronts(keys: set[str]) -> list[str]:
    """The front pages among some pages."""
    return sorted(
        url_of_key(key) for key in keys if key.partition(" ")[0].endswith("/") and key.count("/") == 1
    )


def pages_of(home: Path, domain: str) -> set[str]:
    """The pages of a domain that link to others, by the index."""
    session = app.open_session(home)
    query = (
        f"SELECT DISTINCT page_key FROM pages WHERE page_domain = '{domain}' AND status = 200 AND complete"
    )
    return {row["page_key"] for row in app.sql(session, query).rows}
