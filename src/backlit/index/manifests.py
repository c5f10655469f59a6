"""Which data files does a version of a table hold? Read from its manifests, each of which is read once.

See the Iceberg table specification, "Manifests"; field numbers are its own.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from backlit.errors import IndexDamaged
from backlit.index.metadata import Metadata, path_of

__all__ = ["DataFile", "data_files"]

#: Manifests whose contents stay in memory; one of a small commit takes a few kB.
_KEPT = 256
#: In a manifest the status of a file that this snapshot took out, and in a list the content that is data.
_DELETED, _DATA = 2, 0


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file of rows, with the least and the greatest value of its columns, by their numbers, as bytes."""

    path: str
    rows: int
    size: int
    lower: Mapping[int, bytes]
    upper: Mapping[int, bytes]

    def may_hold(self, column: int, lower: str, upper: str) -> bool:
        """Whether values of the half-open range may be in a column; a column without bounds may hold any."""
        least, greatest = self.lower.get(column), self.upper.get(column)
        if least is None or greatest is None:
            return True
        return least < upper.encode() and greatest >= lower.encode()

    def may_hold_one(self, column: int, values: Sequence[str]) -> bool:
        """Whether one of some values, in order, may be in a column."""
        least, greatest = self.lower.get(column), self.upper.get(column)
        if least is None or greatest is None:
            return True
        at = bisect_left(values, least, key=str.encode)
        return at < len(values) and values[at].encode() <= greatest


def data_files(metadata: Metadata, snapshot: int) -> list[DataFile]:
    """The data files of a snapshot of a table by name; none where the table does not hold it."""
    found = metadata.snapshot(snapshot)
    if found is None:
        return []
    listed = path_of(found.manifest_list)
    manifests = _manifests_of(listed, listed.stat().st_mtime_ns)
    return sorted((file for each in manifests for file in _files_of(*each)), key=lambda file: file.path)


@lru_cache(maxsize=_KEPT)
def _manifests_of(manifest_list: Path, _written: int) -> tuple[tuple[Path, int], ...]:
    """The manifests that a list names, and their lengths. A list never changes, unless it is damaged."""
    rows = list(_rows_of(manifest_list))
    if any(row["content"] != _DATA for row in rows):
        raise IndexDamaged(
            f"read {manifest_list}",
            "rows were deleted by another program",
            "Backlit never deletes single rows. Go back to a version from before: `backlit index rollback`.",
        )
    return tuple((path_of(row["manifest_path"]), int(row["manifest_length"])) for row in rows)


@lru_cache(maxsize=_KEPT)
def _files_of(manifest: Path, _length: int) -> tuple[DataFile, ...]:
    """The data files that a manifest holds and does not take out; it never changes under its name."""
    return tuple(_file_of(row["data_file"]) for row in _rows_of(manifest) if row["status"] != _DELETED)


def _file_of(row: Mapping[str, Any]) -> DataFile:
    return DataFile(
        row["file_path"],
        row["record_count"],
        row["file_size_in_bytes"],
        _bounds(row["lower_bounds"]),
        _bounds(row["upper_bounds"]),
    )


def _bounds(pairs: Sequence[Mapping[str, Any]] | None) -> dict[int, bytes]:
    """Avro has no maps by number: Iceberg writes them as pairs."""
    return {pair["key"]: pair["value"] for pair in pairs or ()}


def _rows_of(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of an Avro file; IndexDamaged where it is cut or garbled."""
    import fastavro  # where files are planned, and nowhere else

    with path.open("rb") as file:
        try:
            yield from fastavro.reader(file)  # type: ignore[misc]
        except OSError:
            raise
        except Exception as error:  # a reader of garbled bytes may raise anything
            first = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
            raise IndexDamaged(
                f"read {path}", f"it is damaged ({first})", "Restore the home from a backup."
            ) from error
