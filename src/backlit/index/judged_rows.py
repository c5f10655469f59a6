"""What does whoever judges the links of a target read of them, of their pages and of their domains?"""

from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa

from backlit.index.engine import moment_of, rows_of, text
from backlit.index.instance import Facts, Instance
from backlit.index.judgements import COUNTS
from backlit.index.profile import Profile
from backlit.index.profile_sql import STANDING
from backlit.model import PAGES, PRIOR_RANKS, RANKS

__all__ = ["judged_domains", "links_to_judge", "rows_to_judge"]

Row = dict[str, Any]

#: Rows of the table `pages` above which the facts of pages stay unknown: looking through more would take
#: longer than judging.
_MOST_PAGES = 20_000_000
#: Every key there is.
_EVERY = ("", "\U0010ffff")
_EMPTY = "NULL::VARCHAR AS page_key, NULL::INTEGER AS external_links, NULL::INTEGER AS internal_links"
_NO_PAGES = f"SELECT {_EMPTY}, NULL::INTEGER AS text_length, NULL::VARCHAR[] AS trackers LIMIT 0"
#: The facts of the linking pages, as they were read last.
_PAGES_OF_LINKS = """
SELECT page_key, unnest(arg_max(struct_pack(external_links, internal_links, text_length, trackers),
    (fetched_at, reader)))
FROM {pages} SEMI JOIN (SELECT DISTINCT source_key AS page_key FROM links) USING (page_key)
WHERE {known} AND text_length IS NOT NULL GROUP BY page_key
"""
#: Whether trust can be told at all: only a ranking by seeds knows it.
_RANKED_BY_TRUST = "trust"
#: Places of published ranks that say that a site is well known.
_PLACES = 100_000
_PUBLISHED = f"""
SELECT domain, min(harmonic_place) AS published_place FROM {{ranks}}
WHERE level = 'domain' AND harmonic_place <= {_PLACES} GROUP BY domain
"""
#: Domains that share a tracker: a platform's own id is on too many to mean one owner.
_SHARED_AT_MOST = 60
#: The links of a target, the best first, with all that is judged by.
_ROWS = f"""
WITH looked AS MATERIALIZED ({{pages}}),
published AS ({{published}}),
sampled AS (
    SELECT count(*) FILTER (referring_domains = 0) / count(*) AS lonely_share,
        count(*) FILTER (coalesce(trust, 0) <= 0) / count(*) AS untrusted_share
    FROM {{ranks}} AS r WHERE release = {{release}} AND linked_domains > 0),
carried AS (
    SELECT DISTINCT l.source_domain, unnest(p.trackers) AS tracker
    FROM links l JOIN looked p ON p.page_key = l.source_key),
shared AS (
    SELECT tracker, count(*) AS domains FROM carried GROUP BY tracker
    HAVING domains BETWEEN 2 AND {_SHARED_AT_MOST}),
owned AS (
    SELECT source_domain, max(domains) AS tracker_domains
    FROM carried JOIN shared USING (tracker) GROUP BY source_domain)
SELECT l.rowid AS line, l.state, l.occurrence, l.target_key, {{domain}} AS target_domain, l.source_key,
    l.source_domain, l.kind, l.rel, l.placement, l.hidden, l.source_robots, l.anchor, l.alt, l.before,
    l.after, l.source_title, l.source_language, l.source_ip, l.first_seen, l.last_seen, l.absent_at,
    p.external_links, p.internal_links, p.text_length,
    l.authority, a.percentile, a.trust, a.spam_mass, a.robust, a.reach, a.distrust,
    a.referring_domains, a.linked_domains, a.supporters[1] AS supporters_near,
    a.supporters[4] AS supporters_far, 100 * (1 - a.pagerank_rank / {{of}}) AS pagerank_percentile,
    r.published_place, CASE WHEN c.class IN ('brand', 'naked-url') THEN 1 END AS names_target,
    CASE WHEN c.class = 'exact' AND c.money THEN 0.8
        WHEN c.class IN ('title', 'generic', 'numeric') AND NOT c.money THEN 0 END AS money,
    s.lonely_share, s.untrusted_share,
    {{trusted}} AS ranked_by_trust, CASE WHEN a.domain IS NULL THEN 0 ELSE 1 END AS in_graph,
    CASE WHEN p.trackers IS NOT NULL THEN coalesce(o.tracker_domains, 1) END AS tracker_domains
FROM links l LEFT JOIN looked p ON p.page_key = l.source_key
LEFT JOIN authorities a ON a.domain = l.source_domain
LEFT JOIN owned o ON o.source_domain = l.source_domain
LEFT JOIN published r ON r.domain = l.source_domain
CROSS JOIN sampled s
LEFT JOIN anchor_classes c ON c.said = coalesce(l.anchor, '')
    AND c.pictured IS NOT DISTINCT FROM CASE WHEN coalesce(l.anchor, '') = '' THEN l.alt END
WHERE l.state IN {STANDING} ORDER BY l.rowid LIMIT {{most}}
"""


def links_to_judge(profile: Profile, most: int) -> pa.Table:
    """The links that are not lost, the best first, by whichever name they lead here, with all that is judged
    by: facts of their pages, ranks of their domains, classes of their anchors."""
    profile.load_classes()
    about = profile.instance, profile.facts, profile.release
    return rows_to_judge(profile.connect(), *about, text(profile.domain), most=most, as_of=profile.asked)


def rows_to_judge(
    connection: duckdb.DuckDBPyConnection,
    instance: Instance,
    facts: Facts,
    release: Row | None,
    target: str,
    *,
    most: int = 2**31,
    as_of: datetime | None = None,
) -> pa.Table:
    """The same of any links, where a connection has the tables `links`, `authorities` and `anchor_classes`;
    `target` is the SQL of their target's domain."""
    method = str(release["method"]) if release else ""
    query = _ROWS.format(
        pages=_pages(instance, facts, as_of),
        ranks=instance.relation(facts.files("ranks"), RANKS),
        release=text(str(release["release"]) if release else ""),
        published=_PUBLISHED.format(ranks=instance.relation(facts.files("prior_ranks"), PRIOR_RANKS)),
        domain=target,
        of=max(int(release["domains"]), 1) if release else 1,
        trusted=int(method.startswith(_RANKED_BY_TRUST)),
        most=int(most),
    )
    return connection.sql(query).to_arrow_table()


def judged_domains(profile: Profile, limit: float) -> Row:
    """How many referring domains were judged, read as spam and as unnatural from a limit on, and count."""
    return rows_of(profile.connect(), COUNTS.format(limit=float(limit)))[0]


def _pages(instance: Instance, facts: Facts, as_of: datetime | None) -> str:
    """The facts of the linking pages in SQL; none where there are too many pages to look through."""
    files = facts.index.sized_within(facts.version, "pages", _EVERY, "page_key")
    if not files or sum(rows for _, rows in files) > _MOST_PAGES:
        return _NO_PAGES
    known = f"fetched_at <= {moment_of(as_of)}" if as_of else "true"
    pages = instance.relation([path for path, _ in files], PAGES)
    return _PAGES_OF_LINKS.format(pages=pages, known=known)
