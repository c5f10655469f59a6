"""What can be done with jobs? Ask for one, look, wait, cancel, resume, and do them."""

import os
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backlit import errors
from backlit.app.answer import Answer, Row
from backlit.app.belonging import Within, is_job_within
from backlit.app.clock import Clock, now
from backlit.app.progress import Progress, ProgressEvent, silent
from backlit.app.tasks import COMMAND, LIMITS, QUEUES, TASKS
from backlit.errors import BacklitError, Interrupted, JobUnknown, UsageError
from backlit.jobs.database import is_there
from backlit.jobs.job import Job, JobState
from backlit.jobs.lock import worker_of
from backlit.jobs.results import Results

if TYPE_CHECKING:
    from backlit.jobs.book import JobBook
    from backlit.jobs.worker import Worker

__all__ = [
    "ask_job",
    "counted_jobs",
    "job_cancel",
    "job_log",
    "job_resume",
    "job_show",
    "job_wait",
    "jobs_ls",
    "lower_priority",
    "may_see_job",
    "worker",
    "worker_of",
]

#: Between two looks at a job that is waited for, in seconds, and so many without a worker before we give up.
_PAUSE, _LOOKS_ALONE = 0.5, 20
#: Jobs that are counted: the newest.
_COUNTED = 1_000


@contextmanager
def _book(home: Path) -> "Iterator[JobBook]":
    from backlit.jobs.book import opened_book

    with opened_book(home, QUEUES) as book:
        yield book


def ask_job(
    home: Path,
    kind: str,
    arguments: Mapping[str, Any],
    *,
    by: str = "command line",
    folder: Path | None = None,
    clock: Clock = now,
    suffix: Callable[[], str] = lambda: secrets.token_hex(2),
) -> Answer:
    """Have something done by the worker of a home, now or once there is one.

    Relative names in the arguments are meant from `folder` on, by default from where we are.
    """
    from backlit.jobs.formats import written

    if kind not in QUEUES:
        raise UsageError(
            f"ask for a job of kind {kind!r}", "there is no such kind", f"Known: {', '.join(QUEUES)}."
        )
    told = {name: str(value) if isinstance(value, Path) else value for name, value in arguments.items()}
    TASKS[kind].check(kind, told)
    with _book(home) as book:
        job = f"{kind}-{clock():%Y%m%dT%H%M%S}-{suffix()}"
        book.ask(job, written(kind, told, by=by, folder=str(folder or Path.cwd())))
        return _one(home, book.job(job))


def jobs_ls(home: Path, *, state: str | None = None, limit: int = 50, within: Within | None = None) -> Answer:
    """The jobs of a home, the newest first, all or those in one state; with `within` those alone that are
    about what somebody sees."""
    if state is not None and state not in JobState._value2member_map_:
        raise UsageError(f"list {state!r} jobs", "there is no such state", f"Known: {', '.join(JobState)}.")
    rows: list[Row] = []
    if is_there(home):
        with _book(home) as book:
            only = [JobState(state)] if state else ()
            found = book.jobs(limit=limit if within is None else _COUNTED, only=only)
            seen = (each for each in found if within is None or _is_within(each, within))
            rows = [job.told for job in islice(seen, limit)]
    query = {"state": state, "limit": limit, "worker": worker_of(home)}
    return Answer(rows, query, total=len(rows), limit=limit)


def _is_within(job: Job, within: Within) -> bool:
    return is_job_within(job.kind, job.arguments, within)


def may_see_job(home: Path, job: str, within: Within) -> bool:
    """Whether there is a job of this very id, and it is about what somebody sees."""
    if not is_there(home):
        return False
    with _book(home) as book:
        try:
            found = book.job(job)
        except BacklitError:
            return False
    return found.id == job and _is_within(found, within)


