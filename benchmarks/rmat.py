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

__all__ = ["Peer", "compared", "in_turn", "rmat", "row", "seconds"]

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


def in_turn(works: dict[str, Peer], runs: int = 5) -> dict[str, float]:
    """The median time of each in rounds, so that whatever else a machine does falls on all alike."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(runs + 1):
        for name, work in works.items():
            start = perf_counter()
            work()
            times[name].append(perf_counter() - start)
    return {name: median(taken[1:]) for name, taken in times.items()}


def row(name: str, ours: Peer, peers: dict[str, float]) -> dict[str, Any]:
    """One line of a benchmark: our seconds, theirs, and how many times faster ours is."""
    return compared(name, seconds(ours), peers, runs=3)


def compared(name: str, figure: float, peers: dict[str, float], *, runs: int) -> dict[str, Any]:
    """As `row`, from seconds that were taken before."""
    ratio = {peer: theirs / figure for peer, theirs in peers.items()}
    return {"name": name, "figure": figure, "unit": "s", "runs": runs, "peers": peers, "ratio": ratio}
