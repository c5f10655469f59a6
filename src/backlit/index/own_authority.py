"""What is the authority of a target's own domain, or why is there none?"""

import json

import duckdb

from backlit.index.engine import rows_of, text
from backlit.index.profile_rows import Row, known_authority, unknown_authority
from backlit.urls import icann_domain

__all__ = ["own_authority"]

_NOT_RANKED = "The index has not been ranked yet: run `backlit rank`."
_NOT_RANKED_THEN = "There is no ranking of data that ends by this date."
_NO_VOTES = (
    "No link in this data votes for the domain. That says what was crawled, not what the web thinks: "
    "a crawl of pages that link to it would tell."
)
_UNTRUSTED = (
    "None of the trusted seeds leads to the domain along the links of this data. "
    "`backlit explain` names the seeds; `backlit rank --seeds FILE` uses others."
)


def own_authority(
    connection: duckdb.DuckDBPyConnection, domain: str, release: Row | None, *, is_past: bool
) -> Row:
    """The authority by a release, from the tables of the target; `is_past` where an earlier day is asked for.
    A sub-site has none, whatever its platform has."""
    platform, ranked = icann_domain(domain), _ranked(release)
    if platform != domain:
        why = f"{domain} is a sub-site of {platform}, and never wears the platform's authority."
        return unknown_authority(why, release, ranked)
    if release is None:
        return unknown_authority(_NOT_RANKED_THEN if is_past else _NOT_RANKED, None, None)
    found = rows_of(connection, f"SELECT * FROM authorities WHERE domain = {text(domain)}")
    if not found:
        return unknown_authority("The domain is not in the graph that was ranked.", release, ranked)
    if found[0]["authority"] is None:
        why = _UNTRUSTED if found[0]["referring_domains"] else _NO_VOTES
        return unknown_authority(release["unrankable"] or why, release, ranked, found[0])
    return known_authority(found[0], release, ranked)


def _ranked(release: Row | None) -> int | None:
    """How many domains have a score; rankings of before that was kept know all domains alone."""
    if release is None:
        return None
    return int(json.loads(release["parameters"]).get("ranked", release["domains"]))
