"""Which lines are the bytes of a disavow file? Read so that they can be given back as they were.

Nothing is guessed away: an encoding is taken only where the text that it gives makes the same bytes again.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from backlit.errors import UsageError

__all__ = ["MOST_BYTES", "MOST_LINES", "Source", "Text", "lines_of", "text_of"]

#: What is read at all: ten times what Google takes, so that a file that is somewhat too long can be mended.
MOST_BYTES, MOST_LINES = 20_000_000, 1_000_000

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
#: A line with its end: what Google's readers and every editor agree on. U+2028 and its like end no line.
_line = re.compile(r"([^\r\n]*)(\r\n|\n|\r|\Z)")


@dataclass(frozen=True, slots=True)
class Text:
    """The characters of a file, how they were encoded, and the mark before them."""

    text: str
    encoding: str = "utf-8"
    bom: bytes = b""

    def encoded(self, text: str) -> bytes:
        """Characters in the encoding of the file, with its mark."""
        return self.bom + text.encode(self.encoding)


@dataclass(frozen=True, slots=True)
class Source:
    """One line as it stands, without and with its end."""

    number: int
    text: str
    end: str


def text_of(data: str | bytes) -> Text:
    """The characters of a file; UsageError for one that is too long to be a disavow file."""
    if len(data) > MOST_BYTES:
        raise UsageError(
            "read a disavow file",
            f"it has {len(data):,} bytes, and Google takes at most 2 MB",
            "Name the text file that you upload to Google.",
        )
    if isinstance(data, str):
        return Text(data.removeprefix("\ufeff"), bom=b"\xef\xbb\xbf" if data.startswith("\ufeff") else b"")
    for bom, encoding in _BOMS:
        if data.startswith(bom) and (found := _read(data, encoding, bom)):
            return found
    guesses = (_utf16_without_mark(data), "utf-8", "cp1252", "latin-1")
    return next(found for name in guesses if name and (found := _read(data, name)))


def _read(data: bytes, encoding: str, bom: bytes = b"") -> Text | None:
    """The text, if it makes the same bytes again; latin-1 always does."""
    try:
        found = Text(data[len(bom) :].decode(encoding), encoding, bom)
        return found if found.encoded(found.text) == data else None
    except UnicodeError:
        return None


def _utf16_without_mark(data: bytes) -> str | None:
    """Text of ASCII letters in UTF-16 has a NUL in nearly every second place."""
    start = data[:512]
    half = len(start) // 2
    if half < 2:
        return None
    if start[1::2].count(0) > 0.9 * half:
        return "utf-16-le"
    return "utf-16-be" if start[::2].count(0) > 0.9 * half else None


def lines_of(text: str) -> Iterator[Source]:
    """The lines of a text; what follows the last end is a line only if there is something."""
    ends = text.count("\n") + text.count("\r") - text.count("\r\n")
    if ends > MOST_LINES:
        raise UsageError(
            "read a disavow file",
            f"it has more than {MOST_LINES:,} lines, and Google takes 100,000",
            "Name the text file that you upload to Google.",
        )
    for number, match in enumerate(_line.finditer(text), 1):
        if match[0]:
            yield Source(number, match[1], match[2])
