"""How is the made-up web of a demo visited? Like the real one, and without leaving this process.

Whoever looks at links in the demo's home meets its web as of its last crawl, and nothing else: no name leads
out of it, and no name leads into it from elsewhere. Pages of https sites come without encryption.
"""

import socket
import ssl
import time
from collections.abc import Callable, Sequence
from threading import Thread
from typing import Any

from backlit.net.exchange import Network
from backlit.net.failure import FailureKind, Stopped
from backlit.net.guard import Guard
from backlit.net.system import AGENT

__all__ = ["demo_network"]

#: Where the hosts of the made-up web are: addresses for documents and benchmarks, which nobody can have.
_NETWORKS = "192.0.2.0/24,198.51.100.0/24,203.0.113.0/24,198.18.0.0/15"


def demo_network(seed: int, pages: int) -> Network:
    """A way into a made-up web, and to nowhere else."""
    from backlit.vweb import VirtualWeb
    from backlit.vweb.serve import handler_of

    web = VirtualWeb(seed=seed, pages=pages)
    handler = handler_of(web, len(web.crawl_times) - 1)

    def resolver(host: str) -> Sequence[str]:
        address = web.address_of(host)
        if address is None:
            raise Stopped(FailureKind.NO_HOST, f"{host} is no host of the made-up web of this demo")
        return [address]

    return Network(Guard.parse(_NETWORKS), resolver, _connector(handler), time.monotonic, _Plain(), AGENT)


def _connector(handler: Callable[..., Any]) -> Callable[[str, int, float], socket.socket]:
    """What connects to a server in a thread of this process."""

    def answer(theirs: socket.socket) -> None:
        with theirs:
            try:
                handler(theirs, ("", 0), None)
            except OSError:
                return  # whoever asked has gone

    def connect(address: str, port: int, seconds: float) -> socket.socket:
        made, theirs = socket.socketpair()
        ours = _Inside(fileno=made.detach())
        ours.peer = address, port
        ours.settimeout(seconds)
        Thread(target=answer, args=(theirs,), daemon=True).start()
        return ours

    return connect


class _Inside(socket.socket):
    """One end of a pair of sockets, which says that the other is where the made-up web is."""

    peer = ("", 0)

    def getpeername(self) -> Any:
        return self.peer


class _Plain(ssl.SSLContext):
    """Sockets as they are: what would be encrypted stays within this process."""

    def __new__(cls) -> "_Plain":
        return super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)

    def wrap_socket(self, sock: socket.socket, *_: Any, **__: Any) -> Any:
        return sock
