"""Where in a WARC file does each record lie, and what did its packing look like?

A reader of its own, so that what we write is not judged by the library that the engine reads with.
It knows plain files and gzip, with one record or many per member.
"""

import io
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from backlit.errors import DataError
from backlit.vweb.warc import Record

__all__ = ["Capture", "Packing", "captures", "packed"]

_CHUNK = 1 << 16


@dataclass(frozen=True, slots=True)
class Packing:
    """A gzip member: lengths of its parts, checksum and length of its content."""

    deflate_length: int
    inflated_length: int
    crc: int


@dataclass(frozen=True, slots=True)
class Capture:
    """A record and its place: offset of its member or of itself, header length, bytes after it."""

    record: Record
    offset: int
    header_length: int
    slop: int
    packing: Packing | None


def captures(path: str | os.PathLike[str]) -> Iterator[Capture]:
    """All records of a .warc or .warc.gz file, in order."""
    with Path(path).open("rb") as file:
        zipped = file.read(2) == b"\x1f\x8b"
        file.seek(0)
        if not zipped:
            yield from _parse(file, 0, None)
            return
        for offset, length, data in _members(file):
            packing = Packing(length, len(data), zlib.crc32(data))
            yield from _parse(io.BytesIO(data), offset, packing)


def packed(record: Record, offset: int, member: bytes | None) -> Capture:
    """The capture of a record that was just written (as a gzip member, or plain)."""
    header = record.header()
    data = header + record.block + b"\r\n\r\n"
    packing = None if member is None else Packing(len(member), len(data), zlib.crc32(data))
    return Capture(record, offset, len(header), 4, packing)


def _members(file: BinaryIO) -> Iterator[tuple[int, int, bytes]]:
    """(offset, compressed length, content) of each gzip member."""
    offset, pending = 0, b""
    while True:
        inflate, used = zlib.decompressobj(31), 0
        parts: list[bytes] = []
        while not inflate.eof:
            chunk = pending or file.read(_CHUNK)
            pending = b""
            if not chunk:
                break
            parts.append(inflate.decompress(chunk))
            used += len(chunk)
        if not used:
            return
        if not inflate.eof:
            raise DataError(
                f"the gzip member at byte {offset}", "the file ends inside it", "Fetch the file again"
            )
        pending = inflate.unused_data
        length = used - len(pending)
        yield offset, length, b"".join(parts)
        offset += length


def _parse(stream: BinaryIO, base: int, packing: Packing | None) -> Iterator[Capture]:
    """The records of a stream. In a gzip member all have the member's offset."""
    line = stream.readline()
    while line:
        start = stream.tell() - len(line)
        version = line.decode("ascii", "replace").strip()
        if not version.startswith("WARC/"):
            raise DataError(
                f"a line like WARC/1.0 at byte {base + start}",
                f"found {version[:40]!r}: no WARC file, or an earlier Content-Length is wrong",
                "Check the file with another WARC reader",
            )
        fields, header_length = _fields(stream, len(line))
        size = next((int(v) for name, v in fields if name.lower() == "content-length"), 0)
        block = stream.read(size)
        slop, line = _slop(stream)
        at = base if packing is not None else base + start
        yield Capture(Record(version, fields, block), at, header_length, slop, packing)


def _fields(stream: BinaryIO, length: int) -> tuple[list[tuple[str, str]], int]:
    """(fields, length of the header with its first line and the empty one)."""
    fields: list[tuple[str, str]] = []
    for line in iter(stream.readline, b""):
        length += len(line)
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if not text:
            break
        name, _, value = text.partition(":")
        if text[0] in " \t" and fields:  # folded, as WARC 1.0 allows
            fields[-1] = (fields[-1][0], f"{fields[-1][1]} {text.strip()}")
        else:
            fields.append((name, value.strip()))
    return fields, length


def _slop(stream: BinaryIO) -> tuple[int, bytes]:
    """(bytes of empty lines after a block, the first line of the next record)."""
    slop = 0
    for line in iter(stream.readline, b""):
        if line.strip():
            return slop, line
        slop += len(line)
    return slop, b""
