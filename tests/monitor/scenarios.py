"""What servers do to a link that was there: several hundred scripted cases, each with the one right verdict.

A scenario is a host of its own with one page that is known to hold one link. Whatever is said of it on the
first look is said again a day later, but that what was missing is lost then.
"""

import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace

import zstandard

from tests.monitor import troubles
from tests.monitor.served import LINK, PATH, TARGET, TEXT, Scenario, known, page, said, serving
from tests.servers import Request, Script

__all__ = ["scenarios"]

# live --------------------------------------------------------------------------


def _charsets() -> Iterator[Scenario]:
    words = {"latin-1": "café", "cp1252": "“tea”", "gb18030": "茶叶", "shift_jis": "お茶", "koi8-r": "чай", "euc-kr": "차",
             "big5": "茶", "utf-16": "thé", "iso-8859-2": "čaj", "windows-1251": "чай"}  # fmt: skip
    for charset, word in words.items():
        html = page(f'<a href="{TARGET}">{word}</a>')
        before = known(anchor=word)
        by_header = said(html.encode(charset), kind=f"text/html; charset={charset}")
        yield Scenario(f"live: {charset} by header", serving(by_header), "live", known=before)
        if charset != "utf-16":
            meta = html.replace("<title>", f"<meta charset={charset}><title>")
            by_meta = said(meta.encode(charset), kind="text/html")
            yield Scenario(f"live: {charset} by meta", serving(by_meta), "live", known=before)


def _codings() -> Iterator[Scenario]:
    html = page().encode()
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    packed = {
        "gzip": gzip.compress(html), "x-gzip": gzip.compress(html), "deflate": zlib.compress(html),
        "Deflate": packer.compress(html) + packer.flush(), "zstd": zstandard.compress(html),
        "identity": html, "GZIP": gzip.compress(html), "gzip, gzip": gzip.compress(gzip.compress(html)),
        "gzip ": html,
    }  # fmt: skip
    for coding, body in packed.items():
        for secure in (False, True):
            answer = said(body, f"Content-Encoding: {coding}")
            yield Scenario(
                f"live: packed as {coding!r}, {'https' if secure else 'http'}",
                serving(answer),
                "live",
                secure=secure,
            )


