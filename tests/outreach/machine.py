"""Somebody who does anything in any order: does ever a message go that may not?

    python -m tests.outreach.machine STEPS SEED [--record]

Cards are added, changed, drafted, approved by right and wrong digests, moved; people are put on the list,
taken off, allowed, forgotten; bytes are changed in the database behind everybody's back; messages are sent by
a server that takes, refuses, hangs up or never comes back, also while something else happens.
A memory of its own, which shares no code with what it watches, says of each message that reaches the server
whether it may have. Prints what came of it as JSON, and keeps it as a figure with --record.
"""

import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from backlit.app.outreach_sending import send_ready
from backlit.errors import UsageError
from backlit.net.mail import Letter, Refused, Unknown
from backlit.prospect.outreach import Manners, judge_by
from backlit.store.contacts import Contacts
from backlit.store.database import opened, writing
from backlit.store.outreach import Board, Card, Draft
from backlit.store.outreach_tables import DRAFTS
from backlit.store.sends import Sends
from tests.faults.figures import record

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DOMAINS = (*(f"s{number}.test" for number in range(300)), "www.c.test", "d.de", "e.at")
COUNTRIES = (None, "US", "US", "US", "US", "US", "GB", "GB", "FR", "DE", "AT")
DAILY, ROUND = 6, 400
STAGES = ("new", "qualified", "contacted", "replied", "agreed", "agreed", "lost", "no")


class Stop(BaseException):
    """The process was killed, as far as anybody can tell."""


@dataclass
class Memory:
    """What was said and done, as somebody would remember it."""

    contact: dict[int, str | None] = field(default_factory=dict)
    domain: dict[int, str] = field(default_factory=dict)
    country: dict[int, str | None] = field(default_factory=dict)
    stage: dict[int, str] = field(default_factory=dict)
    #: the bytes of the newest draft that nothing has voided
    draft: dict[int, bytes] = field(default_factory=dict)
    approved: dict[bytes, datetime] = field(default_factory=dict)
    #: when the newest draft of a card was made
    drafted: dict[int, datetime] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    allowed: set[str] = field(default_factory=set)
    #: what may have arrived: when, to whom, about which card, which bytes
    gone: list[tuple[datetime, str, int, bytes]] = field(default_factory=list)

    def names(self, card: int) -> set[str]:
        """A mailbox, its host and the domain of a card, with all that they are under."""
        hosts, mailbox = {self.domain[card]}, self.contact[card]
        if mailbox is not None:
            hosts.add(mailbox.split("@")[1])
        found = {mailbox} if mailbox else set()
        for host in hosts:
            while host:
                found.add(host)
                host = host.split(".", 1)[1] if "." in host else ""  # noqa: PLW2901  # one label less
        return found

    def faults(self, card: int, letter: Letter, now: datetime) -> list[str]:
        """Why a message may not go."""
        names, found = self.names(card), []
        if letter.content not in self.approved:
            found.append("nobody approved it")
        elif now - self.approved[letter.content] > timedelta(days=7):
            found.append("approved too long ago")
        if now - self.drafted[card] > timedelta(days=7):
            found.append("drafted too long ago")
        if self.draft.get(card) != letter.content:
            found.append("not the draft that holds")
        if letter.recipient != self.contact[card]:
            found.append("to somebody else")
        if names & self.refused:
            found.append("on the list")
        if self.stage[card] in ("lost", "no", "live"):
            found.append("the card has ended")
        strict = any(name.endswith((".de", ".at")) for name in names)
        if not names & self.allowed and (strict or self.country[card] not in ("US", "GB")):
            found.append("blocked by its country")
        if any(content == letter.content for *_, content in self.gone):
            found.append("sent before")
        return found + self._too_much(card, letter, now)

    def _too_much(self, card: int, letter: Letter, now: datetime) -> list[str]:
        found = []
        past = [each for each in self.gone if each[0] <= now]
        if sum(each[0] > now - timedelta(days=1) for each in past) >= DAILY:
            found.append("too many a day")
        near = [each for each in past if each[0] > now - timedelta(days=14)]
        if any(to == letter.recipient or self.domain[of] == self.domain[card] for _, to, of, _ in near):
            found.append("too soon to one site")
        if sum(of == card for *_, of, _ in self.gone) >= 3:
            found.append("too many about one card")
        return found


