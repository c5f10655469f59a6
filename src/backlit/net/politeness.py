"""When may a host be asked again, so that nobody minds being asked?

Pure bookkeeping over a clock that is passed in: nothing here waits or connects. A request is claimed before
it is sent and ended when its answer is there; between two requests to a host, and between two to an IP
address that hosts share, lies the larger of a second, the host's Crawl-delay and five times what its last
answer took. Who answers 429 or 503, or not at all, is asked ever more rarely, and after some failures in a
row left alone for an hour and more.
"""

from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Manners", "Politeness", "Told"]

#: Numbers from 0 to 1, for jitter.
Chance = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Manners:
    """Seconds, and numbers of failures in a row."""

    delay: float = 1.0
    crawl_delay_most: float = 300.0
    #: how many times its last answer a server rests, and for how long at most
    rest: float = 5.0
    rest_most: float = 30.0
    #: Retry-After is kept up to here; who asks for more is left alone for so long, and then again
    retry_most: float = 86_400.0
    backoff: float = 30.0
    backoff_most: float = 3_600.0
    #: failures in a row after which a host is left alone
    breaks_at: int = 5
    broken: float = 3_600.0
    #: how soon to look again whether a connection is free
    busy: float = 0.2


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a request: the time that its answer took, its status, and its Retry-After in seconds."""

    seconds: float
    status: int | None
    retry_after: float | None = None

    @property
    def failed(self) -> bool:
        """Whether the host is in trouble, or troubled by us."""
        return self.status is None or self.status in (429, 502, 503, 504)


@dataclass(slots=True)
class _Slot:
    """One connection's worth of a host or address."""

    next_at: float = 0.0
    ended_at: float | None = None
    is_busy: bool = False
    failures: int = 0
    crawl_delay: float = 0.0


class Politeness:
    """The state of all hosts and addresses that were asked. Not for several threads at once."""

    def __init__(self, manners: Manners, chance: Chance) -> None:
        self._manners, self._chance = manners, chance
        self._hosts: dict[str, _Slot] = {}
        self._addresses: dict[str, _Slot] = {}
        self._address_of: dict[str, str] = {}

    def learn(self, host: str, address: str) -> None:
        """The address that requests to a host go to."""
        self._address_of[host] = address

    def set_crawl_delay(self, host: str, seconds: float | None) -> None:
        """What the host's robots.txt asks for; more than five minutes is not waited."""
        slot = self._host(host)
        slot.crawl_delay = min(seconds or 0.0, self._manners.crawl_delay_most)
        if slot.ended_at is not None:  # asking for robots.txt was a request, too
            slot.next_at = max(slot.next_at, slot.ended_at + slot.crawl_delay)

    def wait(self, host: str, now: float) -> float:
        """Seconds until a request to the host may be claimed; 0 is now."""
        waits = [self._wait(slot, now) for slot in self._slots(host)]
        return max(waits)

    def claim(self, host: str, now: float) -> float:
        """Take the connection to a host and its address, and give 0; or the seconds to wait."""
        wait = self.wait(host, now)
        if wait <= 0:
            for slot in self._slots(host):
                slot.is_busy = True
        return wait

    def end(self, host: str, now: float, told: Told) -> None:
        """Give the connection back, with what came of the request."""
        rest = max(self._manners.delay, min(self._manners.rest * told.seconds, self._manners.rest_most))
        for slot in self._slots(host):
            slot.is_busy, slot.ended_at = False, now
            slot.next_at = now + rest
        slot = self._host(host)
        slot.failures = slot.failures + 1 if told.failed else 0
        pause = self._pause(slot) if told.failed else 0.0
        asked = min(told.retry_after or 0.0, self._manners.retry_most)
        slot.next_at = now + max(rest, slot.crawl_delay, pause, asked)

    def is_broken(self, host: str) -> bool:
        """Whether so many requests failed in a row that the host is left alone."""
        return self._host(host).failures >= self._manners.breaks_at

    def _pause(self, slot: _Slot) -> float:
        """Longer with every failure, never the same for two hosts."""
        over = slot.failures - self._manners.breaks_at
        if over >= 0:
            seconds = min(self._manners.broken * (1 << min(over, 10)), self._manners.retry_most)
        else:
            seconds = min(self._manners.backoff * (1 << slot.failures - 1), self._manners.backoff_most)
        return seconds * (1.0 + self._chance() / 2)

    def _wait(self, slot: _Slot, now: float) -> float:
        if slot.is_busy:
            return self._manners.busy
        # a clock that was set back must not park a host for ever
        return min(max(0.0, slot.next_at - now), 1.5 * self._manners.retry_most)

    def _slots(self, host: str) -> list[_Slot]:
        address = self._address_of.get(host)
        slots = [self._host(host)]
        if address is not None:
            slots.append(self._addresses.setdefault(address, _Slot()))
        return slots

    def _host(self, host: str) -> _Slot:
        return self._hosts.setdefault(host, _Slot())
