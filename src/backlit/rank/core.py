"""How is (I − αPᵀ)y = b solved on a graph, fast, and the same on any number of threads?

Only the *core* is swept, the nodes with in-links and out-links: nodes without in-links have y = b, nodes
without out-links feed nobody (lumping, Ipsen and Selee 2007). What makes a sweep fast:
- core nodes are renumbered, most in-links first, and every row lists its sources in that order: what is read
  most lies together and is read in passing (R-MAT 2^20: twice the links per second);
- Gauss–Seidel uses each new value at once: half the sweeps of the power method;
- how much mass stays in the core follows from b alone, so each sweep starts by scaling to it (aggregation
  with one block): R-MAT 2^17 to 1e-9 takes 13 sweeps, not 64; a graph of closed corners (cnr-2000) as many;
- a large core is dealt into four blocks of about as many links. A node reads new values of its own block, and
  of the others those of the sweep before (one sweep more of ten on R-MAT 2^20): they are swept side by side.

The blocks depend on the graph and not on the threads, and sums are added in their order: the same input gives
the same bits on any number of threads.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count
from typing import Any

import numpy as np
from numba import njit

from backlit.rank.graph import Floats, Graph, Ids, Ints

__all__ = ["NO_WEIGHTS", "Core", "Goal", "core_of", "pull", "solve", "step_of"]

NO_WEIGHTS = np.empty(0)  # for the kernels, which want one type
_SCALED_SWEEPS = 40  # scaling is not proven to converge on every graph; plain sweeps after these are
_BLOCKS = 4
_ONE_BLOCK = 1_000_000  # links up to which a core is one block: threads would wait for one another
_PIECES = 64  # of the work that puts rows in order


@dataclass(frozen=True, slots=True)
class Goal:
    """When to stop."""

    damping: float
    tol: float
    max_iterations: int


@dataclass(frozen=True, slots=True, eq=False)
class Core:
    """The nodes with in-links and out-links, most linked first, and the links that lead to them.

    Row x has room from `starts[x]` to `starts[x + 1]`: first, up to `ends[x]`, its sources in the core by
    their place there, ascending; then its sources outside, by their id in the graph.
    Blocks are cut at the rows `cuts`.
    """

    ids: Ints
    starts: Ints
    ends: Ints
    cuts: Ints
    sources: Ids
    weights: Floats
    step: Floats  # per node of the graph: α / out-weight, 0 for dangling nodes
    flow: Floats  # per core node: the part of its value that comes back into the core

    @property
    def links(self) -> int:
        """How many links a sweep reads."""
        return int((self.ends - self.starts[:-1]).sum())


def step_of(graph: Graph, damping: float) -> Floats:
    """α / out-weight of each node, 0 for dangling nodes."""
    step: Floats = damping / np.where(graph.out_weight == 0, np.inf, graph.out_weight)
    return step


def pull(graph: Graph, share: Floats) -> Floats:
    """What each node gets if every node sends `share`, times the link's weight, along each of its links."""
    rows = np.arange(graph.n)
    return _pull(rows, graph.in_offsets, graph.in_sources, _weights(graph), share, np.zeros(graph.n))


def _weights(graph: Graph) -> Floats:
    return NO_WEIGHTS if graph.in_weights is None else graph.in_weights


def core_of(graph: Graph, damping: float, *, threads: int | None = None) -> Core:
    """The part of the graph that has to be swept; made once, it serves any number of solutions."""
    in_degree = np.diff(graph.in_offsets)
    inside = np.flatnonzero((in_degree > 0) & (graph.out_weight > 0))
    ids = inside[np.argsort(-in_degree[inside], kind="stable")]
    place = np.full(graph.n, -1, graph.in_sources.dtype)
    place[ids] = np.arange(len(ids))
    starts = np.zeros(len(ids) + 1, np.int64)
    np.cumsum(in_degree[ids], out=starts[1:])
    ends, weights = np.empty(len(ids), np.int64), _weights(graph)
    sources = np.empty(starts[-1], graph.in_sources.dtype)
    kept = np.empty(starts[-1] if len(weights) else 0)
    given = (graph.in_offsets, graph.in_sources, weights, ids, place, starts, ends, sources, kept)
    pieces = _cuts(starts, _PIECES)
    _each(len(pieces) - 1, threads, lambda at: _put_in_order(pieces[at], pieces[at + 1], *given))
    cuts = _cuts(starts, _BLOCKS if starts[-1] > _ONE_BLOCK else 1)
    step = step_of(graph, damping)
    back = graph.out_weight.copy()  # what each node's links into the core weigh: all but those that leave it
    _take_off(graph.in_offsets, graph.in_sources, weights, place, back)
    flow = np.clip(back[ids] * step[ids], 0, damping)
    return Core(ids, starts, ends, cuts, sources, kept, step, flow)


