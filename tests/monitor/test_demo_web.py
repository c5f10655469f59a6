"""Can the made-up web of a demo be looked at like the real one, and nothing else from there?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backlit import app
from backlit.app.clock import clock_of_looks, now
from backlit.app.demo_web import demo_network
from backlit.ingest.compiled import COMPILED_BYTES
from backlit.ingest.warc import plain_reader
from backlit.monitor.look import Look, Reading, look_at
from backlit.net.client import Client
from backlit.net.fetch import fetch
from backlit.vweb import LAST_CRAWL, VirtualWeb
from tests.monitor.test_scenarios import HASTY

PAGES, SEED = 60, 7


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("demo") / "demo"
    app.build_demo(home, pages=PAGES, seed=SEED)
    return home


def test_every_page_is_served_as_it_was_last_crawled() -> None:
    web, network = VirtualWeb(seed=SEED, pages=PAGES), demo_network(SEED, PAGES)
    served = (page for page in web.pages(2) if page.status == 200)
    shown = {page.url: page for page in served if page.url.startswith("https:")}
    for url, page in list(shown.items())[:12]:
        found = fetch(network, url)
        assert (found.status, found.body) == (200, page.body), url


def test_a_page_shows_the_same_whether_it_is_one_of_many_or_of_few() -> None:
    web = VirtualWeb(seed=SEED, pages=PAGES)
    client = Client(demo_network(SEED, PAGES), lambda: 0.5, manners=HASTY)
    many = Reading(plain=plain_reader(COMPILED_BYTES))
    assert many.plain is not None
    urls = [page.url for page in web.pages(2) if page.status == 200][:20]
    at = datetime(2026, 3, 1, tzinfo=UTC)

    def said(reading: Reading | None) -> list[Look]:
        looks = [look_at(client, url, lambda _key: True, lambda: at, reading) for url in urls]
        return [replace(look, hops=(), packed=()) for look in looks]  # which hold seconds

    assert said(many) == said(None)
    assert sum(len(look.sightings) for look in said(many)) >= 20


def test_nothing_else_is_reached(home: Path) -> None:
    steps = app.find(home, "https://example.org/", "gardenhaus.example").row["steps"]
    reached = next(step for step in steps if step["question"] == "Can it be reached?")
    assert reached["answer"] == "no"
    assert reached["evidence"] == "example.org is no host of the made-up web of this demo"


def test_links_are_verified_and_sites_crawled(home: Path) -> None:
    told = app.verify(home, "gardenhaus.example", limit=4).row
    assert (told["blocked"], told["unreachable"]) == (0, 0)
    assert told["found"] > 0
    assert app.crawl(home, ["https://gardenhaus.example/"], limit=2, sitemaps=False).row["pages"] == 2


def test_a_look_is_of_the_time_of_the_made_up_web_and_leaves_its_thirty_days(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    home = tmp_path_factory.mktemp("demo") / "demo"
    app.build_demo(home, pages=300, seed=SEED)
    before = app.overview(app.open_session(home), "gardenhaus.example").row
    assert before["new_30d"] + before["lost_30d"] > 0
    page = app.backlinks(app.open_session(home), "gardenhaus.example", limit=1).rows[0]["source_url"]
    app.monitor_add(home, [page], "gardenhaus.example")
    [row] = app.monitor_check(home).row["monitors"]
    assert LAST_CRAWL < row["checked_at"] < LAST_CRAWL + timedelta(days=3)
    assert row["due_at"] > row["checked_at"] >= row["added_at"]
    assert app.monitor_check(home).row["checked"] == 0
    session = app.open_session(home)
    after = app.overview(session, "gardenhaus.example")
    assert after.as_of is not None
    assert row["checked_at"] <= after.as_of < LAST_CRAWL + timedelta(days=3)
    assert (after.row["new_30d"], after.row["lost_30d"]) == (before["new_30d"], before["lost_30d"])
    assert app.changes(session, "gardenhaus.example").total


def test_the_clock_of_looks_is_the_time_outside_of_a_demo(home: Path, tmp_path: Path) -> None:
    assert clock_of_looks(tmp_path, now) is now

    def noon() -> datetime:
        return datetime(2026, 3, 1, 12, tzinfo=UTC)

    assert clock_of_looks(home, noon) is noon
    assert clock_of_looks(home, now)() <= clock_of_looks(home, now)()


def test_a_home_of_ones_own_goes_to_the_real_web(tmp_path: Path) -> None:
    from backlit.app.home import way_out

    (tmp_path / "demo.json").write_text("{}")
    assert way_out(tmp_path).guard == way_out().guard
