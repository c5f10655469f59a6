"""Which pages are being made for longer than somebody waits? Each once, by who asked for what."""

import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass, field

from fastapi import Response

__all__ = ["PATIENCE", "Meanwhile"]

#: Seconds that somebody waits for a page itself.
PATIENCE = 0.2
#: Pages that are made at a time, and that are waited for; seconds after which nobody asks for one again, and
#: what it tells is no longer new.
_AT_A_TIME, _MOST, _LASTS = 2, 32, 30.0


@dataclass(frozen=True, slots=True)
class _Making:
    """A page that is being made, and when it was, once it is."""

    page: Future[Response]
    ended: list[float] = field(default_factory=list)


class Meanwhile:
    """The pages that are being made while nobody waits. Threads may share it; `clock` tells seconds."""

    def __init__(self, patience: float = PATIENCE, clock: Callable[[], float] = time.monotonic) -> None:
        self._patience, self._clock = patience, clock
        self._pool = ThreadPoolExecutor(_AT_A_TIME, "backlit-meanwhile")
        self._made: dict[Hashable, _Making] = {}
        self._lock = threading.Lock()

    def soon(self, asked: Hashable, make: Callable[[], Response]) -> Response | None:
        """What `make` makes, or has been making since the same was asked before; None where that takes
        longer than somebody waits. What it raises is raised here.

        While as many are made as may be, who asks for one more waits for it, as everywhere else.
        """
        with self._lock:
            self._forget_old()
            if asked not in self._made and len(self._made) < _MOST:
                self._made[asked] = self._begun(make)
            making = self._made.get(asked)
        if making is None:
            return make()
        done, _ = wait([making.page], self._patience)
        if not done:
            return None
        with self._lock:
            self._made.pop(asked, None)
        return making.page.result()

    def _begun(self, make: Callable[[], Response]) -> _Making:
        making = _Making(self._pool.submit(copy_context().run, make))
        making.page.add_done_callback(lambda _: making.ended.append(self._clock()))
        return making

    def _forget_old(self) -> None:
        """Let go of what was made a while ago."""
        for asked, making in list(self._made.items()):
            if making.ended and self._clock() - making.ended[0] > _LASTS:
                del self._made[asked]

    def end(self) -> None:
        """Begin nothing more: the server ends."""
        self._pool.shutdown(wait=False, cancel_futures=True)
