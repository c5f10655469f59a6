"""Are decisions only ever added, does undoing give back what held, and is none lost between processes?"""

import hashlib
import multiprocessing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backlit.errors import UsageError
from backlit.store.database import opened
from backlit.store.decisions import Decisions
from backlit.store.disavows import Disavows, Step, Version
from backlit.store.intakes import Intake, Intakes
from backlit.store.standing import Decision, Standing, Verdict, standing

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def decision(subject: str, verdict: Verdict = Verdict.KEEP, **more: object) -> Decision:
    found = Decision(NOON, "ann", "shop.test", "domain", subject, verdict, "warum? 日本", (subject,))
    return replace(found, **more)  # type: ignore[arg-type]  # fields of it by name


def test_events_come_back_whole(home: Path) -> None:
    first = decision("a.test", known={"unnatural": 81.5}, until=NOON + timedelta(days=14))
    second = decision("c1", Verdict.IGNORE, kind="cluster", domains=("b.test", "c.test"), links=("l1",))
    other = decision("a.test", target="other.test")
    with opened(home) as engine:
        kept = [Decisions(engine).add(each) for each in (first, second, other)]
    with opened(home) as engine:
        assert Decisions(engine).of("shop.test") == kept[:2]
        assert Decisions(engine).all() == kept
    assert [each.id for each in kept] == [1, 2, 3]
    assert kept[0] == replace(first, id=1)


def test_the_later_holds_and_undoing_gives_back_the_earlier(home: Path) -> None:
    with opened(home) as engine:
        decisions = Decisions(engine)
        keep = decisions.add(decision("a.test"))
        disavow = decisions.add(decision("a.test", Verdict.DISAVOW))
        assert standing(decisions.of("shop.test")).of("a.test") == disavow
        undone = decisions.undo(disavow.id, "ben", "was wrong", NOON)
        assert (undone.verdict, undone.undoes, undone.who, undone.why) == (
            Verdict.UNDO,
            2,
            "ben",
            "was wrong",
        )
        assert standing(decisions.of("shop.test")).of("a.test") == keep
        with pytest.raises(UsageError, match="taken back already"):
            decisions.undo(disavow.id, "ben", "", NOON)
        decisions.undo(undone.id, "ben", "", NOON)
        assert standing(decisions.of("shop.test")).of("a.test") == disavow
        decisions.undo(disavow.id, "ben", "again", NOON)
        assert standing(decisions.of("shop.test")).of("a.test") == keep
        with pytest.raises(UsageError, match="none of that number"):
            decisions.undo(99, "ben", "", NOON)
        for number in (10**22, -1, 0):
            with pytest.raises(UsageError, match="decide --for TARGET"):
                decisions.undo(number, "ben", "", NOON)
        assert len(decisions.of("shop.test")) == 5


def test_a_link_and_its_domain() -> None:
    domain = decision("a.test", id=1)
    link = decision("l1", Verdict.IGNORE, kind="link", domains=(), links=("l1",), id=2)
    later = decision("a.test", Verdict.WATCH, id=3)
    assert standing([domain, link]).of("a.test", "l1") == link
    assert standing([domain, link]).of("a.test", "l2") == domain
    assert standing([domain, link, later]).of("a.test", "l1") == later
    kept = decision("l1", Verdict.KEEP, kind="link", domains=(), links=("l1",), id=2)
    assert standing([domain, kept, later]).of("a.test", "l1") == kept
    assert standing([]).of("a.test", "l1") is None
    assert standing([]) == Standing({}, {})


def test_what_is_due() -> None:
    asked = decision("a.test", Verdict.ASK_REMOVAL, until=NOON + timedelta(days=14))
    assert [asked.is_due(NOON + timedelta(days=days)) for days in (13, 14)] == [False, True]
    assert not decision("a.test").is_due(NOON + timedelta(days=10_000))


def _add_many(home: Path, name: str) -> None:
    for number in range(25):
        with opened(home) as engine:
            kept = Decisions(engine).add(decision(f"{name}{number}.test"))
            if number % 5 == 0:
                Decisions(engine).undo(kept.id, name, "", NOON)


def test_processes_at_once_lose_no_event(home: Path) -> None:
    with opened(home):
        pass
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_add_many, args=(home, name)) for name in ("a", "b", "c")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    with opened(home) as engine:
        events = Decisions(engine).of("shop.test")
    made = {each.subject for each in events if each.verdict is Verdict.KEEP}
    assert made == {f"{name}{number}.test" for name in "abc" for number in range(25)}
    assert sum(each.verdict is Verdict.UNDO for each in events) == 15
    assert len({each.id for each in events}) == 90


def test_only_one_of_two_can_undo_the_same(home: Path) -> None:
    with opened(home) as engine:
        number = Decisions(engine).add(decision("a.test")).id
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_undo, args=(home, number)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(worker.exitcode or 0 for worker in workers) == [0, 3, 3]


def _undo(home: Path, number: int) -> None:
    try:
        with opened(home) as engine:
            Decisions(engine).undo(number, "x", "", NOON)
    except UsageError:
        raise SystemExit(3) from None


def test_intakes_and_their_basis(home: Path) -> None:
    first = Intake(manual_action=False, placed=False, old_file=True)
    second = Intake(True, "2026-02-01", True, "agency X", "2024", False)
    with opened(home) as engine:
        intakes = Intakes(engine)
        assert intakes.of("shop.test") is None
        intakes.add("shop.test", first, "ann", NOON)
        intakes.add("shop.test", second, "ben", NOON)
        intakes.add("other.test", first, "ann", NOON)
        assert intakes.of("shop.test") == replace(second, at=NOON, who="ben")
    assert (first.basis, Intake().basis) == (None, None)
    assert second.basis == "a manual action of 2026-02-01 and links bought or placed by agency X, 2024"
    assert Intake(manual_action=True).basis == "a manual action"


def test_versions_of_a_file_are_kept_byte_for_byte(home: Path) -> None:
    content = b"domain:a.test\r\n# \xff\x00\n"
    version = Version(NOON, "ann", "shop.test", Step.IMPORTED, content, "old.txt")
    with opened(home) as engine:
        disavows = Disavows(engine)
        assert disavows.of("shop.test") == []
        assert disavows.add(version) == 1
        assert disavows.add(replace(version, step=Step.UPLOADED, uploaded_on="2026-03-02")) == 2
        kept = disavows.of("shop.test")
    assert kept == [
        replace(version, id=1),
        replace(version, id=2, step=Step.UPLOADED, uploaded_on="2026-03-02"),
    ]
    assert kept[0].digest == kept[1].digest == hashlib.sha256(content).hexdigest()
