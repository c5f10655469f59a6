"""Do the WAT and the WARC of the same pages tell the same links, and where do they differ by design?"""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from backlit.ingest.assemble import Tally
from backlit.ingest.warc import read_warc
from backlit.ingest.wat import read_wat
from backlit.model import Kind
from backlit.vweb import VirtualWeb
from backlit.vweb.wat import wat_from_warc

PAGES = Path(__file__).resolve().parents[3] / "shared" / "data" / "warc_pages"
Rows = dict[tuple[str, str, int, int], dict[str, Any]]
#: Elements whose rel the extractor behind WAT files does not write down.
WITHOUT_REL = (Kind.FORM, Kind.IFRAME)


def links_and_pages(path: Path, bad: int = 0) -> tuple[Rows, dict[str, dict[str, Any]]]:
    """Links by identity and occurrence, pages by key."""
    reader = read_wat if ".wat" in path.name else read_warc
    links: Rows = {}
    pages: dict[str, dict[str, Any]] = {}
    tally = Tally()
    for page_batch, link_batch in reader(path, "src", tally):
        pages |= {row["page_key"]: row for row in page_batch.to_pylist()}
        for row in link_batch.to_pylist():
            links[row["source_key"], row["target_key"], row["kind"], row["occurrence"]] = row
    assert tally.records_bad == bad
    return links, pages


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("crawl")
    web = VirtualWeb(seed=7, pages=500)
    web.write_warc(folder / "x.warc.gz")
    web.write_wat(folder / "x.warc.wat.gz")
    return folder / "x.warc.gz", folder / "x.warc.wat.gz"


def test_both_tell_the_same_links_of_the_virtual_web(crawl: tuple[Path, Path]) -> None:
    (warc, _), (wat, _) = map(links_and_pages, crawl)

    assert len(warc) > 1_000
    assert wat.keys() == warc.keys()
    for key, link in wat.items():
        expected = dict(warc[key])
        if link["kind"] in WITHOUT_REL:
            expected["rel"] = None
        for name in (
            "anchor",
            "rel",
            "source_title",
            "source_language",
            "source_ip",
            "source_robots",
            "first_seen",
        ):
            assert link[name] == expected[name], (key, name)


def test_both_order_the_links_of_a_page_alike(crawl: tuple[Path, Path]) -> None:
    (warc, _), (wat, _) = map(links_and_pages, crawl)

    moved = {key for key in wat if wat[key]["ordinal"] != warc[key]["ordinal"]}

    assert {Kind(key[2]) for key in moved} <= {Kind.META_REFRESH, Kind.CANONICAL, Kind.ALTERNATE, Kind.FEED}
    assert len(moved) < len(wat) / 100


def test_both_tell_the_same_of_the_pages(crawl: tuple[Path, Path]) -> None:
    (_, warc), (_, wat) = map(links_and_pages, crawl)

    only_warc = {"reader", "offset", "text_length", "generator", "author", "published_at", "trackers", "sign"}
    assert wat.keys() == warc.keys()
    for key, page in wat.items():
        differing = {name for name in page if page[name] != warc[key][name]}
        assert differing <= only_warc, key


#: What a lexer without a tree sees differently from a browser: name, HTML, (WARC's links, WAT's links).
#: A link is (target domain, kind, anchor). docs/concepts/wat.md tells the same in words.
DIFFERENCES: dict[str, tuple[str, list[tuple[str, str, str | None]], list[tuple[str, str, str | None]]]] = {
    "long anchors are cut at 128 characters": (
        f'<a href="https://x.net/">{"y" * 200}</a>',
        [("x.net", "A", "y" * 200)],
        [("x.net", "A", "y" * 128)],
    ),
    "words melt where a line break or a block opens between them": (
        '<a href="https://x.net/">one<br>two<div>three</div></a>',
        [("x.net", "A", "one two three")],
        [("x.net", "A", "onetwothree")],
    ),
    "an a that is never closed is not listed": (
        '<p><a href="https://x.net/">one</p>',
        [("x.net", "A", "one")],
        [],
    ),
    "an a in an open a is nested, not the next one": (
        '<a href="https://x.net/">one <a href="https://y.net/">two</a></a>',
        [("x.net", "A", "one"), ("y.net", "A", "two")],
        [("y.net", "A", "two"), ("x.net", "A", "one two")],
    ),
    "the title of a drawing is no anchor": (
        '<a href="https://x.net/"><svg><title>Share</title></svg></a>',
        [("x.net", "A", "Share")],
        [("x.net", "A", "")],
    ),
    "text that looks like markup in a text area is markup": (
        '<textarea><a href="https://x.net/">one</a></textarea>',
        [],
        [("x.net", "A", "one")],
    ),
    "of several bases the last one counts": (
        '<base href="https://x.net/"><base href="https://y.net/"><a href="z">one</a>',
        [("x.net", "A", "one")],
        [("y.net", "A", "one")],
    ),
    "links of the head come first, and hreflang is unknown": (
        '<a href="https://x.net/">one</a><link rel="alternate" href="https://y.net/">',
        [("x.net", "A", "one")],
        [("y.net", "ALTERNATE", None), ("x.net", "A", "one")],
    ),
    "what stands in a link comes before it": (
        '<a href="https://x.net/">one<iframe src="https://y.net/"></iframe></a>',
        [("x.net", "A", "one"), ("y.net", "IFRAME", None)],
        [("y.net", "IFRAME", None), ("x.net", "A", "one")],
    ),
}