class Machine:
    """One home, one memory, and what can be done."""

    def __init__(self, engine: sa.Engine, chance: random.Random) -> None:
        self.engine, self.chance, self.memory = engine, chance, Memory()
        self.board, self.contacts, self.sends = Board(engine), Contacts(engine), Sends(engine)
        self.judge = judge_by(Manners(on=True, daily=DAILY))
        self.now, self.count = NOON, 0
        self.faults: list[str] = []
        self.tally: Counter[str] = Counter()
        self.steps: list[tuple[int, Callable[[], None]]] = [
            (30, self.add), (6, self.edit), (30, self.draft), (35, self.approve), (4, self.approve_wrong),
            (2, self.suppress), (2, self.lift), (5, self.allow), (2, self.withdraw), (6, self.move),
            (1, self.forget), (3, self.tamper), (50, self.pass_time), (50, self.send),
        ]  # fmt: skip

    def step(self) -> None:
        weights, calls = zip(*self.steps, strict=True)
        call = self.chance.choices(calls, weights)[0]
        self.tally[call.__name__] += 1
        call()

    def some(self) -> int | None:
        """A card, mostly a recent one."""
        cards = list(self.memory.stage)[-6:]
        return self.chance.choice(cards) if cards else None

    def name(self) -> str:
        """A mailbox or a domain."""
        domain = self.chance.choice(DOMAINS)
        return self.chance.choice((f"ed@{domain}", f"ed@{domain}", domain.removeprefix("www.")))

    # what can be done -----------------------------------------------------------

    def add(self) -> None:
        domain, country = self.chance.choice(DOMAINS), self.chance.choice(COUNTRIES)
        self.count += 1
        contact = self.chance.choice((*[f"ed@{domain}"] * 5, None))
        page = f"https://{domain}/{self.count}"
        card, _ = self.board.add(
            Card("shop.test", "gap", domain, self.now, page, contact, country=country), "me", ""
        )
        memory = self.memory
        memory.contact[card.id], memory.domain[card.id] = contact, domain
        memory.country[card.id], memory.stage[card.id] = country, "new"

    def edit(self) -> None:
        if (card := self.some()) is None:
            return
        memory, before = self.memory, (self.memory.contact[card], self.memory.country[card])
        contact = self.chance.choice((before[0], f"{self.chance.choice('abc')}@{memory.domain[card]}"))
        country = self.chance.choice((before[1], *COUNTRIES))
        self.board.change(card, "me", "", self.now, contact=contact, country=country)
        memory.contact[card], memory.country[card] = contact, country
        if (contact, country) != before:
            memory.draft.pop(card, None)

    def draft(self) -> None:
        if (card := self.some()) is None:
            return
        known = self.board.one(card)
        way = "mail" if known.contact and self.chance.random() < 0.9 else "form"
        content = f"To: {known.contact}\r\n\r\n{self.chance.random()}\r\n".encode() if way == "mail" else None
        to = known.contact if way == "mail" else None
        self.board.draft(Draft(card, known.revision, "x", way, to, "s", "w", content, self.now), "me")
        self.memory.draft.pop(card, None)
        if content is not None:
            self.memory.draft[card], self.memory.drafted[card] = content, self.now

    def approve(self) -> None:
        if (card := self.some()) is None or card not in self.memory.draft:
            return
        draft = self.board.drafts([card])[card]
        self.board.approve(card, draft.digest, "me", self.now)
        assert draft.content is not None
        # what stands there now was read, even where it was changed behind our back
        self.memory.draft[card], self.memory.approved[draft.content] = draft.content, self.now

    def approve_wrong(self) -> None:
        if (card := self.some()) is None:
            return
        try:
            self.board.approve(card, self.chance.randbytes(32).hex(), "me", self.now)
        except UsageError:
            return
        self.faults.append("a wrong digest was approved")

    def suppress(self) -> None:
        name = self.name()
        self.contacts.suppress(name, "me", "", self.now)
        self.memory.refused.add(name)

    def lift(self) -> None:
        if self.memory.refused:
            name = self.chance.choice(sorted(self.memory.refused))
            self.contacts.lift(name, "me", "", self.now)
            self.memory.refused.discard(name)

    def allow(self) -> None:
        name = self.name()
        self.contacts.allow(name, "consent", "me", "", self.now)
        self.memory.allowed.add(name)

    def withdraw(self) -> None:
        if self.memory.allowed:
            name = self.chance.choice(sorted(self.memory.allowed))
            self.contacts.withdraw(name, "me", "", self.now)
            self.memory.allowed.discard(name)

    def move(self) -> None:
        if (card := self.some()) is None:
            return
        stage = self.chance.choice(STAGES)
        before = self.memory.stage[card]
        site = self.memory.domain[card]
        self.board.move(card, stage, "me", "", self.now, stop=stage == "no", site=site)
        self.memory.stage[card] = stage
        if stage == "no" != before:
            told = {to for _, to, of, _ in self.memory.gone if of == card} | {self.memory.contact[card]}
            self.memory.refused |= {name for name in told if name} or {self.memory.domain[card]}

    def forget(self) -> None:
        card = self.some()
        mailbox = None if card is None else self.memory.contact[card]
        if mailbox is None:
            return
        self.contacts.forget(mailbox, "me", self.now)
        self.memory.refused.add(mailbox)
        for each, contact in self.memory.contact.items():
            known = self.board.one(each)
            if contact == mailbox:
                self.memory.contact[each] = None
            held = self.board.drafts([each]).get(each)
            if known.contact is None or held is None or held.content is None:
                self.memory.draft.pop(each, None)

    def tamper(self) -> None:
        """Change the bytes of a draft in the database; the next one that holds is not what anybody read."""
        if (card := self.some()) is None or card not in self.memory.draft:
            return
        newest = sa.select(sa.func.max(DRAFTS.c.id)).where(DRAFTS.c.card == card).scalar_subquery()
        other = b"To: all@evil.test\r\n\r\n" + self.chance.randbytes(8)
        with writing(self.engine) as connection:
            connection.execute(DRAFTS.update().where(DRAFTS.c.id == newest).values(content=other))

    def pass_time(self) -> None:
        hours = self.chance.choice((0.02, 0.02, 0.5, 5, 30, -0.01))
        self.now += timedelta(hours=hours)

    # sending --------------------------------------------------------------------

    def send(self) -> None:
        self.sends.end_interrupted("cut off", self.now)
        for card in self.sends.approved():
            self.sends.queue(card, self.judge, "me", self.now)
        try:
            send_ready(self.engine, self.judge, self.hand, lambda: self.now)
        except Stop:
            self.tally["killed"] += 1
        self.memory.stage |= {card.id: card.stage for card in reversed(self.board.all())}

    def hand(self, letter: Letter, handing: Callable[[], None]) -> str:
        """A mail server in one of its moods, while anything may happen."""
        if self.chance.random() < 0.1:
            raise Refused(450, "not now", "the recipient")
        if self.chance.random() < 0.3:
            _, calls = zip(*self.steps[:12], strict=True)
            self.chance.choice(calls)()
        handing()
        sent = self.sends.handing()[0]
        self.tally["handed over"] += 1
        self.faults += self.memory.faults(sent.card, letter, self.now)
        mood = self.chance.choices(("taken", "later", "never", "drops", "dies"), (60, 10, 10, 10, 10))[0]
        self.tally[mood] += 1
        if mood == "later":
            raise Refused(451, "later", "the message")
        if mood == "never":
            raise Refused(554, "no", "the message")
        self.memory.gone.append((self.now, letter.recipient, sent.card, letter.content))
        if mood == "drops":
            raise Unknown("hung up")
        if mood == "dies":
            raise Stop
        return "250 taken"


