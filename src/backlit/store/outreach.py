"""Which cards are on the board of outreach, what was drafted for each, and who allowed it to be sent?

Whatever changes a card makes its drafts void: a draft holds for one revision of its card, an approval for one
draft and its exact bytes.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa

from backlit.errors import CardUnknown, UsageError
from backlit.store.contacts import suppress
from backlit.store.database import GREATEST, microseconds, moment, writing
from backlit.store.outreach_tables import APPROVALS, CARDS, DRAFTS, SENDS, TRAIL
from backlit.store.trail import Happened, add_event, broken_at, event_of, happened

__all__ = ["STAGES", "Board", "Card", "Draft", "approval_of", "card_of", "draft_of", "move", "names_of"]

#: The columns of the board, in their order; the last two are its end.
STAGES = ("new", "qualified", "contacted", "replied", "agreed", "live", "lost", "no")
#: What can be changed of a card.
_CHANGED = ("contact", "name", "form", "compensation", "country", "anchor", "promised_url")


@dataclass(frozen=True, slots=True)
class Card:
    """Somebody who could link, link again, or take a link out. `id` is 0 while it is not kept."""

    target: str
    kind: str
    domain: str
    at: datetime
    url: str | None = None
    contact: str | None = None
    name: str | None = None
    form: str | None = None
    compensation: str = "none"
    country: str | None = None
    anchor: str | None = None
    promised_url: str | None = None
    due: datetime | None = None
    stage: str = "new"
    revision: int = 0
    baseline: tuple[str, ...] = ()
    seen: Mapping[str, Any] | None = None
    checked: int | None = None
    id: int = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to the byte; `content` is None for words of a contact form, and once they were forgotten."""

    card: int
    revision: int
    template: str
    way: str
    recipient: str | None
    subject: str | None
    words: str | None
    content: bytes | None
    at: datetime
    id: int = 0

    @property
    def digest(self) -> str:
        """SHA-256 of the exact bytes; empty where nothing can be sent."""
        return "" if self.content is None else hashlib.sha256(self.content).hexdigest()


