"""Which of the decisions about the links to a target hold today?

Looking at links needs this, and not the database that the decisions come from.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from backlit.model import Verdict

__all__ = ["NOTHING", "Decision", "Standing", "Verdict", "in_force", "standing", "undone"]


@dataclass(frozen=True, slots=True)
class Decision:
    """One event. It holds for all of some `domains`, and for some `links` by their ids. `known` is what was
    known then, and `until` when it is to be looked at again."""

    at: datetime
    who: str
    target: str
    kind: str
    subject: str
    verdict: Verdict
    why: str
    domains: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    known: dict[str, Any] = field(default_factory=dict)
    until: datetime | None = None
    undoes: int | None = None
    id: int = 0

    def is_due(self, now: datetime) -> bool:
        """Whether it is to be looked at again by now."""
        return self.until is not None and self.until <= now

    @property
    def by_rule(self) -> dict[str, Any] | None:
        """The rule and the version of the policy that decided; None where a person did."""
        told = self.known.get("policy")
        return {"rule": told["rule"], "version": told["version"]} if isinstance(told, dict) else None


def undone(events: Sequence[Decision]) -> set[int]:
    """The events that were taken back, and not given back since: later ones judge earlier ones."""
    gone: set[int] = set()
    for event in sorted(events, key=lambda each: -each.id):
        if event.undoes is not None and event.id not in gone:
            gone.add(event.undoes)
    return gone


def in_force(events: Sequence[Decision]) -> list[Decision]:
    """The events that nobody took back, oldest first."""
    gone = undone(events)
    left = [each for each in events if each.id not in gone and each.verdict is not Verdict.UNDO]
    return sorted(left, key=lambda each: each.id)


@dataclass(frozen=True, slots=True)
class Standing:
    """The decisions that hold, by domain and by the id of a link; the later of two wins."""

    domains: dict[str, Decision]
    links: dict[str, Decision]

    def of(self, domain: str, link: str | None = None) -> Decision | None:
        """What was decided about a link of a domain, or about all links of the domain; of a link's own
        decision and its domain's the later, but that what a person kept stays so until that is undone."""
        own = self.links.get(link or "")
        if own is not None and own.verdict is Verdict.KEEP and own.by_rule is None:
            return own
        whole = self.domains.get(domain)
        return max((each for each in (own, whole) if each), key=lambda each: each.id, default=None)


#: Nothing was decided.
NOTHING = Standing({}, {})


def standing(events: Sequence[Decision]) -> Standing:
    """What holds of some events about one target."""
    found = Standing({}, {})
    for event in in_force(events):
        found.links.update(dict.fromkeys(event.links, event))
        found.domains.update(dict.fromkeys(event.domains, event))
    return found
