"""Which graph are ranks measured on, and how is a time taken?

R-MAT (Chakrabarti, Zhan, Faloutsos 2004) with the Graph500 quarters: skewed degrees like a web's, made from a
seed, so that everybody can measure on the same graph.
"""

from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Peer", "rmat", "row", "seconds"]

Ids = NDArray[np.int64]
Peer = Callable[[], object]

_QUARTERS = np.cumsum([0.57, 0.19, 0.19])  # Graph500: a, b, c; the rest is d


def rmat(scale: int, edges: int, seed: int = 0) -> tuple[Ids, Ids]:
    """Sources and targets of `edges` links (some repeated) among 2^scale nodes, ids shuffled."""
    random = np.random.default_rng(seed)
    src, dst = np.zeros((2, edges), np.int64)
    for _ in range(scale):
        quarter = np.searchsorted(_QUARTERS, random.random(edges), side="right")
        src = 2 * src + (quarter >> 1)
        dst = 2 * dst + (quarter & 1)
    names = random.permutation(2**scale)
    return names[src], names[dst]


def seconds(work: Callable[[], object], runs: int = 3) -> float:
    """The median time of `runs` runs, after one that loads and compiles."""
    times = []
    for _ in range(runs + 1):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return median(times[1:])


def row(name: str, ours: Callable[[], object], peers: dict[str, float]) -> dict[str, Any]:
    """One line of a benchmark: our seconds, theirs, and how many times faster ours is."""
    figure = seconds(ours)
    return {
        "name": name,
        "figure": figure,
        "unit": "s",
        "runs": 3,
        "peers": peers,
        "ratio": {peer: theirs / figure for peer, theirs in peers.items()},
    }
