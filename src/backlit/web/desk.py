"""Which open index do all requests share?"""

import json
import shlex
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from platformdirs import user_data_path

from backlit import app
from backlit.app.answer import Answer
from backlit.app.session import Wanted, begin
from backlit.errors import HomeMissing, UsageError
from backlit.index.carried import Carried
from backlit.web.admission import asker
from backlit.web.asking import Ask, answer_of
from backlit.web.beside import Beside
from backlit.web.lately import Lately
from backlit.web.meanwhile import Meanwhile

if TYPE_CHECKING:
    from backlit.app import Session, Whole

__all__ = ["PRESENT", "Desk", "IndexGone", "seat"]


class IndexGone(HomeMissing):
    """The index that was served has been removed: by `backlit demo --remove`, or by hand."""


class Desk:
    """Opens the index on the first question, and asks for its newest version once for every later request.

    A home without an index raises HomeMissing each time, so that the pages come alive by themselves
    once something was ingested. `bound` is where the server listens; while it `is_busy`, pages tell of what
    is in memory (see app.Session).
    """

    def __init__(
        self, home: Path, bound: str = "127.0.0.1", is_busy: Callable[[], bool] = lambda: False
    ) -> None:
        self.home, self.bound, self._is_busy = home, bound, is_busy
        self._session: Session | None = None
        self._held = False
        self._lock = threading.Lock()
        self._lately, self._beside = Lately(), Beside(home)
        #: the pages that are being made while nobody waits for them
        self.meanwhile = Meanwhile()

    def close(self) -> None:
        """Let go of what works for these pages meanwhile: the server ends."""
        self.meanwhile.end()
        self._beside.over()

    @property
    def trouble(self) -> str | None:
        """Why no process beside puts targets together; None while one can be had."""
        return self._beside.trouble

    @property
    def is_large(self) -> bool:
        """Whether the index is so large that a page may take long; False where there is none."""
        try:
            return self.session().is_large
        except HomeMissing:
            return False

    @property
    def option(self) -> str:
        """What the command line has to be told to read this very index: nothing for the usual home, and
        nothing to those who are not on this machine, whose folders they need not know."""
        return _option(self.home) if asker().is_here else ""

    @property
    def own_option(self) -> str:
        """The same for the home of the user's own data, above which the demo stands apart."""
        if not asker().is_here:
            return ""
        return _option(self.home.parent if self.is_demo and self.home.name == "demo" else self.home)

    @property
    def is_demo(self) -> bool:
        """Whether these pages show the made-up web."""
        return self._session is not None and self._session.is_demo

    @property
    def seed(self) -> int | None:
        """The seed that the made-up web grew from, where it says."""
        try:
            seed = json.loads((self.home / "demo.json").read_text(encoding="utf-8")).get("seed")
        except (FileNotFoundError, ValueError):
            return None
        return seed if isinstance(seed, int) else None

    def session(self) -> "Session":
        """The open index, at its newest version; while many ask, only one of them looks which that is."""
        known = self._session
        is_looked_at = _is_looked_at()
        if known is not None and (is_looked_at or (self._is_busy() and self._lock.locked())):
            return known
        with self._lock, self._explained():
            if self._session is None:
                self._session = app.open_session(self.home, may_wait=True, is_busy=self._is_busy)
                self._session.beside = self._made_beside
                self._held = self._held or _holds_index(self.home)
            else:
                self._session.refresh()
            return self._session

    def answer(self, view: str, ask: Ask) -> Answer:
        """The answer of the use case behind a view, from the newest version."""
        return self._answer(self.session(), view, ask)

    def is_before(self, ask: Ask, answer: Answer) -> bool:
        """Whether an answer tells of an earlier version than the newest, for want of time and not by wish."""
        if self._session is None or answer.snapshot is None or ask.as_of or ask.cursor:
            return False
        return answer.snapshot != self._session.version.id

    def leads(self, ask: Ask) -> int:
        """How many pages are said to link to the target and were not read; of the version shown beside it."""
        session = self._session or self.session()
        return self._answer(session, "leads", Ask(ask.target, ask.scope, ask.as_of)).total or 0

    def _answer(self, session: "Session", view: str, ask: Ask) -> Answer:
        with self._explained():
            answer = answer_of(session, view, ask)
        self._lately.note(view, ask)
        return answer

    def _made_beside(self, wanted: Wanted) -> Carried | None:
        """A target that a process beside puts together, with the answers to what was asked of it lately."""
        return self._beside.made(wanted, self._lately.of(wanted.asked.target))

    def whole(self, view: str, ask: Ask) -> "Whole":
        """All rows of a list, or as many as the question names, from the newest version."""
        if ask.cursor is not None:
            raise UsageError(
                f"write {view} from a cursor on",
                "a file holds a list from its first row on",
                "Leave `cursor` out, or ask for JSON page by page.",
            )
        session = self.session()
        asked = ask.arguments(view) | {"limit": ask.limit if "limit" in ask.given else None}
        asked = {name: value for name, value in asked.items() if name not in ("cursor", "facets")}
        with self._explained():
            return app.whole(session, view, ask.target, **asked)

    def days(self) -> Sequence[date]:
        """Days on which the data were observed, of the version shown beside them; the last is today."""
        session = self._session or self.session()
        with self._explained():
            return session.days

    def targets(self, limit: int) -> Answer:
        session = self.session()
        with self._explained():
            return app.targets(session, limit)

    def sources(self) -> Answer:
        session = self.session()
        with self._explained():
            return app.sources(session)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Files that are missing because the whole index is gone are told as just that."""
        try:
            yield
        except Exception as error:
            if not isinstance(error, UsageError) and self._held and not _holds_index(self.home):
                self._session = None  # what comes in its place is opened anew, here and beside
                self._beside.end()
                raise IndexGone(
                    f"read the index in {self.home}",
                    "it was removed while these pages were open",
                    "Stop this server. `backlit demo` builds the demo again, `backlit up` shows your data.",
                ) from error
            raise


_seated: ContextVar[Desk] = ContextVar("desk")


class _Present:
    """Whichever desk answers the request at hand."""

    def __getattr__(self, name: str) -> Any:
        return getattr(_seated.get(), name)


#: What routes are made for. They are made once a process, since FastAPI takes half a second over them, and a
#: process may serve several homes.
PRESENT = cast("Desk", _Present())


#: Whether the request at hand has looked which version is the newest: all its parts tell of that one.
_looked: ContextVar[list[bool]] = ContextVar("looked")


def seat(desk: Desk) -> None:
    """Have a desk answer the request at hand."""
    _seated.set(desk)
    _looked.set([])
    begin()


def _is_looked_at() -> bool:
    """Whether somebody has looked for this request before, and that it is looked at now. Outside of requests
    each look counts."""
    looks = _looked.get(None)
    if looks is None:
        return False
    looks.append(True)  # the list is the same in all threads of a request
    return len(looks) > 1


def _holds_index(home: Path) -> bool:
    return (home / "layout.json").exists()


def _option(home: Path) -> str:
    usual = user_data_path("backlit", appauthor=False)
    return "" if home == usual else f" --dir {shlex.quote(str(home))}"
