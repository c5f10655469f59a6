"""Which part of a graph has to be swept to solve (I − αPᵀ)y = b, in which order, and in which blocks?

Only the *core* is swept, the nodes with in-links and out-links: nodes without in-links have y = b, nodes
without out-links feed nobody (lumping, Ipsen and Selee 2007). The order of its nodes decides about speed:
- most in-links first: what is read most lies together, and neighbouring rows are about as long, so a
  processor guesses where they end (cnr-2000: 2.4 ms a sweep instead of 3.2);
- a large core is dealt into four blocks of about as much work, which threads sweep side by side. Where ids
  lie near to one another because their nodes link to one another, as those of a web's sorted addresses do,
  blocks are stretches of ids, and most-linked-first holds within each: little groups of nodes that only lead
  to one another stay in one block, and are swept at the speed of one (cnr-2000: 36 sweeps instead of 59).

Blocks depend on the graph and not on the number of threads, so neither does any result.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from os import cpu_count

import numpy as np
from numba import njit

from backlit.rank.graph import Floats, Graph, Ids, Ints

__all__ = ["NO_WEIGHTS", "Core", "Each", "core_of", "pull", "step_of", "weights_of", "workers"]

Each = Callable[[Callable[[int], object], int], list[object]]  # results of pieces of work, in their order

NO_WEIGHTS = np.empty(0)  # for the kernels, which want one type
_UINT32_MAX = 2**32 - 1  # an unsigned id is never counted from the end, which saves a sixth of a sweep
_BLOCKS = 4
_ONE_BLOCK = 1_000_000  # links up to which a core is one block: threads would wait for one another
_A_ROW = 8  # links that are read in the time that a row takes beside them
_PIECES = 64  # of the work that puts rows in order
_LOCAL = 0.75  # the share of links within stretches of ids from which ids lie near (at random: 0.25)
_LOOKED_AT = 16  # every so many-th node is asked


@dataclass(frozen=True, slots=True, eq=False)
class Core:
    """The nodes with in-links and out-links, in the order of sweeps, and the links that lead to them.

    Row x has room from `starts[x]` to `starts[x + 1]`: first, up to `ends[x]`, its sources in the core by
    their place there; then its sources outside, by their id in the graph. Blocks are cut at rows `cuts`.
    """

    ids: Ints
    starts: Ints
    ends: Ints
    cuts: Ints
    sources: Ids
    weights: Floats
    step: Floats  # per node of the graph: α / out-weight, 0 for dangling nodes
    flow: Floats  # [core nodes, blocks]: the part of a node's value that goes into each block
    late: Floats  # per core node: the part of it that is read in the next sweep only
    leaves: Ints  # the nodes of the graph that have in-links and no out-links

    @property
    def links(self) -> int:
        """How many links a sweep reads."""
        return int((self.ends - self.starts[:-1]).sum())


def step_of(graph: Graph, damping: float) -> Floats:
    """α / out-weight of each node, 0 for dangling nodes."""
    step: Floats = damping / np.where(graph.out_weight == 0, np.inf, graph.out_weight)
    return step


def pull(graph: Graph, share: Floats, rows: Ints | None = None) -> Floats:
    """What nodes (all, or `rows`) get if every node sends `share`, times a link's weight, along its links."""
    wanted = np.arange(graph.n) if rows is None else rows
    return _pull(wanted, graph.in_offsets, graph.in_sources, weights_of(graph), share)


def weights_of(graph: Graph) -> Floats:
    """The weights of its links as kernels want them: none where all weigh 1."""
    return NO_WEIGHTS if graph.in_weights is None else graph.in_weights


@contextmanager
def workers(threads: int | None, most: int) -> Iterator[Each]:
    """Threads for work that releases the interpreter lock, at most `most`: None for as many as processors."""
    many = min(threads or cpu_count() or 1, most)
    if many <= 1:
        yield lambda work, count: [work(at) for at in range(count)]
        return
    with ThreadPoolExecutor(many) as pool:
        yield lambda work, count: list(pool.map(work, range(count)))


