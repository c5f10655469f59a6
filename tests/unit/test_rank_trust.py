"""Are the walks from seeds what their definitions say, and are bad seeds refused?"""

from typing import Any

import igraph
import networkx as nx
import numpy as np
import pytest

from backlit.errors import GraphError
from backlit.rank.graph import Graph
from backlit.rank.pagerank import pagerank_graph
from backlit.rank.similar import similar
from backlit.rank.trust import (
    anti_trustrank,
    inverse_pagerank,
    min_k_ppr,
    spam_mass,
    spam_mass_graph,
    topical_trust,
    truncated_pagerank,
    trustrank,
    visits,
)
from tests.unit.graphs import POLBLOGS, dense, links_of, polblogs, random_graph
from tests.unit.shared import needs_shared

both = pytest.mark.parametrize("weighted", [False, True])
SEEDS = [3, 17, 42]


def start(seeds: list[int], n: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    spread = np.zeros(n)
    spread[seeds] = 1 / len(seeds)
    return spread


@both
def test_trust_and_distrust_are_the_visits_of_walks_from_seeds(weighted: bool) -> None:
    graph = random_graph(1, weighted=weighted)
    ranks = trustrank(graph, SEEDS)
    np.testing.assert_allclose(ranks.scores, 0.15 * start(SEEDS, 200) @ dense(graph), atol=1e-10)
    assert (ranks.converged, ranks.method, ranks.parameters["seeds"]) == (True, "trustrank", 3)
    turned = anti_trustrank(graph, SEEDS)
    np.testing.assert_allclose(turned.scores, 0.15 * start(SEEDS, 200) @ dense(graph.transpose()), atol=1e-10)


@both
def test_min_k_is_the_least_of_the_groups(weighted: bool) -> None:
    graph = random_graph(2, weighted=weighted)
    groups = [[1, 5], [9], [30, 31, 32]]
    each = [trustrank(graph, group).scores for group in groups]
    np.testing.assert_allclose(min_k_ppr(graph, groups).scores, np.min(each, axis=0), atol=1e-15)
    topics = topical_trust(graph, {"music": [1, 5], "law": [5, 9]})
    np.testing.assert_allclose(topics["music"], each[0], atol=1e-12)
    np.testing.assert_allclose(topics["law"], trustrank(graph, [5, 9]).scores, atol=1e-12)


@both
@pytest.mark.parametrize("skipped", [0, 1, 4])
def test_truncated_pagerank_is_the_tail_of_its_series(weighted: bool, skipped: int) -> None:
    graph = random_graph(3, weighted=weighted)
    src, dst, weights = links_of(graph)
    matrix = np.zeros((200, 200))
    matrix[src, dst] = weights / graph.out_weight[src]
    walk, total = np.full(200, 1 / 200), np.zeros(200)
    for step in range(1, 400):
        walk = walk @ matrix
        if step > skipped:
            total += 0.15 / 0.85 ** (skipped + 1) * 0.85**step * walk
    np.testing.assert_allclose(truncated_pagerank(graph, skipped).scores, total, atol=1e-10)


def test_spam_mass_is_what_good_seeds_do_not_account_for() -> None:
    graph = random_graph(4)
    inverse = dense(graph)
    whole = np.full(200, 1 / 200) @ inverse
    sent = 0.85 * start(SEEDS, 200) @ inverse
    mass = spam_mass_graph(graph, SEEDS)
    np.testing.assert_allclose(mass.relative, 1 - sent / whole, atol=1e-9)
    np.testing.assert_allclose(mass.absolute, (whole - sent) / whole.sum(), atol=1e-12)
    assert mass.pagerank.sum() == pytest.approx(1)


def test_a_farm_is_suspect_by_its_mass_and_a_site_that_seeds_reach_is_not() -> None:
    rest = list(zip(*links_of(random_graph(5))[:2], strict=True))
    farm = [(200 + k, 199) for k in range(300)]
    src, dst = zip(*rest, *farm, strict=True)
    mass = spam_mass(src, dst, 500, good=np.arange(60))
    assert mass.suspect[199]
    assert mass.suspect.sum() == 1


def test_inverse_pagerank_is_pagerank_of_turned_links() -> None:
    graph = random_graph(6)
    assert (
        inverse_pagerank(graph).scores.tobytes()
        == pagerank_graph(graph.transpose(), tol=1e-9).scores.tobytes()
    )


@pytest.mark.shared
@needs_shared
@pytest.mark.parametrize("dangling", ["teleport", "uniform"])
def test_pagerank_equals_networkx_and_igraph_within_a_millionth(dangling: Any) -> None:
    src, dst, n = polblogs(POLBLOGS)
    graph = Graph.from_edges(src, dst, n)
    pairs = list(zip(*(part.tolist() for part in links_of(graph)[:2]), strict=True))
    jump = {node: 1.0 + node % 7 for node in range(n)}
    away = jump if dangling == "teleport" else dict.fromkeys(range(n), 1.0)
    theirs = nx.DiGraph()
    theirs.add_nodes_from(range(n))
    theirs.add_edges_from(pairs)
    answer = nx.pagerank(theirs, personalization=jump, dangling=away, tol=1e-15, max_iter=1000)
    for method in ("gauss-seidel", "power"):
        ours = pagerank_graph(
            graph,
            teleport=list(jump.values()),
            dangling=dangling,
            method=method,
            tol=1e-12,
        )
        np.testing.assert_allclose(ours.scores, [answer[x] for x in range(n)], rtol=1e-6)
    if dangling == "uniform":
        prpack = igraph.Graph(n=n, edges=pairs, directed=True).pagerank(damping=0.85, implementation="prpack")
        np.testing.assert_allclose(pagerank_graph(graph, tol=1e-12).scores, prpack, rtol=1e-6)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_the_number_of_threads_changes_no_bit(threads: int) -> None:
    graph = random_graph(7, 3000, 20_000)
    starts = [start([k, k + 9], 3000) for k in range(6)]
    once = visits(graph, starts, threads=3)
    assert visits(graph, starts, threads=threads).counts.tobytes() == once.counts.tobytes()


@pytest.mark.parametrize(
    ("seeds", "message"),
    [
        ([], "no seeds"),
        ([200], "seed 200 in a graph of 200 nodes"),
        ([-1], "seed -1"),
        ([0.5], "float64"),
        ([[1]], "2 dimensions"),
    ],
)
def test_seeds_that_match_nothing_are_refused(seeds: Any, message: str) -> None:
    with pytest.raises(GraphError, match=message):
        trustrank(random_graph(1), seeds)


def test_groups_vouch_independently() -> None:
    with pytest.raises(GraphError, match="node 5 in two groups"):
        min_k_ppr(random_graph(1), [[1, 5], [5]])
    with pytest.raises(GraphError, match="no group of seeds"):
        min_k_ppr(random_graph(1), [])
    with pytest.raises(GraphError, match="good share of 0"):
        spam_mass_graph(random_graph(1), [1], good_share=0)
    with pytest.raises(GraphError, match="-1 steps"):
        truncated_pagerank(random_graph(1), -1)


def test_similar_nodes_share_their_public() -> None:
    # 0 and 1 are linked to by 5, 6 and 7; 2 by 6 and 7; 3 by 7 alone; 8 by four others.
    src = [5, 6, 7, 5, 6, 7, 6, 7, 7, 10, 11, 12, 13]
    dst = [0, 0, 0, 1, 1, 1, 2, 2, 3, 8, 8, 8, 8]
    found = similar(Graph.from_edges(src, dst, 14), 0)
    assert found.nodes.tolist() == [1, 2]
    assert found.cosine.tolist() == pytest.approx([1.0, 2 / np.sqrt(6)])
    assert found.shared.tolist() == [3, 2]
    assert similar(Graph.from_edges(src, dst, 14), 0, least_shared=1).nodes.tolist() == [1, 2, 3]
    assert similar(Graph.from_edges(src, dst, 14), 0, widest=2).nodes.tolist() == []
    assert similar(Graph.from_edges(src, dst, 14), 13).nodes.tolist() == []
    with pytest.raises(GraphError, match="node 14"):
        similar(Graph.from_edges(src, dst, 14), 14)
