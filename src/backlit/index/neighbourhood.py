"""Whom do the domains that link to a target lead to, where do they live, and what do they have in common?

What judges groups of domains stands higher up (see `score.networks`); here is what it reads: who links to
whom, and, of every domain of the index, its address, its trackers and its votes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from backlit.index.engine import moment_of, text
from backlit.index.profile import Profile
from backlit.index.profile_sql import STANDING, VOTES
from backlit.model import LINK_ROWS, PAGES, RANKS, Placement

__all__ = ["Neighbourhood", "links_among", "neighbourhood_of"]

#: Places that a template fills on every page. Not the sidebar: friends list each other there.
_TEMPLATE = ", ".join(str(int(place)) for place in (Placement.FOOTER, Placement.HEADER, Placement.NAV))
#: Shorter titles and paths are alike by chance.
_TITLE, _PATH = 15, 8
#: Domains of one page's copies.
_COPIES = 3

_REFERRING = f"""
SELECT source_domain AS domain, arg_min(lower(trim(anchor)), rowid) FILTER (trim(anchor) <> '') AS words
FROM links WHERE state IN {STANDING} GROUP BY ALL ORDER BY ALL
"""
_SAME = f"""
WITH said AS (
    SELECT DISTINCT source_domain AS domain,
        lower(trim(anchor)) || ' / ' || lower(trim(source_title)) || ' / ' || path AS value
    FROM (SELECT *, regexp_extract(split_part(source_key, ' ', 1), '/.*') AS path FROM links)
    WHERE state IN {STANDING} AND trim(anchor) <> '' AND length(trim(source_title)) >= {_TITLE}
        AND length(path) >= {_PATH}
)
SELECT domain, value FROM said SEMI JOIN (
    SELECT value FROM said GROUP BY 1 HAVING count(*) >= {_COPIES}) USING (value) ORDER BY ALL
"""
_LINKS = f"""
SELECT source_domain AS source, target_domain AS target,
    coalesce(placement IN ({_TEMPLATE}), false) AS template
FROM {{links}} AS l WHERE first_seen IS NOT NULL AND source_domain <> target_domain AND kind IN ({VOTES})
    AND source_domain IN (SELECT domain FROM near) AND {{known}}
GROUP BY ALL ORDER BY ALL
"""
_AMONG = f"""
SELECT source_domain AS source, target_domain AS target, count(*) AS links
FROM {{links}} AS l WHERE first_seen IS NOT NULL AND source_domain <> target_domain AND kind IN ({VOTES})
    AND source_domain IN (SELECT domain FROM chosen) AND target_domain IN (SELECT domain FROM chosen)
    AND {{known}}
GROUP BY ALL ORDER BY ALL
"""
_ADDRESSES = """
SELECT page_domain AS domain, arg_max(ip, fetched_at) AS value FROM {pages} AS p
WHERE ip IS NOT NULL AND {known} GROUP BY ALL ORDER BY ALL
"""
_TRACKERS = """
SELECT DISTINCT page_domain AS domain, unnest(trackers) AS value FROM {pages} AS p
WHERE len(trackers) > 0 AND {known} ORDER BY ALL
"""
_RANKS = """
SELECT domain, referring_domains AS votes, trust FROM {ranks} AS r WHERE release = {release} ORDER BY domain
"""


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Tables: `referring` (domain, words), `links` (source, target, template) of those and of the target,
    `copies`, `addresses` and `trackers` (domain, value), `ranks` (domain, votes, trust).

    Links are all that were ever seen; the rest is of the whole index, so that what is common can be told.
    """

    referring: pa.Table
    links: pa.Table
    copies: pa.Table
    addresses: pa.Table
    trackers: pa.Table
    ranks: pa.Table


def links_among(profile: Profile, domains: Sequence[str]) -> pa.Table:
    """Which of some domains link to which others of them: source, target and how many links were ever seen,
    as known at the profile's moment. Reads two columns of all links of the index once."""
    connection, facts, as_of = profile.connect(), profile.facts, profile.asked
    links = profile.instance.relation(facts.files("links"), LINK_ROWS)
    known = f"first_seen <= {moment_of(as_of)}" if as_of else "true"
    connection.register("chosen", pa.table({"domain": pa.array(domains, pa.string())}))
    found = connection.sql(_AMONG.format(links=links, known=known)).to_arrow_table()
    connection.unregister("chosen")
    return found


def neighbourhood_of(profile: Profile) -> Neighbourhood:
    """What is near the target of a profile, as known at its moment. Reads all links of the index once."""
    connection, instance, facts, as_of = profile.connect(), profile.instance, profile.facts, profile.asked

    def ask(query: str) -> pa.Table:
        return connection.sql(query).to_arrow_table()

    referring = ask(_REFERRING)
    own = pa.array([profile.domain], pa.string())
    connection.register("near", pa.table({"domain": pa.concat_arrays([*referring["domain"].chunks, own])}))
    read, seen = (
        f"{name} <= {moment_of(as_of)}" if as_of else "true" for name in ("fetched_at", "first_seen")
    )
    links = instance.relation(facts.files("links"), LINK_ROWS)
    pages = instance.relation(facts.files("pages"), PAGES)
    ranks = instance.relation(facts.files("ranks"), RANKS)
    release = text(profile.release["release"] if profile.release else "")
    found = Neighbourhood(
        referring,
        ask(_LINKS.format(links=links, known=seen)),
        ask(_SAME),
        ask(_ADDRESSES.format(pages=pages, known=read)),
        ask(_TRACKERS.format(pages=pages, known=read)),
        ask(_RANKS.format(ranks=ranks, release=release)),
    )
    connection.unregister("near")
    return found
