"""What did the latest look at each of some pages say of the page itself?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from backlit.index.engine import connect, parquet
from backlit.index.tables import Index, Version
from backlit.ingest.http import GONE
from backlit.model import Reader

__all__ = ["Answered", "Stake", "Visited", "answered", "known_pages", "stakes", "visited"]


@dataclass(frozen=True, slots=True)
class Visited:
    """Of the latest look that read the page: its canonical key, and what its robots tags say."""

    canonical_key: str | None
    robots: int | None


@dataclass(frozen=True, slots=True)
class Answered:
    """What a page answered when it was asked for last, and since when every look found it gone."""

    status: int
    at: datetime
    gone_since: datetime | None


@dataclass(frozen=True, slots=True)
class Stake:
    """What rests on how a page answers: the key of the page that it leads to by a redirect or a refresh, and
    whether links stand on it; `seen_at` is the look that showed it."""

    leads_to: str | None
    has_links: bool
    seen_at: datetime


_ANSWERS = f"""
WITH looks AS (
    SELECT page_key, fetched_at, arg_max(status, reader) AS status
    FROM {{pages}} SEMI JOIN wanted USING (page_key)
    WHERE reader > {int(Reader.EXPORT)} AND status IS NOT NULL GROUP BY ALL),
there AS (
    SELECT page_key, max(fetched_at) FILTER (status NOT IN {GONE}) AS last FROM looks GROUP BY page_key)
SELECT page_key, arg_max(status, fetched_at), max(fetched_at),
    min(fetched_at) FILTER (status IN {GONE} AND fetched_at > coalesce(last, '-infinity'))
FROM looks JOIN there USING (page_key) GROUP BY page_key
"""
_LATEST = f"""
SELECT page_key, canonical_key, robots
FROM {{pages}} SEMI JOIN wanted USING (page_key)
WHERE reader > {int(Reader.EXPORT)} AND status = 200
QUALIFY row_number() OVER (PARTITION BY page_key ORDER BY fetched_at DESC, reader DESC) = 1
"""

_ANY = f"""
SELECT DISTINCT page_key FROM {{pages}} SEMI JOIN wanted USING (page_key) WHERE reader > {int(Reader.EXPORT)}
"""


_STAKES = f"""
SELECT page_key, coalesce(redirect_key, refresh_key) AS leads_to,
    redirect_key IS NULL AND len(outlinks) > 0 AS has_links, fetched_at
FROM {{pages}} SEMI JOIN wanted USING (page_key)
WHERE reader > {int(Reader.EXPORT)}
    AND (complete OR redirect_key IS NOT NULL OR refresh_key IS NOT NULL OR len(outlinks) > 0)
QUALIFY row_number() OVER (PARTITION BY page_key ORDER BY fetched_at DESC, reader DESC) = 1
"""
#: So many pages lead from one to the next before nobody follows any more.
_STEPS = 10


def stakes(index: Index, version: Version, keys: Iterable[str]) -> Mapping[str, Stake]:
    """What rests on pages, by key, and on those that they lead to; without those on which nothing does."""
    found: dict[str, Stake] = {}
    asked, wanted = set[str](), set(keys)
    connection = connect()
    for _ in range(_STEPS):
        named = sorted(wanted - asked)
        files = index.files(version, "pages", (named[0], named[-1] + "\0"), "page_key") if named else []
        if not files:
            break
        connection.register("wanted", pa.table({"page_key": pa.array(named, pa.string())}))
        rows = connection.execute(_STAKES.format(pages=parquet(files))).fetchall()
        for key, leads_to, has_links, at in rows:
            if has_links or leads_to not in (None, key):
                found[key] = Stake(leads_to if leads_to != key else None, has_links, at)
        asked |= wanted
        wanted = {stake.leads_to for stake in found.values() if stake.leads_to is not None}
    return found


def visited(index: Index, version: Version, keys: Iterable[str]) -> Mapping[str, Visited]:
    """The pages, by key, that a look of a crawl or of ours has read."""
    files = index.files(version, "pages")
    wanted = pa.table({"page_key": pa.array(sorted(set(keys)), pa.string())})
    if not files or not wanted.num_rows:
        return {}
    connection = connect()
    connection.register("wanted", wanted)
    rows = connection.execute(_LATEST.format(pages=parquet(files))).fetchall()
    return {key: Visited(canonical, robots) for key, canonical, robots in rows}


def known_pages(index: Index, version: Version, keys: Iterable[str]) -> set[str]:
    """The pages, by key, that any look of a crawl or of ours has asked for, whatever they answered."""
    files = index.files(version, "pages")
    wanted = pa.table({"page_key": pa.array(sorted(set(keys)), pa.string())})
    if not files or not wanted.num_rows:
        return set()
    connection = connect()
    connection.register("wanted", wanted)
    rows = connection.execute(_ANY.format(pages=parquet(files))).fetchall()
    return {key for (key,) in rows}


def answered(index: Index, version: Version, keys: Iterable[str]) -> Mapping[str, Answered]:
    """What the pages, by key, answered last; without those that nobody has asked for."""
    named = sorted(set(keys))
    if not named:
        return {}
    files = index.files(version, "pages", (named[0], named[-1] + "\0"), "page_key")
    if not files:
        return {}
    connection = connect()
    connection.register("wanted", pa.table({"page_key": pa.array(named, pa.string())}))
    rows = connection.execute(_ANSWERS.format(pages=parquet(files))).fetchall()
    return {key: Answered(*told) for key, *told in rows}
