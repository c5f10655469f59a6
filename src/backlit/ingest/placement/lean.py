"""Is a link content? Answered in bulk, from what one walk up its ancestors tells anyway.

An additive model: every number adds what a table says, so that a link costs a few look-ups. Its
tables were trained together with the rich model; docs/concepts/placement.md has the figures.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

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
    "Look",
    "Path",
    "decided",
    "numbers",
    "placed",
    "stepped",
    "trained",
]

#: The numbers that the model adds up, in order.
NUMBERS = ("path", "near", "address", "anchor_chars", "order", "before", "after", "around")
#: What the rules say, 0 for nothing, doubled, plus whether the link stands in running text.
RULES = 2 * (max(Placement) + 1)
#: These parts are told by their own marks, and stay what they are however much text is in them.
_SPOKEN_FOR = (Placement.COMMENT, Placement.AUTHOR)


#: A page of fewer links says too little of itself: the rules stand (one page in a hundred of the corpus).
FEW = 10


class Path(NamedTuple):
    """The weights of an element and its ancestors: of all, and near weights of the last three."""

    total: float
    own: float
    parent: float
    grandparent: float


class Look(NamedTuple):
    """What is seen of a link itself; it is number `ordinal` of the `links` of its page."""

    href: str
    anchor: str | None
    ordinal: int
    links: int
    before: str
    after: str
    is_running: bool


START = Path(0.0, 0.0, 0.0, 0.0)


def stepped(outer: Path, tag: str, classes: str, element_id: str, role: str) -> Path:
    """The path one element further in."""
    path, near = _element_weights(tag, classes, element_id, role)
    return Path(outer.total + path, near, outer.own, outer.parent)


@lru_cache(maxsize=1 << 15)
def _element_weights(tag: str, classes: str, element_id: str, role: str) -> tuple[float, float]:
    return element_weights(weights(), tag, classes, element_id, role)


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


def numbers(
    path: float, near: float, address: float, anchor: int, order: float, before: int, after: int
) -> tuple[float, ...]:
    """The row of `NUMBERS` for one link; of texts, their lengths."""
    return path, near, address, anchor, order, before, after, before + after


def placed(path: Path, rule: Placement | None, link: Look) -> Placement | None:
    """The part of the page in which a link stands, given its ancestors and what the rules say."""
    href, anchor, ordinal, links, before, after, is_running = link
    if links < FEW:
        return rule
    total, own, parent, grandparent = path
    address = _address_weight(href[:ADDRESS_LIMIT].partition("?")[0])
    sides = len(before), len(after)
    row = numbers(total, own + parent + grandparent, address, len(anchor or ""), ordinal / links, *sides)
    model = trained()
    return decided(rule, model.logit(2 * (rule or 0) + is_running, row), model.least_logit)


@lru_cache(maxsize=1 << 14)
def _address_weight(address: str) -> float:
    return weigh(address_words(address), weights().address)


def decided(rule: Placement | None, content: float, least: float) -> Placement | None:
    """The part of the page: what the rules say, unless `content` is on the other side of `least`."""
    if content >= least:
        return rule if rule in _SPOKEN_FOR else Placement.CONTENT
    return None if rule is Placement.CONTENT else rule
