"""How is one task run: in a process of its own, that can be stopped and killed, and dies with its worker?

The worker writes the job to the task's stdin and holds that open: its end is the worker's end, after which
the task ends at once. The task writes how far it is to its stdout, a line each. Whatever it says otherwise
goes to the log of the job.
"""

import contextlib
import json
import signal
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

__all__ = ["Running"]

Row = dict[str, Any]


class Running:
    """A task at work. `interrupt` asks it to end with what it has; `kill` does not ask."""

    def __init__(self, command: Sequence[str], asked: Row, log: Path, lock: int) -> None:
        with log.open("ab") as words:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=words,
                pass_fds=(lock,),  # it works under the worker's lock, and longer than the worker if need be
                start_new_session=True,  # Ctrl-C in a terminal is for the worker to deal with
                text=True,
            )
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # it died at once; its end tells
            self._process.stdin.write(json.dumps(asked) + "\n")
            self._process.stdin.flush()

    @property
    def pid(self) -> int:
        """The id of its process."""
        return self._process.pid

    def events(self) -> Iterator[Row]:
        """What it tells of its progress, until its end."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            try:
                event = json.loads(line)
            except ValueError:
                continue  # half a line, of a task that was killed
            if isinstance(event, dict):
                yield event

    def wait(self) -> int:
        """Its exit code, or minus the signal that ended it."""
        try:
            return self._process.wait()
        finally:
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()

    def ended_within(self, seconds: float) -> bool:
        """Whether it ends in that time."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def interrupt(self) -> None:
        """Ask it to end; it keeps what it has."""
        self._process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """End it now; what it did not put on the disk is done again."""
        self._process.kill()
