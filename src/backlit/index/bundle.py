"""What does a backup look like on the disk? A folder or one `.tar` file of the same names.

`backup.json` comes last and lists every file with its size and digest: without it a backup is not finished.
"""

import hashlib
import io
import json
import tarfile
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from backlit.errors import AccessError, IndexDamaged, IndexTooNew, SourceMissing
from backlit.index.storage import DurableStream, Sum, disk, keep_from_others, make_folder, sum_of

__all__ = ["FORMAT", "LISTING", "Bundle", "Listing", "bundle_for", "copy", "open_bundle"]

LISTING = "backup.json"
FORMAT = 1
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Listing:
    """What a finished backup holds, and where the home was that it was made of."""

    home: str
    version: str
    made_at: str
    files: Mapping[str, Sum]

    def to_json(self) -> bytes:
        """The bytes of `backup.json`."""
        files = {name: [known.size, known.digest] for name, known in self.files.items()}
        facts = {"format": FORMAT, "home": self.home, "version": self.version, "made_at": self.made_at}
        return (json.dumps({**facts, "files": files}, indent=1, sort_keys=True) + "\n").encode()

    @classmethod
    def from_json(cls, where: Path, data: bytes) -> "Listing":
        """Read a listing; a later format and names that lead out of the backup are refused."""
        try:
            found = json.loads(data)
            if int(found["format"]) > FORMAT:
                raise IndexTooNew(
                    f"restore {where}",
                    "a later version of Backlit made it",
                    "Update Backlit, then run it again.",
                )
            files = {
                _inside(name): Sum(int(size), str(digest)) for name, (size, digest) in found["files"].items()
            }
            return cls(str(found["home"]), str(found["version"]), str(found["made_at"]), files)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise IndexDamaged(f"restore {where}", f"its {LISTING} is not sound ({error})", _OTHER) from error


_OTHER = "Take another backup: this one cannot be trusted."


