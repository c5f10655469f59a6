"""What does a host's robots.txt say at the moment, also when it cannot be read?

By RFC 9309 and Google's page on it: a file is kept for a day; 4xx except 429 is "no file, all is allowed";
429, 5xx and silence are "nothing is allowed", for which the last good file stands in for thirty days.
"""

from collections.abc import Callable
from dataclasses import dataclass

from backlit.net.failure import Failure, FailureKind
from backlit.net.fetch import Fetched
from backlit.net.robots import BYTES, Robots

__all__ = ["DAY", "RobotsFiles", "Standing", "robots_url", "standing_of"]

DAY = 86_400.0
#: How long an unreachable file is not asked for again, and how long an older one stands in for it.
_AGAIN, _STANDS_IN = 43_200.0, 30 * DAY
#: Hosts that are remembered.
_MOST = 100_000
#: A redirect that leads nowhere leads to no file.
_NO_FILE = (FailureKind.LOOP, FailureKind.HOPS, FailureKind.LOCATION)
#: What says nothing of robots.txt alone: the page could not be asked for either.
_NO_HOST = (
    *(FailureKind.NO_HOST, FailureKind.DNS, FailureKind.CONNECT, FailureKind.TIMEOUT, FailureKind.REFUSED),
    *(FailureKind.TLS, FailureKind.TLS_EXPIRED, FailureKind.TLS_HOST, FailureKind.TLS_UNTRUSTED),
    *(FailureKind.WAIT, FailureKind.CLOSED),
)
#: What is said of the host as it is.
_NOT_THERE = (FailureKind.REFUSED, FailureKind.NO_HOST, FailureKind.DNS, FailureKind.CONNECT)

_NOTHING = Robots(b"")


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a host's file: the file, or why nothing may be read. `at` is a POSIX time."""

    at: float
    robots: Robots | None
    failure: Failure | None = None

    def is_fresh(self, now: float) -> bool:
        """Whether it need not be asked for again."""
        return 0 <= now - self.at < (DAY if self.failure is None else _AGAIN)


def robots_url(url: str) -> str:
    """Where the rules for a serialised URL stand."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}/robots.txt"


def standing_of(fetched: Fetched, at: float) -> Standing:
    """What an answer to a request for robots.txt means."""
    failure, status = fetched.failure, fetched.status
    if failure is not None:
        if failure.kind in _NO_FILE or (failure.kind is FailureKind.REFUSED and len(fetched.hops) > 1):
            return Standing(at, _NOTHING)
        if failure.kind in _NOT_THERE:
            return Standing(at, None, failure)
        kind = failure.kind if failure.kind in _NO_HOST else FailureKind.ROBOTS
        return Standing(at, None, Failure(kind, f"robots.txt: {failure.why}"))
    assert status is not None  # there was an answer
    if status == 429 or status >= 500:
        why = f"robots.txt answers {status}, so nothing may be read until it can be"
        return Standing(at, None, Failure(FailureKind.ROBOTS, why))
    if status >= 400 or status in (204, 205):
        return Standing(at, _NOTHING)
    if fetched.missing is not None and len(fetched.body) < BYTES:
        return Standing(at, None, Failure(FailureKind.ROBOTS, f"robots.txt came in part: {fetched.missing}"))
    return Standing(at, Robots(fetched.body))


class RobotsFiles:
    """The files of all hosts that were asked, by the URL of each."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._known: dict[str, Standing] = {}
        self._good: dict[str, Standing] = {}

    def standing(self, url: str, now: float) -> Standing | None:
        """What is known for a URL; None where its file has to be asked for (again)."""
        found = self._known.get(robots_url(url))
        return found if found is not None and found.is_fresh(now) else None

    def read(self, url: str, fetch: Callable[[str], Fetched], now: float) -> Standing:
        """Ask for the file that rules a URL, and keep what it says."""
        name = robots_url(url)
        found = standing_of(fetch(name), now)
        if found.failure is None:
            self._good[name] = found
        elif name in self._good and now - self._good[name].at < _STANDS_IN:
            # the older file decides, and the newer one is asked for again as soon as a missing one
            found = Standing(now - DAY + _AGAIN, self._good[name].robots)
        while len(self._known) >= _MOST:
            oldest = next(iter(self._known))
            self._known.pop(oldest)
            self._good.pop(oldest, None)
        self._known[name] = found
        return found

    def why_not(self, standing: Standing, url: str) -> Failure | None:
        """Why a URL may not be read; None where it may."""
        if standing.robots is None:
            return standing.failure
        decision = standing.robots.decision(self._token, url)
        return None if decision.allowed else Failure(FailureKind.ROBOTS, decision.why)

    def crawl_delay(self, standing: Standing) -> float | None:
        """Seconds that the host's file asks us to wait between requests."""
        return standing.robots.crawl_delay(self._token) if standing.robots is not None else None
