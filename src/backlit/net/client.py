"""How is a page asked for by somebody who reads robots.txt first and does not hurry?

One client is shared by all threads of a process: it knows of every host when it was last asked. It waits
only where that is short; else the answer is the failure WAIT, and the caller comes again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from threading import Lock
from time import sleep, time
from typing import NamedTuple

from backlit.net.exchange import Limits, Network
from backlit.net.failure import Failure, FailureKind, Stopped
from backlit.net.fetch import Fetched, Gate, fetch, retry_after
from backlit.net.politeness import Manners, Politeness, Told
from backlit.net.robots import BYTES
from backlit.net.robots_files import RobotsFiles, Standing
from backlit.urls import resolve

__all__ = ["TOKEN", "Client"]

#: The word in User-agent lines of robots.txt that means us.
TOKEN = "Backlit"  # noqa: S105 - a name, no secret
#: Names whose addresses are remembered for one run.
_MOST_NAMES = 100_000


class Client:
    """A network with manners. `patience` is the longest that one request is waited for, in seconds."""

    def __init__(
        self,
        network: Network,
        chance: Callable[[], float],
        *,
        manners: Manners | None = None,
        limits: Limits | None = None,
        patience: float = 30.0,
        clock: Callable[[], float] = time,
        sleeper: Callable[[float], None] = sleep,
    ) -> None:
        self._clock, self._sleep, self._patience = clock, sleeper, patience
        self._limits = limits or Limits()
        self._robots_limits = replace(self._limits, body=BYTES, hops=5)
        self._politeness = Politeness(manners or Manners(), chance)
        self._robots = RobotsFiles(TOKEN)
        self._lock = Lock()
        self._names: dict[str, tuple[str, ...]] = {}
        self._resolver = network.resolver
        self._network = replace(network, resolver=self._resolve)

    @property
    def timer(self) -> Callable[[], float]:
        """The clock that waiting is counted by."""
        return self._network.timer

    def has_address(self, host: str) -> bool:
        """Whether any name server knows a host."""
        try:
            return bool(self._resolve(host))
        except Stopped:
            return False

    def wait(self, url: str) -> float:
        """Seconds until the host of a URL may be asked, as far as is known; 0 is now."""
        try:
            place = self._network.guard.place(url)
        except Stopped:
            return 0.0
        with self._lock:
            return self._politeness.wait(place.authority, self._network.timer())

    def is_ready(self, url: str) -> bool:
        """Whether the rules of its host are known, so that a visit is one request."""
        return self._robots.standing(url, self._clock()) is not None

    def is_forbidden(self, url: str) -> bool:
        """Whether the rules of its host are known to forbid a URL, so that a visit is no request at all."""
        standing = self._robots.standing(url, self._clock())
        return standing is not None and self._robots.why_not(standing, url) is not None

    def prepare(self, url: str) -> None:
        """Read the rules of a URL's host, where they are not known."""
        try:
            place = self._network.guard.place(url)
        except Stopped:
            return  # a visit says so
        self._standing(place.url)

    def sitemaps(self, url: str) -> tuple[str, ...]:
        """The sitemaps that the robots.txt of a URL's host names."""
        robots = self._standing(url).robots
        found = (resolve(each, url) for each in robots.sitemaps) if robots is not None else ()
        return tuple(each for each in found if each is not None)

    def visit(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        obeys: bool = True,
    ) -> Fetched:
        """Ask for a page, each hop by the rules of its host; without `obeys` only politely."""
        return self._asked(url, headers, self._limits, self._rules if obeys else None)

    def _asked(
        self, url: str, headers: Mapping[str, str] | None, limits: Limits, rules: Gate | None
    ) -> Fetched:
        held: list[_Held] = []

        def gate(hop: str) -> Failure | None:
            self._release(held, 200, None)  # the hop before it, which redirected
            failure = rules(hop) if rules is not None else None
            return failure or self._claim(hop, held)

        found = fetch(self._network, url, headers=headers, limits=limits, gate=gate)
        self._release(held, found.status, retry_after(found.header("Retry-After"), self._clock()))
        return found

    def _rules(self, url: str) -> Failure | None:
        return self._robots.why_not(self._standing(url), url)

    def _standing(self, url: str) -> Standing:
        now = self._clock()
        found = self._robots.standing(url, now)
        if found is None:
            found = self._robots.read(
                url, lambda name: self._asked(name, None, self._robots_limits, None), now
            )
            with self._lock:
                host = self._network.guard.place(url).authority
                self._politeness.set_crawl_delay(host, self._robots.crawl_delay(found))
        return found

    def _resolve(self, host: str) -> Sequence[str]:
        """The addresses of a host, looked up once in a run; the guard judges them at each use."""
        if host not in self._names:
            found = tuple(self._resolver(host))
            with self._lock:
                if len(self._names) >= _MOST_NAMES:
                    self._names.clear()
                self._names[host] = found
        return self._names[host]

    def _claim(self, url: str, held: "list[_Held]") -> Failure | None:
        """Wait for the host's turn, and take it."""
        try:
            place = self._network.guard.place(url)
            addresses = self._network.guard.addresses(place, self._network.resolver)
        except Stopped as stopped:
            return stopped.failure
        host, waited = place.authority, 0.0
        while True:
            now = self._network.timer()
            with self._lock:
                self._politeness.learn(host, str(addresses[0]))
                wait = self._politeness.claim(host, now)
                broken = self._politeness.is_broken(host)
            if wait <= 0:
                held.append(_Held(host, now))
                return None
            if waited + wait > self._patience:
                why = "failed too often in a row" if broken else "wants to be asked later"
                return Failure(FailureKind.WAIT, f"{host} {why}: {wait:,.0f} s from now")
            self._sleep(wait)
            waited += wait

    def _release(self, held: "list[_Held]", status: int | None, seconds: float | None) -> None:
        """Give back what is held, with what came of it."""
        now = self._network.timer()
        while held:
            host, since = held.pop()
            with self._lock:
                self._politeness.end(host, now, Told(now - since, status, seconds))


class _Held(NamedTuple):
    """A host whose connection is taken, and since when."""

    host: str
    since: float
