"""How does this machine look up names and connect? The parts that tests replace."""

import socket
import ssl
import time
from collections.abc import Sequence
from queue import Empty, SimpleQueue
from threading import Thread

from backlit.net.exchange import Network
from backlit.net.failure import FailureKind, Stopped
from backlit.net.guard import Guard

__all__ = ["AGENT", "network", "system_connector", "system_resolver"]

#: Who we say we are: the word that robots.txt files know us by, and where to read about it.
AGENT = "Backlit/0.1 (+link checker; robots.txt: Backlit)"
#: Seconds that looking up one name may take.
_RESOLVE = 5.0
_NO_SUCH_HOST = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


def network(intranet: str = "") -> Network:
    """This machine's way out; `intranet` names the networks of one's own that may be spoken to."""
    return Network(
        Guard.parse(intranet), system_resolver, system_connector, time.monotonic,
        ssl.create_default_context(), AGENT,
    )  # fmt: skip


def system_resolver(host: str) -> Sequence[str]:
    """The addresses of a host by the machine's own resolver, which cannot be told a time: a thread waits."""
    answers: SimpleQueue[list[str] | OSError] = SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            answers.put([str(each[4][0]) for each in found])
        except (OSError, UnicodeError) as error:
            answers.put(error if isinstance(error, OSError) else OSError(str(error)))

    Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=_RESOLVE)
    except Empty:
        raise Stopped(FailureKind.DNS, f"{host} was not looked up within {_RESOLVE:g} s") from None
    if isinstance(answer, OSError):
        kind = FailureKind.NO_HOST if answer.errno in _NO_SUCH_HOST else FailureKind.DNS
        raise Stopped(kind, f"{host}: {answer.strerror or answer}")
    return answer


def system_connector(address: str, port: int, seconds: float) -> socket.socket:
    """A TCP connection to an address; a literal is never looked up."""
    return socket.create_connection((address, port), timeout=seconds)
