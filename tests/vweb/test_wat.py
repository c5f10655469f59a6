"""Do our WAT files say what Common Crawl's would?"""

import json
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import ada_url
import pytest
from selectolax.lexbor import LexborHTMLParser

from backlit.vweb import VirtualWeb
from backlit.vweb.captures import Capture, captures, packed
from backlit.vweb.lexer import html_metadata
from backlit.vweb.warc import gzip_member
from backlit.vweb.wat import wat_from_warc, wat_record
from tests.unit.shared import SHARED, needs_shared
from tests.vweb.conftest import Links, Pages, Web

_SAMPLES = SHARED / "data" / "warc_samples"


def _envelopes(path: Path) -> list[dict[str, Any]]:
    return [json.loads(c.record.block) for c in captures(path) if c.record.field("WARC-Type") == "metadata"]


def _html(envelope: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = envelope["Envelope"]["Payload-Metadata"]["HTTP-Response-Metadata"][
        "HTML-Metadata"
    ]
    return found


@pytest.fixture(scope="module")
def wat(web: Web, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    path = tmp_path_factory.mktemp("wat") / "crawl-0.warc.wat.gz"
    web.write_wat(path, crawl=0)
    return _envelopes(path)


def test_a_wat_record_has_the_shape_of_common_crawl_s(wat: list[dict[str, Any]]) -> None:
    about = wat[1]["Envelope"]
    assert wat[1]["Container"].keys() == {"Filename", "Compressed", "Offset", "Gzip-Metadata"}
    assert about.keys() == {"Payload-Metadata", "Format", "WARC-Header-Length", "WARC-Header-Metadata"}
    assert about["Payload-Metadata"]["HTTP-Response-Metadata"].keys() == {
        "Response-Message",
        "Headers-Length",
        "Headers",
        "HTML-Metadata",
        "Entity-Length",
        "Entity-Digest",
        "Entity-Trailing-Slop-Length",
    }
    message = about["Payload-Metadata"]["HTTP-Response-Metadata"]["Response-Message"]
    assert message == {"Version": "HTTP/1.1", "Status": "200", "Reason": "OK"}
    header = about["WARC-Header-Metadata"]
    assert (header["WARC-Type"], header["WARC-Target-URI"]) == ("response", "https://gardenhaus.example/")


def test_wat_lists_the_true_links_of_every_page(
    wat: list[dict[str, Any]], crawls: list[Pages], truths: list[Links]
) -> None:
    """The lexer and the truth agree on target, text and rel, in document order."""
    known: dict[str, list[tuple[str, str, frozenset[str]]]] = defaultdict(list)
    for link in truths[0]:
        if link.kind == "a":
            known[link.source_url].append((link.target_url, link.anchor[:128], link.rel))
    for page, envelope in zip(crawls[0], wat[1:], strict=True):
        metadata = _html(envelope)
        base = ada_url.join_url(page.url, metadata.get("Head", {}).get("Base", page.url))
        found = [
            (
                ada_url.join_url(base, link["url"]).partition("#")[0],
                link.get("text", ""),
                frozenset(link.get("rel", "").lower().split()),
            )
            for link in metadata.get("Links", [])
            if link["path"] == "A@/href"
        ]
        assert found == known[page.url], page.url


def test_offsets_point_at_the_records_of_the_warc_file(tmp_path: Path) -> None:
    web, path = VirtualWeb(pages=200), tmp_path / "crawl-0.warc.gz"
    web.write_warc(path, crawl=0)
    web.write_wat(tmp_path / "wat", crawl=0)
    places = [(c.offset, c.packing and c.packing.deflate_length, c.header_length) for c in captures(path)]
    assert [
        (
            int(envelope["Container"]["Offset"]),
            int(envelope["Container"]["Gzip-Metadata"]["Deflate-Length"]),
            int(envelope["Envelope"]["WARC-Header-Length"]),
        )
        for envelope in _envelopes(tmp_path / "wat")
    ] == places


def test_a_wat_made_from_a_warc_file_equals_the_one_made_from_the_web(tmp_path: Path) -> None:
    web = VirtualWeb(pages=200)
    web.write_wat(tmp_path / "wat", crawl=0, requests=True)
    wat = _envelopes(tmp_path / "wat")
    name = wat[0]["Container"]["Filename"]
    web.write_warc(tmp_path / name, crawl=0, requests=True)
    wat_from_warc(tmp_path / name, tmp_path / "out.wat")
    assert _envelopes(tmp_path / "out.wat") == wat


@pytest.mark.parametrize(
    ("html", "links"),
    [
        ("<a href=/x>one</a>", [{"path": "A@/href", "url": "/x", "text": "one"}]),
        ("<a href='/x'/>text", [{"path": "A@/href", "url": "/x"}]),
        ("<a name=top>no href</a>", []),
        ("<a href=/x>never closed", []),
        ("<a href=1>a<a href=2>b</a>c</a>", [{"url": "2", "text": "b"}, {"url": "1", "text": "abc"}]),
        ("<!-- <a href=/x>x</a> --><script>'<a href=/y>y</a>'</script>", []),
        ('<a title="it\'s" href=/x>b</a>', [{"url": "/x", "title": "it's", "text": "b"}]),
        ("<a href=/x href=/y>first wins</a>", [{"url": "/x", "text": "first wins"}]),
        ("<a href='?a=1&amp;b=2&copy=3'>&amp;</a>", [{"url": "?a=1&b=2&copy=3", "text": "&"}]),
        (f"<a href=/x>{'long ' * 50}</a>", [{"url": "/x", "text": ("long " * 26)[:128]}]),
        ("<a href=/x><p>one</p><p>two</p></a>", [{"url": "/x", "text": "one two"}]),
        ("<IMG SRC=a.png ALT='A b'>", [{"path": "IMG@/src", "url": "a.png", "alt": "A b"}]),
        ("<style>p{background:url('a.png')}</style>", [{"path": "STYLE/#text", "href": "a.png"}]),
        ("<a href='unclosed>x</a>", [{"url": "'unclosed", "text": "x"}]),
    ],
)
def test_the_lexer_reads_bad_html(html: str, links: list[dict[str, str]]) -> None:
    found = html_metadata(html).get("Links", [])
    assert [{key: link.get(key) for key in want} for link, want in zip(found, links, strict=True)] == links


def test_the_title_is_that_of_the_head() -> None:
    page = "<head><title>A &amp; b</title></head><svg><title>no</title></svg><title>late</title>"
    assert html_metadata(page)["Head"]["Title"] == "A & b"


def test_a_hostile_page_costs_no_more_than_its_length() -> None:
    for bomb in ("<a href='" * 20_000, "<" * 200_000, "<!--" * 50_000, "<a " + "x=1 " * 50_000):
        assert isinstance(html_metadata(bomb), dict)


@needs_shared
def test_a_real_capture_gives_common_crawl_s_own_record() -> None:
    """The published WAT sample covers the request of its capture.

    The published WARC sample was packed anew with two more header fields (digests), so these are
    taken out first. What may differ then: name and offset of the file, and how gzip packed it.
    """
    expected = _envelopes(_SAMPLES / "whirlwind" / "whirlwind.warc.wat")[0]
    request = list(captures(_SAMPLES / "whirlwind" / "whirlwind.warc"))[1].record
    fields = [field for field in request.fields if not field[0].endswith("-Digest")]
    original = replace(request, fields=fields)
    capture = packed(original, 0, gzip_member(original.to_bytes()))
    found = json.loads(wat_record(capture, "name").block)
    for envelope in (found, expected):
        del envelope["Container"]["Filename"], envelope["Container"]["Offset"]
        del envelope["Container"]["Gzip-Metadata"]["Deflate-Length"]
    assert found == expected


@needs_shared
def test_a_real_page_s_links_are_all_listed() -> None:
    response = list(captures(_SAMPLES / "whirlwind" / "whirlwind.warc"))[2]
    metadata = _html(json.loads(wat_record(response, "name").block))
    body = response.record.block.partition(b"\r\n\r\n")[2]
    tree = LexborHTMLParser(body)
    anchors = [
        (node.attributes["href"], " ".join(node.text(deep=True).split())[:128])
        for node in tree.css("a[href]")
    ]
    listed = [x for x in metadata["Links"] if x["path"] == "A@/href"]
    assert [x["url"] for x in listed] == [href for href, _ in anchors]
    assert metadata["Head"]["Title"].startswith("Escopete")


#: What Common Crawl's own tests expect of their sample pages: (address, element and attribute).
_EXPECTED = {
    "/html4.html": [
        ("background.jpg", "BODY@/background"),
        ("http://www.example.com/a-href.html", "A@/href"),
        ("#anchor", "A@/href"),
        ("image.png", "IMG@/src"),
        ("image.gif", "IMG@/src"),
        ("http://example.com/image-description.html#image.gif", "IMG@/longdesc"),
        ("helloworld.swf", "OBJECT@/data"),
        ("http://www.example.com/shakespeare.html", "Q@/cite"),
        ("http://www.example.com/shakespeare-long.html", "BLOCKQUOTE@/cite"),
    ],
    "/poor_html5.html": [("http://www.example.com/", "A@/href")],
    "/link-extraction-test-onclick-attr.html": [
        ("webpage.html", "DIV@/onclick"),
        ("index.html", "INPUT@/onclick"),
        ("http://www.x.com/", "INPUT@/onclick"),
        ("button-child.php", "INPUT@/onclick"),
        ("http://example.com/", "INPUT@/onclick"),
        ("http://example.com/location/href/1.html", "INPUT@/onclick"),
        ("http://example.com/location/href/2.html", "INPUT@/onclick"),
    ],
    "/link-extraction-test-unescaped-entities.xhtml": [
        ("/view?id=logo&action=edit", "A@/href"),
        ("http://www.example.com/search?q=examples&n=20", "A@/href"),
        ("/view?id=logo&res=420x180", "STYLE/#text"),
        ("https://img.example.org/view?id=867&res=10x16", "IMG@/src"),
    ],
    "/cc/link-extraction-test-anchor-text.html": [("https://example.org/", "A@/href")],
}
_COUNTS = {
    "/fb-video.html": 4,
    "/data-href.examples.html": 23,  # with three addresses of link elements
    "/fb-social-plugins.html": 9,
    "/link-extraction-test-html5-video.html": 6,
}


def _sample_pages() -> dict[str, dict[str, Any]]:
    path = _SAMPLES / "ia-web-commons" / "link-extraction-test.warc"
    found = {}
    for capture in captures(path):
        uri = (capture.record.field("WARC-Target-URI") or "").strip("<>")
        if capture.record.field("WARC-Type") == "response":
            found["/" + uri.split("/", 3)[3]] = _metadata_of(capture)
    return found


def _metadata_of(capture: Capture) -> dict[str, Any]:
    return _html(json.loads(wat_record(capture, "name").block))


def _addresses(metadata: dict[str, Any]) -> list[tuple[str, str]]:
    return [(link.get("url") or link["href"], link["path"]) for link in metadata.get("Links", [])]


@needs_shared
def test_the_sample_pages_give_the_links_that_common_crawl_expects() -> None:
    pages = _sample_pages()
    assert {name: sorted(_addresses(pages[name])) for name in _EXPECTED} == {
        name: sorted(links) for name, links in _EXPECTED.items()
    }
    counts = {
        n: len(pages[n].get("Links", [])) + len(pages[n].get("Head", {}).get("Link", [])) for n in _COUNTS
    }
    assert counts == _COUNTS


@needs_shared
def test_the_sample_pages_give_the_heads_and_texts_that_common_crawl_expects() -> None:
    pages = _sample_pages()
    entities = pages["/link-extraction-test-unescaped-entities.xhtml"]
    assert entities["Head"]["Title"] == 'Title – "Title" written using character entities'
    assert entities["Head"]["Base"] == "http://www.example.com/"
    assert entities["Head"]["Metas"][0] == {
        "content": "Apostrophe's description",
        "property": "og:description",
    }
    assert [x["text"] for x in entities["Links"] if x["path"] == "A@/href"] == ["logo", "Examples & more"]
    (spaced,) = pages["/cc/link-extraction-test-anchor-text.html"]["Links"]
    assert spaced["text"] == "Anchor text with white space character entities and HTML block elements"
    assert "Title" not in pages["/data-href.examples.html"]["Head"]


@needs_shared
def test_repeated_headers_become_lists_and_languages_metas() -> None:
    folder = _SAMPLES / "ia-web-commons"
    (capture,) = captures(folder / "mutliple-headers.warc")
    about = json.loads(wat_record(capture, "name").block)["Envelope"]["Payload-Metadata"]
    headers = about["HTTP-Response-Metadata"]["Headers"]
    assert headers["x-powered-by"] == ["PHP/8.3.11", "PleskLin"]
    assert (len(headers["link"]), headers["server"]) == (3, "cloudflare")
    languages = [
        [(meta["name"], meta["content"]) for meta in _metadata_of(c)["Head"]["Metas"] if "name" in meta]
        for c in captures(folder / "html-lang-attribute.warc")
        if c.record.field("WARC-Type") == "response"
    ]
    assert languages == [
        [("HTML@/lang", "en")],
        [("HTML@/lang", "zh-CN")],
        [("HTML@/lang", "cs-cz")],
        [("HTML@/lang", "en"), ("HTML@/xml:lang", "en")],
        [("HTML@/xml:lang", "es-MX")],
    ]


@needs_shared
@pytest.mark.parametrize("name", ["IAH-urls-wget.warc", "IAH-urls-wget.warc.gz"])
def test_older_archives_can_be_turned_into_wat(name: str, tmp_path: Path) -> None:
    source = _SAMPLES / "ia-web-commons" / name
    count = wat_from_warc(source, tmp_path / "out.wat.gz")
    assert count == 1 + len(list(captures(source))) == 1 + len(_envelopes(tmp_path / "out.wat.gz"))
