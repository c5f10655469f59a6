"""Does a list of any length become a workbook while it is read, over as many sheets as it takes?"""

import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import openpyxl
import pytest

from backlit.report import sheets as written
from backlit.report.sheets import sheets
from tests.unit.fakes import FORMULAS, HOSTILE

#: `_x0041_` is `A` to a spreadsheet, but not to the library that reads here.
NAMED = "_x005F_x0041_ _x41_"


def book(names: list[str], lines: list[list[Any]]) -> Any:
    return openpyxl.load_workbook(io.BytesIO(b"".join(sheets(names, lines))))


def test_values_are_read_back_as_they_were() -> None:
    line = ["a & <b>", 12, -1.5, 3.0, True, None, 10**15, float("nan"), " kept ", "_x0041_ _x41_"]
    names = [f"n{at}" for at in range(len(line))]
    page = book(names, [line, [None] * len(line)])["Rows"]
    assert [[cell.value for cell in row] for row in page.iter_rows(max_row=2)] == [
        names,
        ["a & <b>", 12, -1.5, 3, "yes", None, str(10**15), "nan", " kept ", NAMED],
    ]
    assert [page[cell].number_format for cell in ("B2", "C2", "A2")] == ["#,##0", "General", "General"]
    assert [page[cell].font.b for cell in ("A1", "A2")] == [True, False]
    assert (page.freeze_panes, page.print_title_rows, page.auto_filter.ref) == ("B2", "$1:$1", "A1:J3")


def test_times_are_times_in_utc() -> None:
    east = datetime(2026, 3, 1, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    lines: list[list[Any]] = [
        [datetime(2026, 3, 1, 12, 0, 5, tzinfo=UTC), "2026-03-01 12:00:05", r"yyyy\-mm\-dd\ hh:mm:ss"],
        [east, "2026-02-28 23:30:00", r"yyyy\-mm\-dd\ hh:mm:ss"],
        [date(2026, 3, 1), "2026-03-01 00:00:00", r"yyyy\-mm\-dd"],
        [datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), "9999-12-31 23:59:59", r"yyyy\-mm\-dd\ hh:mm:ss"],
        [date(1900, 2, 28), "1900-02-28", "General"],  # no two spreadsheets agree on it
    ]
    page = book(["at"], [[moment] for moment, *_ in lines])["Rows"]
    cells = [cell for [cell] in page.iter_rows(min_row=2)]
    assert [[str(cell.value), cell.number_format] for cell in cells] == [told for _, *told in lines]
    assert page.column_dimensions["A"].width == 21


def test_no_text_is_a_formula_a_link_or_a_tag() -> None:
    unseen = ["\ufffe\uffff", "a\x00b\x1b[31m", "pay\u202elap"]
    words = [*FORMULAS, *HOSTILE, "https://a.example/x", "]]>", *unseen]
    content = b"".join(sheets(["=words"], [[word] for word in words]))
    page = openpyxl.load_workbook(io.BytesIO(content))["Rows"]
    assert {cell.data_type for [cell] in page.rows} == {"s"}
    assert [page.cell(at, 1).quotePrefix for at in range(2, 2 + len(FORMULAS))] == [True] * len(FORMULAS)
    told = [cell.value for [cell] in page.iter_rows(min_row=len(words) - 1)]
    assert told == ["<U+FFFE><U+FFFF>", "a<U+0000>b<U+001B>[31m", "pay<U+202E>lap"]
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert parts.testzip() is None
        assert sorted(parts.namelist()) == [
            "[Content_Types].xml",
            "_rels/.rels",
            "xl/_rels/workbook.xml.rels",
            "xl/styles.xml",
            "xl/workbook.xml",
            "xl/worksheets/sheet1.xml",
        ]
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("text", ["x" * 40_000, "\U0001f600" * 20_000])
def test_a_text_is_as_long_as_a_cell_holds(text: str) -> None:
    value = book(["text"], [[text]])["Rows"]["A2"].value
    assert (value[0], value[-1]) == (text[0], "…")
    assert len(value.encode("utf-16-le")) // 2 in (32_766, 32_767)


@pytest.mark.parametrize(("rows", "held"), [(0, [0]), (1, [1]), (7, [7]), (8, [7, 1]), (21, [7, 7, 7])])
def test_what_a_sheet_does_not_hold_goes_on_in_the_next(
    rows: int, held: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(written, "MOST_ROWS", 7)
    monkeypatch.setattr(written, "_PIECE", 3)
    found = book(["n", "word"], [[at, f"w{at}"] for at in range(rows)])
    assert found.sheetnames == ["Rows", "Rows 2", "Rows 3"][: len(held)]
    tables = [list(sheet.values) for sheet in found]
    assert [len(table) - 1 for table in tables] == held
    assert {table[0] for table in tables} == {("n", "word")}
    assert [row[0] for table in tables for row in table[1:]] == list(range(rows))


def test_a_sheet_of_much_text_ends_before_spreadsheets_refuse_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(written, "_MOST_BYTES", 1_000)
    monkeypatch.setattr(written, "_PIECE", 1)
    found = book(["word"], [["x" * 600]] * 4)
    assert [sheet.max_row for sheet in found] == [3, 3]


def test_rows_leave_while_they_are_read() -> None:
    read = []

    def lines() -> Iterator[list[Any]]:
        for at in range(20_000):
            read.append(at)
            yield [f"word {at * 7919 % 20_011}", at]

    pieces = sheets(["word", "n"], lines())
    next(pieces)
    assert len(read) < 1_100
    sent = [len(piece) for piece in pieces]
    assert sum(sent[:20]) > 10_000
    assert max(sent) < 100_000


def test_no_columns_are_a_workbook_too() -> None:
    assert [list(sheet.values) for sheet in book([], [])] == [[]]


def test_the_same_rows_are_the_same_bytes() -> None:
    first, second = (b"".join(sheets(["a"], [[word] for word in HOSTILE])) for _ in range(2))
    assert first == second
