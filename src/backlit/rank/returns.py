"""How often does a walk come back to where it began?

z_vv = 1/(1 − c), where c is the probability that a walk from v comes back to v before it stops: what every
rank that counts visits gives a node for its own loops, up to 3.6 times as much as it is due.

c is found backwards from v ("local pushback", see `backlit.rank.push`): a push at u settles the probability
of coming from u to v that has arrived there, and hands its in-neighbours their part. Whatever stays below a
threshold ε when pushing stops can add at most ε/(1 − α) to c. Only the core of the graph is walked: a node
without in-links is not come back to.

The links read for all nodes together are at most links / ((1 − α) · ε), however large the graph is: few
nodes are reached with a probability above ε from any one. A single node that all others lead to could still
cost the whole graph, so thresholds fall in steps, and once a node has read `MOST` links no further step is
begun: what that leaves open is known per node, and told.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from os import cpu_count

import numpy as np
from numba import njit

from backlit.rank.core import Core, core_of
from backlit.rank.graph import Floats, Graph, Ids, Ints
from backlit.rank.solve import Goal, solve

__all__ = ["MOST", "Returns", "found_returns", "returns"]

MOST = 250_000  # links read for one node, after which its threshold falls no further
_FIRST = 0.03  # the threshold that every node is worked out to
_STEP = 3.0
_SEEN = 1e-300  # what is left at a node that was pushed: nothing, but it has been here
#: Of solving for one node: about so many sweeps, beside the time in which so many links are read. A link is
#: read so much faster in a sweep than in a push.
_SWEEPS, _ASIDE, _FASTER = 20, 1_000_000, 8


@dataclass(frozen=True, slots=True, eq=False)
class Returns:
    """How often walks come back, and how much more often they could."""

    times: Floats  # float64[n]: z_vv, never overstated; 1 for nodes that were not asked for
    open: Floats  # float64[n]: at most this share of the true z_vv is missing


def returns(
    graph: Graph,
    *,
    nodes: Ints | None = None,
    damping: float = 0.85,
    precision: float = 1e-3,
    threads: int | None = None,
) -> Floats:
    """z_vv of every node, or of some (1 for the rest), each at most a share precision/(1 − α) too low."""
    core = core_of(graph, damping, threads=threads)
    wanted = np.arange(graph.n) if nodes is None else nodes
    return found_returns(graph, core, wanted, damping, precision, most=None, threads=threads).times


def found_returns(
    graph: Graph,
    core: Core,
    nodes: Ints,
    damping: float,
    precision: float,
    *,
    most: int | None = MOST,
    threads: int | None = None,
) -> Returns:
    """z_vv of some nodes; none reads more than about `most` links beyond what the first threshold takes.

    Each node is worked out alone, so the number of threads changes the time and not one bit. Nodes that ask
    for so much that solving the whole equation for each is faster are solved for.
    """
    found = Returns(np.ones(graph.n), np.zeros(graph.n))
    rows = _rows(graph, core)[nodes]
    rows = rows[rows >= 0]
    if not len(rows):
        return found
    if _SWEEPS * core.links + _ASIDE < _FASTER * _reads(core, damping, precision):
        _solved(graph, core, rows, Goal(damping, max(precision / 10, 1e-13), 1000), found, threads)
    else:
        _pushed(core, rows, damping, precision, most, found, threads)
    return found


def _rows(graph: Graph, core: Core) -> Ints:
    """Where the core has each node of the graph, -1 where it has not."""
    rows = np.full(graph.n, -1, np.int64)
    rows[core.ids] = np.arange(len(core.ids))
    return rows


def _reads(core: Core, damping: float, precision: float) -> float:
    """About how many links are read in pushing for one node: the mean's bound, or the whole graph's."""
    mean = core.links / len(core.ids) / precision / (1 - damping)
    return min(mean, core.links * np.log(precision) / np.log(damping)) if damping > 0 else 0.0


def _solved(graph: Graph, core: Core, rows: Ints, goal: Goal, found: Returns, threads: int | None) -> None:
    def work(part: Ints) -> None:
        start = np.zeros(graph.n)
        for node in core.ids[part]:
            start[node] = 1.0
            visits, _, error = solve(graph, core, goal, start, threads=1)
            missing = error * visits.sum()
            found.times[node] = max(visits[node] - missing, 1.0)
            found.open[node] = 2 * missing
            start[node] = 0.0

    _share(rows, threads, work)


def _pushed(
    core: Core,
    rows: Ints,
    damping: float,
    precision: float,
    most: int | None,
    found: Returns,
    threads: int | None,
) -> None:
    thresholds, budget = _thresholds(precision), np.iinfo(np.int64).max if most is None else most

    def work(part: Ints) -> None:
        count = len(core.ids)
        records = np.zeros((count, 2))  # what is read together lies together
        records[:, 0] = core.step[core.ids]
        queue, touched = np.empty(count + 1, np.int64), np.empty(count, np.int64)
        given = (core.starts, core.ends, core.sources, core.weights, records)
        for row in part:
            back, threshold = _come_back(*given, row, thresholds, budget, queue, touched)
            node = core.ids[row]
            found.times[node] = 1 / (1 - min(back, 1 - 1e-12))
            found.open[node] = threshold / (1 - damping)

    _share(rows, threads, work)


def _thresholds(precision: float) -> Floats:
    """From the first down to the precision asked for."""
    steps = [precision]
    while steps[-1] * _STEP <= _FIRST:
        steps.append(steps[-1] * _STEP)
    return np.array(steps[::-1])


def _share(rows: Ints, threads: int | None, work: Callable[[Ints], None]) -> None:
    """Deal rows out to threads; neighbours cost alike, so every thread gets of all."""
    many = max(1, min(threads or cpu_count() or 1, len(rows)))
    parts = [rows[at::many] for at in range(many)]
    if many == 1:
        work(parts[0])
        return
    with ThreadPoolExecutor(many) as pool:
        list(pool.map(work, parts))


@njit(cache=True, nogil=True)
def _come_back(
    starts: Ints,
    ends: Ints,
    sources: Ids,
    weights: Floats,
    records: Floats,
    target: int,
    thresholds: Floats,
    most: int,
    queue: Ints,
    touched: Ints,
) -> tuple[float, float]:
    """What comes back to `target`, and the threshold below which everything is that is left.

    `records` hold each node's step and what is left at it, 0 if nothing ever was; they are as before after.
    """
    size, count, back, reads, reached = len(queue), 1, 0.0, 0, thresholds[0]
    touched[0] = target
    records[target, 1] = 1.0
    for threshold in thresholds:
        if reads > most:
            break
        reached, head, tail = threshold, 0, 0
        for at in range(count):
            if records[touched[at], 1] > threshold:
                queue[tail] = touched[at]
                tail += 1
        while head != tail:
            node = queue[head]
            head = head + 1 if head + 1 < size else 0
            amount = records[node, 1]
            records[node, 1] = _SEEN
            reads += ends[node] - starts[node]
            for edge in range(starts[node], ends[node]):
                source = sources[edge]
                given = amount * records[source, 0]
                if len(weights):
                    given *= weights[edge]
                if source == target:
                    back += given
                    continue
                before = records[source, 1]
                records[source, 1] = before + given
                if before == 0.0:
                    touched[count] = source
                    count += 1
                if before <= threshold < before + given:
                    queue[tail] = source
                    tail = tail + 1 if tail + 1 < size else 0
    for at in range(count):
        records[touched[at], 1] = 0.0
    return back, reached
