"""PageRank by threads that race: each uses whatever the others have written by then.

The fastest form of Gauss–Seidel, and no two runs give the same bits (up to 7e-4 relative between them), so
nothing that is published is computed by it. It stands in the benchmark as the bound that the deterministic
kernel is measured against. Nodes are swept most linked first, in chunks of equally many links.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import get_num_threads, njit, prange
from numpy.typing import NDArray

from backlit.rank.core import core_of, pull
from backlit.rank.graph import Graph

__all__ = ["Raced", "racing"]

Floats = NDArray[np.float64]
_CHUNKS = 64  # a thread


@dataclass(frozen=True, eq=False)
class Raced:
    """Unscaled scores of the nodes that have in-links and out-links, and what they took."""

    ids: NDArray[np.int64]
    values: Floats
    sweeps: int
    links_read: int


def racing(graph: Graph, *, damping: float = 0.85, tol: float = 1e-6) -> Callable[[], Raced]:
    """Prepare the race over a graph; the work stops at an L1 error of `tol`, by the same bound as ours."""
    core = core_of(graph, damping)
    right = np.full(graph.n, 1 / max(graph.n, 1))
    known = right.copy()
    known[core.ids] = 0
    fixed = (right + pull(graph, known * core.step))[core.ids]
    step, flow = core.step[core.ids], core.flow.sum(axis=1)
    cuts = _cuts(core.starts, _CHUNKS * get_num_threads())

    def work() -> Raced:
        values, share = fixed.copy(), np.empty(len(fixed))
        stays, sweeps, error = float((values * (1 - flow)).sum()), 0, np.inf
        while error > tol and sweeps < 500:
            values *= fixed.sum() / stays
            np.multiply(values, step, out=share)
            parts = np.zeros((len(cuts) - 1, 3))
            arrays = (core.starts, core.ends, core.sources, fixed, step, flow)
            _sweep(*arrays, cuts, values, share, parts)
            change, stays, mass = parts.sum(axis=0)
            error = 2 * change / (1 - damping) / (1 + damping * mass)
            sweeps += 1
        return Raced(core.ids, values, sweeps, sweeps * core.links)

    return work


def _cuts(offsets: NDArray[np.int64], chunks: int) -> NDArray[np.int64]:
    wanted = np.linspace(0, offsets[-1], chunks + 1)
    return np.unique(np.append(np.searchsorted(offsets, wanted), len(offsets) - 1)).astype(np.int64)


@njit(parallel=True, cache=True, fastmath=True)
def _sweep(
    starts: Any,
    ends: Any,
    sources: Any,
    right: Any,
    step: Any,
    flow: Any,
    cuts: Any,
    values: Any,
    share: Any,
    parts: Any,
) -> None:
    for chunk in prange(len(cuts) - 1):
        change, stays, mass = 0.0, 0.0, 0.0
        for node in range(cuts[chunk], cuts[chunk + 1]):
            total = right[node]
            for edge in range(starts[node], ends[node]):
                total += share[sources[edge]]
            change += abs(total - values[node]) * flow[node]
            stays += total * (1 - flow[node])
            mass += total
            values[node] = total
            share[node] = total * step[node]
        parts[chunk, 0], parts[chunk, 1], parts[chunk, 2] = change, stays, mass
