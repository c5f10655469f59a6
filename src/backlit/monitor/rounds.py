"""How are many pages of many hosts visited at once, each host at its own pace?

Hosts stand in a queue by the time at which they may be asked next; threads take the first, make one request
and put it back. So no thread waits for a slow host while another one is ready.
"""

import heapq
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from queue import SimpleQueue
from typing import Generic, TypeVar

from backlit.net.client import Client
from backlit.urls import host_of_key, page_key

__all__ = ["Rounds"]

Result = TypeVar("Result")
#: Looks at a page: anything but BaseException stays within.
Work = Callable[[str], Result]

#: A wait that a thread sits out, in seconds; for a longer one the host goes back into the queue.
_SHORT = 0.02


class Rounds(Generic[Result]):
    """One pass over pages. Iterate over it once: results come as they are there; leaving early stops it.

    `patience` is how long the pages of a host may be put off, in seconds: after that `work` is called
    all the same, and its visit says that it would have to wait.
    """

    def __init__(
        self, client: Client, urls: Iterable[str], work: Work[Result], *, threads: int, patience: float
    ) -> None:
        self._client, self._work, self._patience = client, work, patience
        self._threads = threads
        self._pages: dict[str, deque[str]] = {}
        for url in dict.fromkeys(urls):
            self._pages.setdefault(host_of_key(page_key(url)), deque()).append(url)
        self.total = sum(len(pages) for pages in self._pages.values())
        self._numbers = count()
        self._timer = client.timer
        now = self._timer()
        self._queue = [(now, next(self._numbers), host) for host in self._pages]
        self._since = dict.fromkeys(self._pages, now)
        self._open = len(self._pages)
        self._changed = threading.Condition()
        self._stopped = False
        self._results: SimpleQueue[Result | BaseException] = SimpleQueue()

    def __iter__(self) -> Iterator[Result]:
        workers = [
            threading.Thread(target=self._serve, daemon=True) for _ in range(min(self._threads, self._open))
        ]
        for worker in workers:
            worker.start()
        try:
            for _ in range(self.total):
                result = self._results.get()
                if isinstance(result, BaseException):
                    raise result
                yield result
        finally:
            with self._changed:
                self._stopped = True
                self._changed.notify_all()

    def _serve(self) -> None:
        while (host := self._next()) is not None:
            try:
                wait = self._step(host)
            except BaseException as error:
                self._results.put(error)
                return
            self._put_back(host, wait)

    def _next(self) -> str | None:
        """The host that is ready first, once it is; None where there are no more."""
        with self._changed:
            while not self._stopped and self._open:
                if not self._queue:
                    self._changed.wait(1.0)
                    continue
                wait = self._queue[0][0] - self._timer()
                if wait <= 0:
                    return heapq.heappop(self._queue)[2]
                self._changed.wait(min(wait, 1.0))
        return None

    def _step(self, host: str) -> float:
        """One request to a host, if it may be asked; the seconds until the next."""
        url = self._pages[host][0]
        wait = 0.0 if self._client.is_forbidden(url) else self._client.wait(url)
        is_over = self._timer() - self._since[host] + wait > self._patience
        if wait > _SHORT and not is_over:
            return wait
        if not is_over and not self._client.is_ready(url):
            self._client.prepare(url)
            if self._client.is_ready(url):
                return 0.0
            # there are no rules to know of an address that may not be asked for at all: the visit says so
        self._pages[host].popleft()
        self._results.put(self._work(url))
        if wait <= _SHORT:
            self._since[host] = self._timer()
        return 0.0

    def _put_back(self, host: str, wait: float) -> None:
        with self._changed:
            if self._pages[host]:
                heapq.heappush(self._queue, (self._timer() + wait, next(self._numbers), host))
            else:
                self._open -= 1
            if self._open:
                self._changed.notify()
            else:
                self._changed.notify_all()
