"""Does a WARC file become the observations that its responses are?"""

import gzip
import tracemalloc
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import zstandard

from backlit.ingest.assemble import Tally
from backlit.ingest.http import BODY_LIMIT, parse_response
from backlit.ingest.records import records
from backlit.ingest.warc import read_record, read_warc
from backlit.model import LINKS, PAGES, Kind, PageSign, Reader, Robots

URL = "https://page.example/dir/"
HTML = (
    b'<title>T</title><p>See <a href="https://far.example/x" rel=nofollow>this</a> and <a href=/in>that</a>.'
)
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
Row = dict[str, Any]


def record(block: bytes, *, url: str = URL, kind: str = "response", extra: str = "") -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2024-05-06T07:08:09Z\r\n"
        f"WARC-IP-Address: 192.0.2.7\r\n{extra}Content-Length: {len(block)}\r\n\r\n"
    )
    return gzip.compress(head.encode() + block + b"\r\n\r\n")


def read(tmp_path: Path, *packed: bytes, internal: bool = False) -> tuple[list[Row], list[Row], Tally]:
    path = tmp_path / "crawl.warc.gz"
    path.write_bytes(b"".join(packed))
    tally = Tally()
    pages: list[Row] = []
    links: list[Row] = []
    for page_batch, link_batch in read_warc(path, "the-source", tally, lambda _domain: internal):
        assert (page_batch.schema, link_batch.schema) == (PAGES, LINKS)
        pages += page_batch.to_pylist()
        links += link_batch.to_pylist()
    assert (tally.pages, tally.links) == (len(pages), len(links))
    return pages, links, tally


def test_a_page_and_its_link_are_whole_rows(tmp_path: Path) -> None:
    pages, links, _ = read(tmp_path, record(OK + HTML))
    when = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
    assert pages == [
        {
            "page_key": "example.page/dir/",
            "page_domain": "page.example",
            "fetched_at": when,
            "reader": Reader.WARC,
            "status": 200,
            "complete": True,
            "keeps_internal": False,
            "robots": 0,
            "canonical_key": None,
            "redirect_key": None,
            "refresh_key": None,
            "digest": None,
            "title": "T",
            "language": None,
            "ip": "192.0.2.7",
            "content_type": "text/html",
            "text_length": len("See this and that ."),
            "external_links": 1,
            "internal_links": 1,
            "outlinks": [{"target_key": "example.far/x", "kind": Kind.A}],
            "source_id": "the-source",
            "offset": 0,
            "generator": None,
            "author": None,
            "published_at": None,
            "trackers": [],
            "sign": PageSign.ORDINARY,
        }
    ]
    (link,) = links
    assert {name: link[name] for name in ("target_key", "target_domain", "source_key", "source_domain")} == {
        "target_key": "example.far/x",
        "target_domain": "far.example",
        "source_key": "example.page/dir/",
        "source_domain": "page.example",
    }
    assert (link["kind"], link["occurrence"], link["ordinal"], link["rel"]) == (Kind.A, 0, 0, 1)
    assert (link["anchor"], link["before"], link["after"], link["hidden"]) == ("this", "See", "and that.", 0)
    assert (link["first_seen"], link["last_seen"], link["gone_at"]) == (when, when, None)
    assert (link["source_title"], link["source_ip"], link["source_robots"]) == ("T", "192.0.2.7", 0)


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_gone_is_a_complete_look_without_links(tmp_path: Path, status: int) -> None:
    (page,), links, _ = read(tmp_path, record(b"HTTP/1.1 %d No\r\n\r\n" % status + HTML))
    assert (page["status"], page["complete"], page["outlinks"], links) == (status, True, [], [])
    assert (page["external_links"], page["robots"]) == (None, None)


