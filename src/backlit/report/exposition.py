"""How are figures told to a program that watches servers? The text format of Prometheus, version 0.0.4.

It is small, and every monitoring system reads it: a family of figures has a name, a kind and a line of
help, and each figure its labels. Labels are words of ours (a route, a state, a table): never a target, an
address or a secret, since whoever watches a server need not see whose links are in it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

__all__ = ["CONTENT_TYPE", "Family", "Figure", "exposed", "gauge", "gauges"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_name = re.compile(r"[a-z][a-z0-9_]*")
_ESCAPED = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})
_HELP = str.maketrans({"\\": r"\\", "\n": r"\n"})


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its labels; `part` ends its name where a family has several kinds of them."""

    value: float
    labels: Mapping[str, str] = field(default_factory=dict)
    part: str = ""


@dataclass(frozen=True, slots=True)
class Family:
    """Figures of one name. A counter only grows while its process lives; a gauge is what is so now."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    figures: Sequence[Figure]


def gauge(name: str, told: str, value: float | datetime | None) -> Family:
    """A family of one figure, a moment as seconds since 1970; without any where it is not known."""
    number = value.timestamp() if isinstance(value, datetime) else value
    return Family(name, "gauge", told, [] if number is None else [Figure(number)])


def gauges(name: str, told: str, label: str, values: Mapping[str, float]) -> Family:
    """A family of one figure for each value of a label."""
    return Family(name, "gauge", told, [Figure(value, {label: word}) for word, value in values.items()])


def exposed(families: Iterable[Family]) -> str:
    """Families as text; one without a figure is left out, since what is not known is not zero."""
    return "".join(_written(family) for family in families if family.figures)


def _written(family: Family) -> str:
    assert _name.fullmatch(family.name), family.name
    head = f"# HELP {family.name} {family.help.translate(_HELP)}\n# TYPE {family.name} {family.kind}\n"
    return head + "".join(f"{family.name}{_line(figure)}\n" for figure in family.figures)


def _line(figure: Figure) -> str:
    named = ",".join(f'{name}="{word.translate(_ESCAPED)}"' for name, word in figure.labels.items())
    return f"{figure.part}{f'{{{named}}}' if named else ''} {_number(figure.value)}"


def _number(value: float) -> str:
    """A number as Go reads it: whole ones without a point."""
    if value == float("inf"):
        return "+Inf"
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))
