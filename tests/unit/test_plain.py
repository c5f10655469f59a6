"""Do compiled kernels give the very rows of each page that the exact reader gives, or leave it to that?"""

import gzip
import random
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pytest

from backlit.ingest import compiled as compiled_code
from backlit.ingest import warc
from backlit.ingest.assemble import Tally
from backlit.ingest.plain import kept
from backlit.ingest.plain.nodes import PAGE_BYTES
from backlit.ingest.plain.page import PlainReader
from backlit.urls import parse_url
from backlit.vweb import VirtualWeb
from tests.unit.damage import damaged
from tests.unit.shared import SHARED, needs_shared

URL = "https://site.example/some/page"


class Read(NamedTuple):
    """All rows, and all that was counted."""

    pages: list[str]
    links: list[str]
    tally: Tally


def read(path: Path, compiled: bool, monkeypatch: pytest.MonkeyPatch, internal: bool) -> Read:
    tally, pages, links = Tally(), list[str](), list[str]()
    with monkeypatch.context() as patch:
        patch.setattr(compiled_code, "COMPILED_BYTES", 0 if compiled else 1 << 60)
        for page_batch, link_batch in warc.read_warc(path, "src", tally, lambda _domain: internal):
            pages.extend(map(repr, page_batch.to_pylist()))
            links.extend(map(repr, link_batch.to_pylist()))
    return Read(pages, links, tally)


def assert_alike(path: Path, monkeypatch: pytest.MonkeyPatch, internal: bool = False) -> Read:
    compiled, exact = (read(path, each, monkeypatch, internal) for each in (True, False))
    assert compiled.pages == exact.pages
    assert compiled.links == exact.links
    assert compiled.tally == exact.tally
    return compiled


def record(page: bytes, number: int = 0) -> bytes:
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {URL}/{number}\r\n"
        f"WARC-Date: 2026-01-02T03:04:05Z\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def write(folder: Path, pages: Iterable[bytes]) -> Path:
    path = folder / "x.warc.gz"
    path.write_bytes(b"".join(gzip.compress(record(page, n), 1) for n, page in enumerate(pages)))
    return path


def is_plain(page: bytes) -> bool:
    return PlainReader().page(page, parse_url(URL), {"content-type": "text/html; charset=utf-8"}) is not None


#: What a link needs around it for everything about it to differ where the tree does.
def page_of(body: str) -> bytes:
    end = "<p>Words <b>before</b> <a href=https://far.example/last rel=nofollow>last</a> and after.</p>"
    return f"<!doctype html><title>T &amp; t</title><body class=home>{body}{end}".encode()


PLAIN = [
    "<p>one<p>two <a href=//far.example/a>A</a><ul><li>x<li>y <a href=//far.example/b>B</a></ul>",
    "<table><tr><td>a<td><a href=//far.example/c>C</a></table><p><table><caption>c</caption><tr><th></table>",
    "<div><b>x</div>y <a href=//far.example/d>D</a></b> z",
    "<b><i>x</b>y</i> <a href=//far.example/e>E</a>",
    "<a href=//far.example/1>one <a href=//far.example/2>two</a> three",
    "<p><a href=//far.example/3>across<p>paragraphs</a> end",
    "a </span> b &nbsp;&copy &notit; &#x80; &#0; <a href='//far.example/q?a=1&copy=2&amp;b'>&lt;x&gt;</a>",
    "<svg><title>t</title><style>.a{color:red}</style><path d=1 /></svg><a href=//far.example/s><svg/>S</a>",
    "<math><mi>x</mi><mo>=</mo></math> <a href=//far.example/m>M</a>",
    "<select><option>a<option>b<optgroup label=x><option>c</select><a href=//far.example/o>O</a>",
    "<template><a href=//never.example/>n</a><script>'</template>'</script></template>",
    "<script><!-- <script> </script> --></script><a href=//far.example/js>after</a>",
    "<style>.gone{display:none} .far a{color:#fff}</style><div class=gone><a href=//far.example/h>H</a></div>"
    "<p class=far><a href=//far.example/w>W</a>",
    "<textarea>\n<a href=//never.example/>&amp;</a></textarea><pre>\n\nx <a href=//far.example/p>P</a></pre>",
    "<form action=//far.example/f><input><button>b</button></form><iframe src=//far.example/i>&amp;</iframe>",
    "<map><area href=//far.example/area alt=' two  words '></map>"
    "<noscript><a href=//far.example/n>N</a></noscript>",
    "<a href=//far.example/img><img alt='x  y' width=1 height=1></a><h2>h<h3><a href=//far.example/h3>j</a>",
    "<dl><dt>t<dd>d <a href=//far.example/dd>D</a><dt>u</dl></p></br><object>x</object>",
    "<!-- c --><p>x<!--c--> <a href=//far.example/c>c<!-- -->d</a><?php x ?></ bogus>",
    "<body lang=en class=other><html lang=de><head></head><p>x <a href=//far.example/again>A</a>",
    "<nobr>x <a href=//far.example/nobr>N</a></nobr><img src=x =y a=1 a=2 checked>",
    "<b><p>x</b>y <a href=//far.example/x>x</a></p>",
    "<a href=//far.example/1>o<b>n<i>e<u>t<em>w<div>o</a><a href=//far.example/2>x</a></div>y</b>z",
    "<a href=//far.example/1>one<div>two <a href=//far.example/2>three</a></div>",
    "<p><b><i><form action=//far.example/f>x<p>y</b>z<style>.q{color:red}</style></i>w",
    "<b><section><p><div>x</b><ul><li>y</ul></div></section> <a href=//far.example/b>b</a>",
    "</body></html>\n<!-- end -->\n <a href=//far.example/late>late</a>",
]
ODD = [
    "<table><a href=//far.example/out>moved out</a><tr><td>x</table>",
    "<frameset><frame></frameset>",
    "<svg><foreignObject><a href=//far.example/fo>x</a></foreignObject></svg>",
    "<svg><a xlink:href=//far.example/xl>x</a></svg>",
    "<plaintext><a href=//never.example/>x",
    "<script>never closed <a href=//never.example/>",
    "x\0y <a href=//far.example/nul>x</a>",
    "<font><font color=red><font><font><font><a href=//far.example/font>x</a>",
    "<div>" * 600 + "<a href=//far.example/deep>x</a>",
    "<i>" * 300,
    "<b><i><table><tr><b><td></b>x<p></i>y</table>",
    "<a href=//far.example/a><button><a href=//far.example/b>x</a></button></a>",
    "<b><p>" * 1_200 + "</b>" * 1_200,
    "<a href='&#32;'>blank</a> <a href='&#9;//far.example/tab'>tab</a>",
]


