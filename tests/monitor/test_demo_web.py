"""Can the made-up web of a demo be looked at like the real one, and nothing else from there?"""

from pathlib import Path

import pytest

from backlit import app
from backlit.app.demo_web import demo_network
from backlit.net.fetch import fetch
from backlit.vweb import VirtualWeb

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


def test_a_home_of_ones_own_goes_to_the_real_web(tmp_path: Path) -> None:
    from backlit.app.home import way_out

    (tmp_path / "demo.json").write_text("{}")
    assert way_out(tmp_path).guard == way_out().guard
