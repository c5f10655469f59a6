"""Who does what nobody waits for? One thread, one thing after the other, while there is something to do."""

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress

__all__ = ["Later"]


class Later:
    """What is to be done meanwhile, in the order in which it was asked for.

    What was begun is finished before the process ends, since a thread that is stopped in the middle of a
    query takes its process down with an error; what was not begun is left.
    """

    def __init__(self) -> None:
        self._asked: deque[Callable[[], object]] = deque()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def ask(self, task: Callable[[], object]) -> None:
        """Have something done. What it raises is lost: whoever needs what came of it finds that out anew."""
        with self._lock:
            self._asked.append(task)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="backlit-later")
                self._thread.start()

    def settle(self) -> None:
        """Wait until all that was asked for is done."""
        thread = self._thread
        if thread is not None:
            thread.join()

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._asked or not threading.main_thread().is_alive():
                    self._thread = None
                    return
                task = self._asked.popleft()
            with suppress(Exception):
                task()
