"""A made-up town of hosts on shared addresses, which notes every request and what is wrong with it.

Time is virtual: an answer takes as long as its host does. The town keeps its own book of what a polite
client owes each host, apart from the code that is judged by it.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from email.utils import formatdate

from backlit.net.exchange import Network
from tests.unit.net.fakes import answer, fake_network

__all__ = ["Town"]

START = 1_700_000_000.0


@dataclass(slots=True)
class _Host:
    name: str
    address: str
    latency: float
    crawl_delay: float
    forbidden: tuple[str, ...]
    robots_down: bool
    #: until when it asked to be left alone, and the end of the last request
    leave_alone: float = 0.0
    last_end: float | None = None
    last_took: float = 0.0
    versions: Counter[str] = field(default_factory=Counter)
    #: the page and version of each whole answer
    given: set[str] = field(default_factory=set)


class Town:
    """`hosts` sites on a tenth as many addresses. `faults` counts what a client did wrong."""

    def __init__(self, seed: int, hosts: int) -> None:
        self.draw = random.Random(seed)
        self.now = START
        self.faults, self.seen = Counter[str](), Counter[str]()
        self.last_of_address: dict[str, float] = defaultdict(float)
        self._hosts = {host.name: host for host in (self._host(n, hosts // 10 + 1) for n in range(hosts))}

    def _host(self, number: int, addresses: int) -> _Host:
        draw = self.draw
        return _Host(
            f"h{number}.example.com",
            f"93.184.{(number % addresses) // 256}.{(number % addresses) % 256}",
            draw.choice((0.05, 0.1, 0.3, 2.0)),
            draw.choice((0.0, 0.0, 5.0, 40.0, 900.0)),
            ("/private/", "/cart") if draw.random() < 0.5 else (),
            draw.random() < 0.05,
        )

    @property
    def names(self) -> list[str]:
        return list(self._hosts)

    def network(self) -> Network:
        def resolver(host: str) -> Sequence[str]:
            return [self._hosts[host].address]

        network, _ = fake_network(resolver, self._answer)
        return replace(network, timer=lambda: self.now)

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def _answer(self, sent: bytes, address: str) -> bytes:
        lines = sent.decode("ascii").split("\r\n")
        path = lines[0].split(" ")[1]
        headers = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
        host = self._hosts[headers["Host"]]
        self._judge(host, address, path)
        self.now += host.latency
        host.last_end, host.last_took = self.now, host.latency
        self.last_of_address[address] = self.now
        return self._said(host, path, headers)

    def _judge(self, host: _Host, address: str, path: str) -> None:
        self.seen["requests"] += 1
        if address != host.address:
            self.faults["at another address"] += 1
        if self.now < host.leave_alone:
            self.faults["Retry-After ignored"] += 1
        if path.startswith(host.forbidden or ("\0",)):
            self.faults["forbidden path"] += 1
        if host.robots_down and path != "/robots.txt":
            self.faults["read without robots.txt"] += 1
        least = max(1.0, min(host.crawl_delay, 300.0), min(5 * host.last_took, 30.0))
        if host.last_end is not None and self.now - host.last_end < least - 1e-6:
            self.faults["under the delay of the host"] += 1
        if self.now - self.last_of_address[address] < 1.0 - 1e-6:
            self.faults["under the delay of the address"] += 1

    def _said(self, host: _Host, path: str, headers: dict[str, str]) -> bytes:
        if path == "/robots.txt":
            return self._robots(host)
        if self.draw.random() < 0.01:
            return self._busy(host)
        if self.draw.random() < 0.01:
            host.versions[path] += 1
        tag = f'"{host.versions[path]}"'
        if headers.get("If-None-Match") == tag:
            self.seen["304"] += 1
            return answer(status=304, headers={"ETag": tag})
        version = f"{path} {tag}"
        self.seen["unchanged, in full"] += int(version in host.given)
        host.given.add(version)
        return answer(b"<p>page", headers={"ETag": tag})

    def _robots(self, host: _Host) -> bytes:
        if host.robots_down:
            return answer(status=503)
        delay = f"Crawl-delay: {host.crawl_delay:g}\n" if host.crawl_delay else ""
        rules = "".join(f"Disallow: {path}\n" for path in host.forbidden)
        return answer(f"User-agent: *\n{delay}{rules}".encode())

    def _busy(self, host: _Host) -> bytes:
        seconds = self.draw.randrange(5, 4_000)
        host.leave_alone = self.now + seconds
        by_date = self.draw.random() < 0.5
        value = formatdate(int(host.leave_alone) + 1, usegmt=True) if by_date else str(seconds)
        self.seen["429 or 503"] += 1
        return answer(status=self.draw.choice((429, 503)), headers={"Retry-After": value})
