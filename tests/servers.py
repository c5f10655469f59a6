"""A server on loopback that does what it is told, also what no server should: slowly, or not at all.

A script is a list of steps: bytes are sent, a number of seconds is slept, and CUT ends the connection with a
reset. Servers share one certificate authority of their own, made per process.
"""

import socket
import ssl
import struct
import time
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from threading import Event, Thread

import trustme

from backlit.net.exchange import Network
from backlit.net.failure import FailureKind, Stopped
from backlit.net.guard import Guard
from backlit.net.system import AGENT, system_connector

__all__ = [
    "CUT",
    "Request",
    "Script",
    "Server",
    "any_certificate",
    "authority",
    "certificate",
    "client_context",
    "farm",
    "served",
]

CUT = object()
Step = bytes | float | object
Script = Sequence[Step] | Iterator[Step]


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked for."""

    method: str
    path: str
    headers: dict[str, str]
    secure: bool = False
    body: bytes = b""

    @property
    def host(self) -> str:
        return self.headers.get("host", "")


@dataclass(slots=True)
class Server:
    """A running server: its port, and every request that it was sent."""

    port: int
    asked: list[Request] = field(default_factory=list)


@lru_cache(maxsize=1)
def authority() -> trustme.CA:
    """The authority that test clients trust."""
    return trustme.CA(key_type=trustme.KeyType.ECDSA)


@lru_cache(maxsize=1)
def client_context() -> ssl.SSLContext:
    """What a client that trusts the authority, and nobody else, verifies with."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority().configure_trust(context)
    return context


def certificate(*names: str, ca: trustme.CA | None = None, expired: bool = False) -> ssl.SSLContext:
    """What a server of these names shows, by the authority or another one."""
    from datetime import UTC, datetime

    ends = datetime(2001, 1, 1, tzinfo=UTC) if expired else None
    begins = datetime(2000, 1, 1, tzinfo=UTC) if expired else None
    issued = (ca or authority()).issue_cert(*names, not_before=begins, not_after=ends)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued.configure_cert(context)
    return context


def any_certificate() -> ssl.SSLContext:
    """What a server shows that has a certificate for every name it is asked by."""
    context = certificate("fallback.example")
    made: dict[str, ssl.SSLContext] = {}

    def choose(connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, _context: ssl.SSLContext) -> None:
        if name is not None:
            if name not in made:
                made[name] = certificate(name)
            connection.context = made[name]

    context.sni_callback = choose
    return context


@contextmanager
def farm(
    answers: Callable[[Request], Script], tls: ssl.SSLContext | None = None, gone: Collection[str] = ()
) -> Iterator[Network]:
    """A web on loopback: every host has an address of its own there, http and https; `gone` have none."""

    def resolver(host: str) -> Sequence[str]:
        if host in gone:
            raise Stopped(FailureKind.NO_HOST, f"{host}: Name or service not known")
        number = zlib.crc32(host.encode())
        return [f"127.{number >> 16 & 127 | 1}.{number >> 8 & 255}.{number & 255}"]

    with (
        served(answers, address="0.0.0.0") as plain,
        served(answers, tls or any_certificate(), address="0.0.0.0") as secure,
    ):
        ports = {80: plain.port, 443: secure.port}

        def connector(address: str, port: int, seconds: float) -> socket.socket:
            return system_connector(address, ports.get(port, port), seconds)

        yield Network(
            Guard.parse("127.0.0.0/8"), resolver, connector, time.monotonic, client_context(), AGENT
        )


@contextmanager
def served(
    answers: Callable[[Request], Script], tls: ssl.SSLContext | None = None, address: str = "127.0.0.1"
) -> Iterator[Server]:
    """A server that answers each request by its script, until the block is left."""
    listener = socket.create_server((address, 0), backlog=1024)
    server, stop = Server(listener.getsockname()[1]), Event()
    listener.settimeout(0.05)

    def accept() -> None:
        while not stop.is_set():
            with suppress(TimeoutError, OSError):
                connection, _ = listener.accept()
                Thread(target=_serve, args=(connection, answers, server, tls, stop), daemon=True).start()

    thread = Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        stop.set()
        thread.join()
        listener.close()


def _serve(
    connection: socket.socket,
    answers: Callable[[Request], Script],
    server: Server,
    tls: ssl.SSLContext | None,
    stop: Event,
) -> None:
    connection.settimeout(20)
    with suppress(OSError, ssl.SSLError):
        if tls is not None:
            connection = tls.wrap_socket(connection, server_side=True)
        request = _request(connection)
        if request is not None:
            server.asked.append(request)
            _play(connection, answers(replace(request, secure=tls is not None)), stop)
    with suppress(OSError):
        connection.close()


def _request(connection: socket.socket) -> Request | None:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return None
        data += piece
        if data.startswith(b"\x16\x03"):  # TLS, where there is none
            return Request("TLS", "", {})
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ")
    pairs = (line.partition(":") for line in lines)
    headers = {name.lower(): value.strip() for name, _, value in pairs}
    while len(body) < int(headers.get("content-length", 0)) and (piece := connection.recv(65536)):
        body += piece
    return Request(method, path, headers, body=body)


def _play(connection: socket.socket, script: Script, stop: Event) -> None:
    for step in script:
        if stop.is_set():
            return
        if step is CUT:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return
        if isinstance(step, bytes):
            connection.sendall(step)
        elif isinstance(step, int | float):
            stop.wait(step)
