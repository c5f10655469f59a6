"""Which data files does a version of a table hold? Read from its manifests, each of which is read once."""

from functools import lru_cache
from typing import TYPE_CHECKING

from backlit.index.fileio import DurableFileIO, path_of

if TYPE_CHECKING:
    from pyiceberg.manifest import DataFile, ManifestFile
    from pyiceberg.table import Table

__all__ = ["data_files"]

#: Manifests whose contents stay in memory; one of a small commit takes a few kB.
_KEPT = 256


def data_files(table: "Table", snapshot: int) -> list["DataFile"]:
    """The data files of a snapshot of a table by name; none where the table does not hold it."""
    found = table.snapshot_by_id(snapshot)
    if found is None:
        return []
    written = path_of(found.manifest_list).stat().st_mtime_ns
    manifests = _manifests_of(found.manifest_list, written)
    files = [file for manifest in manifests for file in _files_of(manifest, manifest.manifest_length)]
    return sorted(files, key=lambda file: str(file.file_path))


@lru_cache(maxsize=_KEPT)
def _manifests_of(manifest_list: str, _: int) -> tuple["ManifestFile", ...]:
    """The manifests that a list names; a list never changes, unless it is damaged."""
    from pyiceberg.manifest import read_manifest_list

    return tuple(read_manifest_list(DurableFileIO({}).new_input(manifest_list)))


@lru_cache(maxsize=_KEPT)
def _files_of(manifest: "ManifestFile", _: int) -> tuple["DataFile", ...]:
    """The live entries of a manifest, which never changes under its name."""
    entries = manifest.fetch_manifest_entry(DurableFileIO({}), discard_deleted=True)
    return tuple(entry.data_file for entry in entries)
