"""Which marks do farms leave on a graph, without anybody having said who is one?

Four figures per node, none of them a verdict (Becchetti et al. 2006; Andersen et al., AIRWeb 2008):

- *robust*: what is left of its PageRank if no supporter may count for more than a thousandth of it. A site
  with a public keeps nearly all, one that few prop up keeps nearly nothing. It says nothing of nodes with
  fewer than five in-links, and a farm of over a thousand equal domains stays below the cap.
- *distant*: what comes from more than two links away, next to the PageRank. Farms are near their target.
- *reach*: PageRank on turned links: high for whoever links to much. With a low rank of its own it is a
  directory, or somebody who sells links; beside a high one, a seed worth looking at (Gyöngyi et al. 2004).
- *distrust*: Anti-TrustRank from nodes that somebody decided against: whoever leads to them.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from backlit.rank.graph import Floats, Graph
from backlit.rank.push import robust_pagerank_graph
from backlit.rank.trust import anti_trustrank, inverse_pagerank, truncated_pagerank

__all__ = ["CAP", "FEW", "LEAST_VOTERS", "Features", "features", "robust_share"]

CAP = 1e-3  # the share of a node's PageRank above which a supporter does not count (Andersen et al.)
LEAST_VOTERS = 5  # below, every supporter is a large one
#: Left of a PageRank that few prop up. On virtual webs of 360 to 3,100 domains those that networks and
#: sellers push keep 0.01 to 0.28, half of them 0.016 at most, and of all others 98 % more than 0.32.
FEW = 0.1
NEAR = 2  # links from which farms work
MOST_LOOKED_AT = 200_000  # nodes with a robust share, best PageRank first: each is some hundred pushes


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """float64[n] each, NaN where it is not known."""

    robust: Floats  # 0–1
    distant: Floats  # about 1 for a node like any other, 0 where nothing comes from afar
    reach: Floats  # sums to 1
    distrust: Floats | None  # sums to 1 at most; None without a node that is known to be bad


def features(
    graph: Graph, pagerank: Floats, *, bad: ArrayLike | None = None, threads: int | None = None
) -> Features:
    """The figures of every node; `pagerank` is the graph's, `bad` holds ids that somebody decided against.

    Raises GraphError for bad nodes that the graph does not have.
    """
    whole = np.where(pagerank > 0, pagerank, np.nan)
    known = bad is not None and len(np.asarray(bad)) > 0
    return Features(
        robust_share(graph, pagerank, threads=threads),
        truncated_pagerank(graph, NEAR).scores / whole,
        inverse_pagerank(graph).scores,
        anti_trustrank(graph, bad).scores if known and bad is not None else None,
    )


def robust_share(
    graph: Graph, pagerank: Floats, *, most: int = MOST_LOOKED_AT, threads: int | None = None
) -> Floats:
    """Robust over plain PageRank of nodes with five in-links or more, of the `most` best; else NaN."""
    able = np.flatnonzero(np.diff(graph.in_offsets) >= LEAST_VOTERS)
    best = np.sort(able[np.argsort(-pagerank[able], kind="stable")][:most])
    found = robust_pagerank_graph(graph, delta=CAP, nodes=best, threads=threads)
    with np.errstate(invalid="ignore"):
        return found.robust / found.pagerank
