"""Is a link content? Answered in bulk, from what one walk up its ancestors tells anyway.

An additive model: every number adds what a table says, so that a link costs a few look-ups. Its
tables were trained together with the rich model; docs/concepts/placement.md has the figures.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from backlit.ingest.placement.tokens import (
    ADDRESS_LIMIT,
    MODEL,
    Arrays,
    Weights,
    address_words,
    element_tokens,
    weigh,
    weights,
)
from backlit.model import Placement

__all__ = [
    "FEW",
    "NUMBERS",
    "RULES",
    "START",
    "Lean",
    "Path",
    "Signs",
    "address_weight",
    "decided",
    "numbers",
    "placed",
    "signs",
    "trained",
]

#: The numbers that the model adds up, in order.
NUMBERS = ("path", "near", "address", "anchor_chars", "order", "before", "after", "around")
#: What the rules say, 0 for nothing, doubled, plus whether the link stands in running text.
RULES = 2 * (max(Placement) + 1)
#: These parts are told by their own marks, and stay what they are however much text is in them.
_SPOKEN_FOR = (Placement.COMMENT, Placement.AUTHOR)
_CONTENT = Placement.CONTENT


#: A page of fewer links says too little of itself: the rules stand (one page in a hundred of the corpus).
FEW = 10


class Path(NamedTuple):
    """The weights of an element and its ancestors: of all, and near weights of the last three."""

    total: float
    own: float
    parent: float
    grandparent: float


#: What places one link: what the rules say of it in `RULES`, then the row of `NUMBERS`.
Signs = Sequence[float]

Floats = NDArray[np.float64]

START = Path(0.0, 0.0, 0.0, 0.0)


def element_weights(w: Weights, tag: str, classes: str, element_id: str, role: str) -> tuple[float, float]:
    """What one element adds to the path, and to what is near."""
    tokens = element_tokens(tag, classes, element_id, role)
    return weigh(tokens, w.path), weigh(tokens, w.near)


@dataclass(frozen=True, slots=True)
class Lean:
    """Tables by number: where its steps are, and what each step adds to the log-odds."""

    rule: Sequence[float]
    steps: Sequence[Sequence[float]]
    values: Sequence[Sequence[float]]
    least_logit: float

    @classmethod
    def unpacked(cls, arrays: Arrays) -> "Lean":
        """From the arrays of a model file."""
        steps = [arrays[f"lean_{name}_steps"].tolist() for name in NUMBERS]
        values = [arrays[f"lean_{name}_values"].tolist() for name in NUMBERS]
        return cls(arrays["lean_rule"].tolist(), steps, values, float(arrays["lean_least_logit"]))

    def packed(self) -> dict[str, NDArray[np.generic]]:
        """As the arrays of a model file."""
        arrays: dict[str, NDArray[np.generic]] = {
            "lean_rule": np.array(self.rule),
            "lean_least_logit": np.array(self.least_logit),
        }
        for name, steps, values in zip(NUMBERS, self.steps, self.values, strict=True):
            arrays[f"lean_{name}_steps"], arrays[f"lean_{name}_values"] = np.array(steps), np.array(values)
        return arrays

    def logit(self, rule: int, row: Sequence[float]) -> float:
        """The log-odds of content; `row` holds `NUMBERS`."""
        logit = self.rule[rule]
        for number, steps, values in zip(row, self.steps, self.values, strict=True):
            logit += values[bisect_left(steps, number)]
        return logit


@lru_cache(maxsize=1)
def trained() -> Lean:
    """The tables that were trained."""
    with np.load(MODEL, allow_pickle=False) as arrays:
        return Lean.unpacked(arrays)


@lru_cache(maxsize=1)
def _columns() -> tuple[Floats, tuple[tuple[Floats, Floats], ...]]:
    """The trained tables as arrays: what the rules add, and each number's steps and values."""
    model = trained()
    pairs = zip(model.steps, model.values, strict=True)
    return np.array(model.rule), tuple((np.array(steps), np.array(values)) for steps, values in pairs)


def _logits(found: Floats) -> list[float]:
    """The same as `Lean.logit` of every row of signs, to the last bit, by the trained model."""
    by_rule, tables = _columns()
    logits = by_rule[found[:, 0].astype(np.intp)]
    for column, (steps, values) in zip(found.T[1:], tables, strict=True):
        logits += values[steps.searchsorted(column)]
    return cast(list[float], logits.tolist())


def numbers(
    path: float, near: float, address: float, anchor: int, order: float, before: int, after: int
) -> tuple[float, ...]:
    """The row of `NUMBERS` for one link; of texts, their lengths."""
    return path, near, address, anchor, order, before, after, before + after


def signs(
    path: Path,
    rule: Placement | None,
    href: str,
    at: tuple[int, int],
    texts: tuple[str | None, str, str],
    *,
    is_running: bool,
) -> Signs | None:
    """What places link number `at[0]` of the `at[1]` of its page; None where the rules stand.

    `texts` are its anchor and what stands before and after it.
    """
    ordinal, links = at
    if links < FEW:
        return None
    total, own, parent, grandparent = path
    anchor, before, after = texts
    address = address_weight(href)
    sides = len(before), len(after)
    row = numbers(total, own + parent + grandparent, address, len(anchor or ""), ordinal / links, *sides)
    return (2 * (rule or 0) + is_running, *row)


def placed(rules: Sequence[Placement | None], found: Sequence[Signs | None]) -> list[Placement | None]:
    """The parts of the page in which links stand, given what the rules say and their signs.

    The links of many pages are weighed at once: one by one it costs ten times as much.
    """
    weighed = [n for n, row in enumerate(found) if row is not None]
    parts = list(rules)
    if weighed:
        least = trained().least_logit
        for n, logit in zip(weighed, _logits(np.array([found[n] for n in weighed])), strict=True):
            parts[n] = decided(parts[n], logit, least)
    return parts


def address_weight(href: str) -> float:
    """What a link's address, as it is written, weighs."""
    return _address_weight(href[:ADDRESS_LIMIT].partition("?")[0])


@lru_cache(maxsize=1 << 14)
def _address_weight(address: str) -> float:
    return weigh(address_words(address), weights().address)


def decided(rule: Placement | None, content: float, least: float) -> Placement | None:
    """The part of the page: what the rules say, unless `content` is on the other side of `least`."""
    if content >= least:
        return rule if rule in _SPOKEN_FOR else _CONTENT
    return None if rule is _CONTENT else rule
