"""Who puts targets together while many ask? A process beside, so that whoever answers has time to answer.

    python -m backlit.web.beside HOME

It reads what is wanted from its stdin and writes what came of it to its stdout, pickled. It gives way to
everybody else on the machine, ends with whoever started it, and after some minutes in which nobody wants
anything.
"""

import os
import pickle
import select
import subprocess
import sys
import threading
import weakref
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, TypeAlias

from backlit import app
from backlit.app.session import Wanted
from backlit.errors import BacklitError
from backlit.index.carried import Carried
from backlit.web.asking import Ask, answer_of

__all__ = ["Beside", "main"]

#: Seconds without work after which the process ends, and gives its memory back.
_IDLE = 300.0
#: Seconds after which whoever waits for the process gives up, since it must have come to a stand.
_PATIENCE = 600.0
_GIVES_WAY = 19

Questions: TypeAlias = Sequence[tuple[str, Ask]]


class Beside:
    """The process of a home. It is started when something is wanted first, and again where it ended."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._running: list[subprocess.Popen[bytes]] = []
        self._lock = threading.Lock()
        weakref.finalize(self, _end, self._running)

    def made(self, wanted: Wanted, questions: Questions) -> Carried | None:
        """A target put together, with the answers to questions; None where it could not be, or the process
        was killed or came to a stand: then it is left to whoever asks."""
        with self._lock:
            try:
                process = self._started()
                assert process.stdin is not None
                assert process.stdout is not None
                pickle.dump((wanted, list(questions)), process.stdin, pickle.HIGHEST_PROTOCOL)
                process.stdin.flush()
                return _answer(process.stdout)
            except Exception:  # it ended, stands, or is of another release than we are: another may do better
                self.end()
                return None

    def _started(self) -> "subprocess.Popen[bytes]":
        if self.pid is None:
            self.end()
            command = [sys.executable, "-m", "backlit.web.beside", str(self._home)]
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,  # Ctrl-C in a terminal is for the server to deal with
            )
            self._running.append(process)
        return self._running[0]

    @property
    def pid(self) -> int | None:
        """The id of the process that runs; None where none does."""
        return next((process.pid for process in self._running if process.poll() is None), None)

    def end(self) -> None:
        """Let go of the process."""
        _end(self._running)


def _answer(stream: IO[bytes]) -> Carried | None:
    if not select.select([stream], [], [], _PATIENCE)[0]:
        raise EOFError
    made: Carried | None = pickle.load(stream)  # noqa: S301  # our own process wrote it
    return made


def _end(running: "list[subprocess.Popen[bytes]]") -> None:
    while running:
        process = running.pop()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                assert pipe is not None
                pipe.close()
        process.kill()
        process.wait()


def main(home: Path) -> None:
    """Put together what is wanted, one target after the other, until nobody wants anything any longer."""
    os.nice(_GIVES_WAY)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever is printed meanwhile is no answer
    session = app.open_session(home, may_wait=True)
    while (asked := _next(sys.stdin.buffer)) is not None:
        pickle.dump(_made(session, *asked), out, pickle.HIGHEST_PROTOCOL)
        out.flush()


def _next(stream: IO[bytes]) -> tuple[Wanted, Questions] | None:
    if not select.select([stream], [], [], _IDLE)[0]:
        return None
    try:
        asked: tuple[Wanted, Questions] = pickle.load(stream)  # noqa: S301  # whoever started us wrote it
    except EOFError:
        return None
    return asked


def _made(session: app.Session, wanted: Wanted, questions: Questions) -> Carried | None:
    def ask() -> None:
        for view, question in questions:
            with suppress(BacklitError):  # whoever asks is told
                answer_of(session, view, question)

    try:
        return session.carry(wanted, ask)
    except BacklitError:  # a version that was forgotten meanwhile, for instance
        return None


if __name__ == "__main__":
    main(Path(sys.argv[1]))
