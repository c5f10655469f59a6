"""Every tool's export is told by its header or shape and read into whole links, leads, or a clear refusal."""

import gzip
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backlit.errors import SourceError, SourceUnknown, UsageError
from backlit.ingest.assemble import Tally
from backlit.ingest.exports import detect, files, preview, read_table, table_files
from backlit.ingest.exports.values import DateOrder, date_in_text, date_of, number_of, unescaped
from backlit.ingest.read import ReadOptions, read_source
from backlit.ingest.sources import find_sources
from backlit.model import VENDOR_METRICS, Kind, Placement, Rel
from backlit.urls import url_of_key

DATA = Path(__file__).parent / "data" / "exports"
DATE = datetime(2026, 3, 1, tzinfo=UTC)
Rows = list[dict[str, object]]

BLOG, OLD = "https://blog.example.org/teapots?p=1", "http://old.example.net/"
SHOP, TEA = "https://shop.example.com/", "https://shop.example.com/tea"


def on(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def read(path: Path, **options: object) -> tuple[Rows, Tally]:
    tally, rows = Tally(), Rows()
    target = options.pop("target", "shop.example.com")
    batches = read_table(path, "s", tally, default_date=DATE, target=target, **options)  # type: ignore[arg-type] # passed on as given
    for table, batch in batches:
        rows += batch.to_pylist() if table in ("links", "leads") else []
    return rows, tally


def brief(row: dict[str, object]) -> dict[str, object]:
    """What a link row says, without what is the same in all of these or unknown."""
    left_out = ("target_domain", "source_domain", "canonical_version", "source_id", "reader", "occurrence")
    said = {
        k: v for k, v in row.items() if v is not None and k not in (*left_out, "target_key", "source_key")
    }
    return {
        "source": url_of_key(str(row["source_key"])),
        "target": url_of_key(str(row["target_key"])),
        **said,
    }


def links_in(name: str) -> list[dict[str, object]]:
    return [brief(row) for row in read(DATA / name)[0]]


CONTEXT = {"before": "We liked the", "after": "from the hills"}
#: What each file says of the link it shares with the others, and its other links in short.
AHREFS = {
    "source": BLOG, "target": TEA, "kind": Kind.A, "rel": 0, "placement": Placement.CONTENT, **CONTEXT,
    "anchor": "fine tea", "source_title": "Ten teapots, compared", "source_language": "en",
    "first_seen": on("2025-01-05T10:00:00"), "last_seen": on("2026-02-01T08:30:00"), "offset": 2,
    "vendor": "ahrefs", "reported_at": on("2026-02-10"), "ahrefs_dr": 71.0, "ahrefs_ur": 12.5,
    "ahrefs_traffic": 35.0,
}  # fmt: skip


def but(base: dict[str, object], *unknown: str, **other: object) -> dict[str, object]:
    """A row like another one, save for what differs and what is not known."""
    return {name: value for name, value in {**base, **other}.items() if name not in unknown}


def test_ahrefs_backlinks_in_utf16_with_tabs() -> None:
    path = DATA / "ahrefs_backlinks_2026-02-10.csv"
    rows, tally = read(path)
    assert path.read_bytes()[:2] == b"\xff\xfe"
    assert [brief(row) for row in rows] == [
        AHREFS,
        but(
            AHREFS, "placement", "ahrefs_traffic", source=OLD, anchor="", alt="=cheap tea",
            rel=Rel.NOFOLLOW | Rel.UGC, source_title="Old page", first_seen=on("2024-01-01"),
            last_seen=on("2025-11-01"), reported_lost_at=on("2025-12-24"),
            reported_lost_reason="removedfromhtml", ahrefs_dr=3.0, ahrefs_ur=0.0, offset=3,
        ),
        but(AHREFS, "placement", source="https://go.example.net/t", kind=Kind.REDIRECT, anchor="", offset=4),
    ]  # fmt: skip
    assert tally.problems == [(5, "the linking page is no http or https URL: 'mailto:someone@example.org'")]


def test_ahrefs_broken_backlinks_old_exports_and_api() -> None:
    checked = on("2026-01-02")
    dates = {"first_seen": checked, "last_seen": checked, "reported_at": DATE}
    assert links_in("ahrefs_brokenbacklinks.csv") == [but(AHREFS, **dates)]
    assert links_in("ahrefs_old_2019-05-06.csv")[0] == but(
        AHREFS, "placement", source_title="Ten teapots", first_seen=on("2018-03-04"), ahrefs_dr=55.0,
        ahrefs_ur=20.0, ahrefs_traffic=7.0, last_seen=on("2019-05-06"), reported_at=on("2019-05-06"),
    )  # fmt: skip
    live, lost = links_in("ahrefs_api_v3.json")
    assert live == but(
        AHREFS, source_title="Ten teapots", source_ip="192.0.2.7", first_seen=on("2025-01-06T10:00:00"),
        reported_at=DATE, offset=1,
    )  # fmt: skip
    assert lost == {
        "source": OLD, "target": TEA, "kind": Kind.A, "rel": Rel.NOFOLLOW, "anchor": "", "alt": "tea",
        "first_seen": on("2024-01-01"), "last_seen": on("2025-11-01"), "offset": 2, "vendor": "ahrefs",
        "reported_at": DATE, "reported_lost_at": on("2025-12-24"), "reported_lost_reason": "pageerror",
        "ahrefs_dr": 3.0,
    }  # fmt: skip


SEMRUSH = {
    "source": BLOG, "target": TEA, "kind": Kind.A, "rel": 0, "anchor": "fine tea",
    "source_title": "Ten teapots", "first_seen": on("2025-01-20"), "last_seen": on("2026-01-15"),
    "offset": 2, "vendor": "semrush", "reported_at": on("2026-02-10"), "semrush_as_page": 34.0,
}  # fmt: skip


def test_semrush_new_old_audit_and_api() -> None:
    assert links_in("semrush_backlinks_2026-02-10.csv") == [
        SEMRUSH,
        but(
            SEMRUSH, source="https://frames.example.net/", target=SHOP, kind=Kind.IFRAME, anchor="",
            rel=Rel.NOFOLLOW | Rel.SPONSORED, source_title="Frames", first_seen=on("2025-03-01"),
            last_seen=on("2025-10-10"), offset=3, semrush_as_page=2.0, reported_lost_at=on("2026-02-10"),
        ),
    ]  # fmt: skip
    assert links_in("semrush_old.csv") == [
        but(
            SEMRUSH, "semrush_as_page", first_seen=on("2017-01-20"), last_seen=on("2018-01-15"),
            reported_at=DATE,
        )
    ]  # fmt: skip
    assert links_in("semrush_audit.csv") == [
        but(
            SEMRUSH, "semrush_as_page", source="https://bad.example.net/", target=SHOP,
            anchor="casino, bonus", source_title="Casino", first_seen=on("2025-09-20"),
            last_seen=on("2025-10-01"), semrush_toxicity=87.0, reported_at=DATE,
        )
    ]  # fmt: skip
    assert links_in("semrush_api_v3.csv") == [
        but(
            SEMRUSH, source="https://img.example.org/", anchor="", alt="A teapot", source_title="Pictures",
            first_seen=on("2025-01-01"), last_seen=on("2026-01-01"), semrush_as_page=12.0, reported_at=DATE,
        )
    ]  # fmt: skip


MAJESTIC = {
    "source": BLOG, "target": TEA, "kind": Kind.A, "rel": 0, "anchor": "fine tea",
    "first_seen": on("2024-12-31"), "last_seen": on("2026-01-20"), "offset": 2, "vendor": "majestic",
    "reported_at": DATE, "majestic_cf": 31.0, "majestic_tf": 22.0,
}  # fmt: skip


def test_majestic_flags_are_set_when_they_are_not_empty_and_mentions_are_no_links() -> None:
    rows, tally = read(DATA / "majestic_backlinks.csv")
    assert [brief(row) for row in rows] == [
        MAJESTIC,
        but(
            MAJESTIC, source=OLD, target=SHOP, anchor="", alt="old tea", rel=Rel.NOFOLLOW, offset=3,
            first_seen=on("2023-02-02"), last_seen=on("2025-06-01"), majestic_cf=4.0, majestic_tf=0.0,
        ),
    ]  # fmt: skip
    assert tally.problems == [(4, "a mention, which is no link")]


@pytest.mark.parametrize(("name", "offsets"), [("majestic_api.csv", (2, 3)), ("majestic_api.json", (1, 2))])
def test_majestics_api_says_what_it_lost(name: str, offsets: tuple[int, int]) -> None:
    assert links_in(name) == [
        but(MAJESTIC, offset=offsets[0]),
        but(
            MAJESTIC, source=OLD, target=SHOP, anchor="", rel=Rel.NOFOLLOW, first_seen=on("2023-02-02"),
            last_seen=on("2025-06-01"), reported_lost_at=on("2025-07-07"), reported_lost_reason="PageGone",
            majestic_cf=4.0, majestic_tf=0.0, offset=offsets[1],
        ),
    ]  # fmt: skip


def test_moz_begins_with_lines_that_tell_its_date_and_knows_rel_where_all_links_agree() -> None:
    made = on("2024-03-04")
    moz = {
        "source": BLOG, "target": TEA, "kind": Kind.A, "rel": 0, "anchor": "fine tea",
        "source_title": "Ten teapots", "first_seen": made, "last_seen": made, "offset": 7, "vendor": "moz",
        "reported_at": made, "moz_da": 45.0, "moz_pa": 28.0, "moz_spam": 2.0,
    }  # fmt: skip
    other = {"target": SHOP, "anchor": "tea", "moz_da": 7.0, "moz_pa": 5.0}
    assert links_in("moz_inbound.csv") == [
        moz,
        but(moz, source=OLD, source_title="Old page", rel=Rel.NOFOLLOW, moz_spam=61.0, offset=8, **other),
        but(
            moz, "rel", "moz_spam", source="https://both.example.org/", source_title="Both", offset=9, **other
        ),
    ]


def test_bing_has_no_dates_and_dataforseo_has_everything() -> None:
    bing = {
        "source": BLOG, "target": TEA, "kind": Kind.A, "anchor": "fine tea", "first_seen": DATE,
        "last_seen": DATE, "offset": 2, "vendor": "bing", "reported_at": DATE,
    }  # fmt: skip
    assert links_in("bing_backlinks.csv") == [bing]
    assert links_in("dataforseo_backlinks.json") == [
        {
            **bing, **CONTEXT, "rel": Rel.NOFOLLOW | Rel.NOOPENER, "placement": Placement.FOOTER,
            "source_title": "Ten teapots", "source_language": "en", "source_ip": "192.0.2.7",
            "first_seen": on("2025-01-05T12:57:46"), "last_seen": on("2026-02-01T07:00:00"), "offset": 1,
            "vendor": "dataforseo", "dataforseo_rank": 212.0, "dataforseo_spam": 4.0,
        },
        {
            **bing, "source": OLD, "target": SHOP, "rel": 0, "anchor": "", "alt": "A teapot",
            "first_seen": on("2024-01-01"), "last_seen": on("2025-05-05"), "vendor": "dataforseo",
            "reported_lost_at": DATE, "dataforseo_rank": 0.0, "dataforseo_spam": 60.0,
        },
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "reporter", "pages"),
    [
        (
            "shop.example.com-Latest links-2026-02-10.csv",
            "search-console",
            {BLOG: "2026-02-01", "https://old.example.net/": "2025-12-30"},
        ),
        (
            "gsc_latest_he.csv",
            "search-console",
            {"https://blog.example.org/a": "2026-02-01", "https://old.example.net/": "2025-12-30"},
        ),
        ("gsc_sample.csv", "search-console", {BLOG: "2026-03-01"}),
        ("bing_api_links.json", "bing", {BLOG: "2026-03-01"}),
        ("pasted.txt", "list", {BLOG: "2026-03-01", "https://news.example.org/a,b;c": "2026-03-01"}),
        (
            "access.log",
            "access-log",
            {BLOG: "2026-02-03T09:00:00", "https://news.example.org/": "2026-02-04T10:00:00"},
        ),
    ],
)
def test_lists_of_linking_pages_are_leads(name: str, reporter: str, pages: dict[str, str]) -> None:
    rows, _ = read(DATA / name)
    assert {url_of_key(str(row["source_key"])): row["reported_at"] for row in rows} == {
        page: on(day) for page, day in pages.items()
    }
    assert {(row["target_domain"], row["reported_by"]) for row in rows} == {("example.com", reporter)}


