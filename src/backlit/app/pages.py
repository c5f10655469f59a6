"""What are a target's pages worth, to the links that lead there and to each other?"""

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from backlit.app.answer import Row
from backlit.index.profile import Profile
from backlit.index.tables import Index
from backlit.urls import icann_domain

if TYPE_CHECKING:
    from backlit.rank.graph import Floats
    from backlit.rank.page_ranks import Voters

__all__ = ["rank_pages"]

_SCHEMA = pa.schema(
    [
        ("page", pa.string()),
        ("authority", pa.float64()),
        ("equity", pa.float64()),
        ("internal_links", pa.int64()),
        ("why", pa.string()),
    ]
)
_PRIOR = "The domain's authority is a prior from published ranks, which say nothing about its pages."
_NO_VOTE = "No link that counts as a vote leads to any page of the domain."
_NOT_REACHED = (
    "No vote leads to the page, and no internal link that was read leads here from one that has any."
)
_NOT_KEPT = (
    "No vote leads to the page, and internal links were not kept: `backlit ingest --internal all` would."
)


def rank_pages(index: Index, profile: Profile) -> pa.Table:
    """A table of page, authority, equity, internal_links and why, of the pages of a whole domain.

    Where nothing can be said, a row without a page says why.
    """
    from backlit.rank.page_ranks import voters_of
    from backlit.rank.votes import Votes

    votes, own = Votes(), profile.authority
    links = profile.page_links(votes.where(), votes.weight())
    if own["score"] is None or own["prior"]:
        return _table(links, [], None, None, own["why"] or _PRIOR)
    cast = profile.page_votes(votes.where(), votes.weight())
    names = [icann_domain(name) for name in cast["domain"].to_pylist()]
    assert profile.release is not None  # there is no score without one
    voters = voters_of(index, profile.version, profile.release, sorted(set(names)))
    return _ranked(index, profile, voters, cast, names, links, own)


def _ranked(
    index: Index,
    profile: Profile,
    voters: "Voters",
    cast: pa.Table,
    names: list[str],
    links: pa.Table,
    own: Row,
) -> pa.Table:
    from backlit.rank.graph import Graph
    from backlit.rank.page_ranks import scores_of_pages
    from backlit.rank.pages import arrivals, equity

    ends = [cast["page"].to_pylist(), links["source"].to_pylist(), links["page"].to_pylist()]
    pages = sorted({page for end in ends for page in end})
    node = {page: at for at, page in enumerate(pages)}
    votes, src, dst = (np.array([node[page] for page in end], np.int64) for end in ends)
    who = np.array([voters.place[name] for name in names], np.int64)
    arrived = arrivals(who, votes, cast["weight"].to_numpy(), voters.flow, len(pages))
    if not arrived.any():
        return _table(links, [], None, None, _NO_VOTE)
    inside = Graph.from_edges(src, dst, len(pages), weights=links["weight"].to_numpy())
    share = equity(arrived, inside).equity
    assert profile.release is not None
    found = scores_of_pages(index, profile.version, profile.release, profile.domain, own["score"], share)
    return _table(links, pages, found, share, None)


def _table(
    links: pa.Table, pages: list[str], scores: "Floats | None", share: "Floats | None", why: str | None
) -> pa.Table:
    """One row per page; without scores only the numbers of internal links, and why."""
    counted: dict[str, int] = {}
    for page in links["page"].to_pylist():
        counted[page] = counted.get(page, 0) + 1
    kept = bool(counted)
    rows = []
    for at, page in enumerate(pages or sorted(counted)):
        score = None if scores is None or np.isnan(scores[at]) else float(scores[at])
        rows.append(
            {
                "page": page,
                "authority": score,
                "equity": None if share is None else float(share[at]),
                "internal_links": counted.get(page, 0) if kept else None,
                "why": None if score is not None else why or (_NOT_REACHED if kept else _NOT_KEPT),
            }
        )
    return pa.Table.from_pylist([*rows, {"page": None, "why": why or _NOT_REACHED}], schema=_SCHEMA)
