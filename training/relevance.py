"""How was the background of relevance made? Words were counted on WCXB, likeness on random pairs of it."""

import sys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from backlit.score.relevance import static
from backlit.score.relevance.background import BUCKETS, CLASSES, FILE, PLACES, Background, Scale
from backlit.score.relevance.features import counted, likenesses, packed, vectors_of
from training.corpus import CORPUS, pages

__all__ = ["main"]

SEED = 11
#: Random pairs for each length.
PAIRS = 20_000
#: Words of the shorter text, from and to, for each length.
LENGTHS = ((4, 15), (16, 40), (41, 120), (121, 2_000))
#: Texts that others are compared with.
TARGETS = 200

Floats = NDArray[np.float64]


def main() -> int:
    """Write the background into the package."""
    found = [(page.domain, page.truth) for page in pages(CORPUS) if len(page.truth.split()) > LENGTHS[-1][0]]
    documents = counted(packed([text for _, text in found]))
    known = Background(documents, len(found), Scale(np.zeros((len(CLASSES) + 1, 5, PLACES))))
    chance = np.random.default_rng(SEED)
    quantiles = np.array([_quantiles(found, each, known, chance) for each in LENGTHS])
    np.savez_compressed(
        FILE,
        documents=np.minimum(documents, np.iinfo(np.uint16).max).astype(np.uint16),
        total=np.int64(len(found)),
        quantiles=quantiles.astype(np.float32),
    )
    sys.stderr.write(f"{FILE}: {FILE.stat().st_size:,} bytes, {len(found):,} pages\n")
    assert len(documents) == 2 * BUCKETS
    return 0


def _quantiles(
    found: Sequence[tuple[str, str]], lengths: tuple[int, int], known: Background, chance: np.random.Generator
) -> Floats:
    """float64[measures, PLACES] of pairs whose shorter text has so many words."""
    targets = chance.permutation(len(found))[:TARGETS].tolist()
    values = np.concatenate([_values(found, target, lengths, known, chance) for target in targets])
    places = np.linspace(0.0, 1.0, PLACES)
    first = np.quantile(values, places, axis=0).T
    bare = Scale(np.array([np.vstack([first, np.zeros((2, PLACES))])] * (len(CLASSES) + 1)))
    bare.quantiles[:, 3:] = places  # the mean of places, as it is
    length = np.ones(len(values))
    two = bare.fused(values[:, :2], length)
    three = bare.fused_with(values[:, :2], values[:, 2], length)
    return np.vstack([first, np.quantile(two, places), np.quantile(three, places)])


def _values(
    found: Sequence[tuple[str, str]],
    target: int,
    lengths: tuple[int, int],
    known: Background,
    chance: np.random.Generator,
) -> Floats:
    """The cosines of one page with cuts of random pages of other domains: by words, runs and word vectors."""
    domain, text = found[target]
    others = [found[at] for at in chance.permutation(len(found)) if found[at][0] != domain]
    cuts = [_cut(other, lengths, chance) for _, other in others[: PAIRS // TARGETS]]
    words = likenesses(packed(cuts), known, vectors_of(packed([text]), known))
    model = static.model()
    assert model is not None, "install the extra ml first"
    return np.column_stack([words, model.likenesses(text, cuts)])


def _cut(text: str, lengths: tuple[int, int], chance: np.random.Generator) -> str:
    """A stretch of the text; idle words count too, so that about twice as many are taken as are kept."""
    words = text.split()
    size = 2 * int(chance.integers(*lengths, endpoint=True))
    start = int(chance.integers(0, max(len(words) - size, 0) + 1))
    return " ".join(words[start : start + size])


if __name__ == "__main__":
    sys.exit(main())
