"""Do we read what the public conformance suites have, to the last row? Rows that cannot apply are named."""

import json
import re
import zlib
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from backlit.ingest.assemble import Tally
from backlit.ingest.declared import parse_refresh
from backlit.ingest.html import read_html
from backlit.ingest.http import parse_response
from backlit.ingest.records import records
from backlit.urls import page_key, parse_url, registrable_domain, resolve, url_of_key
from tests.unit.damage import outside
from tests.unit.shared import SHARED, needs_shared

pytestmark = needs_shared
SUITES = SHARED / "data/suites"
URL = parse_url("https://page.example/")


def cases_of(path: str) -> list[dict[str, Any]]:
    """The cases of a suite in the form of the web platform tests, in which strings are comments."""
    return [c for c in json.loads((SUITES / path).read_text(encoding="utf-8")) if not isinstance(c, str)]


def test_891_urls_parse_as_told_and_survive_their_key() -> None:
    cases, wrong = cases_of("url/urltestdata.json"), []
    for case in cases:
        expected = None if case.get("failure") else case["href"].partition("#")[0]
        if expected is not None and not expected.startswith(("http://", "https://")):
            expected = None  # not a web page
        found = resolve(case["input"], case.get("base"))
        if found != expected or (found is not None and url_of_key(page_key(found)) != found):
            wrong.append((case["input"], case.get("base"), expected, found))
    assert (len(cases), wrong) == (891, [])


def test_2758_internationalised_hosts() -> None:
    cases = cases_of("idna/IdnaTestV2.json") + cases_of("idna/toascii.json")
    cannot_apply = [case for case in cases if case["input"] == ""]  # a URL has no empty host
    wrong = []
    for case in cases:
        expected = None if case["output"] is None else f"https://{case['output']}/x"
        found = resolve(f"https://{case['input']}/x")
        if case not in cannot_apply and found != expected:
            wrong.append((case["input"], expected, found))
    assert (len(cases), len(cannot_apply), wrong) == (2_758, 1, [])


def test_20_hosts_of_an_older_suite() -> None:
    cases = cases_of("idna/IdnaTestV2-removed.json")
    expected = [case["output"] and f"https://{case['output']}/" for case in cases]
    assert (len(cases), [resolve(f"https://{case['input']}/") for case in cases]) == (20, expected)


def test_78_hosts_have_the_domain_that_the_public_suffix_list_says() -> None:
    lines = (SUITES / "psl/test_psl.txt").read_text(encoding="utf-8").splitlines()
    rows = [line[18:].split(");")[0].split(",") for line in lines if line.startswith("checkPublicSuffix(")]
    pairs = [[None if name.strip() == "null" else name.strip(" '") for name in row] for row in rows]
    cannot_apply = [pair for pair in pairs if pair[0] is None]  # no host at all
    wrong = []
    for host, expected in pairs:
        if host is None:
            continue
        parsed = resolve(f"https://{host}/")
        assert parsed is not None, host
        wanted = resolve(f"https://{expected}/") if expected else parsed  # without a domain it is its own
        if f"https://{registrable_domain(parsed[8:-1])}/" != wanted:
            wrong.append((host, expected))
    assert (len(pairs), len(cannot_apply), wrong) == (78, 1, [])


def tree_cases(path: Path) -> Iterator[dict[str, list[str]]]:
    """The cases of a file of html5lib's tree construction tests: their sections, as lines."""
    case: dict[str, list[str]] = {}
    section: list[str] = []
    for line in path.read_bytes().decode("utf-8").split("\n"):
        if line == "#data" and case:
            yield case
            case = {}
        name = line.removeprefix("#")
        if line.startswith("#") and name in _SECTIONS:
            section = case.setdefault(name, [])
        else:
            section.append(line)
    yield case


_SECTIONS = {"data", "errors", "new-errors", "document-fragment", "script-on", "script-off", "document"}
#: What an `a` says and what stands in it.
Anchor = tuple[dict[str, str], str]


def drawn_nodes(tree: list[str]) -> list[tuple[int, str]]:
    """The nodes of a tree as the suite draws it, with their depths; what stands in templates is left out."""
    lines: list[str] = []
    for line in tree:
        if line.startswith("| "):
            lines.append(line[2:])
        elif lines:
            lines[-1] += f"\n{line}"  # a text or a comment of several lines
    nodes, template = [], -1
    for line in lines:
        drawn = line.lstrip(" ")
        depth = len(line) - len(drawn)
        template = template if depth > template >= 0 else -1
        if template < 0:
            nodes.append((depth, drawn.rstrip("\n")))
            template = depth if drawn.startswith("<template>") else -1
    return nodes


def told_anchors(tree: list[str]) -> list[Anchor]:
    """The `a` elements of a drawn tree."""
    nodes, anchors = drawn_nodes(tree), []
    for at, (depth, drawn) in enumerate(nodes):
        if drawn in ("<a>", "<svg a>", "<math a>"):
            inner = list(takewhile(lambda node, depth=depth: node[0] > depth, nodes[at + 1 :]))  # type: ignore[misc]
            said = [
                value for below, value in inner if below == depth + 2 and not value.startswith(("<", '"'))
            ]
            pairs = [value.replace("xlink ", "xlink:").split("=", 1) for value in said]
            texts = [value[1:-1] for _, value in inner if value.startswith('"')]
            anchors.append(({name: value[1:-1] for name, value in pairs}, "".join(texts)))
    return anchors


def seen_anchors(tree: LexborHTMLParser) -> list[Anchor]:
    """The `a` elements of a parsed page."""
    nodes: list[LexborNode] = tree.css("a")
    return [({k: v or "" for k, v in node.attributes.items()}, node.text(deep=True)) for node in nodes]


