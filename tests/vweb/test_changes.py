"""Do the changes between crawls follow from what each crawl saw?"""

from collections import Counter
from datetime import UTC, datetime

import pytest

from backlit.vweb import TrueChange, TrueLink
from tests.vweb.conftest import Links, Pages, Web

Key = tuple[str, str, str, int]
Identity = tuple[str, str, str]


def _known(truths: list[Links], crawls: list[Pages], crawl: int) -> dict[Key, TrueLink]:
    """What is known after a crawl: for each page the links of its newest look."""
    known: dict[str, Links] = {}
    for at in range(crawl + 1):
        known |= {page.url: [] for page in crawls[at]}
        for link in truths[at]:
            known[link.source_url].append(link)
    return {(url, *link.key): link for url, links in known.items() for link in links}


@pytest.mark.parametrize(("a", "b"), [(0, 1), (1, 2), (0, 2)])
def test_changes_are_the_difference_of_what_was_known(
    a: int, b: int, web: Web, crawls: list[Pages], truths: list[Links]
) -> None:
    before, after = _known(truths, crawls, a), _known(truths, crawls, b)
    old, new = (Counter(key[:3] for key in known) for known in (before, after))
    told = {kind: Counter[Identity]() for kind in ("new", "lost", "one_more", "one_fewer")}
    for change in web.changes(a, b):
        link = change.after or change.before
        assert link is not None
        name = change.kind if change.kind != "changed" else change.reason
        if name in told:
            told[name][link.source_url, link.target_url, link.kind] += 1
        else:
            assert change.before
            assert change.after
            assert _differ(change.before, change.after)
    assert told["new"] == Counter({link: n for link, n in new.items() if link not in old})
    assert told["lost"] == Counter({link: n for link, n in old.items() if link not in new})
    more = {link: n - old[link] for link, n in new.items() if link in old and n > old[link]}
    fewer = {link: n - new[link] for link, n in old.items() if link in new and n > new[link]}
    assert (told["one_more"], told["one_fewer"]) == (Counter(more), Counter(fewer))


def _differ(x: TrueLink, y: TrueLink) -> bool:
    return (x.anchor, x.alt, x.rel, x.placement, x.hidden) != (y.anchor, y.alt, y.rel, y.placement, y.hidden)


def test_every_reason_occurs(changes: list[TrueChange]) -> None:
    reasons = Counter((change.kind, change.reason) for change in changes)
    assert reasons.keys() >= {
        ("new", "added"),
        ("new", "page_new"),
        ("lost", "removed"),
        ("lost", "page_gone"),
        ("lost", "page_redirected"),
        ("changed", "anchor"),
        ("changed", "rel"),
        ("changed", "placement"),
    }


def test_a_change_names_what_differs_and_nothing_else(changes: list[TrueChange]) -> None:
    for change in changes:
        if change.kind == "changed" and change.before and change.after:
            names = change.reason.split(",")
            assert [n for n in names if getattr(change.before, n) == getattr(change.after, n)] == []


def test_reasons_of_losses_agree_with_the_page_s_new_status(
    changes: list[TrueChange], crawls: list[Pages]
) -> None:
    status = {page.url: page.status for page in crawls[1]}
    expected = {404: "page_gone", 301: "page_redirected", 302: "page_redirected", 200: "removed"}
    lost = [change for change in changes if change.kind == "lost" and change.before]
    assert {c.reason for c in lost} == set(expected.values())
    assert [c for c in lost if c.before and expected[status[c.before.source_url]] != c.reason] == []


def test_some_pages_are_not_looked_at_again_and_say_nothing(
    changes: list[TrueChange], crawls: list[Pages]
) -> None:
    first, second = ({page.url for page in crawl} for crawl in crawls[:2])
    again = len(first & second) / len(first)
    assert 0.82 < again < 0.88
    moved = {x.after.source_url for x in changes if x.after}
    moved |= {x.before.source_url for x in changes if x.before}
    assert moved <= second


def test_nothing_changes_between_a_crawl_and_itself(web: Web) -> None:
    assert list(web.changes(1, 1)) == []


def test_crawls_are_weeks_apart_and_pages_seconds(web: Web, crawls: list[Pages]) -> None:
    assert web.crawl_times == tuple(
        datetime(2026, month, day, 3, tzinfo=UTC) for month, day in ((3, 1), (4, 12), (6, 7))
    )
    times = [page.fetched_at for page in crawls[0]]
    assert times[0] == web.crawl_times[0]
    assert times == sorted(set(times))
    assert all(page.fetched_at < web.crawl_times[1] for page in crawls[0])
