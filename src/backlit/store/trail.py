"""What happened on the board of outreach, in which order, and has anybody changed that since?

Each event seals the one before: its digest is SHA-256 over that one's digest and its own fields, in which the
words stand as the hash of a salt and them. So words that name a person can go, and the rest still proves
itself; nobody who guesses the words can try them against the hash, for the salt goes as well.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backlit.store.database import GREATEST, microseconds, moment
from backlit.store.outreach_tables import TRAIL

__all__ = ["Happened", "add_event", "broken_at", "event_of", "forget_words", "happened"]

_FIELDS = ("at", "who", "card", "what", "stage", "was", "undoes", "seal")


@dataclass(frozen=True, slots=True)
class Happened:
    """One event. `told` is None once its words were forgotten."""

    id: int
    at: datetime
    who: str
    card: int | None
    what: str
    stage: str | None
    was: str | None
    undoes: int | None
    told: Mapping[str, Any] | None


def add_event(
    connection: sa.Connection,
    what: str,
    who: str,
    now: datetime,
    told: Mapping[str, Any],
    *,
    card: int | None = None,
    stage: str | None = None,
    was: str | None = None,
    undoes: int | None = None,
) -> int:
    """Put an event at the end of the trail, in a transaction of `database.writing`; its number."""
    body = json.dumps(told, ensure_ascii=True, sort_keys=True, default=str)
    salt = secrets.token_hex(16)
    values: dict[str, Any] = {
        "at": microseconds(now), "who": who, "card": card, "what": what, "stage": stage, "was": was,
        "undoes": undoes, "body": body, "salt": salt, "seal": _seal(salt, body),
    }  # fmt: skip
    last = sa.select(TRAIL.c.digest).order_by(TRAIL.c.id.desc()).limit(1)
    values["digest"] = _digest(connection.execute(last).scalar() or "", values)
    kept = connection.execute(TRAIL.insert().values(values)).inserted_primary_key
    assert kept is not None
    return int(kept[0])


def happened(connection: sa.Connection, card: int | None = None, limit: int | None = None) -> list[Happened]:
    """The events, newest first, of one card or of all."""
    query = TRAIL.select().order_by(TRAIL.c.id.desc()).limit(limit)
    if card is not None:
        if not 0 < card <= GREATEST:
            return []
        query = query.where(TRAIL.c.card == card)
    return [_happened(row) for row in connection.execute(query)]


def event_of(connection: sa.Connection, number: int) -> Happened | None:
    """One event by its number."""
    row = connection.execute(TRAIL.select().where(TRAIL.c.id == number)).first()
    return None if row is None else _happened(row)


def _happened(row: Any) -> Happened:
    told = None if row.body is None else json.loads(row.body)
    return Happened(row.id, moment(row.at), row.who, row.card, row.what, row.stage, row.was, row.undoes, told)


def forget_words(connection: sa.Connection, chosen: sa.ColumnElement[bool]) -> int:
    """Let the words of some events go; how many had any. What happened, and when, stays."""
    known = TRAIL.update().where(chosen, TRAIL.c.body.is_not(None))
    return int(connection.execute(known.values(body=None, salt=None)).rowcount)


def broken_at(connection: sa.Connection) -> int | None:
    """The first event that is not what was written, or whose forerunner is missing; None where all are."""
    before = ""
    for row in connection.execute(TRAIL.select().order_by(TRAIL.c.id)):
        words = row.body is None or _seal(row.salt, row.body) == row.seal
        if not words or _digest(before, row._mapping) != row.digest:
            return int(row.id)
        before = row.digest
    return None


def _seal(salt: str, body: str) -> str:
    return hashlib.sha256(f"{salt}{body}".encode()).hexdigest()


def _digest(before: str, values: Mapping[Any, Any]) -> str:
    told = json.dumps([before, *(values[name] for name in _FIELDS)], ensure_ascii=True)
    return hashlib.sha256(told.encode()).hexdigest()
