"""Which links or leads does a table of rows (CSV, TSV, a bare list of pages) report?

Headers are understood by a dictionary, by an explicit mapping, or, where they are in any language, by
the shape of the columns. A row with both ends is a link as of the export's date; a row with only the
linking page is a lead. A row can assert a link and never take one away, whatever its status says.
"""

import codecs
import csv
import gzip
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Literal, cast

import pyarrow as pa

from backlit.errors import UsageError
from backlit.ingest.assemble import Tally
from backlit.model import ANCHOR_LIMIT, LEADS, LINKS, Kind, Reader, Rel
from backlit.urls import CANONICAL_VERSION, Url, canonical_key, parse_url, registrable_domain, target_host

if TYPE_CHECKING:
    import _csv

__all__ = ["FIELDS", "read_table", "sniff"]

#: Rows in a pair of batches.
BATCH_ROWS = 20_000
#: How much of a table is looked at to tell what it is; preambles before the header are shorter.
SNIFF_BYTES, SNIFF_ROWS, PREAMBLE_ROWS = 1 << 16, 60, 12
#: The share of rows that must agree on the shape of a table without a known header.
AGREEING = 0.8

Row = dict[str, object]
Batches = tuple[pa.RecordBatch | None, pa.RecordBatch | None]

#: The fields of a mapping, with the headers they are known by, the surest first; compared without
#: case, spaces and signs.
_HEADERS = {
    "target": "targeturl target targetpage targetpageurl linkurl urlto tourl to destinationurl destination"
    " linkedpage",
    "source": "sourceurl source sourcepage sourcepageurl linkingpage linkingurl linkingpageurl"
    " referringpageurl referringpage referringurl urlfrom fromurl from pageurl backlinkurl",
    "anchor": "anchor anchortext linkanchor linktext textanchor",
    "rel": "rel linkrel relattribute",
    "nofollow": "nofollow isnofollow flagnofollow",
    "dofollow": "dofollow isdofollow follow isfollow",
    "ugc": "ugc isugc",
    "sponsored": "sponsored issponsored",
    "follow_type": "linktype followtype type",
    "first_seen": "firstseen firstseenat datefirstseen firstindexeddate sourcefirstfounddate firstfound"
    " found discovered",
    "last_seen": "lastseen lastseenat lastseendate sourcecrawldate lastcrawled lastchecked",
}  # fmt: skip
FIELDS = tuple(_HEADERS)
#: Names that stand for either end: which one depends on what the other columns are.
_EITHER_END = {"target": "backlink", "source": "backlink link url"}


@dataclass(frozen=True, slots=True)
class _Shape:
    """How to read a table: its columns by field, and where its rows begin."""

    kind: Literal["links", "leads"]
    delimiter: str
    columns: Mapping[str, int]
    first_row: int
    reporter: str = "export"


def sniff(path: Path) -> Literal["links", "leads"] | None:
    """What a table reports: links, leads, or nothing that is known (counts per site, say)."""
    shape = _shape_of(_head(path))
    return shape.kind if shape else None


def read_table(
    path: Path,
    source_id: str,
    tally: Tally,
    mapping: Mapping[str, str] | None = None,
    *,
    default_date: datetime,
    target: str | None = None,
) -> Iterator[Batches]:
    """Read a table into batches of `LINKS` and of `LEADS`; a row without use is counted with its line.

    `mapping` names the column of a field (see FIELDS). `default_date` is the export's date where
    neither the rows nor the file's name tell it; `target` is the domain that leads lead to.
    """
    known = not set(mapping or ()) - set(FIELDS)
    shape = _shape_of(_head(path), mapping or {}) if known else None
    if shape is None:
        raise _no_shape(path, mapping or {})
    export_date = _date_in_name(path.name) or default_date
    if shape.kind == "links":
        to_row, schema = _link_maker(shape, source_id, export_date), LINKS
    else:
        to_row, schema = _lead_maker(shape, source_id, export_date, _lead_target(path, target)), LEADS
    for rows in _chunks(_good_rows(path, shape, tally, to_row)):
        batch = pa.RecordBatch.from_pylist(rows, schema=schema)
        if schema is LINKS:
            tally.links += len(rows)
            yield batch, None
        else:
            tally.leads += len(rows)
            yield None, batch
    tally.bytes_read = path.stat().st_size


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, BATCH_ROWS)):
        yield chunk


