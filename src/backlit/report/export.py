"""How do rows leave in a file that other programs can read safely?

CSV and TSV are flat: a dict becomes dotted columns, a list of words one cell. Spreadsheets execute
cells that look like formulas, and anchors are written by strangers: such cells get a leading apostrophe
(OWASP, CSV injection), and letters that command terminals or turn a line around are spelled out, unless
`raw` is asked for. JSON, NDJSON and Parquet keep the values as they are. Times are ISO 8601 in UTC, an
unknown value is an empty cell or null.
"""

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import PurePath
from typing import IO, Any, BinaryIO

import msgspec

from backlit.errors import UsageError
from backlit.report.sheets import sheets
from backlit.report.text import spelled, visible

__all__ = ["FORMATS", "Row", "flatten", "format_of", "sheet_pieces", "write_rows"]

Row = Mapping[str, Any]

#: What write_rows writes.
FORMATS = ("csv", "tsv", "json", "ndjson", "parquet", "xlsx", "md")

_SUFFIXES = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".json": "json",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".parquet": "parquet",
    ".md": "md",
    ".html": "html",
    ".pdf": "pdf",
    ".xlsx": "xlsx",
    ".zip": "zip",
}

# What Excel, LibreOffice and Google Sheets take for the start of a formula, full-width forms included.
_STARTERS = "=+\\-@\uff1d\uff0b\uff0d\uff20"
_FORMULA = re.compile(rf"[\t\r\0]|[\s\0\ufeff\u200b]*[{_STARTERS}]")
# A spreadsheet set to another separator cuts our cell there and meets a formula in the middle of it.
_FORMULA_INSIDE = re.compile(rf"(?<=[;\t\n\r])(?=[\s\0]*[{_STARTERS}])")

# What commands terminals, and what turns the rest of a line around: a cell says less than it seems to.
_UNSEEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

# Most cells: printable ASCII with nothing in it that CSV, TSV or a spreadsheet could mean something by.
_ORDINARY = re.compile(r"[A-Za-z0-9/](?:[ !#-+\-.-:<-\[\]-~]*[!#-+\-.-:<-\[\]-~])?").fullmatch

_ROWS_PER_BATCH = 10_000
_SPOOL_BYTES = 64 << 20


def format_of(path: str | PurePath, formats: Sequence[str] = FORMATS) -> str:
    """The format that a file's suffix asks for; UsageError names those that work here."""
    suffix = PurePath(path).suffix.lower()
    kind = _SUFFIXES.get(suffix)
    if kind is not None and kind in formats:
        return kind
    known = ", ".join(end for end, its_kind in _SUFFIXES.items() if its_kind in formats)
    found = f"there is no {suffix} of this" if suffix else "the suffix chooses the format, and there is none"
    raise UsageError(f"write {path}", found, f"Name a file that ends in {known}.")


def write_rows(
    rows: Iterable[Row],
    columns: Sequence[str] | None,
    format: str,  # noqa: A002 - the word that every face uses for it
    stream: BinaryIO,
    *,
    raw: bool = False,
    header: bool = True,
    envelope: Row | None = None,
) -> int:
    """Write rows in one of FORMATS and return how many.

    Without `columns` every field is written. `raw` leaves formulas and control characters as they
    are. `envelope` goes round the rows of JSON, in the place of its `data`. A workbook has a sheet for every
    `sheets.MOST_ROWS` rows.
    """
    if format in ("csv", "tsv"):
        return _write_table(rows, columns, stream, comma=format == "csv", raw=raw, header=header)
    if format == "md":
        return _write_markdown(rows, columns, stream)
    if format == "xlsx":
        return _write_sheet(rows, columns, stream)
    picked = rows if columns is None else (_pick(row, columns) for row in rows)
    if format == "json":
        return _write_json(picked, stream, envelope)
    if format == "ndjson":
        return sum(stream.write(_json(row) + b"\n") > 0 for row in picked)
    if format == "parquet":
        return _write_parquet(picked, columns, stream)
    raise UsageError(f"write {format}", "there is no such format", f"Known are {', '.join(FORMATS)}.")


# flat ------------------------------------------------------------------------


