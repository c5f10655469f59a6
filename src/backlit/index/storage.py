"""How does a file reach the disk for good, and by whose hand?

Everything that is written to a home passes through one `Storage`: written under a temporary name,
fsynced, renamed, and its folder fsynced. After that a power loss cannot take it away, and before
that nobody sees it; pyarrow, DuckDB and pyiceberg leave all of this out. The few primitive steps are
methods of their own, so that a test can record them, or let any one of them fail.
"""

import contextlib
import errno
import fcntl
import hashlib
import itertools
import json
import os
import shutil
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from backlit.errors import ConfigError, HomeBusy

__all__ = [
    "ALERT_LOCK",
    "JOBS_FOLDER",
    "JOBS_LOCK",
    "OUTREACH_LOCK",
    "POLICY_LOCK",
    "VISIT_LOCK",
    "WORKER_LOCK",
    "WRITE_LOCK",
    "DurableStream",
    "Storage",
    "Sum",
    "disk",
    "keep_from_others",
    "make_folder",
    "patient",
    "publish",
    "sum_of",
    "sweep_workspaces",
    "using",
    "workspace",
    "write_json",
    "write_lock",
]

_CHUNK = 1 << 20

#: Who writes to the index, who visits pages, and who sends alerts: one process each, so that hosts are asked
#: at one pace and nothing is sent twice.
WRITE_LOCK, VISIT_LOCK, ALERT_LOCK = "write.lock", "visit.lock", "alert.lock"
OUTREACH_LOCK = "outreach.lock"
#: held while a new version of the policy is made
POLICY_LOCK = "policy.lock"
#: Who works on jobs, who makes their database, and where their results and words are.
WORKER_LOCK, JOBS_LOCK, JOBS_FOLDER = "worker.lock", "jobs.lock", "jobs"

_workspaces = itertools.count()


@dataclass(frozen=True, slots=True)
class Sum:
    """What a whole file must look like: its size in bytes, and its BLAKE2b-128 in hexadecimal."""

    size: int
    digest: str


class Storage:
    """All writing to a home. The steps at the end are primitive: everything else is made of them."""

    def __init__(self) -> None:
        #: files written since they were last taken over into a catalog
        self.sums: dict[Path, Sum] = {}

    def create(self, path: Path) -> "DurableStream":
        """A file that takes its name, durably, when it is closed in good order, and never otherwise."""
        self.make_folder(path.parent)
        return DurableStream(self, path)

    def write(self, path: Path, data: bytes) -> Path:
        """Write a small file durably; readers see the old one or the new one."""
        with self.create(path) as stream:
            stream.write(data)
        return path

    def publish(self, temporary: Path, final: Path) -> Path:
        """Move a finished file or folder of files to its name, durably and at once."""
        whole = temporary.is_dir()
        for path in sorted(p for p in temporary.rglob("*") if p.is_file()) if whole else [temporary]:
            self.sync_file(path)
        if whole:
            self.sync_folder(temporary)
        self.rename(temporary, final)
        self.sync_folder(final.parent)
        return final

    def make_folder(self, folder: Path) -> Path:
        """Create a folder and its parents, each durable in its own parent."""
        if not folder.exists():
            self.make_folder(folder.parent)
            self.mkdir(folder)
            self.sync_folder(folder.parent)
        return folder

    def remove_tree(self, folder: Path) -> None:
        """Remove what nothing refers to; what cannot be removed now is left for the next time."""
        shutil.rmtree(folder, ignore_errors=True)

    # primitive steps -----------------------------------------------------------

    def open_new(self, path: Path) -> IO[bytes]:
        """Open a new file for writing."""
        return path.open("wb")

    def sync_file(self, path: Path) -> None:
        """Make the bytes of a file durable, whoever wrote them."""
        _sync(path, os.O_RDWR)

    def sync_folder(self, folder: Path) -> None:
        """Make the names in a folder durable."""
        _sync(folder, os.O_RDONLY | os.O_DIRECTORY)

    def rename(self, old: Path, new: Path) -> None:
        """Give a file or folder its name; a file that has it goes."""
        old.rename(new)

    def mkdir(self, folder: Path) -> None:
        """Create a folder in one that exists."""
        folder.mkdir(exist_ok=True)

    def unlink(self, path: Path) -> None:
        """Remove a file; one that is gone already is what was wanted."""
        path.unlink(missing_ok=True)


