"""Damage to crawl files, and an account of what of them came out, independent of our reader's own."""

import random
from collections.abc import Iterable

from backlit.ingest.records import Record

__all__ = ["damaged", "outside"]


def outside(decoded: bytes, found: Iterable[Record]) -> int:
    """The bytes of a file that are in none of the records found in it, nor in the line ends behind one.

    AssertionError where a record is not there, byte for byte and in its place.
    """
    at = lost = 0
    for record in found:
        whole = record.head + record.payload
        start = decoded.index(whole, at)
        lost += start - at
        at = start + len(whole)
        while decoded[at : at + 1] in (b"\r", b"\n"):
            at += 1
    return lost + len(decoded) - at


def damaged(content: bytes, draw: random.Random) -> bytes:
    """The content cut off, or with a bit flipped, or with some bytes put in or taken out."""
    at = draw.randrange(len(content))
    match draw.randrange(4):
        case 0:
            return content[:at]
        case 1:
            return content[:at] + bytes([content[at] ^ 1 << draw.randrange(8)]) + content[at + 1 :]
        case 2:
            return content[:at] + draw.randbytes(draw.randrange(1, 200)) + content[at:]
    return content[:at] + content[at + draw.randrange(1, 200) :]
