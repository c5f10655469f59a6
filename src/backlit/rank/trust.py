"""Whose word does a walk carry, if it starts at sites that somebody vouches for?

All of these are one linear system, y = start · (I − αP)⁻¹: the visits that a walk pays to each node, if it
begins at `start`, follows a link with probability α and stops otherwise, or where there is no link. Nothing
leaks back from dangling nodes: trust that nobody passes on is gone.

- TrustRank (Gyöngyi, Garcia-Molina, Pedersen 2004): (1 − α) · y from good seeds; *Anti-TrustRank* (Krishnan,
  Raj 2006) the same from bad seeds on turned links; *inverse PageRank* finds seeds that reach much.
- Spam mass (Gyöngyi et al. 2006): the part of a PageRank that good seeds do not account for.
- Truncated PageRank (Becchetti et al. 2006): without what comes from the nearest T steps, where farms are.
- Min-k-PPR (arXiv 1803.05001): the least that any of k disjoint groups of seeds says.
"""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count

import numpy as np
from numpy.typing import ArrayLike

from backlit.errors import GraphError
from backlit.rank.core import core_of, pull
from backlit.rank.graph import Floats, Graph, Ints
from backlit.rank.pagerank import Ranks, pagerank_graph
from backlit.rank.solve import Goal, solve

__all__ = [
    "SpamMass",
    "Visits",
    "anti_trustrank",
    "disjoint",
    "inverse_pagerank",
    "min_k_ppr",
    "seed_ids",
    "spam_mass",
    "topical_trust",
    "truncated_pagerank",
    "trustrank",
    "visits",
]

#: A node counts as spam with at least this mass and this PageRank, in means of all nodes (Gyöngyi et al.).
MASS, PROMINENCE = 0.98, 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Visits:
    """How often walks from each start visit each node, and how exactly that is known."""

    counts: Floats  # float64[k, n]
    iterations: int  # the most that any of the k took
    residual: float  # bounds the L1 error of each row, divided by its sum
    converged: bool


@dataclass(frozen=True, slots=True, eq=False)
class SpamMass:
    """PageRank, what good seeds account for, and the rest."""

    pagerank: Floats  # float64[n], sums to 1
    absolute: Floats  # float64[n]: pagerank − what the good seeds send
    relative: Floats  # float64[n]: absolute / pagerank, at most 1; negative for the seeds' favourites
    suspect: np.ndarray[tuple[int], np.dtype[np.bool_]]  # relative ≥ 0.98 and ten times the mean PageRank


def _refuse(found: str, do: str) -> GraphError:
    return GraphError("walking from seeds", found, do)


def seed_ids(seeds: ArrayLike, n: int) -> Ints:
    """The distinct seeds, ascending. GraphError for none at all, or ids that no node has."""
    ids = np.asarray(seeds)
    if ids.size == 0:
        raise _refuse("no seeds", "Name at least one node of the graph as a seed")
    if ids.ndim != 1 or not np.issubdtype(ids.dtype, np.integer):
        raise _refuse(
            f"seeds that are {ids.dtype} with {ids.ndim} dimensions", "Pass a flat array of node ids"
        )
    beyond = ids[(ids < 0) | (ids >= n)]
    if len(beyond):
        raise _refuse(f"seed {beyond[0]} in a graph of {n} nodes", "Use ids from 0 to n - 1")
    return np.unique(ids).astype(np.int64)


def disjoint(groups: Iterable[ArrayLike], n: int) -> list[Ints]:
    """Each group's seeds. GraphError for no group, an empty one, or a node in two of them."""
    found = [seed_ids(group, n) for group in groups]
    if not found:
        raise _refuse("no group of seeds", "Pass at least one")
    ids, times = np.unique(np.concatenate(found), return_counts=True)
    if (times > 1).any():
        raise _refuse(
            f"node {ids[times > 1][0]} in two groups of seeds", "Groups vouch independently: put it in one"
        )
    return found


def visits(
    graph: Graph,
    starts: Sequence[Floats],
    *,
    damping: float = 0.85,
    tol: float = 1e-10,
    max_iterations: int = 500,
    threads: int | None = None,
) -> Visits:
    """Visits from each of the starts (float64[n], not negative); threads share them, one row each.

    GraphError for a damping or a bound that no walk can have.
    """
    if not 0 <= damping < 1:
        raise _refuse(f"damping {damping}", "Use a value from 0 up to, but not including, 1")
    if not tol > 0:
        raise _refuse(f"tol {tol}", "Use a bound above 0, such as 1e-10")
    goal = Goal(damping, tol, max_iterations)
    core, many = core_of(graph, damping, threads=threads), threads or cpu_count() or 1
    alone = 1 if len(starts) > 1 else many  # threads share the rows; a single row is shared by threads

    def walk(start: Floats) -> tuple[Floats, int, float]:
        return solve(graph, core, goal, start, threads=alone) if start.any() else (np.zeros(graph.n), 0, 0.0)

    with ThreadPoolExecutor(max(1, min(many, len(starts)))) as pool:
        rows = list(pool.map(walk, starts))
    residual = max((row[2] for row in rows), default=0.0)
    counts = np.array([row[0] for row in rows]).reshape(len(rows), graph.n)
    return Visits(counts, max((row[1] for row in rows), default=0), residual, residual <= tol)


def _uniform(ids: Ints, n: int) -> Floats:
    start = np.zeros(n)
    start[ids] = 1 / len(ids)
    return start


