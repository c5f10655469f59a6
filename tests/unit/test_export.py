"""Do rows leave in files that other programs read as they were, and that no spreadsheet executes?"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis.strategies import text

from backlit.errors import UsageError
from backlit.report.export import FORMATS, flatten, format_of, write_rows
from tests.hostile.payloads import NEVER_SHOWN

SEEN = datetime(2026, 3, 1, 12, tzinfo=UTC)

ROWS: list[dict[str, Any]] = [
    {
        "anchor": "Garden, tools",
        "rel": ["nofollow", "ugc"],
        "links": 2,
        "seen": SEEN,
        "by": {"reader": "wat", "at": 7},
    },
    {"anchor": "", "rel": [], "links": None, "seen": None, "by": {"reader": "warc", "at": None}},
    {"anchor": 'say "hi"', "rel": None, "links": -5, "seen": SEEN, "by": {"reader": None, "at": 0}},
]


def written(
    rows: Sequence[Mapping[str, Any]], kind: str, columns: list[str] | None = None, **options: Any
) -> bytes:
    stream = io.BytesIO()
    assert write_rows(iter(rows), columns, kind, stream, **options) == len(rows)
    return stream.getvalue()


def cell(value: object, **options: Any) -> str:
    """How one value arrives in a spreadsheet that reads our CSV."""
    text = written([{"a": value, "b": "x"}], "csv", **options).decode()
    return list(csv.reader(io.StringIO(text, newline="")))[1][0]


# flat ------------------------------------------------------------------------


def test_csv_is_rfc_4180_with_dotted_columns_and_null_apart_from_empty() -> None:
    assert written(ROWS, "csv").decode().split("\r\n") == [
        "anchor,rel,links,seen,by.reader,by.at",
        '"Garden, tools",nofollow ugc,2,2026-03-01T12:00:00Z,wat,7',
        '"","",,,warc,',
        '"say ""hi""",,-5,2026-03-01T12:00:00Z,,0',
        "",
    ]


def test_tsv_keeps_one_line_per_row_whatever_is_in_it() -> None:
    rows: list[dict[str, Any]] = [
        {"a": "tab\there\nand \\ there", "b": [{"x": 1}]},
        {"a": "\x1b[31mred\u202e", "b": None},
    ]
    assert written(rows, "tsv").decode().splitlines() == [
        "a\tb",
        'tab\\there\\nand \\\\ there\t[{"x":1}]',
        "<U+001B>[31mred<U+202E>\t",
    ]


def test_without_a_header_there_are_only_rows() -> None:
    assert written(ROWS[:1], "tsv", ["links", "by.reader"], header=False) == b"2\twat\n"


def test_columns_choose_order_and_reach_into_dicts() -> None:
    assert written(ROWS, "csv", ["by.at", "anchor"]).decode().split("\r\n")[:3] == [
        "by.at,anchor",
        '7,"Garden, tools"',
        ',""',
    ]


def test_a_field_that_only_later_rows_have_is_a_column_too() -> None:
    rows: list[dict[str, Any]] = [
        {"score": None, "name": "a"},
        {"score": {"value": 3, "why": "x"}, "name": "b", "more": 1},
    ]
    assert written(rows, "csv").decode().split("\r\n")[:3] == [
        "score.value,score.why,name,more",
        ",,a,",
        "3,x,b,1",
    ]


def test_a_row_of_one_null_is_still_a_row() -> None:
    assert written([{"a": None}], "csv") == b'a\r\n""\r\n'


def test_no_rows_write_the_header_of_the_columns_asked_for() -> None:
    assert (written([], "csv", ["a", "b"]), written([], "tsv")) == (b"a,b\r\n", b"")


