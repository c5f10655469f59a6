"""Is our PageRank the PageRank of the definition, and does it say so when it is not there yet?"""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import networkx as nx
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backlit.errors import GraphError
from backlit.rank.graph import Graph
from backlit.rank.pagerank import Dangling, Method, pagerank, pagerank_graph
from tests.unit.shared import SHARED, needs_shared

POLBLOGS = SHARED / "data/graphs/polblogs.gml"
METHODS: list[Method] = ["gauss-seidel", "power"]
DANGLING: list[Dangling] = ["teleport", "uniform"]
Floats = npt.NDArray[np.float64]
both_methods = pytest.mark.parametrize("method", METHODS)


def textbook(graph: Graph, damping: float, teleport: Floats | None, dangling: str) -> Floats:
    """The definition, solved as a dense linear system."""
    n = graph.n
    jump = np.full(n, 1 / n) if teleport is None else teleport / teleport.sum()
    away = jump if dangling == "teleport" else np.full(n, 1 / n)
    offsets, targets, weights = graph.out_csr()
    walk = np.zeros((n, n))
    sources = np.repeat(np.arange(n), np.diff(offsets))
    walk[sources, targets] = 1 if weights is None else weights
    walk[graph.out_weight == 0] = away
    walk /= walk.sum(axis=1, keepdims=True)
    return np.linalg.solve(np.eye(n) - damping * walk.T, (1 - damping) * jump)


def random_edges(seed: int, n: int, edges: int) -> npt.NDArray[np.int64]:
    """Skewed like a web: a few nodes get most links, about a third get none, a third give none."""
    random = np.random.default_rng(seed)
    src = random.integers(0, 2 * n // 3 + 1, edges)
    dst = (n * random.random(edges) ** 3).astype(np.int64)
    return np.stack([src, dst])


def distance(a: npt.ArrayLike, b: npt.ArrayLike) -> float:
    return float(np.abs(np.asarray(a) - np.asarray(b)).sum())


@both_methods
@pytest.mark.parametrize("dangling", DANGLING)
@pytest.mark.parametrize("jump", [False, True], ids=["everywhere", "seeds"])
@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
@pytest.mark.parametrize("loops", [False, True], ids=["no loops", "loops"])
def test_equals_the_definition(
    method: Method, dangling: Dangling, jump: bool, weighted: bool, loops: bool
) -> None:
    random = np.random.default_rng(7)
    src, dst = random_edges(7, 300, 1500)
    weights = random.random(1500) ** 4 if weighted else None
    teleport = np.where(random.random(300) < 0.05, random.random(300), 0) if jump else None
    graph = Graph.from_edges(src, dst, 300, weights=weights, keep_loops=loops)
    ranks = pagerank_graph(graph, teleport=teleport, dangling=dangling, method=method)
    error = distance(ranks.scores, textbook(graph, 0.85, teleport, dangling))
    assert ranks.converged
    assert error <= ranks.residual + 1e-14 <= 1e-9 + 1e-14
    assert ranks.scores.sum() == pytest.approx(1, abs=1e-12)


@st.composite
def small_graphs(draw: st.DrawFn) -> tuple[Graph, Floats | None]:
    n = draw(st.integers(1, 8))
    node = st.integers(0, n - 1)
    edges = draw(st.lists(st.tuples(node, node, st.sampled_from([0.0, 1e-6, 0.5, 1.0, 1e6])), max_size=24))
    src, dst = [edge[0] for edge in edges], [edge[1] for edge in edges]
    weights = [edge[2] for edge in edges] if draw(st.booleans()) else None
    graph = Graph.from_edges(src, dst, n, weights=weights, keep_loops=draw(st.booleans()))
    jump = draw(st.none() | st.lists(st.sampled_from([0.0, 1.0, 3.0]), min_size=n, max_size=n).filter(any))
    return graph, None if jump is None else np.array(jump)


@settings(max_examples=150, deadline=None)
@given(small_graphs(), st.sampled_from([0.0, 0.5, 0.85, 0.99]), st.sampled_from(DANGLING))
def test_equals_the_definition_on_every_small_shape(
    case: tuple[Graph, Floats | None], damping: float, dangling: Dangling
) -> None:
    graph, teleport = case
    ranks = pagerank_graph(
        graph, damping=damping, teleport=teleport, dangling=dangling, max_iterations=10_000
    )
    assert ranks.converged
    assert distance(ranks.scores, textbook(graph, damping, teleport, dangling)) <= 1e-9


def test_equals_networkx_on_a_random_graph() -> None:
    src, dst = random_edges(3, 1000, 8000)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(1000))
    graph.add_edges_from((s, d) for s, d in zip(src.tolist(), dst.tolist(), strict=True) if s != d)
    theirs = nx.pagerank(graph, tol=1e-15, max_iter=1000)
    assert distance(pagerank(src, dst, 1000).scores, [theirs[x] for x in range(1000)]) <= 1e-9


