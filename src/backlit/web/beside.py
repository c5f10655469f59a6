"""Who puts targets together while many ask? A process beside, so that whoever answers has time to answer.

    python -m backlit.web.beside HOME

It reads what is wanted from its stdin and writes what came of it to its stdout, pickled. It gives way to
everybody else on the machine, ends with whoever started it, and after some minutes in which nobody wants
anything.
"""

import logging
import os
import pickle
import select
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from typing import IO, TypeAlias

from backlit import app
from backlit.app.session import Wanted
from backlit.errors import BacklitError, Interrupted
from backlit.index.carried import Carried
from backlit.web.asking import Ask, answer_of

__all__ = ["Beside", "main"]

#: What runs it: without the folder that somebody happens to be in, whose files may be called as modules are.
COMMAND = (sys.executable, "-P", "-m", "backlit.web.beside")
#: Seconds without work after which the process ends, and gives its memory back.
_IDLE = 300.0
#: Seconds after which a process that has not answered must have come to a stand, and is killed.
_PATIENCE = 600.0
#: After so many failures in a row there is no other process for so many seconds, since each costs its start.
_FAILURES, _PAUSE = 3, 600.0
_GIVES_WAY = 19

Questions: TypeAlias = Sequence[tuple[str, Ask]]


class Beside:
    """The process of a home. It is started when something is wanted first, and again where it ended."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._running: list[subprocess.Popen[bytes]] = []
        self._lock = threading.Lock()
        self._failures, self._until, self._is_over = 0, 0.0, False
        #: why there is no process for a while; None while one can be had
        self.trouble: str | None = None
        weakref.finalize(self, _end, self._running)

    def made(self, wanted: Wanted, questions: Questions) -> Carried | None:
        """A target put together, with the answers to questions; None where it could not be, or the process
        was killed or came to a stand: then it is left to whoever asks. Interrupted once it is `over`."""
        with self._lock:
            if self._failures >= _FAILURES and time.monotonic() < self._until:
                return None
            try:
                made = self._asked(wanted, questions)
            except Exception as error:  # it ended, stands, or is of another release than we are
                self.end()
                self._require_going_on()
                self._fail(error)
                return None
            self._failures, self.trouble = 0, None
            return made

    def _asked(self, wanted: Wanted, questions: Questions) -> Carried | None:
        process = self._started()
        self._require_going_on()  # or it was started after the last was let go of
        assert process.stdin is not None
        assert process.stdout is not None
        with _patience(process):
            pickle.dump((wanted, list(questions)), process.stdin, pickle.HIGHEST_PROTOCOL)
            process.stdin.flush()
            answered, made = pickle.load(process.stdout)  # noqa: S301  # our own process wrote it
        if answered != wanted or not isinstance(made, Carried | None):
            raise ValueError("it answered what it was not asked")
        return made

    def _started(self) -> "subprocess.Popen[bytes]":
        if self.pid is None:
            self.end()
            process = subprocess.Popen(
                [*COMMAND, str(self._home)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,  # Ctrl-C in a terminal is for the server to deal with
            )
            self._running.append(process)
            threading.Thread(target=process.wait, daemon=True).start()  # so that none stays as a zombie
        return self._running[0]

    def _fail(self, error: Exception) -> None:
        """Count what went wrong, and tell of it in the log where it goes on going wrong."""
        self._failures += 1
        if self._failures < _FAILURES:
            return
        self._until = time.monotonic() + _PAUSE
        if self.trouble is None:
            self.trouble = f"{_FAILURES} times in a row it could not be started, or ended without an answer"
            told = "The process beside is left out for a while: %s (%s). Pages are slower after an import."
            logging.getLogger("backlit").warning(told, self.trouble, repr(error))

    def _require_going_on(self) -> None:
        if self._is_over:
            raise Interrupted("put a target together", "the server ends", "Start it again.")

    @property
    def pid(self) -> int | None:
        """The id of the process that runs; None where none does."""
        return next((process.pid for process in self._running if process.poll() is None), None)

    def end(self) -> None:
        """Let go of the process."""
        _end(self._running)

    def over(self) -> None:
        """Let go of the process, whatever it does, and start no other."""
        self._is_over = True
        self.end()


@contextmanager
def _patience(process: "subprocess.Popen[bytes]") -> Iterator[None]:
    """Kill a process that takes too long, wherever it came to a stand: whoever waits for it goes on."""
    timer = threading.Timer(_PATIENCE, process.kill)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _end(running: "list[subprocess.Popen[bytes]]") -> None:
    while running:
        process = running.pop()
        process.kill()  # before its pipes are closed, which would wait for whoever reads from them
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                assert pipe is not None
                pipe.close()


def main(home: Path) -> None:
    """Put together what is wanted, one target after the other, until nobody wants anything any longer."""
    threading.Thread(target=_end_with_who_asks, args=(sys.stdin.buffer,), daemon=True).start()
    os.nice(_GIVES_WAY)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever is printed meanwhile is no answer
    opened = cache(partial(app.open_session, home, may_wait=True))
    while (asked := _next(sys.stdin.buffer)) is not None:
        pickle.dump((asked[0], _made(opened, *asked)), out, pickle.HIGHEST_PROTOCOL)
        out.flush()


def _end_with_who_asks(stream: IO[bytes]) -> None:
    """End when whoever started us is gone, in the middle of whatever is done."""
    gone = select.poll()
    gone.register(stream, 0)
    gone.poll()
    os._exit(0)


def _next(stream: IO[bytes]) -> tuple[Wanted, Questions] | None:
    if not select.select([stream], [], [], _IDLE)[0]:
        return None
    try:
        asked: tuple[Wanted, Questions] = pickle.load(stream)  # noqa: S301  # whoever started us wrote it
    except EOFError:
        return None
    return asked


def _made(opened: Callable[[], app.Session], wanted: Wanted, questions: Questions) -> Carried | None:
    def ask() -> None:
        for view, question in questions:
            with suppress(BacklitError):  # whoever asks is told
                answer_of(opened(), view, question)

    try:
        return opened().carry(wanted, ask)
    except BacklitError:  # a version that was forgotten meanwhile, or a home that was removed, for instance
        return None


if __name__ == "__main__":
    main(Path(sys.argv[1]))
