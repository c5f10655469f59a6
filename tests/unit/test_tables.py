"""What do tables of other tools report, as links and as leads?"""

import codecs
import gzip
import hashlib
import os
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backlit.errors import UsageError
from backlit.ingest.assemble import Tally
from backlit.ingest.exports import read_table, sniff
from backlit.ingest.read import ReadOptions
from backlit.ingest.sources import find_sources
from backlit.model import LATER_COLUMNS, LEADS, LINKS, Rel

EXPORTS = Path(__file__).resolve().parents[3] / "shared" / "data" / "exports"
DATE = datetime(2026, 1, 2, tzinfo=UTC)
HEADER = "source_url,target_url,anchor,rel,first_seen,last_seen\n"
Rows = list[dict[str, object]]


def table(folder: Path, text: str | bytes, name: str = "export.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(
    path: Path, mapping: dict[str, str] | None = None, target: str | None = None
) -> tuple[Rows, Rows, Tally]:
    tally, links, leads = Tally(), list[dict[str, object]](), list[dict[str, object]]()
    for name, batch in read_table(path, "src", tally, mapping, default_date=DATE, target=target):
        if name == "links":
            assert batch.schema == LINKS
            links += batch.to_pylist()
        elif name == "leads":
            assert batch.schema == LEADS
            leads += batch.to_pylist()
    assert (tally.links, tally.leads) == (len(links), len(leads))
    return links, leads, tally


def ends(links: Rows) -> list[tuple[object, object]]:
    return [(row["source_key"], row["target_key"]) for row in links]


def test_a_row_becomes_a_whole_link(tmp_path: Path) -> None:
    row = (
        "https://blog.other.org/p?b=1,http://www.example.com/x?utm_source=z,"
        '" Good \n read ",NoFollow UGC,2024-01-05,2025-03-01 10:20:30\n'
    )
    links, leads, tally = read(table(tmp_path, HEADER + row))

    assert leads == []
    assert links == [
        {
            "target_key": "com.example.www/x?utm_source=z http", "target_domain": "example.com",
            "source_key": "org.other.blog/p?b=1", "source_domain": "other.org", "kind": 1, "occurrence": 0,
            "ordinal": None, "rel": Rel.NOFOLLOW | Rel.UGC, "placement": None, "hidden": None,
            "anchor": "Good read", "alt": None, "before": None, "after": None,
            "target_canonical": "com.example.www/x", "canonical_version": 2, "source_title": None,
            "source_language": None, "source_ip": None, "source_robots": None,
            "first_seen": datetime(2024, 1, 5, tzinfo=UTC),
            "last_seen": datetime(2025, 3, 1, 10, 20, 30, tzinfo=UTC), "gone_at": None, "gone_reason": None,
            "reader": 1, "source_id": "src", "offset": 2,
            **dict.fromkeys(LATER_COLUMNS), "reported_at": DATE,
        }
    ]  # fmt: skip
    assert (tally.records, tally.records_bad) == (1, 0)


def test_a_lead_is_a_whole_row_and_its_list_names_the_site(tmp_path: Path) -> None:
    text = "Linking page,Last crawled\r\nhttps://other.org/a,2025-06-30\r\nhttps://example.com/own,2025-06-29\r\n"
    path = table(tmp_path, text, "https___www.example.com_-Latest links-2025-07-15.csv")

    links, leads, tally = read(path)

    assert sniff(path) == "leads"
    assert links == []
    assert leads == [
        {
            "target_domain": "example.com", "source_key": "org.other/a", "source_domain": "other.org",
            "reported_at": datetime(2025, 6, 30, tzinfo=UTC), "reported_by": "search-console",
            "source_id": "src", "row": 2,
        }
    ]  # fmt: skip
    assert tally.problems == [(3, "the link stays within example.com")]


def test_leads_without_a_known_site_are_refused_with_the_way_out(tmp_path: Path) -> None:
    path = table(tmp_path, "Linking page\nhttps://other.org/a\n", "links.csv")

    with pytest.raises(UsageError, match="--for DOMAIN"):
        read(path)

    assert [row["target_domain"] for row in read(path, target="www.example.co.uk")[1]] == ["example.co.uk"]


