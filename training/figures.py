"""How good is a model, and how sure is that? Intervals are over domains, never over links."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["auc", "best_threshold", "by_domain", "f1", "figures"]

Bools = NDArray[np.bool_]

#: Resamples of the bootstrap.
RESAMPLES = 300


def figures(
    truth: Bools, said: Bools, chance: NDArray[np.floating[Any]], domains: NDArray[np.int64], seed: int
) -> dict[str, Any]:
    """Precision, recall, F1 of content, macro-F1 and AUC, with 95 % intervals of the last three."""
    point = _three(truth, said, chance)
    low, high = np.percentile(by_domain(truth, said, chance, domains, seed), [2.5, 97.5], axis=0)
    found: dict[str, Any] = {
        "links": len(truth),
        "domains": len(np.unique(domains)),
        "content_share": round(float(truth.mean()), 4),
        "precision": round(_share(truth & said, said), 4),
        "recall": round(_share(truth & said, truth), 4),
    }
    for name, value, least, most in zip(("f1", "macro_f1", "auc"), point, low, high, strict=True):
        found[name] = round(value, 4)
        found[f"{name}_interval"] = [round(float(least), 3), round(float(most), 3)]
    return found


def by_domain(
    truth: Bools, said: Bools, chance: NDArray[np.floating[Any]], domains: NDArray[np.int64], seed: int
) -> NDArray[np.floating[Any]]:
    """F1, macro-F1 and AUC of resamples of whole domains."""
    random = np.random.default_rng(seed)
    names = np.unique(domains)
    rows = {name: np.flatnonzero(domains == name) for name in names.tolist()}
    drawn = []
    for _ in range(RESAMPLES):
        picked = np.concatenate([rows[name] for name in random.choice(names, len(names)).tolist()])
        drawn.append(_three(truth[picked], said[picked], chance[picked]))
    return np.array(drawn)


def _three(truth: Bools, said: Bools, chance: NDArray[np.floating[Any]]) -> tuple[float, float, float]:
    content = f1(truth, said)
    return content, (content + f1(~truth, ~said)) / 2, auc(truth, chance)


def _share(part: Bools, whole: Bools) -> float:
    return float(part.sum() / max(int(whole.sum()), 1))


def f1(truth: Bools, said: Bools) -> float:
    """The harmonic mean of precision and recall."""
    return float(2 * (truth & said).sum() / max(int(truth.sum() + said.sum()), 1))


def auc(truth: Bools, chance: NDArray[np.floating[Any]]) -> float:
    """The probability that a true row has the higher chance of a true and a false one; ties are half."""
    _, place, counts = np.unique(chance, return_inverse=True, return_counts=True)
    rank = (np.cumsum(counts) - (counts - 1) / 2)[place.reshape(-1)]
    positives = int(truth.sum())
    pairs = positives * (len(truth) - positives)
    return float((rank[truth].sum() - positives * (positives + 1) / 2) / max(pairs, 1))


def best_threshold(truth: Bools, chance: NDArray[np.floating[Any]]) -> float:
    """The threshold of the best macro-F1 among round ones, the middle of those within 0.002 of it."""
    tried = np.round(np.arange(0.25, 0.66, 0.025), 3)
    macro = np.array([_three(truth, chance >= limit, chance)[1] for limit in tried])
    good = tried[macro >= macro.max() - 0.002]
    return float(good[len(good) // 2])
