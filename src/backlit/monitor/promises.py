"""When is a monitored page looked at again, and does its link keep what was promised?

A young link goes sooner than an old one, so a page is looked at again after a quarter of the time that its
link is known for, at least a day and at most a month; while a loss is to be confirmed, after a day. What is
asked of a link depends on why it is there: of an earned one nothing but to be there, of one that was paid for
that it says so.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from backlit.index.target import Target
from backlit.store.monitors import Monitor, MonitorKind
from backlit.urls import page_key

__all__ = ["due_at", "shortcomings"]

SOONEST, LATEST = timedelta(days=1), timedelta(days=30)
_FOUND = ("live", "changed", "hidden")
_CLICKED = ("a", "area")


def due_at(known_since: datetime, checked_at: datetime | None, state: str | None) -> datetime:
    """When a page is to be looked at (again)."""
    if checked_at is None:
        return known_since
    if state == "missing":
        return checked_at + SOONEST
    return checked_at + max(SOONEST, min(LATEST, (checked_at - known_since) / 4))


def shortcomings(monitor: Monitor, look: Mapping[str, Any]) -> list[dict[str, str]]:
    """What a link that was found lacks of what was promised; each with what was found instead.

    Where a page has several links to the target, one of them has to keep the promise of words and address,
    and each has to say that it was paid for.
    """
    if look["verdict"] not in _FOUND or look["after"] is None:
        return []
    links = [look["after"], *(each for each in look.get("beside", ()) if _is_there(monitor, each))]
    found = []
    unsaid = next((link["rel"] for link in links if _says_nothing(link["rel"])), None)
    if monitor.kind is MonitorKind.COMPENSATED and unsaid is not None:
        says = f"it says {' '.join(unsaid) or 'nothing'}"
        found.append(("rel-missing", f"a paid link has to say sponsored or nofollow; {says}"))
    words = [" ".join((link["anchor"] or link["alt"] or "").split()) for link in links]
    promised = " ".join((monitor.anchor or "").split()).lower()
    if monitor.anchor is not None and promised not in map(str.lower, words):
        found.append(("anchor-differs", f"{monitor.anchor!r} was promised, {words[0]!r} stands there"))
    ends = [link["target_url"] for link in links]
    if monitor.promised_url is not None and monitor.promised_url not in ends:
        found.append(("target-differs", f"{monitor.promised_url} was promised, it leads to {ends[0]}"))
    return [{"id": name, "sentence": sentence} for name, sentence in found]


def _is_there(monitor: Monitor, link: Mapping[str, Any]) -> bool:
    """Whether another link of the page is one that people click on, to the target."""
    target = Target.parse(monitor.target)
    return link["kind"] in _CLICKED and target.lower <= page_key(link["target_url"]) < target.upper


def _says_nothing(rel: Sequence[str] | None) -> bool:
    """Whether a rel is known, and does not say that the link was paid for."""
    return rel is not None and not {"sponsored", "nofollow"} & set(rel)
