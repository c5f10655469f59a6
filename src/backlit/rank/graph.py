"""How does a list of links become a graph that a rank can walk over?

The graph is kept by target (compressed sparse rows of in-links), because every rank here *pulls*: a node's
new value is computed from the nodes that link to it, so rows can be worked on alone and in a fixed order.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from backlit.errors import GraphError

__all__ = ["Graph"]

_INT32_MAX = 2**31 - 1
_MAX_NODES = 3_037_000_499  # the largest n whose (target, source) pairs fit one int64 key
_SMALLEST, _LARGEST = 1e-200, 1e200  # sums of weights whose reciprocals and products stay normal numbers

Ints = NDArray[np.int64]
Ids = NDArray[np.integer[Any]]  # int32 when n allows it: half the memory of the largest array
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """A directed graph without repeated links; node ids are 0 … n − 1.

    The in-links of node x are `in_sources[in_offsets[x]:in_offsets[x + 1]]`, ascending, with their weights at
    the same places of `in_weights` (None: every link weighs 1).
    """

    n: int
    in_offsets: Ints  # int64[n + 1]
    in_sources: Ids  # int32 or int64[edges]
    in_weights: Floats | None  # float64[edges], all > 0
    out_degree: Ints  # int64[n]
    out_weight: Floats  # float64[n]; equals out_degree where there are no weights

    @classmethod
    def from_edges(
        cls,
        src: ArrayLike,
        dst: ArrayLike,
        n: int | None = None,
        *,
        weights: ArrayLike | None = None,
        keep_loops: bool = False,
    ) -> "Graph":
        """Build from parallel arrays of node ids.

        Repeated links become one (their weights are added), links to oneself are dropped unless `keep_loops`,
        and links of weight 0 are dropped: they carry nothing. Without `n` the largest id decides.

        >>> Graph.from_edges([0, 0, 2], [1, 1, 1]).edges
        2

        Raises GraphError for ids that are no integers or out of range, and weights that are negative,
        not finite or not as many as the links.
        """
        sources, targets = _ids(src, "src"), _ids(dst, "dst")
        if len(sources) != len(targets):
            raise _refuse(f"{len(sources)} sources and {len(targets)} targets", "Pass one of each per link")
        size = _size(sources, targets, n)
        values = None if weights is None else _weights(weights, len(sources))
        keep = _kept(sources, targets, values, keep_loops)
        if keep is not None:
            sources, targets = sources[keep], targets[keep]
            values = None if values is None else values[keep]
        keys = targets.astype(np.int64) * max(size, 1)
        keys += sources.astype(np.int64)  # uint64 ids would turn the keys into floats
        keys, values = _merged(keys, values)
        return _from_keys(keys, values, size)

    @property
    def edges(self) -> int:
        """How many distinct links there are."""
        return len(self.in_sources)

    def out_csr(self) -> tuple[Ints, Ids, Floats | None]:
        """The same links by source: offsets int64[n + 1], targets (ascending per row), weights or None."""
        offsets = _offsets(self.out_degree)
        targets = np.empty_like(self.in_sources)
        weights = np.empty(0) if self.in_weights is None else np.empty_like(self.in_weights)
        given = np.empty(0) if self.in_weights is None else self.in_weights
        _turn(self.in_offsets, self.in_sources, given, offsets[:-1].copy(), targets, weights)
        return offsets, targets, None if self.in_weights is None else weights

    def transpose(self) -> "Graph":
        """The graph with every link turned round."""
        offsets, targets, weights = self.out_csr()
        in_degree = np.diff(self.in_offsets)
        return Graph(self.n, offsets, targets, weights, in_degree, _row_sums(self, in_degree))


def _refuse(found: str, do: str) -> GraphError:
    return GraphError("building a graph from links", found, do)


def _ids(values: ArrayLike, name: str) -> Ids:
    ids = np.asarray(values)
    if ids.ndim == 1 and ids.size == 0:
        return np.empty(0, np.int64)
    if ids.ndim != 1 or not np.issubdtype(ids.dtype, np.integer):
        found = f"{name} is {ids.dtype} with {ids.ndim} dimensions"
        raise _refuse(found, "Pass a flat array of integer node ids")
    return ids


def _size(sources: Ids, targets: Ids, n: int | None) -> int:
    filled = [ids for ids in (sources, targets) if len(ids)]
    lowest = min((int(ids.min()) for ids in filled), default=0)
    highest = max((int(ids.max()) for ids in filled), default=-1)
    size = highest + 1 if n is None else n
    if not 0 <= size <= _MAX_NODES:
        raise _refuse(f"{size} nodes", f"Number the nodes densely, at most {_MAX_NODES} of them")
    if lowest < 0 or highest >= size:
        worst = lowest if lowest < 0 else highest
        raise _refuse(f"node id {worst} in a graph of {size} nodes", "Use ids from 0 to n - 1")
    return size


def _weights(weights: ArrayLike, count: int) -> Floats:
    values = np.asarray(weights, dtype=np.float64)
    if values.shape != (count,):
        raise _refuse(f"weights of shape {values.shape} for {count} links", "Pass one weight per link")
    wrong = np.flatnonzero(~np.isfinite(values) | (values < 0))
    if len(wrong):
        at = int(wrong[0])
        found = f"weight {values[at]} at link {at}"
        raise _refuse(found, "Weights are finite and not negative; drop that link")
    return values


def _kept(sources: Ids, targets: Ids, weights: Floats | None, keep_loops: bool) -> NDArray[np.bool_] | None:
    """Which links stay, or None when all do: the usual case needs no copy."""
    keep = np.ones(len(sources), np.bool_) if keep_loops else sources != targets
    if weights is not None:
        keep &= weights > 0
    return None if keep.all() else keep


def _merged(keys: Ints, weights: Floats | None) -> tuple[Ints, Floats | None]:
    if weights is None:
        keys.sort()
        return keys[_firsts(keys)], None
    order = np.argsort(keys, kind="stable")  # stable: repeated links are added in the order given
    keys = keys[order]
    starts = np.flatnonzero(_firsts(keys))
    with np.errstate(over="ignore"):  # _from_keys refuses sums that are too large
        totals = np.add.reduceat(weights[order], starts) if len(starts) else np.empty(0)
    return keys[starts], totals


def _firsts(keys: Ints) -> NDArray[np.bool_]:
    first = np.ones(len(keys), np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=first[1:])
    return first


def _from_keys(keys: Ints, weights: Floats | None, n: int) -> Graph:
    targets, sources = np.divmod(keys, max(n, 1))
    out_degree = np.bincount(sources, minlength=n).astype(np.int64)
    out_weight = np.bincount(sources, weights, minlength=n).astype(np.float64)
    beyond = np.flatnonzero((out_weight > _LARGEST) | ((out_weight > 0) & (out_weight < _SMALLEST)))
    if len(beyond):
        found = f"the weights of node {beyond[0]} add up to {out_weight[beyond[0]]}"
        raise _refuse(found, f"Scale the weights into {_SMALLEST} to {_LARGEST}")
    small = np.int32 if n <= _INT32_MAX else np.int64
    in_degree = np.bincount(targets, minlength=n)
    return Graph(n, _offsets(in_degree), sources.astype(small), weights, out_degree, out_weight)


def _offsets(counts: NDArray[np.integer[Any]]) -> Ints:
    offsets = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=offsets[1:])
    return offsets


def _row_sums(graph: Graph, in_degree: Ints) -> Floats:
    if graph.in_weights is None:
        return in_degree.astype(np.float64)
    rows = np.repeat(np.arange(graph.n), in_degree)
    return np.bincount(rows, graph.in_weights, minlength=graph.n).astype(np.float64)


@njit(cache=True, nogil=True)
def _turn(offsets: Ints, sources: Ids, weights: Floats, free: Ints, targets: Ids, turned: Floats) -> None:
    """Counting sort by source; rows come in ascending order, so targets come out ascending."""
    for node in range(len(offsets) - 1):
        for edge in range(offsets[node], offsets[node + 1]):
            place = free[sources[edge]]
            free[sources[edge]] = place + 1
            targets[place] = node
            if len(weights):
                turned[place] = weights[edge]
