"""How common is each word, and how alike are texts that have nothing to do with each other?

Both were counted on the pages of WCXB (M. Foley, CC-BY-4.0), which are English: `scripts/train-relevance`.
Words of other languages, which are not among them, count as rare ones.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["BUCKETS", "CLASSES", "FILE", "PLACES", "Background", "Scale", "background"]

Floats = NDArray[np.float64]

#: Slots that words, and runs of characters, are hashed into; a power of two. 60,000 and 150,000 are known.
BUCKETS = 1 << 18
#: Up to so many words of the shorter text; the last class has no end.
CLASSES = (15, 40, 120)
#: Quantiles of each measure.
PLACES = 201
FILE = Path(__file__).parent / "background.npz"


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """float64[classes, measures, PLACES]: quantiles of pairs of nothing in common, by length.

    Measures are the cosines of words, of runs and of word vectors, then the mean places by the first two, and
    by all three.
    """

    quantiles: Floats

    def fused(self, cosines: Floats, length: Floats) -> Floats:
        """The places of pairs by words and runs; both arguments have a row a pair."""
        return self._mean_placed([cosines[:, 0], cosines[:, 1]], [0, 1], 3, length)

    def fused_with(self, cosines: Floats, vectors: Floats, length: Floats) -> Floats:
        """The same, with the cosines of word vectors; their place counts as much as the other two."""
        return self._mean_placed([cosines[:, 0], cosines[:, 1], vectors, vectors], [0, 1, 2, 2], 4, length)

    def _mean_placed(self, values: list[Floats], measures: list[int], last: int, length: Floats) -> Floats:
        classes = np.searchsorted(CLASSES, length)
        found = np.empty(len(length))
        for number in range(len(CLASSES) + 1):
            own = np.flatnonzero(classes == number)
            if len(own):
                scale = self.quantiles[number]
                placed = [_place(each[own], scale[m]) for each, m in zip(values, measures, strict=True)]
                found[own] = _place(np.mean(placed, axis=0), scale[last])
        return found


def _place(values: Floats, quantiles: Floats) -> Floats:
    """The share of pairs that are less alike; of equal values the middle."""
    low = np.searchsorted(quantiles, values, "left")
    high = np.searchsorted(quantiles, values, "right")
    whole = np.interp(values, *_rising(quantiles))
    flat = (low + high) / 2 / len(quantiles)
    return np.clip(np.where(high > low + 1, flat, whole), 0.0, 1.0)


def _rising(quantiles: Floats) -> tuple[Floats, Floats]:
    """Quantiles without those that are equal, and the places of the rest."""
    places = np.linspace(0.0, 1.0, len(quantiles))
    rising, first = np.unique(quantiles, return_index=True)
    return rising, places[first]


@dataclass(frozen=True, eq=False)
class Background:
    """In how many of `total` texts words and runs are met, int32[2 × BUCKETS], and the scale of likeness."""

    documents: NDArray[np.int32]
    total: int
    scale: Scale

    @cached_property
    def rarity(self) -> Floats:
        """float64[2 × BUCKETS]: inverse document frequencies."""
        return np.asarray(np.log((self.total + 1.0) / (self.documents + 1.0)), np.float64)

    def with_texts(self, documents: NDArray[np.int32], total: int) -> "Background":
        """With the counts of more texts, in languages that are not known here above all."""
        return Background(self.documents + documents, self.total + total, self.scale)


@lru_cache(maxsize=1)
def background() -> Background:
    """What the package knows."""
    with np.load(FILE) as stored:
        scale = Scale(stored["quantiles"].astype(np.float64))
        return Background(stored["documents"].astype(np.int32), int(stored["total"]), scale)
