"""How is the judgement of one link told in words: what it is worth, how it reads, and why?"""

from collections.abc import Iterator, Mapping
from typing import Any

from backlit.report.text import relevance_read, visible

__all__ = ["judged_lines"]

Row = Mapping[str, Any]

_FACTORS = {
    "natural": "not unnatural",
    "not_spam": "not spam",
}
#: Findings and unknowns that are told; the rest is in JSON.
_MOST = 6


def judged_lines(row: Row) -> list[str]:
    """The lines of a link's receipt; none where the link was not judged."""
    if row.get("assessment") is None:
        return []
    told = ["", *_worth(row["worth"]), *_visitors(row["visitors"]), "", *_readings(row["assessment"])]
    read = relevance_read(row.get("relevance_method"))
    return [*told, read] if read else told


def _worth(worth: Row) -> Iterator[str]:
    yield f"Worth {_span(worth['low'], worth['high'])} of 100 for ranking:"
    for part in worth["parts"]:
        times = "" if part["name"] == "authority" else "× "
        narrows = f"   not known. {part['narrows']}" if part["narrows"] else ""
        name = _FACTORS.get(part["name"], part["name"])
        yield f"  {times}{name} {_span(part['low'], part['high'])}{narrows}"


def _span(low: float, high: float) -> str:
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def _visitors(visits: list[Row] | None) -> Iterator[str]:
    for each in visits or ():
        yield f"Visitors from the domain: {each['count']:,} {each['measure']} ({visible(each['tool'])})."


def _readings(told: Row) -> Iterator[str]:
    read = f"spam {told['spam']:.0f} and as unnatural {told['unnatural']:.0f} of 100"
    yield f"Reads as {read}. {told['advice']}"
    for found in told["findings"][:_MOST]:
        clause = f" [{found['policy']}]" if found["policy"] else ""
        yield f"  {visible(found['sentence'])}{clause}  ({_weights(found)})"
    for found in told["in_favour"][:_MOST]:
        yield f"  For it: {visible(found['sentence'])}  ({_weights(found)})"
    if told["clears"]:
        yield f"  What would clear it: {' '.join(map(visible, told['clears']))}"
    if told["unknown"]:
        yield f"  Not looked at: {', '.join(told['unknown'][:_MOST])}."


def _weights(found: Row) -> str:
    parts = ((found["spam"], "spam"), (found["unnatural"], "unnatural"))
    return ", ".join(f"{weight:+.1f} {name}" for weight, name in parts if weight) or "no weight"
