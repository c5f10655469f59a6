"""Do many who ask at once share one open index: each target folded once, and kept for the next?"""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier
from typing import Any

import duckdb
import pytest

from backlit import app
from backlit.app import session as module
from backlit.app.demo import DEMO_TARGET
from backlit.index.profile import Profile
from tests.unit.looks import Look, commit


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The targets whose links were folded, as often as they were."""
    found: list[str] = []

    class Counted(Profile):
        def __init__(self, index: Any, version: Any, target: Any, *rest: Any, **more: Any) -> None:
            found.append(str(target))
            super().__init__(index, version, target, *rest, **more)

    monkeypatch.setattr(module, "Profile", Counted)
    return found


def home(tmp_path: Path, targets: int) -> Path:
    links = tuple((f"https://shop{number}.test/", "a") for number in range(targets))
    commit(tmp_path, "crawl", [Look("https://one.test/", 1, links)])
    return tmp_path


def test_of_many_who_ask_at_once_one_folds_for_all(tmp_path: Path, made: list[str]) -> None:
    session, gate = app.open_session(home(tmp_path, 2)), Barrier(8)

    def ask(number: int) -> Any:
        gate.wait()
        return session.profile(f"shop{number % 2}.test")

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, range(8)))
    assert len(made) == 2
    assert len({id(each) for each in found}) == 2
    assert session._making == {}


def test_a_portfolio_stays_in_memory_and_what_was_asked_longest_ago_goes(
    tmp_path: Path, made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "KEPT_PROFILES", 3)
    session = app.open_session(home(tmp_path, 4))
    for number in (0, 1, 2, 0, 3, 0, 1):
        session.profile(f"shop{number}.test")
    assert len(made) == 5  # 1 was asked longest ago when 3 came, and is folded again


def test_whoever_fails_leaves_the_turn_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = app.open_session(home(tmp_path, 1))
    with monkeypatch.context() as patch:
        patch.setattr(module, "Profile", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            session.profile("shop0.test")
    assert session.profile("shop0.test") is session.profile("shop0.test")
    assert session._making == {}


def test_many_who_ask_different_things_of_one_target_are_all_answered(demo_home: Path) -> None:
    calls = (app.overview, app.backlinks, app.domains, app.anchors, app.changes, app.diversity, app.audit)
    session, gate = app.open_session(demo_home, may_wait=True), Barrier(2 * len(calls))

    def ask(number: int) -> Any:
        gate.wait()
        return calls[number % len(calls)](session, DEMO_TARGET).rows

    with ThreadPoolExecutor(2 * len(calls)) as pool:
        found = list(pool.map(ask, range(2 * len(calls))))
    alone = app.open_session(demo_home, may_wait=True)
    names = ("backlinks", "domains", "anchors")
    for name, first, second in zip(names, found[1:4], found[len(calls) + 1 :], strict=False):
        assert first == second == getattr(app, name)(alone, DEMO_TARGET).rows, name


def test_how_many_links_there_are_is_known_while_another_question_is_being_answered(demo_home: Path) -> None:
    profile = app.open_session(demo_home, may_wait=True).profile(DEMO_TARGET)
    busy = profile._connection

    def work() -> None:
        """A question that takes as long as it is let."""
        with suppress(duckdb.InterruptException):
            busy.execute("SELECT count(*) FROM range(1_000_000_000_000) WHERE range % 7 = 3").fetchall()

    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(work)
        try:
            assert not profile.is_large
            assert not working.done()
        finally:
            while not working.done():
                busy.interrupt()
