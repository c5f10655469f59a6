"""Is a logo a picture and nothing else, and a colour one that can be seen?"""

import zlib
from pathlib import Path

import pytest

from backlit.errors import UsageError
from backlit.report.brand import MOST_BYTES, brand_of, contrast

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{}</svg>'


def png(width: int, height: int) -> bytes:
    head = b"IHDR" + width.to_bytes(4) + height.to_bytes(4) + b"\x08\x02\x00\x00\x00"
    return b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\x0d" + head + zlib.crc32(head).to_bytes(4)


def jpeg(width: int, height: int) -> bytes:
    frame = b"\x08" + height.to_bytes(2) + width.to_bytes(2) + b"\x03" + bytes(9)
    return b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0" + (len(frame) + 2).to_bytes(2) + frame


def logo(folder: Path, content: bytes | str) -> Path:
    path = folder / "logo"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (png(10, 20), "image/png"),
        (jpeg(300, 20), "image/jpeg"),
        (SVG.format('<path d="M0 0 L9 9" fill="#123456"/>'), "image/svg+xml"),
        (
            SVG.format('<linearGradient id="g"><stop offset="0"/></linearGradient><rect fill="url(#g)"/>'),
            "image/svg+xml",
        ),
    ],
)
def test_a_plain_picture_is_carried_within(tmp_path: Path, content: bytes | str, kind: str) -> None:
    assert (brand_of(logo=logo(tmp_path, content)).logo or "").startswith(f"data:{kind};base64,")


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (SVG.format("<script>alert(1)</script>"), "<script>"),
        (SVG.format("<foreignObject/>"), "<foreignObject>"),
        (SVG.format('<image href="http://a.example/x.png"/>'), "<image>"),
        (SVG.format("<style>*{fill:red}</style>"), "<style>"),
        (SVG.format('<use href="#a"/>'), "<use>"),
        (SVG.format('<animate attributeName="x"/>'), "<animate>"),
        (SVG.format('<rect onload="alert(1)"/>'), "onload"),
        (SVG.format('<rect fill="url(http://a.example/#x)"/>'), "leads elsewhere"),
        (SVG.format('<rect style="background:url(//a.example)"/>'), "leads elsewhere"),
        (SVG.format('<g xmlns:x="http://www.w3.org/1999/xlink" x:href="#a"/>'), "x:href"),
        ('<!DOCTYPE svg [<!ENTITY a "b">]>' + SVG.format("&a;"), "document type"),
        ('<?xml-stylesheet href="a.css"?>' + SVG.format(""), "processing instruction"),
        (SVG.format("<g>"), "well-formed"),
        ("<html><body/></html>", "begins with <html>"),
        ("GIF89a", "neither PNG"),
        (png(5_000, 10), "5000 × 10 pixels"),
        (png(0, 10), "0 × 10 pixels"),
        (jpeg(10, 9_000), "10 × 9000 pixels"),
        (b"\xff\xd8\xff\xe0", "0 × 0 pixels"),
        (b"\x89PNG\r\n\x1a\n" + bytes(MOST_BYTES), "more than 512 KiB"),
    ],
)
def test_anything_else_is_refused_by_name(tmp_path: Path, content: bytes | str, found: str) -> None:
    with pytest.raises(UsageError, match="use the logo logo") as error:
        brand_of(logo=logo(tmp_path, content))
    assert found in error.value.found


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        brand_of(logo=tmp_path / "none.png")


def test_colours() -> None:
    assert brand_of(colour="#0F7").colour == "#00ff77"
    assert (brand_of(colour="#0f766e").line, brand_of(colour="#ffff00").line) == ("#0f766e", None)
    assert brand_of(colour=" ").colour is None
    assert (contrast("#ffffff"), round(contrast("#000000"))) == (1.0, 21)
    for wrong in ("red", "#12", "#12345g", "#fff;}body{display:none", "url(x)"):
        with pytest.raises(UsageError, match="that is no colour"):
            brand_of(colour=wrong)


def test_a_name_is_bounded_and_shown() -> None:
    assert brand_of("  Hedge & Co\u202e ").name == "Hedge & Co<U+202E>"
    with pytest.raises(UsageError, match="80 at most"):
        brand_of("x" * 81)
