"""Who would a reader meet most often who follows links at random?

p = α(Pᵀp + (d·p)u) + (1 − α)v, where P is the row-stochastic link matrix, d marks dangling nodes (without
out-links), v is the teleport vector and u is where a reader goes from a dangling node: v itself by default
(*strongly preferential*), or everywhere alike (`dangling="uniform"`, *weakly preferential*). They sum to 1.

With dangling rows left empty the equation is linear, (I − αPᵀ)y = b, and p is a scaled solution (Del Corso,
Gullì, Romani 2005). Three facts make it cheap, and none costs accuracy:
- nodes without in-links have y = b, nodes without out-links feed nobody: only the *core* is swept (lumping,
  Ipsen and Selee 2007), its nodes renumbered by in-degree so that what is read most lies together
  (R-MAT 2^17: 1.6 times the edges per second);
- Gauss–Seidel uses each new value at once: half the sweeps of the power method;
- how much mass stays in the core follows from b alone, so each sweep starts by scaling to it (aggregation
  with one block): R-MAT 2^17 to 1e-9 takes 13 sweeps, not 64; a graph of closed corners (cnr-2000) as many.

One thread sweeps in one order, so the same input gives the same bits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numba import njit
from numpy.typing import ArrayLike

from backlit.errors import GraphError
from backlit.rank.graph import Floats, Graph, Ids, Ints

__all__ = ["Core", "Goal", "Ranks", "core_of", "pagerank", "pagerank_graph", "pull", "solve"]

Dangling = Literal["teleport", "uniform"]
Method = Literal["gauss-seidel", "power"]
_NONE = np.empty(0)  # "no weights" for the kernels, which want one type
_SCALED_SWEEPS = 40  # scaling is not proven to converge on every graph; plain sweeps after these are


@dataclass(frozen=True, slots=True, eq=False)
class Ranks:
    """One score per node and how it was reached. Not to be published unless `converged`."""

    scores: Floats  # float64[n]
    iterations: int
    residual: float
    converged: bool
    method: str
    parameters: Mapping[str, object]  # plain values: enough to compute the same again


def pagerank(
    src: ArrayLike,
    dst: ArrayLike,
    n: int,
    *,
    weights: ArrayLike | None = None,
    damping: float = 0.85,
    tol: float = 1e-9,
    teleport: ArrayLike | None = None,
    max_iterations: int = 500,
    dangling: Dangling = "teleport",
    method: Method = "gauss-seidel",
) -> Ranks:
    """PageRank of n nodes from parallel arrays of ids; repeated links are merged, links to oneself dropped.

    `residual` bounds the L1 distance to the true scores, rounding aside; iteration stops when it is at most
    `tol`. If that takes more than `max_iterations`, `converged` is False. `teleport` holds n weights of any
    scale.

    >>> pagerank([0, 1], [1, 0], 2).scores.tolist()
    [0.5, 0.5]

    Raises GraphError for ids, weights, teleport vectors or parameters that make no sense.
    """
    return pagerank_graph(
        Graph.from_edges(src, dst, n, weights=weights),
        damping=damping,
        tol=tol,
        teleport=teleport,
        max_iterations=max_iterations,
        dangling=dangling,
        method=method,
    )


def pagerank_graph(
    graph: Graph,
    *,
    damping: float = 0.85,
    tol: float = 1e-9,
    teleport: ArrayLike | None = None,
    max_iterations: int = 500,
    dangling: Dangling = "teleport",
    method: Method = "gauss-seidel",
) -> Ranks:
    """As `pagerank`, over a graph that was built before (and that may hold links to oneself)."""
    _check(damping, tol, max_iterations, dangling, method)
    goal = Goal(damping, tol, max_iterations)
    preference = _preference(teleport, graph.n)
    parameters: dict[str, object] = {
        "damping": damping,
        "tol": tol,
        "max_iterations": max_iterations,
        "dangling": dangling,
        "teleport": "uniform" if teleport is None else "given",
        "weighted": graph.in_weights is not None,
        "nodes": graph.n,
        "edges": graph.edges,
    }
    weakly = dangling == "uniform" and teleport is not None and bool((graph.out_weight == 0).any())
    if graph.n == 0:
        scores, iterations, residual = np.empty(0), 0, 0.0
    elif method == "power":
        away = np.full(graph.n, 1 / graph.n) if weakly else preference
        scores, iterations, residual = _power(graph, goal, preference, preference, away)
    elif weakly:
        scores, iterations, residual = _weakly_preferential(graph, goal, preference)
    else:
        scores, iterations, residual = solve(graph, core_of(graph, damping), goal, preference)
        scores /= scores.sum()
    return Ranks(scores, iterations, residual, residual <= tol, f"pagerank/{method}", parameters)


@dataclass(frozen=True, slots=True)
class Goal:
    """When to stop."""

    damping: float
    tol: float
    max_iterations: int


def _refuse(found: str, do: str) -> GraphError:
    return GraphError("computing PageRank", found, do)


def _check(damping: float, tol: float, max_iterations: int, dangling: str, method: str) -> None:
    if not 0 <= damping < 1:
        raise _refuse(f"damping {damping}", "Use a value from 0 up to, but not including, 1")
    if not tol > 0:
        raise _refuse(f"tol {tol}", "Use a bound above 0, such as 1e-9")
    if max_iterations < 1:
        raise _refuse(f"max_iterations {max_iterations}", "Allow at least one")
    if dangling not in ("teleport", "uniform"):
        raise _refuse(f"dangling {dangling!r}", "Use 'teleport' or 'uniform'")
    if method not in ("gauss-seidel", "power"):
        raise _refuse(f"method {method!r}", "Use 'gauss-seidel' or 'power'")


def _preference(teleport: ArrayLike | None, n: int) -> Floats:
    if teleport is None:
        return np.full(n, 1 / max(n, 1))
    values = np.asarray(teleport, dtype=np.float64)
    if values.shape != (n,):
        raise _refuse(f"a teleport vector of shape {values.shape} for {n} nodes", "Pass one weight per node")
    if not np.isfinite(values).all() or (values < 0).any():
        found = "a teleport vector with negative or non-finite weights"
        raise _refuse(found, "Use 0 for nodes never jumped to")
    if n and not values.any():
        raise _refuse("a teleport vector of zeros", "Give at least one node a weight above 0")
    if n == 0:
        return values
    values = values / values.max()  # first, so that the sum cannot overflow
    shares: Floats = values / values.sum()
    return shares


@dataclass(frozen=True, slots=True, eq=False)
class Core:
    """The nodes with in-links and out-links, most linked first, and the links among them."""

    ids: Ints
    offsets: Ints
    sources: Ids
    weights: Floats
    step: Floats  # per node of the graph: α / out-weight, 0 for dangling nodes
    flow: Floats  # per core node: the part of its value that comes back into the core


def pull(graph: Graph, share: Floats) -> Floats:
    """What each node gets if every node sends `share`, times the link's weight, along each of its links."""
    weights = _NONE if graph.in_weights is None else graph.in_weights
    return _pull(graph.in_offsets, graph.in_sources, weights, share, np.zeros(graph.n))


