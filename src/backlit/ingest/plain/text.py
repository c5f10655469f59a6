"""What do the texts of a plain page say: of a link, around it, and how much there is of them all?

Character references, whitespace and limits as `text.Texts` has them, compiled, over the tree of `tree`.
Texts are written as UTF-8 with single blanks for every run of whitespace.
"""

import numpy as np

from backlit.ingest.kernels import (
    byte_at,
    kernel,
    number_at,
    put_byte,
    put_number,
    text_run,
)
from backlit.ingest.plain.attributes import attribute
from backlit.ingest.plain.layout import (
    BODY,
    CLASS_OF,
    END,
    LAST,
    PARENT,
    PIECES,
    PREVIOUS,
    START,
    TOLD,
    field,
)
from backlit.ingest.plain.names import ACTIONS, CLASS, FLAGS, Action, Flag, references, table_of
from backlit.ingest.plain.stack import is_blank
from backlit.ingest.text import NODES_INSIDE, RAW_LIMIT, RUNNING_CHARACTERS, RUNNING_LINK_SHARE, STEPS
from backlit.model import ANCHOR_LIMIT, CONTEXT_LIMIT

__all__ = [
    "ALT_BYTES",
    "TELLINGS",
    "TEXT_BYTES",
    "WORK",
    "alts",
    "count_characters",
    "decode",
    "tell",
    "text_length",
]

#: Where in the memory what `tell` found stands: the bytes of the anchor, of what stands before and after,
#: whether that is running text, and whether there is an image within.
TELLINGS = TOLD
_ANCHOR, _BEFORE, _AFTER, _AFTER_END, _RUNNING, _IMAGES = range(TOLD, TOLD + 6)
#: From MARKS on, eight places belong to `attributes.mark`.
#: Characters looked at so far.
WORK = TOLD + 14
_PENDING, _CHARACTERS, _SEEN, _INK, _LAST_INK, _IS_SOLID = range(TOLD + 15, TOLD + 21)
#: Characters of a text that are written: more than is kept of any, or looked at on any side.
_WRITTEN = ANCHOR_LIMIT + 4 * RAW_LIMIT
#: Bytes that the three texts of a link may take.
TEXT_BYTES = 3 * 4 * (_WRITTEN + 2)
#: Bytes that the alt texts of its images may take while they are written.
ALT_BYTES = 4 * (_WRITTEN + 2)

_NAMED, _MEANT = references()
_SLOTS, _ROWS = table_of(_NAMED, 1 << 13, 32)
_TEXT, _MORE, _A, _IMG = (CLASS[name] for name in ("#text", "#more", "a", "img"))
_BLOCK, _BREAK, _RAW = int(Flag.BLOCK), int(Flag.BREAK), int(Action.RAW)
#: What the references 128 to 159 mean (HTML standard, 13.2.5.80).
_WINDOWS = np.array([ord(bytes([c]).decode("cp1252", "ignore") or chr(c)) for c in range(128, 160)], np.int32)
_EVERY = 1 << 30
_ALT = int.from_bytes(b"alt", "big")
_HAS_STEPS, _NODES_INSIDE, _RAW_LIMIT = STEPS, NODES_INSIDE, RAW_LIMIT


@kernel
def _is_alphanumeric(c: int) -> bool:
    return 48 <= c <= 57 or 97 <= (c | 32) <= 122


@kernel
def _row_of(buf: int, start: int, end: int) -> int:
    """The row of a named reference; -1 where there is none of the name."""
    code = 0
    for k in range(start, end):
        code = (code * 31 + byte_at(buf, k)) & 0xFFFFFF
    place, length = code % 8192, end - start
    while _SLOTS[place]:
        row = int(_SLOTS[place]) - 1
        if _ROWS[row, 0] == length:
            k = 0
            while k < length and byte_at(buf, start + k) == _ROWS[row, 1 + k]:
                k += 1
            if k == length:
                return row
        place = (place + 1) % 8192
    return -1