def test_a_log_names_each_referrer_once_and_passes_over_what_is_no_referrer() -> None:
    rows, tally = read(DATA / "access.log")
    assert [row["row"] for row in rows] == [1, 6]
    assert tally.problems == [(5, "no line of an access log")]


@pytest.mark.parametrize(
    ("name", "tool", "said"),
    [
        ("ahrefs_refdomains.csv", "ahrefs", "counts links per domain"),
        ("ahrefs_anchors.csv", "ahrefs", "counts links per anchor"),
        ("ahrefs_intersect.csv", "ahrefs", "prospects, not links to you"),
        ("semrush_refdomains.csv", "semrush", "counts links per domain"),
        ("moz_top_pages.csv", "moz", "links to each of your own pages"),
        ("bing_domains.csv", "bing", "counts links per domain"),
        ("bing_anchors.csv", "bing", "counts links per anchor"),
        ("gsc_sites.csv", "search-console", "counts links per site"),
        ("gsc_sites_de.csv", None, "counts links per site"),
        ("gsc_pages.csv", "search-console", "links to each of your own pages"),
        ("gsc_text.csv", "search-console", "lists anchor texts"),
        ("gsc_text_rank.csv", "search-console", "lists anchor texts"),
        ("generic_windows1252.csv", None, "--map source=COLUMN"),
    ],
)
def test_tables_that_hold_no_links_are_refused_with_what_they_are_good_for(
    name: str, tool: str | None, said: str
) -> None:
    found = detect(DATA / name)
    assert (found.tool, found.yields) == (tool, "nothing")
    with pytest.raises(UsageError, match=said):
        read(DATA / name)
    with pytest.raises(SourceUnknown, match=said):
        find_sources([str(DATA / name)])


