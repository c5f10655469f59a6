"""Is every file of the index there, whole, and as it was written?

The quick check reads what is small: the catalog, Iceberg's metadata and manifests, and of every data file its
size and footer. The deep one reads every byte: digests against those that were recorded with the commit, the
checksum of every page, the order of the rows and their number. It writes nothing, and names each damaged file
with what to do about it.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from backlit.index.metadata import path_of
from backlit.index.storage import Sum, sum_of
from backlit.index.sums import CATALOG, LAYOUT_FILE, SEAL, is_header_torn, read_seal, recorded_sums, seal_of
from backlit.index.tables import SCHEMAS, Index
from backlit.index.write import ORDER, sort_key

if TYPE_CHECKING:
    from pyiceberg.manifest import DataFile
    from pyiceberg.table import Table

__all__ = ["Checked", "Damage", "check"]

_RESTORE = "Restore the home from a backup, or go back to a version from before it: `backlit index rollback`."
_CATALOG = "Restore the home from a backup; without one, ingest into a new home."

_Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Damage:
    """One file that is not as it should be: what is wrong with it, and what to do."""

    file: str
    table: str | None
    problem: str
    do: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What was looked at, and what is damaged."""

    files: int
    bytes: int
    rows: int
    unrecorded: int
    damages: tuple[Damage, ...]


class _Check:
    """One run over a home; every file is looked at once, whichever versions it is in."""

    def __init__(self, index: Index, deep: bool, told: _Told) -> None:
        self.index, self.deep, self._told = index, deep, told
        self.warehouse = index.home.absolute() / "warehouse"
        self.damages: list[Damage] = []
        self.files = self.bytes = self.rows = self.unrecorded = 0
        self._seen: set[Path] = set()
        self._sums: dict[str, Sum] = {}

    def run(self) -> Checked:
        if self._small_files():
            for name in SCHEMAS:
                self._guarded(name, self.index.home / CATALOG, partial(self._table, name))
        return Checked(self.files, self.bytes, self.rows, self.unrecorded, tuple(self.damages))

    def _small_files(self) -> bool:
        """The catalog, its seal and the layout; whether the catalog can be followed."""
        catalog = self.index.home / CATALOG
        if not catalog.exists():
            self._damaged(catalog, None, "it is missing", _CATALOG)
            return False
        try:
            for problem in _catalog_problems(self.index.home):
                self._damaged(catalog, None, problem, _CATALOG)
            self._sums = recorded_sums(catalog)
        except (sqlite3.Error, ValueError, TypeError) as error:  # damaged, or not what belongs there
            self._damaged(catalog, None, str(error), _CATALOG)
            return False
        self._seal()
        return True

    def _seal(self) -> None:
        home = self.index.home
        try:
            known = read_seal(home)
        except ValueError as error:
            do = "Check its disk; the next command that writes makes it anew once it is removed."
            return self._damaged(home / SEAL, None, f"it cannot be read ({error})", do)
        now = seal_of(home)
        if known is None or known.changes != now.changes:  # of an older layout, or a writer was stopped
            self.unrecorded += 1
            return None
        if known.catalog != now.catalog:
            self._damaged(home / CATALOG, None, "its bytes are not those that were written", _CATALOG)
        if known.layout != now.layout:
            self._damaged(home / LAYOUT_FILE, None, "its bytes are not those that were written", _CATALOG)
        return None

    def _table(self, name: str) -> None:
        path = self.index.metadata_file(name)
        if path is not None and self._file(path, name):
            self._guarded(name, path, partial(self._snapshots, name))

    def _snapshots(self, name: str) -> None:
        table = self.index.table(name)
        assert table is not None  # its metadata was just looked at
        for snapshot in table.snapshots():
            where = path_of(snapshot.manifest_list)
            if self._file(where, name):
                self._guarded(name, where, partial(self._snapshot, table, snapshot, name))

    def _snapshot(self, table: "Table", snapshot: object, name: str) -> None:
        for manifest in snapshot.manifests(table.io):  # type: ignore[attr-defined]  # pyiceberg's Snapshot
            path = path_of(manifest.manifest_path)
            if path not in self._seen and self._file(path, name, manifest.manifest_length):
                self._guarded(name, path, partial(self._manifest, table, manifest, name))

    def _manifest(self, table: "Table", manifest: object, name: str) -> None:
        entries = manifest.fetch_manifest_entry(table.io)  # type: ignore[attr-defined]  # a ManifestFile
        for entry in entries:
            path = path_of(entry.data_file.file_path)
            if path not in self._seen and self._file(path, name, entry.data_file.file_size_in_bytes):
                self._guarded(name, path, partial(self._data, entry.data_file, path, name))

    def _file(self, path: Path, table: str, size: int | None = None) -> bool:
        """Look at one file as bytes; whether it is worth reading on."""
        self._seen.add(path)
        try:
            found = path.stat().st_size
        except OSError as error:
            self._damaged(path, table, "it is missing" if not path.exists() else str(error), _RESTORE)
            return False
        self.files, self.bytes = self.files + 1, self.bytes + found
        known = self._sums.get(str(path.relative_to(self.warehouse)))
        self.unrecorded += known is None
        wanted = known.size if known else size
        if wanted is not None and found != wanted:
            self._damaged(path, table, f"it has {found:,} bytes, {wanted:,} were written", _RESTORE)
            return False
        if self.deep and known is not None and sum_of(path) != known:
            self._damaged(path, table, "its bytes are not those that were written", _RESTORE)
            return False
        self._told(self.files, self.bytes)
        return True

    def _data(self, entry: "DataFile", path: Path, table: str) -> None:
        with pq.ParquetFile(path, page_checksum_verification=self.deep) as file:
            rows = file.metadata.num_rows
            self.rows += rows
            if rows != entry.record_count:
                self._damaged(path, table, f"it has {rows:,} rows, {entry.record_count:,} written", _RESTORE)
            elif self.deep:
                for problem in _row_problems(file, sort_key(table) if table in ORDER else None):
                    self._damaged(path, table, problem, _RESTORE)

    def _guarded(self, table: str, path: Path, look: Callable[[], None]) -> None:
        """Whatever a reader of damaged bytes raises is what was found."""
        try:
            look()
        except Exception as error:  # a reader may raise anything: it becomes a finding, named
            first = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
            self._damaged(path, table, f"it cannot be read ({first})", _RESTORE)

    def _damaged(self, path: Path, table: str | None, problem: str, do: str) -> None:
        home = self.index.home.absolute()
        name = str(path.absolute().relative_to(home)) if path.absolute().is_relative_to(home) else str(path)
        self.damages.append(Damage(name, table, problem, do))


