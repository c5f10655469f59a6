"""Does a home have a worker for as long as we serve it? One that died is followed by another.

Nothing here knows processes or the time of day: how a worker is started, who else works on the home, the
clock and the waiting are passed in.
"""

import threading
import time
from collections.abc import Callable
from typing import Protocol

__all__ = ["Supervised", "Supervisor"]

#: Seconds before a worker that died is started again: the first time, and at most.
_FIRST, _MOST = 1.0, 60.0
#: A worker that lived so long was sound: what kills it afterwards counts as the first time again.
_SOUND = 60.0
#: Seconds between two looks at whether another worker of the home has ended.
_LOOK = 1.0


class Supervised(Protocol):
    """A worker that was started."""

    @property
    def pid(self) -> int: ...

    def wait(self) -> int:
        """The exit code, once it has ended; below zero the signal that killed it."""

    def end(self) -> None:
        """Have it end by itself, also where it has ended already."""


class Supervisor:
    """Starts workers of a home, one after the other. `run` returns after `end` was called."""

    def __init__(
        self,
        start: Callable[[bool], Supervised],
        other: Callable[[], int | None],
        tell: Callable[[str], object],
        *,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], bool] | None = None,
    ) -> None:
        """`start` is told whether the worker may speak; `wait` says whether the end came meanwhile."""
        self._start, self._other, self._tell, self._clock = start, other, tell, clock
        self._ending = threading.Event()
        self._wait = wait or self._ending.wait
        self._guard = threading.Lock()
        self._current: Supervised | None = None

    def run(self) -> None:
        """Keep a worker running; a fault that comes again and again is told once."""
        pause, told = _FIRST, ""
        may_speak = True
        while self._is_our_turn():
            began = self._clock()
            how = self._one_life(may_speak)
            if self._ending.is_set():
                return
            if self._clock() - began >= _SOUND:
                pause, told = _FIRST, ""
            may_speak = how != told
            if may_speak:
                self._tell(f"the worker of this home {how}; it is started again")
            told = how
            if self._wait(pause):
                return
            pause = min(2 * pause, _MOST)

    def end(self) -> None:
        """End the worker, and start none any more."""
        with self._guard:  # a worker is being started now and is ended here, or is not started at all
            self._ending.set()
            current = self._current
        if current is not None:
            current.end()

    def _is_our_turn(self) -> bool:
        """Wait until nobody else works on the home; False where the end comes first."""
        told = False
        while not self._ending.is_set():
            if (other := self._other()) is None:
                return True
            # The lock of a worker that was killed is held until its last task has noticed.
            if not told and (self._current is None or other != self._current.pid):
                who = f"process {other}" if other else "another process"
                self._tell(f"{who} works on the jobs of this home already; when it ends, a worker is started")
                told = True
            if self._wait(_LOOK):
                return False
        return False

    def _one_life(self, may_speak: bool) -> str:
        """A worker from its start to its end, and how it ended."""
        with self._guard:
            if self._ending.is_set():
                return ""
            try:
                current = self._current = self._start(may_speak)
            except OSError as error:  # no memory or no process is left: there may be, later
                return f"could not be started ({(error.strerror or str(error)).lower()})"
        code = current.wait()
        return f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
