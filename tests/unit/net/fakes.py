"""A network without a network: names, addresses and answers by table, every connection noted."""

import ssl
from collections.abc import Callable, Mapping, Sequence

from backlit.net.exchange import Network
from backlit.net.failure import FailureKind, Stopped
from backlit.net.guard import Guard

__all__ = ["PUBLIC", "FakeSocket", "Sink", "answer", "fake_network"]

_TLS = ssl.create_default_context()
PUBLIC = "93.184.216.34"


class FakeSocket:
    """A connection that takes any request and gives the bytes that it was made with."""

    def __init__(self, peer: str, given: bytes, sent: list[bytes]) -> None:
        self.peer, self.given, self.sent = peer, given, sent

    def getpeername(self) -> tuple[str, int]:
        return self.peer, 80

    def settimeout(self, _seconds: float | None) -> None:
        """It never waits."""

    def sendall(self, data: bytes) -> None:
        self.sent.append(data)

    def recv_into(self, buffer: memoryview) -> int:
        piece, self.given = self.given[: len(buffer)], self.given[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        """Nothing is open."""


class Sink:
    """A connector that notes whom it was asked to connect to."""

    def __init__(self, answers: Callable[[bytes, str], bytes]) -> None:
        self.answers = answers
        self.connected: list[tuple[str, int]] = []
        self.sent: list[bytes] = []

    def __call__(self, address: str, port: int, _seconds: float) -> FakeSocket:
        self.connected.append((address, port))
        return _Lazy(address, self)


class _Lazy(FakeSocket):
    """Answers what was sent."""

    def __init__(self, peer: str, sink: Sink) -> None:
        super().__init__(peer, b"", sink.sent)
        self.sink = sink

    def sendall(self, data: bytes) -> None:
        super().sendall(data)
        self.given = self.sink.answers(data, self.peer)


def answer(body: bytes = b"", status: int = 200, headers: Mapping[str, str] | None = None) -> bytes:
    """An answer as it comes over the wire."""
    told = {"Content-Length": str(len(body)), **(headers or {})}
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode() + body


def fake_network(
    names: Callable[[str], Sequence[str]] | Mapping[str, Sequence[str]],
    answers: Callable[[bytes, str], bytes] = lambda _sent, _peer: answer(b"hello"),
    *,
    intranet: str = "",
) -> tuple[Network, Sink]:
    """A network, and the sink that notes its connections."""
    sink = Sink(answers)

    def resolver(host: str) -> Sequence[str]:
        if callable(names):
            return names(host)
        if host not in names:
            raise Stopped(FailureKind.NO_HOST, f"no {host}")
        return names[host]

    network = Network(
        Guard.parse(intranet), resolver, sink, lambda: 0.0,  # type: ignore[arg-type]
        _TLS, "Backlit-test",
    )  # fmt: skip
    return network, sink
