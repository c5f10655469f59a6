"""Do many records that are read at once give the very rows that the exact reader gives of each?"""

import gzip
import json
import random
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backlit.ingest import assemble, compiled, scope, wat, wat_batch, wat_gathered, wat_rows
from backlit.ingest.assemble import Tally
from backlit.ingest.records import Record
from backlit.model import LINKS, PAGES
from backlit.vweb import VirtualWeb
from tests.unit.shared import SHARED, needs_shared
from tests.unit.test_wat import BROKEN, GOOD, PAGE, Json, a, envelope, record

Sorted = list[str]


class Read(NamedTuple):
    """All rows, and all that was counted, in an order of their own."""

    pages: Sorted
    links: Sorted
    tally: Tally


def read(path: Path, together: bool, monkeypatch: pytest.MonkeyPatch, internal: bool = False) -> Read:
    tally, pages, links = Tally(), list[str](), list[str]()
    with monkeypatch.context() as patch:
        patch.setattr(compiled, "COMPILED_BYTES", 0 if together else 1 << 60)
        for page_batch, link_batch in wat.read_wat(path, "src", tally, lambda _domain: internal):
            assert (page_batch.schema, link_batch.schema) == (PAGES, LINKS)
            for batch, rows in ((page_batch, pages), (link_batch, links)):
                batch.validate(full=True)
                rows.extend(map(repr, batch.to_pylist()))
    tally.problems.sort()
    return Read(sorted(pages), sorted(links), tally)