@pytest.mark.parametrize(
    ("text", "reporter"),
    [
        ("דף מקשר,נסרק לאחרונה\nhttps://other.org/a,2025-06-30\n", "search-console"),
        ("Verweisende Seite;Zuletzt gecrawlt\nhttps://other.org/a;30.06.2025\n", "search-console"),
        ("Linking page\nhttps://other.org/a\n", "search-console"),
        ("https://other.org/a\n\nhttps://other.org/b,c;d\n", "list"),
    ],
)
def test_lists_of_pages_are_told_by_their_shape_in_any_language(
    tmp_path: Path, text: str, reporter: str
) -> None:
    _, leads, tally = read(table(tmp_path, text), target="example.com")

    assert {(row["reported_by"], row["source_domain"]) for row in leads} == {(reporter, "other.org")}
    assert tally.records_bad == 0


@pytest.mark.parametrize(
    "text",
    [
        "Site,Linking pages,Target pages\nother.org,5,2\n",
        "Target page,Incoming links,Linking sites\nhttps://example.com/,120,14\n",
        '"Domain","Backlinks Count"\n"https://other.org","5"\n',
        "name,age\nAnn,5\n",
        "",
    ],
)
def test_tables_of_counts_and_others_are_nothing_we_know(tmp_path: Path, text: str) -> None:
    path = table(tmp_path, text)

    assert sniff(path) is None
    with pytest.raises(UsageError, match="source and target"):
        read(path, target="example.com")


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Source url,Anchor text,Target url", "https://o.org/,x,https://example.com/"),
        ("Target URL;Source URL", "https://example.com/;https://o.org/"),
        ("link\tbacklink", "https://o.org/\thttps://example.com/"),
        ("backlink,status,target_url", "https://o.org/,200,https://example.com/"),
        ("Status,URL,Backlink", "200,https://o.org/,https://example.com/"),
        ("Referring Page URL,Link URL,Link Anchor", "https://o.org/,https://example.com/,x"),
        ("URL,Title,Target URL", "https://o.org/,T,https://example.com/"),
        ("report for example.com\nmade today\n\nURL,Target URL", "https://o.org/,https://example.com/"),
    ],
)
def test_headers_of_many_tools_are_understood(tmp_path: Path, header: str, row: str) -> None:
    path = table(tmp_path, f"{header}\n{row}\n")

    assert sniff(path) == "links"
    assert ends(read(path)[0]) == [("org.o/", "com.example/")]


@pytest.mark.parametrize(
    ("header", "cells", "rel"),
    [
        ("rel", "nofollow me", Rel.NOFOLLOW | Rel.ME),
        ("rel", "", 0),
        ("rel", "sponsored,weird", Rel.SPONSORED | Rel.OTHER),
        ("nofollow", "true", Rel.NOFOLLOW),
        ("nofollow", "FALSE", 0),
        ("nofollow", "", None),
        ("Nofollow,UGC,Sponsored", "false,true,true", Rel.UGC | Rel.SPONSORED),
        ("is_doFollow", "False", Rel.NOFOLLOW),
        ("is_doFollow", "True", 0),
        ("is_doFollow", "?", None),
        ("Link type", "nofollow", Rel.NOFOLLOW),
        ("Type", "text", None),
        ("title", "x", None),
    ],
)
def test_rel_is_what_the_row_states_and_null_where_it_states_nothing(
    tmp_path: Path, header: str, cells: str, rel: int | None
) -> None:
    width = "" if "," in header else '"'
    text = f"source,target,{header}\nhttps://o.org/,https://example.com/,{width}{cells}{width}\n"

    assert [row["rel"] for row in read(table(tmp_path, text))[0]] == [rel]


@pytest.mark.parametrize(
    ("name", "dates", "seen"),
    [
        ("x.csv", ",", (DATE, DATE)), ("x-2020-07-15.csv", ",", (datetime(2020, 7, 15, tzinfo=UTC),) * 2),
        ("x.csv", "2024-02-01,", (datetime(2024, 2, 1, tzinfo=UTC), DATE)),
        ("x.csv", ",2024-02-01", (datetime(2024, 2, 1, tzinfo=UTC),) * 2),
        ("x.csv", "31.12.2023,12/31/2023", (datetime(2023, 12, 31, tzinfo=UTC),) * 2),
        ("x.csv", '"Jun 3, 2024",3 June 2024', (datetime(2024, 6, 3, tzinfo=UTC),) * 2),
        ("x.csv", "2025-01-01,2024-01-01", (datetime(2024, 1, 1, tzinfo=UTC),) * 2),
        ("x.csv", "0000-00-00,1970-01-01", (DATE, DATE)), ("x.csv", "04/05/2024,soon", (DATE, DATE)),
        ("x.csv", "2024-05-01T02:00:00+02:00,", (datetime(2024, 5, 1, tzinfo=UTC), DATE)),
    ],
)  # fmt: skip
def test_dates_come_from_the_row_then_the_name_then_the_file(
    tmp_path: Path, name: str, dates: str, seen: tuple[datetime, datetime]
) -> None:
    text = f"source,target,First seen,Last seen\nhttps://o.org/,https://example.com/,{dates}\n"

    assert [(r["first_seen"], r["last_seen"]) for r in read(table(tmp_path, text, name))[0]] == [seen]


