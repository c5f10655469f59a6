"""Which links did a later look no longer find?

Whatever an earlier look at a page has and the next look by a reader at least as rich lacks gets a
tombstone at the time of that next look. New looks are compared with those before and after them, which
may both be in the index already, so the order of arrival plays no part (docs/adr/0001).
"""

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from backlit.index.engine import parquet
from backlit.index.tables import Index
from backlit.model import LINKS, LostReason
from backlit.urls import CANONICAL_VERSION, domain_of_key

__all__ = ["find_tombstones"]

_LOOKS = f"""
CREATE TEMP TABLE looks AS
SELECT page_key, page_domain, fetched_at, reader, keeps_internal, outlinks, fresh, source_id, "offset",
    CASE WHEN redirect_key IS NOT NULL THEN {int(LostReason.PAGE_REDIRECTED)}
         WHEN status IN (404, 410) THEN {int(LostReason.PAGE_GONE)}
         ELSE {int(LostReason.REMOVED)} END AS reason
FROM ({{looks}}) WHERE complete
"""

# The next later look by a reader at least as rich.
_PAIRS = """
CREATE TEMP TABLE pairs AS
SELECT earlier.page_key, earlier.fetched_at, earlier.reader, min(later.fetched_at) AS gone_at
FROM looks earlier JOIN looks later ON later.page_key = earlier.page_key
    AND later.fetched_at > earlier.fetched_at AND later.reader >= earlier.reader
GROUP BY ALL
"""

# Pairs of which neither look is new were compared when they came.
_GONE = """
WITH fresh AS (SELECT page_key, fetched_at FROM looks WHERE fresh),
compared AS (
    SELECT * FROM pairs p WHERE EXISTS (
        FROM fresh f WHERE f.page_key = p.page_key AND f.fetched_at IN (p.fetched_at, p.gone_at))
),
had AS (
    SELECT DISTINCT page_key, gone_at, unnest(outlinks) AS link
    FROM compared JOIN looks USING (page_key, fetched_at, reader)
),
later AS (
    SELECT page_key, fetched_at AS gone_at, outlinks, page_domain, keeps_internal, reason,
        reader, source_id, "offset"
    FROM looks
),
has AS (SELECT DISTINCT page_key, gone_at, unnest(outlinks) AS link FROM later),
facts AS (
    SELECT page_key, gone_at, any_value(page_domain) AS source_domain,
        bool_and(keeps_internal) AS keeps_internal, max(reason) AS gone_reason,
        unnest(max(struct_pack(reader := reader, source_id := source_id, "offset" := "offset")))
    FROM later GROUP BY page_key, gone_at
)
SELECT link.target_key AS target_key, page_key AS source_key, link.kind AS kind,
    facts.* EXCLUDE (page_key)
FROM (FROM had ANTI JOIN has USING (page_key, gone_at, link)) JOIN facts USING (page_key, gone_at)
"""


def find_tombstones(index: Index, connection: duckdb.DuckDBPyConnection, staged_pages: list[str]) -> pa.Table:
    """The tombstones that the new looks bring about, in the schema of LINKS."""
    if not staged_pages:
        return LINKS.empty_table()
    committed = index.files(index.version(), "pages")
    looks = f"SELECT *, true AS fresh FROM {parquet(staged_pages)}"
    if committed:
        looks += (
            f" UNION ALL SELECT *, false AS fresh FROM {parquet(committed)}"
            f" SEMI JOIN (SELECT page_key FROM {parquet(staged_pages)}) USING (page_key)"
        )
    connection.execute(_LOOKS.format(looks=looks))
    connection.execute(_PAIRS)
    gone = connection.sql(_GONE).to_arrow_table()
    connection.execute("DROP TABLE looks; DROP TABLE pairs")
    return _as_links(gone)


def _as_links(gone: pa.Table) -> pa.Table:
    domains = pa.array([domain_of_key(key) for key in gone["target_key"].to_pylist()], pa.string())
    gone = gone.append_column("target_domain", domains)
    comparable = pc.or_(gone["keeps_internal"], pc.not_equal(domains, gone["source_domain"]))
    gone = gone.filter(comparable)
    zero = pa.repeat(pa.scalar(0, pa.int32()), gone.num_rows)
    given = {
        "occurrence": zero,
        "canonical_version": pa.repeat(pa.scalar(CANONICAL_VERSION, pa.int32()), gone.num_rows),
    }
    columns = [_column(gone, field, given) for field in LINKS]
    return pa.Table.from_arrays(columns, schema=LINKS)


def _column(table: pa.Table, field: pa.Field, given: dict[str, pa.Array]) -> pa.ChunkedArray:
    if field.name in given:
        return pa.chunked_array([given[field.name]])
    if field.name in table.column_names:
        return table[field.name].cast(field.type)
    return pa.chunked_array([pa.nulls(table.num_rows, field.type)])
