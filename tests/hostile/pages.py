"""Which pages would a stranger write who wants to stop, fill or fool a reader?

A family is one idea, given a size in bytes and a source of chance; what it returns is a whole HTTP
response as a server sends it. Each is made of few strokes, so that any size of it can be made.
"""

import random
from collections.abc import Callable, Iterator

__all__ = ["FAMILIES", "SIZES", "made"]

Family = Callable[[int, random.Random], bytes]
FAMILIES: dict[str, Family] = {}
#: Bytes of a page, about: from one that passes every first look to one beyond every limit.
SIZES = (5_000, 60_000, 250_000, 900_000, 3_000_000, 8_000_000)

_NAMES = (b"div", b"span", b"x", b"ul><li", b"blockquote", b"section", b"dl><dd", b"em", b"custom-x", b"form")
_LINK = b'<a href="https://far%d.example/%d">t</a>'


def made(family: str, size: int, seed: int) -> bytes:
    """The response of a family, of about so many bytes of page."""
    return FAMILIES[family](size, random.Random(f"{family} {size} {seed}"))


def _family(make: Family) -> Family:
    FAMILIES[make.__name__] = make
    return make


def _page(body: bytes, headers: bytes = b"Content-Type: text/html\r\n", status: bytes = b"200 OK") -> bytes:
    return b"HTTP/1.1 " + status + b"\r\n" + headers + b"\r\n" + body


def _filled(size: int, strokes: Iterator[bytes]) -> bytes:
    parts, length = [], 0
    for stroke in strokes:
        parts.append(stroke)
        length += len(stroke)
        if length >= size:
            break
    return b"".join(parts)


