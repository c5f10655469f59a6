"""When is a monitored page looked at again, and does its link keep what was promised?

A young link goes sooner than an old one, so a page is looked at again after a quarter of the time that its
link is known for, at least a day and at most a month; while a loss is to be confirmed, after a day. What is
asked of a link depends on why it is there: of an earned one nothing but to be there, of one that was paid for
that it says so.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from backlit.store.monitors import Monitor, MonitorKind

__all__ = ["due_at", "shortcomings"]

SOONEST, LATEST = timedelta(days=1), timedelta(days=30)
_FOUND = ("live", "changed", "hidden")


def due_at(known_since: datetime, checked_at: datetime | None, state: str | None) -> datetime:
    """When a page is to be looked at (again)."""
    if checked_at is None:
        return known_since
    if state == "missing":
        return checked_at + SOONEST
    return checked_at + max(SOONEST, min(LATEST, (checked_at - known_since) / 4))


def shortcomings(monitor: Monitor, look: Mapping[str, Any]) -> list[dict[str, str]]:
    """What a link that was found lacks of what was promised; each with what was found instead."""
    link = look["after"]
    if look["verdict"] not in _FOUND or link is None:
        return []
    found = []
    rel = link["rel"]
    if (
        monitor.kind is MonitorKind.COMPENSATED
        and rel is not None
        and not {"sponsored", "nofollow"} & set(rel)
    ):
        found.append(
            (
                "rel-missing",
                f"a paid link has to say sponsored or nofollow; it says {' '.join(rel) or 'nothing'}",
            )
        )
    words = " ".join((link["anchor"] or link["alt"] or "").split())
    if monitor.anchor is not None and words.lower() != " ".join(monitor.anchor.split()).lower():
        found.append(("anchor-differs", f"{monitor.anchor!r} was promised, {words!r} stands there"))
    if monitor.promised_url is not None and link["target_url"] != monitor.promised_url:
        found.append(
            ("target-differs", f"{monitor.promised_url} was promised, it leads to {link['target_url']}")
        )
    return [{"id": name, "sentence": sentence} for name, sentence in found]
