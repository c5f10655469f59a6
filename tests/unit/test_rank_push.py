"""Does pushing back from a target find what elimination finds, and what a link is worth?"""

import numpy as np
import pytest

from backlit.errors import GraphError
from backlit.rank.graph import Graph
from backlit.rank.pagerank import pagerank_graph
from backlit.rank.push import column, link_worth, robust_pagerank, robust_pagerank_graph
from tests.unit.graphs import POLBLOGS, dense, links_of, polblogs, random_graph, without
from tests.unit.shared import needs_shared

both = pytest.mark.parametrize("weighted", [False, True])


@both
def test_a_column_holds_contributions_hits_and_returns(weighted: bool) -> None:
    graph = random_graph(1, weighted=weighted)
    inverse = dense(graph)
    for target in (0, 3, 150, 199):
        found = column(graph, target)
        np.testing.assert_allclose(found.contributions, inverse[:, target], atol=1e-11)
        assert found.returns == pytest.approx(inverse[target, target], abs=1e-11)
        np.testing.assert_allclose(found.hits, inverse[:, target] / inverse[target, target], atol=1e-11)


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_change_no_bit(threads: int) -> None:
    graph = random_graph(3, 2000, 16_000)
    one, more = (robust_pagerank_graph(graph, threads=each) for each in (1, threads))
    assert more.robust.tobytes() == one.robust.tobytes()


@both
@pytest.mark.parametrize("delta", [0.3, 0.02])
def test_robust_pagerank_caps_every_supporter(weighted: bool, delta: float) -> None:
    graph = random_graph(4, weighted=weighted)
    share = dense(graph) / dense(graph).sum()
    whole = share.sum(axis=0)
    found = robust_pagerank_graph(graph, delta=delta, precision=1e-6)
    np.testing.assert_allclose(found.pagerank, whole, rtol=1e-9)
    np.testing.assert_allclose(found.robust, np.minimum(share, delta * whole).sum(axis=0), rtol=1e-5)
    assert found.supporters.tolist() == (share > delta * whole).sum(axis=0).tolist()


def test_a_small_farm_loses_its_rank_and_a_broad_public_keeps_it() -> None:
    farm = [(k, 0) for k in range(1, 31)]
    public = [(k, 31) for k in range(32, 5032)]
    src, dst = zip(*farm, *public, strict=True)
    found = robust_pagerank(src, dst, 5032, nodes=[0, 31])
    ratio = found.robust / found.pagerank
    assert ratio[0] < 0.04
    assert ratio[31] > 0.99
    assert np.isnan(ratio[1])


@both
def test_the_worth_of_a_link_is_what_a_recomputation_finds(weighted: bool) -> None:
    graph = random_graph(5, weighted=weighted)
    before = pagerank_graph(graph, tol=1e-14).scores
    src, dst, _ = links_of(graph)
    for edge in range(0, graph.edges, 9):
        after = pagerank_graph(without(graph, edge), tol=1e-14).scores[dst[edge]]
        worth = link_worth(graph, int(src[edge]), int(dst[edge]))
        assert abs(worth - (before[dst[edge]] - after)) <= 1e-9 * before[dst[edge]]


@pytest.mark.slow
@pytest.mark.shared
@needs_shared
def test_the_worth_of_a_thousand_links_of_the_political_blogs() -> None:
    src, dst, n = polblogs(POLBLOGS)
    graph = Graph.from_edges(src, dst, n)
    before = pagerank_graph(graph, tol=1e-14).scores
    src, dst, _ = links_of(graph)
    worst = 0.0
    for edge in np.random.default_rng(0).choice(graph.edges, 1000, replace=False):
        after = pagerank_graph(without(graph, edge), tol=1e-14).scores[dst[edge]]
        worth = link_worth(graph, int(src[edge]), int(dst[edge]))
        worst = max(worst, abs(worth - (before[dst[edge]] - after)) / before[dst[edge]])
    assert worst <= 1e-9


def test_a_link_that_is_the_only_one_leaves_a_dangling_node() -> None:
    graph = Graph.from_edges([0, 1, 2], [1, 2, 1], 3)
    before = pagerank_graph(graph, tol=1e-14).scores
    after = pagerank_graph(Graph.from_edges([1, 2], [2, 1], 3), tol=1e-14).scores
    assert link_worth(graph, 0, 1) == pytest.approx(before[1] - after[1], abs=1e-13)


def test_what_is_not_there_is_refused() -> None:
    graph = random_graph(6)
    src, dst, _ = links_of(graph)
    pairs = set(zip(src.tolist(), dst.tolist(), strict=True))
    missing = next((0, x) for x in range(1, 200) if (0, x) not in pairs)
    with pytest.raises(GraphError, match=rf"no link from node 0 to node {missing[1]}"):
        link_worth(graph, *missing)
    with pytest.raises(GraphError, match="200 nodes"):
        link_worth(graph, 0, 200)
    with pytest.raises(GraphError, match="node 200"):
        column(graph, 200)
    with pytest.raises(GraphError, match="delta 0"):
        robust_pagerank([0], [1], 2, delta=0)
    with pytest.raises(GraphError, match="nodes in a graph of 2"):
        robust_pagerank([0], [1], 2, nodes=[2])


def test_graphs_without_links_or_nodes_have_answers() -> None:
    empty = Graph.from_edges([], [], 0)
    assert robust_pagerank_graph(empty).robust.tolist() == []
    alone = Graph.from_edges([], [], 1)
    assert column(alone, 0).hits.tolist() == [1.0]
    assert robust_pagerank_graph(alone, delta=0.5).robust.tolist() == [0.5]
