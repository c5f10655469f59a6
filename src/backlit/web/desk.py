"""Which open index do all requests share?"""

import shlex
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_data_path

from backlit import app
from backlit.app.answer import Answer
from backlit.web.asking import Ask

if TYPE_CHECKING:
    from backlit.app import Session

__all__ = ["Desk"]

_CALLS = {"pages": "best_pages"}


class Desk:
    """Opens the index on the first question, and asks for its newest version on every later one.

    A home without an index raises HomeMissing each time, so that the pages come alive by themselves
    once something was ingested.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self._session: Session | None = None
        self._lock = threading.Lock()

    @property
    def option(self) -> str:
        """What the command line has to be told to read this very index: nothing for the usual home."""
        usual = user_data_path("backlit", appauthor=False)
        return "" if self.home == usual else f" --dir {shlex.quote(str(self.home))}"

    def session(self) -> "Session":
        with self._lock:
            if self._session is None:
                self._session = app.open_session(self.home)
            else:
                self._session.refresh()
            return self._session

    def answer(self, view: str, ask: Ask) -> Answer:
        """The answer of the use case behind a view."""
        call = getattr(app, _CALLS.get(view, view))
        answer: Answer = call(self.session(), ask.target, **ask.arguments(view))
        return answer

    def targets(self, limit: int) -> Answer:
        return app.targets(self.session(), limit)

    def sources(self) -> Answer:
        return app.sources(self.session())
