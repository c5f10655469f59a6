"""Who does the jobs? The worker of a home: one process, in which DBOS says what is to be done and done again.

A job is a workflow of one step, and the step is a task in a process of its own. What was running when a
worker died is begun again by the next one; tasks keep what they did, so that they go on where they were.
"""

import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from backlit.errors import BacklitError, HomeBusy
from backlit.jobs.book import APPLICATION, ENVELOPE, NAME, JobBook, opened_book
from backlit.jobs.database import address_of
from backlit.jobs.formats import Written, brought_up
from backlit.jobs.job import Stage
from backlit.jobs.lock import held_lock
from backlit.jobs.results import Results
from backlit.jobs.running import Running
from backlit.jobs.serial import JsonText
from backlit.store.database import sole

__all__ = ["Manner", "Worker"]

Row = dict[str, Any]

#: What stands for working, where several machines share a database; the seconds after which a server has
#: noticed that a worker was killed, and those between two tries.
_WORKING = 0x_10B5
_NOTICED, _AGAIN = 2.0, 0.1
#: What the threads of DBOS that write are called.
_THREADS = ("dbos-", "queue-worker-")
#: Seconds for which they may go on writing when a worker ends.
_WRITING = 5.0
#: So often a job is begun again after its worker was killed; then it is given up, and said to be.
_ATTEMPTS = 1_000


@dataclass(frozen=True, slots=True)
class Manner:
    """How a worker works: what runs a task, what waits in which queue, how many of a queue run at once."""

    command: Sequence[str]
    #: kind → queue, queue → how many
    queues: Mapping[str, str]
    limits: Mapping[str, int]
    #: asked every `every` seconds whether something is due
    tick: Callable[[JobBook], object] = field(default=lambda _book: None)
    every: float = 60.0
    #: seconds between two looks at the queues, and at what was cancelled
    look: float = 1.0
    #: seconds that a task has for ending by itself
    grace: float = 30.0


class Stopped(BaseException):
    """The worker ends: its jobs stay as they are and go on with the next one. DBOS records no end of them."""