@pytest.mark.parametrize("status", [403, 429, 500, 503, 206, 999])
def test_other_answers_say_nothing_about_links(tmp_path: Path, status: int) -> None:
    (page,), links, _ = read(
        tmp_path, record(b"HTTP/1.1 %d\r\nContent-Type: text/html\r\n\r\n" % status + HTML)
    )
    assert (page["status"], page["complete"], page["outlinks"], links) == (status, False, [], [])


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_one_link(tmp_path: Path, status: int) -> None:
    head = b"HTTP/1.1 %d Moved\r\nlocation: //far.example/to?a=b#part\r\n\r\n" % status
    (page,), (link,), _ = read(tmp_path, record(head))
    assert (page["status"], page["complete"], page["redirect_key"]) == (status, True, "example.far/to?a=b")
    assert (link["kind"], link["target_key"], link["anchor"]) == (Kind.REDIRECT, "example.far/to?a=b", None)


def test_a_redirect_within_the_domain_is_a_fact_of_the_page(tmp_path: Path) -> None:
    (page,), links, _ = read(tmp_path, record(b"HTTP/1.1 301\r\nLocation: /to\r\n\r\n"))
    assert (page["redirect_key"], links) == ("example.page/to", [])


def test_a_redirect_to_nowhere_is_no_complete_look(tmp_path: Path) -> None:
    (page,), links, _ = read(tmp_path, record(b"HTTP/1.1 302 Found\r\nLocation: javascript:x\r\n\r\n"))
    assert (page["complete"], page["redirect_key"], links) == (False, None, [])


def test_what_is_no_page_is_passed_over_in_peace(tmp_path: Path) -> None:
    pages, _, tally = read(
        tmp_path,
        record(OK.replace(b"text/html", b"image/png") + b"\x89PNG"),
        record(OK.replace(b"text/html", b"application/json") + HTML),
        record(b"GET / HTTP/1.1\r\n\r\n", kind="request"),
        record(OK, kind="revisit"),
        record(OK + HTML, url="ftp://page.example/"),
        record(b"software: x\r\n", kind="warcinfo"),
        record(b"text", kind="resource", extra="Content-Type: text/plain\r\n", url="dns:page.example"),
    )
    assert (pages, tally.records, tally.records_bad) == ([], 7, 0)


def test_a_page_without_content_type_is_known_by_its_look(tmp_path: Path) -> None:
    bare = b"HTTP/1.0 200 OK\r\n\r\n"
    pages, _, _ = read(tmp_path, record(bare + b"\n<!-- x --><!DOCTYPE html>" + HTML), record(bare + b"text"))
    assert [page["title"] for page in pages] == ["T"]


def test_a_resource_is_a_page(tmp_path: Path) -> None:
    (page,), _, _ = read(tmp_path, record(HTML, kind="resource", extra="Content-Type: text/html\r\n"))
    assert (page["status"], page["title"], page["external_links"]) == (200, "T", 1)


def test_target_uris_as_tools_write_them(tmp_path: Path) -> None:
    pages, _, tally = read(
        tmp_path,
        record(OK + HTML, url="<https://page.example/angle>"),
        record(OK + HTML, url="https://page.example/a b"),
        record(OK + HTML, url="http://"),
    )
    assert [page["page_key"] for page in pages] == ["example.page/angle", "example.page/a%20b"]
    assert (tally.records_bad, tally.problems[0][1]) == (1, "no readable WARC-Target-URI: 'http://'")


def test_internal_links_are_kept_when_asked_for(tmp_path: Path) -> None:
    _, links, _ = read(tmp_path, record(OK + HTML), internal=True)
    assert [(link["target_key"], link["ordinal"]) for link in links] == [
        ("example.far/x", 0),
        ("example.page/in", 1),
    ]


def test_a_page_that_sends_on_has_a_link_of_that_kind(tmp_path: Path) -> None:
    body = b"<meta http-equiv=refresh content='0;url=https://far.example/y'>"
    (page,), (link,), _ = read(tmp_path, record(OK + body))
    assert (page["status"], page["redirect_key"]) == (200, None)
    assert (link["kind"], link["target_key"]) == (Kind.META_REFRESH, "example.far/y")