def test_a_mapping_reads_what_nobody_knows() -> None:
    path, mapping = DATA / "generic_windows1252.csv", {"source": "von", "target": "nach", "anchor": "Text"}
    [row], _ = read(path, mapping=mapping)
    assert (row["anchor"], row["vendor"]) == ("Grüße für Öfen", None)
    [source] = find_sources([str(path)], mapping=mapping)
    assert source.kind == "links"


def test_a_mapping_adds_to_what_is_known_of_a_vendors_table() -> None:
    path = DATA / "semrush_backlinks_2026-02-10.csv"
    rows, _ = read(path, mapping={"source": "Source url", "anchor": "Source title"})
    assert [(row["anchor"], row["semrush_as_page"], row["vendor"]) for row in rows] == [
        ("Ten teapots", 34.0, "semrush"),
        ("Frames", 2.0, "semrush"),
    ]


# preview ---------------------------------------------------------------------


def test_a_preview_tells_the_format_the_columns_and_the_first_rows() -> None:
    [seen] = preview(DATA / "ahrefs_backlinks_2026-02-10.csv", rows=1)
    assert (seen.format.tool, seen.format.table, seen.format.confidence) == ("ahrefs", "backlinks", 0.99)
    assert (seen.target, seen.date, len(seen.rows)) == ("example.com", on("2026-02-10"), 1)
    assert (seen.first_seen, seen.last_seen) == (on("2024-01-01"), on("2026-02-01T08:30:00"))
    assert seen.columns["ahrefs_dr"] == "Domain rating"
    assert len(seen.columns) + len(seen.unknown) == 37
    assert "Drop reason" in seen.unknown
    assert [line for line, _ in seen.problems] == [5]
    assert (seen.total, seen.is_whole) == (4, True)


