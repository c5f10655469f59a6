"""How are the texts of a batch laid out one after the other, as Arrow wants them?"""

from backlit.ingest.kernels import (
    Bytes,
    Flags,
    Ints,
    byte_at,
    kernel,
    put_byte,
    put_word,
    utf8_length,
    word_at,
)

__all__ = ["copy", "lay_out", "squeeze"]


@kernel
def _is_blank(buf: int, i: int, length: int) -> bool:
    """Whether the character there is whitespace to str.split; of ASCII a JSON string has but the blank."""
    c, d = byte_at(buf, i), byte_at(buf, i + 1)
    if length == 1:
        return c == 32
    if length == 2:
        return c == 0xC2 and d in (0x85, 0xA0)
    if length == 4:
        return False
    e = byte_at(buf, i + 2)
    if c == 0xE2 and d == 0x80:
        return e <= 0x8A or e in (0xA8, 0xA9, 0xAF)
    return (c == 0xE2 and d == 0x81 and e == 0x9F) or (e == 0x80 and (c, d) in ((0xE1, 0x9A), (0xE3, 0x80)))


@kernel
def squeeze(buf: int, i: int, end: int, out: int, at: int) -> int:
    """Write a text with single blanks for every run of whitespace; where it ends."""
    first, pending = at, False
    while i < end:
        length = 1 if byte_at(buf, i) < 128 else utf8_length(buf, i)
        if _is_blank(buf, i, length):
            pending = at > first
        else:
            if pending:
                put_byte(out, at, 32)
                at, pending = at + 1, False
            for k in range(length):
                put_byte(out, at + k, byte_at(buf, i + k))
            at += length
        i += length
    return at


@kernel
def copy(buf: int, start: int, end: int, out: int, at: int) -> int:
    """Write a text as it stands; where it ends."""
    k, length = 0, end - start
    while k + 8 <= length:
        put_word(out, at + k, word_at(buf, start + k))
        k += 8
    while k < length:
        put_byte(out, at + k, byte_at(buf, start + k))
        k += 1
    return at + length


@kernel
def lay_out(
    batch: Bytes, spans: Ints, is_squeezed: bool, empty_is_none: bool, out: Bytes, ends: Ints, valid: Flags
) -> None:
    """Write the texts from start to end of spans one after the other; none where the start is below zero.

    Squeezed, they have single blanks for every run of whitespace.
    """
    buf, out_at, at = batch.ctypes.data, out.ctypes.data, 0
    ends[0] = 0
    for row in range(len(spans)):
        start, end, before = spans[row, 0], spans[row, 1], at
        if start >= 0:
            at = squeeze(buf, start, end, out_at, at) if is_squeezed else copy(buf, start, end, out_at, at)
        valid[row] = start >= 0 and (at > before or not empty_is_none)
        ends[row + 1] = at
