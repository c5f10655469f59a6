"""What does somebody want to hear of, what is there to tell, and what was sent?

Everything that must not be lost or doubled is decided here, each step in one transaction: that an event is
found and where the next search begins, that a digest goes out and with which events, that a try is over and
what came of it. Sending itself happens outside, from rows that are already on the disk.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backlit.store.alert_tables import CHANNELS, EVENTS, RULES, TOLD
from backlit.store.database import GREATEST, microseconds, moment, row_number, writing
from backlit.store.tables import LOOKS

__all__ = ["Base", "Channel", "Event", "Found", "Rule", "Rules", "Told"]


@dataclass(frozen=True, slots=True)
class Base:
    """Up to where a rule has looked: a version of the index, what it knew up to, and a look."""

    version: int | None = None
    moment: datetime | None = None
    look: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """What somebody wants to hear of, where it goes, and how often. `id` is 0 while it is not kept."""

    target: str
    kinds: tuple[str, ...]
    cadence: str
    token: str
    added_at: datetime
    scope: str | None = None
    q: str = ""
    channels: tuple[int, ...] = ()
    quiet: str | None = None
    muted_until: datetime | None = None
    base: Base = field(default_factory=Base)
    digest_at: datetime | None = None
    id: int = 0

    def is_muted(self, now: datetime) -> bool:
        """Whether what is found now is kept and never sent."""
        return self.muted_until is not None and now < self.muted_until


@dataclass(frozen=True, slots=True)
class Channel:
    """A mailbox or a webhook, and how it does."""

    kind: str
    address: str
    added_at: datetime
    secret: str | None = None
    old_secret: str | None = None
    old_until: datetime | None = None
    failing_since: datetime | None = None
    failures: int = 0
    disabled_at: datetime | None = None
    disabled_why: str | None = None
    id: int = 0

    @property
    def name(self) -> str:
        """As users name it."""
        return f"{self.kind}:{self.address}"


@dataclass(frozen=True, slots=True)
class Told:
    """What a rule told last of a subject, and when that happened."""

    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """Something to tell. `key` is the same however often it is found; `told` is what people read."""

    key: str
    kind: str
    happened: datetime
    told: Mapping[str, Any]
    is_alert: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to: what there is to tell, what each subject is known as, where the next begins."""

    events: Sequence[Event]
    told: Mapping[str, Told]
    base: Base


