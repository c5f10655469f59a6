"""Where do references lead, and what becomes of a page and its links?"""

import random
import re
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backlit.ingest.assemble import Assembler, PageFacts, RawLink, Tally, keep_none
from backlit.ingest.scope import Scope
from backlit.model import LINKS, PAGES, VENDOR_COLUMNS, Kind, Placement, Reader
from backlit.urls import URL_LIMIT, Url, domain_of_key, page_key, parse_url, resolve

PAGE = parse_url("https://www.example.com/a/b?q=1")
AT = 1_700_000_000_000_000


def located_by_parsing(href: str, page: Url, base: str, *, keeps: bool) -> tuple[object, int, int]:
    """What `locate` must say: the answer of the URL parser alone, with external and internal counts."""
    leads_away = bool(href) and (href[0] != "#" or base != page.href)
    target = resolve(href, base) if leads_away else None
    if target is None:
        return None, 0, 0
    key = page_key(target)
    domain = domain_of_key(key)
    internal = domain == page.domain
    kept = (key, domain) if keeps or not internal else None
    return kept, int(not internal), int(internal)


NASTY = (
    "https:example.com", "https:other.org", "https:/other.org", "http:other.org", "https:///other.org",
    "https:\\other.org", "/\t/evil.com", "\\\\evil.com", "/\\evil.com", "\\/evil.com", "//other.org",
    " //other.org", "\x00//other.org", "/\n/evil.com", "/\r\n/evil.com", "\t/\t/evil.com", "/%09/evil.com",
    "/ /evil.com", "/.//evil.com", "/..//evil.com", ".//evil.com", "?x", "?//evil.com", "? x", "#x", " #x",
    "", " ", "a:b", "./a:b", "/a:b", "a/b:c", "a?b:c", "a#b:c", "%61:b", "a%3ab", "-:b", "a\t:b",
    "ht\ttps://other.org", "HTTPS://OTHER.ORG/", "https://www.EXAMPLE.com/", "https://user:p@other.org/",
    "https://www.example.com@other.org/", "https://www.example.com:443/", "https://other.org:8080/x",
    "http://other.org:80", "https://other.org", "https://other.org?x", "https://other.org#x",
    "https://other.org/#x", "https://other.org/?", "https://other.org/a?b#c", "https://other.org/a?b'c",
    "https://other.org/a'b", "https://other.org/./a", "https://other.org/a/../b",
    "https://other.org/%2e%2E/b", "https://other.org/%2e", "https://other.org/a/.", "https://other.org/.a",
    "https://other.org/a//b", "https://other.org//", "https://other.org/a|b", "https://other.org/[x]",
    "https://other.org/{x}", "https://other.org/^", "https://other.org/a b", "https://other.org/a ",
    "https://other.org/\n", "https://other.org\n", "https://other.org/?a b", "https://other.org/é",
    "https://other.org/?é", "https://bücher.example/", "https://xn--bcher-kva.example/", "https://xn--a/",
    "https://日本.jp/", "https://other。org/", "https://other.org\\x", "http://1.2.3.4/", "http://1/",
    "http://0x7f.1/", "http://1.2.3.4.5/", "http://999.1.1.1/", "http://[::1]/", "http://[::1]:8/x",
    "https://other..org/", "https://.other.org/", "https://other.org./", "https://a-.org/", "https://-/",
    "https://./", "https://com/", "https://a.github.io/", "http:///", "http://", "https://?x",
    "javascript:void(0)", "JavaScript:x", "javascript:https://other.org", "mailto:a@b.c", "tel:1",
    "data:,x", "ftp://other.org/", "://other.org", "www.other.org", "other.org/x", "..", ".", "../../x",
    "x y", "é", "日本", "C|/x", "*", "@", "a@b", "//", "///", "///other.org", "/" * 700, "x" * 8_300,
    "/" + "é" * 599, "/" + "\U0001f600" * 599, "/" + "é" * 2_000, "https://www.example.com/" + "é" * 1_500,
)  # fmt: skip
BASES = (
    PAGE.href, "https://www.example.com/", "http://example.com/x/y.html", "https://other.org/dir/",
    "https://sub.example.com:8443/?x#y", "https://www.example.com/" + "d" * 880,
    "https://www.example.com/" + "d" * 8_000,
)  # fmt: skip


