"""What does the index hold as a whole: which files, and whose links?"""

from typing import Any

from backlit.index.engine import connect, parquet, rows_of
from backlit.index.tables import Index, Version

__all__ = ["all_sources", "best_linked"]


def all_sources(index: Index, version: Version) -> list[dict[str, Any]]:
    """The sources of a version, newest first."""
    files = index.files(version, "sources")
    if not files:
        return []
    query = f"SELECT * FROM {parquet(files)} ORDER BY ingested_at DESC, name, source_id"
    return rows_of(connect(), query)


def best_linked(index: Index, version: Version, limit: int) -> list[dict[str, Any]]:
    """The target domains that the most domains ever linked to, with the links and domains seen."""
    files = index.files(version, "links")
    if not files:
        return []
    query = f"""SELECT target_domain AS domain, count(DISTINCT source_domain) AS domains,
        count(DISTINCT (source_key, target_key, kind)) AS links FROM {parquet(files)}
        WHERE first_seen IS NOT NULL AND source_domain <> target_domain
        GROUP BY 1 ORDER BY domains DESC, links DESC, domain LIMIT {int(limit)}"""
    return rows_of(connect(), query)