class Rules:
    """The rules, channels and events of a home."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    # rules and channels ---------------------------------------------------------

    def add(self, rule: Rule, channels: Sequence[Channel]) -> Rule:
        """Keep a rule and its channels; one of the same kind and address is used again."""
        with writing(self._engine) as connection:
            ids = tuple(_channel(connection, each) for each in channels)
            base = replace(rule.base, look=_last_look(connection))
            values = _rule_values(replace(rule, channels=ids, base=base))
            kept = connection.execute(RULES.insert().values(values)).inserted_primary_key
            assert kept is not None
            return replace(rule, channels=ids, base=base, id=int(kept[0]))

    def all(self) -> list[Rule]:
        """The rules that stand, in the order in which they were added."""
        query = RULES.select().where(RULES.c.removed_at.is_(None)).order_by(RULES.c.id)
        with self._engine.connect() as connection:
            return [_rule(row) for row in connection.execute(query)]

    def channels(self) -> dict[int, Channel]:
        """All channels by their id."""
        with self._engine.connect() as connection:
            rows = connection.execute(CHANNELS.select().order_by(CHANNELS.c.id))
            return {row.id: channel_of(row) for row in rows}

    def remove(self, rule: int, now: datetime) -> bool:
        """End a rule; what it found stays in the inbox, what waits to be sent is sent."""
        return self._change(rule, removed_at=microseconds(now))

    def mute(self, rule: int, until: datetime | None) -> bool:
        """Keep what is found and send nothing until a moment; None ends that."""
        return self._change(rule, muted_until=None if until is None else microseconds(until))

    def _change(self, rule: int, **values: Any) -> bool:
        known = RULES.update().where(RULES.c.id == row_number(rule), RULES.c.removed_at.is_(None))
        with writing(self._engine) as connection:
            return connection.execute(known.values(values)).rowcount > 0

    def rotate(self, channel: int, secret: str, old_until: datetime) -> bool:
        """Sign with another secret; until a moment also with the one before."""
        known = CHANNELS.update().where(CHANNELS.c.id == row_number(channel), CHANNELS.c.kind == "webhook")
        values = {"old_secret": CHANNELS.c.secret, "secret": secret, "old_until": microseconds(old_until)}
        with writing(self._engine) as connection:
            return connection.execute(known.values(values)).rowcount > 0

    def disable(self, channel: int, why: str, now: datetime) -> bool:
        """Send nothing more to a channel; one that is off already stays as it is."""
        known = CHANNELS.update().where(CHANNELS.c.id == channel, CHANNELS.c.disabled_at.is_(None))
        with writing(self._engine) as connection:
            values = {"disabled_at": microseconds(now), "disabled_why": why}
            return connection.execute(known.values(values)).rowcount > 0

    def enable(self, channel: int) -> bool:
        """Send to a channel again that was disabled."""
        known = CHANNELS.update().where(CHANNELS.c.id == channel)
        with writing(self._engine) as connection:
            values = {"failing_since": None, "failures": 0, "disabled_at": None, "disabled_why": None}
            return connection.execute(known.values(values)).rowcount > 0

    # what there is to tell ------------------------------------------------------

    def told(self, rule: int) -> dict[str, Told]:
        """What a rule told last, by subject."""
        with self._engine.connect() as connection:
            rows = connection.execute(TOLD.select().where(TOLD.c.rule == rule))
            return {row.subject: Told(row.state, moment(row.at)) for row in rows}

    def decide(self, rule: Rule, found: Found, now: datetime) -> int | None:
        """Put down what a search found; how many events are new. None where another searched meanwhile."""
        with writing(self._engine) as connection:
            known = connection.execute(RULES.select().where(RULES.c.id == rule.id)).one()
            if _base(known) != rule.base or known.removed_at is not None:
                return None
            digest = "muted" if _rule(known).is_muted(now) else None
            new = sum(_insert_event(connection, rule.id, each, digest, now) for each in found.events)
            for subject, told in found.told.items():
                _tell(connection, rule.id, subject, told)
            values = _base_values(found.base)
            connection.execute(RULES.update().where(RULES.c.id == rule.id).values(values))
            return new

    def about(self) -> dict[int, tuple[str, str | None]]:
        """Of each rule that ever was its target and scope, by its id."""
        query = sa.select(RULES.c.id, RULES.c.target, RULES.c.scope)
        with self._engine.connect() as connection:
            return {row.id: (row.target, row.scope) for row in connection.execute(query)}

    def inbox(
        self,
        rule: int | None = None,
        *,
        unseen: bool = False,
        limit: int = 100,
        among: Collection[int] | None = None,
    ) -> list[dict[str, Any]]:
        """What was found, newest first; `among` are the only rules whose events are told."""
        query = EVENTS.select().order_by(EVENTS.c.id.desc()).limit(limit)
        if rule is not None:
            query = query.where(EVENTS.c.rule == row_number(rule))
        if unseen:
            query = query.where(EVENTS.c.seen_at.is_(None))
        if among is not None:
            query = query.where(EVENTS.c.rule.in_(among))
        with self._engine.connect() as connection:
            return [event_row(row) for row in connection.execute(query)]

    def unseen(self, among: Collection[int] | None = None) -> int:
        """How many events nobody has marked as seen, of all rules or of some."""
        query = sa.select(sa.func.count()).select_from(EVENTS).where(EVENTS.c.seen_at.is_(None))
        if among is not None:
            query = query.where(EVENTS.c.rule.in_(among))
        with self._engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def unseen_by_target(self) -> dict[str, int]:
        """The same by the target of the alert."""
        query = (
            sa.select(RULES.c.target, sa.func.count())
            .join_from(EVENTS, RULES, RULES.c.id == EVENTS.c.rule)
            .where(EVENTS.c.seen_at.is_(None))
            .group_by(RULES.c.target)
        )
        with self._engine.connect() as connection:
            return {target: int(number) for target, number in connection.execute(query)}

    def see(self, last: int, now: datetime, among: Collection[int] | None = None) -> int:
        """Mark the events up to one as seen, of all rules or of some; how many there were."""
        known = EVENTS.update().where(EVENTS.c.seen_at.is_(None), EVENTS.c.id <= min(max(last, 0), GREATEST))
        if among is not None:
            known = known.where(EVENTS.c.rule.in_(among))
        with writing(self._engine) as connection:
            return int(connection.execute(known.values(seen_at=microseconds(now))).rowcount)

    def looks_since(self, look: int, most: int) -> list[sa.Row[Any]]:
        """The looks at links after one, in the order in which they were kept."""
        query = LOOKS.select().where(LOOKS.c.id > look).order_by(LOOKS.c.id).limit(most)
        with self._engine.connect() as connection:
            return list(connection.execute(query))


def event_row(row: Any) -> dict[str, Any]:
    """An event as users meet it."""
    return {
        "id": row.id,
        "alert": row.rule,
        "kind": row.kind,
        "is_alert": bool(row.is_alert),
        "at": moment(row.happened),
        "found_at": moment(row.found_at),
        **json.loads(row.told),
        "seen_at": None if row.seen_at is None else moment(row.seen_at),
    }


def _channel(connection: sa.Connection, channel: Channel) -> int:
    known = sa.select(CHANNELS.c.id).where(
        CHANNELS.c.kind == channel.kind, CHANNELS.c.address == channel.address
    )
    found = connection.execute(known).scalar()
    if found is not None:
        return int(found)
    values = {
        "kind": channel.kind,
        "address": channel.address,
        "secret": channel.secret,
        "added_at": microseconds(channel.added_at),
        "failures": 0,
    }
    kept = connection.execute(CHANNELS.insert().values(values)).inserted_primary_key
    assert kept is not None
    return int(kept[0])


def channel_of(row: Any) -> Channel:
    """A channel from its row."""
    return Channel(
        row.kind, row.address, moment(row.added_at), row.secret, row.old_secret, _when(row.old_until),
        _when(row.failing_since), row.failures, _when(row.disabled_at), row.disabled_why, row.id,
    )  # fmt: skip


def _rule_values(rule: Rule) -> dict[str, Any]:
    return {
        "target": rule.target,
        "scope": rule.scope,
        "q": rule.q,
        "kinds": " ".join(rule.kinds),
        "channels": " ".join(map(str, rule.channels)),
        "cadence": rule.cadence,
        "quiet": rule.quiet,
        "token": rule.token,
        "added_at": microseconds(rule.added_at),
        **_base_values(rule.base),
    }


def _base_values(base: Base) -> dict[str, Any]:
    at = None if base.moment is None else microseconds(base.moment)
    return {"base_version": base.version, "base_moment": at, "base_look": base.look}


def _base(row: Any) -> Base:
    return Base(row.base_version, _when(row.base_moment), row.base_look)


def _rule(row: Any) -> Rule:
    return Rule(
        row.target, tuple(row.kinds.split()), row.cadence, row.token, moment(row.added_at), row.scope, row.q,
        tuple(map(int, row.channels.split())), row.quiet, _when(row.muted_until), _base(row),
        _when(row.digest_at), row.id,
    )  # fmt: skip


def _when(stored: int | None) -> datetime | None:
    return None if stored is None else moment(stored)


def _last_look(connection: sa.Connection) -> int:
    return int(connection.execute(sa.select(sa.func.max(LOOKS.c.id))).scalar() or 0)


def _insert_event(
    connection: sa.Connection, rule: int, event: Event, digest: str | None, now: datetime
) -> bool:
    known = sa.select(EVENTS.c.id).where(EVENTS.c.rule == rule, EVENTS.c.key == event.key)
    if connection.execute(known).scalar() is not None:
        return False
    values = {
        "rule": rule,
        "key": event.key,
        "kind": event.kind,
        "is_alert": event.is_alert,
        "happened": microseconds(event.happened),
        "found_at": microseconds(now),
        "told": json.dumps(event.told, default=_plain),
        "digest": digest,
    }
    connection.execute(EVENTS.insert().values(values))
    return True


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _tell(connection: sa.Connection, rule: int, subject: str, told: Told) -> None:
    same = (TOLD.c.rule == rule) & (TOLD.c.subject == subject)
    values = {"state": told.state, "at": microseconds(told.at)}
    if not connection.execute(TOLD.update().where(same).values(values)).rowcount:
        connection.execute(TOLD.insert().values(rule=rule, subject=subject, **values))
