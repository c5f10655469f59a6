"""What tests of jobs share: a worker beside the test, and waiting for what comes, however long it takes."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from backlit.jobs.book import JobBook, opened_book
from backlit.jobs.formats import written
from backlit.jobs.job import Job
from backlit.jobs.worker import Manner, Worker
from tests.jobs.fake_tasks import COMMAND, LIMITS, QUEUES

MANNER = Manner(COMMAND, QUEUES, LIMITS, look=0.02, grace=60.0)
#: No test waits for this: it is where a test that will never pass gives up.
_NEVER = 120.0


@contextmanager
def book_of(home: Path) -> Iterator[JobBook]:
    with opened_book(home, QUEUES) as book:
        yield book


def ask(home: Path, kind: str, name: str, **arguments: Any) -> bool:
    """Ask for a job whose id is its name."""
    with book_of(home) as book:
        return book.ask(name, written(kind, {"name": name, **arguments}, by="a test", folder=str(home)))


def job(home: Path, name: str) -> Job:
    with book_of(home) as book:
        return book.job(name)


def work(home: Path, **changed: Any) -> None:
    """Do all that waits."""
    Worker(home, replace(MANNER, **changed)).run(until_idle=True)


@contextmanager
def working(home: Path, **changed: Any) -> Iterator[Worker]:
    """A worker beside the test; an error of its own is raised at the end."""
    worker, failed = Worker(home, replace(MANNER, **changed)), list[BaseException]()

    def run() -> None:
        try:
            worker.run()
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield worker
    finally:
        worker.stop()
        thread.join()
    if failed:
        raise failed[0]


def until(condition: Callable[[], object]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + _NEVER
    while not condition():
        assert time.monotonic() < deadline, "what was waited for did not come"
        time.sleep(0.01)
