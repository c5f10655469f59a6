"""The same for responses: bombs, lies about lengths and codings, floods of headers, odd redirects."""

import gzip
import random
import zlib
from collections.abc import Callable

import zstandard

from tests.hostile.pages import FAMILIES, Family

HTML = b"<title>t</title><p>words <a href=//far.example/>x</a> words"


def _family(make: Family) -> Family:
    FAMILIES[make.__name__] = make
    return make


def _said(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    lines = b"".join(line + b"\r\n" for line in (b"Content-Type: text/html", *headers))
    return b"HTTP/1.1 " + status + b"\r\n" + lines + b"\r\n" + body


def _raw(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


PACKERS: dict[bytes, Callable[[bytes], bytes]] = {
    b"gzip": lambda data: gzip.compress(data, 9, mtime=0),
    b"deflate": zlib.compress,
    b"deflate, raw": _raw,
    b"zstd": zstandard.compress,
}


def _packed(size: int, draw: random.Random) -> tuple[bytes, bytes]:
    coding = draw.choice(list(PACKERS))
    fill = draw.choice((b"\0", b"<div>", b"x ", b"<a href=//far.example/>"))
    return coding.partition(b",")[0], PACKERS[coding](HTML + fill * (size * 4 // len(fill)))


@_family
def bombs(size: int, draw: random.Random) -> bytes:
    coding, body = _packed(size, draw)
    return _said(body, b"Content-Encoding: " + coding)


@_family
def stacked_bombs(size: int, draw: random.Random) -> bytes:
    coding, body = _packed(size, draw)
    depth = draw.choice((2, 3, 10, 100))
    for _ in range(depth - 1):
        body = gzip.compress(body, mtime=0)
    return _said(body, b"Content-Encoding: " + b", ".join((coding, *(b"gzip",) * (depth - 1))))


@_family
def torn_codings(size: int, draw: random.Random) -> bytes:
    coding, body = _packed(size, draw)
    at = draw.randrange(len(body))
    torn = draw.choice(
        (body[:at], body[:at] + b"\xff" * 9 + body[at:], body[:-8] + b"\0" * 8, b"\x1f\x8b" + body)
    )
    return _said(
        torn, b"Content-Encoding: " + draw.choice((coding, b"br", b"compress", b"gzip, " * 500 + b"gzip"))
    )


@_family
def brotli(size: int, draw: random.Random) -> bytes:
    return _said(draw.randbytes(min(size, 100_000)), b"Content-Encoding: br")


@_family
def header_floods(size: int, draw: random.Random) -> bytes:
    line = draw.choice(
        (
            b"X-%d: y",
            b"Set-Cookie: a%d=b",
            b"X-Robots-Tag: bot%d: noindex",
            b"Link: </%d>; rel=canonical",
            b"Location: /%d",
            b":%d",
            b" folded %d",
        )
    )
    return _said(HTML, *(line % n for n in range(min(size // 20, 100_000))))


@_family
def long_headers(size: int, draw: random.Random) -> bytes:
    name = draw.choice(
        (
            b"Link: ",
            b"X-Robots-Tag: ",
            b"Refresh: ",
            b"Content-Type: ",
            b"Content-Language: ",
            b"Set-Cookie: ",
            b"Content-Encoding: ",
            b"Location: ",
        )
    )
    fill = draw.choice(
        (
            b"<",
            b"<a>;",
            b'<a>;b="',
            b"a:",
            b"noindex,",
            b";;;",
            b"=",
            b"gzip,",
            b"url=",
            b" ",
            b"9",
            b"<a>;rel=",
        )
    )
    return _said(HTML, name + fill * (size // len(fill)))


@_family
def wrong_lengths(size: int, draw: random.Random) -> bytes:
    stated = draw.choice((b"0", b"1", b"-1", b"99999999999999999999", b"1, 2", b"0x10", b"", b"1e9"))
    return _said(HTML * max(1, size // len(HTML)), b"Content-Length: " + stated)


@_family
def chunks(size: int, draw: random.Random) -> bytes:
    chunk = draw.choice(
        (
            b"1\r\nx\r\n",
            b"0000000001\r\nx\r\n",
            b"fffffff\r\nx",
            b"1;" + b"e" * 99 + b"\r\nx\r\n",
            b"-1\r\n",
            b"\r\n",
            b"3\r\n<p>\r\n",
        )
    )
    return _said(b"5\r\n<p>x \r\n" + chunk * (size // len(chunk)), b"Transfer-Encoding: chunked")


@_family
def statuses(size: int, draw: random.Random) -> bytes:
    status = draw.choice(
        (
            b"103 Early Hints",
            b"100 Continue",
            b"204 No Content",
            b"206 Partial",
            b"999 No",
            b"200",
            b"404 No",
            b"20 OK",
            b"99999",
            b"-1",
        )
    )
    return _said(draw.choice((b"", HTML, HTML * (size // len(HTML)))), status=status)


@_family
def early_answers(size: int, draw: random.Random) -> bytes:
    return b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * (size // 40) + _said(HTML)


@_family
def redirects(size: int, draw: random.Random) -> bytes:
    where = draw.choice(
        (
            b"",
            b"/",
            b"file:///etc/passwd",
            b"http://169.254.169.254/",
            b"javascript:x",
            b"//far.example/\r\nX: y",
            b"https://far.example/a b",
            "https://far.example/é".encode(),
            b"\xff\xfe",
            b"https://far.example/" + b"a" * size,
            b"../" * (size // 3),
            b"https://[",
            b"?" * 9_000,
        )
    )
    return _said(
        HTML, b"Location: " + where, status=draw.choice((b"301 Moved", b"302 Found", b"307 T", b"308 P"))
    )


@_family
def no_response(size: int, draw: random.Random) -> bytes:
    return draw.choice(
        (
            b"",
            b"\0" * size,
            b"HTTP/1.1",
            b"HTTP/1.1 200 OK",
            b"ICY 200 OK\r\n\r\n",
            draw.randbytes(size),
            b"<html>" + HTML,
        )
    )