def _cuts(starts: Ints, parts: int) -> Ints:
    """Where rows are cut into parts of about as many links."""
    wanted = np.linspace(0, starts[-1], parts + 1)
    return np.unique(np.append(np.searchsorted(starts, wanted), len(starts) - 1)).astype(np.int64)


def _each(count: int, threads: int | None, work: Callable[[int], object]) -> list[object]:
    """The results of pieces of work, which release the interpreter lock, in their order."""
    many = min(threads or cpu_count() or 1, count)
    if many <= 1:
        return [work(at) for at in range(count)]
    with ThreadPoolExecutor(many) as pool:
        return list(pool.map(work, range(count)))


def solve(
    graph: Graph, core: Core, goal: Goal, right: Floats, *, threads: int | None = None
) -> tuple[Floats, int, float]:
    """y = (I − αPᵀ)⁻¹ right, the sweeps made, and a bound on the L1 error of y / Σy."""
    solution = right.copy()
    share = right * core.step  # right outside the core, where only nodes without in-links feed others
    fixed = _from_outside(core.ids, core.starts, core.ends, core.sources, core.weights, share, right)
    values, sweeps, change = _sweep_until(core, goal, fixed, float(right.sum()), threads)
    solution[core.ids] = values
    leaves = np.flatnonzero((np.diff(graph.in_offsets) > 0) & (graph.out_weight == 0))
    share = solution * core.step
    solution = _pull(leaves, graph.in_offsets, graph.in_sources, _weights(graph), share, solution)
    return solution, sweeps, _error_bound(change, goal.damping, float(solution.sum()))


def _error_bound(change: float, damping: float, total: float) -> float:
    """How far in L1 y / Σy can be from the truth, if the last sweep's changes sent on `change`.

    Outside the core y is exact given the core. Inside, the residual of a sweep is what its changes send to
    nodes that read older values; (I − αPᵀ)⁻¹ lengthens it 1/(1 − α) times at most, scaling doubles it.
    """
    return 2 * change / (1 - damping) / total


def _sweep_until(
    core: Core, goal: Goal, fixed: Floats, given: float, threads: int | None
) -> tuple[Floats, int, float]:
    """Sweep the core until the error bound holds; `given` + αΣx is the least that Σy can be."""
    values, step = fixed.copy(), core.step[core.ids]
    mass = float(fixed.sum())
    if not mass:
        return values, 0, 0.0
    share = np.empty_like(fixed)
    change, stays = 0.0, float((values * (1 - core.flow)).sum())
    for sweep in range(1, goal.max_iterations + 1):
        if sweep <= _SCALED_SWEEPS:
            values *= mass / stays  # at the solution, what stays of the mass is what was put in
        np.multiply(values, step, out=share)
        change, stays, total = _swept(core, threads, (fixed, step, core.flow, values), share)
        if _error_bound(change, goal.damping, given + goal.damping * total) <= goal.tol:
            return values, sweep, change
    return values, goal.max_iterations, change


def _swept(core: Core, threads: int | None, arrays: tuple[Floats, ...], share: Floats) -> tuple[float, ...]:
    """One sweep of all blocks, each with shares of its own to renew; sums over them in their order."""
    cuts, alone = core.cuts, len(core.cuts) == 2
    given = (core.starts, core.ends, core.sources, core.weights, *arrays)

    def sweep(at: int) -> object:
        block: Any = (cuts[at], cuts[at + 1], *given, share if alone else share.copy())
        return _sweep(*block)

    return tuple(np.array(_each(len(cuts) - 1, threads, sweep)).sum(axis=0).tolist())


