"""Are the links to dead pages exactly those of a made-up web, and is the page they should lead to near?"""

import pytest

from backlit import app
from backlit.cli.root import run
from backlit.report.redirects import Pages
from backlit.urls import parse_url
from backlit.vweb import VirtualWeb


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> tuple[app.Session, VirtualWeb]:
    home = tmp_path_factory.mktemp("home")
    web = VirtualWeb(seed=11, pages=500)
    path = home / "crawl.warc.gz"
    web.write_warc(path, crawl=0)
    app.ingest(home, [str(path)])
    return app.open_session(home, may_wait=True), web


def test_links_to_dead_pages_are_exactly_those_of_the_web(crawled: tuple[app.Session, VirtualWeb]) -> None:
    session, web = crawled
    true: dict[str, dict[str, set[str]]] = {}
    read = {web.scene(page, 0).url for page in web.crawled(0)}
    for link in web.broken_targets(0):
        domain = parse_url(link.target_url).domain
        if link.target_url in read and parse_url(link.source_url).domain != domain:
            true.setdefault(domain, {}).setdefault(link.target_url, set()).add(link.source_url)
    assert len(true) > 5
    for domain, pages in true.items():
        rows = app.broken(session, domain).rows
        told = {row["target_url"]: (row["status"], row["domains"]) for row in rows}
        assert told == {
            url: (404, len({parse_url(source).domain for source in sources}))
            for url, sources in pages.items()
        }
        for row in rows:
            assert row["best_link"] in pages[row["target_url"]]


def test_a_target_without_dead_pages_needs_nothing(
    crawled: tuple[app.Session, VirtualWeb],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session, web = crawled
    dead = {parse_url(link.target_url).domain for link in web.broken_targets(0)}
    domain = next(row["domain"] for row in app.targets(session, 200).rows if row["domain"] not in dead)
    assert app.broken(session, domain).rows == []
    monkeypatch.setenv("BACKLIT_DIR", str(session.home))
    assert run(["broken", domain, "--redirects", "csv"]) == 0
    assert capsys.readouterr().out == "from,to,status\r\n"
    assert run(["broken", domain, "--redirects", "iis"]) == 2


def test_the_nearest_page_by_words_of_addresses() -> None:
    pages = Pages(
        [
            "https://a.com/",
            "https://a.com/blog/tulip-bulbs",
            "https://a.com/blog/hedges",
            "https://a.com/shop",
        ]
    )
    assert pages.nearest("https://a.com/2019/tulip-bulbs.html") == ("https://a.com/blog/tulip-bulbs", 0.87)
    assert pages.nearest("https://a.com/Blog/TULIP%2Dbulbs-2")[0] == "https://a.com/blog/tulip-bulbs"
    assert pages.nearest("https://a.com/p?id=7", ["all about hedges"])[0] is None
    assert pages.nearest("https://a.com/blog/jobs")[0] is None
    assert pages.nearest("https://a.com/zzz") == (None, None)
    assert Pages([]).nearest("https://a.com/x") == (None, None)
