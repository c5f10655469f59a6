"""What does whoever judges the links of a target read of them, of their pages and of their domains?"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from backlit.index.engine import moment_of, text
from backlit.index.instance import Facts, Instance
from backlit.index.profile_sql import STANDING
from backlit.index.tables import Index
from backlit.model import PAGES

__all__ = ["pages_query", "rows_query"]

#: Rows of the table `pages` above which the facts of pages stay unknown: looking through more would take
#: longer than judging.
_MOST_PAGES = 20_000_000
#: After every key.
_LAST = "\U0010ffff"
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
#: Domains that share a tracker: a platform's own id is on too many to mean one owner.
_SHARED_AT_MOST = 60
#: The links of a target, the best first, with all that is judged by.
_ROWS = f"""
WITH looked AS MATERIALIZED ({{pages}}),
carried AS (
    SELECT DISTINCT l.source_domain, unnest(p.trackers) AS tracker
    FROM links l JOIN looked p ON p.page_key = l.source_key),
shared AS (
    SELECT tracker, count(*) AS domains FROM carried GROUP BY tracker
    HAVING domains BETWEEN 2 AND {_SHARED_AT_MOST}),
owned AS (
    SELECT source_domain, max(domains) AS tracker_domains
    FROM carried JOIN shared USING (tracker) GROUP BY source_domain)
SELECT l.rowid AS line, l.state, l.target_key, {{domain}} AS target_domain, l.source_key, l.source_domain,
    l.kind, l.rel, l.placement, l.hidden, l.source_robots, l.anchor, l.alt, l.before, l.after, l.source_title,
    l.source_language, l.source_ip, l.first_seen, l.last_seen, l.absent_at,
    p.external_links, p.internal_links, p.text_length,
    l.authority, a.percentile, a.trust, a.spam_mass, a.robust, a.reach, a.distrust,
    a.referring_domains, a.linked_domains, a.supporters[1] AS supporters_near,
    a.supporters[4] AS supporters_far, 100 * (1 - a.pagerank_rank / {{of}}) AS pagerank_percentile,
    {{trusted}} AS ranked_by_trust, CASE WHEN a.domain IS NULL THEN 0 ELSE 1 END AS in_graph,
    CASE WHEN p.trackers IS NOT NULL THEN coalesce(o.tracker_domains, 1) END AS tracker_domains
FROM links l LEFT JOIN looked p ON p.page_key = l.source_key
LEFT JOIN authorities a ON a.domain = l.source_domain
LEFT JOIN owned o ON o.source_domain = l.source_domain
WHERE l.state IN {STANDING} {{chosen}} ORDER BY l.rowid LIMIT {{most}}
"""
_LINES = "AND l.rowid IN ({lines})"


def pages_query(index: Index, facts: Facts, instance: Instance, as_of: datetime | None) -> str:
    """The facts of the linking pages in SQL; none where there are too many pages to look through."""
    files = index.sized_within(facts.version, "pages", ("", _LAST), "page_key")
    if not files or sum(rows for _, rows in files) > _MOST_PAGES:
        return _NO_PAGES
    known = f"fetched_at <= {moment_of(as_of)}" if as_of else "true"
    return _PAGES_OF_LINKS.format(pages=instance.relation([path for path, _ in files], PAGES), known=known)


def rows_query(
    pages: str, domain: str, release: Mapping[str, Any] | None, most: int, lines: Sequence[int] = ()
) -> str:
    """The links to a domain in SQL, by whichever name, the best first: at most so many, or of some lines."""
    method = str(release["method"]) if release else ""
    return _ROWS.format(
        pages=pages,
        domain=text(domain),
        of=max(int(release["domains"]), 1) if release else 1,
        trusted=int(method.startswith(_RANKED_BY_TRUST)),
        chosen=_LINES.format(lines=", ".join(map(str, lines))) if lines else "",
        most=int(most),
    )
