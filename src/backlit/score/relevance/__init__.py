"""How near are two texts in what they are about? As a place among pairs that have nothing in common.

Two likenesses are taken: of words, and of runs of five characters within them, which meet where a language
builds one word from others or bends it. Both are cosines of TF-IDF vectors (Salton and Buckley 1988). Short
texts share few words, so there the extra `ml` adds a third, of word vectors learned elsewhere. Raw cosines of
different measures and lengths cannot be compared, so each is told as the share of random pairs of pages of
different domains, cut to that length, that are less alike. docs/concepts/relevance.md has the figures.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from backlit.score.relevance import static
from backlit.score.relevance.background import Background, background
from backlit.score.relevance.features import Packed, likenesses, packed, vectors_of

__all__ = ["LEAST", "Topic", "relevance"]

#: Texts that a scale of their own is made of.
LEAST = 200

Floats = NDArray[np.float64]


def relevance(a: str, b: str) -> float | None:
    """How near two texts are in what they are about: 0 to 1, None where one of them has no words.

    0.95 is nearer than 95 of 100 pairs of unrelated pages. It is not a probability, and the same both ways.

    >>> near = relevance("Sourdough starter and rye bread recipes", "How to bake rye bread with a starter")
    >>> far = relevance("Sourdough starter and rye bread recipes", "Truck insurance quotes in Ohio")
    >>> near > 0.9 > far
    True
    """
    found = float(Topic(a).relevance_of([b])[0])
    return None if np.isnan(found) else found


class Topic:
    """What one text is about, to hold many others against."""

    def __init__(
        self,
        text: str,
        known: Background | None = None,
        against: Sequence[str] = (),
        *,
        with_vectors: bool = True,
    ) -> None:
        """`known` tells how common words are; the package's own where it is not given.

        Texts `against` which others are placed have nothing to do with this one, are in its language and of
        the others' sort; LEAST of them or more take the place of the package's pairs of English pages.
        Word vectors take ten times as long as all else, and may be left out.
        """
        self._known = known or background()
        self._packed = packed([text])
        self._text = text
        self._with_vectors = with_vectors
        self._vectors = vectors_of(self._packed, self._known)
        unrelated = self._nearness(against)
        self._unrelated = np.sort(unrelated[~np.isnan(unrelated)])

    def relevance_of(self, texts: Sequence[str]) -> Floats:
        """float64[n]: how near each text is to this one, 0 to 1; NaN where one has no words.

        A text takes about 0.1 ms for every 1,000 characters of it, without the extra `ml`.
        """
        found = self._nearness(texts)
        if len(self._unrelated) < LEAST:
            return found
        low = np.searchsorted(self._unrelated, found, "left")
        high = np.searchsorted(self._unrelated, found, "right")
        return np.where(np.isnan(found), np.nan, (low + high) / 2 / len(self._unrelated))

    def _nearness(self, texts: Sequence[str]) -> Floats:
        """Places among the package's pairs."""
        if not len(texts):
            return np.empty(0)
        others = packed(texts)
        cosines = likenesses(others, self._known, self._vectors)
        length = np.minimum(others.words, self._packed.words[0])
        found = self._placed(texts, others, cosines, length)
        found[length == 0] = np.nan
        return found

    def _placed(self, texts: Sequence[str], others: Packed, cosines: Floats, length: Floats) -> Floats:
        """The place of each text, by measures that suit its length."""
        scale = self._known.scale
        found = scale.fused(cosines, length)
        short = np.flatnonzero((length > 0) & (length <= static.WORDS))
        if len(short) and self._with_vectors and (model := static.model()) is not None:
            words = model.likenesses(self._text, [texts[at] for at in short.tolist()])
            found[short] = scale.fused_with(cosines[short], words, length[short])
        return found
