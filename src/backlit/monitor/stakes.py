"""Would the index let go of something that nobody asked about if it read this look?

A look at a page for one link shows, too, that other links of it are gone with it, or that it leads to another
page no more, by which links arrive there. Neither is so because a page answered oddly once.
"""

from collections.abc import Mapping
from itertools import zip_longest

from backlit.index.visited import Stake
from backlit.ingest.http import GONE
from backlit.monitor.look import Look
from backlit.urls import page_key

__all__ = ["takes_from_others"]


def takes_from_others(look: Look, stakes: Mapping[str, Stake]) -> bool:
    """Whether a page on the way that the look went is gone, or leads elsewhere than it did; by `stakes`, by
    key, what rests on them."""
    hops = look.hops
    for hop, after in zip_longest(hops, hops[1:]):
        stake = stakes.get(page_key(hop.url))
        if stake is None:
            continue
        onward = after.url if after is not None else look.refresh
        leads_to = page_key(onward) if onward is not None else None
        if leads_to == page_key(hop.url):
            leads_to = None
        is_gone = after is None and look.status in GONE
        has_moved = leads_to != stake.leads_to
        if stake.leads_to is not None and has_moved and (leads_to or look.complete or is_gone):
            return True
        if stake.has_links and (is_gone or (has_moved and after is not None)):
            return True
    return False