def _sync(path: Path, flags: int) -> None:
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class DurableStream:
    """A file being written: it counts and digests its bytes, and is published when closed in good order."""

    closed = False
    mode = "wb"

    def __init__(self, storage: Storage, path: Path) -> None:
        self.path = path
        self._storage = storage
        self._temporary = path.with_name(f".{path.name}.{os.getpid()}")
        self._file: IO[bytes] = storage.open_new(self._temporary)
        self._digest = hashlib.blake2b(digest_size=16)
        self._size = 0

    def keep_from_others(self) -> None:
        """Let others on the machine read nothing of it."""
        keep_from_others(self._temporary)

    def write(self, data: Any) -> int:
        """Append bytes, or anything that shows its bytes; what comes after `discard` goes nowhere."""
        if self.closed:
            return len(data)
        view = memoryview(data).cast("B") if not isinstance(data, bytes) else data
        self._digest.update(view)
        self._size += len(view)
        return self._file.write(view)

    def tell(self) -> int:
        """Bytes written so far."""
        return self._size

    def flush(self) -> None:
        """Nothing to do: the bytes become durable together, when the file is closed."""

    def readable(self) -> bool:
        """Never: it is for writing."""
        return False

    def writable(self) -> bool:
        """Until it is closed."""
        return not self.closed

    def seekable(self) -> bool:
        """Never: bytes are digested as they come."""
        return False

    def close(self) -> None:
        """Publish the file under its name."""
        self.publish_as(self.path)

    def publish_as(self, path: Path) -> Path:
        """Publish the file under a name that its content decided; `{digest}` in it is filled in."""
        if not self.closed:
            self.closed = True
            self._file.close()
            digest = self._digest.hexdigest()
            self.path = path.with_name(path.name.replace("{digest}", digest[:8]))
            self._storage.publish(self._temporary, self.path)
            self._storage.sums[self.path] = Sum(self._size, digest)
        return self.path

    def discard(self) -> None:
        """Give the file up."""
        if not self.closed:
            self.closed = True
            self._file.close()
            with contextlib.suppress(OSError):  # a disk that fails: `sweep` and gc find it later
                self._storage.unlink(self._temporary)

    def __enter__(self) -> "DurableStream":
        return self

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if error is None:
            self.close()
        else:
            self.discard()


_current = Storage()


def disk() -> Storage:
    """The storage that this process writes through."""
    return _current


@contextlib.contextmanager
def using(storage: Storage) -> Iterator[Storage]:
    """Write through another storage for a while: one that records, or one that fails."""
    global _current  # noqa: PLW0603  # Iceberg makes its FileIO by name, so it cannot be handed one
    before, _current = _current, storage
    try:
        yield storage
    finally:
        _current = before


def keep_from_others(path: Path) -> None:
    """Let others on the machine read nothing of a file or folder, whatever the system lets them by itself."""
    with contextlib.suppress(OSError):  # it is somebody else's, or the disk knows no rights
        path.chmod(stat.S_IMODE(path.stat().st_mode) & 0o770)


def make_folder(folder: Path) -> Path:
    """Create a folder and its parents durably."""
    return disk().make_folder(folder)


def publish(temporary: Path, final: Path) -> Path:
    """Move a finished file or folder of files to its name, durably and at once."""
    return disk().publish(temporary, final)


def write_json(path: Path, value: object) -> None:
    """Write a small JSON file durably; readers see the old one or the new one."""
    disk().write(path, (json.dumps(value, indent=1, sort_keys=True) + "\n").encode())