@kernel
def _numbered(buf: int, i: int, end: int) -> tuple[int, int, int]:
    """The character of a numeric reference whose `#` is at `i`."""
    at, base, code = i + 1, 10, 0
    if at < end and byte_at(buf, at) | 32 == 120:
        at, base = at + 1, 16
    first = at
    while at < end:
        c = byte_at(buf, at)
        if 48 <= c <= 57:
            digit = c - 48
        elif base == 16 and 97 <= (c | 32) <= 102:
            digit = (c | 32) - 87
        else:
            break
        code = min(code * base + digit, 0x110000)
        at += 1
    if at == first:
        return 38, 0, i
    if at < end and byte_at(buf, at) == 59:
        at += 1
    if code == 0 or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        code = 0xFFFD
    elif 128 <= code < 160:
        code = int(_WINDOWS[code - 128])
    return code, 0, at


@kernel
def _reference(buf: int, i: int, end: int, is_value: bool) -> tuple[int, int, int]:
    """The characters of the reference whose `&` is at `i`, and its end; the `&` itself for none."""
    i += 1
    if i < end and byte_at(buf, i) == 35:
        return _numbered(buf, i, end)
    at = i
    while at < end and at - i < 32 and _is_alphanumeric(byte_at(buf, at)):
        at += 1
    if at < end and byte_at(buf, at) == 59:
        row = _row_of(buf, i, at + 1)
        if row >= 0:
            return int(_MEANT[row, 0]), int(_MEANT[row, 1]), at + 1
    for stop in range(min(at, i + 6), i + 1, -1):
        row = _row_of(buf, i, stop)
        if row >= 0:
            goes_on = stop < end and (byte_at(buf, stop) == 61 or _is_alphanumeric(byte_at(buf, stop)))
            if is_value and goes_on:
                break
            return int(_MEANT[row, 0]), int(_MEANT[row, 1]), stop
    return 38, 0, i


@kernel
def _character(buf: int, i: int) -> tuple[int, int]:
    """The character at `i` of valid UTF-8, and where it ends."""
    c = byte_at(buf, i)
    if c < 0x80:
        return c, i + 1
    if c < 0xE0:
        return (c & 31) << 6 | byte_at(buf, i + 1) & 63, i + 2
    if c < 0xF0:
        return (c & 15) << 12 | (byte_at(buf, i + 1) & 63) << 6 | byte_at(buf, i + 2) & 63, i + 3
    high = (c & 7) << 18 | (byte_at(buf, i + 1) & 63) << 12
    return high | (byte_at(buf, i + 2) & 63) << 6 | byte_at(buf, i + 3) & 63, i + 4


@kernel
def _put_character(out: int, o: int, code: int) -> int:
    if code < 0x80:
        put_byte(out, o, code)
        return o + 1
    if code < 0x800:
        put_byte(out, o, 0xC0 | code >> 6)
        put_byte(out, o + 1, 0x80 | code & 63)
        return o + 2
    if code < 0x10000:
        put_byte(out, o, 0xE0 | code >> 12)
        put_byte(out, o + 1, 0x80 | code >> 6 & 63)
        put_byte(out, o + 2, 0x80 | code & 63)
        return o + 3
    put_byte(out, o, 0xF0 | code >> 18)
    put_byte(out, o + 1, 0x80 | code >> 12 & 63)
    put_byte(out, o + 2, 0x80 | code >> 6 & 63)
    put_byte(out, o + 3, 0x80 | code & 63)
    return o + 4


@kernel
def _is_space(code: int) -> bool:
    """What Python calls whitespace."""
    if code < 0x80:
        return code == 32 or 9 <= code <= 13 or 28 <= code <= 31
    return code in (0x85, 0xA0, 0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000) or 0x2000 <= code <= 0x200A


