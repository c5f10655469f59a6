"""Do the export files and the local server tell the same story as the truth?"""

import csv
import http.client
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from backlit.vweb import TrueLink, VirtualWeb
from backlit.vweb.__main__ import main
from backlit.vweb.exports import sightings
from tests.vweb.conftest import Pages, Web


@pytest.fixture(scope="module")
def shop() -> Web:
    """A smaller web: exports look at every page three times."""
    return VirtualWeb(seed=7, pages=600)


@pytest.fixture(scope="module")
def folder(shop: Web, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    assert shop.write_exports(folder) == ["latest-links.csv", "backlinks.csv", "ahrefs-backlinks.csv"]
    return folder


def _rows(path: Path, encoding: str = "utf-8", delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def _to_target(shop: Web, link: TrueLink) -> bool:
    root = shop.target.root
    return (
        link.kind in {"a", "area"}
        and link.target_url.startswith(root)
        and not link.source_url.startswith(root)
    )


def test_the_plain_export_has_every_link_that_a_crawl_saw(shop: Web, folder: Path) -> None:
    days: dict[tuple[str, tuple[str, str, int]], list[str]] = {}
    for pages, links in ((list(shop.pages(n)), shop.truth(n)) for n in range(3)):
        day = {page.url: page.fetched_at.date().isoformat() for page in pages}
        for link in links:
            if _to_target(shop, link):
                days.setdefault((link.source_url, link.key), []).append(day[link.source_url])
    rows = _rows(folder / "backlinks.csv")
    assert len(rows) > 100
    assert sorted(
        (r["source_url"], r["target_url"], r["first_seen"], r["last_seen"]) for r in rows
    ) == sorted((source, key[0], min(seen), max(seen)) for (source, key), seen in days.items())


def test_latest_links_are_the_linking_pages_with_the_day_of_the_newest_link(folder: Path) -> None:
    newest: dict[str, str] = {}
    for row in _rows(folder / "backlinks.csv"):
        newest[row["source_url"]] = max(newest.get(row["source_url"], ""), row["last_seen"])
    rows = _rows(folder / "latest-links.csv")
    assert list(rows[0]) == ["Linking page", "Last crawled"]
    assert {row["Linking page"]: row["Last crawled"] for row in rows} == newest
    assert len(rows) == len(newest)


def test_the_ahrefs_export_marks_rel_images_and_lost_links(shop: Web, folder: Path) -> None:
    path = folder / "ahrefs-backlinks.csv"
    assert path.read_bytes()[:2] == b"\xff\xfe"
    rows, seen = _rows(path, "utf-16", "\t"), list(sightings(shop))
    assert (len(rows[0]), len(rows)) == (37, len(seen))
    for row, known in zip(rows, seen, strict=True):
        link = known.link
        assert (row["Referring page URL"], row["Target URL"]) == (link.source_url, link.target_url)
        flags = [row[name] == "true" for name in ("Nofollow", "UGC", "Sponsored")]
        assert flags == ["nofollow" in link.rel, "ugc" in link.rel, "sponsored" in link.rel]
        assert bool(row["Lost"]) == (known.lost is not None)
        assert row["Anchor"] == (link.alt if link.image else link.anchor)
    assert {row["Type"] for row in rows} == {"text", "image"}


def _get(address: str, path: str, host: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(address, timeout=10)
    try:
        connection.request(method, path, headers={"Host": host})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def test_the_server_answers_for_every_host(crawls: list[Pages], web: Web) -> None:
    with web.serve(crawl=2) as base:
        address = base.removeprefix("http://")
        for page in crawls[2][::60]:
            parts = urlsplit(page.url)
            path = page.url.split(parts.netloc, 1)[1]
            status, headers, body = _get(address, path, parts.netloc)
            assert (status, list(headers.items()), body) == (page.status, page.headers, page.body)


def test_the_server_knows_proxies_head_robots_and_strangers(web: Web) -> None:
    with web.serve() as base:
        address = base.removeprefix("http://")
        home = web.fetch("https://gardenhaus.example/", 2)
        assert _get(address, "http://gardenhaus.example/", "x.test")[2] == home.body
        assert _get(address, "/", "GardenHaus.example", "HEAD")[::2] == (200, b"")
        assert _get(address, "/robots.txt", "gardenhaus.example")[2].startswith(b"User-agent: *")
        assert _get(address, "/", "nobody.example")[0] == 404


def test_fetch_sends_the_other_scheme_and_the_other_www_home(web: Web) -> None:
    answers = [web.fetch(url) for url in ("http://gardenhaus.example/a?b", "https://www.gardenhaus.example/")]
    assert [(a.status, dict(a.headers)["Location"]) for a in answers] == [
        (301, "https://gardenhaus.example/a?b"),
        (301, "https://gardenhaus.example/"),
    ]
    assert web.fetch("https://gardenhaus.example/feed.xml").status == 200
    assert web.fetch("https://gardenhaus.example/nothing").status == 404


def test_the_command_writes_three_crawls_and_the_exports(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--pages", "60", "--seed", "5", "--out", str(tmp_path / "web")])
    names = sorted(path.name for path in (tmp_path / "web").iterdir())
    crawls = [f"crawl-{n}.warc{kind}" for n in range(3) for kind in (".gz", ".wat.gz")]
    assert names == sorted([*crawls, "ahrefs-backlinks.csv", "backlinks.csv", "latest-links.csv"])
    assert len(capsys.readouterr().out.splitlines()) == len(names)
    web = VirtualWeb(seed=5, pages=60)
    web.write_warc(tmp_path / "again.warc.gz", 2)
    again = (tmp_path / "again.warc.gz").read_bytes()
    assert again == (tmp_path / "web" / "crawl-2.warc.gz").read_bytes()
