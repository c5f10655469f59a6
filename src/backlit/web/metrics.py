"""What is told to a program that watches this server? `/metrics`, in the text format of Prometheus.

What is counted in this process is told as it is; what has to be read is read at most so often, whoever asks.
"""

import platform
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from fastapi import APIRouter, Depends, Request, Response

import backlit
from backlit import app
from backlit.report.exposition import CONTENT_TYPE, Family, Figure, exposed
from backlit.web.asking import only
from backlit.web.process import process_families

__all__ = ["Kept", "Watch", "add_metrics"]

#: Seconds for which figures of the home, and of its files, are good.
HOME_SECONDS, DISK_SECONDS = 10.0, 120.0


class Kept:
    """Figures that are read again when they are too old: by one thread, while others have those of before."""

    def __init__(
        self, read: Callable[[], Sequence[Family]], seconds: float, clock: Callable[[], float]
    ) -> None:
        self._read, self._seconds, self._clock = read, seconds, clock
        self._lock, self._found, self._until = threading.Lock(), list[Family](), float("-inf")

    @property
    def families(self) -> Sequence[Family]:
        """The figures, as old as they may be."""
        is_first = self._until == float("-inf")
        if self._clock() >= self._until and self._lock.acquire(blocking=is_first):
            try:
                if self._clock() >= self._until:
                    self._found = list(self._read())
                    self._until = self._clock() + self._seconds
            finally:
                self._lock.release()
        return self._found


class Watch:
    """The figures of one server's home."""

    def __init__(self, home: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._kept = (
            Kept(lambda: app.home_families(home), HOME_SECONDS, clock),
            Kept(lambda: app.disk_families(home), DISK_SECONDS, clock),
        )

    @property
    def families(self) -> list[Family]:
        """All of them."""
        return [family for kept in self._kept for family in kept.families]


def add_metrics(routes: APIRouter) -> None:
    """Add the figures to the routes of the HTML face, where such programs look for them."""

    @routes.get("/metrics", dependencies=[Depends(only())])
    def metrics(request: Request) -> Response:
        state = request.app.state
        told = [*_build(), *state.measures.families, *state.watch.families, *process_families()]
        return Response(exposed(told), media_type=CONTENT_TYPE)


def _build() -> list[Family]:
    labels = {"version": backlit.__version__, "python": platform.python_version()}
    return [Family("backlit_build_info", "gauge", "Which Backlit this is.", [Figure(1, labels)])]