class Board:
    """The cards of a home."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add(self, card: Card, who: str, why: str) -> tuple[Card, bool]:
        """Keep a card, and whether it is new: one of the same kind, target and page that is open is used."""
        same = (CARDS.c.target == card.target, CARDS.c.kind == card.kind, CARDS.c.domain == card.domain)
        page = CARDS.c.url.is_(None) if card.url is None else CARDS.c.url == card.url
        with writing(self._engine) as connection:
            is_open = CARDS.c.stage.not_in(("lost", "no"))
            row = connection.execute(CARDS.select().where(*same, page, is_open)).first()
            if row is not None:
                return card_of(row), False
            kept = connection.execute(CARDS.insert().values(_values(card))).inserted_primary_key
            assert kept is not None
            number = int(kept[0])
            told = {"why": why, "kind": card.kind, "domain": card.domain}
            add_event(connection, "added", who, card.at, told, card=number, stage=card.stage)
            return replace(card, id=number), True

    def all(self, target: str | None = None, stage: str | None = None) -> list[Card]:
        """The cards, newest first."""
        query = CARDS.select().order_by(CARDS.c.id.desc())
        if target is not None:
            query = query.where(CARDS.c.target == target)
        if stage is not None:
            query = query.where(CARDS.c.stage == stage)
        with self._engine.connect() as connection:
            return [card_of(row) for row in connection.execute(query)]

    def due(self, now: datetime) -> dict[str, int]:
        """By target how many cards somebody wanted to come back to by now, those that are over aside."""
        over = ("live", "lost", "no")
        query = (
            sa.select(CARDS.c.target, sa.func.count())
            .where(CARDS.c.due <= microseconds(now), CARDS.c.stage.not_in(over))
            .group_by(CARDS.c.target)
        )
        with self._engine.connect() as connection:
            return {target: int(number) for target, number in connection.execute(query)}

    def one(self, number: int) -> Card:
        """A card by its number; CardUnknown where there is none."""
        with self._engine.connect() as connection:
            return _card(connection, number)

    def written_to(self, card: Card) -> list[str]:
        """The mailbox of a card and those that its messages were for."""
        with self._engine.connect() as connection:
            return _written_to(connection, card)

    def recipients(self, number: int) -> list[str]:
        """The mailbox of a card, and those that drafts of it were for; none where there is no such card."""
        named = sa.select(CARDS.c.contact).where(CARDS.c.id == number)
        drafted = sa.select(DRAFTS.c.recipient).where(DRAFTS.c.card == number).order_by(DRAFTS.c.id)
        with self._engine.connect() as connection:
            found = [*connection.execute(named).scalars(), *connection.execute(drafted).scalars()]
        return list(dict.fromkeys(filter(None, found)))

    def change(self, number: int, who: str, why: str, now: datetime, **values: Any) -> Card:
        """Change what is known of a card: drafts that were made before are void."""
        assert set(values) <= set(_CHANGED)
        with writing(self._engine) as connection:
            card = _card(connection, number)
            new = {name: value for name, value in values.items() if getattr(card, name) != value}
            if not new:
                return card
            known = CARDS.update().where(CARDS.c.id == number)
            connection.execute(known.values(**new, revision=card.revision + 1))
            add_event(connection, "changed", who, now, {"why": why, "to": new}, card=number)
            return _card(connection, number)

    def remind(self, number: int, due: datetime | None, who: str, now: datetime) -> Card:
        """Come back to a card on a day; drafts hold."""
        with writing(self._engine) as connection:
            _card(connection, number)
            known = CARDS.update().where(CARDS.c.id == number)
            connection.execute(known.values(due=None if due is None else microseconds(due)))
            add_event(connection, "due", who, now, {"due": due}, card=number)
            return _card(connection, number)

    def move(
        self, number: int, stage: str, who: str, why: str, now: datetime, *, stop: bool = False,
        site: str | None = None,
    ) -> tuple[Card, int | None]:  # fmt: skip
        """Move a card, and the number of the event; with `stop` nobody writes to its contact any more,
        nor to whom its messages went; where no mailbox is known, to `site`, if one is named."""
        with writing(self._engine) as connection:
            card = _card(connection, number)
            if card.stage == stage:
                return card, None
            event = move(connection, card, stage, who, {"why": why}, now)
            if stop:
                for name in _written_to(connection, card) or [each for each in (site,) if each]:
                    suppress(connection, name, who, f"card {number}: said no", now)
            return _card(connection, number), event

    def undo(self, event: int, who: str, why: str, now: datetime) -> Card:
        """Take the last move of a card back by the number of its event; UsageError where it is another."""
        with writing(self._engine) as connection:
            moved = event_of(connection, event) if 0 < event <= GREATEST else None
            if moved is None or moved.card is None or moved.was is None:
                found = "it is no move of a card"
                asked = f"undo event {str(event)[:40]}"
                raise UsageError(asked, found, "`backlit outreach log` lists them.")
            card = _card(connection, moved.card)
            last = next(each for each in happened(connection, card.id) if each.stage is not None)
            if last.id != event:
                found = f"card {card.id} was moved since"
                raise UsageError(f"undo event {event}", found, f"Undo event {last.id} first, or move it.")
            move(connection, card, moved.was, who, {"why": why}, now, what="undone", undoes=event)
            return _card(connection, card.id)

    # drafts and approvals -----------------------------------------------------------

    def draft(self, draft: Draft, who: str) -> Draft:
        """Keep a draft: from now on it is the one that holds, if its card is still of the same revision."""
        values = {
            "at": microseconds(draft.at), "card": draft.card, "revision": draft.revision,
            "template": draft.template, "way": draft.way, "recipient": draft.recipient,
            "subject": draft.subject, "words": draft.words, "content": draft.content, "digest": draft.digest,
        }  # fmt: skip
        with writing(self._engine) as connection:
            card = _card(connection, draft.card)
            if card.revision != draft.revision:
                found = f"card {card.id} was changed meanwhile"
                raise UsageError(f"draft for card {card.id}", found, "Draft again.")
            kept = connection.execute(DRAFTS.insert().values(values)).inserted_primary_key
            assert kept is not None
            told = {"draft": kept[0], "template": draft.template, "digest": draft.digest, "way": draft.way}
            add_event(connection, "drafted", who, draft.at, told, card=draft.card)
            return replace(draft, id=int(kept[0]))

    def drafts(self, cards: Sequence[int]) -> dict[int, Draft]:
        """The draft that holds of each of some cards, where one does."""
        with self._engine.connect() as connection:
            found = [draft_of(connection, card) for card in _cards(connection, cards)]
            return {draft.card: draft for draft in found if draft is not None}

    def approve(
        self, number: int, digest: str, who: str, now: datetime, *, valid: timedelta | None = None
    ) -> Draft:
        """Allow the very bytes of a card's draft to be sent; UsageError where they are others, or older than
        `valid`."""
        asked = f"approve the draft of card {number}"
        with writing(self._engine) as connection:
            draft = draft_of(connection, _card(connection, number))
            if draft is None:
                raise UsageError(asked, "there is none that holds", f"`backlit outreach draft {number}`.")
            if draft.way != "mail" or draft.content is None:
                found = "it is for a contact form"
                raise UsageError(asked, found, "Copy its words there; nothing is sent from here.")
            if valid is not None and now - draft.at > valid:
                raise UsageError(asked, f"it is older than {valid.days} days", "Draft again, and read that.")
            if not digest or not draft.digest.startswith(digest) or len(digest) < 8:
                found = f"its bytes are not those of {digest[:64] or 'an empty digest'}"
                raise UsageError(asked, found, "Read the message as it is now, and approve that.")
            values = {"at": microseconds(now), "who": who, "draft": draft.id, "digest": draft.digest}
            connection.execute(APPROVALS.insert().values(values))
            told = {"draft": draft.id, "digest": draft.digest}
            add_event(connection, "approved", who, now, told, card=number)
            return draft

    def approved(self, draft: Draft) -> tuple[str, datetime] | None:
        """Who approved the bytes of a draft last, and when."""
        with self._engine.connect() as connection:
            return approval_of(connection, draft)

    # the trail -----------------------------------------------------------------------

    def log(self, card: int | None = None, limit: int | None = None) -> list[Happened]:
        """What happened, newest first."""
        with self._engine.connect() as connection:
            return happened(connection, card, limit)

    def contacted(self, cards: Sequence[int]) -> dict[int, datetime]:
        """By card, when it went to *contacted* last, of those that did."""
        query = (
            sa.select(TRAIL.c.card, sa.func.max(TRAIL.c.at))
            .where(TRAIL.c.stage == "contacted", TRAIL.c.card.in_(cards))
            .group_by(TRAIL.c.card)
        )
        with self._engine.connect() as connection:
            return {card: moment(at) for card, at in connection.execute(query)}

    def check(self) -> int | None:
        """The first event that was tampered with; None where there is none."""
        with self._engine.connect() as connection:
            return broken_at(connection)

    def checked(self, cards: Sequence[int], version: int) -> None:
        """Some cards were held against a version of the index."""
        with writing(self._engine) as connection:
            connection.execute(CARDS.update().where(CARDS.c.id.in_(cards)).values(checked=version))

    def see(self, card: Card, found: Mapping[str, Any], stage: str | None, now: datetime) -> bool:
        """Put down what is known of a card's link; False where it was known, or the card was moved."""
        with writing(self._engine) as connection:
            known = _card(connection, card.id)
            if known.stage != card.stage or known.seen == found:
                return False
            seen = json.dumps(found, ensure_ascii=True)
            connection.execute(CARDS.update().where(CARDS.c.id == card.id).values(seen=seen))
            if stage is not None:
                move(connection, known, stage, "backlit", found, now, what="seen")
            else:
                add_event(connection, "seen", "backlit", now, found, card=card.id)
            return True


