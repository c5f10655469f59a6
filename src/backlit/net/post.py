"""How is something handed to an address that somebody named: once, without following it anywhere else?

A redirect is an answer like any other: who signs a message signs it for the address that was named.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from backlit.net.exchange import Exchange, Limits, Network

__all__ = ["Posted", "post"]

#: Webhooks are answered at once or not at all; of what they say the beginning is told.
_LIMITS = Limits(connect=10.0, idle=20.0, total=20.0, body=2_048)


@dataclass(frozen=True, slots=True)
class Posted:
    """What was answered: the status, what the server asks for, and the beginning of what it says."""

    status: int
    retry_after: str | None
    said: str


def post(network: Network, url: str, body: bytes, headers: Mapping[str, str]) -> Posted:
    """Send a body to an address; Stopped where there is no answer, or where the guard forbids it."""
    exchange = Exchange(network, network.guard.place(url), "POST", headers, _LIMITS, body)
    try:
        said, _ = exchange.body()
    finally:
        exchange.close()
    text = said.decode("utf-8", errors="replace")
    return Posted(exchange.status, exchange.header("Retry-After"), " ".join(text.split())[:200])
