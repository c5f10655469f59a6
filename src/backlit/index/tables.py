"""What is in the index, as of which version, and in which files?

One home holds Iceberg tables with a SQL catalog. The snapshot of `links` is the version of the
whole index: its summary names the snapshots of the other tables, so that one commit moves all
tables at once (docs/adr/0003). Reading needs neither the catalog's engine nor a lock.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa

from backlit.errors import HomeMissing, IndexDamaged, VersionUnknown
from backlit.index.layout import LAYOUT, has_layout, is_of_today, layout_of, write_layout
from backlit.index.predicates import one_of, within
from backlit.index.remembered import known_metadata, metadata_at, remember_metadata
from backlit.index.storage import make_folder
from backlit.index.sums import is_sealed, keep_sums, seal
from backlit.model import LEADS, LINK_ROWS, PAGES, PRIOR_RANKS, RANKS, RELEASES, SOURCES
from backlit.schemas import ALIASES, DECISIONS, PERFORMANCE, VISITS

if TYPE_CHECKING:  # heavy, and reading does without the catalog's engine
    from pyiceberg.catalog.sql import SqlCatalog
    from pyiceberg.manifest import DataFile
    from pyiceberg.table import Table
    from pyiceberg.table.metadata import TableMetadata
    from pyiceberg.table.snapshots import Snapshot

    from backlit.index.fileio import DurableFileIO

__all__ = ["LAYOUT", "SCHEMAS", "Index", "Version"]

#: The tables and, first, the key that each is sorted by.
SCHEMAS: Mapping[str, pa.Schema] = {
    "pages": PAGES,
    "leads": LEADS,
    "sources": SOURCES,
    "ranks": RANKS,
    "releases": RELEASES,
    "prior_ranks": PRIOR_RANKS,
    "aliases": ALIASES,
    "visits": VISITS,
    "performance": PERFORMANCE,
    "decisions": DECISIONS,
    "links": LINK_ROWS,  # last: its commit is the commit
}
_SORT_KEYS = (
    "target_key",
    "target_domain",
    "source_key",
    "page_key",
    "domain",
    "canonical_key",
    "site_domain",
)

_NAMESPACE = "backlit"
#: Tables at a version whose files' bounds are remembered.
_PLANS = 24
_PROPERTIES = {
    "format-version": "2",
    "commit.manifest-merge.enabled": "true",
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "20",
    # bounds of the sort keys in full: cut at 16 bytes they stop pruning inside a large host
    **{f"write.metadata.metrics.column.{key}": "full" for key in _SORT_KEYS},
}


class _Head(msgspec.Struct):
    """Of a table's metadata, which snapshot is the newest; None before the first."""

    current: int | None = msgspec.field(default=None, name="current-snapshot-id")


@dataclass(frozen=True, slots=True)
class Version:
    """One state of the whole index: a snapshot of each table, and the job that made it."""

    id: int
    at: datetime
    job: str
    tables: Mapping[str, int]


