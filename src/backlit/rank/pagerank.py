"""Who would a reader meet most often who follows links at random?

p = α(Pᵀp + (d·p)u) + (1 − α)v, where P is the row-stochastic link matrix, d marks dangling nodes (without
out-links), v is the teleport vector and u is where a reader goes from a dangling node: v itself by default
(*strongly preferential*), or everywhere alike (`dangling="uniform"`, *weakly preferential*). They sum to 1.

With dangling rows left empty the equation is linear, (I − αPᵀ)y = b, and p is a scaled solution (Del Corso,
Gullì, Romani 2005); `backlit.rank.core` solves it, with the same bits on any number of threads.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from backlit.errors import GraphError
from backlit.rank.core import core_of, pull, step_of
from backlit.rank.graph import Floats, Graph
from backlit.rank.solve import Goal, solve

__all__ = ["Ranks", "pagerank", "pagerank_graph"]

Dangling = Literal["teleport", "uniform"]
Method = Literal["gauss-seidel", "power"]


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
    threads: int | None = None,
) -> Ranks:
    """PageRank of n nodes from parallel arrays of ids; repeated links are merged, links to oneself dropped.

    `residual` bounds the L1 distance to the true scores, rounding aside; iteration stops when it is at most
    `tol`. If that takes more than `max_iterations`, `converged` is False. `teleport` holds n weights of any
    scale. `threads` changes the time, never the result.

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
        threads=threads,
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
    threads: int | None = None,
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
        scores, iterations, residual = _weakly_preferential(graph, goal, preference, threads)
    else:
        core = core_of(graph, damping, threads=threads)
        scores, iterations, residual = solve(graph, core, goal, preference, threads=threads)
        scores /= scores.sum()
    return Ranks(scores, iterations, residual, residual <= tol, f"pagerank/{method}", parameters)


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


def _weakly_preferential(
    graph: Graph, goal: Goal, preference: Floats, threads: int | None
) -> tuple[Floats, int, float]:
    """Dangling mass goes everywhere alike: two solutions, mixed so that the mass adds up, then polished."""
    core, alpha = core_of(graph, goal.damping, threads=threads), goal.damping
    away = np.full(graph.n, 1 / graph.n)
    wanted, first, _ = solve(graph, core, goal, preference, threads=threads)
    spread, second, _ = solve(graph, core, goal, away, threads=threads)
    dangling = graph.out_weight == 0
    lost = (1 - alpha) * wanted[dangling].sum() / (1 - alpha * spread[dangling].sum())
    start = (1 - alpha) * wanted + alpha * lost * spread
    scores, steps, residual = _power(graph, goal, start, preference, away)
    return scores, first + second + steps, residual


def _power(
    graph: Graph, goal: Goal, start: Floats, preference: Floats, away: Floats
) -> tuple[Floats, int, float]:
    """Apply the equation until it changes little; the error is at most α/(1 − α) times the last change."""
    alpha, step, dangling = goal.damping, step_of(graph, goal.damping), graph.out_weight == 0
    scores, residual, iteration = start, np.inf, 0
    while residual > goal.tol and iteration < goal.max_iterations:
        right = (1 - alpha) * preference + (alpha * scores[dangling].sum()) * away
        after = right + pull(graph, scores * step)
        residual = alpha / (1 - alpha) * float(np.abs(after - scores).sum())
        scores, iteration = after, iteration + 1
    return scores / scores.sum(), iteration, residual
