"""How do many small files become few sorted ones, without a reader noticing?

Files of about the same size are merged once there are enough of them, so that every row is rewritten only a
few times in its life. The work is done beside readers and writers: the new files are written without the
write lock, range of keys by range in bounded memory, and one commit then exchanges them for the old ones.
A writer that appended meanwhile is no conflict. One that took some of the files away is: then the plan is
made again, each time over fewer files, so that it gets done however busy the others are.

What rows become is a matter of encoding only. Looks that saw a link in the very same way become one row that
names each of them; tombstones and looks that are there twice become one. Nothing else is dropped: an old
crawl that arrives next year must find every moment at which somebody looked (docs/adr/0004).
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from backlit.errors import HomeBusy
from backlit.index.data_files import FILE_BYTES, ROW_GROUP, DataFileWriter
from backlit.index.engine import connect, parquet, text
from backlit.index.fold import BLANK, LOOK, unfolded
from backlit.index.manifests import DataFile
from backlit.index.storage import workspace, write_lock
from backlit.index.tables import SCHEMAS, Index, Version
from backlit.index.write import ORDER, sort_key
from backlit.model import LINKS, VENDOR_COLUMNS

__all__ = ["Compacted", "Group", "compact", "plan_groups"]

#: As many files of about one size are merged; sizes are of one kind within a factor of four.
MERGE_AT = 8
_SMALLEST = 1 << 20

#: Rows that are sorted and folded at a time.
RANGE_ROWS = 2_000_000
_MEMORY = "1GB"

#: How often a plan is made again, and how long a commit waits for another writer, in seconds.
_TRIES = 6
_PATIENCE = 120.0


@dataclass(frozen=True, slots=True)
class Group:
    """Files of one table that are rewritten together."""

    table: str
    files: tuple[DataFile, ...]

    @property
    def paths(self) -> list[str]:
        """Where the files lie."""
        return [file.path for file in self.files]

    @property
    def bytes(self) -> int:
        """How large they are together."""
        return sum(file.size for file in self.files)


@dataclass(frozen=True, slots=True)
class Compacted:
    """What a compaction came to: files and rows before and after, over all groups that it rewrote."""

    version: Version
    files_before: int = 0
    files_after: int = 0
    rows_before: int = 0
    rows_after: int = 0
    replanned: int = 0


def compact(
    index: Index, *, whole: bool = False, tables: Sequence[str] | None = None, largest: int | None = None
) -> Compacted:
    """Merge the files of the newest version that are worth it, or with `whole` all that overlap.

    Groups of more than `largest` bytes are left for another time. Takes the write lock for each commit only;
    HomeBusy when another writer holds it too long.
    """
    done, tried, most = Compacted(index.version()), 0, 1 << 20
    settled: set[str] = set()
    while True:
        groups = plan_groups(index, done.version, whole=whole, tables=tables, most=most, largest=largest)
        group = next((group for group in groups if not settled.issuperset(group.paths)), None)
        if group is None:
            return done
        before = done
        done = _exchange(index, group, done)
        if done.replanned == before.replanned:
            tried, most = 0, 1 << 20
            settled.update(group.paths)
        else:
            tried, most = tried + 1, max(2, len(group.files) // 2)
        if tried >= _TRIES:
            raise HomeBusy(
                f"compact the index in {index.home}",
                f"others took its files away {tried} times",
                "Run it again when they are done.",
            )


def plan_groups(
    index: Index,
    version: Version,
    *,
    whole: bool = False,
    tables: Sequence[str] | None = None,
    most: int = 1 << 20,
    largest: int | None = None,
) -> list[Group]:
    """The groups of at most `most` files to rewrite, smallest first: the cheapest give the most."""
    groups = []
    for table in tables or SCHEMAS:
        files = index.entries(version, table)
        chosen = [files] if whole else _tiers(files)
        for candidates in chosen:
            for joined in _overlapping(candidates, table, index) if whole else [candidates]:
                if len(joined) > 1:
                    groups.append(Group(table, tuple(joined[:most])))
    small = [group for group in groups if largest is None or group.bytes <= largest]
    return sorted(small, key=lambda group: group.bytes)


def _tiers(files: Sequence[DataFile]) -> list[list[DataFile]]:
    """The files by size, each class a factor of four, where there are enough of them to merge."""
    tiers: dict[int, list[DataFile]] = {}
    for file in files:
        if file.size < FILE_BYTES // 2:
            size = max(1, file.size // _SMALLEST)
            tiers.setdefault((size.bit_length() - 1) // 2, []).append(file)
    return [tier for _, tier in sorted(tiers.items()) if len(tier) >= MERGE_AT]


def _overlapping(files: Sequence[DataFile], table: str, index: Index) -> Iterator[list[DataFile]]:
    """The files in sets whose ranges overlap; files of one job that share a key at their edge do not."""
    key = index.column_id(table, sort_key(table))
    joined: list[DataFile] = []
    upper = b""
    for file in sorted(files, key=lambda file: (file.lower.get(key, b""), file.upper.get(key, b""))):
        lower = file.lower.get(key, b"")
        if joined and (lower > upper or (lower == upper and _job_of(file) == _job_of(joined[-1]))):
            yield joined
            joined, upper = [], b""
        joined.append(file)
        upper = max(upper, file.upper.get(key, b""))
    yield joined


def _job_of(file: DataFile) -> str:
    return Path(file.path).name.rpartition("-")[0]


def _exchange(index: Index, group: Group, done: Compacted) -> Compacted:
    """Rewrite one group and commit it; where its files are no longer there, say that it was replanned."""
    job = "compact-" + hashlib.blake2b("".join(group.paths).encode(), digest_size=8).hexdigest()
    with workspace(index.home, job) as work, DataFileWriter(index.data_folder(group.table), job) as writer:
        rewrite(group, writer, work)
        with write_lock(index.home, wait=_PATIENCE):
            newest = index.version()
            there = {file.path for file in index.entries(newest, group.table)}
            if not there >= set(group.paths):
                return _with(done, version=newest, replanned=1)
            files = writer.close()
            version = index.commit(job, {group.table: files}, removed={group.table: set(group.paths)})
    rows = sum(file.rows for file in group.files)
    return _with(
        done,
        version=version,
        files_before=len(group.paths),
        files_after=len(files),
        rows_before=rows,
        rows_after=writer.rows,
    )


def _with(done: Compacted, *, version: Version, **more: int) -> Compacted:
    counted = {name: getattr(done, name) + number for name, number in more.items()}
    kept = {name: getattr(done, name) for name in Compacted.__slots__ if name not in ("version", *more)}
    return Compacted(version, **counted, **kept)


def rewrite(group: Group, writer: DataFileWriter, work: Path) -> None:
    """Write the rows of a group in order, folded where they are links, one range of keys after another."""
    connection = connect(temporary=work, memory=_MEMORY)
    key = sort_key(group.table)
    for where in _ranges(connection, group, key):
        rows = f"FROM {parquet(group.paths)} WHERE {where}"
        query = _folded(rows) if group.table == "links" else rows
        ordered = f"SELECT * FROM ({query}) ORDER BY {ORDER.get(group.table, key)}"
        writer.write(connection.sql(ordered).to_arrow_reader(ROW_GROUP))


def _ranges(connection: duckdb.DuckDBPyConnection, group: Group, key: str) -> Iterator[str]:
    """Conditions on the key that cut a group into ranges of about `RANGE_ROWS` rows, in order."""
    names = ", ".join(text(path) for path in group.paths)
    starts = connection.execute(  # where each row group starts: near enough, and read from the footers
        f"""SELECT stats_min_value, row_group_num_rows FROM parquet_metadata([{names}])
        WHERE path_in_schema = {text(key)} AND stats_min_value IS NOT NULL ORDER BY 1"""
    ).fetchall()
    cuts: list[str] = []
    rows = 0
    for start, number in starts:
        if rows >= RANGE_ROWS and str(start) not in cuts[-1:]:
            cuts.append(str(start))
            rows = 0
        rows += number
    for lower, upper in zip([None, *cuts], [*cuts, None], strict=True):
        conditions = [f"{key} >= {text(lower)}"] if lower is not None else []
        conditions += [f"{key} < {text(upper)}"] if upper is not None else []
        yield " AND ".join(conditions) or "true"


#: What makes two looks' rows the same row: everything but when and where it was seen.
_MOMENT = ("first_seen", "last_seen", "source_id", "offset", "ordinal")
_SAME = [name for name in LINKS.names if name not in (*_MOMENT, *VENDOR_COLUMNS, "gone_at", "gone_reason")]

#: The rows that looks made, one link seen at one moment.
_PLAIN = (
    f"(reader >= {LOOK} AND vendor IS NULL AND reported_at IS NULL AND gone_at IS NULL"
    " AND first_seen = last_seen)"
)


def _folded(rows: str) -> str:
    """The SQL that encodes rows of links anew: a row per way in which looks saw a link, in any order."""
    same = ", ".join(f'"{name}"' for name in _SAME)
    tombstone = "gone_at IS NOT NULL AND first_seen IS NULL"
    place = 'source_id := source_id, "offset" := "offset"'
    return f"""
    WITH raw AS MATERIALIZED ({rows} UNION ALL BY NAME {BLANK}),
    looks AS (
        SELECT {same}, ordinal, last_seen AS "at", max(struct_pack({place})) AS place
        FROM ({unfolded(f"FROM raw WHERE {_PLAIN}")}) GROUP BY ALL
    ),
    gathered AS (
        SELECT {same}, list_sort(list(struct_pack("at" := "at", source_id := place.source_id,
            "offset" := place."offset", ordinal := ordinal))) AS seen
        FROM looks GROUP BY ALL
    )
    SELECT {same}, seen[-1]."at" AS first_seen, seen[-1]."at" AS last_seen, seen[-1].source_id AS source_id,
        seen[-1]."offset" AS "offset", seen[-1].ordinal AS ordinal,
        CASE WHEN len(seen) > 1 THEN seen[:-2] END AS earlier
    FROM gathered
    UNION ALL BY NAME
    SELECT target_key, source_key, kind, gone_at, gone_reason, reader,
        unnest(max(struct_pack({place}, target_domain := target_domain, source_domain := source_domain,
            occurrence := occurrence, canonical_version := canonical_version)))
    FROM raw WHERE {tombstone} GROUP BY target_key, source_key, kind, gone_at, gone_reason, reader
    UNION ALL BY NAME
    FROM raw WHERE NOT coalesce({_PLAIN}, false) AND NOT ({tombstone})
    """
