"""What do the kept links of a plain page say, and what places each of them? As `html.particulars` has it.

One call writes the texts of many links, one after another, and the signs by which the lean model weighs them.
"""

import numpy as np

from backlit.ingest.kernels import byte_at, kernel, number_at, put_number, put_real, real_at
from backlit.ingest.placement.tokens import ADDRESS_LIMIT, ADDRESS_WORDS, weights
from backlit.ingest.plain.attributes import attribute
from backlit.ingest.plain.layout import (
    CLASS_OF,
    KEPT,
    KEPT_AFTER,
    KEPT_AFTER_END,
    KEPT_ALT_END,
    KEPT_ANCHOR,
    KEPT_ANCHOR_END,
    KEPT_BEFORE,
    KEPT_FIELDS,
    KEPT_HREF,
    KEPT_HREF_END,
    KEPT_IMAGES,
    KEPT_IS_A,
    KEPT_NODE,
    KEPT_NUMBER,
    KEPT_PLACE,
    KEPT_REL,
    KEPT_REL_END,
    KEPT_RULE,
    LAST,
    PARENT,
    PIECES,
    PLACE_FIELDS,
    PLACE_IN_CONTENT,
    PLACE_PART,
    PLACES,
    PLACES_OF,
    REAL_FIELDS,
    REAL_NEAR,
    REAL_TOTAL,
    SIGN_FIELDS,
    SIGNS,
    field,
)
from backlit.ingest.plain.names import CLASS, table_of
from backlit.ingest.plain.stack import is_blank
from backlit.ingest.plain.text import (
    ALT_BYTES,
    TELLINGS,
    TEXT_BYTES,
    WORK,
    alts,
    count_characters,
    tell,
)
from backlit.model import Placement

__all__ = ["LINK_BYTES", "describe"]

#: Bytes that the texts of one link may take.
LINK_BYTES = TEXT_BYTES + ALT_BYTES
#: In the place of an address that the kernels do not weigh.
NOT_WEIGHED = 1e300

_IMG, _CONTENT = CLASS["img"], int(Placement.CONTENT)
_LINK_BYTES, _NOT_WEIGHED, _ADDRESS_LIMIT, _MOST_WORDS = LINK_BYTES, NOT_WEIGHED, ADDRESS_LIMIT, ADDRESS_WORDS
_REL, _WIDTH, _HEIGHT, _STYLE = (int.from_bytes(n, "big") for n in (b"rel", b"width", b"height", b"style"))

_ROOM, _LONGEST = 1 << 14, 31
_KNOWN = {word: weight for word, weight in weights().address.items() if word.isascii()}
_WORDS = sorted(word for word in _KNOWN if len(word) <= _LONGEST)
_WEIGHTS = np.array([_KNOWN[word] for word in _WORDS], np.float64)
_SLOTS, _ROWS = table_of([word.encode() for word in _WORDS], _ROOM, _LONGEST)


@kernel
def _row_of(buf: int, start: int, end: int) -> int:
    """The row of a word of an address, in any case; -1 where it is not known."""
    code, length = 0, end - start
    for i in range(start, end):
        code = (code * 31 + (byte_at(buf, i) | 32)) & 0xFFFFFF
    place = code % _ROOM
    while _SLOTS[place]:
        row = int(_SLOTS[place]) - 1
        if _ROWS[row, 0] == length:
            k = 0
            while k < length and byte_at(buf, start + k) | 32 == _ROWS[row, 1 + k]:
                k += 1
            if k == length:
                return row
        place = (place + 1) % _ROOM
    return -1


@kernel
def _address_end(buf: int, start: int, end: int) -> int:
    """Where what is weighed of an address ends; -1 where it takes more than its bytes to tell."""
    i, stop = start, min(end, start + _ADDRESS_LIMIT)
    while i < stop:
        c = byte_at(buf, i)
        if c == 63:
            return i
        if c == 38 or c >= 128:
            return -1
        i += 1
    return stop


@kernel
def _address_weight(m: int, buf: int, start: int, end: int) -> float:
    """The weight of the first words of an address as it is written, less its scheme, each word once."""
    end = _address_end(buf, start, end)
    if end < 0:
        return _NOT_WEIGHED
    for i in range(start, end - 2):
        if byte_at(buf, i) == 58 and byte_at(buf, i + 1) == 47 and byte_at(buf, i + 2) == 47:
            start = i + 3 if i + 3 < end else start
            break
    weight = 0.0
    words = known = 0
    i = start
    while i < end and words < _MOST_WORDS:
        stop = i
        while stop < end and 97 <= (byte_at(buf, stop) | 32) <= 122:
            stop += 1
        if stop > i:
            words += 1
            row, k = _row_of(buf, i, stop), 0
            while k < known and number_at(m, PIECES + k) != row:
                k += 1
            if row >= 0 and k == known:
                put_number(m, PIECES + known, row)
                known += 1
                weight += _WEIGHTS[row]
        i = stop + 1
    return weight


