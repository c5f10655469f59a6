"""History is a fold over what was seen: arrival order, rereads and poorer readers change nothing."""

import random
from collections import defaultdict
from datetime import datetime
from pathlib import Path

import pytest

from backlit.index.engine import connect, parquet, rows_of
from backlit.index.profile import Profile
from backlit.index.tables import Index
from backlit.index.target import Target
from backlit.model import LostReason, Placement, Reader, State
from tests.unit.looks import Look, commit, day

TARGET = "shop.test"
PAGE = "https://blog.test/post"
LINK = ("https://shop.test/tea", "fine tea")
FIELDS = (
    *("source_url", "target_url", "anchor", "first_seen", "last_seen"),
    *("state", "lost_at", "lost_reason", "rel", "placement", "absent_at"),
)


def states(home: Path, as_of: datetime | None = None) -> list[dict[str, object]]:
    index = Index.open(home)
    profile = Profile(index, index.version(), Target.parse(TARGET), as_of)
    rows = profile.backlinks(group="none", sort="source", states=list(State)).rows
    return [{name: row[name] for name in FIELDS} for row in rows]


def test_a_link_seen_once_is_live_from_that_day(tmp_path: Path) -> None:
    commit(tmp_path, "a", [Look(PAGE, 1, (LINK,))])
    assert states(tmp_path) == [
        {
            "source_url": PAGE,
            "target_url": LINK[0],
            "anchor": "fine tea",
            "first_seen": day(1),
            "last_seen": day(1),
            "state": "live",
            "lost_at": None,
            "lost_reason": None,
            "rel": [],
            "placement": None,
            "absent_at": None,
        }
    ]


def test_a_page_read_again_without_the_link_loses_it_on_that_day(tmp_path: Path) -> None:
    commit(tmp_path, "a", [Look(PAGE, 1, (LINK,))])
    commit(tmp_path, "b", [Look(PAGE, 8, ())])
    [row] = states(tmp_path)
    assert (row["state"], row["last_seen"], row["lost_at"], row["lost_reason"]) == (
        "lost",
        day(1),
        day(8),
        "removed",
    )


@pytest.mark.parametrize(
    ("later", "reason"),
    [
        (Look(PAGE, 8, status=404), LostReason.PAGE_GONE),
        (Look(PAGE, 8, status=301, redirect="https://other.test/"), LostReason.PAGE_REDIRECTED),
    ],
)
def test_a_page_that_is_gone_or_redirects_says_why(tmp_path: Path, later: Look, reason: LostReason) -> None:
    commit(tmp_path, "a", [Look(PAGE, 1, (LINK,))])
    commit(tmp_path, "b", [later])
    [row] = states(tmp_path)
    assert (row["state"], row["lost_reason"]) == ("lost", reason.name.lower().replace("_", "-"))


def test_a_failed_or_cut_look_says_nothing(tmp_path: Path) -> None:
    commit(tmp_path, "a", [Look(PAGE, 1, (LINK,))])
    commit(tmp_path, "b", [Look(PAGE, 8, status=503, complete=False), Look(PAGE, 9, complete=False)])
    [row] = states(tmp_path)
    assert (row["state"], row["last_seen"]) == ("live", day(1))


def test_a_link_that_returns_starts_a_new_stretch(tmp_path: Path) -> None:
    commit(
        tmp_path, "a", [Look(PAGE, 1, (LINK,)), Look(PAGE, 2, (LINK,)), Look(PAGE, 5), Look(PAGE, 9, (LINK,))]
    )
    [row] = states(tmp_path)
    assert (row["state"], row["first_seen"], row["last_seen"], row["lost_at"]) == (
        "live",
        day(9),
        day(9),
        None,
    )


