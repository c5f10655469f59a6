"""Do the bytes of a page come in as they should, and is its text as long as the exact reader measures it?"""

import random

import pytest

from backlit.ingest.html import read_html
from backlit.ingest.plain.nodes import PlainTree
from backlit.ingest.plain.page import PlainReader
from backlit.urls import parse_url

TREE = PlainTree()
READER = PlainReader()
URL = parse_url("https://site.example/")
PIECES = [
    b"\r\n",
    b"\r",
    b"\n",
    b"text ",
    b"<p>",
    b"sixteen bytes, ok",
    "äß".encode(),
    "語".encode(),
    "😀".encode(),
]
BROKEN = [b"\0", b"\xff", b"\xc3", b"\xe8\xaa", b"\xf0\x9f\x98", b"\xed\xa0\x80", b"\xc0\x80", b"\x80"]


def taken(markup: bytes) -> bytes | None:
    return TREE.page if TREE.take(markup) >= 0 else None


def expected(markup: bytes) -> bytes | None:
    try:
        markup.decode()
    except UnicodeDecodeError:
        return None
    return None if b"\0" in markup else markup.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def test_line_ends_are_made_one_and_what_is_no_utf8_is_refused() -> None:
    draw = random.Random(3)
    for _ in range(3_000):
        parts = draw.choices(PIECES, k=draw.randrange(12))
        if draw.random() < 0.3:
            parts.insert(draw.randrange(len(parts) + 1), draw.choice(BROKEN))
        markup = b"".join(parts)
        assert taken(markup) == expected(markup), markup


@pytest.mark.parametrize("broken", BROKEN)
def test_broken_ends_are_refused(broken: bytes) -> None:
    for before in range(20):
        assert taken(b"x" * before + broken) is None


WORDS = [
    "word",
    " ",
    "\n",
    "\t\x0b",
    "\x1c",
    "\x01",
    "&nbsp;",
    "&amp;",
    "&acE;",
    "\u00a0",
    "\u3000",
    "ä",
    "<b>",
    "</b>",
]


def test_the_text_of_a_page_is_as_long_as_the_exact_reader_says() -> None:
    draw = random.Random(4)
    for _ in range(1_000):
        page = f"<p>{''.join(draw.choices(WORDS, k=draw.randrange(9)))}<p>x".encode()
        headers = {"content-type": "text/html; charset=utf-8"}
        plain = READER.page(page, URL, headers)
        if plain is not None:
            assert plain.text_length == read_html(page, url=URL, headers=headers).text_length, page
