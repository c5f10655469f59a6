"""What is done again and again, and when is it due?

A schedule counts from the moment when it was set: it is due when its period is over, and again each period
after. Each of these moments makes one job, whose id is made of the two, so that a moment makes no second job
however often it is looked at, by whichever worker, and whatever the clock did. Moments that passed while
nobody looked are made up for once, by the newest of them.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from backlit.jobs.database import SCHEDULES

__all__ = ["LEAST", "Schedule", "Schedules", "id_of", "moment_of"]

#: The shortest period.
LEAST = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Something done every so often; `targets` None are those that are watched, or that of the `project`
    whose own schedule it is."""

    name: str
    #: the kind of its jobs
    kind: str
    every: timedelta
    is_on: bool = True
    targets: tuple[str, ...] | None = None
    since: datetime | None = None
    #: whether it is due when it is set, too
    at_once: bool = False
    #: the slug of the project that has it for itself
    project: str | None = None

    @property
    def key(self) -> str:
        """What tells it from all others: its name, with the project whose own it is."""
        return self.name if self.project is None else f"{self.name}.{self.project}"


def moment_of(schedule: Schedule, now: datetime) -> datetime | None:
    """The newest moment at which a schedule was due; None where it was not yet."""
    if schedule.since is None or now < schedule.since:
        return None
    periods = (now - schedule.since) // schedule.every
    return schedule.since + periods * schedule.every if periods or schedule.at_once else None


def id_of(schedule: Schedule, moment: datetime, target: str = "") -> str:
    """The id of the job that a moment makes."""
    of = f"-{hashlib.blake2b(target.encode(), digest_size=4).hexdigest()}" if target else ""
    return f"{schedule.key}-{moment:%Y%m%dT%H%M%SZ}{of}"


class Schedules:
    """The schedules of a home, as somebody set them or as they come."""

    def __init__(self, engine: sa.Engine, defaults: Sequence[Schedule]) -> None:
        self._engine, self._defaults = engine, {each.name: each for each in defaults}

    def all(self) -> list[Schedule]:
        """Every schedule, before those of its name that projects have for themselves; those that nobody set
        or began have no `since`."""
        with self._engine.connect() as connection:
            rows = {row.name: row for row in connection.execute(sa.select(SCHEDULES))}
        own = sorted(key.partition(".")[::2] for key in rows if "." in key)
        found = []
        for name, each in self._defaults.items():
            found.append(_as_set(each, rows.get(name)))
            for slug in (slug for of, slug in own if of == name):
                found.append(_as_set(replace(each, project=slug), rows[f"{name}.{slug}"]))
        return found

    def begun(self, now: datetime) -> list[Schedule]:
        """Every schedule, those that nobody set counting from now on."""
        for each in self.all():
            if each.since is None:
                self.put(replace(each, since=now))
        return self.all()

    def put(self, schedule: Schedule) -> None:
        """Keep a schedule as it is to be; its time is kept to the second."""
        assert schedule.since is not None
        row = {
            "name": schedule.key,
            "is_on": schedule.is_on,
            "every_s": int(schedule.every.total_seconds()),
            "targets": None if schedule.targets is None else json.dumps(schedule.targets),
            "since": int(schedule.since.timestamp()),
        }
        with self._engine.begin() as connection:
            connection.execute(sa.delete(SCHEDULES).where(SCHEDULES.c.name == schedule.key))
            connection.execute(sa.insert(SCHEDULES).values(row))

    def drop(self, schedule: Schedule) -> None:
        """Forget how a schedule was set."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(SCHEDULES).where(SCHEDULES.c.name == schedule.key))


def _as_set(schedule: Schedule, row: "sa.Row[tuple[object, ...]] | None") -> Schedule:
    if row is None:
        return schedule
    return replace(
        schedule,
        is_on=row.is_on,
        every=timedelta(seconds=row.every_s),
        targets=None if row.targets is None else tuple(json.loads(row.targets)),
        since=datetime.fromtimestamp(row.since, UTC),
    )
