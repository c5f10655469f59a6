"""What is in the index, as of which version, and in which files?

One home holds Iceberg tables with a SQL catalog. The snapshot of `links` is the version of the
whole index: its summary names the snapshots of the other tables, so that one commit moves all
tables at once (docs/adr/0003). Reading needs neither pyiceberg nor a lock.
"""

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from backlit.errors import HomeMissing, IndexDamaged, VersionUnknown
from backlit.index.layout import LAYOUT, has_layout, is_of_today, layout_of, write_layout
from backlit.index.manifests import DataFile, data_files
from backlit.index.metadata import Metadata, Snapshot, path_of, read_metadata
from backlit.index.remembered import metadata_at, remember_metadata
from backlit.index.storage import make_folder
from backlit.index.sums import is_sealed, keep_sums, seal
from backlit.model import LEADS, LINK_ROWS, PAGES, PRIOR_RANKS, RANKS, RELEASES, SOURCES
from backlit.schemas import ALIASES, DECISIONS, PERFORMANCE, VISITS

if TYPE_CHECKING:  # heavy, and reading does without
    from pyiceberg.catalog.sql import SqlCatalog
    from pyiceberg.table import Table

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
        self._planned: dict[tuple[str, int], list[DataFile]] = {}
        self._columns: dict[tuple[str, str], int] = {}

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
        links = self._metadata("links")
        found = links.snapshot(snapshot or links.current_snapshot_id)
        if found is None:
            raise _unknown_version(snapshot, [str(each.snapshot_id) for each in links.snapshots])
        return _version_of(found)

    def versions(self) -> list[Version]:
        """All versions that are still kept, oldest first."""
        return [_version_of(each) for each in self._metadata("links").snapshots]

    def files(
        self,
        version: Version,
        table: str,
        key_range: tuple[str, str] | None = None,
        column: str = "target_key",
        keys: Sequence[str] = (),
    ) -> list[str]:
        """The data files of a table at a version that may hold keys in the half-open range, or these keys."""
        if key_range:
            return [path for path, _ in self.sized_within(version, table, key_range, column)]
        files = self.entries(version, table)
        if keys and files:
            number, wanted = self.column_id(table, column), sorted(keys)
            files = [file for file in files if file.may_hold_one(number, wanted)]
        return [file.path for file in files]

    def entries(self, version: Version, table: str) -> list[DataFile]:
        """The data files of a table at a version, by name, with what its manifests say of them."""
        snapshot = version.tables.get(table)
        if snapshot is None:
            return []
        if (table, snapshot) not in self._planned:
            while len(self._planned) >= _PLANS:
                self._planned.pop(next(iter(self._planned)), None)
            self._planned[table, snapshot] = data_files(self._metadata(table), snapshot)
        return self._planned[table, snapshot]

    def column_id(self, table: str, column: str) -> int:
        """The number by which the data files of a table know a column; it never changes."""
        if (table, column) not in self._columns:
            self._columns[table, column] = self._metadata(table).column_id(column)
        return self._columns[table, column]

    def metadata_file(self, name: str) -> Path | None:
        """Where the metadata of a table lies now; None in a home from before there was one."""
        location = self._recorded_location(name, "ro")
        return None if location is None else path_of(location)

    def table(self, name: str) -> "Table | None":
        """A table as Iceberg's own library has it, for reading; None in a home from before there was one."""
        if self.metadata_file(name) is None:
            return None
        from pyiceberg.catalog.noop import NoopCatalog
        from pyiceberg.table import StaticTable

        location = self._metadata_location(name)
        place, catalog = (_NAMESPACE, name), NoopCatalog(_NAMESPACE)
        return StaticTable(place, metadata_at(location), location, _io(), catalog)

    def sized_within(
        self, version: Version, table: str, key_range: tuple[str, str], column: str
    ) -> list[tuple[str, int]]:
        """The data files that may hold keys in the half-open range, with the number of rows in each."""
        files = self.entries(version, table)
        number = self.column_id(table, column) if files else 0
        return [(file.path, file.rows) for file in files if file.may_hold(number, *key_range)]

    def empty_snapshot(self, name: str) -> int | None:
        """The snapshot of a table's making: never forgotten, but for `links`, where it is a version."""
        made = (s for s in self._metadata(name).snapshots if s.summary.get("backlit.job") == "create")
        return next((snapshot.snapshot_id for snapshot in made), None)

    def _metadata(self, name: str) -> Metadata:
        """What the newest metadata of a table says."""
        return read_metadata(self._metadata_location(name))

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
        if not path_of(location).resolve().is_relative_to(self.home):
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
        removed: Mapping[str, Collection[str]] | None = None,
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

        location = self._metadata_location(name)
        return Table((_NAMESPACE, name), metadata_at(location), location, _io(), self._catalog)

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
            snapshot = version.tables.get(name) or self.empty_snapshot(name)
            current = table.current_snapshot()
            if current is not None and current.snapshot_id != snapshot:
                table.manage_snapshots().set_current_snapshot(snapshot).commit()

    def _current(self, name: str) -> int | None:
        """The id of a table's newest snapshot."""
        return self._metadata(name).current_snapshot_id

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


def _version_of(snapshot: Snapshot) -> Version:
    """The version of the whole index that a snapshot of `links` stands for."""
    facts, id_ = snapshot.summary, snapshot.snapshot_id
    tables = {name: int(other) for name, other in json.loads(facts.get("backlit.tables", "{}")).items()}
    at = datetime.fromtimestamp(snapshot.timestamp_ms / 1000, UTC)
    return Version(id_, at, facts.get("backlit.job", ""), {**tables, "links": id_})


_IO = {"py-io-impl": "backlit.index.fileio.DurableFileIO"}


def _io() -> "DurableFileIO":
    from backlit.index.fileio import DurableFileIO

    return DurableFileIO({})
