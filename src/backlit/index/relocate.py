"""How does an index learn that it lies elsewhere? Every absolute path that Iceberg keeps is written anew.

Bottom up: manifests name data files, manifest lists name manifests with their sizes, the metadata names
manifest lists, the catalog names the metadata and holds the sums of all of them.
"""

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from copy import copy
from pathlib import Path
from typing import Any

from pyiceberg.manifest import ManifestFile, read_manifest_list, write_manifest, write_manifest_list
from pyiceberg.table import StaticTable, Table
from pyiceberg.table.snapshots import Snapshot
from pyiceberg.typedef import Record

from backlit.index.fileio import DurableFileIO
from backlit.index.metadata import path_of
from backlit.index.storage import Sum, disk, sum_of

__all__ = ["relocate"]

_IO = {"py-io-impl": "backlit.index.fileio.DurableFileIO"}


def relocate(catalog: Path, old: Path, new: Path) -> None:
    """Rewrite the metadata of files that were copied from the home `old` to `new`, and their catalog.

    ValueError, before anything of it is written, when a table names a file that lies outside `old`.
    """
    mover = _Mover(str(old), str(new))
    with closing(sqlite3.connect(catalog)) as connection, connection:
        tables = connection.execute("SELECT table_name, metadata_location FROM iceberg_tables").fetchall()
        for name, location in tables:
            mover.table(mover.placed(location))
            connection.execute(
                "UPDATE iceberg_tables SET metadata_location = ?, previous_metadata_location = NULL"
                " WHERE table_name = ?",
                (mover.placed(location), name),
            )
        rows = [(path, known.size, known.digest) for path, known in mover.sums(new / "warehouse").items()]
        connection.execute(
            "CREATE TABLE IF NOT EXISTS backlit_files (path TEXT PRIMARY KEY, bytes INTEGER, digest TEXT)"
        )
        connection.executemany("INSERT OR REPLACE INTO backlit_files VALUES (?, ?, ?)", rows)


class _Mover:
    """Rewrites files in place, each once, and keeps account of what they are now."""

    def __init__(self, old: str, new: str) -> None:
        self._old, self._new = old, new
        self._io = DurableFileIO({})
        self._done: dict[str, Any] = {}

    def moved(self, location: str) -> str:
        """A text of the metadata, with the home as it is named from now on where it names a place in it."""
        plain = location.removeprefix("file://")
        if plain == self._old or plain.startswith(f"{self._old}/"):
            return f"{self._new}{plain.removeprefix(self._old)}"
        return location

    def placed(self, location: str) -> str:
        """The new location of a file of the home."""
        return self._checked(self.moved(location))

    def _checked(self, location: str) -> str:
        """A backup is a stranger's word: its names lead nowhere but into the new home."""
        path = path_of(location)
        if ".." in path.parts or not path.is_relative_to(self._new):
            raise ValueError(f"{location[:200]!r} lies outside it")
        return location

    def sums(self, warehouse: Path) -> Mapping[str, Sum]:
        """The sums of the files that were rewritten, by path within the warehouse."""
        paths = [path_of(location) for location in self._done]
        return {str(path.relative_to(warehouse)): sum_of(path) for path in paths}

    def table(self, location: str) -> None:
        """Rewrite the metadata file of one table and all that it leads to."""
        path = path_of(location)
        metadata = self._walk(json.loads(path.read_bytes()))
        metadata["metadata-log"] = []  # earlier metadata is not part of a backup
        disk().write(path, json.dumps(metadata).encode())
        self._done[location] = None
        table = StaticTable.from_metadata(location, _IO)
        for snapshot in table.snapshots():
            self._snapshot(table, snapshot)

    def _walk(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._walk(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self._walk(each) for each in value]
        return self.moved(value) if isinstance(value, str) else value

    def _snapshot(self, table: Table, snapshot: Snapshot) -> None:
        listed = self._listed(self._checked(snapshot.manifest_list))
        manifests = [self._manifest(table, each) for each in listed]
        with write_manifest_list(
            table.format_version,
            self._io.new_output(snapshot.manifest_list),
            snapshot.snapshot_id,
            snapshot.parent_snapshot_id,
            snapshot.sequence_number,
            "deflate",
        ) as writer:
            writer.add_manifests(manifests)
        self._done[snapshot.manifest_list] = None

    def _listed(self, location: str) -> list[ManifestFile]:
        return list(read_manifest_list(self._io.new_input(location)))

    def _manifest(self, table: Table, manifest: ManifestFile) -> ManifestFile:
        location = self.placed(manifest.manifest_path)
        placed = copy(manifest)
        _set(placed, manifest.manifest_path, location)
        if location not in self._done:
            entries = placed.fetch_manifest_entry(self._io, discard_deleted=False)
            with write_manifest(
                table.format_version,
                table.specs()[manifest.partition_spec_id],
                table.schema(),
                self._io.new_output(location),
                manifest.added_snapshot_id or 0,
                "deflate",
            ) as writer:
                for entry in entries:
                    _set(entry.data_file, entry.data_file.file_path, self.placed(entry.data_file.file_path))
                    writer.add_entry(entry)
            self._done[location] = path_of(location).stat().st_size
        _set_named(placed, manifest.manifest_length, self._done[location], 1)
        return placed


def _set(record: Record, old: str, new: str) -> None:
    """Exchange the one value of a record of an Avro file that is the location."""
    [place] = [n for n in range(len(record)) if record[n] == old]
    record[place] = new


def _set_named(record: Record, old: int, new: int, place: int) -> None:
    assert record[place] == old  # manifest_length is the second field of a manifest list (Iceberg spec)
    record[place] = new
