"""Which versions are being read right now, so that their files are left alone?

A reader holds a lock on `HOME/leases/VERSION.PROCESS.N`. The system drops the lock with the process, so a
lease never outlives its reader. A home that cannot be written to is read without one: the age below which no
file is collected protects such readers.
"""

import contextlib
import fcntl
import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

__all__ = ["Lease", "leased_versions", "no_new_leases"]

_numbers = itertools.count()


class Lease:
    """Held from its making to `release`, or to the end of the process.

    `gated` is for those who hold back the collector themselves, by `no_new_leases`.
    """

    def __init__(self, home: Path, version: int, *, gated: bool = True) -> None:
        self.version = version
        self._path = home / "leases" / f"{version}.{os.getpid()}.{next(_numbers)}"
        self._file: IO[str] | None = None
        gate = _gate(home, fcntl.LOCK_SH) if gated else contextlib.nullcontext()
        with contextlib.suppress(OSError), gate:  # it may be a home that cannot be written to
            self._file = self._path.open("w")
            fcntl.flock(self._file, fcntl.LOCK_SH)

    def release(self) -> None:
        """Let the version go."""
        if self._file is not None:
            self._file.close()
            self._file = None
            with contextlib.suppress(OSError):
                self._path.unlink()

    def __del__(self) -> None:
        self.release()

    def __enter__(self) -> "Lease":
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


@contextlib.contextmanager
def no_new_leases(home: Path) -> Iterator[None]:
    """While versions are being forgotten, readers wait; afterwards they see which are gone."""
    with _gate(home, fcntl.LOCK_EX):
        yield


@contextlib.contextmanager
def _gate(home: Path, mode: int) -> Iterator[None]:
    folder = home / "leases"
    folder.mkdir(exist_ok=True)
    with (folder / "gate").open("w") as gate:
        fcntl.flock(gate, mode)
        yield


def leased_versions(home: Path) -> set[int]:
    """The versions that live processes read; leases of dead ones are removed."""
    held = set()
    for path in (home / "leases").glob("*.*.*"):
        if _is_held(path):
            held.add(int(path.name.partition(".")[0]))
        else:
            path.unlink(missing_ok=True)
    return held


def _is_held(path: Path) -> bool:
    try:
        with path.open("r") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return False
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