def _step(graph: Graph, damping: float) -> Floats:
    step: Floats = damping / np.where(graph.out_weight == 0, np.inf, graph.out_weight)
    return step


def core_of(graph: Graph, damping: float) -> Core:
    """The part of the graph that has to be swept; made once, it serves any number of solutions."""
    in_degree = np.diff(graph.in_offsets)
    inside = np.flatnonzero((in_degree > 0) & (graph.out_weight > 0))
    ids = inside[np.argsort(-in_degree[inside], kind="stable")]
    place = np.full(graph.n, -1, graph.in_sources.dtype)
    place[ids] = np.arange(len(ids))
    weights = _NONE if graph.in_weights is None else graph.in_weights
    offsets, sources, kept, back = _extract(graph.in_offsets, graph.in_sources, weights, ids, place)
    step = _step(graph, damping)
    return Core(ids, offsets, sources, kept, step, np.minimum(back * step[ids], damping))


def solve(graph: Graph, core: Core, goal: Goal, right: Floats) -> tuple[Floats, int, float]:
    """y = (I − αPᵀ)⁻¹ right, the sweeps made, and a bound on the L1 error of y / Σy."""
    weights = _NONE if graph.in_weights is None else graph.in_weights
    known = right.copy()
    known[core.ids] = 0  # of the rest only nodes without in-links feed others, and theirs is the final value
    fixed = _pull(graph.in_offsets, graph.in_sources, weights, known * core.step, right)
    values, sweeps, change = _sweep_until(core, goal, fixed[core.ids], float(right.sum()))
    known[core.ids] = values
    solution = _pull(graph.in_offsets, graph.in_sources, weights, known * core.step, right)
    return solution, sweeps, _error_bound(change, goal.damping, float(solution.sum()))


def _error_bound(change: float, damping: float, total: float) -> float:
    """How far in L1 y / Σy can be from the truth, if the last sweep's changes sent on `change`.

    Outside the core y is exact given the core. Inside, the residual of a Gauss–Seidel sweep is what its
    changes send to nodes swept before; (I − αPᵀ)⁻¹ lengthens it 1/(1 − α) times at most, scaling doubles it.
    """
    return 2 * change / (1 - damping) / total


