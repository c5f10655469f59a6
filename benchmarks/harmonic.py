"""How fast is harmonic centrality beside its peers, on one graph, in one run?

Peers compute it exactly. On the small graph so do we; on the large one a full exact run takes a peer hours,
so its time is that of a sample of nodes, scaled up, and its name says so.
"""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
from benchmarks.pagerank import CNR, LARGE
from benchmarks.rmat import rmat, row, seconds
from numpy.typing import NDArray

from backlit.rank.graph import Graph
from backlit.rank.harmonic import harmonic_graph

__all__ = ["run"]

Floats = NDArray[np.float64]
_SAMPLE = 32  # nodes whose exact score a peer computes on the large graph
_LINKS_PER_NODE = 15
_REGISTERS = 1024  # a standard error of 3.3 % of each ball


def run(scale: int = 20, edges: int = 16_000_000, small: int = 11) -> list[dict[str, Any]]:
    """Exact on 2^small nodes, HyperBall with 2^10 registers on 2^scale and on a real crawl: seconds."""
    size = 2**small * _LINKS_PER_NODE
    few = Graph.from_edges(*rmat(small, size), 2**small)
    exact = f"harmonic, exact, R-MAT 2^{small}, {few.edges:,} links"
    rows = [row(exact, lambda: harmonic_graph(few, exact=True), _exact_peers(few))]
    rows.append(_estimated(Graph.from_edges(*rmat(scale, edges), 2**scale), f"R-MAT 2^{scale}"))
    if CNR.is_file() and scale >= LARGE:
        with np.load(CNR) as pages:
            web = Graph.from_edges(pages["src"], pages["dst"], int(pages["n"]))
        rows.append(_estimated(web, "cnr-2000"))
    return rows


def _estimated(graph: Graph, title: str) -> dict[str, Any]:
    name = f"harmonic, HyperBall {_REGISTERS:,} registers, {title}, {graph.edges:,} links"
    peers = _sampled_peers(graph)
    return row(name, lambda: harmonic_graph(graph, registers=_REGISTERS, exact=False), peers)


def _exact_peers(graph: Graph) -> dict[str, float]:
    ours = harmonic_graph(graph, exact=True).scores
    peers = {}
    for name, prepare in _PEERS.items():
        if find_spec(name) is not None:
            work = prepare(graph)
            agrees = np.allclose(work(), ours, rtol=1e-9)
            peers[name if agrees else f"{name} (another answer)"] = seconds(work)
    return peers


def _pairs(graph: Graph) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    targets = np.repeat(np.arange(graph.n), np.diff(graph.in_offsets))
    return graph.in_sources.astype(np.int64), targets


def _networkx(graph: Graph) -> Callable[[], Floats]:
    import networkx as nx

    sources, targets = _pairs(graph)
    theirs = nx.DiGraph()
    theirs.add_nodes_from(range(graph.n))
    theirs.add_edges_from(zip(sources.tolist(), targets.tolist(), strict=True))
    return lambda: np.fromiter(nx.harmonic_centrality(theirs).values(), np.float64, graph.n)


def _scipy(graph: Graph) -> Callable[[], Floats]:
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import shortest_path

    towards = csr_array((np.ones(graph.edges), graph.in_sources, graph.in_offsets), shape=(graph.n, graph.n))

    def work() -> Floats:
        distance = shortest_path(towards, method="D", unweighted=True)
        np.fill_diagonal(distance, np.inf)
        scores: Floats = (1 / distance).sum(axis=1)
        return scores

    return work


def _igraph(graph: Graph) -> Callable[[], Floats]:
    import igraph

    theirs = igraph.Graph(n=graph.n, edges=np.column_stack(_pairs(graph)), directed=True)
    return lambda: np.array(theirs.harmonic_centrality(mode="in", normalized=False))


def _networkit(graph: Graph) -> Callable[[], Floats]:
    import networkit as nk

    nk.setNumberOfThreads(1)
    theirs = nk.GraphFromCoo(_pairs(graph)[::-1], n=graph.n, directed=True)  # it looks along out-links
    return lambda: np.array(nk.centrality.HarmonicCloseness(theirs, normalized=False).run().scores())


_PEERS: dict[str, Callable[[Graph], Callable[[], Floats]]] = {
    "networkx": _networkx,
    "scipy": _scipy,
    "igraph": _igraph,
    "networkit": _networkit,
}


def _sampled_peers(graph: Graph) -> dict[str, float]:
    sample = np.random.default_rng(0).choice(graph.n, min(_SAMPLE, graph.n), replace=False).tolist()
    times = {}
    if find_spec("igraph") is not None:
        import igraph

        theirs = igraph.Graph(n=graph.n, edges=np.column_stack(_pairs(graph)), directed=True)
        times["igraph"] = seconds(lambda: theirs.harmonic_centrality(sample, mode="in", normalized=False))
    if find_spec("scipy") is not None:
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import shortest_path

        shape = (graph.n, graph.n)
        towards = csr_array((np.ones(graph.edges), graph.in_sources, graph.in_offsets), shape=shape)
        times["scipy"] = seconds(lambda: shortest_path(towards, method="D", unweighted=True, indices=sample))
    whole = graph.n / len(sample)
    return {f"{name}, exact, from {len(sample)} nodes": time * whole for name, time in times.items()}
