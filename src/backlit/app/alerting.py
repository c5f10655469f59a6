"""Who wants to hear of what? Rules: added, listed, tried, muted, removed; the run that finds and sends."""

import random
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from backlit.app.alert_messages import trial
from backlit.app.alert_search import search
from backlit.app.alert_sending import Sender
from backlit.app.answer import Answer, Row
from backlit.app.belonging import Within
from backlit.app.clock import Clock, now
from backlit.app.home import mail_server, site_address, way_out
from backlit.app.reaching import link_to
from backlit.app.session import Session, open_session
from backlit.app.watching import monitor_ls
from backlit.errors import AlertUnknown, BacklitError, HomeBusy, HomeMissing, UsageError
from backlit.index.questions import Question
from backlit.index.storage import ALERT_LOCK, write_lock
from backlit.index.target import Target
from backlit.monitor.alerts import webhooks
from backlit.monitor.alerts.rules import Cadence, Due, due, kinds_named, require_quiet
from backlit.net.exchange import Network
from backlit.net.failure import Stopped
from backlit.net.mail import MailServer
from backlit.net.mailbox import mailbox
from backlit.store.alerts import Base, Channel, Rule, Rules
from backlit.store.database import opened, sole
from backlit.store.outbox import Outbox, Sendable

__all__ = [
    "alert_add",
    "alert_feed",
    "alert_inbox",
    "alert_log",
    "alert_ls",
    "alert_mute",
    "alert_replay",
    "alert_rm",
    "alert_rotate",
    "alert_seen",
    "alert_test",
    "alerts_due",
    "alerts_run",
    "may_see_alert",
]

#: How long a secret that was exchanged still signs, besides the new one.
OVERLAP = timedelta(days=1)
#: Seconds that a test waits for a run to be over.
_WAIT = 30.0
#: What stands for sending, where several machines share a database.
_SENDING = 0x_5E4D

Random = Callable[[int], bytes]


def alert_add(
    home: Path,
    target: str,
    *,
    to: Sequence[str] = (),
    kinds: Sequence[str] = (),
    q: str | None = None,
    scope: str | None = None,
    cadence: str = "weekly",
    quiet: str | None = None,
    network: Network | None = None,
    token: Random = secrets.token_bytes,
    clock: Clock = now,
) -> Answer:
    """Tell of changes of links to a target from now on: in the inbox, by a feed, and to the channels named.

    `to` are addresses of mail or of webhooks; the secret of a new webhook is in this answer and no other.
    What changed before is not told.
    """
    Target.parse(target, scope)
    chosen = Question.changes("-at", q, ()).q
    Question.ask("backlinks", "-authority", q)  # looks are held to it as well, which know no changes
    wanted = kinds_named(kinds)
    if cadence not in Cadence._value2member_map_:
        choices = ", ".join(Cadence)
        raise UsageError(f"tell {cadence!r}", "there is no such cadence", f"Known are {choices}.")
    at = clock()
    channels = [_channel(each, network or way_out(), token, at) for each in to]
    rule = Rule(
        target, wanted, cadence, token(16).hex(), at, scope, chosen,
        quiet=require_quiet(quiet) if quiet else None, base=_base(home, target, scope),
    )  # fmt: skip
    with opened(home) as engine:
        rules = Rules(engine)
        before = {each.name for each in rules.channels().values()}
        kept = rules.add(rule, channels)
        known = rules.channels()
    new = {each.name: each.secret for each in channels if each.name not in before and each.secret}
    row = _row(kept, known, at)
    row["channels"] = [each | {"secret": new.get(each["name"])} for each in row["channels"]]
    return Answer(row, {"target": target})


def _base(home: Path, target: str, scope: str | None) -> Base:
    session = _session(home)
    if session is None:
        return Base()
    return Base(session.version.id, session.profile(target, scope).as_of)


def _session(home: Path) -> Session | None:
    try:
        return open_session(home)
    except HomeMissing:
        return None


def _channel(text: str, network: Network, token: Random, at: datetime) -> Channel:
    """A channel as users write it: an address of mail, or of a webhook."""
    text = text.strip()
    if text.startswith(("http://", "https://")):
        try:
            place = network.guard.kept(text)
        except Stopped as stopped:
            do = "Name a public http or https address; BACKLIT_INTRANET names networks of your own."
            raise UsageError(f"send to {text[:200]}", stopped.failure.why, do) from stopped
        return Channel("webhook", place.url, at, webhooks.new_secret(token))
    address = mailbox(text)
    if address is None:
        do = "Name me@example.com or https://host/hook."
        raise UsageError(f"send to {text[:200]!r}", "that is no address that mail is sent to", do)
    return Channel("email", address, at)


def alert_ls(home: Path, *, within: Within | None = None, clock: Clock = now) -> Answer:
    """The alerts, with their channels, when they are due, and how much in the inbox was not seen yet.

    Here and in the inbox `within` says of which targets somebody is told; None is all of them.
    """
    with opened(home) as engine:
        rules = Rules(engine)
        known, channels, unseen = rules.all(), rules.channels(), rules.unseen(_among(rules, within))
    known = [rule for rule in known if within is None or within(rule.target, rule.scope)]
    rows = [_row(rule, channels, clock()) for rule in known]
    return Answer(rows, {"unseen": unseen}, total=len(rows), limit=len(rows))