def flatten(row: Row) -> dict[str, Any]:
    """A row without nesting: the fields of a dict become dotted columns."""
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, Mapping) and value:
            flat.update({f"{name}.{inner}": cell for inner, cell in flatten(value).items()})
        else:
            flat[name] = value
    return flat


def _write_table(
    rows: Iterable[Row],
    columns: Sequence[str] | None,
    stream: BinaryIO,
    *,
    comma: bool,
    raw: bool,
    header: bool,
) -> int:
    names, lines = _flat_rows(rows, columns)

    def write(values: Sequence[Any]) -> None:
        if comma:
            # a line with nothing on it would be read as no row at all
            stream.write((",".join(_csv_cell(value, raw) for value in values) or '""').encode() + b"\r\n")
        else:
            stream.write("\t".join(_tsv_cell(value, raw) for value in values).encode() + b"\n")

    if header and names:
        write(names)
    count = 0
    for line in lines:
        write(line)
        count += 1
    return count


def _flat_rows(rows: Iterable[Row], columns: Sequence[str] | None) -> tuple[list[str], Iterator[list[Any]]]:
    if columns is not None:
        names = list(columns)
        return names, ([_look_up(row, name) for name in names] for row in rows)
    spool = tempfile.SpooledTemporaryFile(max_size=_SPOOL_BYTES)  # noqa: SIM115 - the iterator below closes it
    try:
        filled = _spooled(rows, spool)
    except BaseException:
        spool.close()
        raise
    names = _in_order(filled)

    def lines() -> Iterator[list[Any]]:
        with spool:
            spool.seek(0)
            for line in spool:
                flat = msgspec.json.decode(line)
                yield [_taken_up(flat.get(name)) for name in names]

    return names, lines()


def _spooled(rows: Iterable[Row], spool: IO[bytes]) -> dict[str, bool]:
    """Put flat rows aside until all columns are known: each column, and whether it has any value."""
    filled: dict[str, bool] = {}
    for row in rows:
        flat = flatten(row)
        for name, value in flat.items():
            filled[name] = filled.get(name, False) or value is not None
        aside = {name: _put_aside(value) for name, value in flat.items()}
        spool.write(_json(aside) + b"\n")
    return filled


def _put_aside(value: Any) -> Any:
    """A value as JSON keeps it. No flat one is a dict with something in it, so that such a one is a time."""
    return {"at": value.isoformat()} if isinstance(value, date) else value


def _taken_up(value: Any) -> Any:
    if not isinstance(value, dict) or not value:
        return value
    text: str = value["at"]
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def _in_order(filled: Mapping[str, bool]) -> list[str]:
    """Columns with those of one field side by side; a field that is only ever null or a dict is its dict."""
    parents = {name.rsplit(".", depth)[0] for name in filled for depth in range(1, name.count(".") + 1)}
    fields = list(dict.fromkeys(name.split(".", 1)[0] for name in filled))
    kept = [name for name, has_value in filled.items() if has_value or name not in parents]
    return sorted(kept, key=lambda name: fields.index(name.split(".", 1)[0]))


def _look_up(row: Row, name: str) -> Any:
    if name in row or "." not in name:
        return row.get(name)
    first, rest = name.split(".", 1)
    inner = row.get(first)
    return _look_up(inner, rest) if isinstance(inner, Mapping) else None


def _pick(row: Row, columns: Sequence[str]) -> dict[str, Any]:
    return {name: _look_up(row, name) for name in columns}


# cells -----------------------------------------------------------------------


def _text(value: Any) -> str:
    """A value as the text of one cell, not yet quoted."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple) and all(_is_word(item) for item in value):
        return " ".join(value)
    return _json(value).decode() if isinstance(value, list | tuple | Mapping) else str(value)


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and value.split() == [value]


def _defused(value: Any, raw: bool) -> str:
    text = _text(value)
    if raw or isinstance(value, int | float | date):
        return text
    guarded = _FORMULA_INSIDE.sub("'", text)
    guarded = f"'{guarded}" if _FORMULA.match(text) else guarded
    return (
        guarded
        if guarded.isascii() and guarded.isprintable()
        else _UNSEEN.sub(lambda letter: spelled(letter[0]), guarded)
    )


def _csv_cell(value: Any, raw: bool) -> str:
    """RFC 4180. Null is an empty cell and empty text a quoted one, as PostgreSQL's COPY tells them apart."""
    if value is None:
        return ""
    if type(value) is str and _ORDINARY(value):
        return value
    text = _defused(value, raw)
    plain = text and text == text.strip() and not re.search(r'[",;\t\r\n]', text)
    return text if plain else '"' + text.replace('"', '""') + '"'


