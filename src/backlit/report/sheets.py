"""How does a list of any length leave as a workbook while it is read?

Office Open XML (ECMA-376, part 1, chapter 18) is XML in a ZIP: rows go into it one after another, so that
memory holds some hundred of them, and the parts that name the sheets come last. Each text is an inline
string, which is never a formula nor a link; one that looks like a formula keeps the apostrophe that holds it
so after it was edited. A time is a number of days, which spreadsheets filter, group and reckon with; it has
no zone there, and is in UTC. The same rows give the same bytes.
"""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import chain, islice
from typing import IO, Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from backlit.report.pieces import Sink
from backlit.report.text import spelled, visible

__all__ = ["MOST_ROWS", "sheets"]

#: Rows of a sheet beside its heading, as spreadsheets have them; what is left goes on to the next.
MOST_ROWS = 1_048_575
#: XML of a sheet, in bytes: beyond twice this a ZIP takes a form that spreadsheets refuse.
_MOST_BYTES = 1 << 30
#: What a cell holds, in units of UTF-16; digits of a number that a spreadsheet keeps.
_MOST_TEXT, _MOST_DIGITS = 32_767, 15
#: The narrowest and widest column in characters, and the rows that say how wide one has to be.
_NARROWEST, _WIDEST, _MEASURED = 9, 60, 500
#: Rows written between two pieces.
_PIECE = 500

#: Where a cell finds its look among `cellXfs`.
_TEXT, _HELD, _WHOLE, _HEAD, _TIME, _DAY = range(6)
#: The day that is 0, and the first from which on all spreadsheets agree: to some 1900 was a leap year.
_ZERO, _AGREED = datetime(1899, 12, 30, tzinfo=UTC), date(1900, 3, 1)

