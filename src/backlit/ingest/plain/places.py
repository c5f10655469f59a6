"""In which part of a plain page does each kept link stand, and which elements around it may hide it?

As `surroundings` has it, compiled: every element around a link gets a place, once; what an element says is
told by `says`, or for odd ones by Python in between; then places are settled from the outside in.
"""

import numpy as np

from backlit.ingest.concealment import WRAPPERS
from backlit.ingest.kernels import byte_at, kernel, number_at, put_byte, put_number, put_real, real_at
from backlit.ingest.plain.attributes import MARKS, mark
from backlit.ingest.plain.layout import (
    CLASS_OF,
    KEPT,
    KEPT_FIELDS,
    KEPT_MAY_HIDE,
    KEPT_NODE,
    KEPT_PLACE,
    KEPT_SUSPECT,
    LAST,
    NODE_COUNT,
    ODD_PLACES,
    PARENT,
    PLACE_FIELDS,
    PLACE_IN_CONTENT,
    PLACE_NODE,
    PLACE_OUTER,
    PLACE_PART,
    PLACE_SAYS,
    PLACE_SUSPECT,
    PLACES,
    PLACES_OF,
    REAL_FIELDS,
    REAL_NEAR,
    REAL_TOTAL,
    REAL_WEIGHT,
    STACK,
    field,
)
from backlit.ingest.plain.names import CLASS, NAMES, UNKNOWN
from backlit.ingest.plain.says import ODD, is_simple, says
from backlit.ingest.plain.stack import is_blank
from backlit.model import Placement

__all__ = ["HIDES", "INKS", "NAMES_ROOM", "learn", "settle", "survey"]

#: Bytes of a table of names that sheets hide or colour by; a byte for each hash of a name.
NAMES_ROOM = 1 << 16
#: What a name in the table is there for.
HIDES, INKS = 1, 2

_NOSCRIPT, _FONT, _TEXT, _MORE, _COMMENT = (
    CLASS[name] for name in ("noscript", "font", "#text", "#more", "#comment")
)
_CONTENT, _HEADER = int(Placement.CONTENT), int(Placement.HEADER)
_HIDES, _INKS, _EVERY = HIDES, INKS, HIDES | INKS
_UNKNOWN, _WRAPPERS, _ODD = UNKNOWN, WRAPPERS, ODD


def _hash_of(name: str) -> int:
    code = 0
    for byte in name.encode():
        code = (code * 31 + byte) & 0xFFFFFF
    return code & 0xFFFF


_TAG_HASHES = np.array([_hash_of(name) for name in NAMES], np.int32)


@kernel
def learn(buf: int, size: int, flag: int, table: int) -> None:
    """Note names, each with a zero byte after it, in a table; with 0 for a flag, forget them."""
    code = 0
    for i in range(size):
        c = byte_at(buf, i)
        if c:
            code = (code * 31 + c) & 0xFFFFFF
            continue
        put_byte(table, code & 0xFFFF, byte_at(table, code & 0xFFFF) | flag if flag else 0)
        code = 0


@kernel
def _flags_of(buf: int, start: int, end: int, code: int, table: int) -> int:
    for i in range(start, end):
        code = (code * 31 + byte_at(buf, i)) & 0xFFFFFF
    return byte_at(table, code & 0xFFFF)


@kernel
def _named(m: int, buf: int, node: int, table: int) -> int:
    """What the names that an element bears, which `mark` has found, may be in the table for."""
    first, end = number_at(m, MARKS), number_at(m, MARKS + 1)
    id_first, id_end = number_at(m, MARKS + 2), number_at(m, MARKS + 3)
    kind = field(m, node, CLASS_OF)
    if kind == _UNKNOWN or not is_simple(buf, first, end) or not is_simple(buf, id_first, id_end):
        return _EVERY
    found = byte_at(table, _TAG_HASHES[kind])
    if id_end > id_first:
        found |= _flags_of(buf, id_first, id_end, 35, table)
    i = first
    while i < end:
        stop = i
        while stop < end and not is_blank(byte_at(buf, stop)):
            stop += 1
        if stop > i:
            found |= _flags_of(buf, i, stop, 46, table)
        i = stop + 1
    return found


@kernel
def _suspicion(m: int, buf: int, node: int, table: int) -> int:
    """What speaks for it that an element, which was marked, is hidden, or its text coloured."""
    is_styled = number_at(m, MARKS + 6) or field(m, node, CLASS_OF) == _NOSCRIPT
    return (_EVERY if is_styled else 0) | (_named(m, buf, node, table) if table else 0)


