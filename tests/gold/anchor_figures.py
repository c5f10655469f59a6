"""How right is a classifier of anchors? Precision, recall and F1 by class, and what a naive one does."""

from collections import Counter
from collections.abc import Sequence

from backlit.score.anchors.normal import fold, normalise, tokens
from backlit.score.anchors.target import address_of
from tests.gold.anchors_gold import Anchor

#: Anchors of a class below which its F1 says nothing; such classes stay out of the mean.
FEWEST = 10


def by_class(pairs: Sequence[tuple[str, str]]) -> dict[str, tuple[int, float, float, float]]:
    """By class of pairs of truth and answer: how many there are, precision, recall, F1."""
    right = Counter(truth for truth, said in pairs if truth == said)
    truths, answers = Counter(truth for truth, _ in pairs), Counter(said for _, said in pairs)
    return {
        name: (
            number,
            right[name] / answers[name] if answers[name] else 0.0,
            right[name] / number,
            2 * right[name] / (number + answers[name]),
        )
        for name, number in sorted(truths.items())
    }


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """The mean F1 of the classes that have enough anchors."""
    enough = [f1 for number, _, _, f1 in by_class(pairs).values() if number >= FEWEST]
    return sum(enough) / len(enough)


def naive(anchor: Anchor) -> str:
    """A name wherever the text holds the label of the domain, and nothing else."""
    said = "".join(map(fold, tokens(normalise(anchor.text))))
    label = "".join(map(fold, tokens(normalise(address_of(anchor.target).owner))))
    return "brand" if label in said and said else "other"