def test_a_preview_of_leads_without_a_site_says_so_and_refuses_nothing() -> None:
    [seen] = preview(DATA / "gsc_sample.csv")
    assert (seen.target, [row["source_key"] for row in seen.rows]) == (
        None,
        ["org.example.blog/teapots?p=1"],
    )
    [counts] = preview(DATA / "gsc_sites.csv")
    assert (counts.format.yields, counts.rows, counts.total) == ("nothing", [], None)


def test_rows_are_counted_as_far_as_nobody_waits_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["backlit.ingest.exports.preview"], "_COUNTED", 3)
    table = "source_url,target_url\n" + "https://a.test/,https://shop.test/\n" * 3
    for name, rows in (("whole", table), ("more", table + "\n\nhttps://b.test/,https://shop.test/\n")):
        (tmp_path / f"{name}.csv").write_text(rows)
    told = [preview(tmp_path / f"{name}.csv")[0] for name in ("whole", "more")]
    assert [(seen.total, seen.is_whole) for seen in told] == [(3, True), (3, False)]


# archives --------------------------------------------------------------------


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


LATEST = (DATA / "shop.example.com-Latest links-2026-02-10.csv").read_bytes()
SITES = (DATA / "gsc_sites.csv").read_bytes()


def test_a_zip_is_read_table_by_table_and_what_only_counts_is_named(tmp_path: Path) -> None:
    members = {"Top linking sites.csv": SITES, "Latest links.csv": LATEST, "__MACOSX/x": b"?"}
    path = zipped(tmp_path / "shop.example.com-Latest links-2026-02-10.zip", members)
    sources = find_sources([str(path)])
    assert [(source.name.partition("/")[2], source.kind) for source in sources] == [
        ("Top linking sites.csv", "refused"),
        ("Latest links.csv", "leads"),
    ]
    tallies = [Tally(), Tally()]
    leads = [
        row
        for source, tally in zip(sources, tallies, strict=True)
        for batches in read_source(source, "s", tally, ReadOptions())
        if batches.leads
        for row in batches.leads.to_pylist()
    ]
    assert [row["target_domain"] for row in leads] == ["example.com", "example.com"]
    [(_, why)] = tallies[0].problems
    assert "counts links per site" in why
    assert (tallies[1].leads, tallies[1].problems) == (2, [])


