"""What stands around links to others, and what do a target's own pages call themselves?

What judges relevance stands higher up; here is what it reads, bounded: of links to others a sample of a few
stretches of the table, which is sorted by target, so that many targets are in it.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from backlit.index.engine import connect, moment_of, parquet, text
from backlit.index.tables import Index, Version
from backlit.urls import host_range

__all__ = ["CONTEXT", "contexts_elsewhere", "own_titles"]

#: The columns that say what the page of a link is about.
CONTEXT = ("source_language", "source_title", "before", "after")
#: Stretches of the table that are looked into, and links that are taken of each.
_STRETCHES, _OF_EACH = 16, 150
_MOST_TITLES = 1_000
_TITLES = """
SELECT arg_max(title, (fetched_at, reader)) AS title, arg_max(language, (fetched_at, reader)) AS language
FROM {pages} WHERE page_domain = {domain} AND title IS NOT NULL AND {known}
GROUP BY page_key ORDER BY length(page_key), page_key LIMIT {most}
"""


def own_titles(
    index: Index, version: Version, domain: str, as_of: datetime | None = None
) -> list[tuple[str, str | None]]:
    """Titles of a domain's own pages with their languages, those of short addresses first; 1,000 at most."""
    files = index.files(version, "pages", host_range(domain), "page_key")
    if not files:
        return []
    known = f"fetched_at <= {moment_of(as_of)}" if as_of else "true"
    query = _TITLES.format(pages=parquet(files), domain=text(domain), known=known, most=_MOST_TITLES)
    found: pa.Table = connect().sql(query).to_arrow_table()
    return list(zip(found["title"].to_pylist(), found["language"].to_pylist(), strict=True))


def contexts_elsewhere(index: Index, version: Version, domain: str) -> pa.Table:
    """What stands around up to 2,400 links to other domains, the same ones each time that it is asked."""
    chance = random.Random(domain)
    files = [path for path, _ in index.sized_within(version, "links", ("", "\U0010ffff"), "target_key")]
    taken = [_of_stretch(path, group, domain, chance) for path, group in _stretches(files, chance)]
    return (
        pa.concat_tables(taken) if taken else pa.table({name: pa.array([], pa.string()) for name in CONTEXT})
    )


def _stretches(files: Sequence[str], chance: random.Random) -> Iterator[tuple[str, int]]:
    """Some row groups of some files."""
    chosen = chance.sample(list(files), min(len(files), _STRETCHES))
    each = max(_STRETCHES // max(len(chosen), 1), 1)
    for path in chosen:
        groups = pq.read_metadata(path).num_row_groups
        yield from ((path, group) for group in sorted(chance.sample(range(groups), min(groups, each))))


def _of_stretch(path: str, group: int, domain: str, chance: random.Random) -> pa.Table:
    with pq.ParquetFile(path) as file:
        rows = file.read_row_group(group, columns=["target_domain", *CONTEXT])
    rows = rows.filter(
        pc.and_(pc.not_equal(rows["target_domain"], domain), pc.is_valid(rows["source_title"]))
    )
    most = max(_OF_EACH, 1)
    chosen = sorted(chance.sample(range(rows.num_rows), min(rows.num_rows, most)))
    return rows.select(CONTEXT).take(pa.array(chosen, pa.int64()))
