"""Which rows of cells does a table hold, and on which line does each start?

CSV and TSV are read as they are; a JSON answer of an API becomes a table whose header is its keys, so
that one mapping serves both. A row that cannot be read is counted and passed over.
"""

import csv
import io
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO

import msgspec

from backlit.errors import SourceError
from backlit.ingest.assemble import Tally
from backlit.ingest.exports.files import BROKEN, DAMAGE, TableFile

__all__ = [
    "JSON",
    "LINES",
    "ROW_LIMIT",
    "SNIFF_ROWS",
    "Lines",
    "TooLong",
    "filled",
    "head_of",
    "numbered_rows",
    "readings",
]

#: The most characters of a line, and of a row, which may have line breaks in its cells: they are all in
#: memory at once. Real rows have some 2,000; the longest URL that is kept has 8,192.
ROW_LIMIT = 1 << 20

#: How much of a table is looked at to tell what it is.
SNIFF_BYTES, SNIFF_ROWS = 1 << 16, 60

#: A "delimiter" that occurs nowhere: the row is the line. A URL may hold any real one.
LINES = "\x1f"
#: Says that the rows are the records of a JSON document.
JSON = "json"

#: A JSON document is parsed as a whole; this bounds the memory.
_JSON_BYTES = 256 << 20
_JSON_COLUMNS = 500
_JSON_DEPTH = 8
#: Keys under which the APIs of vendors keep their rows, sometimes within each other.
_CONTAINERS = frozenset(
    (
        *("tasks", "result", "results", "items", "data", "d", "datatables", "response"),
        *("backlinks", "refpages", "links", "details", "refdomains", "anchors"),
    )
)


class TooLong(ValueError):
    """A line or row above ROW_LIMIT; what comes after it can be read."""


class Lines:
    """The lines of a text, never more of one row in memory than ROW_LIMIT; `number` is the last one's."""

    __slots__ = ("_again", "_row", "_size", "_text", "number")

    def __init__(self, text: IO[str]) -> None:
        self._text, self.number, self._size = text, 0, 0
        #: the lines of this row, and those that are to be read once more
        self._row, self._again = list[str](), deque[str]()

    def begin_row(self) -> int:
        """A row begins with the next line, whose number is returned."""
        self._size = 0
        self._row.clear()
        return self.number + 1

    @property
    def is_open(self) -> bool:
        """Whether the row took lines up to the end of the text for a quote that never closes."""
        return len(self._row) > 1 and sum(line.count('"') for line in self._row) % 2 == 1

    def read_again(self) -> None:
        """Read the lines of this row but its first once more, as rows of their own."""
        self.number -= len(self._row) - 1
        self._again.extendleft(reversed(self._row[1:]))

    def __iter__(self) -> "Lines":
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._text.readline(ROW_LIMIT + 1)
        if not line:
            raise StopIteration
        self.number += 1
        self._size += len(line)
        self._row.append(line)
        if self._size > ROW_LIMIT:
            self._skip_rest(line)
            raise TooLong(f"longer than {ROW_LIMIT:,} characters")
        return line

    def _skip_rest(self, line: str) -> None:
        while line and not line.endswith(("\n", "\r")):
            line = self._text.readline(ROW_LIMIT)


def head_of(file: TableFile) -> str:
    """The first part of a table's text; of a damaged archive as much as there is."""
    pieces, room = list[str](), SNIFF_BYTES
    try:
        with file.open_text() as text:
            while room > 0 and (piece := text.readline(room)):
                pieces.append(piece)
                room -= len(piece)
    except BROKEN:
        pass  # the rows before the damage tell what the table is; reading them counts it
    return "".join(pieces)


def readings(file: TableFile) -> dict[str, list[list[str]]]:
    """The first rows of a table by each way to read it."""
    head = head_of(file)
    if _is_json(head):
        return {JSON: [cells for _, cells in islice(numbered_rows(file, JSON, Tally()), SNIFF_ROWS)]}
    return {delimiter: _parse(head, delimiter) for delimiter in (",", "\t", ";", "|", LINES)}


def _parse(head: str, delimiter: str) -> list[list[str]]:
    numbered = _numbered(io.StringIO(head, newline=""), delimiter, Tally())
    return [cells for _, cells in islice(numbered, SNIFF_ROWS)]


def filled(cells: Iterable[str]) -> bool:
    """Whether a row says anything."""
    return any(cell.strip() for cell in cells)


