"""Does a process beside put targets together, and is nothing lost where it is killed?"""

import os
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from backlit import app
from backlit.app.session import Asked, Wanted
from backlit.errors import Interrupted
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


def told_of(home: Path, made: Carried | None) -> list[str]:
    assert made is not None
    session = app.open_session(home)
    profile = session._folded(wanted(home), session.version, made)
    return [row["domain"] for row in profile.domains().rows]


def test_a_target_comes_with_its_answers_and_the_process_stays(tmp_path: Path, beside: Beside) -> None:
    made = beside.made(wanted(tmp_path), QUESTIONS)
    assert told_of(tmp_path, made) == ["one.test"]
    assert made is not None
    assert made.answers
    process = beside.pid
    commit(tmp_path, "later", [Look("https://two.test/", 2, (("https://shop.test/", "b"),))])
    assert told_of(tmp_path, beside.made(wanted(tmp_path), [])) == ["one.test", "two.test"]
    assert beside.pid == process


def test_a_version_that_is_not_there_is_none(tmp_path: Path, beside: Beside) -> None:
    assert beside.made(wanted(tmp_path, 10**18), QUESTIONS) is None
    assert told_of(tmp_path, beside.made(wanted(tmp_path), QUESTIONS)) == ["one.test"]


def test_a_home_that_was_removed_is_none_until_there_is_one_again(tmp_path: Path, beside: Beside) -> None:
    asked, kept = wanted(tmp_path), tmp_path.with_name("kept")
    tmp_path.rename(kept)
    assert [beside.made(asked, []) for _ in range(4)] == [None] * 4
    kept.rename(tmp_path)
    assert told_of(tmp_path, beside.made(asked, [])) == ["one.test"]


def test_a_process_that_was_killed_is_followed_by_another(tmp_path: Path, beside: Beside) -> None:
    beside.made(wanted(tmp_path), [])
    first = beside.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    found = beside.made(wanted(tmp_path), [])  # none where its end was not noticed yet
    assert told_of(tmp_path, found or beside.made(wanted(tmp_path), [])) == ["one.test"]
    assert beside.pid not in (None, first)


STANDS = "import sys, time; sys.stdout.buffer.write({!r}); sys.stdout.flush(); time.sleep(600)"


@pytest.mark.parametrize("said", [b"", pickle.dumps(list(range(1000)))[:500]])
def test_a_process_that_came_to_a_stand_is_let_go(
    tmp_path: Path, beside: Beside, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(module, "COMMAND", (sys.executable, "-c", STANDS.format(said)))
    monkeypatch.setattr(module, "_PATIENCE", 0.5)
    assert beside.made(wanted(tmp_path), []) is None
    assert beside.pid is None


@pytest.mark.parametrize("said", [b"\x00garbage", pickle.dumps(("another", None)), pickle.dumps(None)])
def test_what_was_not_asked_is_no_answer(
    tmp_path: Path, beside: Beside, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(module, "COMMAND", (sys.executable, "-c", STANDS.format(said)))
    assert beside.made(wanted(tmp_path), []) is None
    assert beside.pid is None


@pytest.mark.parametrize("command", [("/nowhere",), (sys.executable, "-c", "raise SystemExit(1)")])
def test_one_that_cannot_be_started_is_told_of_once_and_tried_again_later(
    tmp_path: Path,
    beside: Beside,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    command: tuple[str, ...],
) -> None:
    began = []

    class Counted(subprocess.Popen[bytes]):
        def __init__(self, *given: object, **named: object) -> None:
            began.append(given)
            super().__init__(*given, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", Counted)
    with monkeypatch.context() as broken:
        broken.setattr(module, "COMMAND", command)
        assert [beside.made(wanted(tmp_path), []) for _ in range(5)] == [None] * 5
        assert len(began) == 3
        assert beside.trouble is not None
        broken.setattr(beside, "_until", 0.0)
        assert beside.made(wanted(tmp_path), []) is None
        assert len(began) == 4
    [told] = caplog.records
    assert "The process beside is left out for a while" in told.getMessage()
    monkeypatch.setattr(beside, "_until", 0.0)
    assert told_of(tmp_path, beside.made(wanted(tmp_path), [])) == ["one.test"]
    assert beside.trouble is None


def test_when_the_server_ends_nobody_waits_for_it_and_none_is_started(
    tmp_path: Path, beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "COMMAND", (sys.executable, "-c", STANDS.format(b"")))
    raised = []

    def ask() -> None:
        with pytest.raises(Interrupted) as error:
            beside.made(wanted(tmp_path), [])
        raised.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    while beside.pid is None:
        asking.join(0.01)
    beside.over()
    asking.join()
    ask()
    assert len(raised) == 2
    assert not beside._running


def test_it_ends_in_the_middle_of_its_work_with_whoever_started_it() -> None:
    works = "import sys, time, threading; from backlit.web.beside import _end_with_who_asks as end; "
    works += (
        "threading.Thread(target=end, args=(sys.stdin.buffer,)).start(); print(flush=True); time.sleep(600)"
    )
    pipe = subprocess.PIPE
    process = subprocess.Popen([sys.executable, "-c", works], stdin=pipe, stdout=pipe)
    assert process.stdout is not None
    assert process.stdin is not None
    process.stdout.readline()
    assert process.poll() is None
    process.stdin.close()
    assert process.wait(60) == 0
    process.stdout.close()


def test_one_that_ends_by_itself_leaves_nothing(
    tmp_path: Path, beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = "import pickle, sys; said = pickle.load(sys.stdin.buffer); "
    once += "sys.stdout.buffer.write(pickle.dumps((said[0], None)))"
    monkeypatch.setattr(module, "COMMAND", (sys.executable, "-c", once))
    assert beside.made(wanted(tmp_path), []) is None
    assert beside.trouble is None
    [process] = beside._running
    while process.returncode is None:  # nobody asks whether it runs
        time.sleep(0.01)
    assert process.returncode == 0


def test_no_module_comes_from_where_somebody_is(
    tmp_path: Path, beside: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    (here / "pickle.py").write_text("raise SystemExit(1)")
    monkeypatch.chdir(here)
    assert told_of(tmp_path, beside.made(wanted(tmp_path), [])) == ["one.test"]


def test_it_gives_way_to_everybody_else_and_ends_when_it_is_let_go(tmp_path: Path, beside: Beside) -> None:
    beside.made(wanted(tmp_path), [])
    process = beside.pid
    assert process is not None
    assert os.getpriority(os.PRIO_PROCESS, process) == 19
    beside.end()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