def _inside(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise ValueError(f"the name {name[:100]!r} leads out of the backup")
    if not name.isprintable() or any(part.startswith(".") for part in path.parts):
        raise ValueError(f"no backup writes a file of the name {name[:100]!r}")
    return name


class Bundle(ABC):
    """A backup that is being written: `put` each file, then `finish` with the listing."""

    @abstractmethod
    def has(self, name: str, known: Sum) -> bool:
        """Whether an earlier run put this very file already."""

    @abstractmethod
    def put(self, name: str, source: Path, known: Sum) -> None:
        """Add a file of that size; its bytes are digested on the way and must be those that are known."""

    @abstractmethod
    def finish(self, listing: Listing) -> None:
        """Add the listing and make the whole durable."""


class _Folder(Bundle):
    def __init__(self, target: Path) -> None:
        self._target = target
        if (target / LISTING).exists() or (_is_foreign(target)):
            raise _occupied(target)
        keep_from_others(make_folder(target))  # the state is in it, and keys
        disk().write(target / _MARK, b"This backup is not finished.\n")

    def has(self, name: str, known: Sum) -> bool:
        path = self._target / name
        return path.exists() and path.stat().st_size == known.size and sum_of(path) == known

    def put(self, name: str, source: Path, known: Sum) -> None:
        with source.open("rb") as file, disk().create(self._target / name) as stream:
            copy(file, stream, source, known)

    def finish(self, listing: Listing) -> None:
        disk().write(self._target / LISTING, listing.to_json())
        disk().unlink(self._target / _MARK)
        disk().sync_folder(self._target)


#: Tells a folder that a backup was begun in from one that holds something else.
_MARK = "backup.unfinished"


def _is_foreign(target: Path) -> bool:
    return target.exists() and not (target / _MARK).exists() and any(target.iterdir())


def _occupied(target: Path) -> AccessError:
    return AccessError(
        f"back up to {target}",
        "something is there already",
        "Name a new folder or file: nothing is overwritten.",
    )


class _Tar(Bundle):
    def __init__(self, target: Path) -> None:
        if target.exists():
            raise _occupied(target)
        self._stream = disk().create(target)
        self._stream.keep_from_others()
        self._tar = tarfile.open(fileobj=_Counted(self._stream), mode="w|")  # noqa: SIM115  # `finish` closes it

    def has(self, name: str, known: Sum) -> bool:
        return False

    def put(self, name: str, source: Path, known: Sum) -> None:
        with source.open("rb") as file:
            self._add(name, known.size, _Verified(file, source, known))

    def _add(self, name: str, size: int, stream: "IO[bytes] | _Verified") -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = size, 0o644
        self._tar.addfile(entry, stream)

    def finish(self, listing: Listing) -> None:
        data = listing.to_json()
        self._add(LISTING, len(data), io.BytesIO(data))
        self._tar.close()
        self._stream.close()

    def discard(self) -> None:
        self._stream.discard()


class _Counted(io.RawIOBase):
    """The bare writing face that `tarfile` asks for."""

    def __init__(self, stream: DurableStream) -> None:
        self._stream = stream

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return self._stream.write(data)


class _Verified(io.RawIOBase):
    """A file that is digested while it is read, and refused at its end where it is not what is known."""

    def __init__(self, file: IO[bytes], path: Path, known: Sum) -> None:
        self._file, self._path, self._known = file, path, known
        self._digest, self._left = hashlib.blake2b(digest_size=16), known.size

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._digest.update(data)
        self._left -= len(data)
        if self._left < 0 or (self._left == 0 and self._digest.hexdigest() != self._known.digest) or not data:
            _refuse(self._path, self._left, self._digest.hexdigest(), self._known)
        return data


def copy(file: IO[bytes], stream: DurableStream, path: Path, known: Sum) -> None:
    """Copy a file that must be what is known of it; IndexDamaged where it is not."""
    digest, left = hashlib.blake2b(digest_size=16), known.size
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
        left -= len(chunk)
        stream.write(chunk)
    _refuse(path, left, digest.hexdigest(), known)


def _refuse(path: Path, left: int, digest: str, known: Sum) -> None:
    if left or digest != known.digest:
        raise IndexDamaged(
            f"copy {path}",
            "its bytes are not those that were written",
            "Of an index, `backlit index check --deep` names all that is damaged; of a backup, take another.",
        )


@contextmanager
def bundle_for(target: Path) -> Iterator[Bundle]:
    """A backup to be written to a folder, or to one file where the name ends in `.tar`."""
    if target.suffix != ".tar":
        yield _Folder(target)
        return
    tar = _Tar(target)
    try:
        yield tar
    finally:
        tar.discard()  # one that is finished stays


class OpenBundle:
    """A finished backup, to be read."""

    def __init__(self, source: Path) -> None:
        self.source = source
        self._tar = tarfile.open(source, "r:") if source.is_file() else None  # noqa: SIM115  # closed by `close`
        self.listing = Listing.from_json(source, self._listing())

    def _listing(self) -> bytes:
        try:
            with self.open(LISTING) as file:
                return file.read()
        except (FileNotFoundError, KeyError) as error:
            raise SourceMissing(
                f"restore {self.source}",
                f"there is no finished backup: no {LISTING}",
                "Run `backlit backup` again.",
            ) from error

    def open(self, name: str) -> IO[bytes]:
        """The bytes of one of its files."""
        if self._tar is None:
            path = (self.source / name).resolve()
            if not path.is_relative_to(self.source.resolve()):
                raise FileNotFoundError(name)  # a link that leads out of the backup
            return path.open("rb")
        found = self._tar.extractfile(name)
        if found is None:
            raise FileNotFoundError(name)
        return found

    def close(self) -> None:
        """Let the file go."""
        if self._tar is not None:
            self._tar.close()


@contextmanager
def open_bundle(source: Path) -> Iterator[OpenBundle]:
    """Open a backup; SourceMissing where there is none, or none that was finished."""
    if not source.exists():
        raise SourceMissing(f"restore {source}", "there is no such file or folder", "Check the name.")
    try:
        bundle = OpenBundle(source)
    except tarfile.TarError as error:
        raise IndexDamaged(f"restore {source}", f"it is no tar file ({error})", _OTHER) from error
    try:
        yield bundle
    finally:
        bundle.close()
