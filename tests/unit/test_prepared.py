"""Are answers from kept tables those of the index, never out of date, and never wrong when damaged?"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backlit import app
from backlit.errors import IndexDamaged
from backlit.index import gather
from backlit.index.prepared import Prepared
from tests.unit.looks import Look, commit

TARGET = "shop.test"
Told = dict[str, Any]


def pages(first: int, number: int, *, target: str = TARGET, on: int = 1) -> list[Look]:
    return [
        Look(
            f"https://p{n}.site{n % 9}.test/",
            on,
            ((f"https://{target}/{n % 5}", f"text {n % 7}"), (f"https://{target}/", "home")),
            rel=n % 2,
            placement=n % 4,
        )
        for n in range(first, first + number)
    ]


@pytest.fixture
def kept_from(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Keep targets from so many links on."""
    return lambda least: monkeypatch.setattr(gather, "LEAST", least)


def told(session: app.Session) -> Told:
    """What every view says of the target; how long it took left out."""
    views = {
        "overview": app.overview(session, TARGET),
        "arrivals": app.arrivals(session, TARGET),
        "links": app.backlinks(session, TARGET, group="none", sort="anchor", facets=("rel", "tld")),
        "by_domain": app.backlinks(session, TARGET, q="rel:nofollow"),
        "domains": app.domains(session, TARGET),
        "anchors": app.anchors(session, TARGET),
        "pages": app.best_pages(session, TARGET),
        "changes": app.changes(session, TARGET, since="2026-01-05"),
        "leads": app.leads(session, TARGET),
        "sources": app.sources(session, TARGET),
    }
    return {name: (answer.data, answer.total, answer.facets) for name, answer in views.items()}


def files(home: Path) -> list[str]:
    """The kept tables, and whatever a writer left behind."""
    return sorted(path.name for path in (home / "prepared").glob("*"))


@pytest.fixture
def home(tmp_path: Path) -> Path:
    commit(tmp_path, "first", pages(0, 40))
    commit(tmp_path, "second", [*pages(0, 5, on=10), Look("https://p7.site7.test/", 10, ())])
    app.rank(tmp_path)
    return tmp_path


def test_kept_tables_tell_the_same_in_the_session_that_made_them_and_in_the_next(
    home: Path, kept_from: Callable[[int], None]
) -> None:
    plain = told(app.open_session(home))
    assert files(home) == []
    kept_from(10)
    assert told(app.open_session(home)) == plain
    assert len(files(home)) == 1
    session = app.open_session(home)
    assert not session.profile(TARGET).was_made
    assert told(session) == plain


def test_what_adds_to_a_target_is_told_and_what_does_not_leaves_its_tables(
    home: Path, kept_from: Callable[[int], None]
) -> None:
    kept_from(10)
    app.open_session(home).profile(TARGET)
    commit(home, "elsewhere", pages(200, 8, target="other.test", on=11))
    assert not app.open_session(home).profile(TARGET).was_made
    commit(home, "more", pages(100, 3, on=12))
    session = app.open_session(home)
    assert session.profile(TARGET).was_made
    found = told(session)
    kept_from(10_000)
    for path in (home / "prepared").iterdir():
        path.unlink()
    assert found == told(app.open_session(home))


def test_moments_before_now_are_not_kept(home: Path, kept_from: Callable[[int], None]) -> None:
    kept_from(10)
    session = app.open_session(home)
    before = app.overview(session, TARGET, as_of="2026-01-05").row["links"]
    assert files(home) == []
    assert (before, app.overview(session, TARGET).row["links"]) == (80, 78)


def test_upkeep_puts_large_targets_together_once_they_are_ranked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept_from: Callable[[int], None]
) -> None:
    monkeypatch.setattr("backlit.app.upkeep.LEAST", 10)
    kept_from(10)
    commit(tmp_path, "first", [*pages(0, 40), *pages(0, 2, target="small.test")])
    assert app.tidy(tmp_path) is None  # a ranking is to come
    app.rank(tmp_path)
    assert len(files(tmp_path)) == 1
    commit(tmp_path, "more", pages(100, 3, on=12))
    assert app.tidy(tmp_path) == {"merged": 0, "versions": 0, "files": 0, "prepared": 1, "problem": None}
    assert app.tidy(tmp_path) is None
    assert not app.open_session(tmp_path).profile(TARGET).was_made


