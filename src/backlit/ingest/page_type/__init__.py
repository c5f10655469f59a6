"""What type of page is this: article, product, forum, …? The seven types of WCXB, learned.

A linear model over words and numbers that the page and its address give away. docs/concepts/placement.md
has its figures; the type says what the page is made for, not what it is about.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backlit.ingest.page_type.signs import GROUPS, Signs, signs
from backlit.urls import parse_url

__all__ = ["MODEL", "TYPES", "TypeModel", "page_type"]

Floats = NDArray[np.float64]

MODEL = Path(__file__).with_name("model.npz")
TYPES = ("article", "collection", "documentation", "forum", "listing", "product", "service")


def page_type(html: bytes | str, url: str) -> tuple[str, float]:
    """The type of a page and how likely it is that type, 0 to 1. UsageError when `url` is no web page.

    >>> html = '<meta property="og:type" content="product"><title>Oak chair</title><p>$90 <button>Add to cart'
    >>> page_type(html, "https://shop.example/products/oak-chair")[0]
    'product'
    """
    chances = _model().chances(signs(html, parse_url(url).href))
    best = int(chances.argmax())
    return TYPES[best], float(chances[best])


@dataclass(frozen=True, slots=True)
class TypeModel:
    """Weights of words by group, and of numbers; a row per type where there is one per type."""

    words: tuple[Mapping[str, int], ...]
    word_weights: tuple[Floats, ...]
    mean: Floats
    spread: Floats
    number_weights: Floats
    bias: Floats

    def chances(self, page: Signs) -> Floats:
        """The probability of each of `TYPES`."""
        score = self.bias + ((page.numbers - self.mean) / self.spread) @ self.number_weights
        for said, known, given in zip(page.words, self.words, self.word_weights, strict=True):
            rows = sorted(known[word] for word in said if word in known)
            if rows:
                score = score + given[rows].sum(axis=0) / np.sqrt(len(rows))
        odds = np.exp(score - score.max())
        return np.asarray(odds / odds.sum(), np.float64)

    def packed(self) -> dict[str, NDArray[np.generic]]:
        """As the arrays of a model file; weights of words in half precision."""
        arrays: dict[str, NDArray[np.generic]] = {
            name: getattr(self, name) for name in ("mean", "spread", "number_weights", "bias")
        }
        for name, known, given in zip(GROUPS, self.words, self.word_weights, strict=True):
            arrays[f"{name}_words"] = np.frombuffer("\n".join(known).encode(), np.uint8)
            arrays[f"{name}_weights"] = given.astype(np.float16)
        return arrays

    @classmethod
    def unpacked(cls, arrays: Mapping[str, NDArray[np.generic]]) -> "TypeModel":
        """From the arrays of a model file."""
        texts = [arrays[f"{name}_words"].tobytes().decode().split("\n") for name in GROUPS]
        known = tuple({word: at for at, word in enumerate(text)} for text in texts)
        given = tuple(arrays[f"{name}_weights"].astype(np.float64) for name in GROUPS)
        names = ("mean", "spread", "number_weights", "bias")
        return cls(known, given, *(np.asarray(arrays[name], np.float64) for name in names))


@lru_cache(maxsize=1)
def _model() -> TypeModel:
    with np.load(MODEL, allow_pickle=False) as arrays:
        return TypeModel.unpacked(arrays)
