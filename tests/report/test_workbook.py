"""Does a workbook hold what rows say, as text that runs nowhere, and the same bytes for the same rows?"""

import io
import sys
import zipfile
from datetime import UTC, datetime
from typing import Any

import openpyxl
import pytest

from backlit.errors import MissingExtra
from backlit.report.dossier import dossier_of
from backlit.report.dossier_sheets import dossier_workbook
from backlit.report.workbook import Column, Sheet, facts, workbook
from backlit.store.intakes import Intake
from tests.unit.fakes import FORMULAS, HOSTILE

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
COLUMNS = (
    Column("Words", "link.words"),
    Column("Links", "links", "number"),
    Column("Part", "part", "share"),
    Column("Day", "day", "day"),
)


def read(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def sheet(words: list[str]) -> Sheet:
    rows = [{"link": {"words": each}, "links": 3, "part": 0.25, "day": NOON} for each in words]
    return Sheet("Links", COLUMNS, rows, "What is said above.")


def test_rows_are_read_back_as_they_were() -> None:
    told = {"link": {"words": "a chair"}, "links": 1200, "part": 0.5, "day": NOON}
    rows: list[dict[str, Any]] = [told, {"link": None}]
    page = read(workbook([Sheet("Links", COLUMNS, rows)], title="t", at=NOON))["Links"]
    assert [[cell.value for cell in row] for row in page.rows] == [
        ["Words", "Links", "Part", "Day"],
        ["a chair", 1200, 0.5, NOON.replace(tzinfo=None)],
    ]
    assert [cell.number_format for cell in page[2]] == ["General", "#,##0", "0.0%", "yyyy-mm-dd"]
    assert (page.freeze_panes, page.print_title_rows, page.auto_filter.ref) == ("B2", "$1:$1", "A1:D3")


def test_no_text_is_a_formula_or_a_link() -> None:
    content = workbook([sheet([*FORMULAS, *HOSTILE, "https://a.example/x"])], title="=1", at=NOON)
    page = read(content)["Links"]
    assert {cell.data_type for row in page.iter_rows(min_row=4) for cell in row[:1]} == {"s"}
    assert page._hyperlinks == []
    held = [row[0].quotePrefix for row in page.iter_rows(min_row=4, max_row=3 + len(FORMULAS))]
    assert held == [True] * len(FORMULAS)
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        names = parts.namelist()
        assert not [name for name in names if "vba" in name.lower() or "external" in name.lower()]
        assert all(b"<f>" not in parts.read(name) for name in names)


def test_control_and_bidirectional_characters_are_spelled_out() -> None:
    page = read(workbook([sheet(["pay\u202elap", "a\x00b"])], title="t", at=NOON))["Links"]
    assert [page.cell(row, 1).value for row in (4, 5)] == ["pay<U+202E>lap", "a<U+0000>b"]


def test_the_same_rows_are_the_same_bytes() -> None:
    first, second = (workbook([sheet(HOSTILE)], title="t", at=NOON) for _ in range(2))
    assert first == second


def test_a_cut_is_said_and_so_is_what_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backlit.report.workbook.MOST_ROWS", 20)
    many: list[dict[str, Any]] = [{"link": {"words": "w"}}] * 21
    short = Sheet("Links", COLUMNS[:1], many, "Above.")
    book = openpyxl.load_workbook(
        io.BytesIO(workbook([short, facts("Summary", {"Basis": None})], title="t", at=None)), read_only=True
    )
    first = next(book["Links"].iter_rows(max_row=1, values_only=True))
    assert first[0] == "Above. The first 20 of 21 rows."
    assert list(book["Summary"].iter_rows(values_only=True)) == [("Basis", "not known")]


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(MissingExtra, match=r"-m pip install .*xlsxwriter"):
        workbook([], title="t", at=NOON)


def test_a_dossier_calls_the_site_by_its_letters() -> None:
    told = dossier_of("xn--grtnerblog-q5a.example", Intake(manual_action=True), [], {}, [])
    said = {row[0].value: row[1].value for row in read(dossier_workbook(told, NOON))["Summary"].iter_rows()}
    assert said["Site"] == "gärtnerblog.example"


def test_an_empty_dossier_is_a_workbook_too() -> None:
    book = read(dossier_workbook(dossier_of("shop.com", Intake(manual_action=True), [], {}, []), NOON))
    assert book.sheetnames == ["Summary", "Sites"]
    said = {row[0].value: row[1].value for row in book["Summary"].iter_rows(min_row=3)}
    assert (said["Manual action"], said["Links bought or placed"]) == ("yes", "not known")
    assert said["Disavow file"] == "none"
