"""Which looks at a page lacked a link that another look had?

At each instant the richest complete look decides what stands on a page. Whatever any observation of a page
has (a look, a cut look, a row of an export), and the nearest deciding look before or after it lacks, gets a
tombstone at that look's time: after the link it says that the link is gone, before it that the link is new.
A richer look at the very same instant denies what a poorer one saw. New observations are compared with all
that the index has of their pages, so the order of arrival plays no part (docs/adr/0001).
"""

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from backlit.index.engine import parquet, text
from backlit.index.tables import Index
from backlit.ingest.page_signs import WALL_TITLES
from backlit.model import LINKS, NO_LOOKS, LostReason, PageSign, Reader
from backlit.urls import CANONICAL_VERSION, domain_of_key

__all__ = ["EXPORT_LOOKS", "find_tombstones", "gather_looks"]

#: What a page turned out to be that was seen to be none.
_SIGNS = {
    PageSign.NO_HOST: LostReason.DOMAIN_DEAD,
    PageSign.PARKED: LostReason.PARKED,
    PageSign.SOFT_404: LostReason.SOFT_404,
}
_TURNED = " ".join(f"WHEN sign = {int(sign)} THEN {int(reason)}" for sign, reason in _SIGNS.items())
#: A wall in the place of the page: by its sign, or by its title where only the frame was read.
_WALLED = f"""(coalesce(sign, 0) IN ({", ".join(str(int(sign)) for sign in NO_LOOKS)})
    OR (sign IS NULL AND status = 200 AND regexp_matches(title, {text(WALL_TITLES)}, 'i')))"""
#: The column of a sign, for data files and exports that have none.
_NO_SIGNS = "SELECT NULL::INTEGER AS sign, NULL::VARCHAR AS title WHERE false"
_LOOKS = f"""
CREATE TEMP TABLE looks AS
SELECT page_key, page_domain, fetched_at, reader, complete AND NOT coalesce({_WALLED}, false) AS complete,
    keeps_internal, outlinks, fresh, source_id, "offset", status, redirect_key, refresh_key, canonical_key,
    digest,
    CASE WHEN redirect_key IS NOT NULL THEN {int(LostReason.PAGE_REDIRECTED)}
         WHEN status IN (404, 410) THEN {int(LostReason.PAGE_GONE)}
         {_TURNED}
         ELSE {int(LostReason.REMOVED)} END AS reason
FROM ({{looks}} UNION ALL BY NAME {_NO_SIGNS})
"""

_DECISIVE = """
CREATE TEMP TABLE decisive AS
SELECT page_key, fetched_at, reader, any_value(page_domain) AS source_domain,
    bool_and(keeps_internal) AS keeps_internal, max(reason) AS gone_reason, bool_or(fresh) AS fresh,
    unnest(max(struct_pack(source_id := source_id, "offset" := "offset")))
FROM (
    SELECT * FROM looks WHERE complete
    QUALIFY reader = max(reader) OVER (PARTITION BY page_key, fetched_at)
) GROUP BY page_key, fetched_at, reader
"""

# For every observation the nearest deciding looks on both sides, once for each level of reader that may
# speak of it (the fold knows later which level is rich enough), and a richer one at the same instant.
_PAIRS = f"""
CREATE TEMP TABLE pairs AS
WITH ones AS (SELECT DISTINCT page_key, fetched_at, reader FROM looks),
levels AS (SELECT *, unnest([{int(Reader.WAT)}, {int(Reader.WARC)}]) AS level FROM ones),
near AS (
    SELECT o.page_key, o.fetched_at, o.reader, o.level,
        min(d.fetched_at) FILTER (d.fetched_at > o.fetched_at) AS after,
        max(d.fetched_at) FILTER (d.fetched_at < o.fetched_at) AS before,
        max(d.fetched_at) FILTER (d.fetched_at = o.fetched_at AND d.reader > o.reader) AS denied
    FROM levels o JOIN decisive d ON d.page_key = o.page_key AND d.reader >= o.level
    WHERE o.level >= o.reader GROUP BY ALL
)
SELECT DISTINCT page_key, fetched_at, reader, unnest([after, before, denied]) AS gone_at FROM near
"""

# Pairs of which neither side is new were compared when they came.
_GONE = """
WITH had AS (
    SELECT DISTINCT p.page_key, p.gone_at, unnest(o.outlinks) AS link
    FROM pairs p JOIN looks o USING (page_key, fetched_at, reader)
    JOIN decisive d ON d.page_key = p.page_key AND d.fetched_at = p.gone_at
    WHERE o.fresh OR d.fresh
),
has AS (
    SELECT DISTINCT page_key, fetched_at AS gone_at, unnest(outlinks) AS link
    FROM decisive JOIN (SELECT page_key, fetched_at, reader, outlinks FROM looks WHERE complete)
        USING (page_key, fetched_at, reader)
)
SELECT link.target_key AS target_key, g.page_key AS source_key, link.kind AS kind, g.gone_at,
    d.* EXCLUDE (page_key, fetched_at, fresh)
FROM (FROM had ANTI JOIN has USING (page_key, gone_at, link)) g
JOIN decisive d ON d.page_key = g.page_key AND d.fetched_at = g.gone_at
"""

#: A row of an export is an observation of its page that tells of one link only, at the ends of its span.
EXPORT_LOOKS = f"""
SELECT source_key AS page_key, source_domain AS page_domain, seen AS fetched_at,
    {int(Reader.EXPORT)}::INTEGER AS reader, false AS complete, false AS keeps_internal,
    list(DISTINCT struct_pack(target_key := target_key, kind := kind)) AS outlinks, source_id
FROM (
    SELECT source_key, source_domain, target_key, kind, source_id,
        unnest(list_distinct([first_seen, last_seen])) AS seen
    FROM {{links}} WHERE reader = {int(Reader.EXPORT)}
) GROUP BY ALL
"""


def gather_looks(index: Index, connection: duckdb.DuckDBPyConnection, fresh: str, *, all_pages: bool) -> None:
    """Make the table `looks`: the new observations, and what the index has of their pages, or of all pages.

    `fresh` is a relation with the columns of PAGES: the staged looks and those that exports make.
    """
    committed = index.files(index.version(), "pages")
    looks = f"SELECT *, true AS fresh FROM {fresh}"
    if committed:
        theirs = "" if all_pages else f" SEMI JOIN (SELECT page_key FROM {fresh}) USING (page_key)"
        looks += f" UNION ALL BY NAME SELECT *, {all_pages} AS fresh FROM {parquet(committed)}{theirs}"
    connection.execute(_LOOKS.format(looks=looks))


def find_tombstones(connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """The tombstones that the new ones among `looks` bring about, in the schema of LINKS."""
    connection.execute(_DECISIVE)
    connection.execute(_PAIRS)
    gone = connection.sql(_GONE).to_arrow_table()
    connection.execute("DROP TABLE pairs; DROP TABLE decisive")
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