def _repeated(size: int, stroke: bytes) -> bytes:
    return stroke * max(1, size // len(stroke))


@_family
def nested(size: int, draw: random.Random) -> bytes:
    return _page(_repeated(size, b"<" + draw.choice(_NAMES) + b">"))


@_family
def nested_with_links(size: int, draw: random.Random) -> bytes:
    name = draw.choice(_NAMES)
    return _page(_filled(size, (b"<" + name + b">" + _LINK % (n, n) for n in range(size))))


@_family
def nested_and_closed(size: int, draw: random.Random) -> bytes:
    name = draw.choice((b"x", b"div", b"b", b"table", b"svg"))
    half = _repeated(size // 2, b"<" + name + b">")
    return _page(half + half.replace(b"<", b"</"))


@_family
def misnested_unknown(size: int, draw: random.Random) -> bytes:
    names = [b"x%d" % n for n in range(draw.choice((2, 5, 50, 5_000)))]
    strokes = (b"<%b></%b>" % (draw.choice(names), draw.choice(names)) for _ in range(size))
    return _page(_filled(size, strokes))


@_family
def misnested_formatting(size: int, draw: random.Random) -> bytes:
    names = (b"b", b"i", b"a href=/x", b"font color=%d", b"nobr", b"p", b"div", b"table")
    marks = (b"<%b>" % draw.choice(names).replace(b"%d", b"%d" % draw.randrange(99)) for _ in range(size))
    ends = (b"</%b>" % draw.choice(names).split()[0] for _ in range(size))
    return _page(_filled(size, (mark + end for mark, end in zip(marks, ends, strict=True))))


@_family
def fostered(size: int, draw: random.Random) -> bytes:
    stroke = draw.choice(
        (b"<table><a href=//far.example/>x", b"<table><tr><p>x<a href=//far.example/>", b"<table>x")
    )
    return _page(_repeated(size, stroke))


@_family
def selects_and_templates(size: int, draw: random.Random) -> bytes:
    stroke = draw.choice(
        (b"<select><option>", b"<template><a href=/x>", b"<optgroup><option>", b"<ruby><rt><rp>")
    )
    return _page(_repeated(size, stroke))


@_family
def foreign(size: int, draw: random.Random) -> bytes:
    stroke = draw.choice(
        (b"<svg><title>", b"<math><mi>", b"<svg><foreignObject><p>", b"<svg><![CDATA[", b"<svg><style><g>")
    )
    return _page(_repeated(size, stroke))


@_family
def attributes(size: int, draw: random.Random) -> bytes:
    value = draw.choice((b"", b"=x", b"='a>b'", b'="<b>"'))
    names = (b" a%d%b" % (n, value) for n in range(size))
    return _page(b"<a href=//far.example/" + _filled(size, names) + b">x</a>")


@_family
def attributes_of_many(size: int, draw: random.Random) -> bytes:
    count = draw.choice((20, 300, 3_000))
    tag = b"<a " + b" ".join(b"d%d" % n for n in range(count)) + b" href=//far.example/>x</a>"
    return _page(_repeated(size, tag))


@_family
def long_values(size: int, draw: random.Random) -> bytes:
    name = draw.choice((b"class", b"style", b"id", b"rel", b"title", b"href", b"alt", b"data-x"))
    fill = draw.choice((b"a ", b"display:none;", b"nav-", b"/../", b"%41", b"nofollow "))
    tag = b'<a href="//far.example/" %b="%b">x</a>' % (name, _repeated(size // draw.choice((1, 30)), fill))
    return _page(_repeated(size, tag))


@_family
def many_links(size: int, draw: random.Random) -> bytes:
    between = draw.choice((b"", b"<br>", b" words ", b"<li>", b"<p>", b"<td>"))
    hosts = draw.choice((1, 100, 10**9))
    start = draw.choice((b"<p>", b"<ul>", b"<table><tr>", b"<nav>"))
    return _page(start + _filled(size, (_LINK % (n % hosts, n) + between for n in range(size))))


@_family
def many_internal_links(size: int, draw: random.Random) -> bytes:
    form = draw.choice(
        (
            b"<a href=/%d>",
            b"<a href=%d>x</a>",
            b"<area href=?%d>",
            b"<iframe src=/%d></iframe>",
            b"<form action=/%d>",
        )
    )
    return _page(_filled(size, (form % n for n in range(size))))


@_family
def traps(size: int, draw: random.Random) -> bytes:
    form = draw.choice(
        (
            b"<a href='https://far.example/calendar?month=%d&year=9999'>next</a>",
            b"<a href='https://far.example/" + b"a/" * 200 + b"%d'>a</a>",
            b"<a href='https://far.example/x;jsessionid=%032x?sid=0'>s</a>",
            b"<a href='https://far.example" + b"/" * 300 + b"%d'>s</a>",
            b"<a href='https://" + b"a." * 100 + b"example/%d'>h</a>",
        )
    )
    return _page(_filled(size, (form % n for n in range(size))))


@_family
def long_urls(size: int, draw: random.Random) -> bytes:
    length = draw.choice((8_000, 8_190, 100_000))
    fill = draw.choice((b"a", b"%2e", "é".encode(), b"../", b"\\", b"?&"))
    return _page(_repeated(size, b"<a href='https://far.example/%b'>x</a>" % _repeated(length, fill)))


@_family
def bases(size: int, draw: random.Random) -> bytes:
    base = b"<base href='https://far.example/%b/'>" % _repeated(draw.choice((10, 900, 8_000, 100_000)), b"A")
    return _page(base + _filled(size, (b"<a href=%d>" % n for n in range(size))))


@_family
def heads(size: int, draw: random.Random) -> bytes:
    form = draw.choice(
        (
            b"<link rel=canonical href=/%d>",
            b"<link rel=alternate hreflang=x-%d href=//far.example/>",
            b"<meta http-equiv=refresh content='0;url=/%d'>",
            b"<meta name=robots content='noindex,%d'>",
            b"<base href=/%d/>",
            b"<title>%d</title>",
            b"<script>%d</script>",
            b"<style>.a%d{display:none}</style>",
        )
    )
    return _page(
        b"<head>" + _filled(size, (form % n for n in range(size))) + b"</head><a href=//far.example/>x"
    )


@_family
def style_rules(size: int, draw: random.Random) -> bytes:
    selector = draw.choice((b".c%d", b"#i%d", b"div .c%d a", b"a:not(.c%d)", b"*>*>.c%d", b"[x%d]"))
    rules = _filled(size // 2, (selector % n + b"{display:none;left:-%dpx}" % n for n in range(size)))
    marked = _filled(size // 2, (b"<p class='c%d c%d'>" % (n, n + 1) + _LINK % (n, n) for n in range(size)))
    return _page(b"<style>" + rules + b"</style>" + marked)


@_family
def open_ends(size: int, draw: random.Random) -> bytes:
    stroke = draw.choice(
        (
            b"<!--",
            b"<!-- x -- ",
            b"<![CDATA[",
            b"<!doctype ",
            b"<a href='",
            b'<a href="',
            b"<",
            b"</",
            b"<?",
            b"&",
            b"<title>",
            b'<a b="',
        )
    )
    return _page(b"<p><a href=//far.example/>x</a>" + _repeated(size, stroke))


@_family
def references(size: int, draw: random.Random) -> bytes:
    stroke = draw.choice(
        (
            b"&amp",
            b"&#x10FFFF;",
            b"&#0;",
            b"&#xD800;",
            b"&notit;",
            b"&" + b"a" * 40 + b";",
            b"&NotEqualTilde;",
        )
    )
    return _page(b"<a href=//far.example/>" + _repeated(size, stroke))


@_family
def one_text(size: int, draw: random.Random) -> bytes:
    fill = draw.choice(
        (
            b"x",
            b"x ",
            b" ",
            b"\n",
            b"\xe2\x80\x8b",
            b"\xe2\x80\xae",
            b"\xff",
            b"\x00",
            "é".encode(),
            b"\xcc\x81",
        )
    )
    text = _repeated(size, fill)
    return _page(
        draw.choice(
            (b"<p>%b<a href=//far.example/>x</a>", b"<a href=//far.example/>%b</a>", b"<img alt='%b'>", b"%b")
        )
        % text
    )


@_family
def texts_in_pieces(size: int, draw: random.Random) -> bytes:
    stroke = draw.choice((b"<b>x</b>", b"x<br>", b"<i></i> ", b"x<!---->", b"<img alt=x>", b"<wbr>x"))
    around = b"<a href=//far.example/>%b</a>" if draw.random() < 0.5 else b"<p>%b<a href=//far.example/>x</a>"
    return _page(around % _repeated(size, stroke))


@_family
def links_in_one_block(size: int, draw: random.Random) -> bytes:
    text = draw.choice((b"x", b"word " * 20, b"<i>x</i>" * 5, b""))
    return _page(b"<p>" + _filled(size, (text + _LINK % (n, n) for n in range(size))))


@_family
def controls(size: int, draw: random.Random) -> bytes:
    alphabet = bytes([*range(0x20), 0x7F, 0x80, 0xFF, *b"<>/=\"'& a"])
    noise = bytes(draw.choices(alphabet, k=min(size, 200_000)))
    return _page(_repeated(size, b"<a href=//far.example/>" + noise + b"</a>"))


@_family
def noise(size: int, draw: random.Random) -> bytes:
    return _page(
        draw.choice((b"", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04", b"<html>"))
        + draw.randbytes(size)
    )


@_family
def charsets(size: int, draw: random.Random) -> bytes:
    codec = draw.choice(
        ("utf-16-le", "utf-16-be", "utf-8", "gb18030", "iso2022_jp", "cp1251", "utf-32-le", "utf-7")
    )
    told = draw.choice(
        ("utf-8", "utf-16", "gb18030", "iso-2022-jp", "windows-1251", "x-user-defined", "utf-7", "made-up")
    )
    mark = draw.choice((b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\x00\x00"))
    text = (
        f"<meta charset={draw.choice((told, 'shift_jis', codec))}>"
        + "<a href=//far.example/ж日本>Привет 日本</a>" * (size // 70)
    )
    return _page(
        mark + text.encode(codec, "replace"), f"Content-Type: text/html; charset={told}\r\n".encode()
    )


@_family
def escapes_of_iso_2022(size: int, draw: random.Random) -> bytes:
    stroke = draw.choice((b"\x1b$B", b"\x1b(B<", b"\x1b(J", b"\x1b$B<a href=x>", b"\x1b(Bdiv><"))
    return _page(_repeated(size, stroke), b"Content-Type: text/html; charset=iso-2022-jp\r\n")


@_family
def misleading_anchors(size: int, draw: random.Random) -> bytes:
    text = draw.choice(
        (
            "\u202ecba",
            "\u200b" * 50,
            "раураl",
            "a\u0301" * 30,
            "=HYPERLINK(1)",
            "<img onerror=x>",
            "\ufdfa" * 20,
            "🏴" * 9,
        )
    )
    form = f'<a href="https://far.example/%d" title="{text}">{text}</a>'.encode()
    return _page(_filled(size, (form % n for n in range(size))))


@_family
def schemes(size: int, draw: random.Random) -> bytes:
    texts = (
        b"javascript:%d",
        b"data:text/html,%d",
        b"file:///%d",
        b"//169.254.169.254/%d",
        b"http://[::1]/%d",
        b"https:%d",
        b"\\\\far.example\\%d",
        b"/\t/far.example/%d",
        b"http://user:pw@far.example/%d",
        b"http://0x7f.1/%d",
        b"http://xn--%d.example/",
    )
    return _page(_filled(size, (b"<a href='%b'>x</a>" % (draw.choice(texts) % n) for n in range(size))))
