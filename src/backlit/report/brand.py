"""Whose name, mark and colour does a report wear, and is the mark a picture and nothing else?

A logo comes from a file of the user's, and the report goes to somebody else: it is bounded, of a kind that is
known by its bytes, and an SVG with anything that could run, load or lead elsewhere is refused by name.
"""

import base64
import re
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from backlit.errors import UsageError
from backlit.report.text import visible

__all__ = ["MOST_BYTES", "MOST_PIXELS", "Brand", "brand_of", "logo_uri"]

#: Of a logo: a page carries it within itself.
MOST_BYTES, MOST_PIXELS = 512 << 10, 4_096
_LONGEST_NAME = 80
_COLOUR = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
#: Contrast that text needs on white, and a line beside text (WCAG 2.2, 1.4.3 and 1.4.11).
TEXT_CONTRAST, LINE_CONTRAST = 4.5, 3.0

_SHAPES = "svg g path rect circle ellipse line polyline polygon text tspan title desc defs symbol metadata"
_PAINTS = "linearGradient radialGradient stop clipPath mask"
_ELEMENTS = frozenset(f"{_SHAPES} {_PAINTS}".split())
#: What an attribute may hold that names something: a part of the same picture.
_OWN_PART = re.compile(r"\s*url\(\s*['\"]?#[\w.-]+['\"]?\s*\)\s*")
_ELSEWHERE = re.compile(r"url\s*\(|javascript:|data:|https?:|//|@import|expression|\\", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Brand:
    """A name, a picture as a data URI, and a colour as #rrggbb; each may be missing."""

    name: str = ""
    logo: str | None = None
    colour: str | None = None

    @property
    def ink(self) -> str | None:
        """The colour, where text in it can be read on white."""
        return self.colour if self.colour and contrast(self.colour) >= TEXT_CONTRAST else None

    @property
    def line(self) -> str | None:
        """The colour, where a bar in it can be told from white."""
        return self.colour if self.colour and contrast(self.colour) >= LINE_CONTRAST else None


def brand_of(name: str | None = None, logo: Path | None = None, colour: str | None = None) -> Brand:
    """A brand from what was typed; UsageError for a colour or a picture that is none."""
    said = visible((name or "").strip())
    if len(said) > _LONGEST_NAME:
        raise UsageError("name a brand", f"the name has {len(said)} characters", f"{_LONGEST_NAME} at most.")
    return Brand(said, None if logo is None else logo_uri(logo), _colour(colour))


def _colour(text: str | None) -> str | None:
    if text is None or not text.strip():
        return None
    said = text.strip().lower()
    if not _COLOUR.fullmatch(said):
        do = "Write it as #2f4fd0, in quotes on a command line."
        raise UsageError(f"use the colour {said[:40]!r}", "that is no colour", do)
    return said if len(said) == 7 else "#" + "".join(2 * digit for digit in said[1:])


def contrast(colour: str) -> float:
    """How far #rrggbb stands out from white, 1 to 21 (WCAG 2.2, relative luminance)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


# the picture -------------------------------------------------------------------


def logo_uri(path: Path) -> str:
    """A PNG, JPEG or SVG as a data URI; UsageError for anything else, and for what is too large."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise _refused(path, (error.strerror or str(error)).lower()) from error
    if len(content) > MOST_BYTES:
        raise _refused(path, f"it has more than {MOST_BYTES >> 10} KiB")
    kind = _kind(path, content)
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _refused(path: Path, found: str) -> UsageError:
    return UsageError(
        f"use the logo {visible(path.name)[:100]}", found, "Name a small PNG, JPEG or SVG file."
    )


def _kind(path: Path, content: bytes) -> str:
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        size = (int.from_bytes(content[16:20]), int.from_bytes(content[20:24]))
        kind = "image/png"
    elif content.startswith(b"\xff\xd8\xff"):
        size, kind = _jpeg_size(content), "image/jpeg"
    else:
        _require_plain_svg(path, content)
        return "image/svg+xml"
    if not all(0 < pixels <= MOST_PIXELS for pixels in size):
        raise _refused(path, f"it is {size[0]} × {size[1]} pixels, of {MOST_PIXELS} at most each way")
    return kind


def _jpeg_size(content: bytes) -> tuple[int, int]:
    """Width and height by the frame header (ITU T.81, B.2.2); zeros where there is none."""
    at = 2
    while at + 9 < len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return int.from_bytes(content[at + 7 : at + 9]), int.from_bytes(content[at + 5 : at + 7])
        at += 2 + max(int.from_bytes(content[at + 2 : at + 4]), 2)
    return 0, 0


def _require_plain_svg(path: Path, content: bytes) -> None:
    """Raise for an SVG that is more than shapes: with scripts, styles, entities, or addresses."""
    parser = expat.ParserCreate()
    depth = 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        plain = name.rpartition(":")[2]
        if depth == 0 and plain != "svg":
            raise _refused(path, f"it is neither PNG, JPEG nor SVG: it begins with <{plain[:40]}>")
        depth += 1
        if plain not in _ELEMENTS:
            raise _refused(path, f"it holds <{plain[:40]}>, which is more than a shape")
        for attribute, value in attributes.items():
            _require_plain(path, attribute, value)

    def refuse(*_: object) -> None:
        raise _refused(path, "it declares a document type or a processing instruction")

    def end(_name: str) -> None:
        pass

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.StartDoctypeDeclHandler = parser.ProcessingInstructionHandler = refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise _refused(path, "it is neither PNG, JPEG nor well-formed SVG") from error


def _require_plain(path: Path, name: str, value: str) -> None:
    """Raise for an attribute that runs or loads something."""
    plain = name.rpartition(":")[2].lower()
    if name == "xmlns" or name.startswith("xmlns:"):
        return
    if plain.startswith("on") or plain in ("href", "base"):
        raise _refused(path, f"it holds the attribute {name[:40]}, which can run or load something")
    if _ELSEWHERE.search(value) and not _OWN_PART.fullmatch(value):
        raise _refused(path, f"its attribute {name[:40]} leads elsewhere")