def in_warc(html: str) -> bytes:
    http = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<title>t</title>{html}"
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Date: 2024-05-18T01:58:10Z\r\n"
        "WARC-Record-ID: <urn:uuid:292f457d-203c-42f2-a1b5-69a4dabefd4f>\r\n"
        "WARC-Target-URI: https://example.com/page\r\nContent-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(http.encode())}\r\n\r\n"
    )
    return head.encode() + http.encode() + b"\r\n\r\n"


@pytest.mark.parametrize("name", DIFFERENCES)
def test_each_known_difference_is_as_described(tmp_path: Path, name: str) -> None:
    html, by_warc, by_wat = DIFFERENCES[name]
    (tmp_path / "x.warc").write_bytes(in_warc(html))
    wat_from_warc(tmp_path / "x.warc", tmp_path / "x.warc.wat")

    for file, expected in (("x.warc", by_warc), ("x.warc.wat", by_wat)):
        links, _ = links_and_pages(tmp_path / file)
        rows = sorted(links.values(), key=lambda row: row["ordinal"])
        assert [(r["target_domain"], Kind(r["kind"]).name, r["anchor"]) for r in rows] == expected, file


#: What both see alike, with how many pages are counted as bad.
ALIKE = {
    "a base elsewhere": ('<base href="https://x.net/y"><a href="#z">one</a><a href="z">two</a>', 0),
    "a base at home": ('<base href="/y"><a href="#z">one</a><a href="https://x.net/">two</a>', 0),
    "too long a link": (f'<a href="https://x.net/{"y" * 9_000}">one</a><a href="https://x.net/">two</a>', 1),
    "too many links": ("".join(f'<a href="https://x.net/{n}">{n}</a>' for n in range(10_003)), 1),
}


@pytest.mark.parametrize("name", ALIKE)
def test_what_is_cut_and_where_parts_lead_is_alike(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # ten thousand links take a slow machine longer than any page may take
    monkeypatch.setattr("backlit.ingest.rehearsal.is_small", lambda _page: True)
    html, bad = ALIKE[name]
    (tmp_path / "x.warc").write_bytes(in_warc(html))
    wat_from_warc(tmp_path / "x.warc", tmp_path / "x.warc.wat")
    found = []
    for file in ("x.warc", "x.warc.wat"):
        links, pages = links_and_pages(tmp_path / file, bad)
        told = [[row[name] for name in ("ordinal", "target_key", "kind", "anchor")] for row in links.values()]
        looks = [
            [row[name] for name in ("complete", "external_links", "internal_links")] for row in pages.values()
        ]
        found.append((sorted(told), looks))
    assert found[0] == found[1]
    assert found[0][0]


@pytest.mark.shared
@pytest.mark.skipif(not PAGES.is_dir(), reason="no ../shared beside the checkout")
def test_real_pages_tell_the_same_links_but_for_the_known_differences(tmp_path: Path) -> None:
    source = PAGES / "pages-readability.warc.gz"
    wat_from_warc(source, tmp_path / "x.warc.wat")
    (warc, _), (wat, _) = links_and_pages(source), links_and_pages(tmp_path / "x.warc.wat")
    both = warc.keys() & wat.keys()

    differing = Counter(
        name
        for key in both
        for name in ("anchor", "rel")
        if warc[key][name] != wat[key][name] and key[2] not in WITHOUT_REL
    )

    assert len(both) > 2_500
    assert len(warc.keys() - wat.keys()) == 0
    assert len(wat.keys() - warc.keys()) < 0.002 * len(both)
    assert differing["rel"] == 0
    assert differing["anchor"] < 0.02 * len(both)
