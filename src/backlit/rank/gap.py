"""When do plain PageRank and authority disagree so much that it has to be said?

PageRank can be farmed and authority cannot, so a domain that only PageRank puts high is worth a look. The
targets of farms of 100 domains and more are told on a made-up web of 3,000 domains, the political blogs and
13,338 real domains; nobody else on the first two, and on the third, a sparse crawl that few seeds lead into,
19 of the 299 domains with five voters: corners that the seeds do not know. So it is a caution with two
readings, and no finding.
"""

__all__ = ["FARTHER", "LEAST_VOTERS", "PROMINENT", "disagrees"]

PROMINENT = 0.1  # of all places: below, PageRank is no prominence that somebody bought
FARTHER = 100.0  # how many times its place by authority is its place by PageRank
LEAST_VOTERS = 5


def disagrees(place: float | None, pagerank_place: float, of: int, voters: int) -> bool:
    """Whether PageRank puts a domain high, and authority far behind or nowhere (no place).

    >>> disagrees(14_000, 3, 30_000, 1_000), disagrees(20, 3, 30_000, 1_000)
    (True, False)
    """
    if voters < LEAST_VOTERS or pagerank_place > PROMINENT * of:
        return False
    return place is None or place >= FARTHER * pagerank_place
