"""Who works on the jobs of a home? One process at a time; the lock goes with it and with its last task.

The tasks of a worker hold the lock, too: while one of them lives on after its worker was killed, nobody else
begins to work, so that no job ever runs twice at once.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from backlit.errors import HomeBusy
from backlit.index.storage import WORKER_LOCK

__all__ = ["held_lock", "worker_of"]

#: Between two tries to get it, in seconds; and for how long it is tried at least, since whoever asks whether
#: there is a worker holds the lock for a moment.
_PAUSE, _LEAST = 0.05, 1.0


@contextmanager
def held_lock(home: Path, *, wait: float = 0.0) -> Iterator[int]:
    """Be the worker of a home; gives the handle that tasks inherit. HomeBusy where another is for longer."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / WORKER_LOCK).open("a+") as lock:
        _take(lock, home, time.monotonic() + max(wait, _LEAST))
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        try:
            yield lock.fileno()
        finally:
            lock.truncate(0)


def _take(lock: IO[str], home: Path, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError as busy:
            if time.monotonic() < deadline:
                time.sleep(_PAUSE)
                continue
            lock.seek(0)
            holder = lock.read().strip()
            who = f"process {holder}" if holder else "another process"
            raise HomeBusy(
                f"work on the jobs of {home}",
                f"{who} does already",
                "One is enough: `backlit jobs ls` shows what it does.",
            ) from busy


def worker_of(home: Path) -> int | None:
    """The process that works on the jobs of a home, 0 where it is not known which; None without one."""
    try:
        with (home / WORKER_LOCK).open("r") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
                return None
            except BlockingIOError:
                found = lock.read().strip()
                return int(found) if found.isdigit() else 0
    except FileNotFoundError:
        return None
