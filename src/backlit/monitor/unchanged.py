"""What does a page show whose server says that it has not changed since it was read? (RFC 9110, 15.4.5)

The answer that was kept then, with the day of now: so a look that costs the server no page is judged, kept
and read into the index like any other.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from backlit.ingest.records import Record
from backlit.net.codings import decoded
from backlit.net.fetch import PAGE_BYTES, Fetched

__all__ = ["NOT_MODIFIED", "Before", "as_before"]

NOT_MODIFIED = 304

#: Headers that speak of a body; the one that was kept is described by its own.
_OF_BODY = ("content-encoding", "content-length", "content-type", "transfer-encoding", "content-range")


@dataclass(frozen=True, slots=True)
class Before:
    """An answer that was read to its end: by what to ask whether it still holds, when it was read, and what
    gives its record again, or None where that is not there any more."""

    validators: dict[str, str]
    at: datetime
    load: Callable[[], Record | None]


def as_before(fetched: Fetched, record: Record) -> Fetched | None:
    """The page as it was kept, with what the server now says of it besides; None where it cannot be read."""
    head, end, stored = record.payload.partition(b"\r\n\r\n")
    if not end:
        return None
    said = [line.partition(":") for line in head.decode("utf-8", "replace").split("\r\n")[1:]]
    kept = [(name, value.strip()) for name, colon, value in said if colon]
    new = [(name, value) for name, value in fetched.headers if name.lower() not in _OF_BODY]
    again = {name.lower() for name, _ in new}
    headers = (*(each for each in kept if each[0].lower() not in again), *new)
    codings = ",".join(value for name, value in headers if name.lower() == "content-encoding")
    body, whole, _ = decoded(stored, codings, PAGE_BYTES)
    if not whole:
        return None
    hop = replace(fetched.hops[-1], status=200, headers=headers)
    return replace(fetched, hops=(*fetched.hops[:-1], hop), stored=stored, body=body)