def test_headers_may_be_repeated_folded_and_of_any_case(tmp_path: Path) -> None:
    head = (
        b"HTTP/1.1 200\nCONTENT-TYPE: Text/HTML;\n charset=windows-1251\nX-Robots-Tag: noindex\n"
        b"x-robots-tag: nofollow\nContent-Type: image/png\n\n"
    )
    (page,), _, _ = read(tmp_path, record(head + "<title>Мир</title>".encode("cp1251")))
    assert (page["title"], page["robots"]) == ("Мир", Robots.NOINDEX | Robots.NOFOLLOW)


def test_a_page_counts_as_noindex_from_the_day_that_it_names(tmp_path: Path) -> None:
    dated = OK.replace(b"\r\n\r\n", b"\r\nX-Robots-Tag: unavailable_after: %b\r\n\r\n")
    pages, links, _ = read(
        tmp_path,
        record(dated % b"6 May 2024 07:08:08 GMT" + HTML),
        record(dated % b"6 May 2024 07:08:10 GMT" + HTML),
    )
    assert [page["robots"] for page in pages] == [Robots.NOINDEX, 0]
    assert [link["source_robots"] for link in links] == [Robots.NOINDEX, 0]


def test_each_robots_header_names_its_own_agents(tmp_path: Path) -> None:
    head = OK.replace(b"\r\n\r\n", b"\r\nX-Robots-Tag: otherbot: noindex\r\nX-Robots-Tag: nofollow\r\n\r\n")
    (page,), _, _ = read(tmp_path, record(head + HTML))
    assert page["robots"] == Robots.NOFOLLOW


def _chunked(body: bytes, size: int = 50) -> bytes:
    chunks = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x;ext=1\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"


def _deflated(body: bytes, window: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, window)
    return packer.compress(body) + packer.flush()


BROTLI = bytes.fromhex("0b0280") + b"hello" + b"\x03"

CODINGS = {
    "chunked": ("Transfer-Encoding: chunked", _chunked(HTML)),
    "chunked in name only": ("Transfer-Encoding: chunked", HTML),
    "gzip": ("Content-Encoding: gzip", gzip.compress(HTML)),
    "x-gzip, chunked": (
        "Content-Encoding: x-gzip\r\nTransfer-Encoding: chunked",
        _chunked(gzip.compress(HTML)),
    ),
    "gzip in name only": ("Content-Encoding: gzip", HTML),
    "deflate": ("Content-Encoding: deflate", _deflated(HTML, 15)),
    "raw deflate": ("Content-Encoding: deflate", _deflated(HTML, -15)),
    "zstd": ("Content-Encoding: zstd", zstandard.compress(HTML)),
    "twice": ("Content-Encoding: deflate, gzip", gzip.compress(_deflated(HTML, 15))),
    "identity": ("Content-Encoding: identity", HTML),
}


@pytest.mark.parametrize("name", CODINGS)
def test_bodies_are_unpacked(name: str) -> None:
    headers, body = CODINGS[name]
    response = parse_response(b"HTTP/1.1 200 OK\r\n" + headers.encode() + b"\r\n\r\n" + body)
    assert response is not None
    assert (response.body, response.complete, response.problem) == (HTML, True, None)


