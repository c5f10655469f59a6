"""What does the index hold as a whole: which files, and whose links?"""

from datetime import datetime
from typing import Any

from backlit.index.engine import connect, parquet, rows_of
from backlit.index.fold import fold_query
from backlit.index.tables import Index, Version
from backlit.model import State

__all__ = ["all_sources", "best_linked", "largest_targets", "newest_observation", "source_names"]


def all_sources(index: Index, version: Version) -> list[dict[str, Any]]:
    """The sources of a version, newest first."""
    files = index.files(version, "sources")
    if not files:
        return []
    query = f"SELECT * FROM {parquet(files)} ORDER BY ingested_at DESC, name, source_id"
    return rows_of(connect(), query)


def source_names(index: Index, version: Version) -> dict[str, str]:
    """The file name of every source, by its id."""
    files = index.files(version, "sources")
    if not files:
        return {}
    return dict(connect().execute(f"SELECT source_id, name FROM {parquet(files)}").fetchall())


def newest_observation(index: Index, version: Version) -> datetime | None:
    """The latest moment at which anything in the index was observed; None where nothing was."""
    files = index.files(version, "sources")
    if not files:
        return None
    [row] = rows_of(connect(), f"SELECT max(last_observed) AS newest FROM {parquet(files)}")
    newest: datetime | None = row["newest"]
    return newest


def best_linked(index: Index, version: Version, limit: int) -> list[dict[str, Any]]:
    """The target domains that the most domains link to now, counted as `overview` counts."""
    files = index.files(version, "links")
    if not files:
        return []
    links = fold_query(parquet(files), "source_domain <> target_domain")
    query = f"""SELECT target_domain AS domain, count(DISTINCT source_domain) AS domains, count(*) AS links
        FROM ({links}) WHERE state <> {int(State.LOST)}
        GROUP BY 1 ORDER BY domains DESC, links DESC, domain LIMIT {int(limit)}"""
    return rows_of(connect(temporary=index.home / "tmp"), query)


def largest_targets(index: Index, version: Version, least: int) -> list[str]:
    """The target domains with at least so many rows of links, the largest first."""
    files = index.files(version, "links")
    if not files:
        return []
    query = f"""SELECT target_domain FROM {parquet(files)} WHERE source_domain <> target_domain
        GROUP BY 1 HAVING count(*) >= {int(least)} ORDER BY count(*) DESC, 1"""
    return [str(row[0]) for row in connect().execute(query).fetchall()]
