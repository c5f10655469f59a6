"""How was the page type model made? One linear model; whole domains are kept apart when it is judged."""

import json
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from backlit.ingest.page_type import MODEL, TYPES, TypeModel
from backlit.ingest.page_type.signs import GROUPS, Signs, signs
from training.boosting import written
from training.corpus import digest, pages
from training.figures import RESAMPLES, f1

__all__ = ["main"]

SEED, FOLDS = 7, 5
#: A word is weighed when pages of so many domains have it, group by group.
WORD_DOMAINS = (5, 4, 6)
#: How loudly each group speaks, and the numbers; and the inverse strength of the penalty.
LOUDNESS, NUMBER_LOUDNESS, PENALTY = (3.0, 4.0, 2.0), 0.3, 2.0
#: Words of weaker weight are dropped.
LEAST_WEIGHT = 0.06

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def learned(pages_: Sequence[Signs], types: Ints, domains: Ints) -> TypeModel:
    """The model of some pages."""
    known = [
        _vocabulary([page.words[at] for page in pages_], domains, WORD_DOMAINS[at])
        for at in range(len(GROUPS))
    ]
    numbers = np.array([page.numbers for page in pages_])
    mean, spread = numbers.mean(axis=0), np.maximum(numbers.std(axis=0), 1e-6)
    blocks = [
        _table([page.words[at] for page in pages_], known[at], LOUDNESS[at]) for at in range(len(GROUPS))
    ]
    blocks.append(sparse.csr_matrix((numbers - mean) / spread * NUMBER_LOUDNESS))
    model = LogisticRegression(C=PENALTY, max_iter=400)
    model.fit(sparse.hstack(blocks).tocsr(), types)
    weights = np.split(model.coef_.T, np.cumsum([len(words) for words in known]))
    given = [part * loud for part, loud in zip(weights, (*LOUDNESS, NUMBER_LOUDNESS), strict=True)]
    return _pruned(TypeModel(tuple(known), tuple(given[:-1]), mean, spread, given[-1], model.intercept_))


def _vocabulary(said: Sequence[frozenset[str]], domains: Ints, least: int) -> dict[str, int]:
    where: dict[str, set[int]] = {}
    for words, domain in zip(said, domains.tolist(), strict=True):
        for word in words:
            where.setdefault(word, set()).add(domain)
    kept = sorted(word for word, seen in where.items() if len(seen) >= least and "\n" not in word)
    return {word: at for at, word in enumerate(kept)}


def _table(said: Sequence[frozenset[str]], known: dict[str, int], loudness: float) -> sparse.csr_matrix:
    pairs, values = [], []
    for row, words in enumerate(said):
        places = sorted(known[word] for word in words if word in known)
        pairs += [(row, place) for place in places]
        values += [loudness / np.sqrt(len(places))] * len(places)
    rows, columns = zip(*pairs, strict=True)
    return sparse.csr_matrix((values, (rows, columns)), shape=(len(said), len(known)))


def _pruned(model: TypeModel) -> TypeModel:
    """Without the weights of words that hardly matter; a word stays known, since it counts for the scale."""
    given = [np.where(np.abs(part) < LEAST_WEIGHT, 0.0, part) for part in model.word_weights]
    return TypeModel(model.words, tuple(given), model.mean, model.spread, model.number_weights, model.bias)


def _figures(types: Ints, said: Ints, domains: Ints) -> dict[str, Any]:
    random, names = np.random.default_rng(SEED), np.unique(domains)
    rows = {name: np.flatnonzero(domains == name) for name in names.tolist()}
    drawn = []
    for _ in range(RESAMPLES):
        picked = np.concatenate([rows[name] for name in random.choice(names, len(names)).tolist()])
        drawn.append((float((types[picked] == said[picked]).mean()), _macro(types[picked], said[picked])))
    low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
    each = [f1(types == kind, said == kind) for kind in range(len(TYPES))]
    return {
        "pages": len(types),
        "accuracy": round(float((types == said).mean()), 4),
        "accuracy_interval": [round(float(low[0]), 3), round(float(high[0]), 3)],
        "macro_f1": round(_macro(types, said), 4),
        "macro_f1_interval": [round(float(low[1]), 3), round(float(high[1]), 3)],
        "f1": {name: round(value, 3) for name, value in zip(TYPES, each, strict=True)},
    }


def _said(model: TypeModel, read: Sequence[Signs], rows: Ints) -> Ints:
    return np.array([int(model.chances(read[row]).argmax()) for row in rows.tolist()])


def _macro(types: Ints, said: Ints) -> float:
    return float(np.mean([f1(types == kind, said == kind) for kind in np.union1d(types, said)]))


def main() -> None:
    """Judge by cross-validation, learn from everything, and write the model with its figures beside it."""
    known = list(pages())
    read = [signs(page.html, page.url) for page in known]
    names = sorted({page.domain for page in known})
    domains = np.array([names.index(page.domain) for page in known])
    types = np.array([TYPES.index(page.type) for page in known])
    fold = np.random.default_rng(SEED).permutation(len(names))[domains] % FOLDS
    said = np.zeros(len(known), np.int64)
    for at in range(FOLDS):
        rows, others = np.flatnonzero(fold == at), np.flatnonzero(fold != at)
        known_to = learned([read[row] for row in others.tolist()], types[others], domains[others])
        said[rows] = _said(known_to, read, rows)
    written(MODEL, learned(read, types, domains).packed())
    report = {
        "corpus_sha256": digest(),
        "seed": SEED,
        "folds": FOLDS,
        "cross_validated": _figures(types, said, domains),
    }
    MODEL.with_name("figures.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
