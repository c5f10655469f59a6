"""Which pages does somebody want looked at again and again, and what was promised of them?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from backlit.store.database import microseconds, moment
from backlit.store.tables import MONITORS

__all__ = ["Monitor", "MonitorKind", "Monitors"]


class MonitorKind(StrEnum):
    """Why there is a link: somebody meant it, somebody was paid for it, or the site is one's own."""

    EARNED = "earned"
    COMPENSATED = "compensated"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Monitor:
    """A page, what it should link to, and what was promised; None where nothing was."""

    url: str
    target: str
    kind: MonitorKind
    anchor: str | None = None
    promised_url: str | None = None
    added_at: datetime | None = None


class Monitors:
    """The monitors of a home."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add(self, monitors: Iterable[Monitor], now: datetime) -> int:
        """Keep monitors; one of the same page and target takes the place of the older. How many are new."""
        new = 0
        with self._engine.begin() as connection:
            for each in monitors:
                replaced = connection.execute(_same(each).values(removed_at=microseconds(now)))
                new += replaced.rowcount == 0
                connection.execute(
                    MONITORS.insert().values(
                        url=each.url,
                        target=each.target,
                        kind=each.kind.value,
                        anchor=each.anchor,
                        promised_url=each.promised_url,
                        added_at=microseconds(now),
                    )
                )
        return new

    def remove(self, url: str, target: str | None, now: datetime) -> int:
        """End the monitors of a page, or only that of one target; how many there were."""
        chosen = MONITORS.update().where(MONITORS.c.url == url, MONITORS.c.removed_at.is_(None))
        if target is not None:
            chosen = chosen.where(MONITORS.c.target == target)
        with self._engine.begin() as connection:
            return int(connection.execute(chosen.values(removed_at=microseconds(now))).rowcount)

    def all(self) -> list[Monitor]:
        """Those that stand, in the order in which they were added."""
        query = MONITORS.select().where(MONITORS.c.removed_at.is_(None)).order_by(MONITORS.c.id)
        with self._engine.connect() as connection:
            return [
                Monitor(
                    row.url,
                    row.target,
                    MonitorKind(row.kind),
                    row.anchor,
                    row.promised_url,
                    moment(row.added_at),
                )
                for row in connection.execute(query)
            ]

    def promised_since(self, monitor: Monitor) -> datetime:
        """When this very promise was made first: one that is made again is as old as it was."""
        values = {
            "url": monitor.url,
            "target": monitor.target,
            "kind": monitor.kind.value,
            "anchor": monitor.anchor,
            "promised_url": monitor.promised_url,
        }
        same = (MONITORS.c[name].is_not_distinct_from(value) for name, value in values.items())
        query = sa.select(sa.func.min(MONITORS.c.added_at)).where(*same)
        with self._engine.connect() as connection:
            return moment(connection.execute(query).scalar_one())


def _same(monitor: Monitor) -> sa.Update:
    return MONITORS.update().where(
        MONITORS.c.url == monitor.url,
        MONITORS.c.target == monitor.target,
        MONITORS.c.removed_at.is_(None),
    )
