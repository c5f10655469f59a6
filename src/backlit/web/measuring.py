"""How much is asked of this server, and how long does it take to answer? Counted by route, in this process.

A route is known by its template (`/t/{target}/anchors`), so that no target and no secret of an address is
ever a label. Whatever has no route counts as one.
"""

import threading
import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable

from backlit.report.exposition import Family, Figure
from backlit.web.security import ASGIApp, Message, Receive, Scope, Send

__all__ = ["BOUNDS", "Measured", "Measures"]

#: Seconds: the budgets of pages and of questions (0.3 and 0.5) lie between two of them.
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_STATIC, _NONE = "/static/", "none"


class Measures:
    """What was asked since the process began."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._within: dict[str, list[int]] = defaultdict(lambda: [0] * (len(BOUNDS) + 1))
        self._seconds: dict[str, float] = defaultdict(float)
        self._open = 0

    def begin(self) -> None:
        """A request came."""
        with self._lock:
            self._open += 1

    def end(self, method: str, route: str, status: int, seconds: float) -> None:
        """It was answered, or broke off, after so many seconds."""
        with self._lock:
            self._open -= 1
            self._requests[method if method in _METHODS else "other", route, status] += 1
            self._within[route][bisect_left(BOUNDS, seconds)] += 1
            self._seconds[route] += seconds

    @property
    def families(self) -> list[Family]:
        """What was counted, as it is told to others."""
        with self._lock:
            asked = [
                Figure(count, {"method": method, "route": route, "status": str(status)})
                for (method, route, status), count in sorted(self._requests.items())
            ]
            took = [figure for route in sorted(self._within) for figure in self._histogram(route)]
            now = [Figure(self._open)]
        told = "From a request to the end of its answer."
        return [
            Family("backlit_requests_total", "counter", "Requests that were answered.", asked),
            Family("backlit_request_duration_seconds", "histogram", told, took),
            Family("backlit_requests_open", "gauge", "Requests that are being answered.", now),
        ]

    def _histogram(self, route: str) -> list[Figure]:
        figures, sum_ = [], 0
        for bound, count in zip((*BOUNDS, float("inf")), self._within[route], strict=True):
            sum_ += count
            until = "+Inf" if bound == float("inf") else f"{bound:g}"
            figures.append(Figure(sum_, {"route": route, "le": until}, "_bucket"))
        labels = {"route": route}
        return [*figures, Figure(self._seconds[route], labels, "_sum"), Figure(sum_, labels, "_count")]


class Measured:
    """Counts each request that the guard lets through, and how long it took."""

    def __init__(
        self, app: ASGIApp, measures: Measures, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._app, self._measures, self._clock = app, measures, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = self._clock(), 500  # what breaks before it is answered is answered with that

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        self._measures.begin()
        try:
            await self._app(scope, receive, noted)
        finally:
            self._measures.end(scope["method"], _route(scope), status, self._clock() - began)


def _route(scope: Scope) -> str:
    """The template of the route that answered, which routing left behind."""
    if scope["path"].startswith(_STATIC):
        return _STATIC
    return str(getattr(scope.get("route"), "path", _NONE))