def _framings() -> Iterator[Scenario]:
    html = page().encode()
    half = len(html) // 2
    chunk = b"%x\r\n%s\r\n"
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
    scripts: dict[str, list[bytes | float]] = {
        "chunks": [head + b"Transfer-Encoding: chunked\r\n\r\n" + chunk % (half, html[:half]), chunk % (len(html) - half, html[half:]), b"0\r\n\r\n"],
        "many chunks": [head + b"Transfer-Encoding: chunked\r\n\r\n", *(chunk % (1, bytes((b,))) for b in html), b"0\r\n\r\n"],
        "slow chunks": [head + b"Transfer-Encoding: chunked\r\n\r\n" + chunk % (half, html[:half]), 0.1, chunk % (len(html) - half, html[half:]), 0.1, b"0\r\n\r\n"],
        "until closed": [head + b"\r\n" + html],
        "HTTP/1.0": [b"HTTP/1.0 200 OK\r\n\r\n" + html],
        "bare line ends": [b"HTTP/1.1 200 OK\nContent-Type: text/html\n\n" + html],
        "no reason": [b"HTTP/1.1 200\r\nContent-Type: text/html\r\n\r\n" + html],
        "early hints": [b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" + head + b"\r\n" + html],
        "many continues": [b"HTTP/1.1 100 Continue\r\n\r\n" * 20 + head + b"\r\n" + html],
        "odd headers": [head + b"X-\xff: \xfe\r\nNo colon here\r\nX-Empty:\r\n\r\n" + html],
        "forty cookies": [head + b"Set-Cookie: a=b\r\n" * 40 + b"\r\n" + html],
        "a long header": [head + b"X: " + b"y" * 30_000 + b"\r\n\r\n" + html],
        "byte by byte at first": [*(bytes((b,)) for b in head), b"\r\n" + html],
        "more than said": [head + b"Content-Length: %d\r\n\r\n" % len(html) + html + b"trailing garbage"],
        "two lengths": [head + b"Content-Length: %d\r\nContent-Length: %d\r\n\r\n" % (len(html), len(html)) + html],
    }  # fmt: skip
    for name, script in scripts.items():
        for secure in (False, True):
            yield Scenario(
                f"live: framed by {name}, {'https' if secure else 'http'}",
                serving(script),
                "live",
                secure=secure,
            )


SPELLINGS = {
    "single quotes": f"<a href='{TARGET}'>the best tea</a>",
    "no quotes": f"<a href={TARGET}>the best tea</a>",
    "capitals": f'<A HREF="{TARGET}">the best tea</A>',
    "spaces": f'<a href="  {TARGET}\n">the best tea</a>',
    "character references": '<a href="https&#58;//shop.target.example&#x2F;tea">the best tea</a>',
    "no scheme, over https": None,
    "capital host": '<a href="HTTPS://SHOP.TARGET.EXAMPLE/tea">the best tea</a>',
    "port": '<a href="https://shop.target.example:443/tea">the best tea</a>',
    "dots": '<a href="https://shop.target.example/a/../tea">the best tea</a>',
    "backslashes": '<a href="https:\\\\shop.target.example\\tea">the best tea</a>',
    "a fragment": f'<a href="{TARGET}#leaf">the best tea</a>',
    "markup within": f'<a href="{TARGET}">the <b>best</b> tea</a>',
    "noopener": f'<a href="{TARGET}" rel="noopener noreferrer" target=_blank>the best tea</a>',
    "twice": f"{LINK} and again {LINK}",
    "in a list": f"<ul><li>{LINK}</ul>",
    "in a table": f"<table><tr><td>{LINK}</table>",
    "unclosed": f'<a href="{TARGET}">the best tea<p>',
    "in a div soup": "<div>" * 60 + LINK + "</div>" * 60,
    "two hrefs": f'<a href="{TARGET}" href="https://else.example/">the best tea</a>',
    "new lines in words": f'<a href="{TARGET}">the\n   best\t tea</a>',
}


def _spellings() -> Iterator[Scenario]:
    for name, link in SPELLINGS.items():
        if link is not None:
            yield Scenario(f"live: link with {name}", serving(said(page(link))), "live")
    link = '<a href="//shop.target.example/tea">the best tea</a>'
    yield Scenario("live: link without scheme", serving(said(page(link))), "live", secure=True)
    base = page('<a href="tea">the best tea</a>', head='<base href="https://shop.target.example/">')
    yield Scenario("live: link under a base", serving(said(base)), "live")


def _documents() -> Iterator[Scenario]:
    many = "".join(f'<a href="https://n{n}.example/">Site {n}</a> ' for n in range(3_000))
    bodies = {
        "a large page": page(text=TEXT * 200),
        "many links": page(f"{LINK} {many}"),
        "many attributes": page(f"{LINK}<p {' '.join(f'a{n}=b' for n in range(300))}>"),
        "nul bytes": page(f"\0\0{LINK}\0"),
        "no head": f"<p>{TEXT} Here is {LINK} that I know. {TEXT}",
        "xhtml": page().replace("<!doctype html>", '<?xml version="1.0"?><!DOCTYPE html>'),
        "one line of a megabyte": page(text="x" * 1_000_000),
        "a form with a password": page(f'{LINK}<form><input type="password"></form>'),
        "words about 404": page(title="Why your server says 404 Not Found"),
        "words about parking": page(f"{LINK} buy this domain, sedoparking.com"),
        "words about maintenance": page(title="We are under maintenance mode"),
        "the script of a wall": page(head="<script src=/cdn-cgi/challenge-platform/h/g/x.js></script>"),
        "a noscript note": page(f"<noscript>Please enable JavaScript</noscript>{LINK}"),
        "a slow refresh": page(head='<meta http-equiv=refresh content="600">'),
        "canonical to itself": page(head=f'<link rel=canonical href="{PATH}">'),
        "canonical with www": page(head=f'<link rel=canonical href="https://www.HOST{PATH}/">'),
        "an index directive": page(head='<meta name=robots content="index, follow, max-snippet:-1">'),
        "noindex for another agent": page(head='<meta name="otherbot" content="noindex">'),
    }
    for name, body in bodies.items():
        yield Scenario(f"live: {name}", _hosted(body), "live")
    for kind in ("", "text/html;charset=", "TEXT/HTML", "application/xhtml+xml", "text/html, text/html"):
        yield Scenario(f"live: content type {kind!r}", serving(said(page(), kind=kind)), "live")
    still = said(page(head="<meta name=robots content=noindex>"))
    yield Scenario("live: noindex as before", serving(still), "live", known=replace(known(), noindex=True))
    yield Scenario(
        "live: noindex, before unknown", serving(still), "live", known=replace(known(), noindex=None)
    )
    other = said(page(head='<link rel=canonical href="https://else.example/other">'))
    yield Scenario(
        "live: canonical elsewhere as before",
        serving(other),
        "live",
        known=replace(known(), canonical="https://else.example/other"),
    )
    yield Scenario(
        "live: canonical elsewhere, before unknown",
        serving(other),
        "live",
        known=replace(known(), canonical=None),
    )
    hidden = said(page(f'<span style="display:none">{LINK}</span>'))
    yield Scenario("live: hidden as before", serving(hidden), "live", known=known(hidden="display-none"))
    yield Scenario("live: anchor was unknown", serving(said(page())), "live", known=known(anchor=None))
    yield Scenario(
        "live: rel was unknown",
        serving(said(page(f'<a href="{TARGET}" rel=nofollow>the best tea</a>'))),
        "live",
        known=known(rel=None),
    )
    yield Scenario("live: only on https", serving(said(page())), "live", secure=True)


def _hosted(body: str) -> Callable[[Request], Script]:
    def answers(request: Request) -> Script:
        return serving(said(body.replace("HOST", request.host)))(request)

    return answers


ROBOTS = {
    "empty": said(""), "a web page": said(page("")), "404": said("", status=404), "403": said("", status=403),
    "401": said("", status=401), "410": said("", status=410), "others forbidden": said("User-agent: Otherbot\nDisallow: /\n"),
    "another folder": said("User-agent: *\nDisallow: /cart/\n"), "allowed at last": said("User-agent: *\nDisallow: /\nAllow: /2024/\n"),
    "all but us": said("User-agent: *\nDisallow: /\n\nUser-agent: Backlit\nAllow: /\n"), "garbage": said(bytes(range(256)) * 40),
    "empty rule": said("User-agent: *\nDisallow:\n"), "loop": said("", "Location: /robots.txt", status=302), "bom": said("\ufeffUser-agent: x\nDisallow: /\n"),
    "moved": said("", "Location: /else.txt", status=301), "to nowhere": said("", "Location: file:///etc/passwd", status=302),
}  # fmt: skip


def _permitted() -> Iterator[Scenario]:
    for name, robots in ROBOTS.items():
        answers = serving(said(page()), robots, else_txt=said("User-agent: *\nDisallow: /cart\n"))
        yield Scenario(f"live: robots.txt {name}", answers, "live")


def _same_page() -> Iterator[Scenario]:
    """Redirects that only change the spelling of the page."""
    for status in (301, 302, 303, 307, 308):

        def answers(request: Request, status: int = status) -> Script:
            if request.path == PATH:
                return [said("", f"Location: {PATH}/", status=status)]
            return [said(page())] if request.path == f"{PATH}/" else [said("", status=404)]

        yield Scenario(f"live: {status} to the same with a slash", answers, "live")

        def to_https(request: Request, status: int = status) -> Script:
            if request.path != PATH:
                return [said("", status=404)]
            if request.secure:
                return [said(page())]
            return [said("", f"Location: https://{request.host}{PATH}", status=status)]

        yield Scenario(f"live: {status} to https", to_https, "live")


# changed and hidden ------------------------------------------------------------


def _changed() -> Iterator[Scenario]:
    rels = {"nofollow": "nofollow", "NoFollow": "nofollow", "sponsored": "sponsored", "ugc noopener": "ugc",
            "noopener nofollow sponsored": "both", "nofollow,ugc": ""}  # fmt: skip
    for rel, means in rels.items():
        html = page(f'<a rel="{rel}" href="{TARGET}">the best tea</a>')
        expected = ("changed", ("rel",)) if means else ("live", ())
        yield Scenario(f"changed: rel became {rel}", serving(said(html)), *expected)
    yield Scenario(
        "changed: rel went", serving(said(page())), "changed", ("rel",), known=known(rel=("nofollow",))
    )
    yield Scenario(
        "changed: rel swapped",
        serving(said(page(f'<a rel=ugc href="{TARGET}">the best tea</a>'))),
        "changed",
        ("rel",),
        known=known(rel=("sponsored",)),
    )
    for words in ("green tea", "The best tea", "", "<img src=x alt='the best coffee'>", "tea", "茶"):
        yield Scenario(
            f"changed: anchor became {words!r}",
            serving(said(page(f'<a href="{TARGET}">{words}</a>'))),
            "changed",
            ("anchor",),
        )
    both = page(f'<a rel=nofollow href="{TARGET}">green tea</a>')
    yield Scenario("changed: anchor and rel", serving(said(both)), "changed", ("anchor", "rel"))
    for new in (
        "https://shop.target.example/coffee",
        "https://target.example/",
        "http://shop.target.example/tea",
    ):
        html = page(f'<a href="{new}">the best tea</a>')
        yield Scenario(f"changed: leads to {new}", serving(said(html)), "changed", ("target",))
    moved = page("nothing").replace("Made by hand.", f"Made by hand. {LINK}")
    yield Scenario("changed: moved to the footer", serving(said(moved)), "changed", ("placement",))
    for status in (301, 302, 303, 307, 308):
        answers = serving(said("", "Location: /new/place", status=status), new__place=said(page()))
        yield Scenario(f"changed: the page moved by {status}", answers, "changed", ("page",))
    for head in (
        '<meta http-equiv=refresh content="0;url=/new/place">',
        "<meta http-equiv='Refresh' content='3; URL=/new/place'>",
    ):
        answers = serving(said(page("nothing", head=head)), new__place=said(page()))
        yield Scenario(f"changed: the page moved by {head}", answers, "changed", ("page",))
    by_header = serving(said(page("nothing"), "Refresh: 0; url=/new/place"), new__place=said(page()))
    yield Scenario("changed: the page moved by a Refresh header", by_header, "changed", ("page",))
    chain = serving(said("", "Location: /one", status=301), one=said("", "Location: /two", status=302),
                    two=said("", "Location: /three", status=307), three=said(page()))  # fmt: skip
    yield Scenario("changed: the page moved over three hops", chain, "changed", ("page",))


HIDING = {
    "display-none": (
        '<span style="display:none">{}</span>',
        '<div style="display: none !important">{}</div>',
    ),
    "visibility": ('<span style="visibility:hidden">{}</span>',),
    "opacity": ('<span style="opacity:0">{}</span>',),
    "hidden-attribute": ("<div hidden>{}</div>",),
    "zero-size": ('<span style="font-size:0">{}</span>', '<span style="font-size:1px">{}</span>'),
    "off-screen": (
        '<div style="position:absolute;left:-9999px">{}</div>',
        '<p style="text-indent:-9000px">{}</p>',
    ),
    "noscript": ("<noscript>{}</noscript>",),
}


def _hidden() -> Iterator[Scenario]:
    for technique, wraps in HIDING.items():
        for number, wrap in enumerate(wraps):
            for before in ("visible", None):
                answers = serving(said(page(wrap.format(LINK))))
                name = f"hidden: {technique} {number}, before {before}"
                yield Scenario(name, answers, "hidden", (technique,), known=known(hidden=before))


FAMILIES = (
    *(_charsets, _codings, _framings, _spellings, _documents, _permitted, _same_page, _changed, _hidden),
    *troubles.FAMILIES,
)


def scenarios() -> list[Scenario]:
    """All of them, in order."""
    return [scenario for family in FAMILIES for scenario in family()]
