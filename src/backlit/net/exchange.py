"""How is one request sent over one connection, and its answer read within limits?

The connection goes to an address that the guard judged. HTTP is read by the standard library over a stream
of ours, which keeps the limits: time in all, time without a byte, bytes of headers, bytes in all. Every
connection serves one request; there are seconds between two requests to a host anyway.
"""

import io
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from typing import Any

from backlit.net.address import Address, parsed, plain_address
from backlit.net.failure import FailureKind, Stopped
from backlit.net.guard import Guard, Place, Resolver

__all__ = ["Connector", "Exchange", "Limits", "Network", "Timer"]

#: Seconds that only ever grow.
Timer = Callable[[], float]
#: Connects to an address and port within so many seconds; OSError where nobody answers.
Connector = Callable[[str, int, float], socket.socket]

_PIECE = 1 << 16
#: What is read ahead of the headers' end, and what framing adds to a body.
_SLACK = 1 << 16
_INFORMATIONAL = range(100, 200)


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds and bytes that one request may take; None is any number.

    `body` counts stored bytes, and decoded ones where a body is unpacked.
    """

    connect: float = 10.0
    idle: float = 15.0
    total: float | None = 30.0
    headers: int = 64 << 10
    body: int | None = 5 << 20
    hops: int = 10


@dataclass(frozen=True, slots=True)
class Network:
    """The way out: who may be spoken to, how names become addresses, and how a connection is made."""

    guard: Guard
    resolver: Resolver
    connector: Connector
    timer: Timer
    tls: ssl.SSLContext
    agent: str


class Exchange:
    """One request and its answer, open until `close`. `status` and `headers` stand; `read` gives the body.

    `sent` is the request's own body.
    """

    def __init__(
        self, network: Network, place: Place, method: str, headers: Mapping[str, str], limits: Limits,
        sent: bytes | None = None,
    ) -> None:  # fmt: skip
        self._network, self.place, self._limits = network, place, limits
        self._end = None if limits.total is None else network.timer() + limits.total
        addresses = network.guard.addresses(place, network.resolver)
        plain, self.address = self._connect(addresses)
        self._socket = plain
        try:
            self._socket = self._secured(plain)
            self._stream = _Stream(self._socket, self._left, limits)
            self._send(_request(place, method, network.agent, headers, sent))
            self._response = self._answer(method)
        except BaseException:
            self._socket.close()
            raise
        self.status = self._response.status
        self.reason = self._response.reason
        self.headers = tuple((name, _text(value)) for name, value in self._response.headers.items())

    def header(self, name: str) -> str | None:
        """The first header of that name."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def read(self, count: int = _PIECE) -> bytes:
        """Some of the body, without chunks; empty at its end. Stopped(CLOSED) where it is cut off."""
        try:
            piece = self._response.read1(count)
        except (HTTPException, ValueError) as error:
            raise Stopped(FailureKind.CLOSED, "the body ended before its last chunk") from error
        except OSError as error:
            raise Stopped(FailureKind.CLOSED, f"the connection broke: {error}") from error
        if not piece and self._response.length:
            missing = f"{self._response.length:,} bytes fewer came than were said"
            raise Stopped(FailureKind.CLOSED, missing)
        return piece

    def body(self) -> tuple[bytes, str | None]:
        """The stored body within the limit, and what is missing of it."""
        pieces, size, most = [], 0, self._limits.body
        missing = None
        try:
            while (most is None or size <= most) and (piece := self.read()):
                pieces.append(piece)
                size += len(piece)
        except Stopped as stopped:
            missing = stopped.failure.why
        if most is not None and size > most:
            missing = f"more than {most >> 10:,} KiB"
        return b"".join(pieces)[:most], missing

    def close(self) -> None:
        """End the connection."""
        self._socket.close()

    def _left(self, most: float) -> float:
        """Seconds for the next step; Stopped when there are none left of all."""
        if self._end is None:
            return most
        left = self._end - self._network.timer()
        if left <= 0:
            raise Stopped(FailureKind.TIMEOUT, f"it took more than {self._limits.total:g} s in all")
        return min(most, left)

    def _connect(self, addresses: tuple[Address, ...]) -> tuple[socket.socket, str]:
        """A connection to the first address that takes one, within the time for connecting."""
        last: OSError | None = None
        for address in addresses[:4]:
            try:
                made = self._network.connector(
                    str(address), self.place.port, self._left(self._limits.connect)
                )
            except OSError as error:
                last = error
                continue
            _same_peer(made, address)
            return made, str(address)
        if isinstance(last, TimeoutError):
            raise Stopped(FailureKind.TIMEOUT, "nobody took the connection in time") from last
        raise Stopped(FailureKind.CONNECT, f"no connection: {last}") from last

    def _secured(self, plain: socket.socket) -> socket.socket:
        if self.place.scheme != "https":
            return plain
        plain.settimeout(self._left(self._limits.connect))
        name = self.place.host.strip("[]")
        try:
            return self._network.tls.wrap_socket(plain, server_hostname=name.rstrip("."))
        except ssl.SSLCertVerificationError as error:
            raise Stopped(_certificate(error), f"certificate: {error.verify_message}") from error
        except TimeoutError as error:
            raise Stopped(FailureKind.TIMEOUT, "the TLS handshake took too long") from error
        except (OSError, ValueError) as error:
            raise Stopped(FailureKind.TLS, f"TLS: {getattr(error, 'reason', None) or error}") from error

    def _send(self, request: bytes) -> None:
        self._socket.settimeout(self._left(self._limits.idle))
        try:
            self._socket.sendall(request)
        except TimeoutError as error:
            raise Stopped(FailureKind.TIMEOUT, "the request was not taken in time") from error
        except OSError:
            pass  # it may have answered before it hung up

    def _answer(self, method: str) -> HTTPResponse:
        """The answer's head; what is said before it (1xx) is passed over."""
        try:
            while True:
                response = HTTPResponse(self._stream, method=method)  # type: ignore[arg-type]
                response.begin()
                if response.status not in _INFORMATIONAL or response.status == 101:
                    break
        except HTTPException as error:
            raise _no_answer(error) from error
        except (OSError, ValueError) as error:
            raise Stopped(FailureKind.CLOSED, f"the connection broke: {error}") from error
        codings = (response.headers.get("Transfer-Encoding") or "").strip().lower()
        if codings and not response.chunked and codings != "identity":
            raise Stopped(FailureKind.PROTOCOL, f"transfer coding {codings[:40]!r}")
        self._stream.body()
        return response


