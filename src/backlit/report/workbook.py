"""How do rows become sheets that a spreadsheet opens without running anything in them?

Anchors and addresses are written by strangers: every text is stored as text, never as a formula or a link,
and one that looks like a formula keeps the apostrophe that holds it so after it was edited. The same sheets
give the same bytes.
"""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

from backlit.errors import MissingExtra, installing
from backlit.report.text import shorten, visible

__all__ = ["MOST_ROWS", "Column", "Sheet", "facts", "workbook"]

#: Rows of a sheet; `backlit backlinks -o` has all of a longer list.
MOST_ROWS = 100_000
#: What a cell holds, and its widest and narrowest column in characters.
_MOST_TEXT, _WIDEST, _NARROWEST = 32_767, 60, 9
#: Rows whose texts say how wide a column has to be.
_MEASURED = 500

_FORMULA = re.compile(r"[\s\ufeff\u200b]*[=+\-@\uff1d\uff0b\uff0d\uff20]")

Kind = Literal["text", "number", "share", "day"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, the field of the row, with dots into it, and what it holds. A `share` is from
    0 to 1; `width` is in characters, by default as the rows need."""

    heading: str
    field: str
    kind: Kind = "text"
    width: int | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name (31 characters at most), its columns and rows, and what is said above them."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    note: str = ""


def facts(name: str, told: Mapping[str, Any], note: str = "") -> Sheet:
    """A sheet of what is known about one thing, a line for each; unknown is said, not left out."""
    columns = (Column("", "what", width=34), Column("", "value", width=70))
    rows = [{"what": what, "value": "not known" if value is None else value} for what, value in told.items()]
    return Sheet(name, columns, rows, note)


def workbook(sheets: Sequence[Sheet], *, title: str, at: datetime | None) -> bytes:
    """The sheets as the bytes of an XLSX file that says it was made `at`; MissingExtra without XlsxWriter."""
    try:
        import xlsxwriter
    except ImportError as error:
        raise MissingExtra(
            "write a workbook", "XlsxWriter is not installed", installing("reports")
        ) from error
    buffer = io.BytesIO()
    inert = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, **inert})
    book.set_properties({"title": visible(title)[:200], "comments": "Made by Backlit", "created": _naive(at)})
    forms = _forms(book)
    for sheet in sheets:
        _write(book.add_worksheet(sheet.name[:31]), sheet, forms)
    book.close()
    return buffer.getvalue()


def _naive(at: datetime | date | None) -> datetime:
    """A moment as spreadsheets have them: UTC, without saying so."""
    if not isinstance(at, datetime):
        return datetime(at.year, at.month, at.day) if at else datetime(2000, 1, 1)  # noqa: DTZ001
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at


def _forms(book: Any) -> dict[str, Any]:
    """How cells look, by what they hold."""
    top = {"valign": "top"}
    return {
        "text": book.add_format(top),
        "held": book.add_format(top | {"quote_prefix": True}),
        "wrapped": book.add_format(top | {"text_wrap": True}),
        "number": book.add_format(top | {"num_format": "#,##0.##"}),
        "whole": book.add_format(top | {"num_format": "#,##0"}),
        "share": book.add_format(top | {"num_format": "0.0%"}),
        "day": book.add_format(top | {"num_format": "yyyy-mm-dd", "align": "left"}),
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
        "note": book.add_format({"italic": True, "font_color": "#52607A"}),
    }


def _write(page: Any, sheet: Sheet, forms: Mapping[str, Any]) -> None:
    rows, line = sheet.rows[:MOST_ROWS], 0
    if said := _note(sheet):
        page.write_string(0, 0, visible(said), forms["note"])
        line = 2
    headed = any(column.heading for column in sheet.columns)
    for at, column in enumerate(sheet.columns):
        wide = column.width or _width(column, rows)
        page.set_column(at, at, wide)
        if headed:
            page.write_string(line, at, column.heading, forms["head"])
    if headed:
        _repeat(page, line, len(sheet.columns), len(rows))
        line += 1
    for number, row in enumerate(rows):
        for at, column in enumerate(sheet.columns):
            _cell(page, line + number, at, _value(row, column.field), column, forms)
    _print(page)


def _note(sheet: Sheet) -> str:
    more = len(sheet.rows) - MOST_ROWS
    cut = f"The first {MOST_ROWS:,} of {len(sheet.rows):,} rows." if more > 0 else ""
    return " ".join(filter(None, (sheet.note, cut)))


def _repeat(page: Any, line: int, columns: int, rows: int) -> None:
    """Headings stay in sight, stand on every printed page, and filter what is below them."""
    page.freeze_panes(line + 1, 1)
    page.repeat_rows(line)
    if rows:
        page.autofilter(line, 0, line + rows, columns - 1)


def _print(page: Any) -> None:
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.set_footer("&L&A&RPage &P of &N")


def _value(row: Mapping[str, Any], name: str) -> Any:
    value: Any = row
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _cell(page: Any, line: int, at: int, value: Any, column: Column, forms: Mapping[str, Any]) -> None:
    """One cell; what is not known stays empty."""
    if value is None:
        return
    if isinstance(value, bool):
        page.write_string(line, at, "yes" if value else "no", forms["text"])
    elif isinstance(value, int | float):
        whole = column.kind in ("number", "text") and float(value).is_integer()
        page.write_number(line, at, value, forms["whole" if whole else column.kind])
    elif isinstance(value, date):
        page.write_datetime(line, at, _naive(value), forms["day"])
    else:
        text = _text(value)
        form = "held" if _FORMULA.match(text) else "wrapped" if column.width else "text"
        page.write_string(line, at, text, forms[form])


def _text(value: Any) -> str:
    told = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return shorten(visible(told), _MOST_TEXT)


def _width(column: Column, rows: Sequence[Mapping[str, Any]]) -> int:
    """As wide as the first rows need, within bounds."""
    if column.kind == "day":
        return 11
    if column.kind != "text":
        return max(_NARROWEST, len(column.heading) + 2)
    said = (_value(row, column.field) for row in rows[:_MEASURED])
    widest = max((len(_text(value)) for value in said if value is not None), default=0)
    return max(_NARROWEST, min(_WIDEST, max(widest, len(column.heading)) + 2))
