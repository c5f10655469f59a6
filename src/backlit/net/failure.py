"""Why did a request bring no answer?

A server may do anything; whatever it does is a value with one of these names, never an exception that a
caller has to know. `Stopped` carries it out of the depths and is caught by the functions of this room.
"""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Failure", "FailureKind", "Stopped"]


class FailureKind(StrEnum):
    """What stopped a request. Only REFUSED and ROBOTS are ours; they are decided before a byte is sent."""

    #: the address guard: scheme, port, credentials, name or address
    REFUSED = "refused"
    #: robots.txt of the host forbids it, or cannot be read for now
    ROBOTS = "robots"
    #: the host asked to be left alone for longer than we wait
    WAIT = "wait"
    #: there is no such host
    NO_HOST = "no-such-host"
    #: the name could not be looked up, which says nothing of the host
    DNS = "dns-failed"
    #: nobody takes the connection
    CONNECT = "connect-failed"
    #: the certificate is out of date, of another host, or of nobody we trust
    TLS_EXPIRED = "tls-expired"
    TLS_HOST = "tls-wrong-host"
    TLS_UNTRUSTED = "tls-untrusted"
    #: any other failure to agree on TLS
    TLS = "tls-failed"
    TIMEOUT = "timeout"
    #: the connection ended before there was an answer
    CLOSED = "closed"
    #: what came is no HTTP
    PROTOCOL = "no-http"
    #: headers above the limit
    HEADERS = "headers-too-large"
    LOOP = "redirect-loop"
    HOPS = "too-many-redirects"
    #: a redirect to what is no web page
    LOCATION = "redirect-to-nowhere"


@dataclass(frozen=True, slots=True)
class Failure:
    """What stopped a request, and the sentence for a person."""

    kind: FailureKind
    why: str


class Stopped(Exception):
    """A request cannot go on."""

    def __init__(self, kind: FailureKind, why: str) -> None:
        super().__init__(kind, why)
        self.failure = Failure(kind, why)
