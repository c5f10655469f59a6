"""Graphs that ranks are tested on, and the dense matrices that answer the same questions slowly."""

import re
from pathlib import Path

import numpy as np
import numpy.typing as npt

from backlit.rank.graph import Graph
from tests.unit.shared import SHARED

__all__ = ["POLBLOGS", "dense", "links_of", "polblogs", "random_graph", "without"]

POLBLOGS = SHARED / "data" / "graphs" / "polblogs.gml"

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def polblogs(path: Path = POLBLOGS) -> tuple[Ints, Ints, int]:
    """Sources, targets and the number of political blogs of 2004."""
    text = path.read_text()
    ends = [re.findall(rf"^    {end} (\d+)$", text, re.MULTILINE) for end in ("source", "target")]
    src, dst = np.array(ends, dtype=np.int64) - 1
    return src, dst, 1490


def random_graph(seed: int, n: int = 200, edges: int = 900, *, weighted: bool = False) -> Graph:
    """Skewed in-degrees, some dangling nodes, some that nobody links to."""
    random = np.random.default_rng(seed)
    src, dst = random.integers(0, n, edges), (n * random.random(edges) ** 2).astype(np.int64)
    return Graph.from_edges(src, dst, n, weights=random.random(edges) + 0.01 if weighted else None)


def links_of(graph: Graph) -> tuple[Ints, Ints, Floats]:
    """Sources, targets and weights of all links."""
    targets = np.repeat(np.arange(graph.n), np.diff(graph.in_offsets))
    weights = np.ones(graph.edges) if graph.in_weights is None else graph.in_weights
    return graph.in_sources.astype(np.int64), targets, weights


def dense(graph: Graph, damping: float = 0.85) -> Floats:
    """(I − αP)⁻¹ by elimination."""
    src, dst, weights = links_of(graph)
    matrix = np.eye(graph.n)
    np.add.at(matrix, (src, dst), -damping * weights / graph.out_weight[src])
    return np.asarray(np.linalg.inv(matrix), np.float64)


def without(graph: Graph, edge: int) -> Graph:
    """The graph without the link that stands at a place of `links_of`."""
    src, dst, weights = (np.delete(part, edge) for part in links_of(graph))
    return Graph.from_edges(src, dst, graph.n, weights=weights)
