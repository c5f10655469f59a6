"""What is to be sent, what was tried, and what came of it?

A message is a row before it is sent, with all that it says and the id that its receiver knows it by: whoever
is killed meanwhile leaves it waiting. A hand-over that cannot be repeated is marked before it begins, so
that one that was cut off is known as such.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backlit.store.alert_tables import ATTEMPTS, CHANNELS, DELIVERIES, EVENTS, RULES
from backlit.store.alerts import Channel, Rule, channel_of, event_row
from backlit.store.database import microseconds, moment, row_number, writing

__all__ = ["STATES", "Delivery", "Ending", "Outbox", "Sendable"]

#: Of a delivery: to be sent, being handed over, and how it ended.
STATES = ("waiting", "handing", "sent", "failed", "unknown", "off")
#: What a message says, from the events of a digest and how many there are in all.
Compose = Callable[[Sequence[Mapping[str, Any]], int], Mapping[str, Any]]

#: Events that one message lists; it tells how many more there are.
LISTED = 200


@dataclass(frozen=True, slots=True)
class Sendable:
    """A channel of a digest, the id of its message, and when that may go."""

    channel: int
    key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one channel."""

    id: int
    rule: int
    channel: Channel
    key: str
    body: Mapping[str, Any]
    state: str
    tries: int
    added_at: datetime
    next_at: datetime


@dataclass(frozen=True, slots=True)
class Ending:
    """What came of one try: its name and words for the log, the state from then on, and when to try again.

    `failed` counts against the channel, `disable` says why nothing more is sent to it, and `notices` are the
    messages that tell so: of which rule, to which channel, saying what.
    """

    outcome: str
    detail: str
    state: str
    next_at: datetime
    failed: bool = False
    disable: str | None = None
    notices: Sequence[tuple[int, Sendable, Mapping[str, Any]]] = ()


