"""Tasks that leave traces, for tests of who runs them, when, and how often.

    python -m tests.jobs.fake_tasks

Each writes a line when it begins and one when it ends, to `traces` in its home; `held` goes on until a file
`go` is there, and keeps count of what it did in a file, as a task that resumes does.
"""

import fcntl
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from backlit.app.answer import Answer
from backlit.app.progress import Progress, ProgressEvent
from backlit.app.tasks import Task, main
from backlit.errors import SourceError

COMMAND = (sys.executable, "-m", "tests.jobs.fake_tasks")
QUEUES = {"quick": "a", "held": "a", "wrong": "a", "broken": "a", "stubborn": "a", "steps": "b"}
LIMITS = {"a": 2, "b": 1}


def trace(home: Path, text: str) -> None:
    """One line, whoever else writes."""
    with (home / "traces").open("a") as file:
        file.write(text + "\n")


def traces(home: Path) -> list[str]:
    """All lines so far."""
    path = home / "traces"
    return path.read_text().splitlines() if path.exists() else []


def _quick(home: Path, asked: Mapping[str, Any], progress: Progress) -> Answer:
    trace(home, f"began {asked['name']}")
    progress(ProgressEvent("being quick", 3, 4, "things"))
    trace(home, f"ended {asked['name']}")
    return Answer({"name": asked["name"], "rows": [1, 2]}, {"asked": asked["name"]}, 12)


def _held(home: Path, asked: Mapping[str, Any], progress: Progress) -> Answer:
    try:
        trace(home, f"began {asked['name']}")
        progress(ProgressEvent("waiting to go", 0, None, "things"))
        while not (home / "go").exists():
            time.sleep(0.01)
    except KeyboardInterrupt:
        trace(home, f"stopped {asked['name']}")
        raise
    trace(home, f"ended {asked['name']}")
    return Answer({"name": asked["name"]}, {})


def _stubborn(home: Path, asked: Mapping[str, Any], progress: Progress) -> Answer:
    """Takes its time to end when it is interrupted: until a file `leave` is there."""
    try:
        return _held(home, asked, progress)
    except KeyboardInterrupt:
        while not (home / "leave").exists():
            time.sleep(0.01)
        trace(home, f"left {asked['name']}")
        raise


def _steps(home: Path, asked: Mapping[str, Any], progress: Progress) -> Answer:
    """Counts to a number, each step durable by itself: what a killed run did is not done again.

    Two at once for one job leave a trace that no test forgives.
    """
    with (home / f"alone-{asked['name']}").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            trace(home, f"twice {asked['name']}")
            raise
        path = home / f"steps-{asked['name']}"
        while (done := path.stat().st_size if path.exists() else 0) < asked["steps"]:
            with path.open("a") as file:
                file.write(".")
            progress(ProgressEvent("stepping", done + 1, asked["steps"], "steps"))
            time.sleep(asked.get("pause", 0.0))
    trace(home, f"ended {asked['name']}")
    return Answer({"steps": done}, {})


def _wrong(home: Path, asked: Mapping[str, Any], progress: Progress) -> Answer:
    if (home / "go").exists():
        return _quick(home, asked, progress)
    raise SourceError("read a thing", "it is not there", "Put it there.")


def _broken(_home: Path, _asked: Mapping[str, Any], _progress: Progress) -> Answer:
    sys.stdout.write("a word before the end\n")
    raise ZeroDivisionError("nobody foresaw this")


TASKS = {
    "quick": Task("a", _quick),
    "held": Task("a", _held),
    "wrong": Task("a", _wrong),
    "broken": Task("a", _broken),
    "stubborn": Task("a", _stubborn),
    "steps": Task("b", _steps),
}

if __name__ == "__main__":
    sys.exit(main(TASKS))
