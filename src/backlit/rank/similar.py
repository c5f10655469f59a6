"""Which nodes are linked to by the same others?

Inbound similarity is the cosine of two sets of in-neighbours, |A ∩ B| / √(|A| · |B|): two sites about one
subject, or for one public, share the sites that link to them, whatever language they are written in.
"""

from dataclasses import dataclass

import numpy as np

from backlit.errors import GraphError
from backlit.rank.graph import Floats, Graph, Ints

__all__ = ["Similar", "similar"]


@dataclass(frozen=True, slots=True, eq=False)
class Similar:
    """The most similar nodes, best first."""

    nodes: Ints  # int64[k]
    cosine: Floats  # float64[k], above 0, at most 1
    shared: Ints  # int64[k]: in-neighbours in common


def similar(
    graph: Graph, node: int, *, most: int = 20, least_shared: int = 2, widest: int = 10_000
) -> Similar:
    """The nodes that share at least `least_shared` in-neighbours with `node`, by cosine, then id.

    In-neighbours that link to more than `widest` nodes are passed over: who links to everybody says nothing.

    Raises GraphError for a node that is not in the graph.
    """
    if not 0 <= node < graph.n:
        found = f"node {node} in a graph of {graph.n} nodes"
        raise GraphError("looking for similar nodes", found, "Use ids from 0 to n - 1")
    offsets, targets, _ = graph.out_csr()
    voters = graph.in_sources[graph.in_offsets[node] : graph.in_offsets[node + 1]]
    narrow = voters[graph.out_degree[voters] <= widest]
    together = [targets[offsets[voter] : offsets[voter + 1]] for voter in narrow]
    ids, shared = np.unique(np.concatenate([*together, targets[:0]]), return_counts=True)
    keep = (ids != node) & (shared >= least_shared)
    ids, shared = ids[keep].astype(np.int64), shared[keep]
    size = np.diff(graph.in_offsets)
    cosine = shared / np.sqrt(len(voters) * size[ids])
    best = np.lexsort((ids, -cosine))[:most]
    return Similar(ids[best], cosine[best], shared[best])