def sum_of(path: Path) -> Sum:
    """The size and digest of a file as it lies on the disk."""
    digest, size = hashlib.blake2b(digest_size=16), 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return Sum(size, digest.hexdigest())


# who writes --------------------------------------------------------------------

_patience = 0.0


@contextlib.contextmanager
def patient(seconds: float) -> Iterator[None]:
    """Let this process wait for locks at least so long: for tasks that nobody sits beside."""
    global _patience  # noqa: PLW0603  # use cases take their locks themselves, deep within
    before, _patience = _patience, seconds
    try:
        yield
    finally:
        _patience = before


@contextlib.contextmanager
def write_lock(home: Path, *, wait: float = 0, name: str = WRITE_LOCK) -> Iterator[None]:
    """Hold a lock of the home; HomeBusy when another process has it for longer than `wait` seconds.

    A dead holder holds nothing.
    """
    with _lock_file(home, name) as lock:
        _lock_within(lock, home, time.monotonic() + max(wait, _patience))
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


_NO_FOLDER = (FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError, PermissionError)


def _lock_file(home: Path, name: str) -> IO[str]:
    try:
        make_folder(home)
        return (home / name).open("a+")
    except _NO_FOLDER as error:
        found, do = f"{error.strerror}: {error.filename}", "Name a folder of yours with --dir or BACKLIT_DIR."
        raise ConfigError(f"write to {home}", found, do) from error
    except OSError as error:
        if error.errno != errno.EROFS:
            raise
        found = "it lies on a disk that takes no changes"
        raise ConfigError(f"write to {home}", found, "Questions work; to write, use another home.") from error


def _lock_within(lock: IO[str], home: Path, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError as busy:
            if time.monotonic() < deadline:
                time.sleep(0.02)
                continue
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            raise HomeBusy(
                f"write to {home}",
                f"process {holder} is writing to it",
                "Wait for it to end, or stop it, then run this again.",
            ) from busy


@contextlib.contextmanager
def workspace(home: Path, name: str) -> Iterator[Path]:
    """A folder under `HOME/tmp` for one job's spilled and half-made files; gone afterwards.

    While the lock beside it is held, `sweep_workspaces` leaves it alone.
    """
    folder = make_folder(home / "tmp") / f"{name}.{os.getpid()}.{next(_workspaces)}"
    with _alive(_lock_of(folder)) as lock:
        disk().remove_tree(folder)
        folder.mkdir()
        try:
            yield folder
        finally:
            disk().remove_tree(folder)
            lock.unlink(missing_ok=True)


#: How DuckDB's names of files begin into which it spills, before the number of the process. It removes them
#: when it ends, and none of others.
_SPILLED = "duckdb_temp_"


def sweep_workspaces(home: Path) -> None:
    """Remove the workspaces of jobs that died, and what DuckDB spilled for processes that were killed."""
    for folder in (home / "tmp").glob("*"):
        if folder.is_dir() and not _is_alive(_lock_of(folder)):
            disk().remove_tree(folder)
            _lock_of(folder).unlink(missing_ok=True)
    for spilled in (home / "tmp").glob(f"{_SPILLED}*"):
        process = spilled.name.removeprefix(_SPILLED).partition("_")[0]
        if process.isdigit() and not _runs(int(process)):
            with contextlib.suppress(OSError):
                disk().unlink(spilled)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # it is somebody else's, or no process of ours
        return True
    return True


def _lock_of(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.lock")


@contextlib.contextmanager
def _alive(path: Path) -> Iterator[Path]:
    """Hold a lock file that a sweep may remove until the lock is taken."""
    while True:
        with path.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if path.exists() and path.stat().st_ino == os.fstat(lock.fileno()).st_ino:
                yield path
                return


def _is_alive(path: Path) -> bool:
    try:
        with path.open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return False
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