def test_times_of_other_zones_leave_in_utc() -> None:
    there = datetime(2026, 3, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    assert (cell(there), cell(there.date())) == ("2026-03-01T10:00:00Z", "2026-03-01")


def test_flatten_goes_all_the_way_down_and_leaves_lists() -> None:
    row = {"a": {"b": {"c": 1}, "d": {}}, "e": [1, 2]}
    assert flatten(row) == {"a.b.c": 1, "a.d": {}, "e": [1, 2]}


# formulas --------------------------------------------------------------------


def spelled(text: str) -> str:
    """A text with what nobody sees as it is told."""
    return "".join(f"<U+{ord(each):04X}>" if each in NEVER_SHOWN else each for each in text)


@pytest.mark.parametrize(
    "text",
    [
        "=HYPERLINK(1)",
        "+1",
        "-1",
        "@SUM(A1)",
        "\tx",
        "\rx",
        "\0x",
        "\uff1d1",
        "\uff0b1",
        "\uff0d1",
        "\uff201",
        "  =1",
        "\u00a0=1",
        "\ufeff=1",
    ],
)
def test_what_a_spreadsheet_would_execute_gets_an_apostrophe(text: str) -> None:
    assert cell(text) == f"'{spelled(text)}"
    assert written([{"a": text}], "tsv").decode().splitlines()[1].startswith("'")


@pytest.mark.parametrize(
    "text", ["a=b", "example.com", "'quoted'", "1 - 2", "https://e.example/?a=-1", "a+b"]
)
def test_harmless_text_is_left_alone(text: str) -> None:
    assert cell(text) == text


def test_a_formula_after_another_locales_separator_is_defused_too() -> None:
    assert (cell("x;=1\n@y"), cell("\n=1")) == ("x;'=1\n'@y", "'\n'=1")


@pytest.mark.parametrize("letter", sorted(NEVER_SHOWN))
def test_what_commands_a_terminal_or_turns_a_line_around_is_spelled_out(letter: str) -> None:
    assert cell(f"a{letter}b") == f"a<U+{ord(letter):04X}>b"
    assert cell(f"a{letter}b", raw=True).strip('"') == f"a{letter}b"


@given(text())
def test_any_text_comes_back_from_csv_with_apostrophes_added_and_what_is_unseen_spelled_out(
    words: str,
) -> None:
    found = cell(words)
    assert found.replace("'", "") == spelled(words).replace("'", "")
    assert cell(words, raw=True) == words
    assert found.lstrip(" \n\u00a0")[:1] not in tuple("=+-@\t\r\0")


def test_numbers_may_be_negative() -> None:
    assert (cell(-5), cell(-1.5)) == ("-5", "-1.5")


def test_names_of_columns_come_from_strangers_too() -> None:
    assert written([{"mix": {"=1": 2}, "=x": 1}], "csv") == b"mix.=1,'=x\r\n2,1\r\n"


def test_raw_leaves_formulas_and_control_characters_as_they_are() -> None:
    assert cell("=1", raw=True) == "=1"
    assert written([{"a": "=\x1b"}], "tsv", raw=True) == b"a\n=\x1b\n"


# nested ----------------------------------------------------------------------


def test_ndjson_keeps_every_value() -> None:
    lines = written(ROWS, "ndjson").splitlines()
    expected = [{**row, "seen": "2026-03-01T12:00:00Z" if row["seen"] else None} for row in ROWS]
    assert [json.loads(line) for line in lines] == expected


def test_json_puts_the_rows_into_the_envelope() -> None:
    envelope = {"data": "replaced", "page": {"next": None}, "schema_version": 1}
    text = written([{"a": 1}, {"a": "=1"}], "json", envelope=envelope)
    assert json.loads(text) == {"data": [{"a": 1}, {"a": "=1"}], "page": {"next": None}, "schema_version": 1}
    assert len(text.splitlines()) == 6


def test_json_without_an_envelope_is_a_list() -> None:
    assert json.loads(written([{"a": 1}], "json", ["a", "b"])) == [{"a": 1, "b": None}]
    assert json.loads(written([], "json")) == []


def test_parquet_keeps_types_nesting_and_fields_of_later_rows() -> None:
    rows = [*ROWS, {**ROWS[0], "later": 1.5, "empty": {}}]
    table = pq.read_table(io.BytesIO(written(rows, "parquet")))
    assert table.to_pylist() == [{**row, "later": row.get("later"), "empty": None} for row in rows]
    assert str(table.schema.field("seen").type) == "timestamp[us, tz=UTC]"


def test_parquet_of_many_batches_agrees_on_types() -> None:
    rows: list[dict[str, Any]] = [{"a": None}] * 10_000 + [{"a": 1}] * 10_000 + [{"a": 2.5}]
    table = pq.read_table(io.BytesIO(written(rows, "parquet")))
    assert (table.num_rows, str(table.schema.field("a").type)) == (20_001, "double")


def test_a_sheet_has_the_cells_of_the_table_and_runs_none() -> None:
    rows: list[dict[str, Any]] = [
        {"anchor": "=1+1", "link": {"rel": ["ugc", "nofollow"], "at": SEEN}, "value": 1.5, "is_new": True},
        {"anchor": "a\x00b\n@c", "link": None, "value": None, "is_new": False},
    ]
    [sheet] = openpyxl.load_workbook(io.BytesIO(written(rows, "xlsx")))
    assert [[cell.value for cell in line] for line in sheet] == [
        ["anchor", "link.rel", "link.at", "value", "is_new"],
        ["=1+1", "ugc nofollow", SEEN.replace(tzinfo=None), 1.5, "yes"],
        ["a<U+0000>b @c", None, None, None, "no"],
    ]
    assert [sheet["A2"].data_type, sheet["A2"].quotePrefix, sheet["A2"].hyperlink] == ["s", True, None]
    assert [
        *openpyxl.load_workbook(io.BytesIO(written([], "xlsx", ["a"])))[  # no rows are a sheet, too
            "Rows"
        ].values
    ] == [("a",)]


def test_parquet_without_rows_can_be_read() -> None:
    assert pq.read_table(io.BytesIO(written([], "parquet", ["a"]))).column_names == ["a"]


def test_duckdb_reads_our_csv_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(written(ROWS, "csv"))
    query = f"FROM read_csv('{path}', header=true, allow_quoted_nulls=false)"
    rows = duckdb.execute(f'SELECT anchor, rel, links, "by.reader" {query}').fetchall()
    assert rows == [
        ("Garden, tools", "nofollow ugc", 2, "wat"),
        ("", "", None, "warc"),
        ('say "hi"', None, -5, None),
    ]


# for people ------------------------------------------------------------------


def test_markdown_is_a_table_in_which_nothing_is_alive() -> None:
    rows: list[dict[str, Any]] = [
        {"anchor": "a|b [x](javascript:1) <img> @you #1 `c`\nd", "links": 3},
        {"anchor": None, "links": None},
    ]
    assert written(rows, "md").decode().splitlines() == [
        "| anchor | links |",
        "| --- | ---: |",
        r"| a\|b \[x\](javascript:1) &lt;img&gt; &#64;you &#35;1 \`c\` d | 3 |",
        "|  |  |",
    ]


# formats ---------------------------------------------------------------------


def test_the_suffix_chooses_the_format() -> None:
    names = ["a.csv", "a.TSV", "b.json", "b.ndjson", "b.jsonl", "c.parquet", "d.md", "e.xlsx"]
    known = ["csv", "tsv", "json", "ndjson", "ndjson", "parquet", "md", "xlsx"]
    assert [format_of(name) for name in names] == known
    assert format_of("audit.html", (*FORMATS, "html")) == "html"


@pytest.mark.parametrize("name", ["a.docx", "a.pdf", "a.svg", "a.html", "a", "-"])
def test_other_suffixes_are_told_what_works(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        format_of(name)
    assert caught.value.asked == f"write {name}"
    known = ".csv, .tsv, .json, .ndjson, .jsonl, .parquet, .md, .xlsx"
    assert caught.value.do == f"Name a file that ends in {known}."


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(UsageError, match="no such format"):
        write_rows([], None, "xml", io.BytesIO())
