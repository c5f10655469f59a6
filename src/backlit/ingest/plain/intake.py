"""How does a page come in: as UTF-8, with line feeds for all line ends, and room after it for long loads?"""

from backlit.ingest.kernels import byte_at, copy_run, kernel, put_byte, utf8_length

__all__ = ["PADDING", "take"]

#: Zero bytes after a page.
PADDING = 64
_PADDING = PADDING


@kernel
def take(source: int, size: int, to: int) -> int:
    """Copy a page with line feeds for all its line ends; its size, -1 for zero bytes or what is no UTF-8."""
    i = o = 0
    while i < size:
        if i + 16 <= size:
            run = copy_run(source, i, to, o)
            i, o = i + run, o + run
            if run == 16:
                continue
        c = byte_at(source, i)
        if c == 0:
            return -1
        if c == 13:
            c = 10
            i += i + 1 < size and byte_at(source, i + 1) == 10
        length = 1
        if c >= 128:
            length = utf8_length(source, i) if i + 4 <= size else _utf8_at_end(source, i, size)
            if length == 0:
                return -1
            for k in range(1, length):
                put_byte(to, o + k, byte_at(source, i + k))
        put_byte(to, o, c)
        i, o = i + length, o + length
    for k in range(_PADDING):
        put_byte(to, o + k, 0)
    return o


@kernel
def _utf8_at_end(source: int, i: int, size: int) -> int:
    """The length of the UTF-8 sequence at `i`, less than four bytes before the end; 0 where it is none."""
    c = byte_at(source, i)
    wanted = 2 if c < 0xE0 else 3 if c < 0xF0 else 4
    return utf8_length(source, i) if i + wanted <= size else 0
