"""What is a domain's authority made of, and what would change it?

The receipt of "trust-hc-1" follows the walks from the seeds up to the moment when they first come to the
domain v. A walk arrives along one link, so the probability of arriving is a sum over v's in-links,

    h(v) = Σ over w of α · y(w) · P_wv,   y = visits of walks that stop at v,

which holds exactly because a walk that stops at v never returns: a farm behind v sends nothing. Groups enter
as they enter T (0.9 for the group that trusts least, a tenth for their mean), so the shares sum to 1.

What a link is worth, and what another would bring, is not estimated: the graph is changed, and both halves of
the score are worked out again for v alone, from one column of hits and one search backwards.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit

from backlit.errors import GraphError
from backlit.rank.authority import CONSENT, blend, combined, sampled
from backlit.rank.graph import Floats, Graph, Ids, Ints
from backlit.rank.push import column
from backlit.rank.scale import Scale
from backlit.rank.trust import visits

__all__ = ["Change", "Part", "Receipt", "changed", "distances", "edited", "flows", "rank_flows", "receipt"]


@dataclass(frozen=True, slots=True)
class Part:
    """One referring domain: what it sends, and what would be lost without it."""

    node: int
    share: float  # of the domain's trust; all parts sum to 1
    vote: float  # the part of the source's own trust that it sends here, 0–1
    worth: float | None  # points of 100 that would go without it; None where it was not worked out


@dataclass(frozen=True, slots=True, eq=False)
class Receipt:
    """A score taken apart."""

    trust: float
    nearness: float
    score: float | None
    hits: Mapping[str, float]  # by group of seeds: the probability of coming here
    parts: Sequence[Part]  # largest share first
    nearest: Sequence[tuple[int, int]]  # seeds that lead here, and over how many links


@dataclass(frozen=True, slots=True)
class Change:
    """A domain after a change of links; None where the method knows no trust, or the score is unknown."""

    trust: float | None
    nearness: float | None
    score: float | None


def flows(graph: Graph, node: int, groups: Sequence[Ints], *, damping: float = 0.85) -> tuple[Ints, Floats]:
    """Who sends the walks that come to a node: in-neighbours, and float64[groups, in-neighbours].

    Row i sums to hᵢ of `backlit.rank.authority`.
    """
    stopped = _without_out_links(graph, node)
    starts = np.zeros((len(groups), graph.n))
    for start, seeds in zip(starts, groups, strict=True):
        start[seeds] = 1 / len(seeds)
        start[node] = 0  # being a seed is no merit
    arrived = visits(stopped, list(starts), damping=damping, tol=1e-13).counts
    row = slice(graph.in_offsets[node], graph.in_offsets[node + 1])
    voters = graph.in_sources[row].astype(np.int64)
    power = np.ones(len(voters)) if graph.in_weights is None else graph.in_weights[row]
    return voters, damping * arrived[:, voters] * (power / graph.out_weight[voters])


def _without_out_links(graph: Graph, node: int) -> Graph:
    src, dst, weights = _links(graph)
    keep = src != node
    return Graph.from_edges(src[keep], dst[keep], graph.n, weights=weights[keep])


def _links(graph: Graph) -> tuple[Ints, Ints, Floats]:
    targets = np.repeat(np.arange(graph.n), np.diff(graph.in_offsets))
    weights = np.ones(graph.edges) if graph.in_weights is None else graph.in_weights
    return graph.in_sources.astype(np.int64), targets, weights


def rank_flows(graph: Graph, scores: Floats, node: int, *, damping: float = 0.85) -> tuple[Ints, Floats]:
    """What each in-neighbour sends a node, as shares of its PageRank; the rest is what all are given."""
    row = slice(graph.in_offsets[node], graph.in_offsets[node + 1])
    voters = graph.in_sources[row].astype(np.int64)
    power = np.ones(len(voters)) if graph.in_weights is None else graph.in_weights[row]
    return voters, damping * scores[voters] * power / graph.out_weight[voters] / scores[node]


def receipt(
    graph: Graph,
    node: int,
    groups: Mapping[str, Ints],
    scale: Scale,
    *,
    damping: float = 0.85,
    valued: int = 10,
    beside: Callable[[int], Mapping[int, float]] | None = None,
) -> Receipt:
    """Take a node's score apart; for the `valued` largest parts also what would go without them.

    `beside` gives the weights that other votes have once a voter is gone, where some hang together.
    """
    _known(graph, node)
    seeds = list(groups.values())
    voters, sent = flows(graph, node, seeds, damping=damping)
    hits = sent.sum(axis=1)
    mixed = (1 - CONSENT) / len(seeds) * sent.sum(axis=0) + CONSENT * sent[int(np.argmin(hits))]
    total = float(mixed.sum())
    order = np.lexsort((voters, -mixed))
    now = changed(graph, node, seeds, scale, damping=damping)
    parts: list[Part] = []
    for at in order:
        voter = int(voters[at])
        worth = None
        if len(parts) < valued and now.score is not None:
            anew = beside(voter) if beside else None
            left = changed(graph, node, seeds, scale, remove=[voter], reweigh=anew, damping=damping)
            worth = now.score - (left.score or 0.0)
        share = float(mixed[at]) / total if total else 0.0
        parts.append(Part(voter, share, _vote(graph, voter, node), worth))
    names = dict(zip(groups, hits.tolist(), strict=True))
    return Receipt(
        now.trust or 0.0, now.nearness or 0.0, now.score, names, parts, _nearest(graph, node, seeds)
    )


def _vote(graph: Graph, source: int, node: int) -> float:
    row = slice(graph.in_offsets[node], graph.in_offsets[node + 1])
    at = int(np.searchsorted(graph.in_sources[row], source))
    power = 1.0 if graph.in_weights is None else float(graph.in_weights[row][at])
    return power / float(graph.out_weight[source])


def _nearest(graph: Graph, node: int, groups: Sequence[Ints], most: int = 10) -> list[tuple[int, int]]:
    steps = distances(graph, node)
    seeds = np.concatenate(list(groups))
    reached = seeds[(steps[seeds] > 0)]
    order = np.lexsort((reached, steps[reached]))[:most]
    return [(int(seed), int(steps[seed])) for seed in reached[order]]


def changed(
    graph: Graph,
    node: int,
    groups: Sequence[Ints],
    scale: Scale,
    *,
    add: Iterable[int] = (),
    remove: Iterable[int] = (),
    weight: float = 1.0,
    reweigh: Mapping[int, float] | None = None,
    damping: float = 0.85,
) -> Change:
    """A node's score with links from `add` and without those from `remove`, exactly, everything else alike.

    An added link weighs `weight`, or adds that to the link that is there; `reweigh` gives links another.
    GraphError for unknown nodes.
    """
    _known(graph, node)
    after = edited(graph, node, list(add), list(remove), weight, reweigh)
    hits_from = column(after, node, damping=damping).hits
    hits_from[node] = 0.0
    hits = np.array([[hits_from[seeds].sum() / len(seeds)] for seeds in groups])
    steps = distances(after, node)
    near = np.mean([_nearness(steps, sampled(graph, seeds), node) for seeds in groups])
    trust = blend(hits)
    raw = combined(trust, np.array([near]))
    score = float(scale.score(raw)[0])
    return Change(float(trust[0]), float(near), None if np.isnan(score) else score)


def _nearness(steps: Ints, seeds: Ints, node: int) -> float:
    others = seeds[seeds != node]
    reached = steps[others][steps[others] > 0]
    return float((1 / reached).sum()) / max(len(others), 1)


def edited(
    graph: Graph,
    node: int,
    add: list[int],
    remove: list[int],
    weight: float = 1.0,
    reweigh: Mapping[int, float] | None = None,
) -> Graph:
    """The graph with links to a node from some nodes more, without those from others, or of other weights."""
    anew = reweigh or {}
    if not add and not remove and not anew:
        return graph
    for other in (*add, *remove, *anew):
        _known(graph, other)
    src, dst, weights = _links(graph)
    keep = ~((dst == node) & np.isin(src, [*remove, *anew]))
    given = {other: weight for other in add if other != node} | dict(anew)
    more = np.array(list(given), np.int64)
    return Graph.from_edges(
        np.append(src[keep], more),
        np.append(dst[keep], np.full(len(more), node)),
        graph.n,
        weights=np.append(weights[keep], np.array(list(given.values()), np.float64)),
    )


def _known(graph: Graph, node: int) -> None:
    if not 0 <= node < graph.n:
        found = f"node {node} in a graph of {graph.n} nodes"
        raise GraphError("explaining a score", found, "Use ids from 0 to n - 1")


def distances(graph: Graph, node: int) -> Ints:
    """Over how many links each node leads to this one, int64[n]; 0 at itself, −1 where it does not."""
    return _search_back(graph.in_offsets, graph.in_sources, node)


@njit(cache=True, nogil=True)
def _search_back(offsets: Ints, sources: Ids, node: int) -> Ints:
    steps = np.full(len(offsets) - 1, -1, np.int64)
    queue = np.empty(len(offsets), np.int64)
    queue[0], steps[node] = node, 0
    head, tail = 0, 1
    while head < tail:
        here = queue[head]
        head += 1
        for edge in range(offsets[here], offsets[here + 1]):
            source = sources[edge]
            if steps[source] < 0:
                steps[source] = steps[here] + 1
                queue[tail] = source
                tail += 1
    return steps
