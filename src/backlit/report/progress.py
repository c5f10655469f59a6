"""How is it said in a few words how far a job is, what it is about, and how often it comes again?"""

from collections.abc import Mapping
from typing import Any

from backlit.report.text import plural

__all__ = ["about", "how_far", "how_often", "share_done"]

#: What a job is about, by what of its arguments says so.
_SUBJECTS = ("target", "sources", "seeds")


def how_far(stage: Mapping[str, Any] | None) -> str:
    """`reading 12 of 80 pages`, as far as each is known."""
    if stage is None:
        return ""
    done, total, unit = stage["done"], stage["total"], stage["unit"]
    scale, unit = (1e6, "MB") if unit == "bytes" else (1, unit)
    digits = 1 if scale > 1 else 0
    if total is not None:
        return f"{stage['stage']}, {done / scale:,.{digits}f} of {total / scale:,.{digits}f} {unit}"
    return f"{stage['stage']}, {done / scale:,.{digits}f} {unit}" if done else str(stage["stage"])


def share_done(stage: Mapping[str, Any] | None) -> float | None:
    """How much of the present stage is done, 0 to 1; None where that is not known."""
    if stage is None or not stage["total"]:
        return None
    return min(1.0, max(0.0, float(stage["done"]) / float(stage["total"])))


def about(arguments: Mapping[str, Any]) -> str:
    """What a job is about: its target, or its first source and how many more there are."""
    for name in _SUBJECTS:
        value = arguments.get(name)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, list) and value:
            more = f" and {len(value) - 1:,} more" if len(value) > 1 else ""
            return f"{value[0]}{more}"
    return ""


def how_often(hours: float) -> str:
    """`every 10 minutes`, `every hour`, `every 30 days`: in the largest unit that is whole."""
    for length, unit in ((24.0, "day"), (1.0, "hour"), (1 / 60, "minute")):
        number = round(hours / length, 6)
        if number >= 1 and number == int(number):
            return f"every {unit}" if number == 1 else f"every {plural(int(number), unit)}"
    return f"every {round(hours * 3600):,} seconds"