def assert_alike(path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Both readers agree, whichever internal links are kept; what was read."""
    assert read(path, True, monkeypatch, internal=True) == read(path, False, monkeypatch, internal=True)
    found = read(path, True, monkeypatch)
    assert found == read(path, False, monkeypatch)
    return found


def write(folder: Path, payloads: Iterable[Json | bytes]) -> Path:
    path = folder / "x.warc.wat.gz"
    path.write_bytes(b"".join(gzip.compress(record(payload), 1) for payload in payloads))
    return path


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("web") / "x.warc.wat.gz"
    VirtualWeb(pages=400).write_wat(path)
    return path


def test_the_virtual_web_reads_alike(web: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = assert_alike(web, monkeypatch)
    assert found.tally.links > 1_000


def test_nearly_all_of_the_virtual_web_is_plain(web: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[Record] = []
    exactly = wat.observe

    def noted(record: Record, *more: Any) -> None:
        left.append(record)
        exactly(record, *more)

    with monkeypatch.context() as patch:
        patch.setattr(wat, "observe", noted)
        pages = len(read(web, True, monkeypatch).pages)
    assert 0 < len(left) < pages / 4


@pytest.mark.parametrize("limit", [1, 5_000, 60_000])
def test_batches_of_any_size_read_alike(web: Path, monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    expected = read(web, False, monkeypatch)
    monkeypatch.setattr(wat_batch, "BATCH_BYTES", limit)
    assert read(web, True, monkeypatch) == expected


def test_tables_that_are_full_change_nothing(web: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = read(web, False, monkeypatch)
    monkeypatch.setattr(wat_batch, "BATCH_BYTES", 50_000)
    monkeypatch.setattr(wat_gathered, "HOSTS", 8)
    monkeypatch.setattr(wat_batch, "RELS", 2)
    assert read(web, True, monkeypatch) == expected


def test_what_is_broken_is_counted_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = assert_alike(write(tmp_path, [GOOD, *BROKEN.values(), GOOD]), monkeypatch)
    assert (len(found.pages), found.tally.records_bad) == (2, len(BROKEN))


def links_of(*links: Json, **head: object) -> Json:
    return envelope({"Head": head, "Links": list(links)})


CANONICAL: Json = {"path": "LINK@/href", "url": "https://example.com/home", "rel": "canonical"}
UNCOMMON: list[Json | bytes] = [
    links_of(a("https://a.org/" + "x" * 9_000), a("https://a.org/" + "é" * 700)),
    links_of(a("javascript:" + "x" * 9_000), a("/" + "é" * 2_000), a("#" + "x" * 9_000)),
    links_of(a("#x"), a(""), a("https://b.org/"), Base="https://a.org/y"),
    links_of(a("#x"), a("https://b.org/"), Base="/y"),
    links_of(*(a("rel/é") for _ in range(50)), Base="https://cdn.net/" + "x" * 5_000),
    links_of(a("https://a.org/", text="x" * 1_500), a("https://a.org/", text="é" * 999 + " x")),
    links_of(a("https://a.org/?"), a("https://a.org/?&"), a("https://a.org/?a&utm_source"), a("/?a=%7e")),
    links_of(a("https://a.org/%7e%7E%2f%2F%zz%"), a("https://a.org/a;JSESSIONID=1"), a("https://a.org/;")),
    links_of(a("https://a.org/?q=%41"), a("https://a.org/a:b@c"), a("https://u@a.org/"), a("//a.org:8/?")),
    links_of(a("https://a.org/x", rel="NoFollow \u00a0ugc"), a("https://a.org/x", rel="K\u212a sponsored")),
    links_of(a("https://a.org/", text="\u3000a\u2003\u2028b\x85c\u00a0"), a("https://a.org/", text="\x1ca")),
    links_of(a("https://0x7f.1/"), a("https://1.2.3.4/"), a("https://256.1.1.1/"), a("https://a..b/")),
    links_of(a("https://a.org."), a("https://xn--a/"), a("https://-a-.org/"), a("https://a.org:443/x")),
    links_of(Link=[{"url": "https://c.org/", "rel": "x Canonical"}, {"url": " ", "rel": "canonical"}]),
    links_of(Link=[{"path": "x", "url": "#", "rel": "canonical"}, {"rel": "alternate"}]),
    links_of(Metas=[{"name": " ROBOTS\u00a0", "content": "noindex"}, {"name": "robot\u017f"}, {"x": "y"}]),
    links_of(
        Metas=[{"http-equiv": "Content-Language", "content": "de"}, {"name": "robots", "content": None}]
    ),
    links_of(a("//a.org/x"), a("//A.org"), a("//example.com/y"), a("//a.org/a b"), a("///a.org"), a("//")),
    links_of(a("//a.org/x"), a("//www.example.com?x"), Base="http://example.com/"),
    envelope(
        {"Links": [a("//a.org/x"), a("HTTPS://A.Org/X"), a("http://WWW.Example.COM/X#y")]},
        capture={"WARC-Target-URI": "http://WWW.Example.com"},
    ),
    links_of(Metas=[{"http-equiv": "Refresh", "content": "5; url=//A.org/x"}], Link=[CANONICAL]),
    links_of(
        Metas=[{"http-equiv": "refresh", "content": "300"}, {"http-equiv": "refresh", "content": "0;/y"}]
    ),
    links_of(Metas=[{"http-equiv": " refresh", "content": "11; /z", "name": "robots"}], Link=[CANONICAL]),
    links_of(Metas=[{"http-equiv": "refresh", "content": None}, {"http-equiv": "refresh", "content": "x"}]),
    links_of(Title="a" * 500, Base=None),
    links_of(Title=" \u2003 " + "é" * 299 + "   b", Base="https://[bad"),
    envelope({"Links": [a("https://a.org/")], "Head": None}),
    envelope({"Links": [a("https://a.org/")]}, headers={"LINK": "<https://l.org/>; rel=canonical"}),
    envelope({"Links": [a("https://a.org/")]}, headers={"content-type": "text/html", "x": [1, {"y": None}]}),
    envelope({"Links": [a("https://a.org/")]}, headers={"Content-Type": "application/pdf"}),
    envelope({"Links": [a("https://a.org/")]}, headers={"Content-Language": "fr", "X-Robots-Tag": "none"}),
    envelope({"Links": [a("https://a.org/")]}, headers={"Refresh": "0; url=https://r.org/"}),
    envelope({"Links": [a("https://a.org/")]}, capture={"WARC-Truncated": ""}),
    envelope({"Links": [a("https://a.org/")]}, capture={"WARC-Truncated": "time"}),
    envelope({"Links": [a("https://a.org/")]}, capture={"WARC-Target-URI": "http://USER@Exa%6dple.com:81/é"}),
    envelope({"Links": [a("https://a.org/"), a("/x")]}, capture={"WARC-Target-URI": "<http://192.0.2.1/>"}),
    envelope({"Links": [a("https://a.org/")]}, capture={"WARC-Date": "2024-05"}),
    envelope({"Links": [a("https://a.org/")]}, status=200),
    json.dumps(GOOD).replace('"path"', '"p\\u0061th"').encode(),
    json.dumps(GOOD).replace('"url"', '"url":"https://first.org/","url"').encode(),
    json.dumps(GOOD, indent=2).encode() + b" \n",
    json.dumps(GOOD).replace('"Container":', '"x":' + "[" * 40 + "1e5" + "]" * 40 + ',"Container":').encode(),
    json.dumps(GOOD)
    .replace('"Offset": "1"', '"Offset": 1e999, "b": -0.0, "c": 12345678901234567890')
    .encode(),
    json.dumps(GOOD).replace('"Offset": "1"', '"Offset": 01').encode(),
    json.dumps(GOOD).replace('"Offset": "1"', '"Offset": "\x01"').encode(),
    json.dumps(GOOD).replace('"Offset": "1"', '"Offset": tru').encode(),
    json.dumps(GOOD).encode().replace(b'"Offset": "1"', b'"Offset": "\xed\xa0\x80"'),
    json.dumps(GOOD).encode().replace(b'"Offset"', b'"\xc0\xaf"'),
    json.dumps(GOOD).encode() + b"\0",
    b"\xef\xbb\xbf" + json.dumps(GOOD).encode(),
    b"",
]


def test_pages_with_more_links_than_are_kept_read_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assemble, "PAGE_LINKS", 10)
    monkeypatch.setattr(wat_rows, "PAGE_LINKS", 10)
    links = [a(f"https://a.org/{n}") for n in range(12)]
    pages = [links_of(*links[:count], Link=[CANONICAL]) for count in (9, 12)]
    found = assert_alike(write(tmp_path, pages), monkeypatch)
    assert found.tally.links == 9 + 10
    assert [why for _, why in found.tally.problems] == ["page holds more than 10 links: read up to there"]


def test_what_is_out_of_the_common_reads_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = assert_alike(write(tmp_path, UNCOMMON), monkeypatch)
    assert len(found.pages) > 25


def test_a_page_of_too_much_text_is_counted_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scope, "RESOLVED_BYTES", 20_000)
    long_base = links_of(*(a("rel/é") for _ in range(50)), Base="https://cdn.net/" + "x" * 800)
    found = assert_alike(write(tmp_path, [GOOD, long_base, GOOD]), monkeypatch)
    assert [why for _, why in found.tally.problems] == ["page holds too much link text"]


def test_more_made_keys_than_a_batch_holds_read_alike(web: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = read(web, False, monkeypatch)
    monkeypatch.setattr(wat_gathered, "MADE_BYTES", 2_000)
    assert read(web, True, monkeypatch) == expected


PIECES = st.sampled_from(
    [
        *("http", "https", "HTTP", ":", "//", "/", "\\", "?", "#", "&", "=", ".", "..", "%2e", "%2E%", "%41"),
        *("a.org", "A.org", "b.co.uk", "www.example.com", "example.com", "xn--bcher-kva.de", "bücher.de"),
        *(
            "1.2.3.4",
            "[::1]",
            ":80",
            ":443",
            "user@",
            " ",
            "\t",
            "\n",
            "\x00",
            "\x7f",
            "é",
            "\u3000",
            "'",
            '"',
        ),
        *(
            "utm_source=x",
            "UTM_x",
            "fbclid=1",
            "a=b",
            ";jsessionid=1",
            "~",
            "|",
            "javascript:",
            "mailto:x",
            "tel:",
        ),
        *("path", "x" * 600, "-", "_", "*", "<", "`", "{", "\\u0041", "&amp;"),
    ]
)
REFERENCES = st.lists(PIECES, max_size=6).map("".join) | st.text(max_size=12)
TEXTS = st.none() | st.text(max_size=20) | st.lists(PIECES, max_size=4).map("".join)
RELS = st.none() | st.sampled_from(
    ["nofollow", "NoFollow ugc", "x  y", "", "ſponsored", "me\ttag", "canonical"]
)
PATHS = st.sampled_from(["A@/href", "AREA@/href", "FORM@/action", "IFRAME@/src", "IMG@/src", "A@/HREF", "é"])
ONE_LINK = st.fixed_dictionaries(
    {"path": PATHS}, optional={"url": REFERENCES | st.none(), "text": TEXTS, "rel": RELS, "title": TEXTS}
)
ONE_HEAD = st.fixed_dictionaries(
    {},
    optional={
        "Title": TEXTS,
        "Base": st.none() | REFERENCES,
        "Link": st.lists(
            st.fixed_dictionaries(
                {"url": REFERENCES},
                optional={
                    "rel": st.sampled_from(["canonical", "Alternate", "amphtml stylesheet", "icon"]),
                    "type": st.sampled_from(["application/rss+xml", "text/html"]) | st.none(),
                },
            ),
            max_size=3,
        ),
        "Metas": st.lists(
            st.fixed_dictionaries(
                {},
                optional={
                    "name": st.sampled_from(
                        ["robots", "Googlebot", "HTML@/lang", "html@/xml:lang", "viewport"]
                    ),
                    "http-equiv": st.sampled_from(["refresh", "Content-Language", "X-UA-Compatible"]),
                    "content": st.sampled_from(
                        ["noindex", "en", "de-AT", "0;url=/x", "5; https://r.org/", ""]
                    ),
                },
            ),
            max_size=3,
        ),
    },
)
ADDRESSES = st.sampled_from([PAGE, "http://b.co.uk/x/y?z", "https://Bücher.de/", "https://1.2.3.4/a/../b"])


@settings(max_examples=120, deadline=None)
@given(
    pages=st.lists(
        st.tuples(ADDRESSES, ONE_HEAD, st.lists(ONE_LINK, max_size=12), st.booleans()), min_size=1, max_size=4
    )
)
def test_any_links_read_alike(
    tmp_path_factory: pytest.TempPathFactory,
    pages: list[tuple[str, Json, list[Json], bool]],
) -> None:
    payloads = []
    for address, head, links, is_ascii in pages:
        made = envelope({"Head": head, "Links": links}, capture={"WARC-Target-URI": address})
        payloads.append(json.dumps(made, ensure_ascii=is_ascii).encode("utf-8", "replace"))
    with pytest.MonkeyPatch.context() as patch:
        assert_alike(write(tmp_path_factory.getbasetemp(), payloads), patch)


def _damaged(draw: random.Random, payload: bytes) -> bytes:
    data = bytearray(payload)
    for _ in range(draw.randint(1, 3)):
        at = draw.randrange(len(data))
        change: Callable[[], object] = draw.choice(
            [
                lambda at=at: data.__setitem__(at, draw.randrange(256)),
                lambda at=at: data.__delitem__(slice(at, at + draw.randint(1, 4))),
                lambda at=at: data.insert(at, draw.choice(b'"\\{}[],:0n\x00\xc3\xff u')),
                lambda at=at: data.__setitem__(slice(at, at), data[at : at + draw.randint(1, 60)]),
            ]
        )
        change()
    return bytes(data)


@pytest.mark.parametrize("seed", range(3))
def test_damaged_json_reads_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    draw = random.Random(seed)
    plain = [each if isinstance(each, bytes) else json.dumps(each).encode() for each in UNCOMMON if each]
    payloads = [_damaged(draw, draw.choice(plain)) for _ in range(400)]
    assert_alike(write(tmp_path, payloads), monkeypatch)


@needs_shared
def test_real_files_read_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    samples = SHARED / "data" / "warc_samples"
    files = [path for path in sorted(samples.rglob("*")) if ".wat" in path.name.lower() and path.is_file()]
    assert files
    for path in files:
        assert_alike(path, monkeypatch)


@needs_shared
@pytest.mark.slow
def test_all_real_pages_read_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from backlit.vweb.wat import wat_from_warc

    for source in sorted((SHARED / "data").glob("warc_*/*.warc.gz")):
        path = tmp_path / "x.warc.wat.gz"
        wat_from_warc(source, path)
        found, expected = (read(path, together, monkeypatch) for together in (True, False))
        assert found == expected, source.name
