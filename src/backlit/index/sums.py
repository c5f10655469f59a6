"""What must every file of the index look like, to the byte?

The sums of the files that a commit brings stand in the catalog: they are written in the very transaction
that makes the commit, so that neither is ever there without the other. The catalog itself is sealed beside:
`HOME/catalog.sum` holds its digest together with SQLite's own count of its changes, which tells a catalog
that changed after its seal (a writer was stopped in between) from one that was damaged.
"""

import json
import sqlite3
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backlit.index.storage import Sum, disk, sum_of, write_json

if TYPE_CHECKING:
    from sqlalchemy import Engine

__all__ = [
    "Seal", "forget_sums", "is_header_torn", "is_sealed", "keep_sums", "read_seal", "recorded_sums",
    "seal", "seal_of",
]  # fmt: skip

CATALOG, SEAL, LAYOUT_FILE = "catalog.db", "catalog.sum", "layout.json"

_TABLE = "CREATE TABLE IF NOT EXISTS backlit_files (path TEXT PRIMARY KEY, bytes INTEGER, digest TEXT)"

#: In the header of an SQLite file: the count of its changes, and the count at which the header was valid.
_CHANGES, _VALID_FOR = slice(24, 28), slice(92, 96)


@dataclass(frozen=True, slots=True)
class Seal:
    """The state of the small files that everything hangs on, when a writer last left them."""

    changes: int
    catalog: Sum
    layout: Sum


def keep_sums(engine: "Engine", home: Path) -> None:
    """From now on, a commit of the catalog takes along the sums of the files written since the last one."""
    from sqlalchemy import event

    warehouse = (home / "warehouse").absolute()

    def insert(connection: Any) -> None:
        sums = disk().sums
        written = [path for path in sums if path.is_relative_to(warehouse)]
        if written:
            rows = [(str(path.relative_to(warehouse)), *_pair(sums.pop(path))) for path in written]
            raw = connection.connection.dbapi_connection
            raw.execute(_TABLE)
            raw.executemany("INSERT OR REPLACE INTO backlit_files VALUES (?, ?, ?)", rows)

    event.listen(engine, "commit", insert)


def _pair(known: Sum) -> tuple[int, str]:
    return known.size, known.digest


def recorded_sums(catalog: Path) -> dict[str, Sum]:
    """The sums that a catalog holds, by path within the warehouse; none in a home of an older layout."""
    with sqlite3.connect(f"{catalog.absolute().as_uri()}?mode=ro", uri=True) as connection:
        known = connection.execute("SELECT name FROM sqlite_master WHERE name = 'backlit_files'").fetchone()
        rows = connection.execute("SELECT path, bytes, digest FROM backlit_files") if known else ()
        return {str(path): Sum(int(size), str(digest)) for path, size, digest in rows}


def forget_sums(catalog: Path, paths: list[str]) -> None:
    """Drop the sums of files that are gone; needs the write lock."""
    with sqlite3.connect(catalog) as connection:
        connection.execute(_TABLE)
        connection.executemany("DELETE FROM backlit_files WHERE path = ?", [(path,) for path in paths])


def seal(home: Path) -> None:
    """Seal the catalog as it is now; needs the write lock."""
    write_json(home / SEAL, asdict(seal_of(home)))


def seal_of(home: Path) -> Seal:
    """What the seal would be, of the files as they lie on the disk."""
    layout = home / LAYOUT_FILE
    return Seal(
        changes_of(home),
        sum_of(home / CATALOG),
        sum_of(layout) if layout.exists() else Sum(0, ""),
    )


def is_sealed(home: Path) -> bool:
    """Whether the seal is of the catalog as it is by its own count of changes; says nothing of damage."""
    try:
        known = read_seal(home)
    except ValueError:
        return True  # damage is for `check` to tell, not for a writer to paint over
    return known is not None and known.changes == changes_of(home)


def changes_of(home: Path) -> int:
    """SQLite's count of the catalog's changes."""
    with (home / CATALOG).open("rb") as file:
        return int.from_bytes(file.read(100)[_CHANGES])


def is_header_torn(home: Path) -> bool:
    """Whether SQLite's two counts of changes differ, which no sound writer leaves."""
    with (home / CATALOG).open("rb") as file:
        header = file.read(100)
    return header[_CHANGES] != header[_VALID_FOR]


def read_seal(home: Path) -> Seal | None:
    """The seal; None in a home that has none. ValueError when it is not as it was written."""
    path = home / SEAL
    if not path.exists():
        return None
    data = path.read_bytes()
    try:
        found = json.loads(data)
        read = Seal(int(found["changes"]), Sum(**found["catalog"]), Sum(**found["layout"]))
    except (KeyError, TypeError, UnicodeDecodeError) as error:
        raise ValueError(str(error)) from error
    if (json.dumps(asdict(read), indent=1, sort_keys=True) + "\n").encode() != data:
        raise ValueError("it is not as it was written")
    return read
