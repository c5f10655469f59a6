"""Is the headline what its formula says, and does it leave a farm what it had?"""

import numpy as np
import pytest

import backlit
from backlit.errors import GraphError
from backlit.rank.authority import SAMPLED, authority, sampled, trust_graph
from backlit.rank.graph import Graph
from backlit.rank.harmonic import harmonic_graph, nearness
from tests.unit.graphs import dense, links_of, random_graph

GROUPS = [[3, 17], [42, 77, 90], [5]]


@pytest.mark.parametrize("weighted", [False, True])
def test_the_formula_by_elimination(weighted: bool) -> None:
    graph = random_graph(1, weighted=weighted)
    inverse = dense(graph)
    hits, near = [], []
    to = {seed: nearness(graph, [np.array([seed])])[0] for group in GROUPS for seed in group}
    for group in GROUPS:
        start = np.zeros(200)
        start[group] = 1 / len(group)
        hits.append(start @ inverse / np.diag(inverse) - start)
        members = np.array([[seed != node for node in range(200)] for seed in group]).sum(axis=0)
        near.append(sum(to[seed] for seed in group) / np.maximum(members, 1))
    least, mean = np.min(hits, axis=0), np.mean(hits, axis=0)
    found = trust_graph(graph, GROUPS)
    np.testing.assert_allclose(found.hits, hits, atol=7e-3)
    np.testing.assert_allclose(found.trust, 0.9 * least + 0.1 * mean, rtol=7e-3, atol=1e-12)
    np.testing.assert_allclose(found.nearness, np.mean(near, axis=0), atol=1e-12)
    np.testing.assert_allclose(found.scores, np.sqrt(found.trust * found.nearness), atol=1e-15)
    assert (found.method, found.converged, found.parameters["seeds"]) == ("trust-hc-1", True, 6)


def test_nearness_to_all_is_harmonic_centrality() -> None:
    graph = random_graph(2, 900, 3000)
    everybody = nearness(graph, [np.arange(900)])[0]
    np.testing.assert_allclose(everybody, harmonic_graph(graph, exact=True).scores, rtol=1e-12)


def test_links_of_ones_own_neither_help_nor_harm() -> None:
    graph = random_graph(3)
    src, dst, _ = links_of(graph)
    before = trust_graph(graph, GROUPS).scores
    target = int(np.flatnonzero((before > 0) & (graph.out_degree > 0))[-1])
    more = np.array([x for x in range(200) if x != target])
    turned = Graph.from_edges(np.append(src, np.full(199, target)), np.append(dst, more), 200)
    assert trust_graph(turned, GROUPS).scores[target] == pytest.approx(before[target], rel=0.01)


def test_being_a_seed_is_no_merit_and_what_nobody_reaches_has_exactly_nothing() -> None:
    # 0 is a seed that nobody links to; 1 and 2 are led to by it; 3 and 4 link to each other.
    found = authority([0, 1, 3, 4], [1, 2, 4, 3], 5, seed_groups=[[0]])
    assert found.scores.tolist() == pytest.approx([0, np.sqrt(0.85), np.sqrt(0.85**2 / 2), 0, 0])
    assert found.scores[[0, 3, 4]].tolist() == [0, 0, 0]


def test_threads_change_no_bit() -> None:
    graph = random_graph(4, 2000, 12_000)
    one, two = (trust_graph(graph, [[1, 2], [3], [4, 5]], threads=threads) for threads in (1, 2))
    assert one.scores.tobytes() == two.scores.tobytes()


def test_of_many_seeds_the_widest_are_searched_from() -> None:
    graph = random_graph(5, 2000, 9000)
    chosen = sampled(graph, np.arange(1000))
    assert len(chosen) == SAMPLED
    left_out = np.setdiff1d(np.arange(1000), chosen)
    assert graph.out_degree[chosen].min() >= graph.out_degree[left_out].max()
    assert sampled(graph, np.arange(5)).tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("asked", "found"),
    [({"damping": np.nan}, "damping nan"), ({"damping": 1.0}, "damping 1"), ({"tol": np.nan}, "tol nan")],
)
def test_walks_that_cannot_be_are_refused(asked: dict[str, float], found: str) -> None:
    with pytest.raises(GraphError, match=found):
        backlit.authority([0], [1], 2, seed_groups=[[0]], **asked)  # type: ignore[arg-type]


def test_groups_without_seeds_are_refused() -> None:
    with pytest.raises(GraphError, match="no seeds"):
        backlit.authority([0], [1], 2, seed_groups=[[]])
    with pytest.raises(GraphError, match="no group"):
        backlit.authority([0], [1], 2, seed_groups=[])
