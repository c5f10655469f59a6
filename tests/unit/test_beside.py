"""Does a process beside put targets together, and is nothing lost where it is killed?"""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from backlit import app
from backlit.app.session import Asked, Wanted
from backlit.index.carried import Carried
from backlit.index.target import Target
from backlit.web import beside as module
from backlit.web.asking import Ask
from backlit.web.beside import Beside
from tests.unit.looks import Look, commit

QUESTIONS = [
    ("overview", Ask("shop.test")),
    ("domains", Ask("shop.test", sort="domain")),
    ("domains", Ask("?")),
]


@pytest.fixture
def beside(tmp_path: Path) -> Iterator[Beside]:
    commit(tmp_path, "crawl", [Look("https://one.test/", 1, (("https://shop.test/", "a"),))])
    found = Beside(tmp_path)
    yield found
    found.end()


def wanted(home: Path, version: int | None = None) -> Wanted:
    newest = app.open_session(home).version.id
    return Wanted(version or newest, Asked(Target.parse("shop.test"), None, ()))


def told(home: Path, made: Carried | None) -> list[str]:
    assert made is not None
    session = app.open_session(home)
    profile = session._folded(wanted(home), session.version, made)
    return [row["domain"] for row in profile.domains().rows]


def test_a_target_comes_with_its_answers_and_the_process_stays(tmp_path: Path, beside: Beside) -> None:
    made = beside.made(wanted(tmp_path), QUESTIONS)
    assert told(tmp_path, made) == ["one.test"]
    assert made is not None
    assert made.answers
    process = beside.pid
    commit(tmp_path, "later", [Look("https://two.test/", 2, (("https://shop.test/", "b"),))])
    assert told(tmp_path, beside.made(wanted(tmp_path), [])) == ["one.test", "two.test"]
    assert beside.pid == process


def test_a_version_that_is_not_there_is_none(tmp_path: Path, beside: Beside) -> None:
    assert beside.made(wanted(tmp_path, 10**18), QUESTIONS) is None
    assert told(tmp_path, beside.made(wanted(tmp_path), QUESTIONS)) == ["one.test"]


def test_a_process_that_was_killed_is_followed_by_another(tmp_path: Path, beside: Beside) -> None:
    beside.made(wanted(tmp_path), [])
    first = beside.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    found = beside.made(wanted(tmp_path), [])  # none where its end was not noticed yet
    assert told(tmp_path, found or beside.made(wanted(tmp_path), [])) == ["one.test"]
    assert beside.pid not in (None, first)


def test_a_process_that_came_to_a_stand_is_let_go(
    tmp_path: Path, beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PATIENCE", 0.0)
    assert beside.made(wanted(tmp_path), []) is None
    assert beside.pid is None


def test_it_gives_way_to_everybody_else_and_ends_when_it_is_let_go(tmp_path: Path, beside: Beside) -> None:
    beside.made(wanted(tmp_path), [])
    process = beside.pid
    assert process is not None
    assert os.getpriority(os.PRIO_PROCESS, process) == 19
    beside.end()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
