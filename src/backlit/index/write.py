"""How do staged parts become rows of the tables, exactly once?

The parts of one ingest are sorted into data files under names made of their content, and committed
as one version. Before that, every page that was looked at more than once is compared with its
neighbours in time, and what a later look lacks becomes a tombstone (docs/adr/0001).
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from backlit.index.alias_events import find_aliases, has_learned
from backlit.index.data_files import ROW_GROUP, DataFileWriter
from backlit.index.engine import connect, parquet
from backlit.index.parts import Part, part_files, staging_folder
from backlit.index.storage import disk, workspace
from backlit.index.tables import SCHEMAS, Index, Version
from backlit.index.tombstones import EXPORT_LOOKS, find_tombstones, gather_looks
from backlit.model import SOURCES

__all__ = ["ORDER", "commit_parts", "count_targets", "known_sources", "sort_key", "write_query", "write_rows"]

#: Sort order within each table; the rest of the columns follow only to make files reproducible.
ORDER = {
    "pages": "page_key, fetched_at, reader, source_id",
    "links": 'target_key, source_key, kind, occurrence, last_seen, gone_at, reader, source_id, "offset"',
    "leads": "target_domain, source_key, reported_at, source_id, row",
    "prior_ranks": "domain, release, level, source_id, row",
    "visits": "site_domain, referring_host, first_day, source_id, row",
    "performance": "site_domain, dimension, day, source_id, row",
    "decisions": "host, page_key, decision, source_id, row",
    "aliases": 'canonical_key, alias_key, kind, last_seen, gone_at, reader, source_id, "offset"',
}


def sort_key(table: str) -> str:
    """The column that a table is sorted by before all others, or its first where no order is kept."""
    return ORDER[table].partition(",")[0] if table in ORDER else SCHEMAS[table].names[0]


#: Tables whose rows are kept as their files tell them.
_KEPT = ("leads", "prior_ranks", "visits", "performance", "decisions")
#: The tables that readers fill.
_STAGED = ("pages", "links", *_KEPT)

#: DuckDB's share of memory while sorting; what is larger spills to the home.
_SORT_MEMORY = "600MB"

#: Staged files that are held in memory rather than read again by each question, in bytes; for so few rows a
#: second thread costs more than it brings.
_HELD = 4 << 20


def known_sources(index: Index, version: Version) -> set[str]:
    """The ids of the sources that are in the index already."""
    files = index.files(version, "sources")
    if not files:
        return set()
    rows = connect().execute(f"SELECT source_id FROM {parquet(files)}").fetchall()
    return {row[0] for row in rows}


def commit_parts(index: Index, parts: Sequence[Part], *, crawl: str | None, now: datetime) -> Version:
    """Add the staged parts to the index in one commit; needs the write lock."""
    job = _job_name(parts)
    with workspace(index.home, job) as work:
        files: dict[str, list[Path]] = _sort_tables(index, parts, work, job)
        files["sources"] = [write_rows(index, "sources", _source_rows(parts, crawl, job, now), job)]
        version = index.commit(job, files)
    _drop_staged(index, parts)
    return version


def count_targets(parts: Sequence[Part]) -> int:
    """How many different pages the staged links lead to."""
    staged = list(part_files(parts, "links"))
    if not staged:
        return 0
    row = connect().execute(f"SELECT count(DISTINCT target_key) FROM {parquet(staged)}").fetchone()
    return int(row[0]) if row else 0


def _job_name(parts: Sequence[Part]) -> str:
    ids = json.dumps(sorted(part.source_id for part in parts))
    return "ingest-" + hashlib.blake2b(ids.encode(), digest_size=8).hexdigest()


def _drop_staged(index: Index, parts: Sequence[Part]) -> None:
    for part in parts:
        disk().remove_tree(staging_folder(index.home) / part.source_id)


def _sort_tables(index: Index, parts: Sequence[Part], work: Path, job: str) -> dict[str, list[Path]]:
    """Publish the rows of all staged parts, and what follows from them, as sorted data files."""
    small = sum(Path(file).stat().st_size for table in _STAGED for file in part_files(parts, table)) <= _HELD
    connection = connect(temporary=work, memory=_SORT_MEMORY, threads=1 if small else None)
    _stage(connection, parts, "TABLE" if small else "VIEW")
    gather_looks(index, connection, "staged_pages", all_pages=not has_learned(index.version()))
    connection.register("tombstones", find_tombstones(connection))
    connection.register("found_aliases", find_aliases(index, connection))
    connection.execute("DROP TABLE looks")
    rows = {
        "pages": "FROM staged_pages",
        "links": "FROM staged_links UNION ALL BY NAME FROM tombstones",
        **{name: f"FROM read_{name}" for name in _KEPT if any(part_files(parts, name))},
        "aliases": "FROM found_aliases",
    }
    files = {}
    for table, query in rows.items():
        ordered = f"SELECT * FROM ({query}) ORDER BY {ORDER[table]}"
        if written := write_query(connection, ordered, index, table, job):
            files[table] = written
    return files


def _stage(connection: duckdb.DuckDBPyConnection, parts: Sequence[Part], kind: str) -> None:
    """The staged rows as relations, and the observations that rows of exports are among the pages."""
    for table in _STAGED:
        files = list(part_files(parts, table))
        connection.register(f"no_{table}", SCHEMAS[table].empty_table())
        staged = f"UNION ALL BY NAME FROM {parquet(files)}" if files else ""
        connection.execute(f"CREATE TEMP {kind} read_{table} AS FROM no_{table} {staged}")
    connection.execute("CREATE TEMP VIEW staged_links AS FROM read_links")
    looks = EXPORT_LOOKS.format(links="read_links")
    connection.execute(f"CREATE TEMP VIEW staged_pages AS FROM read_pages UNION ALL BY NAME ({looks})")


def write_query(
    connection: duckdb.DuckDBPyConnection, query: str, index: Index, table: str, job: str
) -> list[Path]:
    """Publish a query's rows, in its order, as data files of the table under the job's name."""
    with DataFileWriter(index.data_folder(table), job) as writer:
        writer.write(connection.sql(query).to_arrow_reader(ROW_GROUP))
        return writer.close()


def write_rows(index: Index, table: str, rows: pa.Table, name: str) -> Path:
    """Publish a small Arrow table as one data file."""
    with DataFileWriter(index.data_folder(table), name) as writer:
        writer.write(rows.combine_chunks().to_batches())
        [path] = writer.close()
        return path


def _source_rows(parts: Sequence[Part], crawl: str | None, job: str, now: datetime) -> pa.Table:
    return pa.Table.from_pylist([_source_row(part, crawl, job, now) for part in parts], schema=SOURCES)


def _source_row(part: Part, crawl: str | None, job: str, now: datetime) -> dict[str, object]:
    tally = part.tally
    first, last = _observed(part)
    return {
        "source_id": part.source_id,
        "kind": part.kind,
        "name": part.name,
        "crawl": crawl,
        "bytes_read": tally.bytes_read,
        "bytes_skipped": tally.bytes_skipped,
        "records": tally.records,
        "records_bad": tally.records_bad,
        "pages": tally.pages,
        "links": tally.links,
        "leads": tally.leads,
        "visits": tally.visits,
        "performance": tally.performance,
        "decisions": tally.decisions,
        "first_observed": first,
        "last_observed": last,
        "ingested_at": now,
        "job": job,
    }


#: What of a source is looked at, in this order, to tell of when it is; the first column that is known.
_OBSERVED_BY = {
    "pages": ("fetched_at",),
    "links": ("last_seen",),
    "leads": ("reported_at",),
    "visits": ("last_day", "reported_at"),
    "performance": ("day", "reported_at"),
    "decisions": ("reported_at",),
}


def _observed(part: Part) -> tuple[datetime | None, datetime | None]:
    for table, columns in _OBSERVED_BY.items():
        for path in part_files([part], table):
            read = pq.read_table(path, columns=list(columns))
            moment = pa.timestamp("us", "UTC")
            ends = pc.min_max(pc.coalesce(*(read[name].cast(moment) for name in columns)))
            if ends["min"].is_valid:
                return ends["min"].as_py(), ends["max"].as_py()
    return None, None
