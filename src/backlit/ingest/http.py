"""What does a stored HTTP response say: status, headers and the decoded body?

Crawls store what servers sent, so everything is read tolerantly: a status line without a reason,
headers of any case and line end, a body that is still chunked or packed, or is said to be and is not.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from backlit.net.codings import decoded

__all__ = ["BODY_LIMIT", "GONE", "HTML", "REDIRECTS", "Response", "joined", "parse_response"]

#: What a status says of a page, and the media types of pages.
GONE = (404, 410)
REDIRECTS = (301, 302, 303, 307, 308)
HTML = ("text/html", "application/xhtml+xml")

_status = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})(?!\d)", re.IGNORECASE).match
_head_end = re.compile(rb"\r?\n\r?\n").search
_folded = re.compile(r"\r?\n[ \t]+")
#: Longest body kept, decoded: three times the longest of 12,395 real pages.
BODY_LIMIT = 5 << 20
#: A response's headers end within this, or it is not known where its body begins.
HEAD_LIMIT = 128 << 10


@dataclass(frozen=True, slots=True)
class Response:
    """A response; `body` is decoded, and cut at BODY_LIMIT.

    It is not complete when it was cut there or is shorter than its Content-Length.
    """

    status: int
    headers: dict[str, str]
    body: bytes
    complete: bool
    problem: str | None = None

    @property
    def media_type(self) -> str | None:
        """The content type without parameters, in lower case."""
        stated = self.headers.get("content-type", "").partition(";")[0].partition(",")[0]
        return stated.strip().lower() or None


def parse_response(block: bytes | memoryview) -> Response | None:
    """The response in a record's block; None when there is no status line."""
    status = _status(block)
    if status is None:
        return None
    end = _head_end(block, 0, HEAD_LIMIT)
    if end is None:  # nothing is known of the body
        return Response(
            int(status[1]), _headers(block[:HEAD_LIMIT]), b"", False, "HTTP headers without an end"
        )
    headers, body = _headers(block[: end.start()]), bytes(block[end.end() :])
    complete, problem = True, None
    if body and ("transfer-encoding" in headers or "content-encoding" in headers):
        body, complete, problem = _decoded(body, headers)
    elif "transfer-encoding" not in headers and "content-encoding" not in headers:
        complete = len(body) >= _stated_length(headers)
    if len(body) > BODY_LIMIT:
        body, complete = body[:BODY_LIMIT], False
        problem = problem or f"a body of more than {BODY_LIMIT >> 20} MiB: read up to there"
    return Response(int(status[1]), headers, body, complete, problem)


def _stated_length(headers: dict[str, str]) -> int:
    """The Content-Length; 0 where there is none that can be read."""
    stated = headers.get("content-length", "")
    return int(stated) if len(stated) < 19 and stated.isascii() and stated.isdigit() else 0


def _headers(head: bytes | memoryview) -> dict[str, str]:
    try:
        text = str(head, "utf-8")
    except UnicodeDecodeError:
        text = str(head, "latin-1")
    headers: dict[str, list[str]] = {}
    for line in _folded.sub(" ", text).split("\n")[1:]:
        name, colon, value = line.partition(":")
        if colon:
            headers.setdefault(name.strip().lower(), []).append(value.strip())
    return {name: joined(name, values) for name, values in headers.items()}


#: Headers that may be repeated and then mean one list.
_LISTS = frozenset(("link", "content-encoding", "transfer-encoding"))


def joined(name: str, values: Sequence[str]) -> str:
    """The value of a header that was sent so many times; `name` is in lower case.

    Every X-Robots-Tag keeps a line of its own, since each may name the agents that it is for.
    """
    if name == "x-robots-tag":
        return "\n".join(values)
    return ", ".join(values) if name in _LISTS else values[0]


def _decoded(body: bytes, headers: dict[str, str]) -> tuple[bytes, bool, str | None]:
    """The body without its codings, whether it is whole, and what was wrong with it."""
    complete = True
    if "chunked" in headers.get("transfer-encoding", "").lower():
        body, complete = _unchunked(body)
    body, whole, problem = decoded(body, headers.get("content-encoding", ""), BODY_LIMIT)
    return body, complete and whole, problem


_chunk_size = re.compile(rb"\s*([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n").match


def _unchunked(body: bytes) -> tuple[bytes, bool]:
    """The chunks joined; a body that does not begin with a chunk was unchunked by the crawler."""
    if _chunk_size(body) is None:
        return body, True
    joined_up = bytearray()  # chunks may be tiny, and many
    at = 0
    while len(joined_up) <= BODY_LIMIT and (size := _chunk_size(body, at)) is not None:
        length = int(size[1], 16)
        at = size.end() + length
        if length == 0:
            return bytes(joined_up), True
        joined_up += body[size.end() : at]
    return bytes(joined_up), False