def numbered_rows(file: TableFile, delimiter: str, tally: Tally) -> Iterator[tuple[int, list[str]]]:
    """The rows with the line each starts on (of JSON, its number as a record; its header is 0)."""
    if delimiter == JSON:
        yield from _json_rows(file, tally)
        return
    with file.open_text() as text:
        yield from _numbered(text, delimiter, tally)


def _numbered(text: IO[str], delimiter: str, tally: Tally) -> Iterator[tuple[int, list[str]]]:
    lines = Lines(text)
    while True:
        first = lines.begin_row()
        try:
            cells = next(csv.reader(lines, delimiter=delimiter))
        except StopIteration:
            return
        except TooLong as error:
            upto = f", up to line {lines.number}" if lines.number > first else ""
            tally.bad(first, f"no row: {error}{upto}")
            continue
        except csv.Error as error:  # most likely a quote that never closes
            tally.bad(first, f"no row: {error}")
            lines.read_again()
            continue
        except BROKEN as error:
            tally.bad(first, DAMAGE.format(error))
            return
        if lines.is_open:
            tally.bad(
                first, "no row: a quote opens in it that never closes; the lines after it are read as rows"
            )
            lines.read_again()
            continue
        yield first, cells


# JSON ------------------------------------------------------------------------


def _is_json(head: str) -> bool:
    start = head.lstrip()
    if start.startswith("{"):
        return True
    return start.startswith("[") and start[1:].lstrip().startswith(("{", "[", "]"))


def _json_rows(file: TableFile, tally: Tally) -> Iterator[tuple[int, list[str]]]:
    text, damage = _json_text(file)
    rows = list(_records(_document(text, tally, damage)))
    counted = Counter(name for row in rows for name in row)
    header = [name for name, _ in counted.most_common(_JSON_COLUMNS)]
    yield 0, header
    for number, row in enumerate(rows, 1):
        yield number, [row.get(name, "") for name in header]
    if damage:
        tally.bad(len(rows) + 1, damage)


def _json_text(file: TableFile) -> tuple[str, str]:
    """The text of a document, and what is damaged about its archive."""
    pieces, room, damage = list[str](), _JSON_BYTES, ""
    try:
        with file.open_text() as text:
            while room >= 0 and (piece := text.readline(1 << 16)):
                pieces.append(piece)
                room -= len(piece)
    except BROKEN as error:
        damage = DAMAGE.format(error)
    if room < 0:
        raise SourceError(
            f"read {file.name}", f"JSON of more than {_JSON_BYTES >> 20} MB", "Split it into parts."
        )
    return "".join(pieces), damage


def _document(text: str, tally: Tally, damage: str) -> object:
    """What a text says as one document, else line by line; what is damaged is not counted here again."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError) as error:
        lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
        found = [_one_line(number, line, tally) for number, line in lines] if _is_by_line(lines) else []
        if not found and not damage:
            tally.bad(0, f"no JSON: {error}")
        return found


def _is_by_line(lines: list[tuple[int, str]]) -> bool:
    """Whether the first line is a record by itself."""
    return bool(lines) and isinstance(_one_line(*lines[0], Tally()), dict)


def _one_line(number: int, line: str, tally: Tally) -> object:
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError) as error:
        tally.bad(number, f"no JSON: {error}")
        return None


def _records(node: object, depth: int = 0) -> Iterator[dict[str, str]]:
    """The objects that are rows, wherever an API keeps them."""
    if depth > _JSON_DEPTH:
        return
    if isinstance(node, list):
        for item in node:
            yield from _records(item, depth + 1)
    elif isinstance(node, dict):
        inner = [v for k, v in node.items() if k.lower() in _CONTAINERS and isinstance(v, list | dict)]
        for value in inner:
            yield from _records(value, depth + 1)
        if not inner and depth:
            yield dict(_flat(node))


def _flat(record: dict[str, object], prefix: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    for name, value in record.items():
        if isinstance(value, dict):
            if depth < 2:
                yield from _flat(value, f"{prefix}{name}.", depth + 1)
        elif isinstance(value, list):
            yield prefix + name, " ".join(str(item) for item in value if not isinstance(item, list | dict))
        elif isinstance(value, bool):
            yield prefix + name, "true" if value else "false"
        else:
            yield prefix + name, "" if value is None else str(value)