class _Unusable(ValueError):
    """Why a row gives nothing; counted by `_good_rows`, seen by nobody else."""


def _good_rows(
    path: Path, shape: _Shape, tally: Tally, to_row: Callable[[list[str], int], Row]
) -> Iterator[Row]:
    with _open_text(path) as text:
        reader = csv.reader(text, delimiter=shape.delimiter)
        for number, (line, cells) in enumerate(_numbered(reader, tally)):
            if number < shape.first_row or not _filled(cells):
                continue
            tally.records += 1
            try:
                yield to_row(cells, line)
            except _Unusable as error:
                tally.bad(line, str(error))


def _numbered(reader: "_csv.Reader", tally: Tally) -> Iterator[tuple[int, list[str]]]:
    """The rows with the line each starts on; one that is no CSV is counted and passed over."""
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            tally.bad(line, f"no row: {error}")
            continue
        yield line, cells


def _link_maker(shape: _Shape, source_id: str, export_date: datetime) -> Callable[[list[str], int], Row]:
    columns = shape.columns
    seen: dict[tuple[str, str], dict[str, int]] = {}

    def to_row(cells: list[str], line: int) -> Row:
        cell = partial(_cell, cells, columns)
        source, target = _page(cell("source"), "linking page"), _page(cell("target"), "target")
        _refuse_internal(source, target.domain)
        anchor = " ".join(cell("anchor").split())[:ANCHOR_LIMIT] if "anchor" in columns else None
        anchors = seen.setdefault((source.key, target.key), {})
        if (anchor or "") in anchors:
            raise _Unusable("the same link stands in an earlier row")
        occurrence = anchors[anchor or ""] = len(anchors)
        last_seen = _date(cell("last_seen")) or export_date
        first_seen = _date(cell("first_seen")) or last_seen
        return {
            "target_key": target.key,
            "target_domain": target.domain,
            "source_key": source.key,
            "source_domain": source.domain,
            "kind": int(Kind.A),
            "occurrence": occurrence,
            "rel": _rel(cell, columns),
            "anchor": anchor,
            "target_canonical": canonical_key(target.key),
            "canonical_version": CANONICAL_VERSION,
            "first_seen": min(first_seen, last_seen),
            "last_seen": last_seen,
            "reader": int(Reader.EXPORT),
            "source_id": source_id,
            "offset": line,
        }

    return to_row


def _lead_maker(
    shape: _Shape, source_id: str, export_date: datetime, target: str
) -> Callable[[list[str], int], Row]:
    def to_row(cells: list[str], line: int) -> Row:
        source = _page(_cell(cells, shape.columns, "source"), "linking page")
        _refuse_internal(source, target)
        return {
            "target_domain": target,
            "source_key": source.key,
            "source_domain": source.domain,
            "reported_at": _date(_cell(cells, shape.columns, "last_seen")) or export_date,
            "reported_by": shape.reporter,
            "source_id": source_id,
            "row": line,
        }

    return to_row


def _cell(cells: list[str], columns: Mapping[str, int], field: str) -> str:
    at = columns.get(field, len(cells))
    return cells[at].strip() if at < len(cells) else ""


def _page(text: str, role: str) -> Url:
    if not text:
        raise _Unusable(f"no {role}")
    try:
        return parse_url(text)
    except UsageError:
        raise _Unusable(f"the {role} is no http or https URL: {text[:200]!r}") from None


def _refuse_internal(source: Url, target_domain: str) -> None:
    if source.domain == target_domain:
        raise _Unusable(f"the link stays within {target_domain}")


