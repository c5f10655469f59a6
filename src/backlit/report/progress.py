"""How is it said in a few words how far a job is, and what it is about?"""

from collections.abc import Mapping
from typing import Any

__all__ = ["about", "how_far", "share_done"]

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
