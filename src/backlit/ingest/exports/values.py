"""What does one cell of an export say: a text, a date, a number, a yes or no, a page?

Cells are written by vendors for people, and guarded for spreadsheets. What cannot be told is None,
never a guess: a date that could be two days is no date unless the rest of its column shows the order.
"""

import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import Enum

__all__ = [
    "DateOrder",
    "date_in_text",
    "date_of",
    "date_order",
    "is_numeric_date",
    "is_odd_date",
    "is_plausible",
    "is_set",
    "number_of",
    "plain_name",
    "truth_of",
    "unescaped",
]

_signs = re.compile(r"[\W_]+")

#: A cell that a spreadsheet would run as a formula, behind the apostrophe that keeps it from doing so.
_guarded = re.compile(r"'[\s\0]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]").match
_quoted_formula = re.compile(r'="(.*)"', re.DOTALL).fullmatch
_hyperlink = re.compile(r'=HYPERLINK\("([^"]*)"(?:\s*[,;]\s*"([^"]*)")?\s*\)', re.IGNORECASE).fullmatch

_TRUE = frozenset({"true", "yes", "1", "y", "x", "nofollow", "dofollow", "follow", "ugc", "sponsored"})
_FALSE = frozenset({"false", "no", "0", "n", "-"})

_two_numbers = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?!\d)").match
_epoch = re.compile(r"\d{9,10}(\d{3})?").fullmatch
_iso_in_text = re.compile(r"(?<!\d)\d{4}-\d\d-\d\d(?!\d)")
_written_in_text = re.compile(
    r"(?<![A-Za-z])[A-Za-z]{3,9} \d{1,2}, \d{4}(?!\d)|(?<!\d)\d{1,2}([ -])[A-Za-z]{3,9}\1\d{4}(?!\d)"
)
_WRITTEN = (
    *("%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y", "%d-%b-%Y"),
    *("%Y/%m/%d", "%Y/%m/%d %H:%M:%S"),
)
#: No page is older than the web, and no look at one lies in the next century.
_EARLIEST, _AFTER = datetime(1990, 1, 1, tzinfo=UTC), datetime(2101, 1, 1, tzinfo=UTC)
#: What programs write for a date that they do not have (.NET, SQL Server, Unix).
_BLANKS = tuple(datetime(year, 1, 1, tzinfo=UTC) for year in (1, 1900, 1970))
#: No date is written longer; the patterns below take time on endless blanks.
_DATE_LENGTH = 64

_thousands = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?").fullmatch
_decimal_comma = re.compile(r"[+-]?\d+,\d+").fullmatch


class DateOrder(Enum):
    """How the dates of a column are written where two numbers could each be the month."""

    DAY_FIRST = "day first"
    MONTH_FIRST = "month first"
    UNKNOWN = "unknown"


def plain_name(header: str) -> str:
    """A column's name without case, spaces and signs, to compare it by."""
    return _signs.sub("", header.lower())


def unescaped(cell: str, *, address: bool = False) -> str:
    """The text that a cell stands for, without what keeps spreadsheets from running it.

    `address` says that a page is wanted, of a HYPERLINK formula its first half.
    """
    text = cell.strip()
    if not text or text[0] not in "'=":
        return text
    if _guarded(text):
        text = text[1:].strip()
    if quoted := _quoted_formula(text):
        return quoted[1].replace('""', '"').strip()
    if link := _hyperlink(text):
        return (link[1] if address else link[2] or link[1]).strip()
    return text


def truth_of(text: str) -> bool | None:
    """What a flag says; None where it says neither yes nor no."""
    lowered = text.strip().lower()
    return True if lowered in _TRUE else False if lowered in _FALSE else None


def is_set(text: str) -> bool:
    """What a flag says that is empty when it is not set, as Majestic writes them."""
    lowered = text.strip().lower()
    return bool(lowered) and lowered not in _FALSE


def number_of(text: str) -> float | None:
    """The number in a cell such as `1,240`, `12 %` or `71.5`."""
    text = re.sub(r"[\s\xa0\u202f%]", "", text)
    if _thousands(text):
        text = text.replace(",", "")
    elif _decimal_comma(text):
        text = text.replace(",", ".")
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and "_" not in text else None


def date_of(text: str, order: DateOrder = DateOrder.UNKNOWN) -> datetime | None:
    """The instant a cell states; None for what is no date, or one that could be two days."""
    try:
        moment = _moment(text.strip(), order)
    except OverflowError:
        return None
    return moment if moment and is_plausible(moment) else None


def is_odd_date(text: str, order: DateOrder = DateOrder.UNKNOWN) -> bool:
    """Whether a cell states a date at which nobody can have seen a link; one left blank states none."""
    try:
        moment = _moment(text.strip(), order)
    except OverflowError:
        return True
    return moment is not None and moment not in _BLANKS and not is_plausible(moment)


def is_plausible(moment: datetime) -> bool:
    """Whether a look at a page can have been at a time: 1990 to 2100."""
    return _EARLIEST <= moment < _AFTER


def _moment(text: str, order: DateOrder) -> datetime | None:
    """The instant that is written; OverflowError for one that UTC cannot express."""
    if not text or len(text) > _DATE_LENGTH:
        return None
    return _from_epoch(text) or _iso_date(text) or _numeric_date(text, order) or _written_date(text)


def date_in_text(text: str) -> datetime | None:
    """The first date in a file's name or a line above a table."""
    for found in (*_iso_in_text.finditer(text), *_written_in_text.finditer(text)):
        if date := date_of(found[0]):
            return date
    return None


def date_order(cells: Iterable[str]) -> DateOrder:
    """Which of two numbers is the day, as shown by the cells of one column where it is above 12."""
    first = second = False
    for cell in cells:
        if found := _two_numbers(cell.strip()):
            first |= int(found[1]) > 12
            second |= int(found[3]) > 12
    if first == second:  # neither was seen, or the column contradicts itself
        return DateOrder.UNKNOWN
    return DateOrder.DAY_FIRST if first else DateOrder.MONTH_FIRST


def is_numeric_date(text: str) -> bool:
    """Whether a cell looks like day, month and year in numbers, in whatever order."""
    return _two_numbers(text.strip()) is not None


def _from_epoch(text: str) -> datetime | None:
    if not _epoch(text):
        return None
    seconds = int(text) if len(text) < 12 else int(text) / 1000
    return datetime.fromtimestamp(seconds, UTC)


def _iso_date(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(re.sub(r"\s+(?=[+-]\d\d:)", "", text.removesuffix(" UTC")))
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _numeric_date(text: str, order: DateOrder) -> datetime | None:
    found = _two_numbers(text)
    if not found:
        return None
    month, sign, day, year = int(found[1]), found[2], int(found[3]), int(found[4])
    if order is DateOrder.DAY_FIRST or (
        order is DateOrder.UNKNOWN and (sign == "." or month > 12 or month == day)
    ):
        month, day = day, month
    elif order is DateOrder.UNKNOWN and day <= 12:
        return None
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None


def _written_date(text: str) -> datetime | None:
    for pattern in _WRITTEN:
        try:
            return datetime.strptime(text, pattern).replace(tzinfo=UTC)
        except ValueError:
            continue
    return None
