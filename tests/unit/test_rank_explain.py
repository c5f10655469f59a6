"""Do the parts of a score add up to it, and does a change do what a new ranking would?"""

import numpy as np
import pytest

from backlit.errors import GraphError
from backlit.rank.authority import loop_factors, trust_graph
from backlit.rank.explain import changed, distances, flows, rank_flows, receipt
from backlit.rank.graph import Graph
from backlit.rank.pagerank import pagerank_graph
from backlit.rank.returns import Returns, returns
from backlit.rank.scale import Scale, first_scale
from tests.unit.graphs import links_of, random_graph, without

GROUPS = {"one": np.array([3, 17]), "two": np.array([42, 77, 90]), "three": np.array([5])}
SEEDS = list(GROUPS.values())
both = pytest.mark.parametrize("weighted", [False, True])


def exact(graph: Graph) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return trust_graph(graph, SEEDS, loops=Returns(returns(graph, precision=1e-13), np.zeros(graph.n))).scores


@both
def test_the_links_of_a_domain_send_all_of_its_trust(weighted: bool) -> None:
    graph = random_graph(1, weighted=weighted)
    found = trust_graph(graph, SEEDS, loops=Returns(returns(graph, precision=1e-13), np.zeros(graph.n)))
    scale = first_scale(found.scores, np.concatenate(SEEDS))
    for node in np.flatnonzero(found.scores)[:40]:
        voters, sent = flows(graph, int(node), SEEDS)
        np.testing.assert_allclose(sent.sum(axis=1), found.hits[:, node], atol=1e-11)
        told = receipt(graph, int(node), GROUPS, scale, valued=0)
        assert sum(part.share for part in told.parts) == pytest.approx(1, abs=1e-9)
        assert {part.node for part in told.parts} == set(voters.tolist())
        assert told.trust == pytest.approx(found.trust[node], rel=1e-9)
        assert told.nearness == pytest.approx(found.nearness[node], rel=1e-12)
        assert told.score == pytest.approx(scale.score(found.scores)[node], abs=1e-7)


@both
def test_what_a_link_is_worth_is_what_a_new_ranking_says(weighted: bool) -> None:
    graph = random_graph(2, weighted=weighted)
    before = exact(graph)
    scale = first_scale(before, np.concatenate(SEEDS))
    src, dst, _ = links_of(graph)
    for edge in np.flatnonzero(before[dst] > 0)[::45]:
        after = scale.score(exact(without(graph, int(edge))))[dst[edge]]
        told = changed(graph, int(dst[edge]), SEEDS, scale, remove=[int(src[edge])])
        assert told.score == (None if np.isnan(after) else pytest.approx(after, abs=1e-7))


def test_what_another_link_would_bring_is_what_a_new_ranking_says() -> None:
    graph = random_graph(3)
    scale = Scale(0.0, 6.0)
    src, dst, weights = links_of(graph)
    for source, target in ((3, 150), (42, 199), (11, 11)):
        more = Graph.from_edges(
            np.append(src, source), np.append(dst, target), 200, weights=np.append(weights, 1.0)
        )
        told = changed(graph, target, SEEDS, scale, add=[source])
        assert told.score == pytest.approx(scale.score(exact(more))[target], abs=1e-7)


def test_a_farm_has_no_share() -> None:
    rest = random_graph(4, 120, 500)
    src, dst, _ = links_of(rest)
    farm = np.arange(120, 170)
    target = np.full(50, 100)
    graph = Graph.from_edges(np.concatenate((src, farm, target)), np.concatenate((dst, target, farm)), 170)
    told = receipt(graph, 100, GROUPS, Scale(0.0, 6.0), valued=3)
    shares = {part.node: part.share for part in told.parts}
    assert len(shares) > 50
    assert sum(shares[node] for node in farm.tolist()) == pytest.approx(0, abs=1e-12)
    assert told.parts[0].worth is not None
    assert told.parts[0].worth > 0
    assert told.parts[3].worth is None


def test_shares_of_pagerank_and_what_every_node_is_given_sum_to_one() -> None:
    graph = random_graph(5)
    scores = pagerank_graph(graph, tol=1e-14).scores
    lost = scores[graph.out_weight == 0].sum()
    for node in range(200):
        _, shares = rank_flows(graph, scores, node)
        given = (0.15 + 0.85 * lost) / 200 / scores[node]
        assert shares.sum() + given == pytest.approx(1, abs=1e-9)


def test_distances_run_backwards() -> None:
    graph = Graph.from_edges([0, 1, 2, 4], [1, 2, 3, 3], 6)
    assert distances(graph, 3).tolist() == [3, 2, 1, 0, 1, -1]


def test_seeds_that_lead_here_are_named_nearest_first() -> None:
    graph = Graph.from_edges([0, 1, 2, 4], [1, 2, 3, 3], 6)
    told = receipt(graph, 3, {"a": np.array([0, 5]), "b": np.array([4])}, Scale(0.0, 3.0))
    assert told.nearest == [(4, 1), (0, 3)]
    assert told.hits["b"] == pytest.approx(0.85)
    assert {(part.node, part.vote) for part in told.parts} == {(2, 1.0), (4, 1.0)}


def test_seeds_are_corrected_more_precisely() -> None:
    graph = random_graph(6)
    fine = returns(graph, precision=1e-13)
    factors = loop_factors(graph, SEEDS).times
    for seeds in SEEDS:
        np.testing.assert_allclose(factors[seeds], fine[seeds], rtol=1e-6)


def test_nodes_that_are_not_there_are_refused() -> None:
    graph = random_graph(7)
    with pytest.raises(GraphError, match="node 200"):
        receipt(graph, 200, GROUPS, Scale(0.0, 3.0))
    with pytest.raises(GraphError, match="node -4"):
        changed(graph, 3, SEEDS, Scale(0.0, 3.0), add=[-4])