def _says(href: str, base: str, *, keeps: bool) -> tuple[object, int, int]:
    scope = Scope(PAGE, base, keeps)
    return scope.locate(href), scope.external, scope.internal


@pytest.mark.parametrize("base", BASES, ids=lambda base: base[:40])
@pytest.mark.parametrize("keeps", [False, True])
def test_no_nasty_reference_is_told_by_its_shape_wrongly(base: str, keeps: bool) -> None:
    said = {href: _says(href, base, keeps=keeps) for href in NASTY}

    assert said == {href: located_by_parsing(href, PAGE, base, keeps=keeps) for href in NASTY}


@pytest.mark.parametrize("keeps", [False, True])
def test_references_near_a_nasty_one_are_told_rightly_too(keeps: bool) -> None:
    random_ = random.Random(7)
    glyphs = " \t\n\r\x00\x0b\x7f/\\:?#@.%2e-_~'|^[]{}<>\"`é日ﬀ　Aahtps"
    for href in NASTY[:-8]:
        for _ in range(40):
            at = random_.randrange(len(href) + 1)
            mutant = href[:at] + random_.choice(glyphs) + href[at + random_.randrange(2) :]
            for base in BASES[:4]:
                assert _says(mutant, base, keeps=keeps) == located_by_parsing(
                    mutant, PAGE, base, keeps=keeps
                ), mutant


PIECES = st.sampled_from(
    [
        "http", "https", ":", "/", "//", "\\", "?", "#", "@", ".", "..", "%2e", "%", "\t", "\n", " ",
        "\x00", "a", "b:", "é", "日本", "example.com", "www.example.com", "other.org", "xn--", "1", "0x7f",
        "'", "|", "^", "&amp;", "javascript:", "[::1]", ":80", ":443", "-", "~", "+", ";",
    ]
)  # fmt: skip


@settings(max_examples=1_500, deadline=None)
@given(
    href=st.lists(PIECES, max_size=8).map("".join) | st.text(max_size=12),
    base=st.sampled_from(BASES[:5]),
    keeps=st.booleans(),
)
@example(href="https://other.org/a\t", base=PAGE.href, keeps=False)
def test_locate_agrees_with_the_url_parser(href: str, base: str, keeps: bool) -> None:
    assert _says(href, base, keeps=keeps) == located_by_parsing(href, PAGE, base, keeps=keeps)


def _assembled(
    links: list[RawLink], *, keeps_internal: bool = False, **facts: object
) -> tuple[list[dict[str, object]], list[dict[str, object]], Tally]:
    tally = Tally()
    keeps = (lambda _domain: True) if keeps_internal else keep_none
    assembler = Assembler(Reader.WARC, "source-1", tally, keeps)
    page = PageFacts(**({"url": PAGE, "fetched_at": AT, "status": 200, "complete": True} | facts))  # type: ignore[arg-type]  # fields vary by test
    assembler.add(page, assembler.scope(PAGE), links)
    [(pages, rows)] = assembler.batches(final=True)
    assert (pages.schema, rows.schema) == (PAGES, LINKS)
    return pages.to_pylist(), rows.to_pylist(), tally