def test_brotli_is_unpacked() -> None:
    response = parse_response(b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n" + BROTLI)
    assert response is not None
    assert (response.body, response.complete) == (b"hello", True)


BROKEN = {
    "a chunk cut off": ("Transfer-Encoding: chunked", _chunked(HTML)[:-40]),
    "gzip cut off": ("Content-Encoding: gzip", gzip.compress(HTML)[:-20]),
    "gzip damaged": ("Content-Encoding: gzip", gzip.compress(HTML)[:30] + b"\xff" * 40),
    "a coding nobody knows": ("Content-Encoding: sdch", HTML),
    "zstd damaged": ("Content-Encoding: zstd", zstandard.compress(HTML)[:20] + b"\xff" * 40),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_body_that_cannot_be_unpacked_makes_no_complete_page(tmp_path: Path, name: str) -> None:
    headers, body = BROKEN[name]
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" + headers.encode() + b"\r\n\r\n"
    (page,), _, _ = read(tmp_path, record(head + body))
    assert page["complete"] is False


def test_bombs_are_cut_at_the_limit() -> None:
    bomb = gzip.compress(b"\0" * 60_000_000)
    response = parse_response(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + bomb)
    assert response is not None
    assert (len(response.body), response.complete) == (BODY_LIMIT, False)
    assert response.problem == "a body of more than 5 MiB: read up to there"


def test_many_tiny_chunks_take_no_more_than_their_bytes() -> None:
    body = b"1\r\nx\r\n" * 200_000
    tracemalloc.start()
    response = parse_response(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert response is not None
    assert (len(response.body), response.complete) == (200_000, False)
    assert peak < 3 * len(body)


def test_codings_over_codings_are_not_followed() -> None:
    body = HTML
    for _ in range(9):
        body = gzip.compress(body)
    response = parse_response(
        b"HTTP/1.1 200 OK\r\nContent-Encoding: " + b"gzip, " * 8 + b"gzip\r\n\r\n" + body
    )
    assert response is not None
    assert (response.body, response.complete) == (b"", False)
    assert response.problem == "9 content codings, one over another"


@pytest.mark.parametrize(
    "head", [b"HTTP/1.1 200 OK", OK[:-2], OK[:-2] + b"X: " + b"y" * 200_000 + b"\r\n\r\n" + HTML]
)
def test_headers_without_an_end_make_no_complete_page(tmp_path: Path, head: bytes) -> None:
    response = parse_response(head)
    assert response is not None
    assert (response.body, response.complete) == (b"", False)
    assert response.problem == "HTTP headers without an end"


def test_a_page_keeps_its_first_ten_thousand_links_and_says_so(tmp_path: Path) -> None:
    many = b"".join(b"<a href=//far.example/%d>" % n for n in range(10_001))
    (page, other), links, tally = read(tmp_path, record(OK + many), record(OK + HTML))
    assert (page["complete"], page["external_links"], len(page["outlinks"])) == (False, None, 10_000)
    assert (other["complete"], len(links)) == (True, 10_001)
    assert tally.problems == [(0, "page holds more than 10,000 links: read up to there")]


def test_a_page_that_is_not_parsed_is_a_counted_problem(tmp_path: Path) -> None:
    (page,), links, tally = read(tmp_path, record(OK + HTML + b"<div>" * 50_000))
    assert (page["complete"], links, page["title"], page["text_length"]) == (False, [], None, None)
    assert tally.records_bad == 1
    assert "nested too deep" in tally.problems[0][1]


def test_a_record_that_is_no_response_is_a_counted_problem(tmp_path: Path) -> None:
    undated = gzip.compress(
        gzip.decompress(record(OK + HTML)).replace(b"2024-05-06T07:08:09Z", b"some day in May...!")
    )
    pages, _, tally = read(tmp_path, record(b"no status line"), undated)
    assert (pages, tally.records, tally.records_bad) == ([], 2, 2)


TRUNCATED = "WARC-Truncated: length\r\n"


def test_a_capture_that_was_cut_is_no_complete_look(tmp_path: Path) -> None:
    pages, links, tally = read(
        tmp_path,
        record(OK + HTML, extra=TRUNCATED),
        record(b"HTTP/1.1 301 Moved\r\nLocation: https://far.example/\r\n\r\n", extra=TRUNCATED),
        record(b"HTTP/1.1 404 No\r\n\r\n", extra=TRUNCATED),
        record(OK + HTML),
    )
    assert [page["complete"] for page in pages] == [False, False, False, True]
    assert (len(links), tally.records_bad) == (3, 0)


@pytest.mark.parametrize(
    ("stated", "complete"),
    [
        (len(HTML), True),
        (len(HTML) - 1, True),
        (0, True),
        (len(HTML) + 1, False),
        (500_000, False),
        ("many", True),
        ("9" * 30, True),
    ],
)
def test_a_body_shorter_than_it_was_said_to_be_is_not_complete(
    tmp_path: Path, stated: object, complete: bool
) -> None:
    head = OK.replace(b"\r\n\r\n", f"\r\nContent-Length: {stated}\r\n\r\n".encode())
    (page,), (link,), tally = read(tmp_path, record(head + HTML))
    assert (page["complete"], link["target_key"], tally.records_bad) == (complete, "example.far/x", 0)


@pytest.mark.parametrize("coding", [b"Transfer-Encoding: chunked", b"Content-Encoding: gzip"])
def test_the_length_of_a_coded_body_says_nothing_of_the_decoded_one(tmp_path: Path, coding: bytes) -> None:
    head = OK.replace(b"\r\n\r\n", b"\r\nContent-Length: 9999\r\n" + coding + b"\r\n\r\n")
    (page,), _, _ = read(tmp_path, record(head + HTML))
    assert page["complete"] is True


@pytest.mark.parametrize("location", [URL, URL + "#part", "", ".", "//page.example/dir/"])
def test_a_redirect_of_a_page_to_itself_says_nothing_of_it(tmp_path: Path, location: str) -> None:
    head = f"HTTP/1.1 302 Found\r\nLocation: {location}\r\n\r\n".encode()
    (page,), links, _ = read(tmp_path, record(head), internal=True)
    assert (page["complete"], page["redirect_key"], page["outlinks"], links) == (False, None, [], [])


def test_a_redirect_to_the_other_scheme_is_one_to_another_page(tmp_path: Path) -> None:
    head = b"HTTP/1.1 301 Moved\r\nLocation: " + URL.replace("https", "http").encode() + b"\r\n\r\n"
    (page,), _, _ = read(tmp_path, record(head))
    assert (page["complete"], page["redirect_key"]) == (True, "example.page/dir/ http")


@pytest.mark.parametrize("date", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "yesterday"])
def test_a_capture_of_no_time_is_counted(tmp_path: Path, date: str) -> None:
    odd = gzip.compress(gzip.decompress(record(OK + HTML)).replace(b"2024-05-06T07:08:09Z", date.encode()))
    pages, _, tally = read(tmp_path, record(OK + HTML), odd)
    assert len(pages) == 1
    why = f"no WARC-Date from 1990 to 2100: {date!r}"
    assert tally.problems == [(len(record(OK + HTML)), why)]


def test_a_long_base_cannot_multiply_what_a_page_holds(tmp_path: Path) -> None:
    base = b"<base href='https://far.example/" + b"A" * 8_000 + b"/'>"
    hostile = base + b"".join(b"<a href=%d>" % n for n in range(15_000))
    (page, other), (link,), tally = read(tmp_path, record(OK + hostile), record(OK + HTML))
    assert (page["complete"], page["external_links"], page["outlinks"]) == (False, None, [])
    assert (other["complete"], link["target_key"]) == (True, "example.far/x")
    assert tally.problems == [(0, "page holds too much link text")]


@pytest.mark.parametrize("count", [5, 1_500, 10_001])
def test_who_wants_few_of_many_links_hears_of_a_page_what_a_file_says(tmp_path: Path, count: int) -> None:
    # so few tags that no process beside tries it first, which a busy machine lets run out of time
    links = "".join(f"<a href=https://far{n}.example/>x" for n in range(count))
    pages, told, _ = read(tmp_path, record(OK + f"<title>T</title>{links}".encode()))
    [one] = records(tmp_path / "crawl.warc.gz", Tally())
    found = read_record(one, wants=lambda key: key == "example.far3/")
    assert found is not None
    names = ("complete", "external_links", "internal_links", "title")
    assert [found.page[name] for name in names] == [pages[0][name] for name in names]
    wanted = [row for row in told if row["target_key"] == "example.far3/"]
    assert [link["ordinal"] for link in found.links] == [row["ordinal"] for row in wanted] == [3]