def test_each_damaged_byte_ends_in_the_right_answer_or_in_an_error_that_mends_it(
    home: Path, kept_from: Callable[[int], None]
) -> None:
    kept_from(10)
    session = app.open_session(home)
    right = app.backlinks(session, TARGET).rows, app.overview(session, TARGET).row
    [name] = files(home)
    sound = (home / "prepared" / name).read_bytes()
    outcomes = set()
    for place in range(0, len(sound), len(sound) // 20):
        damaged = bytearray(sound)
        damaged[place] ^= 0x10
        draft = home / "prepared" / "draft"
        draft.write_bytes(damaged)
        draft.rename(home / "prepared" / name)
        session = app.open_session(home)
        try:
            found = app.backlinks(session, TARGET).rows, app.overview(session, TARGET).row
            outcomes.add("right")
        except IndexDamaged as error:
            outcomes.add(str(error).rpartition("Ask again")[1])
            found = app.backlinks(session, TARGET).rows, app.overview(session, TARGET).row
        assert found == right
    assert outcomes == {"right", "Ask again"}


def test_a_cut_file_and_one_of_a_killed_writer_are_done_away_with(
    home: Path, kept_from: Callable[[int], None]
) -> None:
    kept_from(10)
    right = told(app.open_session(home))
    [name] = files(home)
    path = home / "prepared" / name
    path.write_bytes(path.read_bytes()[:5000])
    left = home / "prepared" / "0123.999999999.4.new"
    left.write_bytes(b"half")
    assert told(app.open_session(home)) == right
    assert files(home) == [name]


def test_what_was_not_asked_for_longest_goes_when_room_is_needed(
    home: Path, kept_from: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(home, "other", pages(200, 40, target="other.test", on=11))
    kept_from(10)
    session = app.open_session(home)
    session.profile(TARGET)
    [first] = files(home)
    monkeypatch.setattr(session._instance, "prepared", Prepared(home, most=1))
    session.profile("other.test")
    assert first not in files(home)
    assert app.overview(session, TARGET).row["links"] == 78  # a file that is open stays readable


def test_a_home_that_cannot_be_written_to_is_read_as_before(
    home: Path, kept_from: Callable[[int], None]
) -> None:
    right = told(app.open_session(home))
    kept_from(10)
    (home / "prepared").write_text("a file where the folder would be")
    assert told(app.open_session(home)) == right


def test_decisions_choose_among_kept_tables_and_changes(home: Path, kept_from: Callable[[int], None]) -> None:
    kept_from(10)
    session = app.open_session(home)
    whole = app.changes(session, TARGET, since="2026-01-05").rows
    assert [(row["kind"], row["link"]["source_url"]) for row in whole] == [
        ("lost", "https://p7.site7.test/") for _ in range(2)
    ]
    app.decide(session, "site3.test", "ignore", why="noise", target=TARGET)
    app.decide(session, whole[0]["link"]["id"], "watch", why="odd", target=TARGET)
    assert files(home)
    lost = app.changes(session, TARGET, since="2026-01-05", q="decision:watch").rows
    assert [row["link"]["id"] for row in lost] == [whole[0]["link"]["id"]]
    assert {row["source_domain"] for row in app.backlinks(session, TARGET, q="decision:ignore").rows} == {
        "site3.test"
    }
    assert [row["domain"] for row in app.domains(session, TARGET, q="decision:ignore").rows] == ["site3.test"]
    number = app.backlinks(session, TARGET, q="domain:site3.test", group="none").total
    for ask in (app.anchors, app.best_pages):
        assert sum(row["links"] for row in ask(session, TARGET, q="decision:ignore").rows) == number
    facets = app.backlinks(session, TARGET, q="decision:ignore", group="none", facets=("state",)).facets
    assert facets == {"state": {"live": number}}