def test_a_page_and_its_link_become_whole_rows() -> None:
    raw = RawLink(
        Kind.A,
        "http://other.org/p?utm_source=x",
        1,
        "their site",
        "logo",
        Placement.FOOTER,
        0,
        "see",
        "for more",
    )

    pages, links, tally = _assembled(
        [raw, RawLink(Kind.A, "/inside"), RawLink(Kind.A, "mailto:x@y.z")],
        robots=0,
        title="Title",
        language="en",
        ip="192.0.2.1",
        content_type="text/html",
        text_length=40,
        offset=77,
    )

    at = datetime.fromtimestamp(AT / 1e6, UTC)
    assert pages == [
        {
            "page_key": "com.example.www/a/b?q=1", "page_domain": "example.com", "fetched_at": at,
            "reader": 3, "status": 200, "complete": True, "keeps_internal": False, "robots": 0,
            "canonical_key": None, "redirect_key": None, "refresh_key": None, "digest": None,
            "title": "Title", "language": "en",
            "ip": "192.0.2.1", "content_type": "text/html", "text_length": 40, "external_links": 1,
            "internal_links": 1, "outlinks": [{"target_key": "org.other/p?utm_source=x http", "kind": 1}],
            "source_id": "source-1", "offset": 77, "generator": None, "author": None, "published_at": None,
            "trackers": None, "sign": None,
        }
    ]  # fmt: skip
    assert links == [
        {
            "target_key": "org.other/p?utm_source=x http", "target_domain": "other.org",
            "source_key": "com.example.www/a/b?q=1", "source_domain": "example.com", "kind": 1,
            "occurrence": 0, "ordinal": 0, "rel": 1, "placement": 4, "hidden": 0, "anchor": "their site",
            "alt": "logo", "before": "see", "after": "for more", "target_canonical": "org.other/p",
            "canonical_version": 2, "source_title": "Title", "source_language": "en",
            "source_ip": "192.0.2.1", "source_robots": 0, "first_seen": at, "last_seen": at,
            "gone_at": None, "gone_reason": None, "reader": 3, "source_id": "source-1", "offset": 77,
                **dict.fromkeys(VENDOR_COLUMNS), "source_defers": False,
        }
    ]  # fmt: skip
    assert (tally.pages, tally.links) == (1, 1)


def test_links_to_one_target_are_counted_by_kind_and_numbered_in_document_order() -> None:
    hrefs = [
        "https://other.org/",
        "/inside",
        "https://other.org",
        "HTTPS://other.org/#top",
        "https://third.net/",
    ]
    links = [RawLink(Kind.A, href) for href in hrefs] + [RawLink(Kind.FORM, hrefs[0])]

    pages, rows, _ = _assembled(links)

    assert [(r["target_key"], r["kind"], r["occurrence"], r["ordinal"]) for r in rows] == [
        ("org.other/", 1, 0, 0),
        ("org.other/", 1, 1, 2),
        ("org.other/", 1, 2, 3),
        ("net.third/", 1, 0, 4),
        ("org.other/", 3, 0, 5),
    ]
    assert pages[0]["outlinks"] == [
        {"target_key": "org.other/", "kind": 1},
        {"target_key": "net.third/", "kind": 1},
        {"target_key": "org.other/", "kind": 3},
    ]


def test_internal_links_are_kept_where_asked_and_counted_in_any_case() -> None:
    links = [
        RawLink(Kind.A, "/inside"),
        RawLink(Kind.A, "http://blog.example.com/x"),
        RawLink(Kind.A, "#top"),
    ]

    without, no_rows, _ = _assembled(links)
    kept, rows, _ = _assembled(links, keeps_internal=True)

    assert (without[0]["internal_links"], without[0]["outlinks"], no_rows) == (2, [], [])
    assert [row["target_key"] for row in rows] == ["com.example.www/inside", "com.example.blog/x http"]
    assert (kept[0]["internal_links"], kept[0]["keeps_internal"], len(kept[0]["outlinks"])) == (2, True, 2)  # type: ignore[arg-type]  # a list


def test_a_page_without_scope_has_unknown_counts_and_no_links() -> None:
    assembler = Assembler(Reader.WAT, "s", Tally())
    assembler.add(PageFacts(PAGE, AT, 404, complete=True))

    [(pages, links)] = assembler.batches(final=True)

    row = pages.to_pylist()[0]
    assert (row["external_links"], row["internal_links"], row["outlinks"]) == (None, None, [])
    assert (pages.schema, links.schema, links.num_rows) == (PAGES, LINKS, 0)


def test_batches_wait_until_full_and_lose_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backlit.ingest.assemble.BATCH_LINKS", 3)
    tally = Tally()
    assembler = Assembler(Reader.WAT, "s", tally)
    sizes = []
    for n in range(5):
        page = parse_url(f"https://p{n}.org/")
        assembler.add(
            PageFacts(page, AT, 200, complete=True),
            assembler.scope(page),
            [RawLink(Kind.A, "https://x.org/")] * n,
        )
        sizes += [(p.num_rows, r.num_rows) for p, r in assembler.batches()]
    sizes += [(p.num_rows, r.num_rows) for p, r in assembler.batches(final=True)]

    assert sizes == [(3, 3), (1, 3), (1, 4)]
    assert (tally.pages, tally.links) == (5, 10)
    assert list(assembler.batches(final=True)) == []