def _tsv_cell(value: Any, raw: bool) -> str:
    """One line per row, whatever is in it: tab, line break and backslash are written as escapes."""
    if value is None:
        return ""
    if type(value) is str and _ORDINARY(value):
        return value
    text = _defused(value, raw).replace("\\", "\\\\")
    text = text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return text if raw else visible(text)


# nested ----------------------------------------------------------------------


def _json(value: Any) -> bytes:
    return msgspec.json.encode(value)


def _write_json(rows: Iterable[Row], stream: BinaryIO, envelope: Row | None) -> int:
    """One row per line, so that two exports can be compared line by line."""
    stream.write(b'{"data": [' if envelope is not None else b"[")
    count = 0
    for count, row in enumerate(rows, start=1):
        stream.write((b",\n" if count > 1 else b"\n") + _json(row))
    stream.write(b"\n]")
    for name, value in (envelope or {}).items():
        if name != "data":
            stream.write(b",\n" + _json(name) + b": " + _json(value))
    stream.write(b"}\n" if envelope is not None else b"\n")
    return count


def _write_parquet(rows: Iterable[Row], columns: Sequence[str] | None, stream: BinaryIO) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    storable = (_storable(row) for row in rows)
    tables = []
    while batch := list(islice(storable, _ROWS_PER_BATCH)):
        # Table.from_pylist would look at the fields of the first row only
        names = dict.fromkeys(name for row in batch for name in row)
        tables.append(pa.table({name: [row.get(name) for row in batch] for name in names}))
    empty = pa.table({name: pa.nulls(0) for name in columns or ()})
    table = pa.concat_tables(tables, promote_options="permissive") if tables else empty
    pq.write_table(table, stream, compression="zstd")
    return int(table.num_rows)


def _storable(value: Any) -> Any:
    """Parquet has no struct without fields: what is known to be empty there becomes null."""
    if isinstance(value, Mapping):
        return {name: _storable(inner) for name, inner in value.items()} or None
    return value


# for people ------------------------------------------------------------------


def _write_sheet(rows: Iterable[Row], columns: Sequence[str] | None, stream: BinaryIO) -> int:
    count = 0

    def counted() -> Iterator[Row]:
        nonlocal count
        for row in rows:
            count += 1
            yield row

    stream.writelines(sheet_pieces(counted(), columns))
    return count


def sheet_pieces(rows: Iterable[Row], columns: Sequence[str] | None) -> Iterator[bytes]:
    """A workbook piece by piece, whose cells hold what those of CSV hold; numbers and times stay such."""
    names, lines = _flat_rows(rows, columns)
    yield from sheets(names, ([_sheet_cell(value) for value in line] for line in lines))


def _sheet_cell(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float | date) else _text(value)


_MARKDOWN = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        "@": "&#64;",  # mentions somebody on GitHub
        "#": "&#35;",  # refers to an issue there
        **{mark: f"\\{mark}" for mark in "\\`*_~[]|!"},
    }
)


def _write_markdown(rows: Iterable[Row], columns: Sequence[str] | None, stream: BinaryIO) -> int:
    """A GitHub table; columns of numbers stand to the right."""
    names, lines = _flat_rows(rows, columns)
    table = list(lines)
    if not names:
        return 0
    right = [any(_is_number(line[at]) for line in table) for at in range(len(names))]
    stream.write(_markdown_line(names))
    stream.write(("|" + "|".join(" ---: " if number else " --- " for number in right) + "|\n").encode())
    for line in table:
        stream.write(_markdown_line(line))
    return len(table)


def _markdown_line(values: Sequence[Any]) -> bytes:
    cells = ("" if value is None else visible(_text(value)).translate(_MARKDOWN) for value in values)
    return ("| " + " | ".join(cells) + " |\n").encode()


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
