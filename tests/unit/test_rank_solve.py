"""Are sweeps of blocks right: solution, bound of the error, order, also on any number of threads?"""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from backlit.rank import core as cores
from backlit.rank.core import core_of
from backlit.rank.graph import Graph
from backlit.rank.solve import Goal, solve

Floats = NDArray[np.float64]
NODES = 240


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a million links are to a real graph, ten are here: everything has four blocks."""
    monkeypatch.setattr(cores, "_ONE_BLOCK", 10)
    monkeypatch.setattr(cores, "_LOOKED_AT", 1)


def scattered(weighted: bool = False) -> Graph:
    """Links from anywhere to anywhere, to some nodes far more than to others; and closed pairs."""
    random = np.random.default_rng(5)
    src, dst = random.integers(0, NODES, 1500), (NODES * random.random(1500) ** 3).astype(np.int64)
    closed = np.arange(NODES - 20, NODES)
    open_ends = ~np.isin(src, [*closed, 3, 4, 5])  # of the closed ones only what follows, of 3 to 5 nothing
    src = np.concatenate((src[open_ends], closed))
    dst = np.concatenate((dst[open_ends], closed ^ 1))
    return Graph.from_edges(src, dst, NODES, weights=random.random(len(src)) + 0.01 if weighted else None)


def neighbours() -> Graph:
    """Links to what is near by id, as addresses in the order of the alphabet have."""
    random = np.random.default_rng(6)
    src = random.integers(0, NODES, 1500)
    return Graph.from_edges(src, np.clip(src + random.integers(-5, 6, 1500), 0, NODES - 1), NODES)


GRAPHS: dict[str, Any] = {
    "scattered": scattered,
    "weighted": lambda: scattered(weighted=True),
    "neighbours": neighbours,
}
ONE = np.eye(NODES)[7]
STARTS = {"everywhere": np.full(NODES, 1 / NODES), "one": ONE, "few": ONE + np.eye(NODES)[NODES - 1]}


def truth(graph: Graph, damping: float, right: Floats) -> Floats:
    """The same equation by a dense matrix."""
    rows = np.repeat(np.arange(graph.n), np.diff(graph.in_offsets))
    pull = np.zeros((graph.n, graph.n))
    pull[rows, graph.in_sources] = 1.0 if graph.in_weights is None else graph.in_weights
    pull /= np.where(graph.out_weight > 0, graph.out_weight, 1)
    return np.linalg.solve(np.eye(graph.n) - damping * pull, right).astype(np.float64)


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("damping", [0.1, 0.85, 0.99])
def test_blocks_of_rows_lead_to_the_solution(name: str, start: str, damping: float) -> None:
    graph = GRAPHS[name]()
    found, _, error = solve(graph, core_of(graph, damping), Goal(damping, 1e-12, 9999), STARTS[start])
    exact = truth(graph, damping, STARTS[start])
    assert error <= 1e-12
    assert np.abs(found - exact).sum() <= 2e-12 * exact.sum()


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize("sweeps", range(1, 12))
def test_the_error_is_never_above_its_bound(name: str, start: str, sweeps: int) -> None:
    graph = GRAPHS[name]()
    found, made, bound = solve(graph, core_of(graph, 0.85), Goal(0.85, 1e-14, sweeps), STARTS[start])
    exact = truth(graph, 0.85, STARTS[start])
    error = np.abs(found / found.sum() - exact / exact.sum()).sum()
    assert made == sweeps
    assert error <= bound + 1e-15


def test_the_bound_is_near_the_error_where_closed_pairs_keep_their_mass() -> None:
    graph = scattered()
    found, _, bound = solve(graph, core_of(graph, 0.85), Goal(0.85, 1e-9, 500), STARTS["everywhere"])
    exact = truth(graph, 0.85, STARTS["everywhere"])
    error = np.abs(found / found.sum() - exact / exact.sum()).sum()
    assert 1e-11 < error <= bound < 10 * error


@pytest.mark.parametrize("name", GRAPHS)
def test_any_number_of_threads_leads_to_the_same_bits(name: str) -> None:
    graph = GRAPHS[name]()
    found = set()
    for threads in (1, 2, 3, 8, None):
        core = core_of(graph, 0.85, threads=threads)
        y, sweeps, error = solve(graph, core, Goal(0.85, 1e-10, 500), STARTS["few"], threads=threads)
        found.add((y.tobytes(), sweeps, error))
    assert len(found) == 1


@pytest.mark.parametrize("name", GRAPHS)
def test_a_core_holds_each_of_its_links_once_and_where_their_weight_goes(name: str) -> None:
    graph = GRAPHS[name]()
    core, blocks = core_of(graph, 0.85), 4
    assert (len(core.cuts), core.cuts[0], core.cuts[-1]) == (blocks + 1, 0, len(core.ids))
    place = {node: row for row, node in enumerate(core.ids.tolist())}
    flow, late = np.zeros((len(core.ids), blocks)), np.zeros(len(core.ids))
    for row, node in enumerate(core.ids.tolist()):
        edges = range(graph.in_offsets[node], graph.in_offsets[node + 1])
        given = {
            int(graph.in_sources[at]): 1 if graph.in_weights is None else graph.in_weights[at] for at in edges
        }
        inside = {place[source]: weight for source, weight in given.items() if source in place}
        own = core.sources[core.starts[row] : core.ends[row]].tolist()
        outside = core.sources[core.ends[row] : core.starts[row + 1]].tolist()
        assert (sorted(own), sorted(outside)) == (sorted(inside), sorted(set(given) - set(place)))
        block = np.searchsorted(core.cuts, row, side="right") - 1
        for source, weight in inside.items():
            flow[source, block] += weight
            late[source] += weight if source >= row or source < core.cuts[block] else 0
    step = core.step[core.ids]
    np.testing.assert_allclose(core.flow, flow * step[:, None], rtol=1e-12)
    np.testing.assert_allclose(core.late, late * step, rtol=1e-12, atol=1e-16)


def test_blocks_are_stretches_of_ids_where_ids_are_near_and_else_the_most_linked_lead() -> None:
    near, far = (core_of(graph, 0.85) for graph in (neighbours(), scattered()))
    for core, graph, stretches in ((near, neighbours(), True), (far, scattered(), False)):
        degrees = np.diff(graph.in_offsets)[core.ids]
        blocks = [slice(*cut) for cut in zip(core.cuts[:-1], core.cuts[1:], strict=True)]
        ends = [(int(core.ids[block].min()), int(core.ids[block].max())) for block in blocks]
        assert all(np.all(np.diff(degrees[block]) <= 0) for block in blocks)
        assert all(last < first for (_, last), (first, _) in pairwise(ends)) is stretches
        assert np.all(np.diff(degrees) <= 0) is np.bool_(not stretches)


def test_a_start_that_leads_nowhere_stays_where_it_is() -> None:
    graph = Graph.from_edges([1, 2, 2, 3], [2, 1, 3, 2], 5)
    right = np.array([0.0, 0, 0, 0, 1])
    found, sweeps, error = solve(graph, core_of(graph, 0.85), Goal(0.85, 1e-9, 50), right)
    assert (found.tolist(), sweeps, error) == (right.tolist(), 0, 0.0)