def may_see_alert(home: Path, alert: int, within: Within) -> bool:
    """Whether an alert stands, and is about what somebody sees."""
    with opened(home) as engine:
        return any(rule.id == alert and within(rule.target, rule.scope) for rule in Rules(engine).all())


def _among(rules: Rules, within: Within | None) -> list[int] | None:
    """The rules that somebody is told of, also those that were removed; None for all."""
    if within is None:
        return None
    return [number for number, (target, scope) in rules.about().items() if within(target, scope)]


def _row(rule: Rule, channels: dict[int, Channel], at: datetime) -> Row:
    return {
        "id": rule.id,
        "target": rule.target,
        "scope": rule.scope,
        "q": rule.q,
        "kinds": list(rule.kinds),
        "cadence": rule.cadence,
        "quiet": rule.quiet,
        "muted_until": rule.muted_until if rule.is_muted(at) else None,
        "channels": [
            {
                "id": number,
                "name": channels[number].name,
                "state": "off" if channels[number].disabled_at else "on",
                "failing_since": channels[number].failing_since,
                "why": channels[number].disabled_why,
            }
            for number in rule.channels
        ],
        "feed": f"{site_address()}/feeds/{rule.token}.atom",
        "added_at": rule.added_at,
        "digest_at": rule.digest_at,
    }


def alert_rm(home: Path, alert: int, *, clock: Clock = now) -> Answer:
    """Tell of something no longer; the inbox keeps what was found."""
    with opened(home) as engine:
        _require(Rules(engine).remove(alert, clock()), alert)
    return Answer({"removed": alert}, {})


def alert_mute(home: Path, alert: int, *, days: float | None, clock: Clock = now) -> Answer:
    """Find what there is and send nothing of it, for some days; None ends that."""
    if days is not None and not 0 < days <= 3_650:
        raise UsageError(f"mute for {days:g} days", "out of range", "Name up to 3650 days.")
    until = None if days is None else clock() + timedelta(days=days)
    with opened(home) as engine:
        _require(Rules(engine).mute(alert, until), alert)
    return Answer({"id": alert, "muted_until": until}, {})


def _require(there: bool, alert: int) -> None:
    if not there:
        raise AlertUnknown(f"change alert {alert}", "there is none", "`backlit alert ls` lists them.")


def alert_rotate(
    home: Path, channel: int, *, token: Random = secrets.token_bytes, clock: Clock = now
) -> Answer:
    """Give a webhook another secret; for a day messages are signed with both."""
    secret, until = webhooks.new_secret(token), clock() + OVERLAP
    with opened(home) as engine:
        if not Rules(engine).rotate(channel, secret, until):
            do = "`backlit alert ls --json` shows the ids of channels."
            raise AlertUnknown(f"exchange the secret of channel {channel}", "there is no such webhook", do)
    return Answer({"channel": channel, "secret": secret, "old_secret_until": until}, {})


def alert_inbox(
    home: Path,
    *,
    alert: int | None = None,
    unseen: bool = False,
    limit: int = 100,
    within: Within | None = None,
) -> Answer:
    """What was found, newest first, whether it was sent or not."""
    if not 1 <= limit <= 10_000:
        raise UsageError(f"return {limit} rows", "out of range", "Ask for 1 to 10000.")
    with opened(home) as engine:
        rules = Rules(engine)
        among = _among(rules, within)
        rows = rules.inbox(alert, unseen=unseen, limit=limit, among=among)
        left = rules.unseen(among)
    return Answer(rows, {"alert": alert, "unseen": left}, total=len(rows), limit=limit)


def alert_feed(home: Path, token: str, *, limit: int = 100) -> Answer:
    """An alert and what it found, newest first, for whoever has the address of its feed."""
    with opened(home) as engine:
        rules = Rules(engine)
        found = next((rule for rule in rules.all() if rule.token == token), None)
        if found is None:
            raise AlertUnknown("read a feed", "there is none at this address", "`backlit alert ls` tells it.")
        events = rules.inbox(found.id, limit=limit)
    told = {"id": found.id, "target": found.target, "q": found.q, "added_at": found.added_at}
    return Answer({"alert": told, "events": events}, {})


def alert_seen(home: Path, last: int, *, within: Within | None = None, clock: Clock = now) -> Answer:
    """Mark the inbox as seen, up to an event."""
    with opened(home) as engine:
        rules = Rules(engine)
        return Answer({"seen": rules.see(last, clock(), _among(rules, within))}, {})


def alert_log(home: Path, *, alert: int | None = None, limit: int = 100) -> Answer:
    """What was sent or is to be, newest first, with every try."""
    if not 1 <= limit <= 10_000:
        raise UsageError(f"return {limit} rows", "out of range", "Ask for 1 to 10000.")
    with opened(home) as engine:
        rows = Outbox(engine).log(rule=alert, limit=limit)
    return Answer(rows, {"alert": alert}, total=len(rows), limit=limit)


