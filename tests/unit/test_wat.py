"""Which pages and links does a WAT file report, and what becomes of one that is broken?"""

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from backlit.ingest.assemble import Tally
from backlit.ingest.wat import read_wat
from backlit.model import LINKS, PAGES, VENDOR_COLUMNS, Kind, Rel, Robots

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "warc_samples"
DATE = "2024-05-18T01:58:10Z"
PAGE = "https://www.example.com/dir/page"
Json = dict[str, Any]
Rows = list[dict[str, Any]]


def a(url: str, **more: str) -> Json:
    return {"path": "A@/href", "url": url, **more}


def envelope(
    html: Json | None = None,
    *,
    status: object = "200",
    headers: Json | None = None,
    capture: Json | None = None,
) -> Json:
    response: Json = {
        "Response-Message": {"Status": status, "Version": "HTTP/1.1", "Reason": "OK"},
        "Headers": {"Content-Type": "text/html; charset=UTF-8", **(headers or {})},
    }
    if html is not None:
        response["HTML-Metadata"] = html
    return {
        "Container": {"Filename": "x.warc.gz", "Offset": "1"},
        "Envelope": {
            "Payload-Metadata": {"HTTP-Response-Metadata": response},
            "WARC-Header-Metadata": {
                "WARC-Type": "response",
                "WARC-Date": DATE,
                "WARC-Target-URI": PAGE,
                **(capture or {}),
            },
        },
    }


