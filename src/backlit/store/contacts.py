"""Who is not written to, in any project, and why may somebody be written to unasked?

Both are kept by the hash of a mailbox or a domain, so that a refusal outlives the name of who refused. A
domain stands for all that is under it.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backlit.store.database import microseconds, moment, writing
from backlit.store.outreach_tables import CARDS, DRAFTS, GROUNDS, SENDS, SUPPRESSED, TRAIL
from backlit.store.trail import add_event, forget_words

__all__ = ["Contacts", "Ground", "Suppressed", "ground_of", "key_of", "suppression_of"]


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A mailbox or domain that is not written to; `text` is None once the person was forgotten."""

    id: int
    at: datetime
    who: str
    text: str | None
    why: str | None


@dataclass(frozen=True, slots=True)
class Ground:
    """Why a mailbox or domain may be written to unasked: consent or relationship, and what it rests on."""

    id: int
    at: datetime
    who: str
    text: str | None
    basis: str
    why: str | None


def key_of(text: str) -> str:
    """What a mailbox or a domain is known by; a dot at its end names the same host."""
    return hashlib.sha256(text.strip().lower().rstrip(".").encode()).hexdigest()


def _keys(*names: str | None) -> list[str]:
    """The keys that mean one of some mailboxes and hosts: itself, its host, and all above."""
    wanted = dict[str, None]()
    for name in filter(None, names):
        if "@" in name:
            wanted[key_of(name)] = None
        labels = name.rpartition("@")[2].rstrip(".").split(".")
        wanted.update({key_of(".".join(labels[at:])): None for at in range(len(labels))})
    return list(wanted)


def _untagged(name: str | None) -> str | None:
    """The mailbox that one with a tag is of, as ann@ of ann+news@; None for a host."""
    local, is_mailbox, host = (name or "").rpartition("@")
    return f"{local.partition('+')[0]}@{host}" if is_mailbox else None


def suppression_of(connection: sa.Connection, *names: str | None) -> Suppressed | None:
    """What keeps one of some mailboxes and hosts from being written to."""
    keys = _keys(*names, *map(_untagged, names))
    chosen = SUPPRESSED.c.key.in_(keys), SUPPRESSED.c.lifted_at.is_(None)
    row = connection.execute(SUPPRESSED.select().where(*chosen).order_by(SUPPRESSED.c.id)).first()
    return None if row is None else _suppressed(row)


def ground_of(connection: sa.Connection, mailbox: str | None) -> Ground | None:
    """What allows to write to a mailbox: of itself, or its host, and not of a site elsewhere."""
    chosen = GROUNDS.c.key.in_(_keys(mailbox)), GROUNDS.c.withdrawn_at.is_(None)
    row = connection.execute(GROUNDS.select().where(*chosen).order_by(GROUNDS.c.id)).first()
    return None if row is None else _ground(row)


