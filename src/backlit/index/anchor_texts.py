"""What do links say, where do they lead, and what do the target's own pages and searches say of it?

What judges anchors stands higher up (see `profile.Profile.classify`); here is what it reads, bounded.
"""

from datetime import datetime

import pyarrow as pa

from backlit.index.engine import connect, moment_of, parquet, text
from backlit.index.profile_sql import VOTES
from backlit.index.tables import Index, Version
from backlit.urls import host_range

__all__ = ["CLASSES", "OF_LINK", "TEXTS", "USES", "queries_of", "titles_of"]

#: What the links of a target say, each text once: of a link without words its image's text. The best link
#: with a text says where it leads and on a page in which language.
TEXTS = f"""
SELECT coalesce(anchor, '') AS said, CASE WHEN coalesce(anchor, '') = '' THEN alt END AS pictured,
    arg_min(CASE WHEN len(via) > 0 THEN via[len(via)].canonical_key ELSE target_key END, rowid) AS target_key,
    arg_min(source_language, rowid) AS language,
    count(*) AS links, count(DISTINCT source_domain) AS domains
FROM links WHERE kind IN ({VOTES}) GROUP BY ALL ORDER BY said, pictured NULLS FIRST
"""
#: What a higher room found out about these texts.
CLASSES = """
CREATE TABLE IF NOT EXISTS anchor_classes (
    said VARCHAR, pictured VARCHAR, class VARCHAR, money BOOLEAN, links BIGINT)
"""
_SAME = """a.said = coalesce(anchor, '')
    AND a.pictured IS NOT DISTINCT FROM CASE WHEN coalesce(anchor, '') = '' THEN alt END"""
#: A column of `anchor_classes` for a link, in SQL.
OF_LINK = f"(SELECT {{column}} FROM anchor_classes a WHERE {_SAME})"

#: Which domain uses which text, over the links that count, and how often.
USES = f"""
SELECT source_domain AS domain, coalesce(nullif(a.said, ''), a.pictured, '') AS text, a.class, a.money,
    count(*) AS links
FROM current JOIN anchor_classes a ON {_SAME}
WHERE kind IN ({VOTES}) GROUP BY ALL ORDER BY ALL
"""

_MOST_TITLES, _MOST_QUERIES = 200_000, 1_000
_TITLES = """
SELECT page_key, arg_max(title, (fetched_at, reader)) AS title FROM {pages}
WHERE page_domain = {domain} AND title IS NOT NULL AND {known}
GROUP BY page_key ORDER BY page_key LIMIT {most}
"""
_QUERIES = """
SELECT value, sum(clicks) AS clicks, sum(impressions) AS impressions FROM {performance}
WHERE site_domain = {domain} AND dimension = 'query' AND {known}
GROUP BY value ORDER BY clicks DESC, impressions DESC, value LIMIT {most}
"""


def titles_of(index: Index, version: Version, domain: str, as_of: datetime | None = None) -> dict[str, str]:
    """The titles of a domain's own pages by page key, as they were read last; 200,000 at most."""
    files = index.files(version, "pages", host_range(domain), "page_key")
    if not files:
        return {}
    known = f"fetched_at <= {moment_of(as_of)}" if as_of else "true"
    query = _TITLES.format(pages=parquet(files), domain=text(domain), known=known, most=_MOST_TITLES)
    found: pa.Table = connect().sql(query).to_arrow_table()
    return dict(zip(found["page_key"].to_pylist(), found["title"].to_pylist(), strict=True))


def queries_of(index: Index, version: Version, domain: str, as_of: datetime | None = None) -> list[str]:
    """What people searched for and found a domain with, the most clicked first; 1,000 at most."""
    files = index.files(version, "performance", (domain, domain + "\0"), "site_domain")
    if not files:
        return []
    known = f"reported_at <= {moment_of(as_of)}" if as_of else "true"
    query = _QUERIES.format(performance=parquet(files), domain=text(domain), known=known, most=_MOST_QUERIES)
    found: pa.Table = connect().sql(query).to_arrow_table()
    return [str(value) for value in found["value"].to_pylist()]
