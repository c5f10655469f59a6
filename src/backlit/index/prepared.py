"""Which targets are too large to be put together anew for every question?

Their tables (see `gather`) are kept in files of DuckDB's own under `HOME/prepared`. A file is named by a
digest of all that it was made from: data files never change, so whatever changes gets another name, and none
of these files can be out of date. Each may be removed at any time: it is made again when it is missed.
"""

import contextlib
import hashlib
import itertools
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import duckdb

from backlit.index.engine import text
from backlit.index.kinds import KINDS
from backlit.index.overview import ANSWERS as NUMBERS
from backlit.index.storage import disk, make_folder

__all__ = ["ANSWERS", "LEAST", "TABLES", "Prepared"]

#: From how many links on a target's tables are kept.
LEAST = 20_000
#: Part of every name: another number when the tables are made differently.
_EDITION = 7
#: What all files may take together, in bytes; those that were not asked for longest go first.
_MOST = 8 << 30
#: What the disk must have left, in bytes: the index itself comes first.
_SPARE = 2 << 30
#: What is kept of a target.
TABLES = ("links", "own", "authorities")

#: Questions whose answers hang on the links alone, and are kept beside them.
ANSWERS = {**NUMBERS, "kinds": KINDS}

_numbers = itertools.count()


class Prepared:
    """The files of one home. Two processes may write the same one: the first stays."""

    def __init__(self, home: Path, *, most: int = _MOST) -> None:
        self._folder, self._most = home / "prepared", most

    def path(self, parts: Sequence[str]) -> Path:
        """Where the tables lie that are made of these: files, releases and the target's range of keys."""
        told = "\0".join((str(_EDITION), duckdb.__version__, *parts))
        return self._folder / f"{hashlib.blake2b(told.encode(), digest_size=16).hexdigest()}.duckdb"

    def attach(self, connection: duckdb.DuckDBPyConnection, path: Path) -> str | None:
        """Open a file for reading, under a name within the connection's instance; None where there is none
        that can be read."""
        if not path.exists():
            return None
        name = f"prepared_{next(_numbers)}"
        try:
            connection.execute(f"ATTACH {text(str(path))} AS {name} (READ_ONLY)")
            for table in (*TABLES, *ANSWERS):
                connection.execute(f"FROM {name}.{table} LIMIT 0")
        except duckdb.Error:
            self._remove(path)  # it was damaged, cut off by a loss of power, or is another version's
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        return name

    def write(self, connection: duckdb.DuckDBPyConnection, path: Path) -> None:
        """Keep the tables of a connection's schema.

        A home that cannot be written to, or whose disk has little room, keeps none.
        """
        with contextlib.suppress(OSError, duckdb.Error):
            make_folder(self._folder)
            self._make_room()
            if shutil.disk_usage(self._folder).free < _SPARE:
                return
            draft = self._folder / f"{path.stem}.{os.getpid()}.{next(_numbers)}.new"
            try:
                _copy(connection, draft)
                disk().publish(draft, path)
            finally:
                for left in self._folder.glob(f"{draft.name}*"):
                    self._remove(left)

    def forget(self, path: Path | None) -> None:
        """Remove a file that turned out to be damaged."""
        if path is not None:
            self._remove(path)

    def _make_room(self) -> None:
        """Remove what was not asked for longest, and what a killed writer left behind."""
        kept = 0
        for path in sorted(self._folder.iterdir(), key=lambda path: -path.stat().st_mtime):
            kept += path.stat().st_size
            if kept > self._most or (path.suffix != ".duckdb" and not _is_written(path)):
                self._remove(path)

    def _remove(self, path: Path) -> None:
        with contextlib.suppress(OSError):
            disk().unlink(path)


def _copy(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    name = f"draft_{next(_numbers)}"
    connection.execute(f"ATTACH {text(str(path))} AS {name}")
    try:
        for table in TABLES:
            connection.execute(f"CREATE TABLE {name}.{table} AS FROM {table}")
        for answer, query in ANSWERS.items():
            connection.execute(f"CREATE TABLE {name}.{answer} AS {query}")
        connection.execute(f"CHECKPOINT {name}")
    finally:
        connection.execute(f"DETACH {name}")


def _is_written(path: Path) -> bool:
    """Whether the process that a draft names is alive."""
    process = path.name.split(".")[1]
    return process.isdigit() and Path(f"/proc/{process}").exists()