def move(
    connection: sa.Connection, card: Card, stage: str, who: str, told: Mapping[str, Any], now: datetime,
    *, what: str = "moved", undoes: int | None = None,
) -> int:  # fmt: skip
    """Move a card as a part of another transaction; the number of the event."""
    connection.execute(CARDS.update().where(CARDS.c.id == card.id).values(stage=stage))
    return add_event(
        connection, what, who, now, told, card=card.id, stage=stage, was=card.stage, undoes=undoes
    )


def draft_of(connection: sa.Connection, card: Card) -> Draft | None:
    """The draft of a card that holds: the last one, made of the card as it is."""
    query = DRAFTS.select().where(DRAFTS.c.card == card.id).order_by(DRAFTS.c.id.desc()).limit(1)
    row = connection.execute(query).first()
    if row is None or row.revision != card.revision:
        return None
    return Draft(
        row.card, row.revision, row.template, row.way, row.recipient, row.subject, row.words, row.content,
        moment(row.at), row.id,
    )  # fmt: skip


def approval_of(connection: sa.Connection, draft: Draft) -> tuple[str, datetime] | None:
    """Who allowed the bytes of a draft, as they are now, to be sent, and when."""
    if draft.content is None:
        return None
    query = APPROVALS.select().where(APPROVALS.c.draft == draft.id, APPROVALS.c.digest == draft.digest)
    row = connection.execute(query.order_by(APPROVALS.c.id.desc())).first()
    return None if row is None else (row.who, moment(row.at))


