"""How fast is PageRank beside its peers, on one graph, in one run, on one thread?

Graphs are built beforehand on every side; each peer is asked for the same guarantee where it can be asked.
"""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
from benchmarks.rmat import rmat, row, seconds
from numpy.typing import NDArray

from backlit.rank.graph import Graph
from backlit.rank.pagerank import pagerank_graph

__all__ = ["run"]

Floats = NDArray[np.float64]
_TOL = 1e-9
_AGREE = 1e-6  # the L1 distance up to which a peer's answer counts as the same


def run(scale: int = 17, edges: int = 2_000_000) -> list[dict[str, Any]]:
    """PageRank to an L1 error of 1e-9: seconds, the median of three runs."""
    src, dst = rmat(scale, edges)
    graph = Graph.from_edges(src, dst, 2**scale)
    exact = pagerank_graph(graph, tol=1e-13).scores
    peers = {}
    for name, prepare in _PEERS.items():
        if find_spec(name.split()[0]) is not None:
            work = prepare(graph)
            error = float(np.abs(np.asarray(work()) - exact).sum())
            label = name if error <= _AGREE else f"{name} (off by {error:.0e})"
            peers[label] = seconds(work)
    title = f"PageRank, R-MAT 2^{scale}, {graph.edges:,} links, error 1e-9"
    build = f"graph from {edges:,} links, R-MAT 2^{scale}"
    return [
        row(title, lambda: pagerank_graph(graph, tol=_TOL), peers),
        row(build, lambda: Graph.from_edges(src, dst, 2**scale), _builds(src, dst, 2**scale)),
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

    nk.setNumberOfThreads(1)
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
