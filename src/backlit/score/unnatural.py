"""Was a link paid for, placed, exchanged, or made by a network, against a clause of the link spam policy?

The only reading that can end in a request to remove a link, and only where its owner bought or placed it.
What is declared (sponsored, nofollow, ugc) is no fault.
"""

from backlit.score.readings import Reading

__all__ = ["UNNATURAL"]

UNNATURAL = Reading(
    name="unnatural",
    bias=-3.2,
    caps={"A": 1.2, "B": 3.6, "W": 1.7, "C": 3.0, "D": 3.4, "E": 3.2, "F": 0.6, "H": 1.2},
    slope=1.25,
    shift=0.0,
    needs_clause=True,
    advice=(
        "Look at the page. If you bought, placed or arranged the link, ask for rel=sponsored or for its "
        "removal. If strangers did, there is nothing to do."
    ),
)
