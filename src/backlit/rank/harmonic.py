"""How near is everybody else to a node, following links towards it?

H(x) = Σ over y ≠ x of 1/d(y, x), unreachable nodes counting 0: raw sums, as Common Crawl publishes them.
- *Exact*: breadth-first search from 512 nodes at a time, one bit each (Then et al., "The More the Merrier",
  2015).
- *HyperBall* (Boldi and Vigna 2013): each node keeps a HyperLogLog counter of the nodes within distance t;
  round t + 1 takes the maximum over the counters of its in-neighbours. H(x) = Σ_t (B_t − B_{t−1})/t.

The first ball needs no estimate (1 + in-degree); the others are read with Ertl's estimator (2017), without
bias at small counts. A ball's standard error is 1.04/√registers, most of it common to all nodes that the same
crowd reaches, so places suffer less than values. Hashes are fixed, registers and sums are integers, and each
row has one writer: the result is the same bit for bit, whatever the number of threads.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import log, sqrt
from os import cpu_count

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from backlit.errors import GraphError
from backlit.rank.graph import Floats, Graph, Ids, Ints
from backlit.rank.pagerank import Ranks

__all__ = [
    "BALLS",
    "EXACT_UP_TO",
    "HarmonicRanks",
    "harmonic",
    "harmonic_graph",
    "nearness",
    "registers_within",
]

BALLS = 4  # distances at which ball sizes are kept: what spam features use (Becchetti et al. 2006)
# R-MAT, 11 links per node: exact takes 0.04 s at 2^13 nodes and 0.66 s at 2^15 (HyperBall 0.25 s and 0.87 s)
# and grows with the square; a chain, the worst shape, takes it 2.7 s at 20,000 nodes.
EXACT_UP_TO = 20_000
MIN_REGISTERS, MAX_REGISTERS = 16, 65_536
_WORDS = 8  # 512 searches at once: one cache line per node
_LONG_TAIL = 24  # rounds after which the few nodes still changing are looked up instead of looked for
_CHUNK = 1024  # rows that a thread takes at once

Words = NDArray[np.uint64]
Registers = NDArray[np.uint8]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class HarmonicRanks(Ranks):
    """Harmonic centrality with the sizes of the balls around each node, the node itself included.

    `residual` is the relative standard error of one ball: 0.0 when exact.
    """

    balls: Floats  # float64[4, n]: how many nodes reach x in at most 1, 2, 3, 4 links


def harmonic(
    src: ArrayLike, dst: ArrayLike, n: int, *, registers: int = 4096, exact: bool = False
) -> HarmonicRanks:
    """Harmonic centrality over in-distances from parallel arrays of node ids; links to oneself do not matter.

    HyperBall by default; it needs 2 · n · registers bytes. `exact=True` searches from every node.

    >>> harmonic([0, 1], [1, 2], 3, exact=True).scores.tolist()
    [0.0, 1.0, 1.5]

    Raises GraphError for ids out of range or a number of registers that is no power of two from 16 to 65,536.
    """
    return harmonic_graph(Graph.from_edges(src, dst, n), registers=registers, exact=exact)


def harmonic_graph(
    graph: Graph, *, registers: int = 4096, exact: bool | None = None, threads: int | None = None
) -> HarmonicRanks:
    """As `harmonic`, over a graph that was built before.

    `exact=None` is exact up to EXACT_UP_TO nodes. `threads` changes the time, never the result.
    """
    if registers not in _powers_of_two():
        raise _refuse(f"{registers} registers", f"Use a power of two from {MIN_REGISTERS} to {MAX_REGISTERS}")
    if threads is not None and threads < 1:
        raise _refuse(f"{threads} threads", "Use at least one, or None for all processors")
    parameters: dict[str, object] = {"nodes": graph.n, "edges": graph.edges}
    if exact or (exact is None and graph.n <= EXACT_UP_TO):
        scores, balls, rounds = _search(graph)
        return HarmonicRanks(scores, rounds, 0.0, True, "harmonic/exact", parameters, balls)
    parameters |= {"registers": registers, "hash": "splitmix64"}
    scores, balls, rounds = _HyperBall(graph, registers, threads or cpu_count() or 1).run()
    error = 1.04 / sqrt(registers)
    return HarmonicRanks(scores, rounds, error, True, "harmonic/hyperball", parameters, balls)


def registers_within(n: int, memory: int) -> int:
    """The most registers, up to 4,096, with which HyperBall over n nodes stays within `memory` bytes.

    >>> registers_within(1_000_000, 4 * 10**9)
    1024
    """
    fitting = [count for count in _powers_of_two() if count <= 4096 and 2 * n * count <= memory]
    if not fitting:
        least = 2 * n * MIN_REGISTERS
        raise _refuse(f"{memory} bytes for {n} nodes", f"HyperBall needs at least {least} bytes")
    return fitting[-1]


def _powers_of_two() -> list[int]:
    return [2**k for k in range(4, 17)]


def _refuse(found: str, do: str) -> GraphError:
    return GraphError("computing harmonic centrality", found, do)


def nearness(graph: Graph, groups: Sequence[Ints]) -> Floats:
    """How near the members of each group are to every node: Σ 1/d(member, node), float64[groups, n], exact.

    A member is not near to itself. This is harmonic centrality that counts the group and nobody else.
    """
    offsets, targets, _ = graph.out_csr()
    seen, now, after = (np.zeros((graph.n, _WORDS), np.uint64) for _ in range(3))
    sums, balls = np.zeros((len(groups), graph.n)), np.ones((BALLS, graph.n))
    for scores, members in zip(sums, groups, strict=True):
        for part in _batches(members[graph.out_degree[members] > 0]):
            _search_batch(offsets, targets, part, seen, now, after, scores, balls)
    return sums


def _batches(sources: Ints) -> Iterator[Ints]:
    for first in range(0, len(sources), 64 * _WORDS):
        yield sources[first : first + 64 * _WORDS]


def _search(graph: Graph) -> tuple[Floats, Floats, int]:
    offsets, targets, _ = graph.out_csr()
    scores, balls = np.zeros(graph.n), np.ones((BALLS, graph.n))
    seen, now, after = (np.zeros((graph.n, _WORDS), np.uint64) for _ in range(3))
    rounds = 0
    for part in _batches(np.flatnonzero(graph.out_degree)):
        depth = _search_batch(offsets, targets, part, seen, now, after, scores, balls)
        rounds = max(rounds, depth)
    return scores, balls, rounds


class _HyperBall:
    """The counters of one run: `now` holds round t, `after` round t + 1, and they change places."""

    def __init__(self, graph: Graph, registers: int, threads: int) -> None:
        self.graph, self.threads = graph, threads
        index, rank = _hashed(graph.n, registers)
        self.now = np.zeros((graph.n, registers), np.uint8)
        self.now[np.arange(graph.n), index] = rank
        self.after = np.zeros_like(self.now)
        self.after[np.arange(graph.n), index] = rank
        self.sizes = np.ones(graph.n)
        self.changed = np.zeros(graph.n, np.bool_)  # grew last round: differs in `after`
        self.grew = np.zeros(graph.n, np.bool_)
        arrays = (graph.in_offsets, graph.in_sources, index, rank, self.now, self.sizes, self.changed)
        self._each(np.arange(graph.n), lambda rows: _first_ball(rows, *arrays))
        self.scores = self.sizes - 1

    def run(self) -> tuple[Floats, Floats, int]:
        """Scores, balls and the distance after which no counter changed."""
        everyone = np.arange(self.graph.n)
        changed = np.flatnonzero(self.changed)
        out: tuple[Ints, Ids] | None = None
        balls = np.repeat(self.sizes[None], BALLS, axis=0)
        distance = 1 if len(changed) else 0
        while len(changed):
            if distance >= _LONG_TAIL and out is None:
                out = self.graph.out_csr()[:2]
            rows = everyone if out is None else _affected(changed, *out)
            changed = self._round(rows, changed, distance + 1)
            distance += len(changed) > 0
            balls[distance - 1 :] = self.sizes
        return self.scores, balls, distance

    def _round(self, rows: Ints, changed: Ints, distance: int) -> Ints:
        offsets, sources = self.graph.in_offsets, self.graph.in_sources

        def work(part: Ints) -> None:
            marks = self.changed, self.grew
            _grow(part, offsets, sources, distance, self.now, self.after, *marks, self.sizes, self.scores)

        self._each(rows, work)
        self.changed[changed] = False
        self.changed, self.grew = self.grew, self.changed
        self.now, self.after = self.after, self.now
        return rows[self.changed[rows]]

    def _each(self, rows: Ints, work: Callable[[Ints], None]) -> None:
        """Threads take disjoint chunks; the kernels release the interpreter lock."""
        size = max(_CHUNK, len(rows) // 256)
        parts = [rows[at : at + size] for at in range(0, len(rows), size)]
        if self.threads == 1 or len(parts) == 1:
            for part in parts:
                work(part)
            return
        with ThreadPoolExecutor(self.threads) as pool:
            list(pool.map(work, parts))


def _hashed(n: int, registers: int) -> tuple[Ints, Registers]:
    """Which register each node falls in and what it puts there (splitmix64, Steele et al. 2014)."""
    bits = registers.bit_length() - 1
    mixed = (np.arange(n, dtype=np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    rest = mixed & np.uint64(2 ** (64 - bits) - 1)
    lowest = rest & (~rest + np.uint64(1))
    rank = np.frexp(lowest.astype(np.float64))[1]
    highest = 62 - bits  # so that the integer sums of _size fit; reached once in 2^highest nodes
    rank[(rest == 0) | (rank > highest)] = highest
    return (mixed >> np.uint64(64 - bits)).astype(np.int64), rank.astype(np.uint8)


def _affected(changed: Ints, offsets: Ints, targets: Ids) -> Ints:
    """The changed nodes (whose spare rows are stale) and those they link to."""
    counts = offsets[changed + 1] - offsets[changed]
    starts = np.cumsum(counts) - counts
    edges = np.repeat(offsets[changed] - starts, counts) + np.arange(counts.sum())
    return np.union1d(changed, targets[edges]).astype(np.int64)


@njit(cache=True, nogil=True)
def _first_ball(
    rows: Ints,
    offsets: Ints,
    sources: Ids,
    index: Ints,
    rank: Registers,
    now: Registers,
    sizes: Floats,
    changed: Flags,
) -> None:
    """Count the nodes at distance 1 exactly and put them in the counters, register by register."""
    for row in rows:
        for edge in range(offsets[row], offsets[row + 1]):
            source = sources[edge]
            if source != row:
                sizes[row] += 1
                changed[row] = True
                register = index[source]
                now[row, register] = max(now[row, register], rank[source])


@njit(cache=True, nogil=True)
def _grow(
    rows: Ints,
    offsets: Ints,
    sources: Ids,
    distance: int,
    now: Registers,
    after: Registers,
    changed: Flags,
    grew: Flags,
    sizes: Floats,
    scores: Floats,
) -> None:
    """One round for these rows: take in the counters of in-neighbours that changed, and book what is new."""
    for row in rows:
        mine = after[row]
        if changed[row]:
            mine[:] = now[row]
        different = np.uint8(0)
        for edge in range(offsets[row], offsets[row + 1]):
            if changed[sources[edge]]:
                theirs = now[sources[edge]]
                for register in range(len(mine)):
                    larger = max(mine[register], theirs[register])
                    different |= larger ^ mine[register]
                    mine[register] = larger
        if different:
            grew[row] = True
            size = min(max(_size(mine), sizes[row]), float(len(sizes)))
            scores[row] += (size - sizes[row]) / distance
            sizes[row] = size


@njit(cache=True, nogil=True)
def _size(counter: Registers) -> float:
    """Ertl's improved estimator without its upper correction: 62 bits never saturate. Sums are integers."""
    count = len(counter)
    top = np.int64(62) - np.int64(round(log(count) / log(2.0)))
    total, empty = np.int64(0), np.int64(0)
    for register in range(count):
        total += np.int64(1) << (top - np.int64(counter[register]))
        empty += counter[register] == 0
    share = empty / count
    if share == 1.0:
        return 0.0
    small, power, before = share, 1.0, -1.0
    while small != before:
        share *= share
        before = small
        small += share * power
        power += power
    filled = total / 2.0**top - empty
    return count * count / (2 * log(2.0) * (count * small + filled))


