"""How does a WARC record become a WAT record, in the shape of Common Crawl's files?

A WAT file holds one `metadata` record per record of a WARC file: a JSON envelope with the place in
the file, the WARC header, the HTTP message and, for HTML, title, metas and links. Numbers are
strings there, repeated headers are lists.
"""

import hashlib
import json
import os
import re
import uuid
import zlib
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backlit.vweb.captures import Capture, captures, packed
from backlit.vweb.lexer import html_metadata
from backlit.vweb.warc import Record, archive_name, compressor, digest, gzip_member, records, save

if TYPE_CHECKING:
    from backlit.vweb.web import VirtualWeb

__all__ = ["wat_from_warc", "wat_record", "write_wat"]

_SOFTWARE = "backlit-vweb"
_HTML = ("text/html", "application/xhtml+xml")
_META_CHARSET = re.compile(rb"""<meta[^>]{1,200}?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
#: WAT files count a request's headers without their last line end, a response's with it.
_UNCOUNTED = {"request": 2, "response": 0}
_SNIFFED = 4_096  # bytes in which a meta charset is looked for

Json = dict[str, Any]


def write_wat(web: "VirtualWeb", path: str | os.PathLike[str], crawl: int, *, requests: bool = False) -> int:
    """The WAT of the very .warc.gz file that `write_warc` writes: same offsets and lengths."""
    name = archive_name(web, crawl)
    return _save(path, name, _written(records(web, crawl, requests=requests)))


def wat_from_warc(source: str | os.PathLike[str], path: str | os.PathLike[str]) -> int:
    """Turns any .warc or .warc.gz file into a WAT file; returns the number of records."""
    return _save(path, Path(source).name, captures(source))


def wat_record(capture: Capture, filename: str) -> Record:
    """The metadata record that describes a capture from a file of this name."""
    source = capture.record
    envelope = {"Container": _container(capture, filename), "Envelope": _envelope(capture)}
    block = json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    about = source.field("WARC-Record-ID") or ""
    kind = source.field("WARC-Type")
    uri = source.field("WARC-Filename" if kind == "warcinfo" else "WARC-Target-URI")
    fields = [
        ("WARC-Type", "metadata"),
        *((("WARC-Target-URI", uri),) if uri else ()),
        ("WARC-Date", source.field("WARC-Date") or ""),
        ("WARC-Record-ID", _derived_id(filename, capture.offset, about)),
        *((("WARC-Refers-To", about),) if about else ()),
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(block))),
    ]
    return Record("WARC/1.0", fields, block)


def _written(found: Iterator[Record]) -> Iterator[Capture]:
    offset = 0
    for record in found:
        member = gzip_member(record.to_bytes())
        yield packed(record, offset, member)
        offset += len(member)


def _save(path: str | os.PathLike[str], filename: str, found: Iterator[Capture]) -> int:
    pack = compressor(path)

    def chunks() -> Iterator[bytes]:
        for number, capture in enumerate(found):
            if number == 0:
                yield pack(_wat_info(capture, Path(path).name).to_bytes())
            yield pack(wat_record(capture, filename).to_bytes())

    return save(path, chunks())


def _wat_info(first: Capture, filename: str) -> Record:
    date = first.record.field("WARC-Date") or ""
    block = f"Software-Info: {_SOFTWARE}\r\nExtracted-Date: {date}\r\nformat: WARC File Format 1.0\r\n"
    fields = [
        ("WARC-Type", "warcinfo"),
        ("WARC-Date", date),
        ("WARC-Filename", filename),
        ("WARC-Record-ID", _derived_id(filename, -1, "warcinfo")),
        ("Content-Type", "application/warc-fields"),
        ("Content-Length", str(len(block))),
    ]
    return Record("WARC/1.0", fields, block.encode())


def _derived_id(*parts: object) -> str:
    """An id that follows from what the record describes, so that files can be made again."""
    name = "\0".join(map(str, parts)).encode("utf-8", "replace")
    return f"<urn:uuid:{uuid.UUID(bytes=hashlib.blake2b(name, digest_size=16).digest(), version=4)}>"


def _container(capture: Capture, filename: str) -> Json:
    packing = capture.packing
    found: Json = {
        "Filename": filename,
        "Compressed": packing is not None,
        "Offset": str(capture.offset),
    }
    if packing is not None:
        found["Gzip-Metadata"] = {
            "Deflate-Length": str(packing.deflate_length),
            "Header-Length": "10",
            "Footer-Length": "8",
            "Inflated-CRC": str(packing.crc),
            "Inflated-Length": str(packing.inflated_length),
        }
    return found


def _envelope(capture: Capture) -> Json:
    record = capture.record
    return {
        "Payload-Metadata": {
            **_payload(record),
            "Actual-Content-Length": str(len(record.block)),
            "Trailing-Slop-Length": str(capture.slop),
            "Block-Digest": digest(record.block),
        },
        "Format": record.version,
        "WARC-Header-Length": str(capture.header_length),
        "WARC-Header-Metadata": _as_object(record.fields),
    }


def _payload(record: Record) -> Json:
    kind, declared = record.field("WARC-Type"), record.field("Content-Type") or ""
    if declared.startswith("application/http") and kind in {"response", "request", "revisit"}:
        message = "request" if kind == "request" else "response"
        return {
            "Actual-Content-Type": f"application/http; msgtype={message}",
            f"HTTP-{message.title()}-Metadata": _http(record.block, message),
        }
    if kind == "warcinfo":
        return {"Actual-Content-Type": declared, "WARC-Info-Metadata": _as_object(_lines(record.block))}
    if declared.startswith("application/warc-fields"):
        listed = [{"Name": name, "Value": value} for name, value in _lines(record.block)]
        return {
            "Actual-Content-Type": "application/metadata-fields",
            "WARC-Metadata-Metadata": {"Metadata-Records": listed},
        }
    return {"Actual-Content-Type": declared}


def _http(block: bytes, message: str) -> Json:
    """The start line, the headers and what is known of the body."""
    end = block.find(b"\r\n\r\n")
    head, body = (block, b"") if end < 0 else (block[: end + 4], block[end + 4 :])
    start, _, rest = head.partition(b"\r\n")
    words = start.decode("utf-8", "replace").split(" ", 2)
    names = ("Method", "Path", "Version") if message == "request" else ("Version", "Status", "Reason")
    headers = _lines(rest)
    found: Json = {
        f"{message.title()}-Message": dict(zip_longest(names, words[:3], fillvalue="")),
        "Headers-Length": str(len(head) - _UNCOUNTED[message]),
        "Headers": _as_object(headers),
    }
    content_type = _last(headers, "content-type")
    if message == "response" and content_type.lower().startswith(_HTML):
        found["HTML-Metadata"] = html_metadata(_decode(_unpacked(body, headers), content_type))
    found["Entity-Length"] = str(len(body))
    found["Entity-Digest"] = digest(body)
    found["Entity-Trailing-Slop-Length"] = "0"
    return found


def _lines(block: bytes) -> list[tuple[str, str]]:
    pairs = (line.partition(":") for line in block.decode("utf-8", "replace").splitlines())
    return [(name.strip(), value.strip()) for name, colon, value in pairs if colon]


def _last(headers: list[tuple[str, str]], name: str) -> str:
    return next((value for key, value in reversed(headers) if key.lower() == name), "")


def _as_object(pairs: list[tuple[str, str]]) -> Json:
    """Repeated names become a list."""
    found: Json = {}
    for name, value in pairs:
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    return found


def _unpacked(body: bytes, headers: list[tuple[str, str]]) -> bytes:
    """The body without its transfer and content encoding, as far as it can be undone."""
    if _last(headers, "transfer-encoding").lower() == "chunked":
        body = _unchunked(body)
    if _last(headers, "content-encoding").lower() in {"gzip", "x-gzip"} and body[:2] == b"\x1f\x8b":
        return zlib.decompressobj(31).decompress(body)
    return body


def _unchunked(body: bytes) -> bytes:
    """Chunks joined; a body that has none (many archives store it joined) as it is."""
    position = 0
    parts: list[bytes] = []
    while True:
        line, _, _ = body[position : position + 32].partition(b"\r\n")
        size = line.partition(b";")[0].strip()
        if not re.fullmatch(rb"[0-9a-fA-F]{1,8}", size):
            return body if not parts else b"".join(parts)
        start, length = position + len(line) + 2, int(size, 16)
        if length == 0:
            return b"".join(parts)
        parts.append(body[start : start + length])
        position = start + length + 2


def _decode(body: bytes, content_type: str) -> str:
    """By byte order mark, header, meta tag; else UTF-8, or Windows-1252 if it is none."""
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(codec, "replace")
    told = re.search(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", content_type, re.IGNORECASE)
    meta = None if told else _META_CHARSET.search(body[:_SNIFFED])
    name = told[1] if told else (meta[1].decode("ascii") if meta else "utf-8")
    try:
        return body.decode(name, "replace" if told or meta else "strict")
    except (LookupError, UnicodeDecodeError):
        return body.decode("cp1252", "replace")
