"""How does a file reach the disk for good?

Written under a temporary name, fsynced, renamed, and its folder fsynced: after that a power loss
cannot take it away, and before that nobody sees it. pyarrow, DuckDB and pyiceberg leave all of this
out, so data files pass through `publish`, and Iceberg's metadata through `DurableFileIO`.
"""

import contextlib
import errno
import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote, urlparse

from pyiceberg.io import FileIO, InputFile, InputStream, OutputFile, OutputStream

from backlit.errors import BacklitError, DiskFull, HomeBusy, IndexDamaged

__all__ = [
    "DurableFileIO",
    "explain_damage",
    "explain_full_disk",
    "make_folder",
    "publish",
    "sync_folder",
    "write_json",
    "write_lock",
]


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Make the bytes of a file that someone else wrote durable."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_folder(folder: Path) -> Path:
    """Create a folder and its parents, each durable in its own parent."""
    if not folder.exists():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)
    return folder


def publish(temporary: Path, final: Path) -> Path:
    """Move a finished file or folder of files to its name, durably and at once."""
    files = sorted(p for p in temporary.rglob("*") if p.is_file()) if temporary.is_dir() else [temporary]
    for path in files:
        sync_file(path)
    if temporary.is_dir():
        sync_folder(temporary)
    temporary.rename(final)
    sync_folder(final.parent)
    return final


def write_json(path: Path, value: object) -> None:
    """Write a small JSON file durably; readers see the old one or the new one."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    publish(temporary, path)


@contextlib.contextmanager
def write_lock(home: Path) -> Iterator[None]:
    """Hold the home's write lock; HomeBusy when another process has it. A dead holder holds nothing."""
    make_folder(home)
    with (home / "write.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            raise HomeBusy(
                f"write to {home}",
                f"process {holder} is writing to it",
                "Wait for it to end, or stop it, then run this again.",
            ) from busy
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


@contextlib.contextmanager
def explain_full_disk(home: Path) -> Iterator[None]:
    """Turn "no space left" from any layer into DiskFull; what was committed before stays readable."""
    try:
        yield
    except Exception as error:
        if _is_full(error):
            raise DiskFull(
                f"write to {home}",
                "the disk is full",
                "Nothing was committed. Free some space and run the same command again.",
            ) from error
        raise


@contextlib.contextmanager
def explain_damage(home: Path) -> Iterator[None]:
    """Turn what the layers below say of missing, cut or garbled files of the index into IndexDamaged."""
    try:
        yield
    except BacklitError:
        raise
    except Exception as error:
        if _is_damage(error):
            raise _damage(home, error) from error
        raise


#: What the layers below raise for files that are cut, garbled or gone; named, since importing them is slow.
_DAMAGE = {
    *(
        ("_duckdb", "IOException"),
        ("_duckdb", "InvalidInputException"),
        ("_duckdb", "SerializationException"),
    ),
    *(
        ("pydantic_core", "ValidationError"),
        ("sqlalchemy", "DatabaseError"),
        ("sqlalchemy", "OperationalError"),
    ),
    *(("builtins", "EOFError"), ("builtins", "FileNotFoundError")),
}


def _is_damage(error: Exception) -> bool:
    return (type(error).__module__.partition(".")[0], type(error).__name__) in _DAMAGE


def _damage(home: Path, error: Exception) -> IndexDamaged:
    first = str(error).splitlines()[0][:300] if str(error) else type(error).__name__
    return IndexDamaged(
        f"read the index in {home}",
        first,
        "A file of it is missing or damaged: restore the home from a backup.",
    )


def _is_full(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        if "No space left on device" in str(error):  # DuckDB and SQLite carry no errno
            return True
        error = error.__cause__ or error.__context__
    return False


class DurableFileIO(FileIO):
    """Iceberg's door to local files; every file it creates is durable before it is named."""

    def new_input(self, location: str) -> "_LocalInput":
        return _LocalInput(location)

    def new_output(self, location: str) -> "_LocalOutput":
        return _LocalOutput(location)

    def delete(self, location: str | InputFile | OutputFile) -> None:
        _path_of(location if isinstance(location, str) else location.location).unlink()


class _LocalInput(InputFile):
    def __len__(self) -> int:
        return _path_of(self.location).stat().st_size

    def exists(self) -> bool:
        return _path_of(self.location).exists()

    def open(self, seekable: bool = True) -> InputStream:
        return _path_of(self.location).open("rb")


class _LocalOutput(OutputFile):
    def __len__(self) -> int:
        return _path_of(self.location).stat().st_size

    def exists(self) -> bool:
        return _path_of(self.location).exists()

    def to_input_file(self) -> _LocalInput:
        return _LocalInput(self.location)

    def create(self, overwrite: bool = False) -> OutputStream:
        path = _path_of(self.location)
        if not overwrite and path.exists():
            raise FileExistsError(errno.EEXIST, "file exists", str(path))
        make_folder(path.parent)
        return _DurableStream(path)


class _DurableStream:
    """A file that takes its name when it is closed in good order, and never otherwise."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._temporary = path.with_name(f".{path.name}.{os.getpid()}")
        self._file: IO[bytes] = self._temporary.open("wb")

    def write(self, data: bytes) -> int:
        return self._file.write(data)

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        if not self._file.closed:
            self._file.close()
            publish(self._temporary, self._path)

    def __enter__(self) -> "_DurableStream":
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if error is None:
            self.close()
        else:
            self._file.close()
            self._temporary.unlink(missing_ok=True)


def _path_of(location: str) -> Path:
    return Path(unquote(urlparse(location).path)) if location.startswith("file:") else Path(location)