class _Stream(io.RawIOBase):
    """The bytes of a connection, within limits; also what the standard library takes for a socket."""

    def __init__(self, connection: socket.socket, left: Callable[[float], float], limits: Limits) -> None:
        self._connection, self._left, self._limits = connection, left, limits
        self._room: float = limits.headers
        self._kind = FailureKind.HEADERS
        self._reader = io.BufferedReader(self, 4096)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """One reader for all that comes."""
        return _Shared(self._reader)  # type: ignore[return-value]

    def body(self) -> None:
        """From here on bytes count as the body's."""
        most = self._limits.body
        self._room = float("inf") if most is None else most + most // 8 + _SLACK
        self._kind = FailureKind.CLOSED

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._room <= 0:
            raise Stopped(self._kind, "more bytes than are read of one answer")
        self._connection.settimeout(self._left(self._limits.idle))
        try:
            count = self._connection.recv_into(buffer)
        except TimeoutError as error:
            self._left(0.0)  # perhaps the time is over in all
            raise Stopped(FailureKind.TIMEOUT, f"{self._limits.idle:g} s without a byte") from error
        self._room -= count
        return count


class _Shared:
    """A reader that outlives the answers read from it: 1xx before the last one close theirs."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reader, name)

    def close(self) -> None:
        """The connection is closed by who opened it."""


def _request(place: Place, method: str, agent: str, headers: Mapping[str, str], body: bytes | None) -> bytes:
    lines = {"Host": place.authority, "User-Agent": agent, "Connection": "close", **headers}
    if body is not None:
        lines["Content-Length"] = str(len(body))
    sent = [f"{name}: {value}" for name, value in lines.items() if value.isprintable() and value.isascii()]
    return "\r\n".join([f"{method} {place.path} HTTP/1.1", *sent, "", ""]).encode("ascii") + (body or b"")


def _text(value: str) -> str:
    """A header as its bytes say: UTF-8, or else Latin-1 as the standard library reads all of them."""
    try:
        return value.encode("latin-1").decode("utf-8").strip()
    except (UnicodeDecodeError, UnicodeEncodeError):
        return value.strip()


def _same_peer(made: socket.socket, address: Address) -> None:
    peer = parsed(str(made.getpeername()[0]).partition("%")[0])
    if plain_address(peer) != plain_address(address):
        made.close()
        raise Stopped(FailureKind.REFUSED, f"the connection went to {peer}, not to {address}")


def _certificate(error: ssl.SSLCertVerificationError) -> FailureKind:
    told = {10: FailureKind.TLS_EXPIRED, 9: FailureKind.TLS_EXPIRED, 62: FailureKind.TLS_HOST}
    return told.get(error.verify_code, FailureKind.TLS_UNTRUSTED)


def _no_answer(error: HTTPException) -> Stopped:
    said = str(error)
    if "headers" in said or ("line" in said.lower() and "got more than" in said):
        return Stopped(FailureKind.HEADERS, said)
    if type(error).__name__ == "RemoteDisconnected":
        return Stopped(FailureKind.CLOSED, "the connection ended before there was an answer")
    return Stopped(FailureKind.PROTOCOL, f"no HTTP answer: {said[:100]!r}")
