"""What does a URL answer, redirects included, and what happened on the way?

`fetch` is for pages: everything that can happen is in the value it returns. `opened` is for what is too
large to hold, and raises `Stopped`. Both ask the guard about every hop, and `gate` too, which may say no or
wait (robots.txt, politeness).
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from backlit.net.codings import ACCEPTED, decoded
from backlit.net.exchange import Exchange, Limits, Network
from backlit.net.failure import Failure, FailureKind, Stopped
from backlit.urls import resolve

__all__ = ["REDIRECTS", "Fetched", "Gate", "Hop", "fetch", "opened", "retry_after"]

#: Asked before each hop, with its URL: may wait; a failure stops the request.
Gate = Callable[[str], Failure | None]

#: What a page is unpacked to at most, where nobody says.
PAGE_BYTES = 5 << 20

REDIRECTS = frozenset((301, 302, 303, 307, 308))
Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Hop:
    """One request of a chain: what was asked, of whom, and what it answered. `seconds` is to its headers."""

    url: str
    address: str | None = None
    status: int | None = None
    headers: Headers = ()
    location: str | None = None
    seconds: float | None = None

    def header(self, name: str) -> str | None:
        """The first header of that name."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of asking for a URL.

    `hops` has a row for each request, the last one where it ended; with a `failure` there is no body.
    `stored` is the body as it came, less chunks; `body` is decoded. `missing` says what either lacks.
    """

    asked: str
    hops: tuple[Hop, ...]
    seconds: float
    failure: Failure | None = None
    stored: bytes = b""
    body: bytes = b""
    missing: str | None = None

    @property
    def url(self) -> str:
        """Where it ended."""
        return self.hops[-1].url if self.hops else self.asked

    @property
    def status(self) -> int | None:
        """The last answer's status; None where there was a failure."""
        return None if self.failure else self.hops[-1].status

    @property
    def headers(self) -> Headers:
        """The last answer's headers."""
        return self.hops[-1].headers if self.hops else ()

    def header(self, name: str) -> str | None:
        """The first of the last answer's headers of that name."""
        return self.hops[-1].header(name) if self.hops else None

    @property
    def validators(self) -> dict[str, str]:
        """The headers of a later request that asks only whether anything changed."""
        told = {"If-None-Match": self.header("ETag"), "If-Modified-Since": self.header("Last-Modified")}
        return {name: value for name, value in told.items() if value}


def fetch(
    network: Network,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    gate: Gate | None = None,
) -> Fetched:
    """Ask for a page; conditionally, when `headers` carry the validators of an earlier answer."""
    limits = limits or Limits()
    asked = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5", "Accept-Encoding": ACCEPTED}
    chain, started = _Chain(network, limits, gate), network.timer()
    try:
        with chain.opened(url, "GET", asked | dict(headers or {})) as answer:
            stored, missing = answer.body()
            codings = ",".join(value for name, value in answer.headers if name.lower() == "content-encoding")
    except Stopped as stopped:
        return Fetched(url, tuple(chain.hops), network.timer() - started, stopped.failure)
    most = limits.body or PAGE_BYTES
    body, whole, problem = decoded(stored, codings, most)
    if len(body) > most:
        body, problem = body[:most], f"more than {most >> 10:,} KiB, unpacked"
    elif not whole:
        problem = problem or "packed, and cut off"
    seconds = network.timer() - started
    return Fetched(url, tuple(chain.hops), seconds, None, stored, body, missing or problem)


@contextmanager
def opened(
    network: Network,
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    gate: Gate | None = None,
) -> Iterator[Exchange]:
    """The answer after redirects, to be read piece by piece; Stopped where there is none."""
    with _Chain(network, limits or Limits(), gate).opened(url, method, headers or {}) as answer:
        yield answer


class _Chain:
    """The hops of one request, kept also when it stops."""

    def __init__(self, network: Network, limits: Limits, gate: Gate | None) -> None:
        self._network, self._limits, self._gate = network, limits, gate
        self.hops: list[Hop] = []

    @contextmanager
    def opened(self, url: str, method: str, headers: Mapping[str, str]) -> Iterator[Exchange]:
        """Follow redirects to an answer that is none."""
        seen: set[str] = set()
        while True:
            answer = self._ask(url, method, headers)
            try:
                target = self._target(answer)
                if target is None:
                    yield answer
                    return
            finally:
                answer.close()
            seen.add(answer.place.url)
            if target in seen:
                raise Stopped(FailureKind.LOOP, f"redirects lead back to {target[:200]}")
            if len(seen) > self._limits.hops:
                raise Stopped(FailureKind.HOPS, f"more than {self._limits.hops} redirects")
            url = target

    def _ask(self, url: str, method: str, headers: Mapping[str, str]) -> Exchange:
        self.hops.append(Hop(url))
        place = self._network.guard.place(url)
        self.hops[-1] = Hop(place.url)
        if self._gate is not None and (failure := self._gate(place.url)) is not None:
            raise Stopped(failure.kind, failure.why)
        started = self._network.timer()
        answer = Exchange(self._network, place, method, headers, self._limits)
        seconds = self._network.timer() - started
        location = answer.header("Location") if answer.status in REDIRECTS else None
        self.hops[-1] = Hop(place.url, answer.address, answer.status, answer.headers, location, seconds)
        return answer

    def _target(self, answer: Exchange) -> str | None:
        """Where an answer sends us; None where it is the last one."""
        location = self.hops[-1].location
        if location is None:
            return None
        target = resolve(location, answer.place.url)
        if target is None:
            raise Stopped(FailureKind.LOCATION, f"a redirect to {location[:200]!r}")
        return target


def retry_after(text: str | None, now: float) -> float | None:
    """Seconds that a Retry-After asks for, given the time as a POSIX stamp; None where it says nothing."""
    text = (text or "").strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, TypeError, OverflowError):
        return None
