"""What is due on a home, and which jobs does that make?"""

import os
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path

from backlit.app.clock import Clock
from backlit.jobs.book import JobBook
from backlit.jobs.formats import written
from backlit.jobs.schedules import Schedule, Schedules, id_of, moment_of
from backlit.store.database import FILE, SETTING, opened
from backlit.store.monitors import Monitors

__all__ = ["DEFAULTS", "ask_due", "targets_of"]

#: Links monthly, audits quarterly. Monitors have a pace of their own: here it is looked whether one is due.
DEFAULTS = (
    Schedule("monitors", "monitor-check", timedelta(hours=1), at_once=True),
    Schedule("links", "verify", timedelta(days=30)),
    Schedule("audits", "audit", timedelta(days=91)),
)


def ask_due(home: Path, book: JobBook, clock: Clock) -> list[str]:
    """Ask for the jobs that are due now; the ids of those that are new.

    While a schedule's last job on a target is not over, the next one waits for its turn.
    """
    now, asked = clock(), []
    at_work = {(job.asked_by, str(job.arguments.get("target", ""))) for job in book.active()}
    for schedule in Schedules(book.engine, DEFAULTS).begun(now):
        moment = moment_of(schedule, now) if schedule.is_on else None
        if moment is None:
            continue
        for target in _wanted(home, schedule, clock):
            arguments = {"target": target} if target else {}
            by, job = f"schedule {schedule.name}", id_of(schedule, moment, target)
            job_written = written(schedule.kind, arguments, by=by, folder=str(home))
            if (by, target) not in at_work and book.ask(job, job_written):
                asked.append(job)
    return asked


def _wanted(home: Path, schedule: Schedule, clock: Clock) -> Iterable[str]:
    """The targets that a schedule is about; one without a name where it is about all that is due."""
    if schedule.kind == "monitor-check":
        return [""] if _is_one_due(home, clock) else []
    if not (home / "layout.json").exists():
        return []  # no index yet: there is nothing to look at
    return targets_of(home, schedule)


def targets_of(home: Path, schedule: Schedule) -> Sequence[str]:
    """The targets of a schedule: its own, else those that monitors name."""
    if schedule.targets is not None:
        return schedule.targets
    if not _may_watch(home):
        return ()
    with opened(home) as engine:
        return sorted({each.target for each in Monitors(engine).all()})


def _may_watch(home: Path) -> bool:
    """Whether there can be monitors: to look for them is no reason to make a database."""
    return bool(os.environ.get(SETTING)) or (home / FILE).exists()


def _is_one_due(home: Path, clock: Clock) -> bool:
    if not targets_of(home, Schedule("", "", timedelta(0))):
        return False  # nothing is watched, and nothing big was loaded to find that out
    from backlit.app.watching import monitor_ls

    now = clock()
    return any(row["due_at"] <= now for row in monitor_ls(home, clock=clock).rows)