@pytest.mark.parametrize("body", PLAIN)
def test_common_pages_are_read_alike(body: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = page_of(body)
    found = assert_alike(write(tmp_path, [page]), monkeypatch)
    assert is_plain(page)
    assert found.links  # the last one is on every page
    assert_alike(tmp_path / "x.warc.gz", monkeypatch, internal=True)


@pytest.mark.parametrize("body", ODD)
def test_odd_pages_are_left_to_the_exact_reader(
    body: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_alike(write(tmp_path, [page_of(body)]), monkeypatch)


def test_a_page_that_takes_too_long_is_read_the_other_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_of("word " * 2_000 + "<a href=//far.example/>x</a> " * 200)
    monkeypatch.setattr(kept, "WORK_LIMIT", 1_000)
    found = assert_alike(write(tmp_path, [page]), monkeypatch)
    assert len(found.links) == 201


LARGE = [
    page_of("word " * 300_000),
    page_of("<p title='" + "v" * 1_100_000 + "'>x</p>"),
    page_of("<!--" + "-" * 1_100_000 + "-->"),
    page_of("<script>var a = '<a href=https://none.example/>';" + "x" * 1_100_000 + "</script>"),
    page_of("<a href=//far.example/>" + "t " * 600_000 + "</a>"),
    page_of("<a href=//far.example/" + "h" * 1_100_000 + ">x</a>"),
    page_of("ж&amp;\r\n" * 150_000),
]


@pytest.mark.parametrize("page", LARGE, ids=range(len(LARGE)))
def test_large_pages_of_few_tags_are_read_alike_and_not_tried_first(
    page: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(page) > 1 << 20
    assert is_plain(page)
    assert_alike(write(tmp_path, [page]), monkeypatch)


def test_pages_of_too_many_bytes_or_tags_are_left_to_the_exact_reader() -> None:
    frame = len(page_of(""))
    assert is_plain(page_of("x" * (PAGE_BYTES - frame)))
    assert not is_plain(page_of("x" * (PAGE_BYTES - frame + 1)))
    assert not is_plain(page_of("<p>x" * 20_000))


def test_headers_and_charsets_are_read_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [
        page_of("<p>grün <a href=//far.example/ü>ü\u00a0 x</a>").replace("ü".encode(), b"\xfc"),
        b"\xef\xbb\xbf" + page_of("<p>x"),
        page_of("<p>x\r\ny\r<a href=//far.example/\r\n>a\r\nb</a>"),
        page_of(
            '<meta http-equiv=refresh content="0; url=/there"><base href=//other.example/><a href=x>x</a>'
        ),
        page_of("<link rel=canonical href=/c><meta name=ROBOTS content=noindex><link rel=amphtml href=/amp>"),
    ]
    assert_alike(write(tmp_path, pages), monkeypatch)


_TAGS = [
    *(
        "a",
        "b",
        "i",
        "em",
        "font",
        "p",
        "div",
        "span",
        "ul",
        "li",
        "dl",
        "dt",
        "dd",
        "h1",
        "h3",
        "table",
        "tr",
    ),
    *("td", "th", "tbody", "caption", "colgroup", "col", "form", "input", "button", "select", "option"),
    *(
        "textarea",
        "pre",
        "script",
        "style",
        "title",
        "svg",
        "path",
        "g",
        "math",
        "mi",
        "noscript",
        "template",
    ),
    *("iframe", "img", "br", "hr", "nav", "header", "footer", "section", "object", "nobr", "body", "html"),
    *("head", "link", "meta", "base", "label", "unknown-one", "address", "blockquote"),
]
_WORDS = [
    "word",
    " ",
    "\n",
    "&amp;",
    "&nbsp",
    "&#x41;",
    "<!--c-->",
    "longer words here ",
    "é\u00a0",
    "<",
    "&",
    "</x",
]
_WITH = [
    "",
    ' class="nav menu"',
    " id=x",
    ' style="display:none"',
    " hidden",
    " role=main",
    ' href="//far.example/p?q=1&amp;r"',
    " href=/inner",
    " checked a=1 A=2",
    " rel='nofollow UGC'",
]


def soup(draw: random.Random, tags: list[str]) -> bytes:
    """Tags in no good order, as nobody writes them."""
    pieces = ["<!doctype html>"] if draw.random() < 0.7 else []
    for _ in range(draw.randrange(5, 60)):
        tag = draw.choice(tags)
        match draw.randrange(6):
            case 0:
                pieces.append(draw.choice(_WORDS))
            case 1 | 2:
                pieces.append(f"</{tag}>")
            case 3:
                n = draw.randrange(9)
                pieces.append(f"<a href=https://far.example/{n}>text {n}</a>")
            case _:
                pieces.append(f"<{tag}{draw.choice(_WITH)}{'/' if draw.random() < 0.05 else ''}>")
    return "".join(pieces).encode()


def assert_soups_alike(
    folder: Path, monkeypatch: pytest.MonkeyPatch, seed: int, count: int, tags: list[str] = _TAGS
) -> None:
    draw = random.Random(seed)
    pages = [soup(draw, tags) for _ in range(count)]
    path = write(folder, pages)
    compiled, exact = (read(path, each, monkeypatch, True) for each in (True, False))
    if compiled != exact:
        for page in pages:  # to name the page that differs
            assert_alike(write(folder, [page]), monkeypatch, internal=True)
    assert compiled == exact


def test_any_order_of_tags_is_read_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_soups_alike(tmp_path, monkeypatch, 7, 1_500)


def test_misnested_blocks_and_formatting_are_read_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tags = [
        *(
            "a",
            "b",
            "i",
            "a",
            "b",
            "i",
            "em",
            "font",
            "nobr",
            "p",
            "div",
            "ul",
            "li",
            "h1",
            "section",
            "form",
        ),
        *("span", "table", "td", "style", "area", "select", "object"),
    ]
    assert_soups_alike(tmp_path, monkeypatch, 8, 1_000, tags)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_many_orders_of_tags_are_read_alike(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_soups_alike(tmp_path, monkeypatch, 100 + seed, 10_000)


def test_the_virtual_web_is_read_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "web.warc.gz"
    VirtualWeb(seed=3, pages=300).write_warc(path, crawl=0)
    assert len(assert_alike(path, monkeypatch).links) > 300


def test_damaged_pages_are_read_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(5)
    bodies = [page_of(body) for body in (*PLAIN, *ODD) if len(body) < 2_000]
    assert_alike(write(tmp_path, [damaged(draw.choice(bodies), draw) for _ in range(800)]), monkeypatch, True)


@needs_shared
def test_documents_of_html5lib_are_read_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = [
        case.partition(b"\n#errors")[0].removeprefix(b"#data\n")
        for path in sorted((SHARED / "data/suites/html/tree-construction").rglob("*.dat"))
        for case in path.read_bytes().split(b"\n\n#data\n")
    ]
    assert len(cases) > 1_000
    assert_alike(write(tmp_path, cases), monkeypatch, internal=True)


@needs_shared
@pytest.mark.parametrize("internal", [False, True])
def test_real_pages_are_read_alike(internal: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    found = assert_alike(SHARED / "data/warc_pages/pages-readability.warc.gz", monkeypatch, internal=internal)
    assert len(found.links) > 1_000


@needs_shared
@pytest.mark.slow
@pytest.mark.parametrize("folder", ["warc_pages", "warc_sites", "webkb"])
def test_all_real_pages_are_read_alike(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in sorted((SHARED / "data" / folder).rglob("*.warc*")):
        assert_alike(path, monkeypatch)


MAKING = b"""<meta name=Generator content="WordPress 6.4 "><meta property="article:author" content="https://x.test/">
<meta name="author" content="Ada &amp; L."><meta name=author content=Bob>
<meta itemprop=datePublished content=2024-05-06><meta property=article:published_time content=2020-01-01>
<script>gtag('config', 'G-ABCDEF1234')</script>"""


def test_what_a_page_tells_of_its_making_is_in_its_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.warc"
    path.write_bytes(record(b"<!doctype html><html><head>" + MAKING + b"<title>x</title><body><p>y"))
    (page,) = assert_alike(path, monkeypatch).pages
    assert page.endswith(
        "'generator': 'WordPress 6.4', 'author': 'Ada & L.', 'published_at': datetime.datetime(2024, 5, 6,"
        " 0, 0, tzinfo=zoneinfo.ZoneInfo(key='UTC')), 'trackers': ['G-ABCDEF1234'], 'sign': 7}"
    )
