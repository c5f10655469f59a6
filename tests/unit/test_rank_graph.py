"""Do links become the graph they describe?"""

from typing import Any

import numpy as np
import pytest

from backlit.errors import DataError, GraphError
from backlit.rank.graph import Graph

Link = tuple[int, int, float]


def links(graph: Graph) -> list[Link]:
    """(source, target, weight) of every link, by target and source."""
    weights = np.ones(graph.edges) if graph.in_weights is None else graph.in_weights
    targets = np.repeat(np.arange(graph.n), np.diff(graph.in_offsets))
    return list(zip(graph.in_sources.tolist(), targets.tolist(), weights.tolist(), strict=True))


def links_out(graph: Graph) -> list[Link]:
    """The same from the view by source, by source and target."""
    offsets, targets, weights = graph.out_csr()
    weights = np.ones(graph.edges) if weights is None else weights
    sources = np.repeat(np.arange(graph.n), np.diff(offsets))
    return list(zip(sources.tolist(), targets.tolist(), weights.tolist(), strict=True))


def random_graph(seed: int, *, weighted: bool) -> Graph:
    random = np.random.default_rng(seed)
    src, dst = random.integers(0, 40, (2, 300))
    return Graph.from_edges(src, dst, 45, weights=random.random(300) if weighted else None)


def test_rows_are_sorted_and_hold_each_link_once() -> None:
    graph = Graph.from_edges([3, 0, 3, 1, 0], [1, 2, 1, 2, 1], 5)
    assert links(graph) == [(0, 1, 1), (3, 1, 1), (0, 2, 1), (1, 2, 1)]
    assert graph.in_offsets.tolist() == [0, 0, 2, 4, 4, 4]
    assert (graph.n, graph.edges, graph.in_weights) == (5, 4, None)
    assert graph.out_degree.tolist() == graph.out_weight.tolist() == [2, 1, 0, 1, 0]


def test_weights_of_repeated_links_are_added() -> None:
    graph = Graph.from_edges([0, 1, 0, 0], [1, 0, 2, 1], weights=[0.5, 2, 1, 0.25])
    assert links(graph) == [(1, 0, 2.0), (0, 1, 0.75), (0, 2, 1.0)]
    assert graph.out_degree.tolist() == [2, 1, 0]
    assert graph.out_weight.tolist() == [1.75, 2.0, 0.0]


def test_links_of_weight_zero_carry_nothing() -> None:
    graph = Graph.from_edges([0, 0], [1, 2], 3, weights=[0, 4])
    assert links(graph) == [(0, 2, 4.0)]


def test_links_to_oneself_are_dropped_unless_wanted() -> None:
    assert links(Graph.from_edges([0, 1], [0, 0])) == [(1, 0, 1)]
    assert links(Graph.from_edges([0, 1], [0, 0], keep_loops=True)) == [(0, 0, 1), (1, 0, 1)]


@pytest.mark.parametrize("n", [0, 1, 7])
def test_a_graph_may_have_no_links(n: int) -> None:
    graph = Graph.from_edges([], [], n)
    assert (graph.n, graph.edges, graph.in_offsets.tolist()) == (n, 0, [0] * (n + 1))
    assert graph.transpose().edges == 0


def test_the_largest_id_decides_where_n_is_not_given() -> None:
    assert Graph.from_edges([0, 2], [1, 6]).n == 7
    assert Graph.from_edges([], []).n == 0


@pytest.mark.parametrize("kind", [np.uint8, np.uint32, np.int64, np.uint64])
def test_any_integer_type_will_do(kind: type[np.integer[Any]]) -> None:
    ids = np.array([0, 1, 200]).astype(kind)
    graph = Graph.from_edges(ids, ids[::-1], 201)
    assert links(graph) == [(200, 0, 1), (0, 200, 1)]
    assert graph.in_sources.dtype == np.int32


@pytest.mark.parametrize("weighted", [False, True])
def test_the_view_by_source_holds_the_same_links(weighted: bool) -> None:
    graph = random_graph(1, weighted=weighted)
    assert links_out(graph) == sorted(links(graph))


@pytest.mark.parametrize("weighted", [False, True])
def test_transposing_turns_every_link_and_twice_turns_it_back(weighted: bool) -> None:
    graph = random_graph(2, weighted=weighted)
    turned = graph.transpose()
    assert sorted(links(turned)) == sorted(
        (target, source, weight) for source, target, weight in links(graph)
    )
    assert turned.out_degree.tolist() == np.diff(graph.in_offsets).tolist()
    np.testing.assert_allclose(
        turned.out_weight, [sum(w for _, t, w in links(graph) if t == x) for x in range(45)]
    )
    assert links(turned.transpose()) == links(graph)


@pytest.mark.parametrize(
    ("src", "dst", "n", "weights", "message"),
    [
        ([0, 5], [1, 1], 5, None, "node id 5 in a graph of 5 nodes"),
        ([0, -1], [1, 1], 5, None, "node id -1 in a graph of 5 nodes"),
        ([0], [0], 0, None, "node id 0 in a graph of 0 nodes"),
        ([], [], -1, None, "-1 nodes"),
        ([0], [1, 2], 3, None, "1 sources and 2 targets"),
        ([0.0, 1.0], [1, 0], 2, None, "src is float64"),
        ([[0], [1]], [1, 0], 2, None, "src is int64 with 2 dimensions"),
        ([True], [0], 2, None, "src is bool"),
        ([0, 1], [1, 0], 2, [1, float("nan")], "weight nan at link 1"),
        ([0, 1], [1, 0], 2, [-0.5, 1], "weight -0.5 at link 0"),
        ([0, 1], [1, 0], 2, [1, float("inf")], "weight inf at link 1"),
        ([0, 1], [1, 0], 2, [1], "weights of shape (1,) for 2 links"),
        ([0, 0], [1, 1], 3, [1.7e308, 1.7e308], "the weights of node 0 add up to inf"),
        ([0], [1], 2, [5e-324], "the weights of node 0 add up to 5e-324"),
    ],
)
def test_what_no_graph_can_have_is_refused_by_name(
    src: list[int], dst: list[int], n: int, weights: list[float] | None, message: str
) -> None:
    with pytest.raises(GraphError) as raised:
        Graph.from_edges(src, dst, n, weights=weights)
    assert isinstance(raised.value, DataError)
    assert message in str(raised.value)


def test_ids_near_the_end_of_uint64_do_not_wrap_into_range() -> None:
    with pytest.raises(GraphError, match="node id 18446744073709551615"):
        Graph.from_edges(np.array([2**64 - 1], np.uint64), np.array([0], np.uint64), 3)