class Contacts:
    """The people and sites of a home's outreach."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def suppress(self, text: str, who: str, why: str, now: datetime) -> Suppressed:
        """Write to a mailbox or domain no more; one that is there already stays as it is."""
        with writing(self._engine) as connection:
            return suppress(connection, text, who, why, now)

    def lift(self, text: str, who: str, why: str, now: datetime) -> bool:
        """Take a suppression away; whether there was one."""
        chosen = SUPPRESSED.c.key == key_of(text), SUPPRESSED.c.lifted_at.is_(None)
        with writing(self._engine) as connection:
            known = SUPPRESSED.update().where(*chosen).values(lifted_at=microseconds(now))
            if not connection.execute(known).rowcount:
                return False
            add_event(connection, "lifted", who, now, {"subject": text, "why": why})
            return True

    def suppressed(self) -> list[Suppressed]:
        """Who is not written to, newest first."""
        query = SUPPRESSED.select().where(SUPPRESSED.c.lifted_at.is_(None)).order_by(SUPPRESSED.c.id.desc())
        with self._engine.connect() as connection:
            return [_suppressed(row) for row in connection.execute(query)]

    def is_suppressed(self, *names: str | None) -> bool:
        """Whether one of some mailboxes and hosts is not written to."""
        with self._engine.connect() as connection:
            return suppression_of(connection, *names) is not None

    def suppressed_among(self, domains: Iterable[str]) -> frozenset[str]:
        """Those of some domains that are not written to."""
        by_key: dict[str, set[str]] = {}
        for domain in domains:
            for key in _keys(domain):
                by_key.setdefault(key, set()).add(domain)
        with self._engine.connect() as connection:
            query = sa.select(SUPPRESSED.c.key).where(SUPPRESSED.c.lifted_at.is_(None))
            held = [by_key[key] for key in connection.execute(query).scalars() if key in by_key]
        return frozenset[str]().union(*held)

    def ground(self, mailbox: str | None) -> Ground | None:
        """What allows to write to a mailbox: of itself, or its host."""
        with self._engine.connect() as connection:
            return ground_of(connection, mailbox)

    def allow(self, text: str, basis: str, who: str, why: str, now: datetime) -> Ground:
        """Record a consent or a relationship."""
        values = {
            "at": microseconds(now), "who": who, "key": key_of(text), "text": text, "basis": basis,
            "why": why,
        }  # fmt: skip
        with writing(self._engine) as connection:
            kept = connection.execute(GROUNDS.insert().values(values)).inserted_primary_key
            assert kept is not None
            add_event(connection, "allowed", who, now, {"subject": text, "basis": basis, "why": why})
            return Ground(int(kept[0]), now, who, text, basis, why)

    def withdraw(self, text: str, who: str, why: str, now: datetime) -> bool:
        """Take the grounds of a mailbox or domain away; whether there were any."""
        chosen = GROUNDS.c.key == key_of(text), GROUNDS.c.withdrawn_at.is_(None)
        with writing(self._engine) as connection:
            known = GROUNDS.update().where(*chosen).values(withdrawn_at=microseconds(now))
            if not connection.execute(known).rowcount:
                return False
            add_event(connection, "withdrawn", who, now, {"subject": text, "why": why})
            return True

    def grounds(self) -> list[Ground]:
        """Consents and relationships that stand, newest first."""
        query = GROUNDS.select().where(GROUNDS.c.withdrawn_at.is_(None)).order_by(GROUNDS.c.id.desc())
        with self._engine.connect() as connection:
            return [_ground(row) for row in connection.execute(query)]

    def forget(self, mailbox: str, who: str, now: datetime) -> dict[str, int]:
        """Let go of all that names the person behind a mailbox, and never write there again.

        What happened and when stays, without words; so does the refusal, as a hash. How much went.
        """
        is_file = self._engine.dialect.name == "sqlite"
        with writing(self._engine) as connection:
            if is_file:  # what is overwritten is not left lying about in free pages, nor in the log
                connection.exec_driver_sql("PRAGMA secure_delete = ON")
            suppress(connection, mailbox, who, "asked to be forgotten", now)
            gone = _forget(connection, mailbox, who, now)
        if is_file:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return gone


def suppress(connection: sa.Connection, text: str, who: str, why: str, now: datetime) -> Suppressed:
    """The same as a part of another transaction."""
    chosen = SUPPRESSED.c.key == key_of(text), SUPPRESSED.c.lifted_at.is_(None)
    row = connection.execute(SUPPRESSED.select().where(*chosen)).first()
    if row is not None:
        return _suppressed(row)
    values = {"at": microseconds(now), "who": who, "key": key_of(text), "text": text, "why": why}
    kept = connection.execute(SUPPRESSED.insert().values(values)).inserted_primary_key
    assert kept is not None
    add_event(connection, "suppressed", who, now, {"subject": text, "why": why})
    return Suppressed(int(kept[0]), now, who, text, why)


def _forget(connection: sa.Connection, mailbox: str, who: str, now: datetime) -> dict[str, int]:
    key, text = key_of(mailbox), mailbox.strip().lower()
    written = sa.select(SENDS.c.card).where(SENDS.c.mailbox == key)
    drafted = sa.select(DRAFTS.c.card).where(sa.func.lower(DRAFTS.c.recipient) == text)
    named = sa.func.lower(CARDS.c.contact) == text
    query = sa.select(CARDS.c.id).where(named | CARDS.c.id.in_(written) | CARDS.c.id.in_(drafted))
    cards = connection.execute(query).scalars().all()
    blank = {"contact": None, "name": None, "form": None, "revision": CARDS.c.revision + 1}
    connection.execute(CARDS.update().where(CARDS.c.id.in_(cards), named).values(blank))
    letters = DRAFTS.update().where(DRAFTS.c.card.in_(cards), DRAFTS.c.digest != "")
    gone = letters.values(recipient=None, subject=None, words=None, content=None)
    drafts = int(connection.execute(gone).rowcount)
    stopped = SENDS.update().where(SENDS.c.card.in_(cards), SENDS.c.state == "waiting")
    connection.execute(stopped.values(state="stopped", detail="the person was forgotten"))
    connection.execute(SENDS.update().where(SENDS.c.card.in_(cards)).values(detail=None))
    for table in (SUPPRESSED, GROUNDS):
        connection.execute(table.update().where(table.c.key == key).values(text=None, why=None))
    # events of no card are of people: those that name this one
    quoted = TRAIL.c.card.is_(None) & sa.func.lower(TRAIL.c.body).contains(f'"{text}"', autoescape=True)
    events = forget_words(connection, TRAIL.c.card.in_(cards) | quoted)
    add_event(connection, "forgotten", who, now, {"cards": len(cards), "drafts": drafts, "events": events})
    return {"cards": len(cards), "drafts": drafts, "events": events}


def _suppressed(row: Any) -> Suppressed:
    return Suppressed(row.id, moment(row.at), row.who, row.text, row.why)


def _ground(row: Any) -> Ground:
    return Ground(row.id, moment(row.at), row.who, row.text, row.basis, row.why)