def test_1575_trees_have_the_same_links() -> None:
    documents, wrong, with_anchors = 0, [], 0
    for path in sorted((SUITES / "html/tree-construction").glob("*.dat")):
        for case in tree_cases(path):
            if "document-fragment" in case or "script-on" in case:
                continue
            body, told = "\n".join(case["data"]).encode(), told_anchors(case["document"])
            hrefs = [said.get("href") or said.get("xlink:href") or "" for said, _ in told]
            read = [link.href for link in read_html(body, url=URL).links() if link.anchor is not None]
            documents += 1
            with_anchors += bool(told)
            if seen_anchors(LexborHTMLParser(body)) != told or read != [
                h.strip() for h in hrefs if h.strip()
            ]:
                wrong.append((path.name, body, told, seen_anchors(LexborHTMLParser(body)), read))
    assert (documents, with_anchors, wrong) == (1_575, 33, [])


def test_69_refreshes() -> None:
    cases = json.loads((SUITES / "html/wpt_meta_refresh.json").read_text(encoding="utf-8"))["cases"]
    assert len(cases) == 69
    for content, expected in cases:
        read = parse_refresh(content)
        where = None if read is None or read[1] is None else resolve(read[1], URL.href)
        should = resolve(expected[1], URL.href) if expected and expected[1] else None
        assert (read and read[0], where) == (expected[0] if expected else None, should), content


#: Records read, problems counted and bytes of the file that are in no record, of all 18.
WARCS = {
    "jwarc_cc.warc.gz": (1, 0, 0),
    "jwarc_gzip_extra_sl.warc.gz": (1, 0, 0),
    "warcio_bad.arc": (0, 1, 331),  # ARC, the format before WARC, is not read; it is said so
    "warcio_example-bad-non-chunked.warc.gz": (6, 0, 0),  # all records in one gzip member
    "warcio_example-bad.warc.gz.bad": (6, 0, 0),
    "warcio_example-digest.warc": (4, 0, 0),
    "warcio_example-iana.org-chunked.warc": (3, 0, 0),
    "warcio_example-resource.warc.gz": (3, 0, 0),
    "warcio_example-space-in-target-uri.warc.gz": (2, 0, 0),
    "warcio_example-space-in-url.arc": (0, 1, 1_873),
    "warcio_example-trunc.warc": (4, 1, 0),  # a record that lost its end, and the next one is found
    "warcio_example-wget-bad-target-uri.warc.gz": (6, 0, 0),
    "warcio_example-wrong-chunks.warc.gz": (2, 0, 0),
    "warcio_example.arc": (0, 1, 1_808),
    "warcio_example.arc.gz": (0, 2, 1_027),
    "warcio_example.warc": (6, 0, 0),
    "warcio_example.warc.gz": (6, 0, 0),
    "warcio_post-test.warc.gz": (6, 0, 0),
}


def test_the_warc_files_are_these() -> None:
    assert {path.name for path in (SUITES / "warc").iterdir()} == set(WARCS)


@pytest.mark.parametrize("name", WARCS)
def test_18_bad_warcs_are_records_and_counted_bytes_exactly(name: str) -> None:
    path, tally = SUITES / "warc" / name, Tally()
    found = list(records(path, tally))
    assert (tally.records, tally.records_bad, tally.bytes_skipped) == WARCS[name]
    raw = path.read_bytes()
    decoded = inflated(raw) if name.endswith((".gz", ".bad")) else raw
    lost = outside(decoded, found)
    assert lost == (len(decoded) if not found else 0)
    assert tally.bytes_read == path.stat().st_size
    assert tally.bytes_skipped == (len(raw) if not found else 0)


def inflated(packed: bytes) -> bytes:
    """All members of a gzip file, by zlib."""
    whole = b""
    while packed:
        member = zlib.decompressobj(31)
        whole, packed = whole + member.decompress(packed), member.unused_data
    return whole


def _body(name: str) -> tuple[str, bytes]:
    coding = re.sub(r"^(bomb|html)-|-static|-streaming|-no-content-size|-content-size|\.bin$", "", name)
    coding = coding.replace("rawdeflate", "deflate").replace("zlibdeflate", "deflate").replace("-", ", ")
    return ("gzip" if name.endswith(".gz") else coding), (
        SUITES / "http/scrapy_compressed" / name
    ).read_bytes()


#: Length of the body, whether it is whole, and what is said of it; a bomb holds 11,511,612 bytes.
BOMB = (5 << 20, False, "a body of more than 5 MiB: read up to there")
BODIES = {
    **dict.fromkeys((f"bomb-{coding}.bin" for coding in ("br", "deflate", "gzip", "zstd")), BOMB),
    **dict.fromkeys(
        (f"html-{coding}.bin" for coding in ("br", "gzip", "gzip-deflate")), (74_837, True, None)
    ),
    "html-gzip-deflate-gzip.bin": (74_837, True, None),
    "html-rawdeflate.bin": (74_840, True, None),
    "html-zlibdeflate.bin": (74_840, True, None),
    "html-zstd-static-content-size.bin": (74_837, True, None),
    "html-zstd-static-no-content-size.bin": (74_837, True, None),
    "html-zstd-streaming-no-content-size.bin": (74_837, True, None),
    "truncated-crc-error-short.gz": (3_741, False, None),
    "truncated-crc-error.gz": (25_542, False, None),
    "unexpected-eof.gz": (8_576, False, None),
}


@pytest.mark.parametrize("name", BODIES)
def test_16_packed_bodies(name: str) -> None:
    coding, body = _body(name)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\n\r\n".encode()
    response = parse_response(head + body)
    assert response is not None
    assert (len(response.body), response.complete, response.problem) == BODIES[name]