@pytest.mark.shared
@needs_shared
@both_methods
def test_equals_networkx_on_the_political_blogs(method: Method) -> None:
    text = POLBLOGS.read_text()
    nodes = [int(number) for number in re.findall(r"^    id (\d+)$", text, re.MULTILINE)]
    ends = [
        [int(number) for number in re.findall(rf"^    {end} (\d+)$", text, re.MULTILINE)]
        for end in ("source", "target")
    ]
    src, dst = np.array(ends) - 1
    assert (len(nodes), min(nodes), max(nodes)) == (1490, 1, 1490)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(1490))
    graph.add_edges_from((s, d) for s, d in zip(src.tolist(), dst.tolist(), strict=True) if s != d)
    theirs: dict[int, float] = nx.pagerank(graph, tol=1e-15, max_iter=1000)
    ranks = pagerank(src, dst, 1490, method=method)
    assert ranks.parameters["edges"] == graph.number_of_edges()
    assert distance(ranks.scores, [theirs[x] for x in range(1490)]) <= 1e-9


@both_methods
def test_small_shapes_by_hand(method: Method) -> None:
    def scores(src: list[int], dst: list[int], n: int, **how: Any) -> list[float]:
        return list(pagerank(src, dst, n, method=method, **how).scores)

    assert scores([], [], 1) == [1.0]
    assert scores([], [], 4) == [0.25] * 4
    assert scores([], [], 2, teleport=[1, 3]) == [0.25, 0.75]
    assert scores([0, 1, 2], [1, 2, 0], 3) == pytest.approx([1 / 3] * 3, abs=1e-9)
    assert scores([0, 1], [1, 0], 3, damping=0) == pytest.approx([1 / 3] * 3, abs=1e-12)
    # 0 → 1 alone: y = (1, 1 + α), scaled.
    assert scores([0], [1], 2) == pytest.approx([1 / 2.85, 1.85 / 2.85], abs=1e-9)


@both_methods
def test_an_empty_graph_has_empty_ranks(method: Method) -> None:
    ranks = pagerank([], [], 0, method=method)
    assert (ranks.scores.tolist(), ranks.iterations, ranks.residual, ranks.converged) == ([], 0, 0.0, True)


def test_repeats_and_loops_change_nothing_and_weights_scale() -> None:
    plain = pagerank([0, 0, 1], [1, 2, 2], 3).scores.tolist()
    assert pagerank([0, 0, 0, 1, 1], [1, 1, 2, 2, 1], 3).scores.tolist() == plain
    assert pagerank([0, 0, 1], [1, 2, 2], 3, weights=[8, 8, 2]).scores.tolist() == pytest.approx(
        plain, abs=1e-12
    )


def test_nodes_without_in_links_tie_exactly() -> None:
    src, dst = random_edges(5, 500, 2000)
    graph = Graph.from_edges(src, dst, 500)
    tail = pagerank_graph(graph).scores[np.diff(graph.in_offsets) == 0]
    assert len(tail) > 50
    assert set(tail.tolist()) == {tail.min()}


@both_methods
def test_too_few_iterations_are_admitted(method: Method) -> None:
    src, dst = random_edges(1, 400, 3000)
    ranks = pagerank(src, dst, 400, max_iterations=2, method=method)
    error = distance(ranks.scores, textbook(Graph.from_edges(src, dst, 400), 0.85, None, "teleport"))
    assert (ranks.converged, ranks.iterations) == (False, 2)
    assert 1e-9 < error <= ranks.residual


def test_ranks_carry_what_is_needed_to_compute_them_again() -> None:
    ranks = pagerank([0, 1, 2], [1, 2, 2], 4, teleport=[1, 0, 0, 0], dangling="uniform")
    assert ranks.method == "pagerank/gauss-seidel"
    assert ranks.parameters == {
        "damping": 0.85,
        "tol": 1e-9,
        "max_iterations": 500,
        "dangling": "uniform",
        "teleport": "given",
        "weighted": False,
        "nodes": 4,
        "edges": 2,
    }


@both_methods
def test_runs_are_the_same_bit_for_bit_also_side_by_side(method: Method) -> None:
    src, dst = random_edges(9, 2000, 20_000)
    graph = Graph.from_edges(src, dst, 2000)
    once = pagerank_graph(graph, method=method).scores.tobytes()
    with ThreadPoolExecutor(2) as pool:
        again = list(pool.map(lambda _: pagerank_graph(graph, method=method).scores.tobytes(), range(4)))
    assert again == [once] * 4


def test_the_order_of_the_links_does_not_matter() -> None:
    src, dst = random_edges(4, 300, 2000)
    turned = pagerank(src[::-1], dst[::-1], 300).scores
    assert turned.tobytes() == pagerank(src, dst, 300).scores.tobytes()


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"damping": 1.0}, "damping 1.0"),
        ({"damping": -0.1}, "damping -0.1"),
        ({"damping": float("nan")}, "damping nan"),
        ({"tol": 0}, "tol 0"),
        ({"max_iterations": 0}, "max_iterations 0"),
        ({"dangling": "drop"}, "dangling 'drop'"),
        ({"method": "jacobi"}, "method 'jacobi'"),
        ({"teleport": [1, 2]}, "shape (2,) for 3 nodes"),
        ({"teleport": [1, -1, 1]}, "negative or non-finite"),
        ({"teleport": [1, float("nan"), 1]}, "negative or non-finite"),
        ({"teleport": [0, 0, 0]}, "of zeros"),
        ({"weights": [float("nan")]}, "weight nan at link 0"),
    ],
)
def test_parameters_that_make_no_sense_are_refused(how: dict[str, Any], message: str) -> None:
    with pytest.raises(GraphError) as raised:
        pagerank([0], [1], 3, **how)
    assert message in str(raised.value)