@kernel
def decode(buf: int, start: int, end: int, is_value: bool, out: int) -> int:
    """Write what stands from `start` to `end` without its references; its bytes, at most 6/5 of those."""
    o, i = 0, start
    while i < end:
        c = byte_at(buf, i)
        if c != 38:
            put_byte(out, o, c)
            o, i = o + 1, i + 1
            continue
        code, second, i = _reference(buf, i, end, is_value)
        o = _put_character(out, o, code)
        if second:
            o = _put_character(out, o, second)
    return o


@kernel
def _normal(code: int, out: int, o: int, characters: int, pending: int) -> tuple[int, int, int]:
    """Write a character, or keep in mind that a blank comes before the next one."""
    if characters >= _WRITTEN:
        return o, characters, pending
    if _is_space(code):
        return o, characters, 1 if characters else 0
    if pending:
        put_byte(out, o, 32)
        o, characters = o + 1, characters + 1
    return _put_character(out, o, code), characters + 1, 0


@kernel
def _put_blank(m: int) -> None:
    if number_at(m, _CHARACTERS):
        put_number(m, _PENDING, 1)


@kernel
def _walk(m: int, buf: int, node: int, skip: int, most: int, out: int, o: int) -> int:
    """Go through the characters of a node's texts from number `skip` to `most`, and write them to any `out`.

    Notes how many there are, and the first and the last that is no blank.
    """
    seen, ink, last_ink, looked, solid = 0, -1, -1, 0, 0
    pending, characters = number_at(m, _PENDING), number_at(m, _CHARACTERS)
    for each in range(node, field(m, node, LAST)):
        looked += 1
        if seen >= most or field(m, each, CLASS_OF) not in (_TEXT, _MORE):
            continue
        is_raw = ACTIONS[field(m, field(m, each, PARENT), CLASS_OF)] == _RAW
        i, end, second = field(m, each, START), field(m, each, END), 0
        looked += end - i
        while (i < end or second) and seen < most:
            if second:
                code, second = second, 0
            else:
                code, second, i = _next(buf, i, end, is_raw)
            if seen >= skip:
                solid |= not is_blank(code)
                if not _is_space(code):
                    ink, last_ink = seen if ink < 0 else ink, seen
                if out:
                    o, characters, pending = _normal(code, out, o, characters, pending)
            seen += 1
    put_number(m, WORK, min(number_at(m, WORK) + looked, _EVERY))
    put_number(m, _PENDING, pending)
    put_number(m, _CHARACTERS, characters)
    put_number(m, _SEEN, seen)
    put_number(m, _INK, ink)
    put_number(m, _LAST_INK, last_ink)
    put_number(m, _IS_SOLID, solid)
    return o


@kernel
def _next(buf: int, i: int, end: int, is_raw: bool) -> tuple[int, int, int]:
    """The character at `i`, the second one that it stands for, if any, and where it ends."""
    if byte_at(buf, i) == 38 and not is_raw:
        return _reference(buf, i, end, False)
    code, i = _character(buf, i)
    return code, 0, i


@kernel
def text_length(m: int, buf: int) -> int:
    """Characters of the body's texts, each without blanks at its ends, with one between any two of them."""
    body = number_at(m, BODY)
    total = texts = 0
    for node in range(body, field(m, body, LAST)):
        if field(m, node, CLASS_OF) == _TEXT:
            _measure(m, buf, node)
            if number_at(m, _INK) >= 0:
                total += number_at(m, _LAST_INK) - number_at(m, _INK) + 1
            texts += number_at(m, _IS_SOLID)  # to Lexbor, blanks of other kinds are a text of no length
    return total + max(texts - 1, 0)


@kernel
def _start_text(m: int) -> None:
    put_number(m, _PENDING, 0)
    put_number(m, _CHARACTERS, 0)


