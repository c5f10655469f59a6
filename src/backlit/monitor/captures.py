"""Where do pages that were visited wait until the index has them, or until a second look confirms them?

    captures/new      files that the next ingest reads
    captures/held     pages that seem to have lost a link, one file each, until a look a day later agrees
    captures/         files that the index was read from

Nothing here is ever half written: a file has its name when its bytes are on the disk.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from backlit.index.storage import disk
from backlit.ingest.records import Record
from backlit.monitor.archive import record_at

__all__ = ["Captures", "Place"]

#: Bytes of packed pages that are held in memory until a file is made of them.
_BATCH = 8 << 20


class Place(NamedTuple):
    """Where a record lies: in which file of the captures, at which of its bytes."""

    file: str
    offset: int
    length: int


class Captures:
    """The captures of a home, and the pages of one run that no file holds yet."""

    def __init__(self, home: Path, run: str) -> None:
        self._folder, self._run = home / "captures", run
        self._members: list[bytes] = []
        self._size = self._files = 0

    @property
    def is_full(self) -> bool:
        """Whether a file should be made of what is gathered."""
        return self._size >= _BATCH

    def add(self, packed: Iterable[bytes]) -> list[Place]:
        """Gather responses, each a member, for the next file; where they will lie."""
        places = []
        for each in packed:
            places.append(Place(self._next, self._size, len(each)))
            self._members.append(each)
            self._size += len(each)
        return places

    def holds(self, place: Place) -> bool:
        """Whether the file of a record is there."""
        return self._file(place.file) is not None

    def read(self, place: Place) -> Record | None:
        """A record that was kept; None where it is not there any more, or is no record."""
        path = self._file(place.file)
        if path is None:
            return None
        with path.open("rb") as file:
            file.seek(place.offset)
            return record_at(file.read(place.length))

    def _file(self, name: str) -> Path | None:
        paths = (self._folder / name, self._folder / "new" / name)
        return next((path for path in paths if path.is_file()), None)

    def hold(self, url: str, at: datetime, packed: Iterable[bytes]) -> str:
        """Keep the responses of a page apart; the name of their file."""
        digest = hashlib.blake2b(url.encode("utf-8", "replace"), digest_size=8).hexdigest()
        name = f"{digest}-{at:%Y%m%dT%H%M%S%f}.warc.gz"
        disk().write(self._folder / "held" / name, b"".join(packed))
        return name

    def confirm(self, names: Iterable[str]) -> None:
        """Gather what was held: it was so. A file that is gone was confirmed before."""
        paths = (self._folder / "held" / name for name in names)
        self.add(path.read_bytes() for path in paths if path.exists())

    def drop(self, names: Iterable[str]) -> None:
        """Remove what was held, once it is elsewhere or was not so."""
        for name in names:
            disk().unlink(self._folder / "held" / name)

    def flush(self) -> None:
        """Make a file of what is gathered."""
        if not self._members:
            return
        disk().write(self._folder / "new" / self._next, b"".join(self._members))
        self._files += 1
        self._members, self._size = [], 0

    @property
    def _next(self) -> str:
        """The name of the file that is gathered for."""
        return f"{self._run}-{self._files + 1:03}.warc.gz"

    def waiting(self) -> list[Path]:
        """The files that the index was not read from yet, those of a run that was stopped too."""
        return sorted((self._folder / "new").glob("*.warc.gz"))

    def ingested(self, paths: Sequence[Path]) -> None:
        """The index holds what these files say; they stay as its evidence."""
        for path in paths:
            disk().rename(path, self._folder / path.name)
        if paths:
            disk().sync_folder(self._folder)
