"""Several links from one page to one target: which of them came, went or changed, and is the link lost?"""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from backlit import app
from backlit.cli.tables import CHANGES, table_of
from backlit.index.changes import KINDS
from backlit.model import Placement
from backlit.web.server import create_app
from tests.unit.looks import Look, commit, day

PAGE = "https://blog.test/post"
SHOP = "https://shop.test/"

Words = tuple[str, ...]
Told = tuple[str, str, str | None, str | None]


def _look(on: int, words: Words) -> Look:
    return Look(PAGE, on, tuple((SHOP, each) for each in words))


def _told(home: Path, *seen: Words) -> list[Told]:
    """What `changes` says of looks on days 1, 2, …, from after the first until the last."""
    for on, words in enumerate(seen, 1):
        commit(home, f"crawl-{on}", [_look(on, words)])
    session = app.open_session(home)
    answer = app.changes(session, "shop.test", vs=f"{day(1):%Y-%m-%d}", as_of=f"{day(len(seen)):%Y-%m-%d}")
    return [
        (row["kind"], row["reason"], *(row[side] and row[side]["anchor"] for side in ("before", "after")))
        for row in answer.rows
    ]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (("one", "two"), ("one", "two"), []),
        (("one", "two"), ("two", "one"), []),
        # the first goes: the second is no other link for having become the first
        (("one", "two"), ("two",), [("changed", "one-fewer", "one", None)]),
        (("one", "one", "one"), ("one",), [("changed", "one-fewer", "one", None)] * 2),
        (("two",), ("one", "two"), [("changed", "one-more", None, "one")]),
        (("one", "two"), ("one", "three"), [("changed", "anchor", "two", "three")]),
        (("one", "two", "three"), ("three", "six"), [
            ("changed", "anchor", "one", "six"), ("changed", "one-fewer", "two", None)]),
        # only the last of them takes the link with it, and then every one is told
        (("one", "two"), (), [("lost", "removed", "one", None), ("lost", "removed", "two", None)]),
        ((), ("one", "two"), [("new", "added", None, "one"), ("new", "added", None, "two")]),
    ],
)  # fmt: skip
def test_a_link_is_lost_with_the_last_of_its_occurrences(
    tmp_path: Path, before: Words, after: Words, told: list[Told]
) -> None:
    assert sorted(_told(tmp_path, before, after), key=str) == sorted(told, key=str)


def test_a_link_with_one_occurrence_fewer_stands_where_others_are_counted(tmp_path: Path) -> None:
    commit(tmp_path, "first", [_look(1, ("one", "two"))])
    commit(tmp_path, "second", [_look(4, ("two",))])
    session = app.open_session(tmp_path)
    [row] = app.changes(session, "shop.test", vs=f"{day(1):%Y-%m-%d}").rows
    assert (row["at"], row["link"]["state"], row["link"]["anchor"]) == (day(4), "live", "one")
    overview = app.overview(session, "shop.test").row
    assert (overview["links"], overview["lost"], overview["lost_30d"]) == (1, 0, 0)


CONTENT, SIDEBAR = int(Placement.CONTENT), int(Placement.SIDEBAR)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        # a link comes before two in the same words, and where one of them stands is not known
        ((None, SIDEBAR), (CONTENT, CONTENT, SIDEBAR), ["one-more"]),
        ((CONTENT, SIDEBAR), (None, None, SIDEBAR), ["one-more"]),
        ((None, None, SIDEBAR), (CONTENT, SIDEBAR), ["one-fewer"]),
        ((CONTENT, SIDEBAR), (CONTENT, CONTENT), ["placement"]),
    ],
)
def test_links_in_the_same_words_are_the_same_though_their_places_are_not_known(
    tmp_path: Path, before: tuple[int | None, ...], after: tuple[int | None, ...], told: list[str]
) -> None:
    for on, places in enumerate((before, after), 1):
        links = ((SHOP, "the shop"),) * len(places)
        commit(tmp_path, f"crawl-{on}", [Look(PAGE, on, links, placements=places)])
    rows = app.changes(app.open_session(tmp_path), "shop.test", vs=f"{day(1):%Y-%m-%d}").rows
    assert [row["reason"] for row in rows] == told


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_changes_of_one_day_come_strongest_first(session: app.Session, limit: int) -> None:
    found: list[app.Row] = []
    cursor: str | None = None
    while not found or cursor:
        answer = app.changes(session, "gardenhaus.example", since="400d", limit=limit, cursor=cursor)
        found += answer.rows
        cursor = answer.next
        if len(found) > 60:
            break
    told = [(row["at"].date(), row["link"]["source_authority"]) for row in found]
    assert len(told) >= 7
    assert told == sorted(
        told, key=lambda each: (-each[0].toordinal(), -(each[1] if each[1] is not None else -1))
    )
    links = [(row["kind"], row["link"]["id"], row["link"]["anchor"], row["reason"]) for row in found]
    assert len(set(links)) == len(links)  # no page repeats another


@pytest.mark.parametrize("since", ["0001-01-02", "1969-12-31", "1970-01-01", "30000d"])
def test_a_day_long_before_the_web_is_a_day_before_all_looks(tmp_path: Path, since: str) -> None:
    commit(tmp_path, "first", [_look(5, ("one",))])
    answer = app.changes(app.open_session(tmp_path), "shop.test", since=since, kind=["first-read"])
    told = [(row["kind"], row["reason"], row["link"]["anchor"]) for row in answer.rows]
    assert (told, answer.facets, answer.query["begins"]) == (
        [("first-read", "page-first-read", "one")],
        {"change": {kind: int(kind == "first-read") for kind in KINDS}},
        day(5).isoformat(),
    )


def test_a_day_before_all_looks_is_said_to_hide_what_was_lost_since(tmp_path: Path) -> None:
    commit(tmp_path, "first", [_look(5, ("one",))])
    commit(tmp_path, "second", [_look(7, ())])
    session = app.open_session(tmp_path)
    early, late = (app.changes(session, "shop.test", since=f"{day(on):%Y-%m-%d}") for on in (2, 6))
    assert ([row["kind"] for row in late.rows], "begins" in late.query) == (["lost"], False)
    assert (early.rows, early.query["begins"]) == ([], day(5).isoformat())
    [said] = map(str, table_of(early, CHANGES))
    assert said == (
        f"No changes. Nothing was known before {day(5):%Y-%m-%d}: links that were lost or changed since "
        f"their first look are not told. Name a later day, as --since {day(6):%Y-%m-%d}."
    )
    assert str(table_of(late, CHANGES)[0]).startswith("shop.test  1 change · ")
    commit(tmp_path, "third", [_look(8, ("one",))])
    client = TestClient(create_app(tmp_path), base_url="http://127.0.0.1:8000")
    for kind in ("", "&kind=lost", "&kind=first-read"):  # with rows and without
        page = client.get(f"/t/shop.test/changes?since={day(2):%Y-%m-%d}{kind}").text
        assert f"Nothing was known before {day(5):%Y-%m-%d}" in page
    assert "Nothing was known" not in client.get(f"/t/shop.test/changes?since={day(6):%Y-%m-%d}").text