_REL = {bit.name.lower(): int(bit) for bit in Rel if bit.name and bit is not Rel.OTHER}
_TRUE = frozenset({"true", "yes", "1", "y", "x", "nofollow", "dofollow", "follow", "ugc", "sponsored"})
_FALSE = frozenset({"false", "no", "0", "n", "-"})


def _rel(cell: Callable[[str], str], columns: Mapping[str, int]) -> int | None:
    """The rel bits that a row states; None where it states nothing."""
    if "rel" in columns:
        bits = 0
        for token in re.split(r"[\s,]+", cell("rel").lower()):
            bits |= _REL.get(token, int(Rel.OTHER)) if token else 0
        return bits
    stated = [(bit, _truth(cell(field))) for field, bit in _FLAGS if field in columns]
    dofollow = _truth(cell("dofollow"))
    if dofollow is not None:
        stated.append((Rel.NOFOLLOW, not dofollow))
    follow_type = cell("follow_type").lower()
    if follow_type in {"nofollow", "dofollow", "follow"}:
        stated.append((Rel.NOFOLLOW, follow_type == "nofollow"))
    if all(truth is None for _, truth in stated):
        return None
    return sum({int(bit) for bit, truth in stated if truth})


_FLAGS = (("nofollow", Rel.NOFOLLOW), ("ugc", Rel.UGC), ("sponsored", Rel.SPONSORED))


def _truth(text: str) -> bool | None:
    lowered = text.strip().lower()
    return True if lowered in _TRUE else False if lowered in _FALSE else None


_numeric_date = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})").match
_WRITTEN = ("%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y", "%Y/%m/%d")
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


def _date(text: str) -> datetime | None:
    """The instant a cell states; None for what is no date, or one that could be two days."""
    text = text.strip()
    if not text:
        return None
    moment = _iso_date(text) or _day_and_month(text) or _written_date(text)
    return moment if moment and moment >= _EARLIEST else None


