"""May this URL be asked for, and at which address?

Judged before a byte is sent: the URL (http or https, no credentials, a port of the web), the name, and *all*
addresses that it resolves to, once. The connection then goes to an address that was judged; the name is
not looked up again, so a name server that changes its mind in between has nothing to change.
"""

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from ipaddress import ip_network
from urllib.parse import urlsplit

from backlit.errors import ConfigError
from backlit.net.address import Address, Network, parsed, plain_address, why_not_public
from backlit.net.failure import FailureKind, Stopped
from backlit.urls import resolve

__all__ = ["MAIL_PORTS", "PORTS", "Guard", "Place", "Resolver"]

#: Looks a host up: its addresses, as text. Stopped(NO_HOST) and Stopped(DNS) where there are none.
Resolver = Callable[[str], Sequence[str]]

PORTS = frozenset((80, 443, 8080, 8443))
#: Where mail is handed over.
MAIL_PORTS = frozenset((25, 465, 587, 2525))
#: Names that only mean something inside a network, and how such names end.
_INNER = ("localhost", "local", "internal", "intranet", "lan", "home.arpa", "svc", "cluster.local")
_DEFAULT_PORT = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a URL is asked for: what a connection and a request need of it."""

    url: str
    scheme: str
    host: str
    port: int
    #: path and query, as they go into the request
    path: str

    @property
    def authority(self) -> str:
        """The host, with its port where that is not the scheme's own."""
        return self.host if self.port == _DEFAULT_PORT[self.scheme] else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Guard:
    """The rule. `intranet` names networks of one's own that may be spoken to, at any port."""

    intranet: tuple[Network, ...] = ()

    @classmethod
    def parse(cls, networks: str) -> "Guard":
        """A guard that lets through networks given as `10.1.0.0/16, fd00::/8`; ConfigError for others."""
        names = networks.replace(",", " ").split()
        try:
            return cls(tuple(ip_network(name) for name in names))
        except ValueError as error:
            raise ConfigError(
                f"speak to the networks {networks[:200]!r}",
                str(error),
                "Name networks by their first address and length, as 10.1.0.0/16.",
            ) from error

    def place(self, url: str) -> Place:
        """Where a URL is; Stopped where no connection could make it one of the public web."""
        href = resolve(url)
        if href is None:
            raise Stopped(FailureKind.REFUSED, f"{url[:200]!r} is no http or https address")
        parts = urlsplit(href)
        if parts.username is not None or parts.password is not None:
            raise Stopped(FailureKind.REFUSED, "the address carries a user's name or password")
        host = href.partition("://")[2].partition("/")[0]
        name, _, port = host.rpartition(":")
        host = name if name and port.isdigit() else host
        found = Place(href, parts.scheme, host, parts.port or _DEFAULT_PORT[parts.scheme], _path_of(href))
        if not self.intranet and (why := _why_not_public(found.host, found.port, PORTS)):
            raise Stopped(FailureKind.REFUSED, why)
        return found

    def kept(self, url: str) -> Place:
        """Where a URL is that is kept and asked for later; Stopped where that can never be allowed.

        A name is judged when it is asked for, since what it resolves to changes; an address stays what it is.
        """
        place = self.place(url)
        if parsed(place.host) is not None:
            self.addresses(place, lambda _host: ())
        return place

    def addresses(self, place: Place, resolver: Resolver) -> tuple[Address, ...]:
        """The addresses of a place, every one judged; Stopped where one of them is not allowed."""
        return self._judged(place.host, place.port, PORTS, resolver)

    def mail_host(self, host: str, port: int, resolver: Resolver) -> tuple[Address, ...]:
        """The addresses of a host that takes mail, judged by the same rule but for the ports."""
        return self._judged(host, port, MAIL_PORTS, resolver)

    def _judged(self, host: str, port: int, ports: Set[int], resolver: Resolver) -> tuple[Address, ...]:
        literal = parsed(host)
        texts = [host.strip("[]")] if literal else resolver(host)
        found = tuple(dict.fromkeys(_address(text) for text in texts))
        if not found:
            raise Stopped(FailureKind.NO_HOST, f"{host} has no address")
        if all(self._is_own(address) for address in found):
            return found
        if why := _why_not_public(host, port, ports):
            raise Stopped(FailureKind.REFUSED, why)
        for address in found:
            if why := why_not_public(address):
                raise Stopped(FailureKind.REFUSED, f"{host} is at {address}: {why}")
        return found

    def _is_own(self, address: Address) -> bool:
        plain = plain_address(address)
        return any(plain in each for each in self.intranet)


def _path_of(href: str) -> str:
    return "/" + href.partition("://")[2].partition("/")[2]


def _why_not_public(host: str, port: int, ports: Set[int]) -> str | None:
    if port not in ports:
        what = "the web" if ports is PORTS else "mail"
        return f"port {port} is none of {what} ({', '.join(map(str, sorted(ports)))})"
    name = host.rstrip(".").lower()
    if parsed(name) is None and ("." not in name or any(name.endswith(f".{end}") for end in _INNER)):
        return f"{host} is a name within a network"
    return None


def _address(text: str) -> Address:
    """An answer of a name server. One with a scope is of one link, and what is no address is none."""
    address = parsed(text)
    if address is None:
        raise Stopped(FailureKind.REFUSED, f"{text[:60]!r} is no public address")
    return address