def check(index: Index, *, deep: bool = False, told: _Told = lambda files, size: None) -> Checked:
    """Check all versions of an index that are kept. `told` hears of files and bytes done."""
    return _Check(index, deep, told).run()


def _catalog_problems(home: Path) -> Iterator[str]:
    if is_header_torn(home):
        yield "its header contradicts itself"
    with closing(sqlite3.connect(f"{(home / CATALOG).absolute().as_uri()}?mode=ro", uri=True)) as catalog:
        catalog.text_factory = lambda data: data.decode("utf-8", "replace")  # it quotes what is damaged
        for (problem,) in catalog.execute("PRAGMA integrity_check(3)"):
            if problem != "ok":
                yield str(problem)[:200]


def _row_problems(file: pq.ParquetFile, key: str | None) -> Iterator[str]:
    """Read every page of every column, and see that the rows are sorted by the key, where there is one."""
    last: str | None = None
    for batch in file.iter_batches(batch_size=65_536):
        if key is None:
            continue
        keys = batch.column(batch.schema.get_field_index(key)).drop_null()  # unknown ones stand at the end
        if not len(keys):
            continue
        if (last is not None and keys[0].as_py() < last) or not _is_sorted(keys):
            yield f"its rows are not in the order of {key}"
            return
        last = keys[-1].as_py()


def _is_sorted(keys: pa.Array) -> bool:
    import pyarrow.compute as pc

    return len(keys) < 2 or bool(pc.all(pc.less_equal(keys[:-1], keys[1:])).as_py())