class Worker:
    """One worker. `run` returns when `stop` was called, or where nothing is left to do."""

    def __init__(self, home: Path, manner: Manner) -> None:
        self._home, self._manner = home, manner
        self._results = Results(home)
        self._stopping = threading.Event()
        self._is_closing = False
        self._at_work: dict[str, Running] = {}
        self._ending: set[str] = set()
        self._turns: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()
        self._lock = -1

    def stop(self) -> None:
        """End soon: tasks keep what they have, and their jobs go on with the next worker."""
        self._stopping.set()

    def tasks(self) -> dict[str, int]:
        """The processes at work, by the id of their job."""
        with self._guard:
            return {job: task.pid for job, task in self._at_work.items()}

    def run(self, *, until_idle: bool = False, wait: float = 0.0) -> None:
        """Work, until stopped or, if wanted, until nothing waits. HomeBusy while another worker does."""
        with opened_book(self._home, self._manner.queues) as book:
            while True:
                with held_lock(self._home, wait=wait) as self._lock, _alone(book, wait):
                    self._work(book, until_idle)
                # Whoever asks for a job looks for a worker afterwards: here its job is seen, or there that
                # nobody works any more.
                if self._stopping.is_set() or book.is_idle():
                    return

    def _work(self, book: JobBook, until_idle: bool) -> None:
        self._is_closing = False
        dbos = self._launched(book)
        try:
            self._look_after(book, until_idle)
        finally:
            self._end_tasks()
            threads = _threads()
            dbos.destroy(destroy_registry=True)
            deadline = time.monotonic() + _WRITING
            for each in threads:  # which may still write down an end: nobody else works before that
                each.join(max(0.0, deadline - time.monotonic()))

    def leave(self) -> None:
        """End this process, where threads of DBOS would hold it up.

        One that lost its job to a later run of it waits for the end of that, which is the next worker's.
        """
        if _threads():
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(0)

    def _look_after(self, book: JobBook, until_idle: bool) -> None:
        """Stop what was cancelled, and see what is due, as long as there is something to do."""
        due = time.monotonic()
        while not self._stopping.is_set():
            if time.monotonic() >= due:
                self._see_what_is_due(book)
                due = time.monotonic() + self._manner.every
            self._stop_cancelled(book)
            if until_idle and not self._at_work and book.is_idle():
                return
            self._stopping.wait(self._manner.look)

    def _see_what_is_due(self, book: JobBook) -> None:
        """A fault in what is due now must not keep what is due tomorrow from being done."""
        try:
            self._manner.tick(book)
        except Exception:
            logging.getLogger("dbos").exception("What is due could not be found out; it is tried again.")

    def _stop_cancelled(self, book: JobBook) -> None:
        with self._guard:
            running = {job: task for job, task in self._at_work.items() if job not in self._ending}
        goes_on = book.states(list(running))
        self._end({job: task for job, task in running.items() if not goes_on.get(job)})

    def _end_tasks(self) -> None:
        """End what runs, and let nothing begin."""
        with self._guard:
            self._is_closing = True
            running = dict(self._at_work)
        for ender in self._end({job: task for job, task in running.items() if job not in self._ending}):
            ender.join()
        for task in running.values():
            task.ended_within(self._manner.grace)

    def _end(self, tasks: Mapping[str, Running]) -> list[threading.Thread]:
        """Ask tasks once to end, and make them when their time is over."""
        self._ending |= tasks.keys()
        enders = [
            threading.Thread(target=self._end_one, args=(each,), daemon=True) for each in tasks.values()
        ]
        for ender in enders:
            ender.start()
        return enders

    def _end_one(self, task: Running) -> None:
        task.interrupt()
        if not task.ended_within(self._manner.grace):
            task.kill()

    # what DBOS calls --------------------------------------------------------------

    def _launched(self, book: JobBook) -> Any:
        from dbos import DBOS

        _log_to(self._home / "logs" / "worker.log")
        DBOS(
            config={
                "name": APPLICATION,
                "system_database_url": address_of(self._home),
                "system_database_engine": book.engine,
                "application_version": ENVELOPE,
                "executor_id": "home",
                "serializer": JsonText(),
                "use_listen_notify": False,
                "notification_listener_polling_interval_sec": self._manner.look,
                "log_level": "WARNING",
            }
        )

        @DBOS.step(name="task")
        def task(written: Written) -> Row:
            assert DBOS.workflow_id is not None
            return self._outcome(book, DBOS.workflow_id, written)

        @DBOS.workflow(name=NAME, max_recovery_attempts=_ATTEMPTS)
        def job(written: Written) -> Row:
            return task(written)

        book.set_limits(self._manner.limits, self._manner.look)
        DBOS.launch()
        return DBOS

    def _outcome(self, book: JobBook, job: str, written: Written) -> Row:
        """What came of a job: of this run of it, or of one before that nobody could write down."""
        with self._turn(job):
            if (kept := self._results.read(job)) is None:
                try:
                    kept = self._run(book, job, brought_up(written, self._manner.queues))
                except BacklitError as error:
                    kept = {"error": _told(error)}
            return {name: _short(value) for name, value in kept.items()}

    def _turn(self, job: str) -> threading.Lock:
        """One run of a job at a time: one that was cancelled may still be ending while it is resumed."""
        with self._guard:
            return self._turns.setdefault(job, threading.Lock())

    def _run(self, book: JobBook, job: str, written: Written) -> Row:
        running = self._begun(job, written)
        try:
            for event in running.events():
                book.tell(job, Stage(**event, at=datetime.now(UTC)))
            code = running.wait()
        finally:
            with self._guard:
                del self._at_work[job]
                self._ending.discard(job)
        if (kept := self._results.read(job)) is not None:
            return kept
        if self._is_closing:
            raise Stopped
        return {"error": _died(job, code)}

    def _begun(self, job: str, written: Written) -> Running:
        with self._guard:  # between the question and the beginning nobody may close
            if self._is_closing or self._stopping.is_set():
                raise Stopped
            asked = {"home": str(self._home), "job": job, "lock": self._lock, **written}
            running = Running(self._manner.command, asked, self._results.log_path(job), self._lock)
            self._at_work[job] = running
            return running


@contextmanager
def _alone(book: JobBook, wait: float) -> Iterator[None]:
    """On a server, be the worker of its database, too: the lock of a home is of one machine."""
    deadline = time.monotonic() + max(wait, _NOTICED)
    while True:
        with sole(book.engine, _WORKING) as is_ours:
            if is_ours:
                yield
                return
        if time.monotonic() >= deadline:
            found = "another home or machine with the same database does"
            do = "One is enough. A home of its own needs a database of its own."
            raise HomeBusy("work on the jobs of this database", found, do)
        time.sleep(_AGAIN)


def _threads() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name.startswith(_THREADS)]


def _short(value: Any) -> Any:
    """What stands in the database: rows stay in the folder of the job."""
    if not isinstance(value, dict):
        return value
    return {name: each for name, each in value.items() if not isinstance(each, list | dict) or name == "file"}


def _told(error: BacklitError) -> Row:
    return {
        "class": type(error).__name__,
        "asked": error.asked,
        "found": error.found,
        "do": error.do,
        "exit_code": error.exit_code,
    }


def _died(job: str, code: int) -> Row:
    """A task that ended without a word; of one that was cancelled nobody asks for it."""
    how = f"was killed by signal {-code}" if code < 0 else f"ended with {code}"
    found = f"its process {how}" + (", most likely for want of memory" if code == -9 else "")
    return {
        "class": "BacklitError",
        "asked": f"run job {job}",
        "found": found,
        "do": f"`backlit jobs log {job}` may say why; `backlit jobs resume {job}` tries again.",
        "exit_code": 1,
    }


def _log_to(path: Path) -> None:
    """What DBOS has to say goes to a file: it would print it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    logger = logging.getLogger("dbos")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()
    handler = logging.FileHandler(path, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger.addHandler(handler)
    logger.propagate = False