@kernel
def _anchor(m: int, buf: int, link: int, out: int, o: int) -> int:
    """Write the text within a link; blocks, breaks and images are blanks in it."""
    _start_text(m)
    count = 0
    for node in range(link + 1, field(m, link, LAST)):
        kind = field(m, node, CLASS_OF)
        if kind == _MORE:
            continue
        count += 1
        previous = field(m, node, PREVIOUS)
        if FLAGS[kind] & _BREAK or (previous >= 0 and FLAGS[field(m, previous, CLASS_OF)] & _BLOCK):
            _put_blank(m)
        if kind == _TEXT:
            o = _walk(m, buf, node, 0, _EVERY, out, o)
        elif kind == _IMG:
            put_number(m, _IMAGES, 1)
        if count >= _NODES_INSIDE:
            break
    return o


@kernel
def _cut(out: int, start: int, end: int, most: int) -> int:
    """Where the first `most` characters of a text end."""
    i = start
    while i < end and most > 0:
        _, i = _character(out, i)
        most -= 1
    return i


@kernel
def count_characters(out: int, start: int, end: int) -> int:
    """Characters of a text that was written."""
    count = 0
    for i in range(start, end):
        count += (byte_at(out, i) & 0xC0) != 0x80
    return count


@kernel
def _neighbour(m: int, node: int, is_after: bool) -> int:
    if not is_after:
        return field(m, node, PREVIOUS)
    following, parent = field(m, node, LAST), field(m, node, PARENT)
    return following if parent >= 0 and following < field(m, parent, LAST) else -1


@kernel
def _side(m: int, buf: int, link: int, is_after: bool, out: int, o: int) -> tuple[int, int]:
    """Write the text on one side of a link up to the edge of its block; its end, and characters in links."""
    pieces = length = linked = 0
    current = link
    for _ in range(_HAS_STEPS):
        neighbour = _neighbour(m, current, is_after)
        if neighbour < 0:
            current = field(m, current, PARENT)
            if current < 0 or FLAGS[field(m, current, CLASS_OF)] & _BLOCK:
                break
            continue
        current = neighbour
        kind = field(m, current, CLASS_OF)
        if FLAGS[kind] & _BLOCK:
            break
        put_number(m, PIECES + pieces, current)
        pieces += 1
        if FLAGS[kind] & _BREAK:
            length += 1
        else:
            _walk(m, buf, current, 0, _RAW_LIMIT if is_after else _EVERY, 0, 0)
            if kind == _A:
                linked += _linked(m, buf, current, is_after)
                _walk(m, buf, current, 0, _RAW_LIMIT, 0, 0)
            length += min(number_at(m, _SEEN), _RAW_LIMIT)
        if length >= _RAW_LIMIT:
            break
    _start_text(m)
    for n in range(pieces):
        o = _put_piece(m, buf, number_at(m, PIECES + (n if is_after else pieces - 1 - n)), is_after, out, o)
    return o, linked


@kernel
def _linked(m: int, buf: int, link: int, is_after: bool) -> int:
    """The characters of the near end of another link's text, which has just been walked."""
    seen = number_at(m, _SEEN)
    if not is_after and seen > _RAW_LIMIT:
        _walk(m, buf, link, seen - _RAW_LIMIT, _EVERY, 0, 0)
    ink = number_at(m, _INK)
    return number_at(m, _LAST_INK) - ink + 1 if ink >= 0 else 0


@kernel
def _put_piece(m: int, buf: int, node: int, is_after: bool, out: int, o: int) -> int:
    if FLAGS[field(m, node, CLASS_OF)] & _BREAK:
        _put_blank(m)
        return o
    if is_after:
        return _walk(m, buf, node, 0, _RAW_LIMIT, out, o)
    _walk(m, buf, node, 0, _EVERY, 0, 0)
    return _walk(m, buf, node, max(number_at(m, _SEEN) - _RAW_LIMIT, 0), _EVERY, out, o)


