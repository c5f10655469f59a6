"""Is a link whose address leads to the target no more lost, with its day and its reason?"""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from backlit import app
from tests.unit.looks import Look, commit, day

A, B = "https://new.test/a", "https://new.test/b"
OLD = "http://old.test/tea"
POST = Look("https://blog.test/post", 1, ((OLD, "fine tea"),))
LEADS = Look(OLD, 2, status=301, redirect=A)
#: What a later look at the old address may show.
ENDS = {
    "answers for itself": Look(OLD, 5),
    "leads to another site": Look(OLD, 5, status=302, redirect="https://rival.test/"),
    "is gone": Look(OLD, 5, status=404),
}

Row = dict[str, Any]


def links(home: Path, target: str = "new.test", as_of: int | None = None) -> list[Row]:
    """All links that are known, whatever their state."""
    moment = None if as_of is None else day(as_of).isoformat()
    states = ("live", "unverified", "lost", "syndicated")
    answer = app.backlinks(
        app.open_session(home), target, group="none", q=f"state:({','.join(states)})", as_of=moment
    )
    return answer.rows


def states(home: Path, target: str = "new.test", as_of: int | None = None) -> list[tuple[str, str, Any, Any]]:
    names = ("target_url", "state", "lost_reason", "lost_at")
    return sorted(tuple(row[name] for name in names) for row in links(home, target, as_of))


def changes(home: Path, since: int, target: str = "new.test") -> list[tuple[str, str, datetime]]:
    rows = app.changes(app.open_session(home), target, vs=day(since).isoformat()).rows
    return [(row["kind"], row["reason"], row["at"]) for row in rows]


@pytest.mark.parametrize("end", ENDS)
def test_a_link_is_lost_when_its_address_leads_here_no_more(tmp_path: Path, end: str) -> None:
    commit(tmp_path, "a", [POST, LEADS])
    commit(tmp_path, "b", [ENDS[end]])
    assert states(tmp_path) == [(OLD, "lost", "alias-ended", day(5))]
    assert changes(tmp_path, 3) == [("lost", "alias-ended", day(5))]
    assert states(tmp_path, as_of=4) == [(OLD, "live", None, None)]
    [row] = links(tmp_path)
    assert [(step["to"], step["last_seen"], step["ended_at"]) for step in row["via"]] == [(A, day(2), day(5))]
    overview = app.overview(app.open_session(tmp_path), "new.test").row
    assert (overview["links"], overview["lost"], overview["links_by_alias"]) == (0, 1, 0)
    assert states(tmp_path, "old.test") == [(OLD, "live", None, None)]  # where it stands all the same


def test_an_address_that_leads_here_again_brings_its_links_back(tmp_path: Path) -> None:
    commit(tmp_path, "a", [POST, LEADS, ENDS["is gone"]])
    commit(tmp_path, "b", [Look(OLD, 8, status=301, redirect=B)])
    assert states(tmp_path) == [(OLD, "live", None, None)]
    assert changes(tmp_path, 6) == [("new", "returned", day(8))]
    assert changes(tmp_path, 3) == [("changed", "redirect", day(8))]


def test_a_page_loses_what_another_one_of_the_site_gets(tmp_path: Path) -> None:
    commit(tmp_path, "a", [POST, LEADS])
    commit(tmp_path, "b", [Look(OLD, 5, status=301, redirect=B)])
    assert states(tmp_path) == states(tmp_path, B) == [(OLD, "live", None, None)]
    assert states(tmp_path, A) == [(OLD, "lost", "alias-ended", day(5))]
    assert changes(tmp_path, 3) == [("changed", "redirect", day(5))]
    assert changes(tmp_path, 3, A) == [("lost", "alias-ended", day(5))]


def test_only_links_that_led_here_are_lost_and_each_for_what_came_first(tmp_path: Path) -> None:
    first, late = Look("https://first.test/", 1, ((OLD, "x"),)), Look("https://late.test/", 7, ((OLD, "x"),))
    commit(tmp_path, "a", [POST, first, LEADS, Look("https://first.test/", 3)])
    commit(tmp_path, "b", [ENDS["is gone"], late, Look(POST.url, 9)])
    found = {row["source_url"]: (row["state"], row["lost_reason"], row["lost_at"]) for row in links(tmp_path)}
    assert found == {
        POST.url: ("lost", "alias-ended", day(5)),
        "https://first.test/": ("lost", "removed", day(3)),
    }


def test_a_chain_ends_where_its_first_step_ends(tmp_path: Path) -> None:
    between = "https://between.test/"
    commit(tmp_path, "a", [POST, Look(OLD, 2, status=301, redirect=between)])
    commit(tmp_path, "b", [Look(between, 3, refresh=A)])
    assert states(tmp_path) == [(OLD, "live", None, None)]
    commit(tmp_path, "c", [Look(between, 6)])
    assert states(tmp_path) == [(OLD, "lost", "alias-ended", day(6))]
    commit(tmp_path, "d", [Look(OLD, 5, status=410)])
    [row] = links(tmp_path)
    assert [(step["from"], step["ended_at"]) for step in row["via"]] == [(OLD, day(5)), (between, day(6))]
    assert row["lost_at"] == day(5)


def test_neither_hints_nor_the_own_addresses_of_a_site_can_end(tmp_path: Path) -> None:
    copy, own = "https://copy.test/", "https://new.test/old"
    post = Look(POST.url, 1, ((copy, "a copy"), (own, "its old address")))
    commit(tmp_path, "a", [post, Look(copy, 2, canonical=A), Look(own, 2, status=301, redirect=A)])
    assert [state for _, state, _, _ in states(tmp_path)] == ["syndicated", "live"]
    commit(tmp_path, "b", [Look(copy, 5), Look(own, 5)])
    assert states(tmp_path) == [(own, "live", None, None)]
    assert [kind for kind, _, _ in changes(tmp_path, 3)] == ["changed"]


def test_a_wall_before_an_address_ends_nothing(tmp_path: Path) -> None:
    commit(tmp_path, "a", [POST, LEADS])
    commit(tmp_path, "b", [Look(OLD, 5, complete=False), Look(OLD, 6, status=503, complete=False)])
    assert states(tmp_path) == [(OLD, "live", None, None)]
    assert changes(tmp_path, 3) == []
