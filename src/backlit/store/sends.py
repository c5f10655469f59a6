"""Which messages of outreach wait to be sent, what was tried, and may this one go now?

A message is handed over only from a row that was claimed in the transaction that looked at all it depends on:
the bytes and who approved them, the card, who is not written to, and how much was sent lately. From the claim
until its end is put down nobody knows whether it has arrived; such a one is never sent again.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from backlit.store.contacts import Ground, Suppressed, ground_of, key_of, suppression_of
from backlit.store.database import microseconds, moment, writing
from backlit.store.outreach import Card, Draft, approval_of, card_of, draft_of, move, names_of
from backlit.store.outreach_tables import APPROVALS, CARDS, DRAFTS, SENDS
from backlit.store.trail import add_event

__all__ = ["SEND_STATES", "Facts", "Held", "Judge", "Send", "Sends"]

#: Of a message: to be sent, being handed over, and how it ended; a stopped one may be asked for again.
SEND_STATES = ("waiting", "handing", "sent", "failed", "unknown", "stopped")
#: Those that may have arrived: they count against what may be sent.
_GONE = ("handing", "sent", "unknown")


@dataclass(frozen=True, slots=True)
class Send:
    """One message on its way."""

    id: int
    card: int
    draft: int
    recipient: str | None
    content: bytes | None
    state: str
    tries: int
    added_at: datetime
    next_at: datetime
    detail: str | None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that decides whether a message may go: as it stands in the transaction that would let it."""

    card: Card
    draft: Draft | None
    approved_at: datetime | None
    suppressed: Suppressed | None
    ground: Ground | None
    #: messages that may have arrived: of this card, when the last one went to its site or mailbox, how many
    #: within a day, and when the last one of all went
    to_card: int
    to_site: datetime | None
    within_day: int
    last: datetime | None


@dataclass(frozen=True, slots=True)
class Held:
    """Why a message does not go: for good where there is no time, else until then."""

    why: str
    until: datetime | None = None


#: What says whether a message may go: None where it may.
Judge = Callable[[Facts, datetime], Held | None]


