"""What may a rule ask for, and when is it due?

A digest is due once for each slot: every day, or every Monday, at 07:00 UTC. Only the last slot counts,
however long nobody looked, and a clock that jumps can double nothing: a digest holds what no digest held.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from backlit.errors import UsageError
from backlit.store.alerts import Rule

__all__ = ["KINDS", "Cadence", "Due", "due", "kinds_named", "quiet_until", "require_quiet"]

#: What there is to hear of. `promise`: a link lacks what was promised of it, or the mark of a paid one.
KINDS = ("new", "lost", "changed", "recovered", "promise")

_AT = time(7, tzinfo=UTC)
_quiet = re.compile(
    r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)(?: ([A-Za-z0-9_+/-]{1,60}))?"
).fullmatch


class Cadence(StrEnum):
    """How often there is a message, if there is something to tell."""

    NOW = "now"
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class Due:
    """A rule whose digest is due, and since when: together the name of that one run."""

    rule: int
    at: datetime


def due(rules: Iterable[Rule], last_runs: Mapping[int, datetime], now: datetime) -> list[Due]:
    """The rules whose digest is due, each with the latest slot that has come; none while a rule is mute.

    `last_runs` are the slots of the digests that went last, by rule. One that is still to come is of a clock
    that was wrong, and counts for nothing.
    """
    found = []
    for rule in rules:
        slot = _slot(Cadence(rule.cadence), now)
        last = last_runs.get(rule.id, rule.added_at)
        is_time = slot > last or last > now or rule.cadence == Cadence.NOW
        if is_time and not rule.is_muted(now):
            found.append(Due(rule.id, slot))
    return found


def _slot(cadence: Cadence, now: datetime) -> datetime:
    """The latest slot that is not in the future."""
    if cadence is Cadence.NOW:
        return now
    today = datetime.combine(now.astimezone(UTC).date(), _AT)
    slot = today if today <= now else today - timedelta(days=1)
    return slot - timedelta(days=slot.weekday()) if cadence is Cadence.WEEKLY else slot


def kinds_named(names: Iterable[str]) -> tuple[str, ...]:
    """Kinds of change in our order; UsageError for one that is none. All of them where none is named."""
    asked = [name.strip().lower() for each in names for name in each.split(",") if name.strip()]
    if unknown := [name for name in asked if name not in KINDS]:
        known = ", ".join(KINDS)
        raise UsageError(f"tell of {unknown[0]!r}", "there is no such change", f"Known are {known}.")
    return tuple(name for name in KINDS if name in asked) if asked else KINDS


def require_quiet(text: str) -> str:
    """Quiet hours as `22:00-07:00 Europe/Berlin`, by UTC where no zone is named; UsageError for others."""
    match = _quiet(text.strip())
    if match is None or match[1] + match[2] == match[3] + match[4]:
        raise UsageError(
            f"be quiet in {text[:60]!r}", "that is no span of hours", "Write 22:00-07:00 Europe/Berlin."
        )
    _zone(match[5])
    return text.strip()


def quiet_until(quiet: str | None, now: datetime) -> datetime:
    """When a message may go that is ready now: now, or at the end of the quiet hours."""
    match = _quiet(quiet or "")
    if match is None:
        return now
    local = now.astimezone(_zone(match[5]))
    start, end = time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
    at = local.time().replace(tzinfo=None)
    is_quiet = start <= at < end if start < end else at >= start or at < end
    if not is_quiet:
        return now
    day = local.date() if at < end else local.date() + timedelta(days=1)
    return datetime.combine(day, end, local.tzinfo).astimezone(UTC)


def _zone(name: str | None) -> tzinfo:
    if name is None:
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(
            f"count hours as in {name!r}", "there is no such time zone here", "Name one, as Europe/Berlin."
        ) from error