def test_two_tables_of_one_zip_are_two_sources(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", {"a.csv": LATEST, "b.csv": LATEST})
    options = ReadOptions(target="example.com", date=DATE)
    first, second = (options.identity(source) for source in find_sources([str(path)]))
    assert first != second


def test_a_zip_without_any_use_says_what_is_in_it(tmp_path: Path) -> None:
    with pytest.raises(SourceUnknown, match=r"Top linking sites.csv: .* counts links per site"):
        find_sources([str(zipped(tmp_path / "x.zip", {"Top linking sites.csv": SITES}))])


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"../../etc/x.csv": LATEST}, "lead outside"),
        ({"/x.csv": LATEST}, "lead outside"),
        ({"C:\\x.csv": LATEST}, "lead outside"),
        ({f"{n}.csv": b"" for n in range(files.MAX_MEMBERS + 1)}, "archive of 101 files"),
        ({"x.csv": b"a" * (20 << 20)}, "archive of 20,971,520 bytes"),
        ({"inner.zip": b"PK\x03\x04"}, "archive within it"),
        ({"inner.csv": gzip.compress(LATEST)}, "archive within it"),
        ({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}, "save the sheet as CSV"),
    ],
)
def test_archives_that_could_do_harm_are_not_opened(
    tmp_path: Path, members: dict[str, bytes], said: str
) -> None:
    with pytest.raises(SourceError, match=said):
        table_files(zipped(tmp_path / "x.zip", members))


