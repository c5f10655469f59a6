"""How does a crawl become a WARC file, record by record? (ISO 28500:2017)

One gzip member (or zstd frame) per record, as crawlers write them, so that each record can be read
alone. Record ids and times follow from seed, crawl and page: the same web gives the same bytes.
"""

import base64
import hashlib
import os
import uuid
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from http import HTTPStatus
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import zstandard

from backlit.vweb.names import spellings as other_spellings

if TYPE_CHECKING:
    from backlit.vweb.web import VirtualWeb, VPage

__all__ = ["Record", "archive_name", "compressor", "digest", "gzip_member", "records", "save", "write_warc"]

_GZIP_LEVEL = 6  # on these pages levels 4 to 9 differ by 1 % in size and by less in time
_AGENT = "backlit-vweb"
Fields = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Record:
    """A WARC record: its header fields and its block, as they stand in the file."""

    version: str
    fields: Fields
    block: bytes

    def field(self, name: str) -> str | None:
        name = name.lower()
        return next((value for key, value in self.fields if key.lower() == name), None)

    def header(self) -> bytes:
        """The version line, the fields and the empty line."""
        lines = "".join(f"{name}: {value}\r\n" for name, value in self.fields)
        return f"{self.version}\r\n{lines}\r\n".encode()

    def to_bytes(self) -> bytes:
        return self.header() + self.block + b"\r\n\r\n"


def digest(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()


def gzip_member(data: bytes) -> bytes:
    """One gzip member without a time stamp."""
    packer = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


def compressor(path: str | os.PathLike[str]) -> Callable[[bytes], bytes]:
    """How a record is packed in a file of this name."""
    name = os.fspath(path)
    if name.endswith(".gz"):
        return gzip_member
    if name.endswith(".zst"):
        return zstandard.ZstdCompressor(level=3).compress
    return bytes


def archive_name(web: "VirtualWeb", crawl: int) -> str:
    """The name that a crawl's WARC file calls itself."""
    return f"vweb-{web.seed}-{web.size}-crawl-{crawl}.warc.gz"


def records(
    web: "VirtualWeb", crawl: int, *, requests: bool = False, spellings: bool = False
) -> Iterator[Record]:
    """warcinfo, then a response (behind its request, if asked for) for each page."""
    info = _record_id(web, crawl, -1, "warcinfo")
    yield _warcinfo(web, crawl, info)
    for number, page in enumerate(chain(web.pages(crawl), other_spellings(web, crawl) if spellings else ())):
        request = _record_id(web, crawl, number, "request") if requests else None
        if request is not None:
            yield _request(page, request, info)
        yield _response(page, _record_id(web, crawl, number, "response"), info, request)


def write_warc(
    web: "VirtualWeb",
    path: str | os.PathLike[str],
    crawl: int,
    *,
    requests: bool = False,
    spellings: bool = False,
) -> int:
    pack = compressor(path)
    written = records(web, crawl, requests=requests, spellings=spellings)
    return save(path, (pack(record.to_bytes()) for record in written))


def save(path: str | os.PathLike[str], chunks: Iterator[bytes]) -> int:
    """Writes chunks to a file that appears only when it is whole; returns how many."""
    goal = Path(path)
    draft = goal.with_name(f".{goal.name}.part")
    count = 0
    try:
        with draft.open("wb", buffering=1 << 20) as out:
            for chunk in chunks:
                out.write(chunk)
                count += 1
        draft.replace(goal)
    finally:
        with suppress(FileNotFoundError):  # it is there only when writing failed
            draft.unlink()
    return count


def _record_id(web: "VirtualWeb", crawl: int, number: int, kind: str) -> str:
    name = f"{web.seed}/{web.size}/{crawl}/{number}/{kind}".encode()
    return f"<urn:uuid:{uuid.UUID(bytes=hashlib.blake2b(name, digest_size=16).digest(), version=4)}>"


def _time(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _warcinfo(web: "VirtualWeb", crawl: int, record_id: str) -> Record:
    block = (
        f"software: {_AGENT}\r\n"
        f"isPartOf: vweb-{web.seed}-crawl-{crawl}\r\n"
        "description: A made-up web for examples and tests\r\n"
        "format: WARC File Format 1.1\r\n"
    ).encode()
    fields = [
        ("WARC-Type", "warcinfo"),
        ("WARC-Date", _time(web.crawl_times[crawl])),
        ("WARC-Filename", archive_name(web, crawl)),
        ("WARC-Record-ID", record_id),
        ("Content-Type", "application/warc-fields"),
        ("Content-Length", str(len(block))),
    ]
    return Record("WARC/1.0", fields, block)


def _request(page: "VPage", record_id: str, info: str) -> Record:
    parts = urlsplit(page.url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    block = (
        f"GET {path} HTTP/1.1\r\nUser-Agent: {_AGENT}\r\nAccept: text/html\r\n"
        f"Host: {parts.netloc}\r\nConnection: Keep-Alive\r\n\r\n"
    ).encode()
    fields = [
        ("WARC-Type", "request"),
        ("WARC-Date", _time(page.fetched_at)),
        ("WARC-Record-ID", record_id),
        ("Content-Length", str(len(block))),
        ("Content-Type", "application/http; msgtype=request"),
        ("WARC-Warcinfo-ID", info),
        ("WARC-IP-Address", page.ip),
        ("WARC-Target-URI", page.url),
    ]
    return Record("WARC/1.0", fields, block)


def http_head(page: "VPage") -> bytes:
    """The status line and headers of a response, with the server's date."""
    status = f"HTTP/1.1 {page.status} {HTTPStatus(page.status).phrase}"
    date = format_datetime(page.fetched_at, usegmt=True)
    lines = [status, f"Date: {date}", *(f"{name}: {value}" for name, value in page.headers)]
    return "\r\n".join((*lines, "", "")).encode()


def _response(page: "VPage", record_id: str, info: str, request: str | None) -> Record:
    block = http_head(page) + page.body
    fields = [
        ("WARC-Type", "response"),
        ("WARC-Date", _time(page.fetched_at)),
        ("WARC-Record-ID", record_id),
        ("Content-Length", str(len(block))),
        ("Content-Type", "application/http; msgtype=response"),
        ("WARC-Warcinfo-ID", info),
        *((("WARC-Concurrent-To", request),) if request else ()),
        ("WARC-IP-Address", page.ip),
        ("WARC-Target-URI", page.url),
        ("WARC-Payload-Digest", digest(page.body)),
        ("WARC-Block-Digest", digest(block)),
        ("WARC-Identified-Payload-Type", "text/html"),
    ]
    return Record("WARC/1.0", fields, block)
