"""What follows from a try to send: is it over, tried again and when, or is the channel at fault?

Webhooks and mail are tried again by the schedule that Standard Webhooks 1.0.0 gives as its example, each
wait drawn out a little by chance, so that those who wait for one server do not come back together.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from backlit.store.outbox import Delivery, Ending

__all__ = ["SCHEDULE", "Outcome", "OutcomeKind", "ending"]

#: Seconds before each further try.
SCHEDULE = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
#: How much longer a wait may become by chance, and the longest that a server may ask for.
_JITTER, _LONGEST = 0.1, 86_400.0

#: A channel where nothing arrived for so long, in so many tries, is left alone.
GIVE_UP, _LEAST_FAILURES = timedelta(days=5), 10


class OutcomeKind(StrEnum):
    """What came of a try."""

    SENT = "sent"
    #: not now; perhaps later
    FAILED = "failed"
    #: never: the receiver refuses this message
    REFUSED = "refused"
    #: nobody knows whether it arrived
    UNKNOWN = "unknown"
    #: the receiver is gone and wants no more
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a try, in words, and the seconds that the receiver asks to be left alone."""

    kind: OutcomeKind
    detail: str
    after: float | None = None


def ending(delivery: Delivery, outcome: Outcome, now: datetime, chance: Callable[[], float]) -> Ending:
    """What is put down for a try."""
    name, detail = outcome.kind.value, outcome.detail
    if outcome.kind is OutcomeKind.SENT:
        return Ending(name, detail, "sent", now)
    if outcome.kind is OutcomeKind.UNKNOWN:
        return Ending(name, detail, "unknown", now)
    if outcome.kind is OutcomeKind.REFUSED:
        return Ending(name, detail, "failed", now)
    if outcome.kind is OutcomeKind.GONE:
        return Ending(name, detail, "off", now, failed=True, disable=detail)
    if delivery.body["type"] == "alert.test":
        return Ending(name, detail, "failed", now)  # who asks for a test waits for its answer
    if is_given_up(delivery, now):
        days = GIVE_UP.days
        return Ending(
            name, detail, "off", now, failed=True, disable=f"nothing arrived for {days} days: {detail}"
        )
    if delivery.tries >= len(SCHEDULE):
        return Ending(
            name, f"{detail}; given up after {delivery.tries + 1} tries", "failed", now, failed=True
        )
    wait = SCHEDULE[delivery.tries] * (1 + _JITTER * chance())
    wait = max(wait, min(outcome.after or 0.0, _LONGEST))
    return Ending(name, detail, "waiting", now + timedelta(seconds=wait), failed=True)


def is_given_up(delivery: Delivery, now: datetime) -> bool:
    """Whether a channel has failed long enough. Counted in tries too: a clock that jumps is no proof."""
    channel = delivery.channel
    if channel.failing_since is None or channel.failures + 1 < _LEAST_FAILURES:
        return False
    return channel.kind == "webhook" and now - channel.failing_since >= GIVE_UP