class Outbox:
    """The deliveries of a home."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def gather(
        self, rule: Rule, slot: datetime, to: Sequence[Sendable], compose: Compose, now: datetime
    ) -> int:
        """Close a digest: what waits of a rule becomes one message to each channel. How many events it has.

        Nothing is sent for what only goes along with others; it waits for them.
        """
        with writing(self._engine) as connection:
            connection.execute(
                RULES.update().where(RULES.c.id == rule.id).values(digest_at=microseconds(slot))
            )
            waiting = EVENTS.c.rule == rule.id, EVENTS.c.digest.is_(None)
            rows = connection.execute(EVENTS.select().where(*waiting).order_by(EVENTS.c.id)).all()
            if not any(row.is_alert for row in rows):
                return 0
            body = json.dumps(compose([event_row(row) for row in rows[:LISTED]], len(rows)), default=_plain)
            for each in to:
                self._insert(connection, rule.id, each, body, now)
            named = to[0].key if to else "inbox"
            connection.execute(EVENTS.update().where(*waiting).values(digest=named))
            return len(rows)

    def put(self, rule: int, to: Sendable, body: Mapping[str, Any], now: datetime) -> Delivery:
        """One message that is no digest."""
        with writing(self._engine) as connection:
            number = self._insert(connection, rule, to, json.dumps(body, default=_plain), now)
            return _delivery(connection.execute(_JOINED.where(DELIVERIES.c.id == number)).one())

    def _insert(self, connection: sa.Connection, rule: int, to: Sendable, body: str, now: datetime) -> int:
        values = {
            "rule": rule, "channel": to.channel, "key": to.key, "body": body, "state": "waiting", "tries": 0,
            "added_at": microseconds(now), "next_at": microseconds(to.at),
        }  # fmt: skip
        kept = connection.execute(DELIVERIES.insert().values(values)).inserted_primary_key
        assert kept is not None
        return int(kept[0])

    def ready(self, now: datetime) -> list[Delivery]:
        """What may be sent now, oldest first; also what was put off by a clock that has since gone back."""
        at = microseconds(now)
        went_back = sa.or_(DELIVERIES.c.tried_at > at, DELIVERIES.c.added_at > at)
        is_time = sa.or_(DELIVERIES.c.next_at <= at, went_back)
        query = _JOINED.where(DELIVERIES.c.state == "waiting", is_time)
        with self._engine.connect() as connection:
            return [_delivery(row) for row in connection.execute(query.order_by(DELIVERIES.c.id))]

    def hand_over(self, delivery: Delivery, now: datetime) -> None:
        """From here on nobody knows whether a message has arrived, until its end is put down."""
        values = {"state": "handing", "tried_at": microseconds(now)}
        with writing(self._engine) as connection:
            connection.execute(DELIVERIES.update().where(DELIVERIES.c.id == delivery.id).values(values))

    def end_interrupted(self, detail: str, now: datetime) -> int:
        """Hand-overs that nobody ended, since who began them was stopped. For the only sender of a home."""
        cut_off = DELIVERIES.c.state == "handing"
        with writing(self._engine) as connection:
            found = connection.execute(sa.select(DELIVERIES.c.id).where(cut_off)).scalars().all()
            for number in found:
                _log(connection, number, "unknown", detail, now)
            connection.execute(
                DELIVERIES.update().where(cut_off).values(state="unknown", tries=DELIVERIES.c.tries + 1)
            )
            return len(found)

    def end(self, delivery: Delivery, ending: Ending, now: datetime) -> None:
        """Put down what came of a try, for the delivery and for its channel."""
        with writing(self._engine) as connection:
            _log(connection, delivery.id, ending.outcome, ending.detail, now)
            values = {
                "state": ending.state,
                "tries": DELIVERIES.c.tries + 1,
                "tried_at": microseconds(now),
                "next_at": microseconds(ending.next_at),
            }
            connection.execute(DELIVERIES.update().where(DELIVERIES.c.id == delivery.id).values(values))
            self._count(connection, delivery.channel.id, ending, now)
            for rule, to, body in ending.notices:
                self._insert(connection, rule, to, json.dumps(body, default=_plain), now)

    def _count(self, connection: sa.Connection, channel: int, ending: Ending, now: datetime) -> None:
        known = CHANNELS.update().where(CHANNELS.c.id == channel)
        if ending.state == "sent":
            connection.execute(known.values(failing_since=None, failures=0))
        if ending.failed:
            since = sa.func.coalesce(CHANNELS.c.failing_since, microseconds(now))
            connection.execute(known.values(failing_since=since, failures=CHANNELS.c.failures + 1))
        if ending.disable is not None:
            values = {"disabled_at": microseconds(now), "disabled_why": ending.disable}
            connection.execute(known.values(values))
            waiting = DELIVERIES.c.channel == channel, DELIVERIES.c.state == "waiting"
            connection.execute(DELIVERIES.update().where(*waiting).values(state="off"))

    def postpone(self, delivery: Delivery, state: str) -> None:
        """Change what a delivery waits for, without a try."""
        with writing(self._engine) as connection:
            connection.execute(DELIVERIES.update().where(DELIVERIES.c.id == delivery.id).values(state=state))

    def replay(self, delivery: int, now: datetime) -> bool:
        """Send a message again, under the id that it had: its receiver may know it."""
        ended = DELIVERIES.c.id == row_number(delivery), DELIVERIES.c.state.not_in(("waiting", "handing"))
        values = {"state": "waiting", "tries": 0, "next_at": microseconds(now), "tried_at": None}
        with writing(self._engine) as connection:
            return connection.execute(DELIVERIES.update().where(*ended).values(values)).rowcount > 0

    def log(self, *, rule: int | None = None, limit: int = 100) -> list[dict[str, Any]]:
        """The deliveries, newest first, each with its tries."""
        query = _JOINED.order_by(DELIVERIES.c.id.desc()).limit(limit)
        if rule is not None:
            query = query.where(DELIVERIES.c.rule == row_number(rule))
        with self._engine.connect() as connection:
            found = [_delivery(row) for row in connection.execute(query)]
            tries = connection.execute(
                ATTEMPTS.select()
                .where(ATTEMPTS.c.delivery.in_([each.id for each in found]))
                .order_by(ATTEMPTS.c.id)
            ).all()
        return [_told(each, [row for row in tries if row.delivery == each.id]) for each in found]


_JOINED = sa.select(
    DELIVERIES.c.id.label("number"), DELIVERIES.c.rule, DELIVERIES.c.key, DELIVERIES.c.body,
    DELIVERIES.c.state, DELIVERIES.c.tries, DELIVERIES.c.added_at.label("put_at"), DELIVERIES.c.next_at,
    CHANNELS,
).join_from(DELIVERIES, CHANNELS, DELIVERIES.c.channel == CHANNELS.c.id)  # fmt: skip


def _delivery(row: Any) -> Delivery:
    return Delivery(
        row.number, row.rule, channel_of(row), row.key, json.loads(row.body), row.state, row.tries,
        moment(row.put_at), moment(row.next_at),
    )  # fmt: skip


def _told(delivery: Delivery, tries: Sequence[Any]) -> dict[str, Any]:
    """A delivery as users meet it."""
    return {
        "id": delivery.id,
        "alert": delivery.rule,
        "channel": delivery.channel.name,
        "type": delivery.body["type"],
        "events": delivery.body["data"].get("total"),
        "message_id": delivery.key,
        "state": delivery.state,
        "tries": delivery.tries,
        "added_at": delivery.added_at,
        "next_at": delivery.next_at if delivery.state == "waiting" else None,
        "attempts": [{"at": moment(row.at), "outcome": row.outcome, "detail": row.detail} for row in tries],
    }


def _log(connection: sa.Connection, delivery: int, outcome: str, detail: str, now: datetime) -> None:
    values = {"delivery": delivery, "at": microseconds(now), "outcome": outcome, "detail": detail[:500]}
    connection.execute(ATTEMPTS.insert().values(values))


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
