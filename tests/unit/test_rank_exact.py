"""Do the ranks equal those of others to the last digit that matters, on a real graph of 325,557 pages?

Harmonic centrality of all its pages takes anybody hours exactly, so single pages are compared with igraph.
"""

from typing import Any

import igraph
import numpy as np
import numpy.typing as npt
import pytest
from scipy.sparse import csr_array

from backlit.rank.explain import distances
from backlit.rank.graph import Graph
from backlit.rank.harmonic import harmonic_graph, nearness
from backlit.rank.pagerank import pagerank_graph
from tests.unit.graphs import links_of, polblogs, random_graph
from tests.unit.shared import SHARED, needs_shared

CNR = SHARED / "data" / "graphs" / "cnr-2000" / "cnr-2000.npz"
Floats = npt.NDArray[np.float64]


def by_definition(graph: Graph, jump: Any, away: Any) -> Any:
    """Power iteration over a sparse matrix, to the end of what doubles hold; `away` from dangling nodes."""
    src, dst, weights = links_of(graph)
    pull = csr_array((weights / graph.out_weight[src], (dst, src)), shape=(graph.n, graph.n))
    dangling, jump = np.flatnonzero(graph.out_weight == 0), jump / jump.sum()
    away, scores = (jump if away is None else away), jump
    for _ in range(260):
        scores = 0.85 * (pull @ scores + scores[dangling].sum() * away) + 0.15 * jump
    return scores


@pytest.fixture(scope="module")
def cnr() -> Graph:
    with np.load(CNR) as pages:
        return Graph.from_edges(pages["src"], pages["dst"], int(pages["n"]))


@pytest.mark.shared
@needs_shared
@pytest.mark.parametrize(
    ("method", "dangling", "start"),
    [
        ("gauss-seidel", "teleport", "everywhere"),
        ("gauss-seidel", "teleport", "somewhere"),
        ("gauss-seidel", "uniform", "somewhere"),
        ("power", "uniform", "somewhere"),
    ],
)
def test_pagerank_of_a_large_crawl_is_the_definitions(
    cnr: Graph, method: Any, dangling: Any, start: str
) -> None:
    jump: Any = np.ones(cnr.n) if start == "everywhere" else 1.0 + np.arange(cnr.n) % 7
    away = np.full(cnr.n, 1 / cnr.n) if dangling == "uniform" else None
    found = pagerank_graph(cnr, teleport=jump, dangling=dangling, method=method, tol=1e-13)
    assert found.converged
    np.testing.assert_allclose(found.scores, by_definition(cnr, jump, away), rtol=1e-6)


@pytest.mark.shared
@needs_shared
@pytest.mark.slow
def test_pagerank_of_a_large_crawl_is_igraphs(cnr: Graph) -> None:
    src, dst, _ = links_of(cnr)
    theirs = igraph.Graph(n=cnr.n, edges=np.column_stack((src, dst)), directed=True)
    ranks = np.array(theirs.pagerank(damping=0.85, implementation="prpack"))
    ours = pagerank_graph(cnr, tol=1e-13).scores
    np.testing.assert_allclose(ours, ranks, rtol=1e-6)


@pytest.mark.shared
@needs_shared
@pytest.mark.slow
def test_harmonic_centrality_of_pages_of_a_large_crawl_is_igraphs(cnr: Graph) -> None:
    src, dst, _ = links_of(cnr)
    theirs = igraph.Graph(n=cnr.n, edges=np.column_stack((src, dst)), directed=True)
    sample = np.random.default_rng(0).choice(cnr.n, 40, replace=False)
    scores = np.array(theirs.harmonic_centrality(sample.tolist(), mode="in", normalized=False))
    for node, score in zip(sample, scores, strict=True):
        steps = distances(cnr, int(node))
        assert (1 / steps[steps > 0]).sum() == pytest.approx(score, rel=1e-9)
    seen = scores > 0
    estimated = harmonic_graph(cnr, registers=256).scores[sample]
    misses = estimated[seen] / scores[seen] - 1
    assert np.sqrt((misses**2).mean()) <= 1.15 * 1.04 / 16
    assert estimated[~seen].tolist() == [0.0] * int((~seen).sum())


def agrees(graph: Graph) -> None:
    """Exact harmonic centrality is igraph's, and so is nearness to everybody."""
    src, dst, _ = links_of(graph)
    theirs = igraph.Graph(n=graph.n, edges=np.column_stack((src, dst)), directed=True)
    scores = theirs.harmonic_centrality(mode="in", normalized=False)
    np.testing.assert_allclose(harmonic_graph(graph, exact=True).scores, scores, rtol=1e-12)
    np.testing.assert_allclose(nearness(graph, [np.arange(graph.n)])[0], scores, rtol=1e-12)


@pytest.mark.parametrize(("n", "edges"), [(300, 400), (1200, 6000), (2500, 2600)])
def test_exact_harmonic_centrality_is_igraphs(n: int, edges: int) -> None:
    agrees(random_graph(n, n, edges))


@pytest.mark.shared
@needs_shared
def test_exact_harmonic_centrality_of_the_political_blogs_is_igraphs() -> None:
    agrees(Graph.from_edges(*polblogs()))


@pytest.mark.shared
@needs_shared
def test_pagerank_of_a_large_crawl_is_the_same_bit_for_bit_on_any_number_of_threads(cnr: Graph) -> None:
    found = [pagerank_graph(cnr, threads=threads) for threads in (1, 2, 3, 7)]  # four blocks
    assert len({(each.scores.tobytes(), each.iterations) for each in found}) == 1


@pytest.mark.shared
@needs_shared
def test_estimates_of_a_large_crawl_are_the_same_bit_for_bit_on_any_number_of_threads(cnr: Graph) -> None:
    one, three = (harmonic_graph(cnr, registers=16, threads=threads) for threads in (1, 3))
    assert one.scores.tobytes() == three.scores.tobytes()
    assert one.balls.tobytes() == three.balls.tobytes()
