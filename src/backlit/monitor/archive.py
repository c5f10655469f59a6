"""How does what came over the network become a record that is read like any crawl's? (ISO 28500:2017)"""

import base64
import hashlib
import uuid
import zlib
from datetime import datetime
from http import HTTPStatus

from backlit.ingest.records import Record
from backlit.ingest.warc import FIELDS, NOBODY
from backlit.net.fetch import Fetched, Hop

__all__ = ["member", "record_at", "record_of", "record_of_nobody"]

#: What described the body on its way, and no longer does.
_REASONS = {int(status): status.phrase for status in HTTPStatus}
_FRAMING = ("transfer-encoding", "content-length")


def record_of(hop: Hop, at: datetime, fetched: Fetched | None = None) -> Record:
    """The response of one hop, with the body of `fetched` where it is the last one.

    A body that was cut short is told by the length that it should have.
    """
    body = fetched.stored if fetched is not None else b""
    missing = fetched.missing if fetched is not None else None
    block = _response(hop, body, is_cut=missing is not None)
    digest = base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()
    named = uuid.uuid5(uuid.NAMESPACE_URL, f"{at.isoformat()} {hop.url}")
    fields = {
        "WARC-Type": "response",
        "WARC-Record-ID": f"<urn:uuid:{named}>",
        "WARC-Date": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "WARC-Target-URI": hop.url,
        "WARC-IP-Address": hop.address or "",
        "WARC-Payload-Digest": f"sha1:{digest}",
        "Content-Type": "application/http;msgtype=response",
        "Content-Length": str(len(block)),
    }
    if missing is not None:
        fields["WARC-Truncated"] = "unspecified"
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value)
    return Record(0, f"WARC/1.1\r\n{lines}\r\n".encode(), block)


def record_of_nobody(url: str, at: datetime) -> Record:
    """What is kept of a visit that found no such host, which left no response to keep."""
    block = f"{NOBODY}\r\n".encode()
    named = uuid.uuid5(uuid.NAMESPACE_URL, f"{at.isoformat()} {url}")
    fields = {
        "WARC-Type": "metadata",
        "WARC-Record-ID": f"<urn:uuid:{named}>",
        "WARC-Date": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "WARC-Target-URI": url,
        "Content-Type": FIELDS,
        "Content-Length": str(len(block)),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return Record(0, f"WARC/1.1\r\n{lines}\r\n".encode(), block)


def member(record: Record) -> bytes:
    """The record as one gzip member of a WARC file."""
    return zlib.compress(record.head + record.payload + b"\r\n\r\n", 6, 31)


def record_at(packed: bytes) -> Record | None:
    """The record in a gzip member of ours; None where it is none."""
    try:
        head, end, payload = zlib.decompress(packed, 31).partition(b"\r\n\r\n")
    except zlib.error:
        return None
    whole = end and head.startswith(b"WARC/") and payload.endswith(b"\r\n\r\n")
    return Record(0, head + end, payload[:-4]) if whole else None


def _response(hop: Hop, body: bytes, *, is_cut: bool) -> bytes:
    kept = [(name, value) for name, value in hop.headers if name.lower() not in _FRAMING]
    if not is_cut:
        kept.append(("Content-Length", str(len(body))))
    lines = [f"HTTP/1.1 {hop.status} {_reason(hop.status)}".rstrip(), *(f"{n}: {v}" for n, v in kept)]
    head = "\r\n".join(line.replace("\r", " ").replace("\n", " ") for line in lines)
    return f"{head}\r\n\r\n".encode("utf-8", "replace") + body


def _reason(status: int | None) -> str:
    return _REASONS.get(status or 0, "")
