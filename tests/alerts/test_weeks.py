"""Weeks of a made-up web, whose true changes are known: is each told once, and nothing besides?"""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backlit import app
from backlit.app import alerting
from backlit.urls import parse_url
from backlit.vweb import VirtualWeb
from tests.alerts.sinks import Hook
from tests.faults.figures import record
from tests.servers import farm
from tests.vweb.test_index_changes import _targets

HOUR = timedelta(hours=1)
HOOK = "http://hook.example/in"


Link = tuple[str, str, str]
News = tuple[str, str, str]


def looks(web: VirtualWeb, crawl: int) -> dict[str, dict[Link, Counter[object]]]:
    """What a crawl saw, page by page: the links to other domains, and what their occurrences say."""
    found: dict[str, dict[Link, Counter[object]]] = {page.url: {} for page in web.pages(crawl)}
    for link in web.truth(crawl):
        if parse_url(link.source_url).domain != parse_url(link.target_url).domain:
            key = (link.source_url, link.target_url, link.kind)
            says = (link.anchor or link.alt, link.rel, link.placement, link.hidden)
            found[link.source_url].setdefault(key, Counter())[says] += 1
    return found


def true_news(web: VirtualWeb) -> Counter[News]:
    """What has to be told of all links: each that came, went or changed on a page that was known before."""
    known, news = looks(web, 0), Counter[News]()
    for crawl in (1, 2):
        for page, links in looks(web, crawl).items():
            before, known[page] = known.get(page), links
            if before is None:
                continue
            for link in before.keys() | links.keys():
                was, now = before.get(link), links.get(link)
                if was != now:
                    kind = "new" if was is None else "lost" if now is None else "changed"
                    a, b = was or Counter(), now or Counter()
                    # of several links from one page to one target each that changed may be told, by its words
                    several = max((a - b).total(), (b - a).total()) if a and b else 1
                    news[link[0], link[1], kind] += several
    return news


@pytest.mark.slow
def test_what_is_told_in_weeks_is_what_was_true(tmp_path: Path) -> None:
    tell_for_weeks(tmp_path, VirtualWeb(seed=7, pages=400), "weekly")


@pytest.mark.slow
@pytest.mark.parametrize("cadence", ["now", "daily", "weekly"])
def test_what_is_told_on_other_webs_is_what_was_true(cadence: str, tmp_path: Path) -> None:
    seeds, told = range(8), Counter[str]()
    for seed in seeds:
        told += tell_for_weeks(tmp_path / str(seed), VirtualWeb(seed=seed, pages=1_500), cadence)
    figures = {"webs": len(seeds), "pages_each": 1_500, **told, "missing": 0, "false": 0, "doubled": 0}
    goal = "what is told of weeks of a made-up web is what is true of it, each change once"
    command = f"pytest -m slow -k 'on_other_webs and {cadence}'"
    record(f"weeks-of-alerts-{cadence}", command, goal, figures)


def tell_for_weeks(tmp_path: Path, web: VirtualWeb, cadence: str) -> Counter[str]:
    """Three crawls with weeks between them, and a run every few days; how much is told of each kind."""
    tmp_path.mkdir(exist_ok=True)
    hook, home, targets = Hook(), tmp_path / "home", _targets(web)
    clock = datetime(2026, 1, 1, 9, tzinfo=UTC)

    def ingest(crawl: int) -> None:
        path = tmp_path / f"{crawl}.warc.gz"
        web.write_warc(path, crawl)
        app.ingest(home, [str(path)], workers=1)

    with farm(hook) as network:

        def run() -> None:
            alerting.alerts_run(home, network=network, chance=lambda: 0.5, clock=lambda: clock)

        ingest(0)
        for target in targets:
            alerting.alert_add(
                home,
                target,
                to=["http://hook.example/in"],
                cadence=cadence,
                network=network,
                clock=lambda: clock,
            )
        for crawl in (1, 2):
            ingest(crawl)
            for _ in range(3):
                clock += 80 * HOUR
                run()
        clock += 200 * HOUR
        run()
        before = len(hook.bodies)
        clock += 400 * HOUR
        run()
        assert len(hook.bodies) == before  # nothing is left to tell
    told, true = Counter[News](), true_news(web)
    for body in hook.bodies:
        for event in body["data"]["events"]:
            kind = event["type"].removeprefix("link.").replace("recovered", "new")
            told[event["source_url"], event["target_url"], kind] += 1
    own = {news: n for news, n in told.items() if parse_url(news[1]).domain in targets}
    assert own.keys() == {news for news in true if parse_url(news[1]).domain in targets}
    assert {news: n for news, n in own.items() if n > true[news]} == {}
    assert set(told) <= set(true)  # what leads there by another name of a page
    assert {kind for _, _, kind in own} == {"new", "lost", "changed"}
    return Counter(kind for _, _, kind in told.elements())
