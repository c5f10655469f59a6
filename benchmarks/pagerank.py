"""How fast is PageRank beside its peers, on one graph, in one run?

Graphs are built beforehand on every side, each in the form that its kernel reads; a second row makes ours
anew every time. Each peer is asked for the same guarantee where it can be asked. scipy and igraph know one
thread; networkit has as many as we do. What threads that race could gain is told in links read per second.
"""

from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from os import cpu_count
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.racing import racing
from benchmarks.rmat import rmat, row, seconds
from numpy.typing import NDArray

from backlit.rank.core import Goal, core_of, solve
from backlit.rank.graph import Graph
from backlit.rank.pagerank import pagerank_graph

__all__ = ["CNR", "LARGE", "run"]

Floats = NDArray[np.float64]

CNR = Path(__file__).resolve().parents[2] / "shared" / "data" / "graphs" / "cnr-2000" / "cnr-2000.npz"
LARGE = 17  # a run on a smaller graph is a trial
_TOL = 1e-6
_AGREE = 1e-5  # the L1 distance up to which a peer's answer counts as the same
_FOR_NETWORKX = 3_000_000  # links: above, its dictionaries take more memory than the machine has


def run(scale: int = 20, edges: int = 16_000_000) -> list[dict[str, Any]]:
    """PageRank to an L1 error of 1e-6: seconds, the median of three runs; and links read per second."""
    src, dst = rmat(scale, edges)
    graph = Graph.from_edges(src, dst, 2**scale)
    build = f"graph from {edges:,} links, R-MAT 2^{scale}"
    rows = [
        *_ranked(graph, f"R-MAT 2^{scale}"),
        row(build, lambda: Graph.from_edges(src, dst, 2**scale), _builds(src, dst, 2**scale)),
        _raced(graph, f"R-MAT 2^{scale}"),
    ]
    if CNR.is_file() and scale >= LARGE:
        with np.load(CNR) as pages:
            web = Graph.from_edges(pages["src"], pages["dst"], int(pages["n"]))
        rows += [*_ranked(web, "cnr-2000"), _raced(web, "cnr-2000")]
    return rows


def _raced(graph: Graph, name: str) -> dict[str, Any]:
    """Millions of links read per second: threads that race, beside the kernel that publishes."""
    core, goal = core_of(graph, 0.85), Goal(0.85, _TOL, 500)
    right = np.full(graph.n, 1 / graph.n)
    work = racing(graph, tol=_TOL)
    found = work()
    ours = solve(graph, core, goal, right)
    assert np.allclose(found.values, ours[0][core.ids], rtol=1e-3)  # the race went to the same place
    race = found.links_read / seconds(work) / 1e6
    links = ours[1] * core.links / 1e6
    peers = {
        f"deterministic kernel, {name}": links
        / seconds(partial(solve, graph, core, goal, right, threads=many))
        for name, many in (("all threads", None), ("one thread", 1))
    }
    return {
        "name": f"PageRank, {name}, racing kernel (not used to publish)",
        "figure": race,
        "unit": "M links/s",
        "runs": 3,
        "peers": peers,
        "ratio": {label: race / theirs for label, theirs in peers.items()},
    }


def _ranked(graph: Graph, title: str) -> list[dict[str, Any]]:
    exact = pagerank_graph(graph, tol=1e-13).scores
    peers = {}
    for name, prepare in _PEERS.items():
        if find_spec(name) is not None and (name != "networkx" or graph.edges <= _FOR_NETWORKX):
            work = prepare(graph)
            error = float(np.abs(np.asarray(work()) - exact).sum())
            label = name if error <= _AGREE else f"{name} (off by {error:.0e})"
            peers[label] = seconds(work)
    core, goal, right = core_of(graph, 0.85), Goal(0.85, _TOL, 500), np.full(graph.n, 1 / graph.n)
    name = f"PageRank, {title}, {graph.edges:,} links, error 1e-6"
    return [
        row(name, lambda: solve(graph, core, goal, right), peers),
        row(f"{name}, our order of the links made anew", lambda: pagerank_graph(graph, tol=_TOL), peers),
    ]


def _pairs(graph: Graph) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    targets = np.repeat(np.arange(graph.n), np.diff(graph.in_offsets))
    return graph.in_sources.astype(np.int64), targets


def _scipy(graph: Graph) -> Callable[[], Floats]:
    """Power iteration over a sparse matrix, stopped by the same bound as ours."""
    from scipy.sparse import csr_array

    sources, _ = _pairs(graph)
    shares = 1 / graph.out_weight[sources]
    pull = csr_array((shares, graph.in_sources, graph.in_offsets), shape=(graph.n, graph.n))
    dangling = np.flatnonzero(graph.out_weight == 0)

    def work() -> Floats:
        scores, change = np.full(graph.n, 1 / graph.n), np.inf
        while 0.85 / 0.15 * change > _TOL:
            after = 0.85 * (pull @ scores + scores[dangling].sum() / graph.n) + 0.15 / graph.n
            change, scores = float(np.abs(after - scores).sum()), after
        return scores

    return work


def _networkx(graph: Graph) -> Callable[[], Floats]:
    """Stops when the change is below n · tol; its conversion to a matrix is part of every call."""
    import networkx as nx

    sources, targets = _pairs(graph)
    theirs = nx.DiGraph()
    theirs.add_nodes_from(range(graph.n))
    theirs.add_edges_from(zip(sources.tolist(), targets.tolist(), strict=True))
    limit = _TOL * 0.15 / 0.85 / graph.n
    return lambda: np.fromiter(nx.pagerank(theirs, tol=limit, max_iter=500).values(), np.float64, graph.n)


def _igraph(graph: Graph) -> Callable[[], Floats]:
    """PRPACK, a Gauss–Seidel in C++ with its own fixed tolerance (1e-10)."""
    import igraph

    sources, targets = _pairs(graph)
    theirs = igraph.Graph(n=graph.n, edges=np.column_stack((sources, targets)), directed=True)
    return lambda: np.array(theirs.pagerank(damping=0.85, implementation="prpack"))


def _networkit(graph: Graph) -> Callable[[], Floats]:
    """Power iteration in C++, stopped by the L1 norm of the change."""
    import networkit as nk

    nk.setNumberOfThreads(cpu_count() or 1)
    theirs = nk.GraphFromCoo(_pairs(graph), n=graph.n, weighted=False, directed=True)
    sinks = nk.centrality.SinkHandling.DistributeSinks

    def work() -> Floats:
        ranks = nk.centrality.PageRank(theirs, 0.85, _TOL * 0.15 / 0.85, distributeSinks=sinks)
        ranks.norm = nk.centrality.Norm.l1norm
        return np.array(ranks.run().scores())

    return work


_PEERS: dict[str, Callable[[Graph], Callable[[], Floats]]] = {
    "scipy": _scipy,
    "networkx": _networkx,
    "igraph": _igraph,
    "networkit": _networkit,
}


def _builds(src: NDArray[np.int64], dst: NDArray[np.int64], n: int) -> dict[str, float]:
    """What the same list of links costs a peer before it can start."""
    if find_spec("scipy") is None:
        return {}
    from scipy.sparse import coo_array

    return {"scipy": seconds(lambda: coo_array((np.ones(len(src)), (dst, src)), shape=(n, n)).tocsr())}
