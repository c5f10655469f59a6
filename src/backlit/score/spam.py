"""Is a link noise, of the kind that search engines discount by themselves?

Scraped copies, comments and signatures that sell, guestbooks, pages that programs make for every domain. The
advice is to ignore it: nobody is harmed by what strangers do by the million.
"""

from backlit.score.readings import Reading

__all__ = ["SPAM"]

SPAM = Reading(
    name="spam",
    bias=-3.2,
    caps={"A": 3.8, "B": 3.8, "W": 0.4, "C": 2.4, "D": 2.4, "E": 0.8, "F": 0.8, "H": 1.2},
    slope=1.25,
    shift=0.2,
    needs_clause=False,
    advice="Ignore it. Search engines leave such links out by themselves.",
)
