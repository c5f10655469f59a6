"""What does the newest metadata of an Iceberg table say, as far as reading its files needs it?

Reading does without pyiceberg, whose import alone takes longer than an answer. A file of metadata never
changes: each is parsed once a process. Whoever damages one changes its time or its size, and it is read
again.
See the Iceberg table specification, appendix C.
"""

from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urlparse

import msgspec

__all__ = ["Metadata", "Snapshot", "path_of", "read_metadata"]

#: Files whose contents stay in memory: a few versions of each table.
_KEPT = 48


class Snapshot(msgspec.Struct, frozen=True, rename="kebab"):
    """One state of a table: when it was made (ms since 1970), by what, and where its manifests are listed."""

    snapshot_id: int
    timestamp_ms: int
    manifest_list: str
    summary: dict[str, str] = {}


class _Column(msgspec.Struct, frozen=True):
    id: int
    name: str


class _Schema(msgspec.Struct, frozen=True, rename="kebab"):
    schema_id: int
    fields: tuple[_Column, ...]


class Metadata(msgspec.Struct, frozen=True, rename="kebab"):
    """The snapshots of a table, oldest first, and its columns."""

    current_schema_id: int
    schemas: tuple[_Schema, ...]
    snapshots: tuple[Snapshot, ...] = ()
    current_snapshot_id: int | None = None

    def snapshot(self, wanted: int | None) -> Snapshot | None:
        """The snapshot with that id; None where there is none."""
        return next((each for each in self.snapshots if each.snapshot_id == wanted), None)

    def column_id(self, name: str) -> int:
        """The number by which files know a column; KeyError where the table does not have it."""
        [schema] = (each for each in self.schemas if each.schema_id == self.current_schema_id)
        return {column.name: column.id for column in schema.fields}[name]


def read_metadata(location: str) -> Metadata:
    """What a file of metadata says of its table; msgspec.DecodeError where that is damaged."""
    path = path_of(location)
    known = path.stat()
    return _parsed(path, known.st_mtime_ns, known.st_size)


def path_of(location: str) -> Path:
    """The path of a file that Iceberg names, plainly or as a URL."""
    return Path(unquote(urlparse(location).path)) if location.startswith("file:") else Path(location)


@lru_cache(maxsize=_KEPT)
def _parsed(path: Path, _written: int, _size: int) -> Metadata:
    return msgspec.json.decode(path.read_bytes(), type=Metadata)