def test_a_link_is_new_only_where_the_page_was_read_before_without_it(tmp_path: Path) -> None:
    commit(tmp_path, "a", [Look(PAGE, 9, (LINK,)), Look("https://x.test/", 9, (LINK,))])
    assert {row["absent_at"] for row in states(tmp_path)} == {None}
    commit(tmp_path, "b", [Look(PAGE, 2), Look(PAGE, 4)])
    assert {row["source_url"]: row["absent_at"] for row in states(tmp_path)} == {
        PAGE: day(4),
        "https://x.test/": None,
    }


def test_as_of_a_date_nothing_later_is_known(tmp_path: Path) -> None:
    commit(tmp_path, "a", [Look(PAGE, 1, (LINK,)), Look(PAGE, 5), Look(PAGE, 9, (LINK,))])
    assert states(tmp_path, day(0)) == []
    assert [r["state"] for r in states(tmp_path, day(3))] == ["live"]
    assert [r["state"] for r in states(tmp_path, day(6))] == ["lost"]
    assert [r["state"] for r in states(tmp_path, day(10))] == ["live"]


def test_a_poorer_reader_does_not_outvote_a_richer_one(tmp_path: Path) -> None:
    commit(tmp_path, "a", [Look(PAGE, 1, (LINK,), Reader.WARC)])
    commit(tmp_path, "b", [Look(PAGE, 8, (), Reader.WAT)])
    assert [r["state"] for r in states(tmp_path)] == ["live"]
    commit(tmp_path, "c", [Look(PAGE, 9, (), Reader.WARC)])
    assert [r["state"] for r in states(tmp_path)] == ["lost"]


def test_two_readers_of_one_capture_are_one_look_and_the_richer_is_believed(tmp_path: Path) -> None:
    commit(tmp_path, "a", [Look(PAGE, 1, (LINK,), Reader.WARC, placement=1, rel=2)])
    before = states(tmp_path)
    commit(tmp_path, "b", [Look(PAGE, 1, ((LINK[0], "other words"),), Reader.WAT, rel=0)])
    assert states(tmp_path) == before


def test_a_value_that_becomes_unknown_stays_known(tmp_path: Path) -> None:
    commit(tmp_path, "a", [Look(PAGE, 1, (LINK,), Reader.WARC, placement=4)])
    commit(tmp_path, "b", [Look(PAGE, 3, ((LINK[0], "new words"),), Reader.WAT)])
    [row] = states(tmp_path)
    assert (row["placement"], row["anchor"], row["last_seen"]) == ("footer", "new words", day(3))


def test_several_links_to_one_page_are_occurrences_and_the_last_look_counts_them(tmp_path: Path) -> None:
    commit(tmp_path, "a", [Look(PAGE, 1, (LINK, (LINK[0], "again")))])
    assert [r["anchor"] for r in states(tmp_path)] == ["fine tea", "again"]
    commit(tmp_path, "b", [Look(PAGE, 2, ((LINK[0], "only"),))])
    assert [(r["anchor"], r["first_seen"]) for r in states(tmp_path)] == [("only", day(1))]


def test_of_several_links_each_is_told_by_looks_that_counted_as_many(tmp_path: Path) -> None:
    """Where two were, three have other numbers: the second of them is another link than the second of two."""
    content, sidebar = int(Placement.CONTENT), int(Placement.SIDEBAR)
    one, two, three = ((LINK[0], word) for word in ("one", "two", "three"))
    commit(tmp_path, "a", [Look(PAGE, 1, (one, three), placements=(content, sidebar))])
    commit(tmp_path, "b", [Look(PAGE, 2, (one, two, three), placements=(None, None, sidebar))])
    told = [(row["anchor"], row["placement"]) for row in states(tmp_path)]
    assert told == [("one", None), ("two", None), ("three", "sidebar")]
    commit(tmp_path, "c", [Look(PAGE, 3, (one, two, three), placements=(content, None, None))])
    told = [(row["anchor"], row["placement"]) for row in states(tmp_path)]
    assert told == [("one", "content"), ("two", None), ("three", "sidebar")]