def run(steps: int, seed: int) -> dict[str, Any]:
    """Take so many steps; what came of it."""
    chance, tally, faults, started = random.Random(seed), Counter[str](), list[str](), time.monotonic()
    fast = Path("/dev/shm")  # noqa: S108  # no state outlives the run
    with tempfile.TemporaryDirectory(dir=fast if fast.is_dir() else None) as folder:
        for number, first in enumerate(range(0, steps, ROUND)):
            with opened(Path(folder) / str(number)) as engine:
                machine = Machine(engine, chance)
                for _ in range(min(ROUND, steps - first)):
                    machine.step()
                if machine.board.check() is not None:
                    faults.append("the log does not prove itself")
                tally += machine.tally
                faults += machine.faults
    names = ("handed over", "taken", "drops", "dies", "suppress", "tamper")
    told = {name.replace(" ", "_"): tally[name] for name in names}
    seconds = round(time.monotonic() - started)
    return {"steps": steps, **told, "wrong": sorted(faults), "seconds": seconds}


def keep(found: dict[str, Any], seed: int) -> None:
    """Put what came of it among the figures of the scoreboard."""
    figures = {**found, "wrong": len(found["wrong"]), "seed": seed}
    command = f"python -m tests.outreach.machine {found['steps']} {seed} --record"
    goal = "0 wrong: nothing sent unapproved, to whom is on the list or blocked, twice, or beyond the limits"
    record("outreach-steps", command, goal, figures)


if __name__ == "__main__":
    result = run(int(sys.argv[1]), int(sys.argv[2]))
    if sys.argv[3:] == ["--record"]:
        keep(result, int(sys.argv[2]))
    sys.stdout.write(json.dumps(result) + "\n")