def test_each_useless_row_is_counted_with_its_line_and_reason(tmp_path: Path) -> None:
    rows = [
        'https://o.org/1,https://example.com/,"two\nlines",',
        ",https://example.com/,x,",
        "https://o.org/2,,x,",
        "ftp://o.org/3,https://example.com/,x,",
        "https://blog.example.com/,https://example.com/,x,",
        "",
        'https://o.org/1,https://example.com/,"two  lines",',
        "https://o.org/1,https://example.com/,other,",
        "https://o.org/short",
    ]
    links, _, tally = read(table(tmp_path, HEADER + "\n".join(rows) + "\n"))

    assert [(row["anchor"], row["occurrence"], row["offset"]) for row in links] == [
        ("two lines", 0, 2),
        ("two lines", 0, 9),
        ("other", 0, 10),
    ]
    assert tally.problems == [
        (4, "no linking page"),
        (5, "no target"),
        (6, "the linking page is no http or https URL: 'ftp://o.org/3'"),
        (7, "the link stays within example.com"),
        (11, "no target"),
    ]
    assert (tally.records, tally.records_bad) == (8, 5)


def test_a_row_reported_as_lost_never_takes_a_link_away(tmp_path: Path) -> None:
    text = "source,target,Lost\nhttps://o.org/,https://example.com/,2024-01-01\n"

    [row] = read(table(tmp_path, text))[0]

    assert (row["gone_at"], row["gone_reason"]) == (None, None)


@pytest.mark.parametrize(
    ("encode", "anchor"),
    [
        (lambda text: text.encode("utf-8"), "naïve – 日本"),
        (lambda text: codecs.BOM_UTF8 + text.encode("utf-8"), "naïve – 日本"),
        (lambda text: text.encode("utf-16"), "naïve – 日本"),
        (lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"), "naïve – 日本"),
        (lambda text: text.encode("cp1252"), "naïve – café"),
        (lambda text: gzip.compress(text.encode()), "naïve"),
    ],
)
def test_encodings_are_told_by_their_bytes(tmp_path: Path, encode: object, anchor: str) -> None:
    assert callable(encode)
    text = f'"source"\t"target"\t"anchor"\r\n"https://o.org/"\t"https://example.com/"\t"{anchor}"\r\n'

    assert [row["anchor"] for row in read(table(tmp_path, encode(text)))[0]] == [anchor]


def test_a_mapping_names_the_columns_of_any_table(tmp_path: Path) -> None:
    path = table(tmp_path, "wohin,woher,Text\nhttps://example.com/,https://o.org/,hallo\n")

    links, _, _ = read(path, {"source": "woher", "target": "wohin", "anchor": "Text"})

    assert [(r["source_key"], r["target_key"], r["anchor"]) for r in links] == [
        ("org.o/", "com.example/", "hallo")
    ]


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"source": "nowhere"}, "no header with 'nowhere' as source, .* begins with 'a,b'"),
        ({"source": "a", "colour": "b"}, "no such field: colour"),
        ({"target": "b"}, "no header with 'b' as source"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(tmp_path: Path, mapping: dict[str, str], message: str) -> None:
    path = table(tmp_path, "a,b\nhttps://o.org/,https://example.com/\n")

    with pytest.raises(UsageError, match=message):
        read(path, mapping)


def test_a_broken_quote_costs_rows_and_not_the_file(tmp_path: Path) -> None:
    good = "https://o.org/{},https://example.com/,x\n"
    broken = 'https://o.org/b,https://example.com/,"never closed ' + "y" * 200_000 + "\n"
    text = "source,target,anchor\n" + good.format(1) + broken + "".join(map(good.format, range(2, 9)))

    links, _, tally = read(table(tmp_path, text))

    assert ends(links)[0] == ("org.o/1", "com.example/")
    assert [line for line, _ in tally.problems][:1] == [3]
    assert len(links) + tally.records_bad >= 2


@pytest.mark.shared
@pytest.mark.skipif(not EXPORTS.is_dir(), reason="no ../shared beside the checkout")
@pytest.mark.parametrize(
    ("name", "kind", "links", "leads", "bad", "absent"),
    [
        ("elgendi_backlinks.csv", "links", 2, 0, 0, 18),
        ("johnmurch_backlinks.csv", "links", 9, 0, 0, 0),
        ("johnmurch_gsc-backlinks_report.csv", "links", 9, 0, 0, 6),
        ("gsc_latest_links_2020-07-15.csv", "leads", 0, 18, 0, 0),
        ("maesitos_new_links.csv", "leads", 0, 319, 1, 0),
        ("maesitos_whitelist_urls2.csv", "leads", 0, 519, 0, 0),
        ("gefei-226-resources.json", None, 0, 0, 0, 0),
    ],
)
def test_real_exports_give_every_row(
    name: str, kind: str | None, links: int, leads: int, bad: int, absent: int
) -> None:
    path = EXPORTS / name

    assert sniff(path) == kind
    if kind:
        found_links, found_leads, tally = read(path, target="johnmurch.com")
        assert (len(found_links), len(found_leads), tally.records_bad) == (links, leads, bad)
        assert tally.records == links + leads + bad + absent
        said = [why for _, why in tally.problems if "no link" in why]
        assert said == (
            [f"{absent} rows, the first of them here, say that there is no link"] if absent else []
        )


# what is odd about rows and files --------------------------------------------

PAIR = "https://o.org/{},https://example.com/"


@pytest.mark.parametrize(
    "odd",
    ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "9999-12-31", "1989-12-31", "2101-01-01"],
)
def test_a_row_of_an_impossible_date_is_a_bad_row_and_costs_no_other(tmp_path: Path, odd: str) -> None:
    rows = [
        PAIR.format(1) + ",,2025-05-01",
        PAIR.format(2) + f",,{odd}",
        PAIR.format(3) + f",{odd},2025-05-01",
    ]

    links, _, tally = read(table(tmp_path, "\n".join(["source,target,First seen,Last seen", *rows])))

    day = datetime(2025, 5, 1, tzinfo=UTC)
    assert [(r["source_key"], r["first_seen"], r["last_seen"]) for r in links] == [
        ("org.o/1", day, day),
        ("org.o/3", day, day),
    ]
    assert tally.problems == [(3, f"no date from 1990 to 2100: {odd!r}")]