def core_of(graph: Graph, damping: float, *, threads: int | None = None) -> Core:
    """The part of the graph that has to be swept; made once, it serves any number of solutions."""
    in_degree, dangling = np.diff(graph.in_offsets), graph.out_weight == 0
    ids, cuts = _order(graph, np.flatnonzero((in_degree > 0) & ~dangling), in_degree)
    place = np.full(graph.n, -1, graph.in_sources.dtype)
    place[ids] = np.arange(len(ids))
    starts = np.zeros(len(ids) + 1, np.int64)
    np.cumsum(in_degree[ids], out=starts[1:])
    ends, weights = np.empty(len(ids), np.int64), weights_of(graph)
    sources = np.empty(starts[-1], np.uint32 if graph.n <= _UINT32_MAX else np.int64)
    kept = np.empty(starts[-1] if len(weights) else 0)
    given = (graph.in_offsets, graph.in_sources, weights, ids, place, starts, ends, sources, kept)
    pieces, blocks = _cut(starts, _PIECES), len(cuts) - 1
    flow, late = np.zeros((len(ids), blocks)), np.zeros(len(ids))
    with workers(threads, _PIECES) as each:
        each(lambda at: _put_in_order(pieces[at], pieces[at + 1], *given), len(pieces) - 1)
        rows = (starts, ends, sources, kept)
        each(lambda at: _count_flow(at, cuts, *rows, flow, late), blocks)
    step = step_of(graph, damping)
    for at in range(blocks):  # what other blocks read of it, they read later
        block = slice(cuts[at], cuts[at + 1])
        late[block] += np.delete(flow[block], at, axis=1).sum(axis=1)
    flow *= step[ids, None]
    late *= step[ids]
    leaves = np.flatnonzero((in_degree > 0) & dangling)
    return Core(ids, starts, ends, cuts, sources, kept, step, flow, late, leaves)


def _order(graph: Graph, inside: Ints, in_degree: Ints) -> tuple[Ints, Ints]:
    """The nodes of the core as they are swept, and the rows at which blocks begin and end."""
    starts = np.zeros(len(inside) + 1, np.int64)
    np.cumsum(in_degree[inside], out=starts[1:])
    if starts[-1] > _ONE_BLOCK:
        cuts = _cut(starts, _BLOCKS)
        block = np.full(graph.n, -1, np.int8)
        block[inside] = np.searchsorted(cuts, np.arange(len(inside)), side="right") - 1
        if _within(inside[::_LOOKED_AT], graph.in_offsets, graph.in_sources, block) >= _LOCAL:
            return inside[np.lexsort((-in_degree[inside], block[inside]))], cuts
    ids = inside[np.argsort(-in_degree[inside], kind="stable")]
    np.cumsum(in_degree[ids], out=starts[1:])
    return ids, _cut(starts, _BLOCKS if starts[-1] > _ONE_BLOCK else 1)


def _cut(starts: Ints, parts: int) -> Ints:
    """Where rows are cut into parts of about as much work."""
    work = starts + _A_ROW * np.arange(len(starts))
    wanted = np.linspace(0, work[-1], parts + 1)
    return np.unique(np.append(np.searchsorted(work, wanted), len(starts) - 1)).astype(np.int64)


@njit(cache=True, nogil=True)
def _within(nodes: Ints, offsets: Ints, sources: Ids, block: Ids) -> float:
    """The share of the links to some nodes, from the core, that come from their own block."""
    near, links = 0, 0
    for node in nodes:
        for edge in range(offsets[node], offsets[node + 1]):
            near += block[sources[edge]] == block[node]
            links += block[sources[edge]] >= 0
    return near / max(links, 1)


@njit(cache=True, nogil=True)
def _pull(rows: Ints, offsets: Ints, sources: Ids, weights: Floats, share: Floats) -> Floats:
    """What some rows get from their in-links."""
    result = np.empty(len(rows))
    for at in range(len(rows)):
        total = 0.0
        for edge in range(offsets[rows[at]], offsets[rows[at] + 1]):
            total += share[sources[edge]] * (weights[edge] if len(weights) else 1.0)
        result[at] = total
    return result


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
    """Fill some rows of the core: sources inside in front, those outside behind."""
    for row in range(first, last):
        front, back = starts[row], starts[row + 1]
        for edge in range(offsets[ids[row]], offsets[ids[row] + 1]):
            source = place[sources[edge]]
            if source >= 0:
                at = front
                front += 1
            else:
                back -= 1
                at = back
                source = sources[edge]
            ordered[at] = source
            if len(weights):
                kept[at] = weights[edge]
        ends[row] = front


@njit(cache=True, nogil=True)
def _count_flow(
    block: int,
    cuts: Ints,
    starts: Ints,
    ends: Ints,
    sources: Ids,
    weights: Floats,
    flow: Floats,
    late: Floats,
) -> None:
    """What each node's links into one block weigh; and those within it that lead to an earlier row."""
    for row in range(cuts[block], cuts[block + 1]):
        for edge in range(starts[row], ends[row]):
            source, weight = np.int64(sources[edge]), weights[edge] if len(weights) else 1.0
            flow[source, block] += weight
            if row <= source < cuts[block + 1]:
                late[source] += weight
