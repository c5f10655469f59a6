"""Where do pages that were visited wait until the index has them, or until a second look confirms them?

    captures/new      files that the next ingest reads
    captures/held     pages that seem to have lost a link, one file each, until a look a day later agrees;
                      those with `end-` in front were asked for as what a link leads to
    captures/         files that the index was read from

Nothing here is ever half written: a file has its name when its bytes are on the disk.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from backlit.index.storage import disk
from backlit.ingest.records import Record
from backlit.monitor.archive import record_at

__all__ = ["END", "Captures", "Place"]

#: What the names of files begin with that hold pages which links lead to, and the time in such a name.
END, _AT = "end-", "%Y%m%dT%H%M%S%f"
#: Bytes of packed pages that are held in memory until a file is made of them.
_BATCH = 8 << 20


class Place(NamedTuple):
    """Where a record lies: in which file of the captures, at which of its bytes."""

    file: str
    offset: int
    length: int


def _digest(url: str) -> str:
    return hashlib.blake2b(url.encode("utf-8", "replace"), digest_size=8).hexdigest()


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

    def hold(self, url: str, at: datetime, packed: Iterable[bytes], mark: str = "") -> str:
        """Keep the responses of a page apart; the name of their file, which begins with `mark`."""
        name = f"{mark}{_digest(url)}-{at.astimezone(UTC):{_AT}}.warc.gz"
        disk().write(self._folder / "held" / name, b"".join(packed))
        return name

    def held_ends(self, urls: Iterable[str]) -> Mapping[str, list[tuple[datetime, str]]]:
        """What was kept apart of pages that links lead to, by page, oldest first: when, and in which file."""
        names = sorted(path.name for path in (self._folder / "held").glob(f"{END}*.warc.gz"))
        found: dict[str, list[tuple[datetime, str]]] = {}
        for name in names:
            digest, _, at = name.removeprefix(END).partition(".")[0].partition("-")
            found.setdefault(digest, []).append((datetime.strptime(at, _AT).replace(tzinfo=UTC), name))
        digests = {url: _digest(url) for url in urls} if found else {}
        return {url: found[digest] for url, digest in digests.items() if digest in found}

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
