"""How much do those who are trusted have to do with a domain? The headline, before calibration.

Method "trust-hc-1". Trust comes from k disjoint groups of seeds (public sector, universities, press, …):

    hᵢ(v) = the probability that a walk that begins at a seed of group i, elsewhere, comes to v
    T(v)  = 0.9 · minᵢ hᵢ(v) + 0.1 · meanᵢ hᵢ(v)
    H(v)  = meanᵢ mean over seeds s ≠ v of group i of 1/distance(s, v)
    raw   = √(T · H)

Each part answers one way of cheating:
- walks begin at seeds only, so domains that nobody trusted reaches, however many, send nothing;
- *coming* to v is counted, not visiting it: links that v gets back for its own are worth nothing (a two-way
  farm lifts visits 3.6 times, hits not at all), and neither T nor H depends on what v links to;
- the minimum asks for the word of every group: to win over one of them is worth at most a tenth of the trust
  that all of them would give. The tenth keeps apart the many that only some groups reach;
- a seed is not near to itself and does not hit itself: being on a list lifts others, never the seed.

The harmonic part counts trusted sources only: plain harmonic centrality falls to large farms in small graphs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from backlit.rank.core import core_of
from backlit.rank.graph import Floats, Graph, Ints
from backlit.rank.harmonic import nearness
from backlit.rank.pagerank import Ranks
from backlit.rank.returns import Returns, found_returns
from backlit.rank.trust import disjoint, visits

__all__ = ["METHOD", "Trust", "authority", "blend", "combined", "loop_factors", "sampled", "trust_graph"]

METHOD = "trust-hc-1"
CONSENT = 0.9  # the weight of the group that trusts least
SAMPLED = 512  # seeds of a group whose distances are searched: one pass of the search, and ±2 % of the mean
RETURNS = 1e-3  # precision of the correction for loops: a farm hides at most 0.7 % of its trust from it


@dataclass(frozen=True, slots=True, eq=False)
class Trust(Ranks):
    """The headline's raw scores, and the parts they are made of."""

    hits: Floats  # float64[k, n]: per group, the probability of coming to the node from elsewhere
    trust: Floats  # float64[n]
    nearness: Floats  # float64[n], 0 … 1


def authority(
    src: ArrayLike,
    dst: ArrayLike,
    n: int,
    *,
    seed_groups: Iterable[ArrayLike],
    weights: ArrayLike | None = None,
    damping: float = 0.85,
    tol: float = 1e-10,
    threads: int | None = None,
) -> Trust:
    """The raw headline authority of n nodes: trust-seeded, loops removed, with trusted harmonic centrality.

    `seed_groups`: disjoint lists of node ids, best five or more; `scores` is float64[n] from 0 to 1, exactly
    0 where no seed leads. Not to be published unless `converged`.

    Raises GraphError for ids, weights or seeds that make no sense, groups that overlap, or none.
    """
    graph = Graph.from_edges(src, dst, n, weights=weights)
    return trust_graph(graph, seed_groups, damping=damping, tol=tol, threads=threads)


def trust_graph(
    graph: Graph,
    seed_groups: Iterable[ArrayLike],
    *,
    damping: float = 0.85,
    tol: float = 1e-10,
    threads: int | None = None,
    loops: Returns | None = None,
) -> Trust:
    """As `authority`, over a graph that was built before; `loops` its `loop_factors`, if they are known."""
    groups = disjoint(seed_groups, graph.n)
    starts = np.zeros((len(groups), graph.n))
    for start, seeds in zip(starts, groups, strict=True):
        start[seeds] = 1 / len(seeds)
    walked = visits(graph, list(starts), damping=damping, tol=tol, threads=threads)
    if loops is None:
        reached = np.flatnonzero(walked.counts.any(axis=0))
        loops = loop_factors(graph, groups, nodes=reached, damping=damping, threads=threads)
    hits = np.maximum(walked.counts / loops.times - starts, 0.0)
    near = _mean_nearness(graph, [sampled(graph, seeds) for seeds in groups])
    parameters: dict[str, object] = {"damping": damping, "tol": tol, "consent": CONSENT, "returns": RETURNS}
    parameters |= {
        "groups": len(groups),
        "seeds": sum(map(len, groups)),
        "nodes": graph.n,
        "edges": graph.edges,
    }
    trust = blend(hits)
    parameters["loops_open"] = float(loops.open[trust > 0].max(initial=0.0))
    scores = combined(trust, near)
    return Trust(
        scores, walked.iterations, walked.residual, walked.converged, METHOD, parameters, hits, trust, near
    )


def loop_factors(
    graph: Graph,
    groups: Sequence[Ints],
    *,
    nodes: Ints | None = None,
    damping: float = 0.85,
    threads: int | None = None,
) -> Returns:
    """How often walks come back to nodes (None: all), and to the seeds more precisely: what walks that begin
    there, 1 of len(seeds), would say for themselves is taken off in full."""
    core = core_of(graph, damping, threads=threads)
    asked = np.arange(graph.n) if nodes is None else nodes
    found = found_returns(graph, core, asked, damping, RETURNS, threads=threads)
    for seeds in groups:
        precise = min(max(1e-7 * len(seeds), 1e-9), RETURNS)
        again = found_returns(graph, core, seeds, damping, precise, most=None, threads=threads)
        found.times[seeds], found.open[seeds] = again.times[seeds], again.open[seeds]
    return found


def blend(hits: Floats) -> Floats:
    """T of the module's formula: mostly the least of the groups, a tenth the mean."""
    trust: Floats = CONSENT * hits.min(axis=0) + (1 - CONSENT) * hits.mean(axis=0)
    return trust


def combined(trust: Floats, near: Floats) -> Floats:
    """The geometric mean of trust and nearness, either of which can be 0."""
    raw: Floats = np.sqrt(trust * near)
    return raw


def sampled(graph: Graph, seeds: Ints) -> Ints:
    """The seeds whose distances count: those that link to most, 512 at the most, then by id."""
    if len(seeds) <= SAMPLED:
        return seeds
    widest = np.lexsort((seeds, -graph.out_degree[seeds]))[:SAMPLED]
    return np.sort(seeds[widest])


def _mean_nearness(graph: Graph, groups: list[Ints]) -> Floats:
    sums = nearness(graph, groups)
    for row, seeds in zip(sums, groups, strict=True):
        others = np.full(graph.n, float(len(seeds)))
        others[seeds] -= 1
        np.divide(row, others, out=row, where=others > 0)
    mean: Floats = sums.mean(axis=0)
    return mean
