"""What does the metadata of Iceberg's tables say? A file of it never changes: each is parsed once a process.

Whoever damages one changes its time or its size, and it is read again.
"""

import threading
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyiceberg.table.metadata import TableMetadata

__all__ = ["known_metadata", "metadata_at", "remember_metadata"]

#: Files whose contents stay in memory: two versions of each table.
_KEPT = 24

_File = tuple[str, int, int]

_lock = threading.Lock()
_parsed: "OrderedDict[_File, TableMetadata]" = OrderedDict()


def metadata_at(location: str) -> "TableMetadata":
    """What a file of metadata says of its table."""
    from pyiceberg.serializers import FromInputFile

    from backlit.index.fileio import DurableFileIO

    found = known_metadata(location)
    if found is None:
        found = FromInputFile.table_metadata(DurableFileIO({}).new_input(location))
        remember_metadata(location, found)
    return found


def known_metadata(location: str) -> "TableMetadata | None":
    """The same where it was parsed before."""
    file = _file(location)
    with _lock:
        if file not in _parsed:
            return None
        _parsed.move_to_end(file)
        return _parsed[file]


def remember_metadata(location: str, metadata: "TableMetadata") -> None:
    """Keep what a file of metadata says, which was just written or parsed."""
    with _lock:
        _parsed[_file(location)] = metadata
        while len(_parsed) > _KEPT:
            _parsed.popitem(last=False)


def _file(location: str) -> _File:
    known = Path(location.removeprefix("file://")).stat()
    return location, known.st_mtime_ns, known.st_size