@njit(cache=True, nogil=True)
def _pull(rows: Ints, offsets: Ints, sources: Ids, weights: Floats, share: Floats, right: Floats) -> Floats:
    """`right`, with what some rows get from their in-links added."""
    result = right.copy()
    for row in rows:
        result[row] += _sum(sources, weights, share, offsets[row], offsets[row + 1])
    return result


@njit(cache=True, nogil=True)
def _from_outside(
    ids: Ints, starts: Ints, ends: Ints, sources: Ids, weights: Floats, share: Floats, right: Floats
) -> Floats:
    """What each core node has of its own and gets from outside."""
    fixed = np.empty(len(ids))
    for row in range(len(ids)):
        fixed[row] = right[ids[row]] + _sum(sources, weights, share, ends[row], starts[row + 1])
    return fixed


@njit(cache=True, nogil=True)
def _sum(sources: Ids, weights: Floats, share: Floats, edge: int, last: int) -> float:
    """What some links bring."""
    total = 0.0
    for at in range(edge, last):
        total += share[sources[at]] * (weights[at] if len(weights) else 1.0)
    return total


@njit(cache=True, nogil=True)
def _sweep(
    first: int,
    last: int,
    starts: Ints,
    ends: Ints,
    sources: Ids,
    weights: Floats,
    right: Floats,
    step: Floats,
    flow: Floats,
    values: Floats,
    share: Floats,
) -> tuple[float, float, float]:
    """Sweep one block in place: the change that flowed on, the mass that stays, the mass."""
    change, stays, mass, weighted = 0.0, 0.0, 0.0, len(weights) > 0
    for node in range(first, last):
        edge, end = starts[node], ends[node]
        a, b, c, d = 0.0, 0.0, 0.0, 0.0  # four sums, which need not wait for one another
        if weighted:
            for at in range(edge, end):
                a += weights[at] * share[sources[at]]
            edge = end
        while edge + 4 <= end:
            a += share[sources[edge]]
            b += share[sources[edge + 1]]
            c += share[sources[edge + 2]]
            d += share[sources[edge + 3]]
            edge += 4
        while edge < end:
            a += share[sources[edge]]
            edge += 1
        total = right[node] + ((a + b) + (c + d))
        change += abs(total - values[node]) * flow[node]
        stays += total * (1 - flow[node])
        mass += total
        values[node] = total
        share[node] = total * step[node]
    return change, stays, mass


@njit(cache=True, nogil=True)
def _put_in_order(
    first: int,
    last: int,
    offsets: Ints,
    sources: Ids,
    weights: Floats,
    ids: Ints,
    place: Ids,
    starts: Ints,
    ends: Ints,
    ordered: Ids,
    kept: Floats,
) -> None:
    """Fill some rows of the core: sources inside in front, ascending, those outside behind."""
    for row in range(first, last):
        front, back = starts[row], starts[row + 1]
        for edge in range(offsets[ids[row]], offsets[ids[row] + 1]):
            source = place[sources[edge]]
            at = front if source >= 0 else back - 1
            ordered[at] = source if source >= 0 else sources[edge]
            if len(weights):
                kept[at] = weights[edge]
            if source >= 0:
                front += 1
            else:
                back -= 1
        ends[row] = front
        inside = ordered[starts[row] : front]
        if len(weights):
            order = np.argsort(inside)
            inside[:] = inside[order]
            theirs = kept[starts[row] : front]
            theirs[:] = theirs[order]
        else:
            inside.sort()


@njit(cache=True, nogil=True)
def _take_off(offsets: Ints, sources: Ids, weights: Floats, place: Ids, back: Floats) -> None:
    """Take off what links lead to nodes outside the core."""
    for node in range(len(place)):
        if place[node] < 0:
            for edge in range(offsets[node], offsets[node + 1]):
                back[sources[edge]] -= weights[edge] if len(weights) else 1.0
