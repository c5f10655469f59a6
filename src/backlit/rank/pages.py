"""How much of what a domain gets comes to each of its pages?

Voters send their votes to pages: each domain's share of the flow is dealt to the pages that it links to, by
the weight of its best link to each. From there readers follow internal links, going on with probability α:

    equity(p) = the probability that whoever arrives at the domain along a vote ever comes to page p

As for domains, coming is counted and not visiting, so a home page that every page links back to gains nothing
by being visited again, and no page has more than all: equity is 0 to 1.

Page authority is the score that the domain would have if only that share of its trust arrived. A domain
whose every vote leads to one page has that page's authority, exactly.
"""

from dataclasses import dataclass

import numpy as np

from backlit.rank.calibrate import score_with
from backlit.rank.graph import Floats, Graph, Ints
from backlit.rank.returns import returns
from backlit.rank.scale import Scale
from backlit.rank.trust import visits

__all__ = ["Equity", "arrivals", "equity", "page_scores", "rank_page_scores"]

RETURNS = 1e-4  # precision of the correction for loops


@dataclass(frozen=True, slots=True, eq=False)
class Equity:
    """float64[pages]: where votes arrive, and which share ever comes to each page."""

    arrives: Floats  # sums to 1
    equity: Floats


def arrivals(voter: Ints, page: Ints, weight: Floats, flow: Floats, pages: int) -> Floats:
    """Which share of all flow arrives at each page, float64[pages]; zeros if nothing flows.

    Row i says that domain `voter[i]` links to `page[i]` with `weight[i]` at its best; `flow` is what each
    voter sends to the whole site. Rows are distinct.
    """
    sent = np.bincount(voter, weight, minlength=len(flow))
    given = flow[voter] * weight / np.where(sent[voter] > 0, sent[voter], 1.0)
    found = np.bincount(page, given, minlength=pages).astype(np.float64)
    total = found.sum()
    return found / total if total > 0 else found


def equity(arrives: Floats, internal: Graph, *, damping: float = 0.85, threads: int | None = None) -> Equity:
    """What comes to each page from where votes arrive, over internal links."""
    if not arrives.any():
        return Equity(arrives, np.zeros(len(arrives)))
    visited = visits(internal, [arrives], damping=damping, tol=1e-12, threads=threads).counts[0]
    reached = np.flatnonzero(visited > 0)
    again = returns(internal, nodes=reached, damping=damping, precision=RETURNS, threads=threads)
    return Equity(arrives, np.minimum(visited / again, 1.0))


def page_scores(score: float, scale: Scale, share: Floats) -> Floats:
    """Scores of pages by the method with trust, where raw scores grow with its root; NaN for no share.

    `score` is the domain's, on `scale`.
    """
    plain = np.interp(score, scale.then, scale.now) if scale.now else score
    with np.errstate(divide="ignore"):
        moved = plain + 50 * np.log10(share) / scale.decades
    found = np.clip(moved, 0, 100)
    if scale.now:
        found = np.interp(found, scale.now, scale.then)
    return np.where(share > 0, found, np.nan)


def rank_page_scores(score: float, pagerank: Floats, harmonic: Floats, node: int, share: Floats) -> Floats:
    """Scores of pages by the method without trust: with that share of the domain's PageRank; NaN for none."""
    scorer = score_with(pagerank, harmonic, node)
    whole = float(scorer(pagerank[node : node + 1])[0])
    found = np.clip(scorer(pagerank[node] * share) + score - whole, 0, 100)
    return np.where(share > 0, found, np.nan)
