"""Does a graph of ten million nodes and a hundred million links fit a small machine, and in what time?

The links (R-MAT, ids folded into the number of nodes) are written to files first. A process of its own then
builds the graph, ranks it by PageRank and by harmonic centrality, and tells its seconds and peak of memory;
then by trust from seeds, loops corrected.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from benchmarks.corpora import scratch
from benchmarks.rmat import rmat

__all__ = ["run"]

_AT_ONCE = 10_000_000  # links that are made at once
_REGISTERS = 64
_TOL = 1e-6
_GROUPS, _SEEDS = 5, 200
_COMMON_CRAWL = (120e6, 4.4e9)  # domains and edges of a domain graph


def run(nodes: int = 10_000_000, edges: int = 100_000_000) -> list[dict[str, Any]]:
    """Seconds of each step and of all, gigabytes at the peak, and what these say of Common Crawl's graph."""
    folder = scratch()
    _write(folder, nodes, edges)
    command = [sys.executable, "-m", "benchmarks.web_scale", str(folder), str(nodes)]
    said = subprocess.run(command, check=True, capture_output=True, cwd=Path(__file__).parents[1])
    told = json.loads(said.stdout)
    size = f"{nodes / 1e6:g} M nodes, {edges / 1e6:g} M links"
    rows = [
        _row(f"{step}, {size}", told[name], "s")
        for step, name in (
            ("graph from two files of ids", "build"),
            (f"PageRank to an L1 error of {_TOL:g}", "pagerank"),
            (f"harmonic centrality, {_REGISTERS} registers", "harmonic"),
            ("all three", "all"),
            (f"trust from {_GROUPS} groups of {_SEEDS} seeds, loops corrected", "trust"),
        )
    ]
    rows.append(_row(f"peak of memory of all three, {size}", told["peak"] / 1e9, "GB"))
    return rows + _projected(told)


def _projected(told: dict[str, float]) -> list[dict[str, Any]]:
    """What the graph holds per node and link, and with HyperBall's counters, at Common Crawl's size."""
    nodes, edges = _COMMON_CRAWL
    counters = 2 * _REGISTERS
    whole = nodes * (told["per_node"] + counters) + edges * told["per_edge"]
    return [
        _row("the graph, per link", told["per_edge"], "bytes"),
        _row("the graph, per node", told["per_node"], "bytes"),
        _row(f"HyperBall's counters of {_REGISTERS} registers, per node", counters, "bytes"),
        _row("projected: graph and counters of 120 M domains and 4.4 bn links", whole / 1e9, "GB"),
    ]


def _row(name: str, figure: float, unit: str) -> dict[str, Any]:
    return {"name": name, "figure": figure, "unit": unit, "runs": 1, "peers": {}, "ratio": {}}


def _write(folder: Path, nodes: int, edges: int) -> None:
    """Sources and targets as int32, in pieces from a seed each: making them takes more than ranking does."""
    scale = max(nodes - 1, 1).bit_length()
    shape, files = (edges,), [folder / name for name in ("src.npy", "dst.npy")]
    src, dst = (np.lib.format.open_memmap(file, "w+", np.int32, shape) for file in files)
    for piece, first in enumerate(range(0, edges, _AT_ONCE)):
        last = min(first + _AT_ONCE, edges)
        ends = rmat(scale, last - first, seed=piece)
        src[first:last], dst[first:last] = (ids % nodes for ids in ends)
    src.flush()
    dst.flush()


def _child(folder: Path, nodes: int) -> dict[str, float]:
    from backlit.rank.authority import trust_graph
    from backlit.rank.graph import Graph
    from backlit.rank.harmonic import harmonic_graph
    from backlit.rank.pagerank import pagerank_graph

    small = Graph.from_edges([0, 1], [1, 0], 2)  # compiles, or loads what was compiled before
    pagerank_graph(small, tol=_TOL)
    harmonic_graph(small, registers=_REGISTERS, exact=False)
    trust_graph(small, [[0], [1]])
    told: dict[str, float] = {}

    def timed(name: str, work: Callable[[], Any]) -> Any:
        start = perf_counter()
        result = work()
        told[name] = perf_counter() - start
        return result

    ends = [np.load(folder / name, mmap_mode="r") for name in ("src.npy", "dst.npy")]
    graph = timed("build", lambda: Graph.from_edges(ends.pop(0), ends.pop(0), nodes))
    ranks = timed("pagerank", lambda: pagerank_graph(graph, tol=_TOL))
    assert ranks.converged
    timed("harmonic", lambda: harmonic_graph(graph, registers=_REGISTERS, exact=False))
    told["all"] = sum(told.values())
    told["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    groups = np.random.default_rng(1).permutation(np.flatnonzero(graph.out_degree))[: _GROUPS * _SEEDS]
    timed("trust", lambda: trust_graph(graph, np.split(groups, _GROUPS)))
    told["per_edge"] = graph.in_sources.nbytes / graph.edges
    told["per_node"] = (
        sum(each.nbytes for each in (graph.in_offsets, graph.out_degree, graph.out_weight)) / nodes
    )
    return told


if __name__ == "__main__":
    json.dump(_child(Path(sys.argv[1]), int(sys.argv[2])), sys.stdout)
