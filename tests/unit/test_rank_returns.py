"""Is it known how often walks come back, never overstated, with an honest bound, at a bounded price?"""

import numpy as np
import pytest

from backlit.rank import returns as module
from backlit.rank.authority import loop_factors, trust_graph
from backlit.rank.core import core_of
from backlit.rank.graph import Graph
from backlit.rank.returns import Returns, found_returns, returns
from tests.unit.graphs import dense, random_graph

both = pytest.mark.parametrize("weighted", [False, True])


def found(graph: Graph, precision: float, *, most: int | None, threads: int | None = None) -> Returns:
    nodes = np.arange(graph.n)
    return found_returns(graph, core_of(graph, 0.85), nodes, 0.85, precision, most=most, threads=threads)


@pytest.fixture
def pushed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small graphs too are worked out node by node: solving for one never pays."""
    monkeypatch.setattr(module, "_FASTER", 0)


@both
@pytest.mark.parametrize("precision", [1e-1, 1e-2, 1e-3, 1e-6])
def test_returns_are_never_overstated_and_as_precise_as_asked(
    weighted: bool, precision: float, pushed: None
) -> None:
    graph = random_graph(2, weighted=weighted)
    missing = 1 - found(graph, precision, most=None).times / np.diag(dense(graph))
    assert missing.min() >= -1e-12
    assert missing.max() <= precision / 0.15


@both
@pytest.mark.parametrize("precision", [1e-2, 1e-4, 1e-8])
def test_solving_for_each_node_finds_the_same(
    weighted: bool, precision: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_FASTER", 1e9)
    graph = random_graph(2, weighted=weighted)
    exact = np.diag(dense(graph))
    told = found(graph, precision, most=None)
    assert np.all(told.times <= exact * (1 + 1e-12))
    assert np.all(told.times >= exact * (1 - told.open - 1e-12))
    assert told.open.max() <= precision / 0.15


@pytest.mark.parametrize("most", [0, 30, 300])
def test_a_budget_is_kept_and_what_it_leaves_open_is_told(most: int, pushed: None) -> None:
    graph = random_graph(2)
    exact = np.diag(dense(graph))
    told, whole = found(graph, 1e-4, most=most), found(graph, 1e-4, most=None)
    assert np.all(told.times <= exact * (1 + 1e-12))
    assert np.all(told.times >= exact * (1 - told.open))
    stopped = told.open > whole.open * 1.001
    assert stopped.any()
    assert told.open.max() == pytest.approx(
        0.0243 / 0.15
    )  # the first threshold is worked out whatever it takes
    assert np.array_equal(told.times[~stopped], whole.times[~stopped])


def test_a_two_way_farm_returns_as_the_closed_form_says(pushed: None) -> None:
    src, dst = [*range(1, 101), *[0] * 100], [*[0] * 100, *range(1, 101)]
    graph = Graph.from_edges(src, dst, 101)
    for most in (0, None):  # however large it is: a farm's links are the first to be followed
        assert found(graph, 1e-3, most=most).times[0] == pytest.approx(1 / (1 - 0.85**2), rel=1e-12)


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_change_no_bit(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = random_graph(3, 300, 2400)
    for faster in (0, 1e9):  # by pushing, and by solving
        monkeypatch.setattr(module, "_FASTER", faster)
        one, more = (found(graph, 1e-4, most=1000, threads=many) for many in (1, threads))
        assert (one.times.tobytes(), one.open.tobytes()) == (more.times.tobytes(), more.open.tobytes())


def test_only_what_was_asked_for_is_worked_out() -> None:
    graph = random_graph(2)
    some = np.array([3, 0, 77])
    told, whole = returns(graph, nodes=some), returns(graph)
    assert told[some].tolist() == whole[some].tolist()
    assert set(np.delete(told, some).tolist()) == {1.0}


def test_trust_says_how_much_of_it_loops_could_still_be() -> None:
    graph, groups = random_graph(4), [np.array([3, 17]), np.array([5, 9, 30])]
    told = trust_graph(graph, groups)
    reached = np.flatnonzero(told.trust)
    open_ones = loop_factors(graph, groups).open[reached]
    assert told.parameters["loops_open"] == open_ones.max() <= 1e-3 / 0.15
    exact = Returns(returns(graph, precision=1e-13), np.zeros(graph.n))
    assert np.all(told.trust >= trust_graph(graph, groups, loops=exact).trust - 1e-12)


def test_graphs_without_links_or_nodes_have_answers() -> None:
    assert returns(Graph.from_edges([], [], 0)).tolist() == []
    assert returns(Graph.from_edges([], [], 1)).tolist() == [1.0]
    loop = Graph.from_edges([0], [0], 1, keep_loops=True)
    assert returns(loop)[0] == pytest.approx(1 / 0.15)
