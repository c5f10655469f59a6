"""Which approved messages go out now, and what came of each?

The same door to the mail server as for alerts, and the same rule: a message is claimed before its first byte
is on its way, and one whose fate nobody knows is named and never sent again.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from backlit.app.acting import user
from backlit.app.answer import Answer, Row
from backlit.app.clock import Clock, now
from backlit.app.home import mail_server, way_out
from backlit.app.outreach_settings import OutreachSettings, outreach_settings
from backlit.errors import ConfigError, HomeBusy, NothingNamed, UsageError
from backlit.index.storage import OUTREACH_LOCK, write_lock
from backlit.net.exchange import Network
from backlit.net.failure import FailureKind, Stopped
from backlit.net.mail import Letter, MailServer, Refused, Unknown, hand_over
from backlit.prospect.outreach import follow_up, judge_by
from backlit.store.database import opened, sole
from backlit.store.outreach import Board
from backlit.store.sends import Held, Judge, Send, Sends

__all__ = ["Tried", "chosen_cards", "outreach_send", "send_ready"]

#: What stands for sending, where several machines share a database.
_SENDING = 0x_0E4D
#: Waits before each further try; after the last a message has failed.
SCHEDULE = tuple(timedelta(minutes=each) for each in (5, 30, 120, 360, 1_440))
_CUT_OFF = "the process was stopped while it handed the message over, so that it may have arrived"
_DROPPED = "the server hung up before it said whether it has the message ({why}), so that it may have arrived"
_NO_SERVER = "no mail server is named: set BACKLIT_SMTP_URL"

#: Hands a message over, and calls what it is given before the first byte; what the server said.
HandOver = Callable[[Letter, Callable[[], None]], str]


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a message: its state now, and in words."""

    send: Send
    state: str
    detail: str
    next_at: datetime | None = None


class _Withheld(Exception):
    """It may not go: nothing of it is on its way."""

    def __init__(self, held: Held) -> None:
        super().__init__(held.why)
        self.held = held


def outreach_send(
    home: Path,
    card: int | Sequence[int] | None = None,
    *,
    dry_run: bool = False,
    network: Network | None = None,
    mail: MailServer | None = None,
    settings: OutreachSettings | None = None,
    who: str | None = None,
    clock: Clock = now,
) -> Answer:
    """Send the approved drafts of all cards, or of some, as far as the manners allow today: a row for each.

    `dry_run` tells what would go, and changes nothing. May be called at any time and be killed at any moment.
    ConfigError where sending is off, which it is until BACKLIT_OUTREACH_SEND says on.
    """
    chosen = settings or outreach_settings()
    judge = judge_by(chosen.manners)
    if dry_run:
        with opened(home) as engine:
            rows = [_would(engine, number, judge, clock()) for number in _wanted(engine, card)]
        return Answer(rows, {"card": card, "dry_run": True}, total=len(rows), limit=len(rows))
    server = _server(chosen, mail)
    way = network or way_out()

    def hand(message: Letter, handing: Callable[[], None]) -> str:
        return hand_over(way, server, message, handing)

    with _alone(home) as engine:
        interrupted = Sends(engine).end_interrupted(_CUT_OFF, clock())
        rows = [*_queued(engine, card, judge, who or user(), clock())]
        chosen_ones = None if card is None else _wanted(engine, card)
        rows += [_row(each) for each in send_ready(engine, judge, hand, clock, chosen_ones)]
    query = {"card": card, "dry_run": False, "interrupted": interrupted}
    return Answer(rows, query, total=len(rows), limit=len(rows))


def _server(settings: OutreachSettings, mail: MailServer | None) -> MailServer:
    asked = "send outreach"
    if not settings.manners.on:
        do = "Set BACKLIT_OUTREACH_SEND=on, or take the drafts as .eml files, mailto links or CSV."
        raise ConfigError(asked, "sending is off", do)
    sender, _ = settings.require_sender()
    server = mail or mail_server(sender)
    if server is None:
        do = "Write smtps://USER:PASSWORD@HOST, or take the drafts as .eml files."
        raise ConfigError(asked, _NO_SERVER, do)
    return replace(server, sender=sender)


@contextmanager
def _alone(home: Path) -> Iterator[sa.Engine]:
    with (
        write_lock(home, wait=30.0, name=OUTREACH_LOCK),
        opened(home) as engine,
        sole(engine, _SENDING) as is_sole,
    ):
        if not is_sole:
            found = "another machine with the same database is at it"
            raise HomeBusy("send outreach", found, "It sends what there is. Try again later.")
        yield engine