def _ranks(graph: Graph, seeds: Ints, method: str, damping: float, tol: float) -> Ranks:
    walked = visits(graph, [_uniform(seeds, graph.n)], damping=damping, tol=tol)
    parameters: dict[str, object] = {"damping": damping, "tol": tol, "seeds": len(seeds)}
    parameters |= {"nodes": graph.n, "edges": graph.edges}
    scores = (1 - damping) * walked.counts[0]
    return Ranks(scores, walked.iterations, walked.residual, walked.converged, method, parameters)


def trustrank(graph: Graph, seeds: ArrayLike, *, damping: float = 0.85, tol: float = 1e-10) -> Ranks:
    """t = αPᵀt + (1 − α)s with s alike on the good seeds; sums to at most 1."""
    return _ranks(graph, seed_ids(seeds, graph.n), "trustrank", damping, tol)


def anti_trustrank(graph: Graph, seeds: ArrayLike, *, damping: float = 0.85, tol: float = 1e-10) -> Ranks:
    """Distrust that flows from bad seeds to whoever links to them."""
    return _ranks(graph.transpose(), seed_ids(seeds, graph.n), "anti-trustrank", damping, tol)


def inverse_pagerank(graph: Graph, *, damping: float = 0.85, tol: float = 1e-9) -> Ranks:
    """PageRank on turned links: high for nodes that reach much: good seeds, and hubs."""
    return pagerank_graph(graph.transpose(), damping=damping, tol=tol)


def truncated_pagerank(graph: Graph, skipped: int, *, damping: float = 0.85, tol: float = 1e-10) -> Ranks:
    """(1 − α)/α^(T+1) · Σ over t > T of αᵗ(Pᵀ)ᵗv for T = `skipped` and v alike everywhere.

    `skipped=0` leaves out only what the node gives itself. Where walks die out early, it sums to less than 1.
    """
    if skipped < 0:
        raise _refuse(f"{skipped} steps to skip", "Skip none or more")
    spread = np.full(graph.n, 1 / max(graph.n, 1))
    step = np.divide(1.0, graph.out_weight, out=np.zeros(graph.n), where=graph.out_weight > 0)
    for _ in range(skipped + 1):
        spread = pull(graph, spread * step)
    walked = visits(graph, [spread], damping=damping, tol=tol)
    parameters: dict[str, object] = {"damping": damping, "tol": tol, "skipped": skipped}
    scores = (1 - damping) * walked.counts[0]
    return Ranks(
        scores, walked.iterations, walked.residual, walked.converged, "pagerank/truncated", parameters
    )


def spam_mass(
    src: ArrayLike,
    dst: ArrayLike,
    n: int,
    *,
    good: ArrayLike,
    weights: ArrayLike | None = None,
    damping: float = 0.85,
    good_share: float = 0.85,
    tol: float = 1e-10,
) -> SpamMass:
    """How much of each node's PageRank comes from nodes that no good seed accounts for.

    `good` holds ids of nodes known to be good, `good_share` the share of the web that is estimated to be:
    the seeds, few as they are, stand for all of it. Arrays are of length n.

    Raises GraphError for ids, weights or seeds that make no sense.
    """
    graph = Graph.from_edges(src, dst, n, weights=weights)
    return spam_mass_graph(graph, good, damping=damping, good_share=good_share, tol=tol)


def spam_mass_graph(
    graph: Graph, good: ArrayLike, *, damping: float = 0.85, good_share: float = 0.85, tol: float = 1e-10
) -> SpamMass:
    """As `spam_mass`, over a graph that was built before."""
    if not 0 < good_share <= 1:
        raise _refuse(f"a good share of {good_share}", "Use a share above 0, at most 1")
    seeds = seed_ids(good, graph.n)
    starts = [np.full(graph.n, 1 / graph.n), good_share * _uniform(seeds, graph.n)]
    whole, sent = visits(graph, starts, damping=damping, tol=tol).counts
    relative = 1 - sent / whole
    prominent = whole >= PROMINENCE * whole.mean()
    total = whole.sum()
    return SpamMass(whole / total, (whole - sent) / total, relative, prominent & (relative >= MASS))


def min_k_ppr(
    graph: Graph, groups: Iterable[ArrayLike], *, damping: float = 0.85, tol: float = 1e-10
) -> Ranks:
    """The least personalised PageRank over disjoint groups of seeds; sums to at most 1.

    Whoever wants to rise must be reached from every group. Loops still gain: see `backlit.rank.push`.
    """
    starts = [_uniform(seeds, graph.n) for seeds in disjoint(groups, graph.n)]
    walked = visits(graph, starts, damping=damping, tol=tol)
    parameters: dict[str, object] = {"damping": damping, "tol": tol, "groups": len(starts)}
    scores = (1 - damping) * walked.counts.min(axis=0)
    return Ranks(scores, walked.iterations, walked.residual, walked.converged, "min-k-ppr", parameters)


def topical_trust(
    graph: Graph, topics: Mapping[str, ArrayLike], *, damping: float = 0.85, tol: float = 1e-10
) -> dict[str, Floats]:
    """TrustRank from each topic's seeds (Haveliwala 2002), float64[n] by topic; a seed may have several."""
    starts = [_uniform(seed_ids(seeds, graph.n), graph.n) for seeds in topics.values()]
    counts = visits(graph, starts, damping=damping, tol=tol).counts
    return {topic: (1 - damping) * row for topic, row in zip(topics, counts, strict=True)}