class Sends:
    """The messages of a home's outreach."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def queue(self, card: int, judge: Judge, who: str, now: datetime) -> Held | None:
        """Put the approved draft of a card among those that wait; why not, where it may not ever go."""
        with writing(self._engine) as connection:
            row = connection.execute(CARDS.select().where(CARDS.c.id == card)).one()
            facts = _facts(connection, card_of(row), now)
            held = _over(connection, facts.draft) or judge(facts, now)
            if held is not None and held.until is None:
                return held
            assert facts.draft is not None  # else the judge had refused
            return _queue(connection, facts.card, facts.draft, who, now)

    def approved(self) -> list[int]:
        """The cards whose draft that holds is approved and was not sent or stopped."""
        waits = (
            sa.select(DRAFTS.c.card)
            .join_from(DRAFTS, APPROVALS, APPROVALS.c.draft == DRAFTS.c.id)
            .outerjoin(SENDS, SENDS.c.draft == DRAFTS.c.id)
            .where(SENDS.c.id.is_(None))
        )
        with self._engine.connect() as connection:
            rows = connection.execute(CARDS.select().where(CARDS.c.id.in_(waits)).order_by(CARDS.c.id)).all()
            return [row.id for row in rows if _is_approved(connection, card_of(row))]

    def ready(self, now: datetime) -> list[Send]:
        """What may be tried now, oldest first; also what was put off by a clock that has since gone back."""
        at = microseconds(now)
        went_back = sa.or_(SENDS.c.tried_at > at, SENDS.c.added_at > at)
        is_time = sa.or_(SENDS.c.next_at <= at, went_back)
        query = _JOINED.where(SENDS.c.state == "waiting", is_time).order_by(SENDS.c.id)
        with self._engine.connect() as connection:
            return [_send(row) for row in connection.execute(query)]

    def may_go(self, send: Send, judge: Judge, now: datetime) -> Held | None:
        """Why a message that waits does not go now; it is put down: later, or stopped."""
        with writing(self._engine) as connection:
            return _weigh(connection, send, judge, now)

    def claim(self, send: Send, judge: Judge, now: datetime) -> Held | None:
        """From here on nobody knows whether a message has arrived, until its end is put down.

        None where it is claimed; else why it may not go, and nothing of it may be on its way.
        """
        with writing(self._engine) as connection:
            held = _weigh(connection, send, judge, now)
            if held is None:
                values = {"state": "handing", "tried_at": microseconds(now), "detail": None}
                connection.execute(SENDS.update().where(SENDS.c.id == send.id).values(values))
            return held

    def handing(self) -> list[Send]:
        """What is being handed over, or was when somebody was stopped."""
        with self._engine.connect() as connection:
            return [_send(row) for row in connection.execute(_JOINED.where(SENDS.c.state == "handing"))]

    def end_interrupted(self, detail: str, now: datetime) -> int:
        """Hand-overs that nobody ended, since who began them was stopped. For the only sender of a home."""
        with writing(self._engine) as connection:
            rows = connection.execute(_JOINED.where(SENDS.c.state == "handing")).all()
            for row in rows:
                _end(connection, _send(row), "unknown", detail, now, now)
            return len(rows)

    def end(self, send: Send, state: str, detail: str, next_at: datetime, now: datetime) -> None:
        """Put down what came of a try."""
        with writing(self._engine) as connection:
            _end(connection, send, state, detail, next_at, now)

    def all(self, limit: int | None = None) -> list[Send]:
        """The messages, newest first."""
        with self._engine.connect() as connection:
            return [
                _send(row) for row in connection.execute(_JOINED.order_by(SENDS.c.id.desc()).limit(limit))
            ]

    def to_card(self, card: int) -> int:
        """How many messages of a card may have arrived."""
        query = sa.select(sa.func.count()).where(SENDS.c.card == card, SENDS.c.state.in_(_GONE))
        with self._engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def look_at(self, card: int, judge: Judge, now: datetime) -> tuple[Held | None, Facts]:
        """Whether the draft of a card may go now, and what decides that; nothing is changed."""
        with self._engine.connect() as connection:
            row = connection.execute(CARDS.select().where(CARDS.c.id == card)).one()
            facts = _facts(connection, card_of(row), now)
            return judge(facts, now), facts

    def gone(self, drafts: Sequence[int]) -> frozenset[int]:
        """Those of some drafts whose message may have arrived."""
        query = sa.select(SENDS.c.draft).where(SENDS.c.draft.in_(drafts), SENDS.c.state.in_(_GONE))
        with self._engine.connect() as connection:
            return frozenset(connection.execute(query).scalars())

    def of(self, draft: int) -> Send | None:
        """The message of a draft, where it was ever to be sent."""
        with self._engine.connect() as connection:
            row = connection.execute(_JOINED.where(SENDS.c.draft == draft)).first()
            return None if row is None else _send(row)


_JOINED = sa.select(SENDS, DRAFTS.c.recipient, DRAFTS.c.content).join_from(
    SENDS, DRAFTS, SENDS.c.draft == DRAFTS.c.id
)


def _facts(connection: sa.Connection, card: Card, now: datetime, leaving: int = 0) -> Facts:
    draft = draft_of(connection, card)
    names = (draft.recipient if draft else None, *names_of(card))
    approval = None if draft is None else approval_of(connection, draft)
    gone = SENDS.c.state.in_(_GONE), SENDS.c.id != leaving
    site = SENDS.c.domain == card.domain
    if draft is not None and draft.recipient is not None:
        site |= SENDS.c.mailbox == key_of(draft.recipient)
    day = microseconds(now - timedelta(days=1))
    last = sa.func.max(SENDS.c.tried_at)

    def asked(what: Any, *where: Any) -> Any:
        return connection.execute(sa.select(what).where(*gone, *where)).scalar()

    def when(*where: Any) -> datetime | None:
        found = asked(last, *where)
        return None if found is None else moment(found)

    return Facts(
        card, draft, None if approval is None else approval[1], suppression_of(connection, *names),
        ground_of(connection, card.contact), asked(sa.func.count(), SENDS.c.card == card.id), when(site),
        asked(sa.func.count(), SENDS.c.tried_at > day), when(),
    )  # fmt: skip


def _queue(connection: sa.Connection, card: Card, draft: Draft, who: str, now: datetime) -> Held | None:
    row = connection.execute(SENDS.select().where(SENDS.c.draft == draft.id)).first()
    if row is not None and row.state == "waiting":
        return None
    at = microseconds(now)
    if row is None:
        values = {
            "card": card.id, "draft": draft.id, "domain": card.domain,
            "mailbox": key_of(draft.recipient or ""),
            "state": "waiting", "tries": 0, "added_at": at, "next_at": at,
        }  # fmt: skip
        connection.execute(SENDS.insert().values(values))
    else:
        again = SENDS.update().where(SENDS.c.id == row.id)
        connection.execute(again.values(state="waiting", next_at=at, detail=None))
    add_event(connection, "queued", who, now, {"draft": draft.id, "digest": draft.digest}, card=card.id)
    return None


def _over(connection: sa.Connection, draft: Draft | None) -> Held | None:
    """Whether a message has gone its way: none goes twice."""
    number = None if draft is None else draft.id
    state = connection.execute(sa.select(SENDS.c.state).where(SENDS.c.draft == number)).scalar()
    if state in (None, "waiting", "stopped"):
        return None
    return Held(f"this very message is {state} already; draft another")


def _weigh(connection: sa.Connection, send: Send, judge: Judge, now: datetime) -> Held | None:
    """Whether a message that waits may go, from all that stands now; where not, that is put down."""
    row = connection.execute(SENDS.select().where(SENDS.c.id == send.id)).one()
    if row.state != "waiting":
        return Held(f"it is {row.state}")
    card = card_of(connection.execute(CARDS.select().where(CARDS.c.id == send.card)).one())
    facts = _facts(connection, card, now, send.id)
    held = _changed(facts, send) or judge(facts, now)
    if held is None:
        return None
    known = SENDS.update().where(SENDS.c.id == send.id)
    if held.until is not None:
        connection.execute(known.values(next_at=microseconds(held.until), detail=held.why))
        return held
    connection.execute(known.values(state="stopped", detail=held.why))
    add_event(connection, "stopped", "backlit", now, {"why": held.why, "draft": send.draft}, card=send.card)
    return held


def _changed(facts: Facts, send: Send) -> Held | None:
    """Whether the bytes at hand are those of the draft that holds."""
    draft = facts.draft
    if draft is None or draft.id != send.draft or draft.content is None or send.content is None:
        return Held("another draft took its place")
    if hashlib.sha256(send.content).hexdigest() != draft.digest or draft.recipient != send.recipient:
        return Held("its bytes are not those of the draft")
    return None


def _is_approved(connection: sa.Connection, card: Card) -> bool:
    draft = draft_of(connection, card)
    if draft is None or approval_of(connection, draft) is None:
        return False
    row = connection.execute(SENDS.select().where(SENDS.c.draft == draft.id)).first()
    return row is None


def _end(
    connection: sa.Connection, send: Send, state: str, detail: str, next_at: datetime, now: datetime
) -> None:
    values = {
        "state": state, "tries": SENDS.c.tries + 1, "tried_at": microseconds(now), "detail": detail[:500],
        "next_at": microseconds(next_at),
    }  # fmt: skip
    connection.execute(SENDS.update().where(SENDS.c.id == send.id).values(values))
    told = {"detail": detail[:500], "draft": send.draft, "to": send.recipient}
    card = card_of(connection.execute(CARDS.select().where(CARDS.c.id == send.card)).one())
    what = "put off" if state == "waiting" else state
    if state in ("sent", "unknown") and card.stage in ("new", "qualified"):
        move(connection, card, "contacted", "backlit", told, now, what=what)
    else:
        add_event(connection, what, "backlit", now, told, card=send.card)


def _send(row: Any) -> Send:
    return Send(
        row.id, row.card, row.draft, row.recipient, row.content, row.state, row.tries, moment(row.added_at),
        moment(row.next_at), row.detail,
    )  # fmt: skip
