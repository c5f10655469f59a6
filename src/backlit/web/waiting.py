"""What does somebody see whose page is not made soon? One that says what is done, and asks for itself again.

On a large index the first page of a target that nobody asked about takes seconds: its links are judged, or
compared with those of other sites. Nobody should look at a blank window meanwhile.
"""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from fastapi import Response

from backlit.web.admission import asker
from backlit.web.asking import VIEWS, Ask
from backlit.web.desk import Desk
from backlit.web.render import page

__all__ = ["patient"]


def patient(desk: Desk, view: str, made: Callable[..., Response]) -> Callable[..., Response]:
    """What makes the page of a view; where the index is large and that takes longer than somebody waits, it
    goes on meanwhile."""

    @wraps(made)
    def answered(ask: Ask, **more: Any) -> Response:
        if not desk.is_large:
            return made(ask, **more)
        asked = asker(), view, ask, ask.sent, tuple(more.items())
        return desk.meanwhile.soon(asked, partial(made, ask, **more)) or _waiting(view, ask)

    return answered


def _waiting(view: str, ask: Ask) -> Response:
    answer = page("waiting.html.j2", {"ask": ask, "view": view, "before": VIEWS[view][1]}, 202)
    answer.headers["Cache-Control"] = "no-store"
    return answer