def counted_jobs(home: Path) -> tuple[Mapping[tuple[str, str], int], datetime | None]:
    """How many jobs there are of each kind in each state, of the newest, and since when the oldest of those
    that wait does."""
    if not is_there(home):
        return {}, None
    with _book(home) as book:
        found = book.jobs(limit=_COUNTED)
        waiting = [job.asked_at for job in book.active() if job.state is JobState.WAITING]
    kinds = ((job.kind if job.kind in QUEUES else "other", job.state.value) for job in found)
    return Counter(kinds), min(waiting, default=None)


def job_show(home: Path, job: str) -> Answer:
    """One job, by its id or a beginning of it."""
    with _known(home, job) as book:
        return _one(home, book.job(job))


def job_cancel(home: Path, job: str) -> Answer:
    """Stop a job, which keeps what it has, or do not begin it."""
    with _known(home, job) as book:
        return _one(home, book.cancel(job))


def job_resume(home: Path, job: str) -> Answer:
    """Have a job that failed or was cancelled go on where it was."""
    with _known(home, job) as book:
        return _one(home, book.resume(job))


def job_log(home: Path, job: str) -> Answer:
    """What a job said besides its result: warnings, and where it failed."""
    with _known(home, job) as book:
        found = book.job(job)
        return Answer({"id": found.id, "log": book.results.log(found.id)}, {"job": found.id})


def job_wait(
    home: Path, job: str, *, progress: Progress = silent, pause: Callable[[float], None] = time.sleep
) -> Answer:
    """The answer of a job when it is over; its error is raised, and Interrupted where nobody works on it."""
    with _known(home, job) as book:
        alone = 0
        while not (found := book.job(job)).state.is_over:
            alone = alone + 1 if worker_of(home) is None else 0
            if alone > _LOOKS_ALONE:
                do = "`backlit up` or `backlit jobs work` goes on with it."
                raise Interrupted(f"wait for job {found.id}", "no worker runs on this home", do)
            if stage := found.progress:
                progress(ProgressEvent(stage.stage, stage.done, stage.total, stage.unit))
            pause(_PAUSE)
    return _ended(home, found)


def _ended(home: Path, job: Job) -> Answer:
    if job.state is JobState.CANCELLED:
        do = f"`backlit jobs resume {job.id}` goes on with it."
        raise Interrupted(f"wait for job {job.id}", "it was cancelled", do)
    if job.error is not None:
        raise _error(job.error)
    kept = Results(home).read(job.id) or {"result": job.result}
    snapshot = kept.get("snapshot")
    return Answer(
        kept["result"] or {},
        kept.get("query") or {},
        None if snapshot is None else int(snapshot),
        took_ms=kept.get("took_ms") or 0.0,
    )


def _error(told: Row) -> BacklitError:
    """The error that a task raised, of its own class where that is one of ours."""
    kind = getattr(errors, told.get("class", ""), BacklitError)
    if not (isinstance(kind, type) and issubclass(kind, BacklitError)):
        kind = BacklitError
    return kind(told["asked"], told["found"], told["do"])


@contextmanager
def _known(home: Path, job: str) -> "Iterator[JobBook]":
    if not is_there(home):
        raise JobUnknown(
            f"job {job[:80]!r}", "this home has no jobs", "`backlit ingest … --background` makes one."
        )
    with _book(home) as book:
        yield book


def _one(home: Path, job: Job) -> Answer:
    return Answer(job.told, {"job": job.id, "worker": worker_of(home)})


# the worker ----------------------------------------------------------------------


def worker(home: Path, *, schedules: bool = True, clock: Clock = now) -> "Worker":
    """A worker of a home, to be `run`; with `schedules` it asks for what is due, too."""
    from backlit.app.due import ask_due
    from backlit.jobs.worker import Manner, Worker

    looked: dict[str, datetime] = {}

    def tick(book: "JobBook") -> object:
        return ask_due(home, book, clock, looked) if schedules else None

    return Worker(home, Manner(COMMAND, QUEUES, LIMITS, tick=tick))


def lower_priority(by: int) -> None:
    """Let other processes go first."""
    os.nice(by)
