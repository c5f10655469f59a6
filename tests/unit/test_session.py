"""Do many who ask at once share one open index: each target folded once, and kept for the next?"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from backlit import app
from backlit.app import session as module
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
