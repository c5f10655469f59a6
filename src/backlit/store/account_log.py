"""Who signed in, or failed to, whose rights changed, and what was taken out? One event after the other."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backlit.store.account_tables import LOG
from backlit.store.database import microseconds, moment

__all__ = ["CHOSEN", "AccountEvent", "counted", "last", "logged", "note"]

#: What the log calls it that somebody has another password.
CHOSEN = "password chosen"


@dataclass(frozen=True, slots=True)
class AccountEvent:
    """One thing that somebody did; `address` is of the machine that asked, empty for the command line."""

    id: int
    at: datetime
    who: str
    what: str
    about: str
    told: Mapping[str, Any]
    address: str


def note(
    connection: sa.Connection,
    who: str,
    what: str,
    about: str,
    now: datetime,
    *,
    address: str = "",
    told: Mapping[str, Any] | None = None,
) -> None:
    """Add an event."""
    values = {
        "at": microseconds(now), "who": who, "what": what, "about": about, "address": address,
        "told": json.dumps(told or {}, ensure_ascii=True),
    }  # fmt: skip
    connection.execute(LOG.insert().values(values))


def counted(
    connection: sa.Connection,
    what: str | Collection[str],
    since: datetime,
    *,
    about: str | None = None,
    address: str | None = None,
) -> int:
    """How many events of a kind, or of several, there were since then; about somebody and from an address,
    where named."""
    query = sa.select(sa.func.count()).select_from(LOG)
    kinds = (what,) if isinstance(what, str) else what
    query = query.where(LOG.c.what.in_(kinds), LOG.c.at >= microseconds(since))
    for column, wanted in ((LOG.c.about, about), (LOG.c.address, address)):
        if wanted is not None:
            query = query.where(column == wanted)
    return int(connection.execute(query).scalar_one())


def last(connection: sa.Connection, what: str, about: str) -> datetime | None:
    """When something happened about somebody last; None where it never did."""
    query = sa.select(sa.func.max(LOG.c.at)).where(LOG.c.what == what, LOG.c.about == about)
    at = connection.execute(query).scalar()
    return None if at is None else moment(at)


def logged(connection: sa.Connection, limit: int) -> list[AccountEvent]:
    """The newest events, the newest first."""
    return [
        AccountEvent(row.id, moment(row.at), row.who, row.what, row.about, json.loads(row.told), row.address)
        for row in connection.execute(LOG.select().order_by(LOG.c.id.desc()).limit(limit))
    ]
