"""Who does a node owe its rank to, and what of it does it owe to itself?

Seen from one target v, worked out backwards along links and only as far as it matters ("local pushback",
Andersen, Borgs, Chayes, Hopcroft, Mirrokni, Teng 2007; P is row-stochastic, Z = (I − αP)⁻¹):

- *Contributions*: column v of Z: how often a walk that begins at u visits v. PageRank is their mean.
- *Hits*: z_uv / z_vv, the probability that a walk from u comes to v at all before it stops (Hopcroft and
  Sheldon 2008). It does not depend on v's own links: whoever links back, and however often, adds nothing.
- *Returns*: z_vv, one more than the number of times a walk comes back to v. A farm that v links to and that
  links back lifts z_vv, up to 3.6 at α = 0.85, and every visit-counting rank of v with it.
- *Robust PageRank* (Andersen et al., AIRWeb 2008): contributions capped at a share δ of the whole. A farm of
  few strong supporters loses nearly all of it, a site with a broad public nothing.
- *Worth of a link*: what v's PageRank loses without it, exactly, by the formula of Sherman and Morrison.

A push at u settles what has arrived there and hands its in-neighbours their part. What is left over when
pushing stops is below ε everywhere, so no contribution is off by more than ε/(1 − α), and never upwards.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from backlit.errors import GraphError
from backlit.rank.core import core_of, weights_of
from backlit.rank.graph import Floats, Graph, Ids, Ints
from backlit.rank.pagerank import pagerank_graph
from backlit.rank.solve import Goal, solve

__all__ = ["Column", "Robust", "column", "link_worth", "robust_pagerank", "robust_pagerank_graph"]

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """How walks from everywhere fare with one target."""

    target: int
    hits: Floats  # float64[n]: the probability of coming to the target, 1 at the target itself
    returns: float  # z of the target with itself, at least 1

    @property
    def contributions(self) -> Floats:
        """float64[n]: how often a walk from each node visits the target."""
        return self.hits * self.returns


@dataclass(frozen=True, slots=True, eq=False)
class Robust:
    """PageRank with and without the cap on what one supporter gives; NaN for nodes not asked for."""

    pagerank: Floats  # float64[n]
    robust: Floats  # float64[n], at most pagerank
    supporters: Ints  # int64[n]: how many give more than the share δ


def _refuse(found: str, do: str) -> GraphError:
    return GraphError("pushing back from a target", found, do)


def column(graph: Graph, target: int, *, damping: float = 0.85, precision: float = 1e-13) -> Column:
    """Hits and returns of one target; each is at most precision/(1 − damping) too low."""
    if not 0 <= target < graph.n:
        raise _refuse(f"node {target} in a graph of {graph.n} nodes", "Use ids from 0 to n - 1")
    desk = _Desk(graph, damping)
    back, _ = desk.push(target, precision)
    hits = desk.value.copy()
    hits += desk.left  # what arrived and was too small to be handed on is settled where it is
    hits[target] = 1.0
    return Column(target, hits, 1 / (1 - back))


def robust_pagerank(
    src: ArrayLike,
    dst: ArrayLike,
    n: int,
    *,
    weights: ArrayLike | None = None,
    delta: float = 1e-3,
    damping: float = 0.85,
    nodes: ArrayLike | None = None,
    precision: float = 0.1,
    threads: int | None = None,
) -> Robust:
    """PageRank in which no supporter counts for more than the share `delta` of a node's own.

    `nodes` limits the work to some nodes. Pushing stops where less than `precision` caps are left; a cap is
    the share `delta` of a node's visits. A low ratio robust/pagerank marks a node of few, strong supporters,
    and means little for nodes that hardly anybody links to. A farm of more than 1/delta equal domains stays
    below the cap.

    Raises GraphError for ids or weights that make no sense, or a delta outside 0 to 1.
    """
    graph = Graph.from_edges(src, dst, n, weights=weights)
    how = {"delta": delta, "damping": damping, "precision": precision}
    return robust_pagerank_graph(graph, **how, nodes=nodes, threads=threads)


def robust_pagerank_graph(
    graph: Graph,
    *,
    delta: float = 1e-3,
    damping: float = 0.85,
    nodes: ArrayLike | None = None,
    precision: float = 0.1,
    threads: int | None = None,
) -> Robust:
    """As `robust_pagerank`, over a graph that was built before."""
    if not 0 < delta < 1:
        raise _refuse(f"delta {delta}", "Use a share between 0 and 1, such as 1e-3")
    asked = np.arange(graph.n) if nodes is None else np.asarray(nodes, np.int64)
    if len(asked) and not (asked.min() >= 0 and asked.max() < graph.n):
        raise _refuse(f"nodes in a graph of {graph.n}", "Use ids from 0 to n - 1")
    if not graph.n:
        return Robust(np.empty(0), np.empty(0), np.zeros(0, np.int64))
    visited, _, _ = solve(
        graph,
        core_of(graph, damping, threads=threads),
        Goal(damping, 1e-12, 1000),
        np.ones(graph.n),
        threads=threads,
    )
    whole = visited / visited.sum()
    capped, counted = np.full(graph.n, np.nan), np.zeros(graph.n, np.int64)

    def work(desk: _Desk, part: Ints) -> None:
        for node in part:
            cap = delta * visited[node]
            back, touched = desk.push(int(node), precision * cap)
            above, many = desk.above(touched, cap, 1 / (1 - back))
            desk.clear(touched)
            capped[node] = max(visited[node] - above, 0.0) / visited[node] * whole[node]
            counted[node] = many

    _share(graph, damping, asked, threads, work)
    return Robust(whole, capped, counted)


def link_worth(graph: Graph, src: int, dst: int, *, damping: float = 0.85) -> float:
    """What the PageRank of `dst` (of a sum of 1) would lose without the link from `src`; negative for a gain.

    Exact up to rounding: the source's vote is shared out anew among its other links, loops included
    (Sherman–Morrison; Avrachenkov and Litvak 2006).

    Raises GraphError where there is no such link.
    """
    row = _row_change(graph, src, dst)
    ranks = pagerank_graph(graph, damping=damping, tol=1e-14)
    return _worth(graph, ranks.scores, src, dst, row, damping)


def _row_change(graph: Graph, src: int, dst: int) -> tuple[Ids, Floats]:
    """What the source's row of P loses and gains if the link goes: targets, and the change at each."""
    if not (0 <= src < graph.n and 0 <= dst < graph.n):
        raise _refuse(f"a link {src} → {dst} in a graph of {graph.n} nodes", "Use ids from 0 to n - 1")
    offsets, targets, weights = graph.out_csr()
    row = slice(offsets[src], offsets[src + 1])
    ids = targets[row]
    power = np.ones(len(ids)) if weights is None else weights[row]
    gone = ids == dst
    if not gone.any():
        raise _refuse(f"no link from node {src} to node {dst}", "Ask for a link of the graph")
    left = power[~gone].sum()
    after = np.where(gone, 0.0, power / left if left > 0 else 0.0)
    return ids, after - power / power.sum()


