"""Are the changes that the index tells the true ones, link by link?"""

from collections import Counter, defaultdict
from typing import Any

import pytest

from backlit import app
from backlit.urls import parse_url
from backlit.vweb import TrueChange, TrueLink, VirtualWeb

Key = tuple[str, str, str, int]

#: Every shop, studio and farm that is linked to a lot, and a few that are hardly linked to.
TARGETS = 12


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[VirtualWeb, app.Session]:
    """Three crawls of a made-up web, ingested out of order."""
    folder = tmp_path_factory.mktemp("changes")
    web = VirtualWeb(seed=7, pages=600)
    for crawl in (2, 0, 1):
        path = folder / f"{crawl}.warc.gz"
        web.write_warc(path, crawl)
        app.ingest(folder / "home", [str(path)], workers=1)
    return web, app.open_session(folder / "home")


def _moments(web: VirtualWeb) -> list[str]:
    """A moment after each crawl and before the next."""
    return [max(page.fetched_at for page in web.pages(crawl)).isoformat() for crawl in range(3)]


def _targets(web: VirtualWeb) -> list[str]:
    linked: Counter[str] = Counter()
    for crawl in range(3):
        for link in web.truth(crawl):
            source, target = parse_url(link.source_url).domain, parse_url(link.target_url).domain
            linked[target] += source != target
    ordered = [domain for domain, _ in linked.most_common()]
    return ordered[: TARGETS // 2] + ordered[-TARGETS // 2 :]


Told = tuple[str, str, str, str]


def _true(web: VirtualWeb, a: int, b: int) -> dict[str, Counter[Told]]:
    """The true changes of links between domains, by the domain they lead to: both pages, kind and reason."""
    without = {page.url for crawl in range(a + 1, b) for page in web.pages(crawl)}
    had = {_key(link) for crawl in range(a + 1, b) for link in web.truth(crawl)}
    found: dict[str, Counter[Told]] = defaultdict(Counter)
    for change in web.changes(a, b):
        link = change.after or change.before
        assert link is not None
        target = parse_url(link.target_url).domain
        if target != parse_url(link.source_url).domain:
            missed = link.source_url in without and _key(link) not in had
            found[target][link.source_url, link.target_url, *_told(change, missed)] += 1
    return found


def _key(link: TrueLink) -> Key:
    return (link.source_url, link.target_url, link.kind, link.occurrence)


def _told(change: TrueChange, missed: bool) -> tuple[str, str]:
    """A true change in the words of the index; `missed` where a look between the two lacked the link."""
    if change.reason == "page_new":
        return ("new", "added") if missed else ("first-read", "page-first-read")
    if change.kind == "changed" and change.before and change.after:
        reasons = {"anchor" if name == "alt" else name for name in change.reason.split(",")}
        return "changed", ",".join(
            name for name in ("anchor", "rel", "placement", "hidden") if name in reasons
        )
    return change.kind, change.reason.replace("_", "-")


def _all(session: app.Session, target: str, **asked: Any) -> list[app.Row]:
    kinds = ("new", "lost", "changed", "first-read", "reported", "reported-lost")
    rows, cursor = [], None
    while True:
        answer = app.changes(session, target, kind=kinds, limit=500, cursor=cursor, **asked)
        rows += answer.rows
        cursor = answer.next
        if cursor is None:
            assert answer.facets is not None
            assert sum((answer.facets["change"] or {}).values()) == answer.total == len(rows)
            return rows


@pytest.mark.parametrize(("a", "b"), [(0, 1), (1, 2), (0, 2)])
def test_new_lost_and_changed_are_the_true_ones(
    world: tuple[VirtualWeb, app.Session], a: int, b: int
) -> None:
    web, session = world
    moments, kinds, true = _moments(web), Counter[str](), _true(web, a, b)
    everything = Counter[Told]()
    for changes in true.values():
        everything.update(changes)
    for target in _targets(web):
        rows = _all(session, target, vs=moments[a], as_of=moments[b])
        own, others = Counter[Told](), Counter[Told]()
        for row in rows:
            here = parse_url(row["link"]["target_url"]).domain == target
            (own if here else others).update(_without_redirects(row))
        assert own == true.get(target, Counter()), target
        assert others <= everything  # links to other names of its pages
        kinds.update(row["kind"] for row in rows)
    assert {"new", "lost", "changed", "first-read"} <= set(kinds)


def _without_redirects(row: app.Row) -> list[Told]:
    """A change as the truth tells it, which knows nothing of the names that a page got later."""
    reasons = [reason for reason in row["reason"].split(",") if reason != "redirect"]
    link = row["link"]
    return [(link["source_url"], link["target_url"], row["kind"], ",".join(reasons))] if reasons else []


def test_nothing_changes_while_nobody_looks(world: tuple[VirtualWeb, app.Session]) -> None:
    web, session = world
    moment = _moments(web)[1]
    for target in _targets(web):
        assert _all(session, target, vs=moment, as_of=moment) == []


def test_a_change_shows_both_sides_and_what_differs(world: tuple[VirtualWeb, app.Session]) -> None:
    web, session = world
    moments = _moments(web)
    fields = {"anchor": "anchor", "alt": "anchor", "rel": "rel", "placement": "placement", "hidden": "hidden"}
    seen = 0
    for row in (
        row for target in _targets(web) for row in _all(session, target, vs=moments[0], as_of=moments[1])
    ):
        if "redirect" in row["reason"]:
            continue  # another way to the page: the link itself may be the same
        assert (row["before"] is None) == (
            row["kind"] in ("new", "first-read") or row["reason"] == "one-more"
        )
        assert (row["after"] is None) == (row["kind"] == "lost" or row["reason"] == "one-fewer")
        assert moments[0] < row["at"].isoformat() <= moments[1]
        if row["kind"] == "changed" and row["before"] and row["after"]:
            pairs = [(row["before"][name], row["after"][name], name) for name in fields]
            differing = {fields[name] for before, after, name in pairs if before != after}
            assert differing == set(row["reason"].split(","))
            seen += 1
    assert seen
