"""What comes of a list from Search Console whose pages are read, and how soon is it told?"""

import time
from pathlib import Path

import pytest

from backlit import app
from backlit.app.demo_web import demo_network
from backlit.ingest.extract import extract
from backlit.net.client import Client
from backlit.vweb import LAST_CRAWL, VirtualWeb
from tests.faults.figures import record

SEED, PAGES, LEADS = 4, 6_000, 1_000


def links_here(web: VirtualWeb, url: str) -> bool | None:
    """Whether a page of the made-up web links to its target as it was last; None where it leads elsewhere."""
    response = web.fetch(url, len(web.crawl_times) - 1)
    if response.status in (301, 302, 307, 308):
        return None
    found = extract(response.body, url, headers=response.headers).links
    return response.status == 200 and any(link.target_domain == TARGET for link in found)


TARGET = "gardenhaus.example"


@pytest.mark.slow
def test_a_thousand_leads_stream_in_and_add_up(tmp_path: Path) -> None:
    """With the pauses that are the default: a second to a host and to an address."""
    web, home = VirtualWeb(seed=SEED, pages=PAGES), tmp_path / "home"
    web.write_exports(tmp_path / "tools")
    head, *pages = (tmp_path / "tools" / "latest-links.csv").read_text().splitlines(keepends=True)
    (tmp_path / "list.csv").write_text("".join((head, *pages[-LEADS:])))  # with those that were lost since
    app.ingest(home, [str(tmp_path / "list.csv")], target=TARGET, workers=1)
    heard: list[float] = []
    started = time.monotonic()
    row = app.verify(
        home, TARGET, leads=True, client=Client(demo_network(SEED, PAGES), lambda: 0.5),
        told_each=lambda _row: heard.append(time.monotonic() - started), clock=lambda: LAST_CRAWL,
    ).row  # fmt: skip
    counts = {name: row[name] for name in ("found", "not_found", "blocked", "unreachable")}
    assert sum(counts.values()) == len(heard) == LEADS
    known = {"found": True, "not_found": False}
    for each in row["results"]:
        truth = links_here(web, each["source_url"])
        group = "found" if each["verdict"] in ("live", "changed", "hidden") else "not_found"
        if each["verdict"] not in ("blocked", "unreachable", "unverified") and truth is not None:
            assert known[group] is truth, each
    first_minute = sum(each <= 60 for each in heard)
    figures = {"leads": LEADS, **counts, "first_minute": first_minute, "seconds": round(heard[-1], 1)}
    goal = "50 verdicts in the first minute, and the four counts add up"
    record("search-console", "pytest -m slow -k a_thousand_leads", goal, figures)
    assert first_minute >= 50