class Index:
    """The tables of one home folder."""

    def __init__(self, home: Path, *, catalog: Path | None = None) -> None:
        self.home = home = home.resolve()  # Iceberg names files by absolute paths: one name for one home
        self._catalog_file = catalog or home / "catalog.db"
        self._spans: dict[tuple[str, int], list[tuple[str, int, str, str]]] = {}

    @classmethod
    def open(cls, home: Path) -> "Index":
        """Open the index of a home for reading; HomeMissing when there is none."""
        index = cls(home)
        if not has_layout(home):
            raise HomeMissing(
                f"open the index in {home}",
                "there is none",
                "Run `backlit ingest SOURCE…` first, or `backlit demo`.",
            )
        layout_of(home)
        return index

    @classmethod
    def create(cls, home: Path) -> "Index":
        """Open the index of a home for writing, making what is missing. Needs the write lock."""
        index = cls(make_folder(home))
        if has_layout(home):
            layout_of(home)
            index._metadata_location("links")  # a home without its catalog is damaged, not new
        changed = not is_of_today(home, SCHEMAS)
        if changed:
            index._create_tables()
            write_layout(home, SCHEMAS)
        if changed or not is_sealed(home):  # the last writer may have been stopped before its seal
            seal(home)
        return index

    @property
    def layout(self) -> int:
        """The number of the layout that the home was last written in."""
        return layout_of(self.home)

    # reading -----------------------------------------------------------------

    def version(self, snapshot: int | None = None) -> Version:
        """The newest version, or the one with the given snapshot id."""
        table = self._table("links")
        found = table.snapshot_by_id(snapshot) if snapshot else table.current_snapshot()
        if found is None or found.summary is None:
            raise _unknown_version(snapshot, [str(each.snapshot_id) for each in table.snapshots()])
        summary = found.summary.additional_properties
        tables = {name: int(id_) for name, id_ in json.loads(summary.get("backlit.tables", "{}")).items()}
        at = datetime.fromtimestamp(found.timestamp_ms / 1000, UTC)
        return Version(
            found.snapshot_id, at, summary.get("backlit.job", ""), {**tables, "links": found.snapshot_id}
        )

    def versions(self) -> list[Version]:
        """All versions that are still kept, oldest first."""
        return [self.version(s.snapshot_id) for s in self._table("links").snapshots()]

    def files(
        self,
        version: Version,
        table: str,
        key_range: tuple[str, str] | None = None,
        column: str = "target_key",
        keys: Sequence[str] = (),
    ) -> list[str]:
        """The data files of a table at a version that may hold keys in the half-open range, or these keys."""
        snapshot = version.tables.get(table)
        if snapshot is None:
            return []
        if not key_range and not keys:
            return [str(file.file_path) for file in self.entries(version, table)]
        wanted = one_of(column, keys) if keys else within(column, *key_range or ("", ""))
        scan = self._table(table).scan(row_filter=wanted, snapshot_id=snapshot)
        return sorted(str(task.file.file_path) for task in scan.plan_files())

    def entries(self, version: Version, table: str) -> list["DataFile"]:
        """The data files of a table at a version, by name, with what its manifests say of them."""
        from backlit.index.manifests import data_files

        snapshot = version.tables.get(table)
        return [] if snapshot is None else data_files(self._table(table), snapshot)

    def metadata_file(self, name: str) -> Path | None:
        """Where the metadata of a table lies now; None in a home from before there was one."""
        location = self._recorded_location(name, "ro")
        return None if location is None else Path(location.removeprefix("file://"))

    def table(self, name: str) -> "Table | None":
        """A table as the catalog has it now, for reading; None in a home from before there was one."""
        return None if self.metadata_file(name) is None else self._table(name)

    def files_within(
        self, version: Version, table: str, key_range: tuple[str, str], column: str
    ) -> list[str]:
        """The same as `files` for a table that every target asks: it is planned once a version."""
        return [path for path, _ in self.sized_within(version, table, key_range, column)]

    def sized_within(
        self, version: Version, table: str, key_range: tuple[str, str], column: str
    ) -> list[tuple[str, int]]:
        """The same files with the number of rows in each."""
        at = table, version.tables.get(table, 0)
        if at not in self._spans:
            files = self.entries(version, table)
            key = self._table(table).schema().find_field(column).field_id if files else 0
            while len(self._spans) >= _PLANS:
                self._spans.pop(next(iter(self._spans)), None)
            self._spans[at] = [
                (
                    str(f.file_path),
                    int(f.record_count),
                    f.lower_bounds[key].decode(),
                    f.upper_bounds[key].decode(),
                )
                for f in files
            ]
        lower, upper = key_range
        return [
            (path, rows) for path, rows, first, last in self._spans[at] if first < upper and last >= lower
        ]

    def _table(self, name: str) -> "Table":
        from pyiceberg.catalog.noop import NoopCatalog
        from pyiceberg.table import StaticTable

        location, metadata = self._metadata(name)
        return StaticTable((_NAMESPACE, name), metadata, location, _io(), NoopCatalog(_NAMESPACE))

    def _metadata(self, name: str) -> "tuple[str, TableMetadata]":
        """Where the newest metadata of a table lies, and what it says."""
        location = self._metadata_location(name)
        return location, metadata_at(location)

    def _metadata_location(self, name: str) -> str:
        try:
            location = self._recorded_location(name, "ro")
        except sqlite3.OperationalError:
            # a writer was killed within SQLite's own commit: opening it for writing rolls that back
            location = self._recorded_location(name, "rw") if self._catalog_file.exists() else None
        except sqlite3.Error as error:
            raise self._damaged(f"read {self._catalog_file}", str(error)) from error
        if location is None:
            raise self._damaged(f"open the table {name}", "the catalog is missing or does not list it")
        if not Path(location.removeprefix("file://")).resolve().is_relative_to(self.home):
            raise IndexDamaged(
                f"open the index in {self.home}",
                f"its tables lie elsewhere ({location}): the home was copied or moved",
                "Iceberg's tables name their files by absolute paths. Move the folder back to where it was.",
            )
        return location

    def _recorded_location(self, name: str, mode: str) -> str | None:
        query = "SELECT metadata_location FROM iceberg_tables WHERE table_namespace = ? AND table_name = ?"
        with sqlite3.connect(f"{self._catalog_file.absolute().as_uri()}?mode={mode}", uri=True) as catalog:
            row = catalog.execute(query, (_NAMESPACE, name)).fetchone()
        return None if row is None else str(row[0])

    def _damaged(self, asked: str, found: str) -> IndexDamaged:
        return IndexDamaged(asked, found, f"Restore {self.home} from a backup, or ingest into a new home.")

    # writing -----------------------------------------------------------------

    def commit(
        self,
        job: str,
        files: Mapping[str, Sequence[Path]],
        *,
        removed: Mapping[str, Sequence["DataFile"]] | None = None,
        facts: Mapping[str, str] | None = None,
    ) -> Version:
        """Add published data files to their tables and take others out, all at once; needs the write lock.

        Whatever a job that died before its commit left in other tables is rolled back first.
        """
        from backlit.index.transaction import change_files

        gone = removed or {}
        before = self.version()
        self._roll_back(before)
        tables = dict(before.tables)
        for name in SCHEMAS:
            properties = {"backlit.job": job, **(facts or {})}
            if name == "links":
                tables.pop("links", None)
                properties["backlit.tables"] = json.dumps(tables)
            elif not files.get(name) and not gone.get(name) and name in tables:
                continue
            paths = [str(path) for path in files.get(name, ())]
            table = self.load(name)
            tables[name] = change_files(table, paths, gone.get(name, ()), properties)
            remember_metadata(table.metadata_location, table.metadata)
        seal(self.home)
        return self.version()

    def load(self, name: str) -> "Table":
        """A table by way of the catalog, so that it can be changed."""
        from pyiceberg.table import Table

        location, metadata = self._metadata(name)
        return Table((_NAMESPACE, name), metadata, location, _io(), self._catalog)

    def roll_back(self, version: Version) -> None:
        """Make an earlier version the newest, in one step; needs the write lock. Rows come and go with it."""
        self.load("links").manage_snapshots().set_current_snapshot(version.id).commit()
        self._roll_back(version)
        seal(self.home)

    def _roll_back(self, version: Version) -> None:
        for name in SCHEMAS:
            if self._current(name) in (version.tables.get(name), None):
                continue
            table = self.load(name)
            # a table that was added since that version was empty then
            snapshot = version.tables.get(name) or _empty_snapshot(table)
            current = table.current_snapshot()
            if current is not None and current.snapshot_id != snapshot:
                table.manage_snapshots().set_current_snapshot(snapshot).commit()

    def _current(self, name: str) -> int | None:
        """The id of a table's newest snapshot; all tables are asked, so no more of them is read than that."""
        location = self._metadata_location(name)
        if (known := known_metadata(location)) is not None:
            return known.current_snapshot_id
        return msgspec.json.decode(Path(location.removeprefix("file://")).read_bytes(), type=_Head).current

    def _create_tables(self) -> None:
        """Make the tables and columns that are missing."""
        from backlit.index.columns import add_columns, create_table
        from backlit.index.transaction import change_files

        self._catalog.create_namespace_if_not_exists(_NAMESPACE)
        present = {name for _, name in self._catalog.list_tables(_NAMESPACE)}
        first: dict[str, int] = {}
        for name, schema in SCHEMAS.items():
            facts = {"backlit.job": "create"}
            facts |= {"backlit.tables": json.dumps(first)} if name == "links" else {}
            if name not in present:
                place = f"{_NAMESPACE}.{name}"
                first[name] = create_table(self._catalog, place, schema, _PROPERTIES, facts)
                continue
            add_columns(self.load(name), schema)
            snapshot = self.load(name).current_snapshot()
            if snapshot is None:  # made by an earlier version, which was stopped in between
                first[name] = change_files(self.load(name), (), (), facts)
            else:
                first[name] = snapshot.snapshot_id

    @cached_property
    def _catalog(self) -> "SqlCatalog":
        from pyiceberg.catalog.sql import SqlCatalog

        warehouse = make_folder(self.home / "warehouse")
        uri = f"sqlite:///{self._catalog_file}"
        catalog = SqlCatalog(_NAMESPACE, uri=uri, warehouse=str(warehouse), **_IO)
        keep_sums(catalog.engine, self.home)
        return catalog

    def data_folder(self, table: str) -> Path:
        """The folder in which data files of a table are published."""
        return make_folder(self.home / "warehouse" / _NAMESPACE / table / "data")


def _unknown_version(asked: int | None, kept: Sequence[str]) -> VersionUnknown:
    near = get_close_matches(str(asked), kept, 1, 0.6)
    do = f"The nearest is {near[0]}." if near else f"The newest are {', '.join(kept[-3:])}."
    return VersionUnknown(
        f"look at version {asked}", "the index does not hold it", f"{do} `backlit index ls`."
    )


def _empty_snapshot(table: "Table") -> int:
    """The snapshot of a table's making, which is never forgotten, but for `links`: there it is a version."""
    return next(s.snapshot_id for s in table.snapshots() if is_empty_snapshot(s))


def is_empty_snapshot(snapshot: "Snapshot") -> bool:
    """Whether a snapshot is that of a table's making."""
    return bool(snapshot.summary and snapshot.summary.additional_properties.get("backlit.job") == "create")


_IO = {"py-io-impl": "backlit.index.fileio.DurableFileIO"}


def _io() -> "DurableFileIO":
    from backlit.index.fileio import DurableFileIO

    return DurableFileIO({})