def test_a_base_on_another_domain_turns_relative_links_into_external_ones() -> None:
    scope = Scope(PAGE, "https://cdn.net/x/", keeps_internal=False)

    assert [scope.locate(href) for href in ("y", "/z", "https://www.example.com/")] == [
        ("net.cdn/x/y", "cdn.net"),
        ("net.cdn/z", "cdn.net"),
        None,
    ]
    assert (scope.external, scope.internal) == (2, 1)


def test_a_part_of_a_page_with_a_base_is_a_part_of_that_base() -> None:
    elsewhere, home = Scope(PAGE, "https://cdn.net/x/", False), Scope(PAGE, None, False)

    assert (elsewhere.locate("#top"), elsewhere.external) == (("net.cdn/x/", "cdn.net"), 1)
    assert (home.locate("#top"), home.external, home.internal) == (None, 0, 0)


def test_links_that_are_too_long_are_left_out_and_counted() -> None:
    tally = Tally()
    assembler = Assembler(Reader.WARC, "s", tally)
    long = "x" * URL_LIMIT
    hrefs = [f"https://other.org/{long}", f"//other.org/?{long}", "/" + "é" * 2_000, "https://other.org/"]
    no_pages = [f"javascript:{long}", f"data:,{long}", f"mailto:{long}", f"#{long}", f"https://[bad/{long}"]
    for links in (hrefs + no_pages, hrefs[:1], hrefs[3:]):
        facts = PageFacts(url=PAGE, fetched_at=AT, status=200, complete=True, offset=7)
        assembler.add(facts, assembler.scope(PAGE), [RawLink(Kind.A, href) for href in links])
    ((pages, links),) = assembler.batches(final=True)

    assert pages.column("external_links").to_pylist() == [1, 0, 1]
    assert links.column("target_key").to_pylist() == ["org.other/"] * 2
    assert tally.problems == [
        (7, "page holds 3 links of more than 8,192 characters: left out"),
        (7, "page holds 1 link of more than 8,192 characters: left out"),
    ]


def test_the_tally_counts_every_problem_and_names_the_first_thousand() -> None:
    tally = Tally()
    for n in range(1_200):
        tally.bad(n, "broken", skipped=2)

    assert (tally.records_bad, tally.bytes_skipped, len(tally.problems)) == (1_200, 2_400, 1_000)
    assert re.fullmatch("broken", tally.problems[-1][1])


def of_size(assembler: Assembler, count: int, size: int) -> None:
    facts = PageFacts(url=PAGE, fetched_at=AT, status=200, complete=True, offset=7)
    hrefs = (f"https://other.org/{'x' * size}{n}" for n in range(count))
    assembler.add(facts, assembler.scope(PAGE), [RawLink(Kind.A, href, before="y" * size) for href in hrefs])


def test_a_batch_is_handed_out_before_its_texts_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backlit.ingest.assemble.BATCH_BYTES", 10_000)
    assembler = Assembler(Reader.WARC, "s", Tally())
    of_size(assembler, 4, 1_000)
    assert list(assembler.batches()) == []
    of_size(assembler, 2, 1_000)
    ((pages, links),) = assembler.batches()
    assert (pages.num_rows, links.num_rows) == (2, 6)
    of_size(assembler, 4, 1_000)
    assert list(assembler.batches()) == []


def test_a_page_with_too_much_link_text_is_counted_and_none_of_its_links_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("backlit.ingest.assemble.PAGE_BYTES", 10_000)
    tally = Tally()
    assembler = Assembler(Reader.WARC, "s", tally)
    of_size(assembler, 2, 1_000)
    of_size(assembler, 5, 1_000)
    of_size(assembler, 1, 1_000)
    ((pages, links),) = assembler.batches(final=True)
    facts = [(row["complete"], row["external_links"], len(row["outlinks"])) for row in pages.to_pylist()]
    assert facts == [(True, 2, 2), (False, None, 0), (True, 1, 1)]
    assert links.num_rows == 3
    assert tally.problems == [(7, "page holds too much link text")]
