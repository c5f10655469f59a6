"""What is said to those who come while more is asked than can be answered? To come again, at once.

Who waits in a queue that grows waits for longer than anybody looks at a page, and keeps memory meanwhile: a
server that answers some in time, and the others with 429, gets up again by itself.
"""

import time
from collections import deque
from collections.abc import Callable

from fastapi import Request
from fastapi.responses import PlainTextResponse, Response

from backlit.web.problems import Problem, problem_response, wants_json
from backlit.web.security import ASGIApp, Receive, Scope, Send

__all__ = ["MOST", "Crowd", "Shedding"]

#: Requests that are answered at a time, those that wait for a thread among them.
MOST = 64
#: Requests at a time from which on nobody waits for what can be told without; and as many within some seconds
#: as no single person comes to.
BUSY, MANY, WITHIN = 5, 60, 10.0
_SECONDS = 2
#: What says whether the server lives, and what browsers keep: they cost nothing, and are never refused.
_ALWAYS = ("/static/", "/api/v1/health")
_DO = f"Ask again in {_SECONDS} seconds."


class Crowd:
    """The requests that are being answered, and when those before them came, by a clock in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.number, self._clock = 0, clock
        self._came: deque[float] = deque(maxlen=MANY)

    def enter(self) -> None:
        """Somebody asks."""
        self.number += 1
        self._came.append(self._clock())

    def leave(self) -> None:
        """Somebody was answered."""
        self.number -= 1

    def is_busy(self) -> bool:
        """Whether there are, or have just been, so many that whoever waits for long holds others up."""
        if self.number >= BUSY:
            return True
        return len(self._came) == MANY and self._came[0] > self._clock() - WITHIN


class Shedding:
    """Lets so many requests in at a time; the others are told to come again, without work."""

    def __init__(self, app: ASGIApp, crowd: Crowd | None = None, most: int = MOST) -> None:
        self._app, self._crowd, self._most = app, crowd or Crowd(), most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_ALWAYS):
            await self._app(scope, receive, send)
            return
        if self._crowd.number >= self._most:
            await self._refusal(Request(scope))(scope, receive, send)
            return
        self._crowd.enter()
        try:
            await self._app(scope, receive, send)
        finally:
            self._crowd.leave()

    def _refusal(self, request: Request) -> Response:
        found = f"{self._most} others are answered already"
        response: Response
        if wants_json(request):
            title = "More is asked than can be answered"
            response = problem_response(
                Problem(429, "busy", title, "answer one request more", found, _DO), request
            )
        else:
            response = PlainTextResponse(f"More is asked here than can be answered: {found}. {_DO}\n", 429)
        response.headers["Retry-After"] = str(_SECONDS)
        return response