def _worth(
    graph: Graph, scores: Floats, src: int, dst: int, row: tuple[Ids, Floats], damping: float
) -> float:
    """Both the target's visits and the sum of all, which PageRank is scaled by, change by one rank-1 step."""
    ids, change = row
    to_target = column(graph, dst, damping=damping).contributions
    to_source = column(graph, src, damping=damping).contributions
    lengths = _walk_lengths(graph, damping)
    step = damping * scores[src] / (1 - damping * float(change @ to_source[ids]))
    target = scores[dst] + step * float(change @ to_target[ids])
    total = 1.0 + step * float(change @ lengths[ids])
    return float(scores[dst] - target / total)


def _walk_lengths(graph: Graph, damping: float) -> Floats:
    """How many nodes a walk from each node visits before it stops: Z · 1, by Gauss–Seidel."""
    offsets, targets, weights = graph.out_csr()
    lengths = np.full(graph.n, 1.0)
    given = np.empty(0) if weights is None else weights
    change = 1.0
    while change > 1e-14 / (1 - damping):
        change = _lengthen(offsets, targets, given, graph.out_weight, damping, lengths)
    return lengths


class _Desk:
    """What one thread needs to push back from one target after another."""

    def __init__(self, graph: Graph, damping: float) -> None:
        weights = weights_of(graph)
        step = np.divide(damping, graph.out_weight, out=np.zeros(graph.n), where=graph.out_weight > 0)
        self._links = graph.in_offsets, graph.in_sources, weights, step
        self.value, self.left = np.zeros(graph.n), np.zeros(graph.n)
        self._queue, self._touched = np.empty(graph.n + 1, np.int64), np.empty(graph.n, np.int64)
        self._waits, self._known = np.zeros(graph.n, np.bool_), np.zeros(graph.n, np.bool_)

    def push(self, target: int, precision: float) -> tuple[float, Ints]:
        """The probability of coming back, and the nodes whose `value` and `left` are set; `clear` those."""
        marks = self._waits, self._known
        back, count = _push(
            *self._links, target, precision, self.value, self.left, self._queue, self._touched, *marks
        )
        return min(back, 1 - 1e-12), self._touched[:count]

    def above(self, touched: Ints, cap: float, factor: float) -> tuple[float, int]:
        """By how much contributions (the target's own 1 included) are above the cap, and how many are."""
        given = (self.value[touched] + self.left[touched]) * factor
        large = given > cap
        return float((given[large] - cap).sum()), int(large.sum())

    def clear(self, touched: Ints) -> None:
        for array in (self.value, self.left, self._known):
            array[touched] = 0