def alert_replay(home: Path, delivery: int, *, clock: Clock = now) -> Answer:
    """Let the next run send a message again, under its old id."""
    with opened(home) as engine:
        if not Outbox(engine).replay(delivery, clock()):
            do = "`backlit alert log` lists what was sent."
            raise AlertUnknown(f"send delivery {delivery} again", "there is none that has ended", do)
    return Answer({"delivery": delivery, "state": "waiting"}, {})


# finding and sending ------------------------------------------------------------


def alerts_due(home: Path, *, clock: Clock = now) -> list[Due]:
    """The rules whose digest is due, each with its slot: the name of that one run."""
    with opened(home) as engine:
        return _due(Rules(engine).all(), clock())


def _due(rules: Sequence[Rule], at: datetime) -> list[Due]:
    return due(rules, {rule.id: rule.digest_at for rule in rules if rule.digest_at}, at)


def alerts_run(
    home: Path,
    *,
    network: Network | None = None,
    mail: MailServer | None = None,
    chance: Callable[[], float] = random.random,
    token: Random = secrets.token_bytes,
    clock: Clock = now,
) -> Answer:
    """Find what has changed, close the digests that are due, and send what waits.

    May be called at any time, and be killed at any moment: each step is whole on the disk before the next
    one, and what was done is not done again. Where another process is at it, nothing is
    done here, and `busy` says so.
    """
    started = time.perf_counter()
    with ExitStack() as stack:
        try:
            sender = stack.enter_context(_sender(home, network, mail, chance, token, clock))
        except HomeBusy:
            return Answer(_nothing_done(), {})
        interrupted = sender.name_interrupted()
        rules = Rules(sender.engine)
        found, problems = _find(home, sender.engine, rules.all(), clock)
        standing = rules.all()
        told = sender.close_digests(standing, _due(standing, clock()))
        tries = sender.send_ready(standing)
    data = {"alerts": len(standing), "found": found, "told": told, "tries": tries,
            "interrupted": interrupted, "problems": problems, "busy": False}  # fmt: skip
    return Answer(data, {}, took_ms=(time.perf_counter() - started) * 1000)


def _nothing_done() -> Row:
    return {
        "alerts": None,
        "found": 0,
        "told": 0,
        "tries": {},
        "interrupted": 0,
        "problems": [],
        "busy": True,
    }


@contextmanager
def _sender(
    home: Path,
    network: Network | None,
    mail: MailServer | None,
    chance: Callable[[], float],
    token: Random,
    clock: Clock,
    wait: float = 0.0,
) -> Iterator[Sender]:
    with (
        write_lock(home, wait=wait, name=ALERT_LOCK),
        opened(home) as engine,
        sole(engine, _SENDING) as is_sole,
    ):
        if not is_sole:
            found = "another machine with the same database is at it"
            raise HomeBusy("send alerts", found, "It sends what there is. Try again later.")
        yield Sender(
            engine, network or way_out(), mail or mail_server(), site_address(), clock, chance, token,
            lambda channel: link_to(home, "alert", channel.id, channel.address),
        )  # fmt: skip


def _find(home: Path, engine: sa.Engine, rules: Sequence[Rule], clock: Clock) -> tuple[int, list[Row]]:
    """Decide for each rule what there is to tell; one that cannot be asked is named and stays as it was."""
    if not rules:
        return 0, []
    found, problems = 0, list[Row]()
    session, monitors = _session(home), monitor_ls(home, clock=clock).rows
    for rule in rules:
        try:
            news = search(engine, session, monitors, rule, clock())
        except BacklitError as error:
            problems.append({"alert": rule.id, "target": rule.target, "found": error.found, "do": error.do})
            continue
        found += Rules(engine).decide(rule, news, clock()) or 0
    return found, problems


def alert_test(
    home: Path,
    alert: int,
    *,
    network: Network | None = None,
    mail: MailServer | None = None,
    chance: Callable[[], float] = random.random,
    token: Random = secrets.token_bytes,
    clock: Clock = now,
) -> Answer:
    """Send a message that says it is a test to each channel of an alert, now: what came of it.

    A channel that was off and takes it is on again.
    """
    with _sender(home, network, mail, chance, token, clock, _WAIT) as sender:
        rules = Rules(sender.engine)
        known = {rule.id: rule for rule in rules.all()}
        _require(alert in known, alert)
        rows = [_try(sender, rules, known[alert], rules.channels()[n]) for n in known[alert].channels]
    return Answer(rows, {"alert": alert}, total=len(rows), limit=len(rows))


def _try(sender: Sender, rules: Rules, rule: Rule, channel: Channel) -> Row:
    at = sender.clock()
    to = Sendable(channel.id, sender.key(), at)
    delivery = sender.outbox.put(rule.id, to, trial(rule, at, sender.site), at)
    outcome = sender.send(delivery, ())
    is_sent = outcome.kind.value == "sent"
    if is_sent and channel.disabled_at is not None:
        rules.enable(channel.id)
    return {
        "channel": channel.name,
        "arrived": is_sent,
        "outcome": outcome.kind.value,
        "detail": outcome.detail,
        "message_id": to.key,
    }