def test_an_export_asserts_but_never_takes_away_and_is_unverified(tmp_path: Path) -> None:
    commit(tmp_path, "a", [Look(PAGE, 1, (LINK,)), Look(PAGE, 4)])
    commit(
        tmp_path,
        "b",
        [
            Look(PAGE, 6, (LINK,), Reader.EXPORT),
            Look("https://x.test/", 2, (LINK,), Reader.EXPORT, complete=False),
        ],
    )
    rows = {row["source_url"]: row for row in states(tmp_path)}
    assert rows["https://x.test/"]["state"] == "unverified"
    assert (rows[PAGE]["state"], rows[PAGE]["first_seen"]) == ("unverified", day(6))


def test_internal_links_are_compared_only_between_looks_that_kept_them(tmp_path: Path) -> None:
    inside = ("https://blog.test/about", "about")
    commit(tmp_path, "a", [Look(PAGE, 1, (LINK, inside))], internal=True)
    commit(tmp_path, "b", [Look(PAGE, 2, (LINK, inside))], internal=False)
    index = Index.open(tmp_path)
    links = parquet(index.files(index.version(), "links"))
    assert rows_of(connect(), f"SELECT * FROM {links} WHERE gone_at IS NOT NULL") == []


# the model: a dictionary of looks, read in the order of their days ------------------------------


def random_looks(chance: random.Random) -> list[Look]:
    pages = [f"https://p{n}.test/" for n in range(3)]
    links = [(f"https://shop.test/{n}", f"text {n}") for n in range(4)]
    moments = chance.sample(range(1, 60), 18)
    looks = []
    for moment in moments:
        page = chance.choice(pages)
        kind = chance.random()
        found = tuple(link for link in links if chance.random() < 0.5)
        if kind < 0.1:
            looks.append(Look(page, moment, status=404))
        elif kind < 0.2:
            looks.append(Look(page, moment, complete=False, status=503))
        else:
            looks.append(Look(page, moment, found))
    return looks


def model_of(looks: list[Look]) -> dict[tuple[str, str], tuple[str, int, int, int | None, int | None]]:
    """(state, first, last, lost on, last looked for in vain before first) of each link, day by day."""
    seen: dict[tuple[str, str], list[int]] = {}
    lost: dict[tuple[str, str], int] = {}
    absent: dict[tuple[str, str], int | None] = {}
    by_page = defaultdict(list)
    for look in sorted(looks, key=lambda look: look.on):
        if look.complete:
            by_page[look.url].append(look)
    for page, ordered in by_page.items():
        before = None
        for look in ordered:
            here = {(page, href) for href, _ in look.links}
            for link in here:
                if link not in seen or link in lost:
                    seen[link], absent[link] = [look.on, look.on], before
                seen[link][1] = look.on
                lost.pop(link, None)
            for link in seen:
                if link[0] == page and link not in here and link not in lost:
                    lost[link] = look.on
            before = look.on
    return {
        link: ("lost" if link in lost else "live", first, last, lost.get(link), absent[link])
        for link, (first, last) in seen.items()
    }


@pytest.mark.parametrize(
    "seed", [*range(3), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(3, 12))]
)
def test_any_order_of_arrival_gives_the_answers_of_the_model(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    looks = random_looks(chance)
    expected = {
        link: (state, *(None if number is None else day(number) for number in days))
        for link, (state, *days) in model_of(looks).items()
    }
    for arrangement in range(2):
        shuffled = chance.sample(looks, len(looks))
        home = tmp_path / str(arrangement)
        for n in range(0, len(shuffled), 6):
            commit(home, f"crawl{n}", shuffled[n : n + 6])
        found = {
            (row["source_url"], row["target_url"]): tuple(
                row[name] for name in ("state", "first_seen", "last_seen", "lost_at", "absent_at")
            )
            for row in states(home)
        }
        assert found == expected