def _iso_date(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _day_and_month(text: str) -> datetime | None:
    found = _numeric_date(text)
    if not found:
        return None
    first, sign, second, year = int(found[1]), found[2], int(found[3]), int(found[4])
    if sign == "." or first > 12 or first == second:
        first, second = second, first  # the day came first
    elif second <= 12:
        return None
    try:
        return datetime(year, first, second, tzinfo=UTC)
    except ValueError:
        return None


def _written_date(text: str) -> datetime | None:
    for pattern in _WRITTEN:
        try:
            return datetime.strptime(text, pattern).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None


def _date_in_name(name: str) -> datetime | None:
    for found in re.finditer(r"(?<!\d)\d{4}-\d\d-\d\d(?!\d)", name):
        date = _date(found[0])
        if date:
            return date
    return None


_property_in_name = re.compile(
    r"(?:https?_+)?(.+?)_*-(?:Latest|More sample|Sample) links\b", re.IGNORECASE
).match


def _lead_target(path: Path, target: str | None) -> str:
    """The domain that a list of linking pages is about: as told, or as its file is named."""
    if target is None:
        found = _property_in_name(path.name)
        target = found[1] if found else None
    if target is None:
        raise UsageError(
            f"ingest {path.name}",
            "a list of linking pages, which does not say what site they link to",
            "Name the site with --for DOMAIN.",
        )
    return registrable_domain(target_host(target))


_plain = re.compile(r"[\W_]+")
_is_url = re.compile(r"\s*https?://", re.IGNORECASE).match


def _head(path: Path) -> str:
    with _open_text(path) as text:
        return text.read(SNIFF_BYTES)


def _parse(head: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
    return [cells for _, cells in islice(_numbered(reader, Tally()), SNIFF_ROWS)]


def _shape_of(head: str, mapping: Mapping[str, str] = MappingProxyType({})) -> _Shape | None:
    readings = {delimiter: _parse(head, delimiter) for delimiter in ",\t;|"}
    for delimiter, rows in readings.items():
        for number, cells in enumerate(rows[:PREAMBLE_ROWS]):
            columns = _columns(cells, mapping)
            if "source" in columns and ("target" in columns or mapping):
                kind: Literal["links", "leads"] = "links" if "target" in columns else "leads"
                return _Shape(kind, delimiter, columns, number + 1)
    if mapping:
        return None
    for delimiter, rows in readings.items():
        widths = Counter(len(row) for row in rows if _filled(row))
        width, agreeing = widths.most_common(1)[0] if widths else (0, 0)
        if width > 1 and agreeing >= AGREEING * widths.total():
            return _leads_shape(rows, delimiter)
    return _leads_shape([[line] for line in head.splitlines()], "\x00")  # a URL may hold any delimiter


def _filled(row: list[str]) -> bool:
    return any(cell.strip() for cell in row)


def _columns(cells: Iterable[str], mapping: Mapping[str, str] = MappingProxyType({})) -> dict[str, int]:
    """The columns of a header row by field; none where one is missing that the mapping names."""
    names = [cell.strip() for cell in cells]
    if any(name not in names for name in mapping.values()):
        return {}
    columns = {field: names.index(name) for field, name in mapping.items()}
    at = {_plain.sub("", name.lower()): n for n, name in reversed(list(enumerate(names)))}
    for field, known in [*_HEADERS.items(), *_EITHER_END.items()]:
        free = (at[name] for name in known.split() if name in at and at[name] not in columns.values())
        column = columns.get(field, next(free, None))
        if column is not None:
            columns[field] = column
    return columns


def _no_shape(path: Path, mapping: Mapping[str, str]) -> UsageError:
    fields = f"Name the columns, such as source and target; known fields are {', '.join(FIELDS)}."
    if unknown := sorted(set(mapping) - set(FIELDS)):
        return UsageError(f"map columns of {path.name}", f"no such field: {', '.join(unknown)}", fields)
    first = next(filter(_filled, _parse(_head(path), ",")), [])
    wanted = f"{', '.join(map(repr, mapping.values()))} as " if mapping else ""
    found = f"no header with {wanted}source, the linking page; it begins with {','.join(first)[:200]!r}"
    return UsageError(f"read {path.name} as a table", found, fields)


def _leads_shape(rows: list[list[str]], delimiter: str) -> _Shape | None:
    """One column of pages, perhaps one of dates, nothing else: the header may be in any language."""
    rows = [row for row in rows if _filled(row)][:SNIFF_ROWS]
    if not rows or any(row[0].lower().startswith("domain:") for row in rows):  # a disavow file
        return None
    has_header = not any(_is_url(cell) for cell in rows[0])
    body = rows[1:] if has_header else rows
    width = max(map(len, rows))
    if width > 2 or (not body and "source" not in _columns(rows[0])):
        return None
    kinds = [_column_kind([row[n] for row in body if n < len(row)]) for n in range(width)]
    if body and sorted(kinds) not in (["url"], ["date", "url"]):
        return None
    columns = {"source": kinds.index("url") if body else 0}
    if "date" in kinds:
        columns["last_seen"] = kinds.index("date")
    return _Shape("leads", delimiter, columns, int(has_header), "search-console" if has_header else "list")


def _column_kind(cells: list[str]) -> str:
    if sum(1 for cell in cells if _is_url(cell)) >= AGREEING * len(cells):
        return "url"
    looks_dated = sum(1 for cell in cells if not cell.strip() or _date(cell) or _numeric_date(cell.strip()))
    return "date" if looks_dated >= AGREEING * len(cells) else "other"


def _open_text(path: Path) -> IO[str]:
    """The decoded text of a table: UTF-8 or UTF-16 by its mark, UTF-8 if it is, else Windows-1252."""
    return io.TextIOWrapper(_open_bytes(path), encoding=_encoding(path), errors="replace", newline="")


def _open_bytes(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return cast(IO[bytes], gzip.open(path, "rb")) if packed else path.open("rb")


def _encoding(path: Path) -> str:
    with _open_bytes(path) as file:
        piece = file.read(1 << 20)
        if piece.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while piece:
                decoder.decode(piece)
                piece = file.read(1 << 20)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"