def test_an_archive_packed_in_a_rare_way_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("x.csv", LATEST)
    with pytest.raises(SourceError, match="not packed by deflate"):
        table_files(path)


def test_a_gzip_that_grows_without_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_RATIO_FROM", 1 << 16)
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"source,target\n" + b"a" * (4 << 20)))
    with pytest.raises(SourceError, match="200 times its packed size"):
        detect(path)


def test_a_broken_archive_is_an_error_and_a_cut_one_gives_what_it_has(tmp_path: Path) -> None:
    broken = tmp_path / "x.zip"
    broken.write_bytes(b"PK\x03\x04" + b"\x07" * 60)
    with pytest.raises(SourceUnknown, match="no readable zip"):
        find_sources([str(broken)])
    rows = "".join(f"https://o.example.org/{n},https://shop.example.com/{n * n}\n" for n in range(30_000))
    cut = tmp_path / "cut.csv.gz"
    cut.write_bytes(gzip.compress(f"source,target\n{rows}".encode())[:-2_000])
    links, tally = read(cut)
    assert 20_000 < len(links) < 30_000
    assert "damaged from here on" in tally.problems[-1][1]


# cells -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("'=1+1", "=1+1"),
        ("'+44 20", "+44 20"),
        ("' @home", "@home"),
        ("'quoted'", "'quoted'"),
        ('="https://a.example/"', "https://a.example/"),
        ('=HYPERLINK("https://a.example/","A page")', "A page"),
        ("=sum", "=sum"),
        ("-5 %", "-5 %"),
        ("", ""),
    ],
)
def test_what_guards_a_cell_is_taken_off(cell: str, text: str) -> None:
    assert unescaped(cell) == text


def test_a_hyperlink_formula_names_a_page() -> None:
    assert unescaped('=HYPERLINK("https://a.example/";"A")', address=True) == "https://a.example/"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,240", 1240.0),
        ("71.5", 71.5),
        ("7,5", 7.5),
        ("12 %", 12.0),
        ("-", None),
        ("", None),
        ("nan", None),
        ("1e999", None),
    ],
)
def test_numbers_are_read_as_they_are_written_and_never_made_up(text: str, number: float | None) -> None:
    assert number_of(text) == number


def test_a_column_shows_the_order_of_its_dates() -> None:
    assert date_of("03/04/2025") is None
    assert date_of("03/04/2025", DateOrder.DAY_FIRST) == on("2025-04-03")
    assert date_of("03/04/2025", DateOrder.MONTH_FIRST) == on("2025-03-04")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("example.com-backlinks-subdomains_2026-02-10_10-00-00.csv", "2026-02-10"),
        ("example.com-backlinks-05-Mar-2018_23-45-22.csv", "2018-03-05"),
        ("Report of Sep 15, 2026", "2026-09-15"),
        ("links-2026-99-99.csv", None),
        ("links20260210.csv", None),
    ],
)
def test_the_date_of_an_export_stands_in_its_name(text: str, day: str | None) -> None:
    assert date_in_text(text) == (on(day) if day else None)


@pytest.mark.parametrize(
    "content",
    [b"{", b"[]", b'{"backlinks": 5}', b"[" * 100_000, b"\0\0\0", b"\xff\xfe"],
)
def test_odd_content_is_refused_and_never_a_crash(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    assert detect(path).yields == "nothing"
    with pytest.raises(SourceUnknown):
        find_sources([str(path)])


def test_a_record_of_odd_values_is_a_bad_row(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('[{"url_from": 1, "url_to": [[]]}]')
    rows, tally = read(path)
    assert (rows, tally.problems) == ([], [(1, "the linking page is no http or https URL: '1'")])


def test_every_metric_of_the_model_comes_from_some_table() -> None:
    from backlit.ingest.exports.detect import TABLES

    assert {field for table in TABLES for field in table.columns} >= set(VENDOR_METRICS)