#: Most cells: printable ASCII that neither XML nor a spreadsheet could mean something by.
_ORDINARY = re.compile(r"[!-%'-*,./0-9:;?A-~](?:[ -%'-;=?-~]*[!-%'-;=?-~])?").fullmatch
_FORMULA = re.compile(r"[\s\ufeff\u200b]*[=+\-@\uff1d\uff0b\uff0d\uff20]")
#: What a spreadsheet would read as a letter named by its number (ECMA-376, 22.4.2.4).
_NAMED_LETTER = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
#: What no XML may hold and `visible` leaves.
_NO_XML = re.compile("[\ufffe\uffff]")

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PARTS = "http://schemas.openxmlformats.org/package/2006"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_KINDS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def sheets(names: Sequence[str], lines: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """A workbook piece by piece: a heading of `names`, and below it a line for each of `lines`, over as many
    sheets as they take. A line has a value for each name: a text, a number, a time, yes or no, or None."""
    rest = iter(lines)
    first = list(islice(rest, _MEASURED))
    head, letters = _head(names, first), [_letters(at) for at in range(len(names))]
    coming = _Ahead(chain(first, rest))
    sink, held = Sink(), list[int]()
    with ZipFile(sink, "w") as book:
        while coming or not held:
            with _part(book, f"xl/worksheets/sheet{len(held) + 1}.xml") as page:
                page.write(head)
                count = 0
                for rows, written in _sheet(letters, coming):
                    page.write(written)
                    count += rows
                    yield sink.taken()
                page.write(_foot(letters, count))
            held.append(count)
        for name, text in _around(letters, held):
            with _part(book, name) as part:
                part.write((_XML + text).encode())
    yield sink.taken()


class _Ahead(Iterator[Sequence[Any]]):
    """Lines that are true while there are more of them."""

    def __init__(self, lines: Iterator[Sequence[Any]]) -> None:
        self._lines, self._next = lines, next(lines, None)

    def __bool__(self) -> bool:
        return self._next is not None

    def __next__(self) -> Sequence[Any]:
        if self._next is None:
            raise StopIteration
        line, self._next = self._next, next(self._lines, None)
        return line


def _part(book: ZipFile, name: str) -> IO[bytes]:
    """A part of the book to write to; it says of no day that it was made then."""
    part = ZipInfo(name)
    part.compress_type, part.external_attr = ZIP_DEFLATED, 0o644 << 16
    return book.open(part, "w")


# rows ------------------------------------------------------------------------


def _sheet(letters: Sequence[str], coming: _Ahead) -> Iterator[tuple[int, bytes]]:
    """As many lines as one sheet takes, some at a time, with how many these are."""
    count = size = 0
    while coming and count < MOST_ROWS and size < _MOST_BYTES:
        some = list(islice(coming, min(_PIECE, MOST_ROWS - count)))
        written = "".join(_row(letters, number, line) for number, line in enumerate(some, count + 2)).encode()
        count, size = count + len(some), size + len(written)
        yield len(some), written


def _row(letters: Sequence[str], number: int, line: Sequence[Any]) -> str:
    cells = (
        _cell(f"{column}{number}", value)
        for column, value in zip(letters, line, strict=True)
        if value is not None
    )
    return f'<row r="{number}">{"".join(cells)}</row>'


def _cell(place: str, value: Any) -> str:
    """A cell; a number that a spreadsheet would round is a text."""
    if isinstance(value, bool):
        return _text(place, "yes" if value else "no")
    if isinstance(value, int) and abs(value) < 10**_MOST_DIGITS:
        return f'<c r="{place}" s="{_WHOLE}"><v>{value}</v></c>'
    if isinstance(value, float) and math.isfinite(value):
        look = _WHOLE if value.is_integer() else _TEXT
        return f'<c r="{place}" s="{look}"><v>{value!r}</v></c>'
    if isinstance(value, date) and (days := _days(value)) is not None:
        look = _TIME if isinstance(value, datetime) else _DAY
        return f'<c r="{place}" s="{look}"><v>{days!r}</v></c>'
    return _text(place, value if isinstance(value, str) else str(value))


def _days(value: date) -> int | float | None:
    """A time as spreadsheets have it; None where they do not agree on it."""
    if not isinstance(value, datetime):
        return None if value < _AGREED else (value - _ZERO.date()).days
    moment = value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    return None if moment.date() < _AGREED else (moment - _ZERO) / timedelta(days=1)


def _text(place: str, text: str) -> str:
    if _ORDINARY(text) and len(text) <= _MOST_TEXT and "_x" not in text:
        return f'<c r="{place}" s="{_TEXT}" t="inlineStr"><is><t>{text}</t></is></c>'
    return _unordinary(place, text, _HELD if _FORMULA.match(text) else _TEXT)


def _unordinary(place: str, text: str, look: int) -> str:
    shown = _NO_XML.sub(lambda letter: spelled(letter[0]), visible(text))
    whole = escape(_NAMED_LETTER.sub("_x005F_", _fitting(shown)))
    kept = ' xml:space="preserve"' if whole != whole.strip() else ""
    return f'<c r="{place}" s="{look}" t="inlineStr"><is><t{kept}>{whole}</t></is></c>'


def _fitting(text: str) -> str:
    """As much of a text as a cell holds."""
    units = text.encode("utf-16-le")
    if len(units) <= 2 * _MOST_TEXT:
        return text
    return units[: 2 * (_MOST_TEXT - 1)].decode("utf-16-le", "ignore").rstrip() + "…"


# around them -----------------------------------------------------------------


def _head(names: Sequence[str], first: Sequence[Sequence[Any]]) -> bytes:
    """A sheet down to its heading, which stays in sight."""
    pane = '<pane xSplit="1" ySplit="1" topLeftCell="B2" activePane="bottomRight" state="frozen"/>'
    wide = [_width(name, [line[at] for line in first]) for at, name in enumerate(names)]
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>' for at, width in enumerate(wide, 1)
    )
    heading = "".join(_unordinary(f"{_letters(at)}1", name, _HEAD) for at, name in enumerate(names))
    parts = (
        f'{_XML}<worksheet xmlns="{_MAIN}">',
        f'<sheetViews><sheetView workbookViewId="0">{pane if names else ""}</sheetView></sheetViews>',
        '<sheetFormatPr defaultRowHeight="15"/>',
        f"<cols>{columns}</cols>" if names else "",
        f'<sheetData><row r="1">{heading}</row>',
    )
    return "".join(parts).encode()