@kernel
def _may_hide_within(m: int, buf: int, link: int, table: int) -> bool:
    """Whether a link, or what may be all that it holds, could be hidden or coloured."""
    mark(m, buf, link)
    node, last = link, field(m, link, LAST)
    has_element = link + 1 < last and field(m, link + 1, CLASS_OF) != _TEXT
    if _suspicion(m, buf, link, table) & _INKS:
        return True
    if not has_element:
        return False
    for _ in range(_WRAPPERS):
        node += 1
        while node < last and field(m, node, CLASS_OF) in (_TEXT, _MORE, _COMMENT):
            node = field(m, node, LAST)
        if node >= last:
            return False
        mark(m, buf, node)
        if _suspicion(m, buf, node, table) or field(m, node, CLASS_OF) == _FONT:
            return True
        last = field(m, node, LAST)
    return False


@kernel
def _take(m: int, buf: int, reals: int, node: int, outer: int, table: int, places: int, odd: int) -> int:
    """Make a place of an element; how many are odd by then."""
    put_number(m, PLACES_OF + node, places + 1)
    at, real = PLACES + PLACE_FIELDS * places, REAL_FIELDS * places
    part, weight, near = says(m, buf, node)
    is_suspect = _suspicion(m, buf, node, table) & _HIDES
    put_number(m, at + PLACE_NODE, node)
    put_number(m, at + PLACE_OUTER, outer)
    put_number(m, at + PLACE_SAYS, part)
    put_number(m, at + PLACE_SUSPECT, node if is_suspect else -1)
    put_real(reals, real + REAL_WEIGHT, weight)
    put_real(reals, real + REAL_NEAR, near)
    if part == _ODD:
        put_number(m, ODD_PLACES + odd, places)
        return odd + 1
    return odd


@kernel
def survey(m: int, buf: int, reals: int, count: int, table: int) -> tuple[int, int]:
    """Make places of the first `count` kept links and all around them; how many there are, and odd ones.

    `table` holds the names that sheets hide or colour by; 0 where there are none.
    """
    for node in range(number_at(m, NODE_COUNT)):
        put_number(m, PLACES_OF + node, 0)
    places = odd = 0
    for number in range(count):
        at = KEPT + KEPT_FIELDS * number
        node, pending = number_at(m, at + KEPT_NODE), 0
        above = field(m, node, PARENT)
        while above >= 0 and number_at(m, PLACES_OF + above) == 0:
            put_number(m, STACK + pending, above)
            pending += 1
            above = field(m, above, PARENT)
        outer = number_at(m, PLACES_OF + above) - 1 if above >= 0 else -1
        for k in range(pending - 1, -1, -1):
            odd = _take(m, buf, reals, number_at(m, STACK + k), outer, table, places, odd)
            outer = places
            places += 1
        if number_at(m, PLACES_OF + node) == 0:
            odd = _take(m, buf, reals, node, outer, table, places, odd)
            places += 1
        put_number(m, at + KEPT_PLACE, number_at(m, PLACES_OF + node) - 1)
        put_number(m, at + KEPT_MAY_HIDE, _may_hide_within(m, buf, node, table))
    return places, odd


@kernel
def settle(m: int, reals: int, places: int, count: int) -> None:
    """Say of every place, and of the first `count` kept links, what those around it and itself say."""
    for place in range(places):
        at, real = PLACES + PLACE_FIELDS * place, REAL_FIELDS * place
        outer = number_at(m, at + PLACE_OUTER)
        around = PLACES + PLACE_FIELDS * outer
        part = number_at(m, around + PLACE_PART) if outer >= 0 else 0
        in_content = number_at(m, around + PLACE_IN_CONTENT) if outer >= 0 else 0
        total = real_at(reals, REAL_FIELDS * outer + REAL_TOTAL) if outer >= 0 else 0.0
        named = number_at(m, at + PLACE_SAYS)
        if named == _CONTENT:  # a text block within a footer or a comment is footer or comment
            part, in_content = part if part else named, 1
        elif named and not (named == _HEADER and in_content and part):
            part = named  # but for the heading of an article, not of the page
        if number_at(m, at + PLACE_SUSPECT) < 0 and outer >= 0:
            put_number(m, at + PLACE_SUSPECT, number_at(m, around + PLACE_SUSPECT))
        put_number(m, at + PLACE_PART, part)
        put_number(m, at + PLACE_IN_CONTENT, in_content)
        put_real(reals, real + REAL_TOTAL, total + real_at(reals, real + REAL_WEIGHT))
    for number in range(count):
        at = KEPT + KEPT_FIELDS * number
        suspect = PLACES + PLACE_FIELDS * number_at(m, at + KEPT_PLACE) + PLACE_SUSPECT
        put_number(m, at + KEPT_SUSPECT, number_at(m, suspect))