def record(payload: Json | bytes) -> bytes:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    head = (
        "WARC/1.0\r\nWARC-Type: metadata\r\nWARC-Date: 2024-06-01T00:00:00Z\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body + b"\r\n\r\n"


def read(folder: Path, *payloads: Json | bytes, internal: bool = False) -> tuple[Rows, Rows, Tally]:
    path = folder / "x.warc.wat.gz"
    path.write_bytes(b"".join(gzip.compress(record(payload)) for payload in payloads))
    return read_file(path, internal=internal)


def read_file(path: Path, *, internal: bool = False) -> tuple[Rows, Rows, Tally]:
    tally, pages, links = Tally(), Rows(), Rows()
    for page_batch, link_batch in read_wat(path, "src", tally, lambda _domain: internal):
        assert (page_batch.schema, link_batch.schema) == (PAGES, LINKS)
        pages += page_batch.to_pylist()
        links += link_batch.to_pylist()
    return pages, links, tally


def test_a_capture_becomes_a_whole_page_and_whole_links(tmp_path: Path) -> None:
    html = {
        "Head": {
            "Title": " A \n title ",
            "Metas": [
                {"name": "HTML@/lang", "content": "en-GB"},
                {"name": "ROBOTS", "content": "NoFollow"},
                {"property": "og:url", "content": "https://og.net/"},
            ],
            "Link": [
                {"path": "LINK@/href", "url": "/canonical", "rel": "canonical"},
                {"path": "LINK@/href", "url": "https://cdn.net/x.css", "rel": "stylesheet"},
            ],
        },
        "Links": [
            {"path": "IMG@/src", "url": "https://img.net/logo.png", "alt": "logo"},
            a("https://other.org/x?utm_source=y", text=" their \n site", rel="nofollow UGC", target="_blank"),
            a("/inside", text="inside"),
            a("mailto:me@example.com"),
        ],
    }

    pages, links, tally = read(tmp_path, envelope(html, capture={"WARC-IP-Address": "192.0.2.7"}))

    at = datetime(2024, 5, 18, 1, 58, 10, tzinfo=UTC)
    assert pages == [
        {
            "page_key": "com.example.www/dir/page", "page_domain": "example.com", "fetched_at": at,
            "reader": 2, "status": 200, "complete": True, "keeps_internal": False,
            "robots": Robots.NOFOLLOW, "canonical_key": "com.example.www/canonical", "redirect_key": None,
            "refresh_key": None, "digest": None,
            "title": "A title", "language": "en-GB", "ip": "192.0.2.7", "content_type": "text/html",
            "text_length": None, "external_links": 1, "internal_links": 2,
            "outlinks": [{"target_key": "org.other/x?utm_source=y", "kind": 1}], "source_id": "src",
            "offset": 0, "generator": None, "author": None, "published_at": None, "trackers": None,
            "sign": None,
        }
    ]  # fmt: skip
    assert links == [
        {
            "target_key": "org.other/x?utm_source=y", "target_domain": "other.org",
            "source_key": "com.example.www/dir/page", "source_domain": "example.com", "kind": 1,
            "occurrence": 0, "ordinal": 1, "rel": Rel.NOFOLLOW | Rel.UGC, "placement": None, "hidden": None,
            "anchor": "their site", "alt": None, "before": None, "after": None,
            "target_canonical": "org.other/x", "canonical_version": 2, "source_title": "A title",
            "source_language": "en-GB", "source_ip": "192.0.2.7", "source_robots": Robots.NOFOLLOW,
            "first_seen": at, "last_seen": at, "gone_at": None, "gone_reason": None, "reader": 2,
            "source_id": "src", "offset": 0, **dict.fromkeys(VENDOR_COLUMNS), "source_defers": True,
        }
    ]  # fmt: skip
    assert (tally.records, tally.records_bad, tally.pages, tally.links) == (1, 0, 1, 1)


def test_every_element_that_links_has_its_kind_and_what_the_extractor_knows_of_it(tmp_path: Path) -> None:
    head = {
        "Metas": [{"http-equiv": "Refresh", "content": "5; URL='https://h.net/'"}],
        "Link": [
            {"path": "LINK@/href", "url": "https://b.net/", "rel": "Canonical"},
            {"path": "LINK@/href", "url": "https://c.net/", "rel": "alternate"},
            {
                "path": "LINK@/href",
                "url": "https://d.net/",
                "rel": "alternate",
                "type": "application/rss+xml",
            },
            {"path": "LINK@/href", "url": "https://e.net/", "rel": "amphtml"},
            {"path": "LINK@/href", "url": "https://x.net/", "rel": "alternate stylesheet"},
            {"path": "LINK@/href", "url": "https://y.net/", "rel": "alternate", "type": "text/xml+oembed"},
            {"path": "LINK@/href", "rel": "canonical"},
        ],
    }
    body = [
        a("https://i.net/"),
        {"path": "AREA@/href", "url": "https://j.net/", "rel": "nofollow"},
        {"path": "FORM@/action", "url": "https://k.net/", "method": "post"},
        {"path": "IFRAME@/src", "url": " https://l.net/\n"},
        {"path": "SCRIPT@/src", "url": "https://z.net/"},
        {"path": "STYLE/#text", "href": "https://z.net/"},
        a(""),
        {"path": "A@/href"},
    ]

    _, links, _ = read(tmp_path, envelope({"Head": head, "Links": body}))

    assert [
        (r["target_domain"], Kind(r["kind"]).name, r["rel"], r["anchor"], r["ordinal"]) for r in links
    ] == [
        ("h.net", "META_REFRESH", None, None, 0),
        ("b.net", "CANONICAL", None, None, 1),
        ("c.net", "ALTERNATE", None, None, 2),
        ("d.net", "FEED", None, None, 3),
        ("e.net", "AMPHTML", None, None, 4),
        ("i.net", "A", 0, "", 5),
        ("j.net", "AREA", Rel.NOFOLLOW, None, 6),
        ("k.net", "FORM", None, None, 7),
        ("l.net", "IFRAME", None, None, 8),
    ]


@pytest.mark.parametrize(
    ("status", "location", "complete", "redirect", "outlinks", "external"),
    [
        ("301", "https://new.org/p", True, "org.new/p", [{"target_key": "org.new/p", "kind": 10}], 1),
        (308, "/moved", True, "com.example.www/moved", [], 0),
        ("302", None, False, None, [], None),
        ("302", "ftp://new.org/", False, None, [], None),
        ("302", PAGE, False, None, [], None),
        ("307", "page#x", False, None, [], None),
        ("404", None, True, None, [], None),
        ("410", "https://new.org/p", True, None, [], None),
        ("503", None, False, None, [], None),
        ("oops", None, False, None, [], None),
        (None, None, False, None, [], None),
    ],
)
def test_what_other_answers_say(
    tmp_path: Path, status: object, location: str | None, complete: bool, redirect: str | None,
    outlinks: Rows, external: int | None,
) -> None:  # fmt: skip
    headers = {"LOCATION": location} if location else {}
    html = {"Links": [a("https://error-page.net/")]}

    pages, links, tally = read(tmp_path, envelope(html, status=status, headers=headers))

    row = pages[0]
    assert (row["complete"], row["redirect_key"], row["outlinks"]) == (complete, redirect, outlinks)
    assert (row["external_links"], len(links), tally.records_bad) == (external, len(outlinks), 0)


def test_a_page_that_is_cut_or_was_not_extracted_is_no_complete_look(tmp_path: Path) -> None:
    html = {"Links": [a("https://other.org/")]}

    pages, links, _ = read(tmp_path, envelope(html, capture={"WARC-Truncated": "length"}), envelope(None))

    assert [(row["complete"], row["external_links"]) for row in pages] == [(False, 1), (False, None)]
    assert len(links) == 1


def test_what_is_no_page_is_passed_over_in_silence(tmp_path: Path) -> None:
    pdf = envelope(None, headers={"Content-Type": "application/pdf"})
    request = envelope({}, capture={"WARC-Type": "request"})
    dns = envelope({}, capture={"WARC-Target-URI": "dns:example.com"})

    pages, links, tally = read(tmp_path, pdf, request, dns)

    assert (pages, links, tally.records, tally.records_bad) == ([], [], 3, 0)


@pytest.mark.parametrize(
    ("headers", "metas", "robots"),
    [
        ({}, [], 0),
        ({"x-robots-tag": "noindex, nofollow"}, [], Robots.NOINDEX | Robots.NOFOLLOW),
        ({"X-Robots-Tag": ["otherbot: noindex", "googlebot: nofollow"]}, [], Robots.NOFOLLOW),
        ({}, [{"name": "robots", "content": "none"}], Robots.NOINDEX | Robots.NOFOLLOW),
        ({}, [{"name": "googlebot", "content": "noindex"}], Robots.NOINDEX),
        ({}, [{"name": "otherbot", "content": "noindex"}, {"name": "robots"}], 0),
    ],
)
def test_robots_rules_come_from_header_and_head(
    tmp_path: Path, headers: Json, metas: list[Json], robots: int
) -> None:
    pages, _, _ = read(tmp_path, envelope({"Head": {"Metas": metas}}, headers=headers))

    assert [row["robots"] for row in pages] == [robots]


@pytest.mark.parametrize(
    ("base", "target"),
    [
        ("https://cdn.net/x/", "net.cdn/x/rel"),
        ("//cdn.net", "net.cdn/rel"),
        ("javascript:x", "com.example.www/dir/rel"),
        ("sub/", "com.example.www/dir/sub/rel"),
    ],
)
def test_references_are_resolved_against_the_base(tmp_path: Path, base: str, target: str) -> None:
    html = {"Head": {"Base": base}, "Links": [a("rel")]}

    _, links, _ = read(tmp_path, envelope(html), internal=True)

    assert [row["target_key"] for row in links] == [target]


def test_internal_links_are_kept_where_asked(tmp_path: Path) -> None:
    html = {"Links": [a("/inside"), a("#top"), a("https://other.org/")]}

    pages, links, _ = read(tmp_path, envelope(html), internal=True)

    assert [row["target_key"] for row in links] == ["com.example.www/inside", "org.other/"]
    assert (pages[0]["internal_links"], pages[0]["external_links"], pages[0]["keeps_internal"]) == (
        1,
        1,
        True,
    )


GOOD = envelope({"Links": [a("https://other.org/")]})
BROKEN: dict[str, bytes | Json] = {
    "no JSON": b"\x00\xff nothing",
    "empty": b"",
    "cut": json.dumps(GOOD).encode()[:-40],
    "a list": b"[]",
    "no envelope": b'{"Container":{}}',
    "garbage after": json.dumps(GOOD).encode() + b" }",
    "nested too deep": b'{"Container":' + b"[" * 100_000,
    "broken UTF-8": json.dumps(GOOD).encode().replace(b"other", b"oth\xe9r"),
    "half a surrogate pair": json.dumps(GOOD).encode().replace(b"other", rb"\ud800"),
    "links no list": envelope({"Links": "x"}),
    "a link no object": envelope({"Links": ["x"]}),
    "a number for a text": envelope({"Links": [{"path": "A@/href", "url": 5}]}),
    "headers no object": envelope({}, headers=None) | {"Envelope": {"WARC-Header-Metadata": []}},
    "no URL": envelope({}, capture={"WARC-Target-URI": None}),
    "an absurd URL": envelope({}, capture={"WARC-Target-URI": "http://[broken/"}),
    "a URL too long": envelope({}, capture={"WARC-Target-URI": "http://e.org/" + "x" * 9_000}),
    "no date": envelope({}, capture={"WARC-Date": None}),
    "no such date": envelope({}, capture={"WARC-Date": "2024-99-99T00:00:00Z"}),
    "a date before the web": envelope({}, capture={"WARC-Date": "0001-01-01T00:00:00+14:00"}),
    "a date after us": envelope({}, capture={"WARC-Date": "9999-12-31T23:59:59-14:00"}),
    "no HTTP": {"Envelope": {"WARC-Header-Metadata": GOOD["Envelope"]["WARC-Header-Metadata"]}},
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_record_is_counted_with_its_place_and_costs_no_other(tmp_path: Path, name: str) -> None:
    pages, links, tally = read(tmp_path, GOOD, BROKEN[name], GOOD)

    assert (len(pages), len(links), tally.records, tally.records_bad) == (2, 2, 3, 1)
    [(offset, why)] = tally.problems
    assert offset == len(gzip.compress(record(GOOD)))
    assert len(why) < 400


@pytest.mark.parametrize(
    "url", ["http://", "https://[::1", "http://\ud7ff\x00", "::::", "//", "\\\\", "x" * 20_000]
)
def test_absurd_references_are_no_links_and_no_error(tmp_path: Path, url: str) -> None:
    pages, links, tally = read(tmp_path, envelope({"Links": [a(url), a("https://other.org/")]}))

    assert [row["target_key"] for row in links] in (["org.other/"], ["com.example.www/x", "org.other/"])
    assert (len(pages), tally.records_bad) == (1, int(len(url) > 8_192))


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
PLACES = (
    ("Envelope",),
    ("Envelope", "Payload-Metadata"),
    ("Envelope", "WARC-Header-Metadata", "WARC-Type"),
    ("Envelope", "WARC-Header-Metadata", "WARC-Date"),
    ("Envelope", "WARC-Header-Metadata", "WARC-IP-Address"),
    ("Envelope", "Payload-Metadata", "HTTP-Response-Metadata"),
    ("Envelope", "Payload-Metadata", "HTTP-Response-Metadata", "Headers", "Location"),
    ("Envelope", "Payload-Metadata", "HTTP-Response-Metadata", "Response-Message", "Status"),
    ("Envelope", "Payload-Metadata", "HTTP-Response-Metadata", "HTML-Metadata", "Head"),
    ("Envelope", "Payload-Metadata", "HTTP-Response-Metadata", "HTML-Metadata", "Head", "Metas"),
    ("Envelope", "Payload-Metadata", "HTTP-Response-Metadata", "HTML-Metadata", "Links"),
)


@settings(max_examples=150, deadline=None)
@given(place=st.sampled_from(PLACES), junk=JUNK)
def test_no_junk_in_any_place_is_an_error(
    tmp_path_factory: pytest.TempPathFactory, place: tuple[str, ...], junk: object
) -> None:
    broken = json.loads(json.dumps(envelope({"Head": {}, "Links": [a("https://other.org/")]})))
    inner = broken
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = junk

    pages, _, tally = read(tmp_path_factory.getbasetemp(), broken, GOOD)

    assert tally.records == 2
    assert len(pages) + tally.records_bad in (1, 2)


@pytest.mark.parametrize("suffix", [".wat", ".warc.wat.gz", ".wat.zst"])
def test_plain_and_packed_files_read_alike(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x{suffix}"
    packers: dict[str, Callable[[bytes], bytes]]
    packers = {".wat": bytes, ".warc.wat.gz": gzip.compress, ".wat.zst": zstandard.compress}
    pack = packers[suffix]
    path.write_bytes(b"".join(pack(record(GOOD)) for _ in range(3)))

    pages, links, tally = read_file(path)

    assert (len(pages), len(links), tally.records_bad) == (3, 3, 0)
    assert tally.bytes_read == path.stat().st_size


@pytest.mark.shared
@pytest.mark.skipif(not SAMPLES.is_dir(), reason="no ../shared beside the checkout")
@pytest.mark.parametrize("name", ["whirlwind.warc.wat", "whirlwind.warc.wat.gz"])
def test_common_crawls_own_sample_holds_only_a_request(name: str) -> None:
    pages, links, tally = read_file(SAMPLES / "whirlwind" / name)

    assert (pages, links, tally.records, tally.records_bad) == ([], [], 2, 0)