@kernel
def tell(m: int, buf: int, link: int, is_anchor: bool, out: int) -> None:
    """Write a link's text, if it is asked for, and what stands before and after it."""
    put_number(m, _IMAGES, 0)
    end = _cut(out, 0, _anchor(m, buf, link, out, 0), ANCHOR_LIMIT) if is_anchor else 0
    put_number(m, _ANCHOR, end)
    before_end, linked_before = _side(m, buf, link, False, out, end)
    before = count_characters(out, end, before_end)
    after_end, linked_after = _side(m, buf, link, True, out, before_end)
    after = count_characters(out, before_end, after_end)
    total, linked = before + after, linked_before + linked_after
    put_number(m, _RUNNING, total - linked >= RUNNING_CHARACTERS and linked <= RUNNING_LINK_SHARE * total)
    first = _cut(out, end, before_end, before - CONTEXT_LIMIT)
    put_number(m, _BEFORE, first + 1 if first < before_end and byte_at(out, first) == 32 else first)
    last = _cut(out, before_end, after_end, CONTEXT_LIMIT)
    put_number(m, _AFTER, before_end)
    put_number(m, _AFTER_END, last - 1 if last > before_end and byte_at(out, last - 1) == 32 else last)


@kernel
def alts(m: int, buf: int, link: int, out: int, o: int) -> int:
    """Write the alt texts of the images within a link; where they end."""
    _start_text(m)
    start, nodes = o, 0
    for node in range(link + 1, field(m, link, LAST)):
        kind = field(m, node, CLASS_OF)
        nodes += kind != _MORE
        if nodes > _NODES_INSIDE:
            break
        row = attribute(m, buf, node, _ALT, 3) if kind == _IMG else -1
        if row >= 0 and number_at(m, row + 2) >= 0:
            _put_blank(m)
            o = _put_value(m, buf, number_at(m, row + 2), number_at(m, row + 3), out, o)
    return _cut(out, start, o, ANCHOR_LIMIT)


@kernel
def _put_value(m: int, buf: int, i: int, end: int, out: int, o: int) -> int:
    """Write the value of an attribute."""
    pending, characters, second = number_at(m, _PENDING), number_at(m, _CHARACTERS), 0
    put_number(m, WORK, min(number_at(m, WORK) + end - i, _EVERY))
    while i < end or second:
        if second:
            code, second = second, 0
        elif byte_at(buf, i) == 38:
            code, second, i = _reference(buf, i, end, True)
        else:
            code, i = _character(buf, i)
        o, characters, pending = _normal(code, out, o, characters, pending)
    put_number(m, _PENDING, pending)
    put_number(m, _CHARACTERS, characters)
    return o


@kernel
def _measure(m: int, buf: int, node: int) -> None:
    """The same as a walk through all of a text, which is nearly always plain ASCII."""
    i, end = field(m, node, START), field(m, node, END)
    if field(m, node, LAST) != node + 1 or ACTIONS[field(m, field(m, node, PARENT), CLASS_OF)] == _RAW:
        _walk(m, buf, node, 0, _EVERY, 0, 0)
        return
    seen, ink, last_ink, solid = 0, -1, -1, 0
    while i < end:
        run = min(text_run(buf, i), end - i)
        first, last = _trimmed(buf, i, i + run)
        if last > first:
            ink = seen + first - i if ink < 0 else ink
            last_ink = seen + last - 1 - i
        seen, i = seen + run, i + run
        if run == 16 or i >= end:
            continue
        code, second, i = _next(buf, i, end, False)
        for _ in range(2 if second else 1):
            if not _is_space(code):
                ink, last_ink = seen if ink < 0 else ink, seen
            solid |= not is_blank(code)
            seen, code = seen + 1, second
    put_number(m, _INK, ink)
    put_number(m, _LAST_INK, last_ink)
    put_number(m, _IS_SOLID, solid | (ink >= 0))


@kernel
def _trimmed(buf: int, first: int, last: int) -> tuple[int, int]:
    """A stretch without the spaces at its ends."""
    while last > first and byte_at(buf, last - 1) == 32:
        last -= 1
    while first < last and byte_at(buf, first) == 32:
        first += 1
    return first, last
