"""How is it told what a project needs, and what came and went?"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from backlit.report.text import count, day, plural

__all__ = ["ALERTS", "needs_of", "period_of"]

#: Where each kind of need is seen to, in the app.
ALERTS = "/alerts"
_MONTH = 30


def needs_of(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a project needs, in words, each with the page of the app where it is seen to."""
    needs, target = row["needs"], quote(row["target"], safe="")
    found = []
    if needs["audit"]:
        found.append((f"{plural(needs['audit'], 'group')} to decide on", f"/t/{target}/audit"))
    if needs["alerts"]:
        found.append((f"{plural(needs['alerts'], 'alert')} not seen", ALERTS))
    if needs["outreach"]:
        found.append((f"{plural(needs['outreach'], 'card')} due", f"/outreach?target={target}"))
    if needs["jobs"]:
        found.append((f"{plural(needs['jobs'], 'job')} failed", "/jobs?state=failed"))
    return found


def period_of(row: Mapping[str, Any]) -> str:
    """Domains won and lost, and since when; that nobody can know where there was one look."""
    if row["referring_domains"] is None:
        return ""
    if row["since"] is None:
        return "known after a second look"
    if not any(row[name] for name in ("referring_domains", "won", "lost")) and row.get("leads"):
        return "known once those pages are read"
    if row["won"] is None or row["lost"] is None:
        known = [f"{count(row[name])} {name}" for name in ("won", "lost") if row[name]]
        few = f"few pages were read in {_MONTH} days"
        return f"at least {known[0]}: {few}" if known else f"not known: {few}"
    days = (row["as_of"] - row["since"]).days
    when = f"in {_MONTH} days" if days >= _MONTH else f"since {day(row['since'])}"
    if not row["won"] and not row["lost"]:
        return f"none {when}"
    return f"{plural(row['won'], 'domain')} won, {count(row['lost'])} lost {when}"