def _foot(letters: Sequence[str], rows: int) -> bytes:
    """What comes below the rows: the heading filters them."""
    filtered = f'<autoFilter ref="A1:{letters[-1]}{rows + 1}"/>' if letters and rows else ""
    return f"</sheetData>{filtered}</worksheet>".encode()


def _width(name: str, values: Sequence[Any]) -> int:
    widest = max((_letters_of(value) for value in values if value is not None), default=0)
    return max(_NARROWEST, min(_WIDEST, max(widest, len(name)) + 2))


def _letters_of(value: Any) -> int:
    """How many letters a value is shown as, about."""
    if isinstance(value, date):
        return len("2026-03-01 12:00:00" if isinstance(value, datetime) else "2026-03-01")
    return len(visible(str(value)))


def _letters(at: int) -> str:
    """The name of a column, counted from 0: A, …, Z, AA, …"""
    before, last = divmod(at, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)


def _around(letters: Sequence[str], held: Sequence[int]) -> Iterator[tuple[str, str]]:
    """The parts of the book beside its sheets, which hold so many rows each."""
    pages = [f"worksheets/sheet{number}.xml" for number in range(1, len(held) + 1)]
    yield "xl/styles.xml", _STYLES
    yield (
        "xl/_rels/workbook.xml.rels",
        _relations(*((each, "worksheet") for each in pages), ("styles.xml", "styles")),
    )
    yield "xl/workbook.xml", _book(letters, held)
    yield "_rels/.rels", _relations(("xl/workbook.xml", "officeDocument"))
    yield (
        "[Content_Types].xml",
        _kinds({"workbook.xml": "sheet.main", "styles.xml": "styles"} | dict.fromkeys(pages, "worksheet")),
    )


def _kinds(parts: Mapping[str, str]) -> str:
    """What kind of thing each part is."""
    each = "".join(
        f'<Override PartName="/xl/{part}" ContentType="{_KINDS}.{kind}+xml"/>' for part, kind in parts.items()
    )
    return (
        f'<Types xmlns="{_PARTS}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{each}</Types>'
    )


def _relations(*parts: tuple[str, str]) -> str:
    each = "".join(
        f'<Relationship Id="rId{number}" Type="{_LINKS}/{kind}" Target="{part}"/>'
        for number, (part, kind) in enumerate(parts, 1)
    )
    return f'<Relationships xmlns="{_PARTS}/relationships">{each}</Relationships>'


def _book(letters: Sequence[str], held: Sequence[int]) -> str:
    """The book: its sheets in order, and the heading of each, which filters it and stands on every page."""
    titles = ["Rows" if number == 1 else f"Rows {number}" for number in range(1, len(held) + 1)]
    each = "".join(
        f'<sheet name="{title}" sheetId="{number}" r:id="rId{number}"/>'
        for number, title in enumerate(titles, 1)
    )
    filters = (
        ("_FilterDatabase", at, ' hidden="1"', f"'{titles[at]}'!$A$1:${letters[-1]}${rows + 1}")
        for at, rows in enumerate(held)
        if letters and rows
    )
    printed = (("Print_Titles", at, "", f"'{title}'!$1:$1") for at, title in enumerate(titles))
    named = "".join(
        f'<definedName name="_xlnm.{name}" localSheetId="{at}"{more}>{cells}</definedName>'
        for name, at, more, cells in chain(filters, printed)
    )
    return (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><bookViews><workbookView/></bookViews>'
        f"<sheets>{each}</sheets><definedNames>{named}</definedNames></workbook>"
    )


_STYLES = (
    f'<styleSheet xmlns="{_MAIN}">'
    r'<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd\ hh:mm:ss"/>'
    r'<numFmt numFmtId="165" formatCode="yyyy\-mm\-dd"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>'
    '<border><left/><right/><top/><bottom style="thin"><color auto="1"/></bottom><diagonal/></border>'
    "</borders>"
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="6"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"/>'
    '<xf numFmtId="3" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="1" xfId="0" applyFont="1" applyBorder="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    '<dxfs count="0"/></styleSheet>'
)