def _sweep_until(core: Core, goal: Goal, fixed: Floats, given: float) -> tuple[Floats, int, float]:
    """Sweep the core until the error bound holds; `given` + αΣx is the least that Σy can be."""
    values, share, step = fixed.copy(), np.empty_like(fixed), core.step[core.ids]
    mass = float(fixed.sum())
    if not mass:
        return values, 0, 0.0
    change, stays = 0.0, float((values * (1 - core.flow)).sum())
    for sweep in range(1, goal.max_iterations + 1):
        if sweep <= _SCALED_SWEEPS:
            values *= mass / stays  # at the solution, what stays of the mass is what was put in
        np.multiply(values, step, out=share)
        arrays = (core.offsets, core.sources, core.weights, fixed, step, core.flow)
        change, stays, total = _sweep(*arrays, values, share)
        if _error_bound(change, goal.damping, given + goal.damping * total) <= goal.tol:
            return values, sweep, change
    return values, goal.max_iterations, change


def _weakly_preferential(graph: Graph, goal: Goal, preference: Floats) -> tuple[Floats, int, float]:
    """Dangling mass goes everywhere alike: two solutions, mixed so that the mass adds up, then polished."""
    core, alpha = core_of(graph, goal.damping), goal.damping
    away = np.full(graph.n, 1 / graph.n)
    wanted, first, _ = solve(graph, core, goal, preference)
    spread, second, _ = solve(graph, core, goal, away)
    dangling = graph.out_weight == 0
    lost = (1 - alpha) * wanted[dangling].sum() / (1 - alpha * spread[dangling].sum())
    start = (1 - alpha) * wanted + alpha * lost * spread
    scores, steps, residual = _power(graph, goal, start, preference, away)
    return scores, first + second + steps, residual


def _power(
    graph: Graph, goal: Goal, start: Floats, preference: Floats, away: Floats
) -> tuple[Floats, int, float]:
    """Apply the equation until it changes little; the error is at most α/(1 − α) times the last change."""
    weights = _NONE if graph.in_weights is None else graph.in_weights
    alpha, step, dangling = goal.damping, _step(graph, goal.damping), graph.out_weight == 0
    scores, residual, iteration = start, np.inf, 0
    while residual > goal.tol and iteration < goal.max_iterations:
        right = (1 - alpha) * preference + (alpha * scores[dangling].sum()) * away
        after = _pull(graph.in_offsets, graph.in_sources, weights, scores * step, right)
        residual = alpha / (1 - alpha) * float(np.abs(after - scores).sum())
        scores, iteration = after, iteration + 1
    return scores / scores.sum(), iteration, residual


@njit(cache=True, nogil=True)
def _pull(offsets: Ints, sources: Ids, weights: Floats, share: Floats, right: Floats) -> Floats:
    """right + what each node gets from its in-links."""
    result = np.empty_like(right)
    for node in range(len(right)):
        total = 0.0
        if len(weights):
            for edge in range(offsets[node], offsets[node + 1]):
                total += weights[edge] * share[sources[edge]]
        else:
            for edge in range(offsets[node], offsets[node + 1]):
                total += share[sources[edge]]
        result[node] = right[node] + total
    return result


@njit(cache=True, nogil=True)
def _sweep(
    offsets: Ints,
    sources: Ids,
    weights: Floats,
    right: Floats,
    step: Floats,
    flow: Floats,
    values: Floats,
    share: Floats,
) -> tuple[float, float, float]:
    """One Gauss–Seidel sweep in place: the change that flowed on, the mass that stays, the mass."""
    change, stays, mass = 0.0, 0.0, 0.0
    for node in range(len(right)):
        total = right[node]
        if len(weights):
            for edge in range(offsets[node], offsets[node + 1]):
                total += weights[edge] * share[sources[edge]]
        else:
            for edge in range(offsets[node], offsets[node + 1]):
                total += share[sources[edge]]
        change += abs(total - values[node]) * flow[node]
        stays += total * (1 - flow[node])
        mass += total
        values[node] = total
        share[node] = total * step[node]
    return change, stays, mass


@njit(cache=True, nogil=True)
def _extract(
    offsets: Ints, sources: Ids, weights: Floats, ids: Ints, place: Ids
) -> tuple[Ints, Ids, Floats, Floats]:
    """The rows `ids` in that order, with only the links from nodes that have a place, renumbered."""
    starts = np.zeros(len(ids) + 1, np.int64)
    room = 0
    for row in ids:
        room += offsets[row + 1] - offsets[row]
    inside = np.empty(room, sources.dtype)  # a little more than needed beats a first pass that counts
    kept = np.empty(room if len(weights) else 0)
    back = np.zeros(len(ids))  # what each node's out-links into the core weigh together
    at = 0
    for row in range(len(ids)):
        for edge in range(offsets[ids[row]], offsets[ids[row] + 1]):
            source = place[sources[edge]]
            if source >= 0:
                inside[at] = source
                if len(weights):
                    kept[at] = weights[edge]
                back[source] += weights[edge] if len(weights) else 1.0
                at += 1
        starts[row + 1] = at
    return starts, inside[:at], kept[:at], back