def names_of(card: Card) -> tuple[str | None, ...]:
    """The mailbox, the site and the host of a card: where one is not written to, the card is not."""
    return card.contact, card.domain, urlsplit(card.url or "").hostname


def _written_to(connection: sa.Connection, card: Card) -> list[str]:
    """The mailbox of a card and those that its messages were for."""
    query = (
        sa.select(DRAFTS.c.recipient)
        .join_from(DRAFTS, SENDS, SENDS.c.draft == DRAFTS.c.id)
        .where(SENDS.c.card == card.id)
        .order_by(SENDS.c.id)
    )
    found = [card.contact, *connection.execute(query).scalars()]
    return list(dict.fromkeys(filter(None, found)))


def _cards(connection: sa.Connection, numbers: Sequence[int]) -> list[Card]:
    return [card_of(row) for row in connection.execute(CARDS.select().where(CARDS.c.id.in_(numbers)))]


def _card(connection: sa.Connection, number: int) -> Card:
    row = None
    if 0 < number <= GREATEST:
        row = connection.execute(CARDS.select().where(CARDS.c.id == number)).first()
    if row is None:
        found = "there is none of that number"
        raise CardUnknown(f"look at card {str(number)[:40]}", found, "`backlit outreach ls` lists them.")
    return card_of(row)


def _seen(row: Any) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = None if row.seen is None else json.loads(row.seen)
    return found


def card_of(row: Any) -> Card:
    """A card from its row."""
    return Card(
        row.target, row.kind, row.domain, moment(row.at), row.url, row.contact, row.name, row.form,
        row.compensation, row.country, row.anchor, row.promised_url,
        None if row.due is None else moment(row.due), row.stage, row.revision,
        tuple(json.loads(row.baseline)), _seen(row), row.checked, row.id,
    )  # fmt: skip


def _values(card: Card) -> dict[str, Any]:
    names = ("target", "kind", "domain", "url", "stage", "revision", *_CHANGED)
    due = None if card.due is None else microseconds(card.due)
    told = {"at": microseconds(card.at), "due": due, "baseline": json.dumps(card.baseline)}
    return {name: getattr(card, name) for name in names} | told