def test_a_lead_of_an_impossible_date_is_a_bad_row(tmp_path: Path) -> None:
    text = "Linking page,Last crawled\nhttps://o.org/1,9999-12-31\nhttps://o.org/2,2100-12-31\n"

    _, leads, tally = read(table(tmp_path, text), target="example.com")

    assert [row["reported_at"] for row in leads] == [datetime(2100, 12, 31, tzinfo=UTC)]
    assert tally.problems == [(2, "no date from 1990 to 2100: '9999-12-31'")]


@pytest.mark.parametrize("blank", ["0001-01-01T00:00:00", "1900-01-01", "1970-01-01 00:00:00", "0000-00-00"])
def test_what_programs_write_for_no_date_is_none(tmp_path: Path, blank: str) -> None:
    links, _, tally = read(table(tmp_path, f"source,target,Last seen\n{PAIR.format(1)},{blank}\n"))

    assert ([row["last_seen"] for row in links], tally.problems) == ([DATE], [])


def noise(number: int) -> str:
    return hashlib.blake2b(b"%d" % number, digest_size=16).hexdigest()


def damaged(packed: bytes, how: str) -> bytes:
    if how == "cut":
        return packed[: len(packed) // 2]
    if how == "middle":
        return packed[: len(packed) // 2] + b"\xff" * 60 + packed[len(packed) // 2 + 60 :]
    return packed[:-8] + b"\0" * 8  # the checksum at the end


@pytest.mark.parametrize("rows", [2_000, 40_000])
@pytest.mark.parametrize("how", ["cut", "middle", "checksum"])
def test_of_a_damaged_archive_the_rows_before_the_damage_stand(tmp_path: Path, how: str, rows: int) -> None:
    said = "".join(f"{PAIR.format(noise(n))}\n" for n in range(rows))
    packed = damaged(gzip.compress(f"source,target\n{said}".encode()), how)

    links, _, tally = read(table(tmp_path, packed, "x.csv.gz"))

    sure = int(rows * 0.45)  # what is unpacked from damaged bytes may look like rows for a while
    assert [row["source_key"] for row in links[:sure]] == [f"org.o/{noise(n)}" for n in range(sure)]
    assert sure < len(links) <= rows
    assert (len(links) == rows) is (how == "checksum")
    [line] = [at for at, why in tally.problems if "damaged from here on" in why]
    assert line > len(links)
    if how != "middle":  # nonsense has line breaks where it likes
        assert line == tally.records + 2


def test_a_damaged_archive_of_json_lines_gives_its_whole_records(tmp_path: Path) -> None:
    record = '{{"url_from": "https://o.org/{}", "url_to": "https://example.com/"}}\n'
    packed = gzip.compress("".join(record.format(noise(n)) for n in range(3_000)).encode())

    links, _, tally = read(table(tmp_path, packed[: len(packed) // 2], "x.jsonl.gz"))

    assert 1_000 < len(links) < 3_000
    assert [line for line, _ in tally.problems] == [len(links) + 1]


def test_a_line_without_end_is_passed_over_and_never_held(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    with path.open("w") as file:
        file.write(f"source,target\n{PAIR.format(1)}\n")
        for _ in range(48):
            file.write("y" * (1 << 20))
        file.write(f"\n{PAIR.format(2)}\n")
    tracemalloc.start()

    links, _, tally = read(path)

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert ends(links) == [("org.o/1", "com.example/"), ("org.o/2", "com.example/")]
    assert tally.problems == [(3, "no row: longer than 1,048,576 characters")]
    assert peak < 24 << 20


def test_a_row_of_endless_lines_is_passed_over(tmp_path: Path) -> None:
    cells = '"a\n",' * 300_000
    text = f"source,target,anchor\n{PAIR.format(1)},x\n{cells}\n{PAIR.format(2)},x\n"

    links, _, tally = read(table(tmp_path, text))

    assert ends(links)[0] == ("org.o/1", "com.example/")
    assert tally.problems[0] == (3, "no row: longer than 1,048,576 characters, up to line 209718")


def test_a_log_with_a_line_without_end_is_read(tmp_path: Path) -> None:
    line = '192.0.2.1 - - [03/Feb/2026:09:00:00 +0000] "GET / HTTP/1.1" 200 5 "https://{}/" "-"\n'
    text = line.format("a.org") * 9 + "z" * (2 << 20) + "\n" + line.format("b.org")

    _, leads, tally = read(table(tmp_path, text, "access.log"), target="example.com")

    assert [(row["source_key"], row["row"]) for row in leads] == [("org.a/", 1), ("org.b/", 11)]
    assert tally.problems == [(10, "no line of an access log: longer than 1,048,576 characters")]


@pytest.mark.slow
def test_what_is_remembered_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    path = table(tmp_path, "source,target\n" + "".join(f"{PAIR.format(n)}\n" for n in range(45_000)))
    batches = read_table(path, "s", Tally(), default_date=DATE)
    tracemalloc.start()
    next(batches)
    before, _ = tracemalloc.get_traced_memory()
    for _ in batches:
        pass
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert after < before + (4 << 20)


def dated(path: Path, day: str) -> Path:
    seconds = datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()
    os.utime(path, (seconds, seconds))
    return path


def identity(path: Path, **options: object) -> list[object]:
    [source] = find_sources([str(path)])
    return ReadOptions(**options).identity(source)  # type: ignore[arg-type] # passed on as given


def test_a_touched_export_is_the_same_source_where_its_rows_have_dates(tmp_path: Path) -> None:
    rows_have = table(tmp_path, f"source,target,Last seen\n{PAIR.format(1)},2025-05-01\n", "a.csv")
    rows_lack = table(tmp_path, f"source,target\n{PAIR.format(1)}\n", "b.csv")

    same = identity(dated(rows_have, "2025-01-01")) == identity(dated(rows_have, "2026-01-01"))
    other = identity(dated(rows_lack, "2025-01-01")) == identity(dated(rows_lack, "2026-01-01"))

    assert (same, other) == (True, False)


def test_the_date_and_the_site_that_a_name_tells_make_another_source(tmp_path: Path) -> None:
    links = f"source,target,Last seen\n{PAIR.format(1)},2025-05-01\n"
    leads = "Linking page,Last crawled\nhttps://o.org/a,2025-06-30\n"
    names = ("a.example-Latest links.csv", "b.example-Latest links.csv")

    assert identity(table(tmp_path, links, "x-2025-06-01.csv")) != identity(table(tmp_path, links, "x.csv"))
    first, second = (identity(table(tmp_path, leads, name)) for name in names)
    assert first != second


def test_naming_the_site_of_links_or_in_another_way_makes_no_other_source(tmp_path: Path) -> None:
    links = table(tmp_path, f"source,target,Last seen\n{PAIR.format(1)},2025-05-01\n", "a.csv")
    leads = table(tmp_path, "Linking page,Last crawled\nhttps://o.org/a,2025-06-30\n", "b.csv")

    assert identity(links, target="example.com") == identity(links)
    assert identity(leads, target="www.example.com") == identity(leads, target="example.com")
    assert identity(leads, target="other.com") != identity(leads, target="example.com")


def test_a_file_without_any_date_says_that_it_was_taken_as_of_its_own(tmp_path: Path) -> None:
    said = "taken as of its file time 2025-03-04; --date sets it"
    texts = {
        "none.csv": f"source,target\n{PAIR.format(1)}\n",
        "some.csv": f"source,target,Last seen\n{PAIR.format(1)},\n{PAIR.format(2)},2025-01-01\n",
        "all.csv": f"source,target,Last seen\n{PAIR.format(1)},2025-01-01\n",
        "named-2025-01-01.csv": f"source,target\n{PAIR.format(1)}\n",
    }
    notes = {}
    for name, text in texts.items():
        tally = Tally()
        list(read_table(dated(table(tmp_path, text, name), "2025-03-04"), "s", tally))
        notes[name] = tally.problems, tally.records_bad

    assert notes == {
        "none.csv": ([(0, f"no date in it: {said}")], 0),
        "some.csv": ([(0, f"no date in 1 of its rows: {said}")], 0),
        "all.csv": ([], 0),
        "named-2025-01-01.csv": ([], 0),
    }
    tally = Tally()
    list(read_table(tmp_path / "none.csv", "s", tally, default_date=DATE))
    assert tally.problems == []


@pytest.mark.parametrize("day", ["1970-01-02", "2199-01-01"])
def test_an_impossible_file_time_is_no_date_of_an_export(tmp_path: Path, day: str) -> None:
    path = dated(table(tmp_path, f"source,target\n{PAIR.format(1)}\n"), day)

    with pytest.raises(UsageError, match=f"{day}. Say of when it is with --date"):
        list(read_table(path, "s", Tally()))


@pytest.mark.parametrize(
    "text",
    [
        "Referring page URL,Anchor\nhttps://o.org/,x\n",
        "Backlink,Status\nhttps://o.org/,200\n",
        "URL,Anchor\nhttps://o.org/,x\n",
        "report\n\nSource URL;First seen;Note\nhttps://o.org/;2025-01-01;x\n",
    ],
)
def test_a_table_that_names_only_linking_pages_is_a_list_of_leads(tmp_path: Path, text: str) -> None:
    path = table(tmp_path, text)

    with pytest.raises(UsageError, match="Name the site with --for DOMAIN"):
        read(path)
    _, leads, tally = read(path, target="example.com")
    assert [(row["source_key"], row["target_domain"], row["reported_by"]) for row in leads] == [
        ("org.o/", "example.com", "linking-pages")
    ]
    assert tally.problems == []


@pytest.mark.parametrize("text", ["URL,Title\nhttps://o.org/,x\n", "Source URL,Anchor\nnewsletter,x\n"])
def test_any_pages_or_no_pages_are_no_leads_and_the_way_out_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match="--map source=COLUMN, with --map target=COLUMN or --for DOMAIN"):
        read(table(tmp_path, text), target="example.com")


def test_rows_that_say_there_is_no_link_are_told_apart_from_damaged_ones(tmp_path: Path) -> None:
    rows = [
        f"{PAIR.format(1)},200,true",
        f"{PAIR.format(2)},200,false",
        "https://o.org/3,,404,",
        "https://o.org/4,,200,true",
        "o.org/5,https://example.com/,200,true",
    ]
    links, _, tally = read(table(tmp_path, "\n".join(["source,target,Status Code,Exists", *rows])))

    assert ends(links) == [("org.o/1", "com.example/")]
    assert (tally.records, tally.records_bad) == (5, 2)
    assert tally.problems == [
        (3, "2 rows, the first of them here, say that there is no link"),
        (5, "no target"),
        (6, "the linking page is no http or https URL: 'o.org/5'"),
    ]


def test_an_empty_target_where_nothing_was_checked_is_a_bad_row(tmp_path: Path) -> None:
    _, _, tally = read(table(tmp_path, "source,target,Status\nhttps://o.org/,,active\n"))

    assert tally.problems == [(2, "no target")]
