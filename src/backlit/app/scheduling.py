"""What is done by itself, how often, and on which targets: all that are watched, or those of a project?"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from backlit.app.answer import Answer, Row
from backlit.app.clock import Clock, now
from backlit.app.due import DEFAULTS, OF_PROJECTS, targets_of
from backlit.app.projects import project_show
from backlit.app.tasks import QUEUES
from backlit.errors import UsageError
from backlit.index.target import Target
from backlit.jobs.book import opened_book
from backlit.jobs.database import is_there
from backlit.jobs.lock import worker_of
from backlit.jobs.schedules import LEAST, Schedule, Schedules, moment_of

__all__ = ["schedule_ls", "schedule_set"]

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def schedule_ls(home: Path, *, clock: Clock = now) -> Answer:
    """What is done again and again: how often, on which targets, and when it is due next."""
    known: Sequence[Schedule] = DEFAULTS
    if is_there(home):
        with opened_book(home, QUEUES) as book:
            known = Schedules(book.engine, DEFAULTS).all()
    rows = [_row(home, each, known, clock) for each in known]
    return Answer(rows, {"worker": worker_of(home)}, total=len(rows))


def schedule_set(
    home: Path,
    name: str,
    *,
    every: str | None = None,
    on: bool | None = None,
    targets: Sequence[str] | None = None,
    project: str | None = None,
    common: bool = False,
    clock: Clock = now,
) -> Answer:
    """Change how often something is done, on which targets, or whether at all; an empty list of targets are
    those that monitors name. Its days are counted from now on.

    A `project`, named by its slug, has the schedule for itself from then on, and has it as the common one is
    where nothing else is said; with `common` it goes with that one again.
    """
    with opened_book(home, QUEUES) as book:
        schedules = Schedules(book.engine, DEFAULTS)
        known = {each.key: each for each in schedules.all()}
        chosen = _chosen(home, known, name, project, targets)
        if common:
            changed = _given_up(schedules, known, chosen)
        else:
            changed = _changed(chosen, every, on, targets, clock)
            schedules.put(changed)
        known_now = schedules.all()
    return Answer(_row(home, changed, known_now, clock), {"name": name, "project": project})


def _chosen(
    home: Path, known: dict[str, Schedule], name: str, project: str | None, targets: Sequence[str] | None
) -> Schedule:
    """The schedule of that name, or as a project has it or would have it for itself."""
    names = [each.name for each in DEFAULTS]
    if name not in names:
        found = "there is none of that name"
        raise UsageError(f"schedule {name[:40]!r}", found, f"Known: {', '.join(names)}.")
    if targets and known[name].kind == "prepare":
        do = "Make a project of each with `backlit project add`."
        raise UsageError(f"schedule {name} for targets", "it goes by what projects there are", do)
    if project is None:
        return known[name]
    asked = f"schedule {name} for a project"
    if known[name].kind not in OF_PROJECTS:
        do = "Links, audits and reports can be scheduled for a project."
        raise UsageError(asked, "it goes by what is watched", do)
    if targets is not None:
        raise UsageError(asked, "targets are named, too", "A project's own schedule is about its target.")
    own = replace(known[name], project=project_show(home, project).row["slug"], targets=None)
    return known.get(own.key, own)


def _changed(
    schedule: Schedule, every: str | None, on: bool | None, targets: Sequence[str] | None, clock: Clock
) -> Schedule:
    """The schedule with what somebody said of it, counting from now on."""
    changed = replace(schedule, since=clock())
    if every is not None:
        changed = replace(changed, every=_period(every))
    if on is not None:
        changed = replace(changed, is_on=on)
    if targets is not None:
        names = tuple(dict.fromkeys(Target.parse(each).name for each in targets))
        changed = replace(changed, targets=names or None)
    return changed


def _given_up(schedules: Schedules, known: dict[str, Schedule], own: Schedule) -> Schedule:
    """Let a project go with the common schedule again; which that is."""
    asked = f"let a project go with the common schedule {own.name}"
    if own.project is None:
        raise UsageError(asked, "no project is named", "Name it with --project.")
    if own.key not in known:
        do = "`backlit jobs schedule ls` lists those that have."
        raise UsageError(asked, f"{own.project} has none for itself", do)
    schedules.drop(own)
    return known[own.name]


def _period(text: str) -> timedelta:
    number, unit = text[:-1], text[-1:]
    if not (number.isascii() and number.isdigit() and len(number) <= 4 and unit in _UNITS):
        raise UsageError(
            f"do something every {text[:40]!r}", "that is no period", "Write it as 30m, 12h, 30d or 13w."
        )
    period = timedelta(**{_UNITS[unit]: int(number)})
    if period < LEAST:
        raise UsageError(
            f"do something every {text}", "that is too often", "Five minutes (5m) are the least."
        )
    return period


def _row(home: Path, schedule: Schedule, known: Sequence[Schedule], clock: Clock) -> Row:
    due = None
    if schedule.is_on and schedule.since is not None:
        last = moment_of(schedule, clock())
        due = (last or schedule.since) + schedule.every
    return {
        "name": schedule.name,
        "project": schedule.project,
        "kind": schedule.kind,
        "on": schedule.is_on,
        "every_hours": schedule.every / timedelta(hours=1),
        "targets": list(targets_of(home, schedule, known)) if home.exists() else [],
        "chosen": schedule.targets is not None,
        "due_at": due,
    }
