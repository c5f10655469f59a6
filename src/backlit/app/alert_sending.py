"""How does what waits get on its way, and what is put down of it?

A message is sent from its row. Webhooks carry the same id at every try, so that their receivers know one
that came twice; people do not, so a letter whose fate nobody knows is named, and never sent again by itself.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backlit.app.alert_messages import digest, letter, notice
from backlit.app.clock import Clock
from backlit.monitor.alerts import webhooks
from backlit.monitor.alerts.rules import Due, quiet_until
from backlit.monitor.alerts.tries import Outcome, OutcomeKind, ending
from backlit.net.exchange import Network
from backlit.net.failure import FailureKind, Stopped
from backlit.net.mail import Letter, MailServer, Refused, Unknown, hand_over
from backlit.store.alerts import Channel, Rule, Rules
from backlit.store.outbox import Delivery, Ending, Outbox, Sendable

__all__ = ["Sender"]

_CUT_OFF = (
    "the process was stopped while it handed the message over, so that it may have arrived;"
    " replay it if it has not"
)
_DROPPED = (
    "the server hung up after it was given the message and before it said whether it has it ({why}),"
    " so that it may have arrived; replay it if it has not"
)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: the way out, the mail server where there is one, and what tests replace."""

    engine: sa.Engine
    network: Network
    mail: MailServer | None
    site: str
    clock: Clock
    chance: Callable[[], float]
    token: Callable[[int], bytes]
    #: where the recipient of a channel declines with one click; None where no address was proved
    link: Callable[[Channel], str | None] = lambda _channel: None

    @property
    def outbox(self) -> Outbox:
        """What is to be sent."""
        return Outbox(self.engine)

    def close_digests(self, rules: Sequence[Rule], due: Sequence[Due]) -> int:
        """Make messages of what waits for the rules that are due; how many events go out."""
        now, channels = self.clock(), Rules(self.engine).channels()
        known = {rule.id: rule for rule in rules}
        total = 0
        for each in due:
            if (rule := known.get(each.rule)) is not None:
                to = [self._sendable(channels[number], rule, now) for number in rule.channels
                      if channels[number].disabled_at is None]  # fmt: skip

                def compose(events: Sequence[Mapping[str, Any]], count: int, rule: Rule = rule) -> Any:
                    return digest(rule, events, count, now, self.site)

                total += self.outbox.gather(rule, each.at, to, compose, now)
        return total

    def _sendable(self, channel: Channel, rule: Rule, now: datetime) -> Sendable:
        """A message to a channel: a letter waits for the end of quiet hours, a program has none."""
        at = quiet_until(rule.quiet, now) if channel.kind == "email" else now
        return Sendable(channel.id, self.key(), at)

    def key(self) -> str:
        """The id of a message."""
        return f"msg_{self.token(16).hex()}"

    def name_interrupted(self) -> int:
        """Put down which hand-overs were cut off."""
        return self.outbox.end_interrupted(_CUT_OFF, self.clock())

    def send_ready(self, rules: Sequence[Rule]) -> dict[str, int]:
        """Send what may go now, one try each; how many tries came to what.

        A channel that fails is left alone for the rest of the run.
        """
        counts = dict[str, int]()
        failing = set[int]()
        for delivery in self.outbox.ready(self.clock()):
            channel = delivery.channel
            if channel.id in failing:
                continue
            if channel.disabled_at is not None and delivery.body["type"] != "alert.test":
                self.outbox.postpone(delivery, "off")
                continue
            outcome = self.send(delivery, rules)
            counts[outcome.kind.value] = counts.get(outcome.kind.value, 0) + 1
            if outcome.kind in (OutcomeKind.FAILED, OutcomeKind.GONE):
                failing.add(channel.id)
        return counts

    def send(self, delivery: Delivery, rules: Sequence[Rule]) -> Outcome:
        """Try once, and put down what came of it."""
        if delivery.channel.kind == "email":
            outcome = self._mailed(delivery)
        else:
            body = json.dumps(delivery.body, separators=(",", ":")).encode("ascii")
            outcome = webhooks.send(self.network, delivery.channel, delivery.key, body, self.clock())
        now = self.clock()
        end = ending(delivery, outcome, now, self.chance)
        self.outbox.end(delivery, self._with_notices(end, delivery, rules, now), now)
        return outcome

    def _mailed(self, delivery: Delivery) -> Outcome:
        if self.mail is None:
            return Outcome(OutcomeKind.FAILED, "no mail server: set BACKLIT_SMTP_URL and BACKLIT_MAIL_FROM")
        message = Letter(
            delivery.channel.address, letter(delivery, self.mail.sender, self.link(delivery.channel))
        )

        def handing() -> None:
            self.outbox.hand_over(delivery, self.clock())

        try:
            return Outcome(OutcomeKind.SENT, hand_over(self.network, self.mail, message, handing))
        except Refused as refused:
            kind = OutcomeKind.REFUSED if refused.is_final else OutcomeKind.FAILED
            code = f"{refused.code} " if refused.code else ""
            return Outcome(kind, f"{refused.step}: {code}{refused.said}")
        except Stopped as stopped:
            why = stopped.failure.why
            if stopped.failure.kind is FailureKind.REFUSED:
                why += "; BACKLIT_INTRANET names networks of your own that may be spoken to"
            return Outcome(OutcomeKind.FAILED, f"{stopped.failure.kind.value}: {why}")
        except Unknown as unknown:
            return Outcome(OutcomeKind.UNKNOWN, _DROPPED.format(why=unknown))

    def _with_notices(self, end: Ending, delivery: Delivery, rules: Sequence[Rule], now: datetime) -> Ending:
        """Where a channel is turned off, word of it to the mailboxes of the rules that use it."""
        if end.disable is None:
            return end
        channels = Rules(self.engine).channels()
        notices = []
        for rule in rules:
            mailboxes = [channels[n] for n in rule.channels if channels[n].kind == "email"]
            if delivery.channel.id in rule.channels:
                body = notice(rule, delivery.channel.name, end.disable, now, self.site)
                notices += [(rule.id, self._sendable(each, rule, now), body) for each in mailboxes]
        return replace(end, notices=notices)
