"""What is due on a home, and which jobs does that make?"""

import os
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from backlit.app.clock import Clock, clock_of_looks
from backlit.errors import BacklitError
from backlit.jobs.book import JobBook
from backlit.jobs.formats import written
from backlit.jobs.job import Job, JobState
from backlit.jobs.schedules import Schedule, Schedules, id_of, moment_of
from backlit.monitor.alerts.rules import due
from backlit.store.alerts import Rules
from backlit.store.database import opened
from backlit.store.monitors import Monitors
from backlit.store.outbox import Outbox
from backlit.store.place import FILE, SETTING, has_state
from backlit.store.projects import Projects

__all__ = ["DEFAULTS", "OF_PROJECTS", "ask_due", "targets_of"]

#: So many jobs of a schedule that is looked at that often are kept. The job of a moment that may come again
#: (a clock that jumped ahead for days) does nothing twice: what is due or told is asked of the state.
KEPT = 1_000
_OFTEN = timedelta(hours=1)
#: Kinds of jobs that are about whole targets.
OF_PROJECTS = ("verify", "audit", "report")
#: Kinds of jobs that are about all that there is to do.
_OF_ALL = ("monitor-check", "alert-run", "prepare")
#: Files of a home that change with what alerts are about.
_CHANGING = (FILE, f"{FILE}-wal", "catalog.db")

#: Links monthly, audits quarterly, reports monthly once somebody wants them. Monitors and alerts have a pace
#: of their own: here it is looked whether one is due, or something may be told; and whether the index has
#: changed, so that what pages ask of a large one should be asked before somebody waits for it.
DEFAULTS = (
    Schedule("monitors", "monitor-check", timedelta(hours=1), at_once=True),
    Schedule("alerts", "alert-run", timedelta(minutes=10), at_once=True),
    Schedule("answers", "prepare", timedelta(minutes=5), at_once=True),
    Schedule("links", "verify", timedelta(days=30)),
    Schedule("audits", "audit", timedelta(days=91)),
    Schedule("reports", "report", timedelta(days=30), is_on=False),
)


def ask_due(home: Path, book: JobBook, clock: Clock, looked: dict[str, datetime] | None = None) -> list[str]:
    """Ask for the jobs that are due now; the ids of those that are new.

    While a schedule's last job on a target is not over, the next one waits for its turn. `looked` remembers
    for whoever looks again and again at which moment no monitor was due: that takes a while to find out.
    """
    now, asked = clock(), []
    at_work = {(job.asked_by, str(job.arguments.get("target", ""))) for job in book.active()}
    schedules = Schedules(book.engine, DEFAULTS).begun(now)
    for schedule in schedules:
        moment = moment_of(schedule, now) if schedule.is_on else None
        if moment is None:
            continue
        if schedule.every <= _OFTEN:
            book.forget(f"{schedule.key}-", KEPT)
        by = f"schedule {schedule.key}"
        subjects = _subjects(home, schedule, schedules)
        jobs = {id_of(schedule, moment, target): target for target in subjects}
        known = book.known(list(jobs))
        for job, target in jobs.items():
            if job in known or (by, target) in at_work:
                continue
            if not _is_wanted(home, book, schedule, moment, clock, {} if looked is None else looked):
                continue
            arguments = {"target": target} if target else {}
            if book.ask(job, written(schedule.kind, arguments, by=by, folder=str(home))):
                asked.append(job)
    return asked


def _subjects(home: Path, schedule: Schedule, schedules: Sequence[Schedule]) -> Iterable[str]:
    """The targets that a schedule is about; one without a name where it is about all that is due."""
    if schedule.kind in _OF_ALL:
        return [""]
    if not (home / "layout.json").exists():
        return []  # no index yet: there is nothing to look at
    return targets_of(home, schedule, schedules)


def _is_wanted(
    home: Path, book: JobBook, schedule: Schedule, moment: datetime, clock: Clock, looked: dict[str, datetime]
) -> bool:
    """Whether there is anything to do, for the schedules that are a question whether there is."""
    if schedule.kind == "alert-run":
        return _may_tell(home, book.newest(f"{schedule.name}-"), clock)
    if schedule.kind not in _OF_ALL:
        return True
    if looked.get(schedule.name) == moment:
        return False
    looked[schedule.name] = moment
    if schedule.kind == "prepare":
        return _may_prepare(home, book.newest(f"{schedule.name}-"))
    return _is_one_due(home, clock)


def targets_of(home: Path, schedule: Schedule, schedules: Sequence[Schedule] = ()) -> Sequence[str]:
    """The targets of a schedule: its own, else those that monitors or alerts name, and where whole targets
    are looked at, those of projects, but for projects that have it for themselves among `schedules`."""
    if not has_state(home):
        return schedule.targets or ()
    with opened(home) as engine:
        if schedule.kind == "alert-run":
            return schedule.targets or sorted({each.target for each in Rules(engine).all()})
        of_projects = {each.slug: each.target for each in Projects(engine).all()}
        if schedule.kind == "prepare":
            return sorted(of_projects.values())
        if schedule.project is not None:
            return [target for slug, target in of_projects.items() if slug == schedule.project]
        watched = schedule.targets or {each.target for each in Monitors(engine).all()}
        if schedule.kind not in OF_PROJECTS:
            return sorted(watched)
        with_own = {each.project for each in schedules if each.name == schedule.name}
        apart = {target for slug, target in of_projects.items() if slug in with_own}
        return sorted({*watched, *(() if schedule.targets else of_projects.values())} - apart)


def _may_tell(home: Path, last: Job | None, clock: Clock) -> bool:
    """Whether alerts have something to look at or to send: a digest that is due, a message that waits, or
    anything that has changed since the last run."""
    if not has_state(home):
        return False
    with opened(home) as engine:
        rules = Rules(engine).all()
        if Outbox(engine).ready(clock()):
            return True
        if not rules or due(rules, {rule.id: rule.digest_at for rule in rules if rule.digest_at}, clock()):
            return bool(rules)
    if last is None or last.ended_at is None or last.state is not JobState.DONE or os.environ.get(SETTING):
        return True
    changed = [path.stat().st_mtime for name in _CHANGING if (path := home / name).exists()]
    return max(changed, default=0.0) > last.ended_at.timestamp()


def _may_prepare(home: Path, last: Job | None) -> bool:
    """Whether there are targets to prepare answers of, and the index has changed since that was done last, or
    how many they are."""
    if not has_state(home) or not (home / "layout.json").exists():
        return False
    from backlit.app.preparing import worth_preparing

    try:
        targets = worth_preparing(home)
    except BacklitError:  # whoever opens a page is told; all else that is due must be done
        return False
    if last is None or last.state is not JobState.DONE or last.started_at is None or last.result is None:
        return bool(targets)
    is_changed = (home / "catalog.db").stat().st_mtime >= last.started_at.timestamp()
    return bool(targets) and (is_changed or last.result["targets"] != len(targets))


def _is_one_due(home: Path, clock: Clock) -> bool:
    if not targets_of(home, Schedule("", "", timedelta(0))):
        return False  # nothing is watched, and nothing big was loaded to find that out
    from backlit.app.watching import monitor_ls

    now = clock_of_looks(home, clock)()
    return any(row["due_at"] <= now for row in monitor_ls(home, clock=clock).rows)
