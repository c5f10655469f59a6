"""What is there to tell of what was found, given what was told before?

A fold over sightings of change, oldest knowledge first. The state that each link was last told in is kept:
a link that was told lost can only be told recovered, whoever finds what again, in the index or by a look of
our own. A sighting that is older than what was told says nothing.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backlit.store.alerts import Event, Told
from backlit.urls import page_key

__all__ = ["STANDING", "Change", "promise_state", "subject_of", "tidings"]

STANDING, LOST = "standing", "lost"


@dataclass(frozen=True, slots=True)
class Change:
    """A change that a look found. `print` tells one change of a link from another; `told` is for people.

    `is_alert` is false where a change is worth a line and no message of its own; `after_loss` says that the
    link was found, which is news only of one that was told lost.
    """

    subject: str
    kind: str
    at: datetime
    told: Mapping[str, Any]
    print: str = ""
    is_alert: bool = True
    after_loss: bool = False


def subject_of(source_url: str, target_url: str, kind: str) -> str:
    """What a link is known by in the memory of a rule: the same for all who speak of it."""
    return _digest(page_key(source_url), page_key(target_url), kind)


def promise_state(lacks: str) -> str:
    """What a subject is told as that lacks something of what was promised, or nothing."""
    return f"promise {lacks}"


def tidings(
    changes: Iterable[Change], told: Mapping[str, Told], wanted: Iterable[str], at: datetime
) -> tuple[list[Event], dict[str, Told]]:
    """The events among changes, and what is told of each subject from then on.

    What nobody wants to hear of is no event, and is remembered all the same. `at` is the moment of asking:
    what was told later than that was told by a clock that was wrong, and makes nothing old.
    """
    events, now, kinds = [], dict[str, Told](), set(wanted)
    for change in changes:
        before = now.get(change.subject) or told.get(change.subject)
        after = _after(change, before, at)
        if after is None:
            continue
        now[change.subject] = after
        if change.kind in kinds and not _is_silent(change):
            key = _digest(change.subject, change.kind, change.print, change.at.isoformat())
            events.append(Event(key, change.kind, change.at, change.told, change.is_alert))
    return events, now


def _after(change: Change, before: Told | None, at: datetime) -> Told | None:
    """What is told of a subject after a change; None where that is no news."""
    if change.kind == "promise":
        return _unless_same(promise_state(change.print), change, before)
    if before is not None and change.at < before.at <= at:
        return None
    was_lost = before is not None and before.state == LOST
    if change.kind == "lost":
        return None if was_lost else Told(LOST, change.at)
    if change.kind == "changed":
        return None if was_lost else _unless_same(f"changed {change.print}", change, before)
    if was_lost or (before is None and not change.after_loss):
        return Told(STANDING, change.at)
    return None


def _unless_same(state: str, change: Change, before: Told | None) -> Told | None:
    return None if before is not None and before.state == state else Told(state, change.at)


def _is_silent(change: Change) -> bool:
    """A promise that is kept again is remembered, and no event."""
    return change.kind == "promise" and not change.print


def _digest(*parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