@njit(cache=True, nogil=True)
def _search_batch(
    offsets: Ints,
    targets: Ids,
    sources: Ints,
    seen: Words,
    now: Words,
    after: Words,
    scores: Floats,
    balls: Floats,
) -> int:
    """Search from up to 512 nodes at once; `now` and `after` are zero before and afterwards."""
    n = len(seen)
    active, touched = np.empty(n, np.int64), np.empty(n, np.int64)
    queued = np.zeros(n, np.bool_)
    seen[:] = 0
    count = len(sources)
    for start in range(count):
        bit = np.uint64(1) << np.uint64(start % 64)
        seen[sources[start], start // 64] = bit
        now[sources[start], start // 64] = bit
        active[start] = sources[start]
    distance = 0
    while count:
        distance += 1
        reached = _spread(offsets, targets, active[:count], now, after, queued, touched)
        for at in range(count):
            now[active[at]] = 0
        count = 0
        for at in range(reached):
            node = touched[at]
            queued[node] = False
            new = _settle(seen[node], now[node], after[node])
            if new:
                active[count] = node
                count += 1
                scores[node] += new / distance
                for ball in range(distance - 1, len(balls)):
                    balls[ball, node] += new
    return distance - 1


@njit(cache=True, nogil=True)
def _spread(
    offsets: Ints, targets: Ids, active: Ints, now: Words, after: Words, queued: Flags, touched: Ints
) -> int:
    """Send each active node's bits along its out-links; returns how many nodes were touched."""
    reached = 0
    for node in active:
        for edge in range(offsets[node], offsets[node + 1]):
            target = targets[edge]
            if not queued[target]:
                queued[target] = True
                touched[reached] = target
                reached += 1
            for word in range(now.shape[1]):
                after[target, word] |= now[node, word]
    return reached


@njit(cache=True, nogil=True)
def _settle(seen: Words, now: Words, after: Words) -> int:
    """Keep the bits that are new to this node; returns how many."""
    new = 0
    for word in range(len(seen)):
        bits = after[word] & ~seen[word]
        after[word] = 0
        now[word] = bits
        seen[word] |= bits
        while bits:
            bits &= bits - np.uint64(1)
            new += 1
    return new