def _share(
    graph: Graph, damping: float, nodes: Ints, threads: int | None, work: Callable[[_Desk, Ints], None]
) -> None:
    """Deal the nodes out to threads, each with a desk of its own."""
    many = max(1, min(threads or cpu_count() or 1, len(nodes)))
    parts = [nodes[at::many] for at in range(many)]
    if many == 1:
        work(_Desk(graph, damping), parts[0])
        return
    with ThreadPoolExecutor(many) as pool:
        list(pool.map(lambda part: work(_Desk(graph, damping), part), parts))


@njit(cache=True, nogil=True)
def _push(
    offsets: Ints,
    sources: Ids,
    weights: Floats,
    step: Floats,
    target: int,
    precision: float,
    value: Floats,
    left: Floats,
    queue: Ints,
    touched: Ints,
    waits: Flags,
    known: Flags,
) -> tuple[float, int]:
    """First visits to `target`, first come first served; returns what comes back, and how many nodes knew.

    Nodes that nobody links to have nothing to hand on: what arrives there stays in `left`, exact as it is.
    """
    size, head, tail, count, back = len(queue), 0, 1, 1, 0.0
    queue[0], touched[0] = target, target
    left[target], known[target], waits[target] = 1.0, True, True
    while head != tail:
        node = queue[head]
        head = (head + 1) % size
        waits[node] = False
        amount = left[node]
        left[node] = 0.0
        value[node] += amount
        for edge in range(offsets[node], offsets[node + 1]):
            source = sources[edge]
            given = amount * step[source] * (weights[edge] if len(weights) else 1.0)
            if source == target:
                back += given
                continue
            left[source] += given
            if not known[source]:
                known[source] = True
                touched[count] = source
                count += 1
            if left[source] > precision and not waits[source] and offsets[source] < offsets[source + 1]:
                waits[source] = True
                queue[tail] = source
                tail = (tail + 1) % size
    return back, count


@njit(cache=True, nogil=True)
def _lengthen(
    offsets: Ints, targets: Ids, weights: Floats, out_weight: Floats, damping: float, lengths: Floats
) -> float:
    """One sweep of l = 1 + αPl; returns the largest change."""
    change = 0.0
    for node in range(len(lengths)):
        total = 0.0
        for edge in range(offsets[node], offsets[node + 1]):
            total += lengths[targets[edge]] * (weights[edge] if len(weights) else 1.0)
        after = 1.0 + (damping * total / out_weight[node] if out_weight[node] else 0.0)
        change = max(change, abs(after - lengths[node]))
        lengths[node] = after
    return change
