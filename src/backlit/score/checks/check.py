"""What is a check, and how does it quote what it saw?

A check says for each of many links how clearly a marker is seen: a number from 0 to 1, NaN where it cannot
know. Its evidence is made for single links, those that somebody looks at.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa

from backlit.score.batch import Batch
from backlit.score.numbers import Floats

__all__ = ["QUOTED", "Check", "Evidence", "Strength", "count", "told", "value", "words"]

#: Characters of crawled text that evidence quotes.
QUOTED = 160

Strength = Callable[[Batch], Floats]
Evidence = Callable[[Batch, int], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Check:
    """A marker's code, its strength on each link of a batch, and the evidence for one of them."""

    code: str
    strength: Strength
    evidence: Evidence


def value(column: pa.Array, row: int) -> str | None:
    """A text of one link, bounded."""
    found = column[row].as_py()
    return None if found is None else str(found)[:QUOTED]


def count(number: float) -> int | None:
    """A counted number; None where it is unknown."""
    return None if np.isnan(number) else int(number)


def told(**readers: Callable[[Batch], Any]) -> Evidence:
    """Evidence that reads columns: text as it is, whole numbers as counts, others to three places."""

    def evidence(batch: Batch, row: int) -> Mapping[str, Any]:
        return {name: _one(read(batch), row, name in _SHARES) for name, read in readers.items()}

    return evidence


#: Evidence that is a share, and told in per cent.
_SHARES = ("mass", "share", "robust", "relevance")


def _one(column: Any, row: int, is_share: bool) -> Any:
    if isinstance(column, pa.Array):
        return value(column, row)
    number = float(column[row])
    if np.isnan(number):
        return None
    return int(number) if number.is_integer() and not is_share else round(number, 3)


def words(pattern: str, *readers: Callable[[Batch], pa.Array]) -> Evidence:
    """Evidence that quotes the first text in which a pattern is found, from there on."""

    def evidence(batch: Batch, row: int) -> Mapping[str, Any]:
        for read in readers:
            text = str(read(batch)[row].as_py() or "")
            found = _compiled(pattern).search(text)
            if found is not None:
                words = found[0].strip(" \t\r\n[](){}:|*»«•·.-–—") or found[0]
                return {"words": words[:QUOTED], "text": _around(text, found.start())}
        return {"words": None, "text": None}

    return evidence


def _around(text: str, at: int) -> str:
    """A text, or of a long one what stands around a place."""
    start = max(min(at - QUOTED // 2, len(text) - QUOTED), 0)
    return text[start : start + QUOTED]


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compiled when it is first quoted: the lexicons are long."""
    return re.compile(_python(pattern))


def _python(pattern: str) -> str:
    """A pattern of RE2 as one of Python's, whose classes of letters have other names."""
    return (
        pattern.replace(r"[^\pL\pN]", r"[\W_]")
        .replace(r"[^\pL]", r"[\W\d_]")
        .replace(r"\pL\pN", r"\w")
        .replace(r"\pL", "a-zà-ɏ")
    )