@kernel
def _near(m: int, reals: int, node: int) -> float:
    """The near weights of a link and the two elements around it."""
    near = 0.0
    for _ in range(3):
        if node >= 0:
            place = number_at(m, PLACES_OF + node) - 1
            near += real_at(reals, REAL_FIELDS * place + REAL_NEAR)
            node = field(m, node, PARENT)
    return near


@kernel
def _may_be_one(m: int, buf: int, row: int) -> bool:
    """Whether a size could be none or one pixel."""
    start = number_at(m, row + 2) if row >= 0 else -1
    if start < 0:
        return False
    end = number_at(m, row + 3)
    while start < end and (is_blank(byte_at(buf, start)) or byte_at(buf, start) < 32):
        start += 1
    c = byte_at(buf, start) if start < end else 0
    return c in (48, 49, 38) or c >= 128


@kernel
def _images(m: int, buf: int, link: int) -> int:
    """0 for a link without images, 2 where all of them may be tiny, else 1."""
    found = 0
    put_number(m, WORK, number_at(m, WORK) + field(m, link, LAST) - link)
    for node in range(link + 1, field(m, link, LAST)):
        if field(m, node, CLASS_OF) != _IMG:
            continue
        found = 2 if found == 0 else found
        if attribute(m, buf, node, _STYLE, 5) >= 0:
            continue
        width, height = attribute(m, buf, node, _WIDTH, 5), attribute(m, buf, node, _HEIGHT, 6)
        if not (_may_be_one(m, buf, width) and _may_be_one(m, buf, height)):
            return 1
    return found


@kernel
def _texts(m: int, buf: int, at: int, reals: int, sign: int, out: int, o: int) -> int:
    """Write the texts of a link; where they end."""
    node, is_a = number_at(m, at + KEPT_NODE), number_at(m, at + KEPT_IS_A)
    tell(m, buf, node, is_a != 0, out + o)
    anchor, before, after = (
        number_at(m, TELLINGS),
        number_at(m, TELLINGS + 1),
        number_at(m, TELLINGS + 2),
    )
    end = number_at(m, TELLINGS + 3)
    put_number(m, at + KEPT_ANCHOR, o)
    put_number(m, at + KEPT_ANCHOR_END, o + anchor)
    put_number(m, at + KEPT_BEFORE, o + before)
    put_number(m, at + KEPT_AFTER, o + after)
    put_number(m, at + KEPT_AFTER_END, o + end)
    sides = count_characters(out, o + before, o + after), count_characters(out, o + after, o + end)
    put_real(reals, sign + 4, float(count_characters(out, o, o + anchor)))
    put_real(reals, sign + 6, float(sides[0]))
    put_real(reals, sign + 7, float(sides[1]))
    put_real(reals, sign + 8, float(sides[0] + sides[1]))
    has_images = is_a and number_at(m, TELLINGS + 5)
    put_number(m, at + KEPT_IMAGES, _images(m, buf, node) if has_images else 0)
    o += end
    if has_images:
        o = alts(m, buf, node, out, o)
    put_number(m, at + KEPT_ALT_END, o)
    return o


@kernel
def describe(
    m: int, buf: int, reals: int, first: int, count: int, size: int, out: int, room: int, most: int
) -> int:
    """Tell of the kept links from `first` on, `count` in all, of a page of `size` links; how many are told.

    Stops where `out` has no room for another, or once `most` characters were looked at.
    """
    o = 0
    for number in range(first, count):
        if o + _LINK_BYTES > room or number_at(m, WORK) > most:
            return number
        at, sign = KEPT + KEPT_FIELDS * number, SIGNS + SIGN_FIELDS * number
        node = number_at(m, at + KEPT_NODE)
        place = number_at(m, at + KEPT_PLACE)
        o = _texts(m, buf, at, reals, sign, out, o)
        is_running = number_at(m, TELLINGS + 4)
        rule = number_at(m, PLACES + PLACE_FIELDS * place + PLACE_PART)
        in_content = number_at(m, PLACES + PLACE_FIELDS * place + PLACE_IN_CONTENT)
        if rule == 0 and (in_content or is_running):
            rule = _CONTENT
        put_number(m, at + KEPT_RULE, rule)
        rel = attribute(m, buf, node, _REL, 3)
        start = number_at(m, rel + 2) if rel >= 0 else -1
        put_number(m, at + KEPT_REL, start)
        put_number(m, at + KEPT_REL_END, number_at(m, rel + 3) if start >= 0 else -1)
        put_real(reals, sign, float(2 * rule + is_running))
        put_real(reals, sign + 1, real_at(reals, REAL_FIELDS * place + REAL_TOTAL))
        put_real(reals, sign + 2, _near(m, reals, node))
        href = number_at(m, at + KEPT_HREF)
        weight = _NOT_WEIGHED if href < 0 else _address_weight(m, buf, href, number_at(m, at + KEPT_HREF_END))
        put_real(reals, sign + 3, weight)
        put_real(reals, sign + 5, number_at(m, at + KEPT_NUMBER) / size)
    return count