def chosen_cards(cards: Sequence[int] | None, everything: bool) -> Sequence[int] | None:
    """The cards that somebody means: those named, or None for all of them. NothingNamed where neither was
    said, since a message cannot be taken back; UsageError for both."""
    asked = "send outreach"
    if cards and everything:
        raise UsageError(asked, "cards are named, and all of them", "Say one of the two.")
    if not cards and not everything:
        do = "Name the numbers of cards, or say that you mean all."
        raise NothingNamed(asked, "no card is named", do)
    return None if everything else list(dict.fromkeys(cards or ()))


def _wanted(engine: sa.Engine, card: int | Sequence[int] | None) -> list[int]:
    if card is None:
        return Sends(engine).approved()
    board = Board(engine)
    return [board.one(number).id for number in ([card] if isinstance(card, int) else card)]


def _would(engine: sa.Engine, card: int, judge: Judge, at: datetime) -> Row:
    held, facts = Sends(engine).look_at(card, judge, at)
    to = facts.draft.recipient if facts.draft else facts.card.contact
    why = "" if held is None else held.why
    state = "would go" if held is None else "waiting" if held.until else "stopped"
    return {"card": card, "to": to, "state": state, "detail": why, "next_at": held.until if held else None}


def _queued(
    engine: sa.Engine, card: int | Sequence[int] | None, judge: Judge, who: str, at: datetime
) -> Iterator[Row]:
    """Let what is approved wait to be sent; a row for each that may not."""
    numbers = _wanted(engine, card)
    for number in numbers:
        held = Sends(engine).queue(number, judge, who, at)
        if held is not None and card is not None and len(numbers) == 1:
            raise UsageError(
                f"send the message of card {number}", held.why, "`backlit outreach show` tells more."
            )
        if held is not None:
            contact = Board(engine).one(number).contact
            yield {"card": number, "to": contact, "state": "stopped", "detail": held.why, "next_at": None}


def _row(tried: Tried) -> Row:
    return {
        "card": tried.send.card, "to": tried.send.recipient, "state": tried.state, "detail": tried.detail,
        "next_at": tried.next_at,
    }  # fmt: skip


def send_ready(
    engine: sa.Engine, judge: Judge, hand: HandOver, clock: Clock, cards: Collection[int] | None = None
) -> list[Tried]:
    """Try each message that waits and is due, of some cards or all, one after another, and put down what came
    of it."""
    sends = Sends(engine)
    return [
        _tried(engine, each, judge, hand, clock)
        for each in sends.ready(clock())
        if cards is None or each.card in cards
    ]


def _tried(engine: sa.Engine, send: Send, judge: Judge, hand: HandOver, clock: Clock) -> Tried:
    sends = Sends(engine)
    held = sends.may_go(send, judge, clock())
    if held is not None or send.recipient is None or send.content is None:
        return _withheld(send, held or Held("its person was forgotten"))

    def handing() -> None:
        refused = sends.claim(send, judge, clock())
        if refused is not None:
            raise _Withheld(refused)

    try:
        said = hand(Letter(send.recipient, send.content), handing)
    except _Withheld as withheld:
        return _withheld(send, withheld.held)
    except Refused as refused:
        code = f"{refused.code} " if refused.code else ""
        return _failed(engine, send, f"{refused.step}: {code}{refused.said}", clock(), refused.is_final)
    except Stopped as stopped:
        why = stopped.failure.why
        if stopped.failure.kind is FailureKind.REFUSED:
            why += "; BACKLIT_INTRANET names networks of your own that may be spoken to"
        return _failed(engine, send, f"{stopped.failure.kind.value}: {why}", clock(), is_final=False)
    except Unknown as unknown:
        return _ended(engine, send, "unknown", _DROPPED.format(why=unknown), clock())
    return _ended(engine, send, "sent", said, clock())


def _withheld(send: Send, held: Held) -> Tried:
    return Tried(send, "stopped" if held.until is None else "waiting", held.why, held.until)


def _failed(engine: sa.Engine, send: Send, detail: str, at: datetime, is_final: bool) -> Tried:
    if is_final or send.tries >= len(SCHEDULE):
        return _ended(engine, send, "failed", detail, at)
    again = at + SCHEDULE[send.tries]
    Sends(engine).end(send, "waiting", detail, again, at)
    return Tried(send, "waiting", detail, again)


def _ended(engine: sa.Engine, send: Send, state: str, detail: str, at: datetime) -> Tried:
    Sends(engine).end(send, state, detail, at, at)
    if state in ("sent", "unknown"):
        due = follow_up(Sends(engine).to_card(send.card), at)
        Board(engine).remind(send.card, due, "backlit", at)
    return Tried(send, state, detail)
