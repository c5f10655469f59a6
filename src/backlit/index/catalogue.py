"""What does the index hold as a whole: which files, and whose links?"""

from datetime import date, datetime
from typing import Any

from backlit.index.aliases import moved_keys
from backlit.index.engine import connect, parquet, rows_of, text
from backlit.index.fold import fold_query
from backlit.index.tables import Index, Version
from backlit.model import State

__all__ = [
    "LOOKED",
    "all_sources",
    "best_linked",
    "largest_targets",
    "observed",
    "observed_days",
    "rows_of_links",
    "source_names",
    "source_starts",
]


#: Kinds of sources in which somebody looked at pages; a list of links may carry any date.
LOOKED = ("warc", "wat")


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


def source_starts(index: Index, version: Version) -> list[tuple[str, datetime | None]]:
    """Each name of a source with the first moment that it tells of; None where it tells of none."""
    files = index.files(version, "sources")
    if not files:
        return []
    query = f"SELECT name, min(first_observed) FROM {parquet(files)} GROUP BY name ORDER BY name"
    return connect().execute(query).fetchall()


def observed(index: Index, version: Version) -> tuple[datetime | None, datetime | None]:
    """The first moment at which anything was observed, and the last one that counts as today: the newest look
    at a page, or where nobody looked, the newest date of an export."""
    files = index.files(version, "sources")
    if not files:
        return None, None
    looked = ", ".join(map(text, LOOKED))
    query = f"""SELECT min(first_observed) AS oldest,
        coalesce(max(last_observed) FILTER (kind IN ({looked})), max(last_observed)) AS newest
        FROM {parquet(files)}"""
    [row] = rows_of(connect(), query)
    return row["oldest"], row["newest"]


def observed_days(index: Index, version: Version) -> list[tuple[date, date]]:
    """The first and the last day of each source that tells of links, in order, without repetition."""
    files = index.files(version, "sources")
    if not files:
        return []
    query = f"""SELECT DISTINCT first_observed::DATE, last_observed::DATE FROM {parquet(files)}
        WHERE first_observed IS NOT NULL AND last_observed IS NOT NULL AND pages + links + leads > 0
        ORDER BY ALL"""
    return [(first, last) for first, last in connect().execute(query).fetchall()]


def best_linked(index: Index, version: Version, limit: int) -> list[dict[str, Any]]:
    """The target domains that most domains link to now, by their other names too, as `overview` counts."""
    files = index.files(version, "links")
    if not files:
        return []
    connection = connect(temporary=index.home / "tmp")
    fold = fold_query(parquet(files), "source_domain <> target_domain")
    connection.execute(f"CREATE TEMP VIEW standing AS FROM ({fold}) WHERE state <> {int(State.LOST)}")
    ends = "SELECT target_domain AS domain, source_domain FROM standing"
    if moved_keys(index, version, connection):
        ends += """ UNION ALL SELECT m.domain, source_domain
            FROM standing JOIN moved_keys m ON key = target_key
            WHERE m.domain <> target_domain AND m.domain <> source_domain"""
    query = f"""SELECT domain, count(DISTINCT source_domain) AS domains, count(*) AS links FROM ({ends})
        GROUP BY 1 ORDER BY domains DESC, links DESC, domain LIMIT {int(limit)}"""
    return rows_of(connection, query)


def rows_of_links(index: Index, version: Version) -> int:
    """How many rows of links there are, of all targets, by what is noted of the files."""
    return sum(file.rows for file in index.entries(version, "links"))


def largest_targets(index: Index, version: Version, least: int) -> list[str]:
    """The target domains with at least so many rows of links, the largest first."""
    files = index.files(version, "links")
    if not files:
        return []
    query = f"""SELECT target_domain FROM {parquet(files)} WHERE source_domain <> target_domain
        GROUP BY 1 HAVING count(*) >= {int(least)} ORDER BY count(*) DESC, 1"""
    return [str(row[0]) for row in connect().execute(query).fetchall()]
