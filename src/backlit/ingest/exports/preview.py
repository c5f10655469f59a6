"""What would come of a file, before anything is written?

For each table of it: what it is taken for and why, which columns are understood and which are left
out, whose links and of when, and the first rows as they would be stored.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from backlit.ingest.assemble import Tally
from backlit.ingest.exports.detect import LOG, Layout, layout_of
from backlit.ingest.exports.files import TableFile, table_files
from backlit.ingest.exports.reading import file_time, good_rows, maker
from backlit.ingest.exports.rows import Row
from backlit.ingest.exports.spec import Format
from backlit.ingest.exports.tabular import LINES, filled, numbered_rows
from backlit.urls import registrable_domain, target_host

__all__ = ["Preview", "preview"]

#: Rows that the guess of the target rests on.
_SAMPLE = 200
#: Rows that are counted: the second that this takes is waited for.
_COUNTED = 200_000


@dataclass(frozen=True, slots=True)
class Preview:
    """What one table would give. `columns` has the header of each field that is understood, `unknown`
    the headers that are not used; `date_from` says where the export's date comes from. Below its header the
    table has `total` rows, or more than that where they are not `is_whole`; None where it gives nothing."""

    name: str
    format: Format
    columns: dict[str, str]
    unknown: list[str]
    target: str | None
    date: datetime
    date_from: str
    first_seen: datetime | None
    last_seen: datetime | None
    rows: list[Row]
    problems: list[tuple[int, str]]
    total: int | None
    is_whole: bool


def preview(
    path: Path,
    rows: int = 10,
    *,
    mapping: Mapping[str, str] | None = None,
    target: str | None = None,
    date: datetime | None = None,
) -> list[Preview]:
    """The first `rows` mapped rows of each table in a file, and how they were understood; writes nothing.

    Only the first 200 usable rows are read, so a problem further down is not met; the others are counted.
    """
    return [_preview(file, rows, mapping or {}, target, date) for file in table_files(path)]


def _preview(
    file: TableFile, rows: int, mapping: Mapping[str, str], target: str | None, date: datetime | None
) -> Preview:
    layout = layout_of(file, mapping)
    day, date_from = _dated(file, layout, date)
    about = registrable_domain(target_host(target)) if target else layout.target_in(file.name)
    tally, sample = Tally(), list[Row]()
    if layout.format.yields != "nothing":
        sample = list(
            islice(
                good_rows(file, layout, tally, maker(file, layout, "preview", day, about)), max(rows, _SAMPLE)
            )
        )
    return Preview(
        file.name,
        layout.format,
        _used(layout),
        [name for n, name in enumerate(layout.header) if n not in layout.columns.values()],
        _target(sample) or about,
        day,
        date_from,
        min((at for row in sample if (at := _time(row, "first_seen"))), default=None),
        max((at for row in sample if (at := _time(row, "last_seen"))), default=None),
        sample[:rows],
        tally.problems,
        *_counted(file, layout),
    )


def _counted(file: TableFile, layout: Layout) -> tuple[int | None, bool]:
    """How many rows a table has that say anything, and whether all of them were counted."""
    if layout.format.yields == "nothing":
        return None, False
    way = LINES if layout.delimiter == LOG else layout.delimiter
    below = islice(numbered_rows(file, way, Tally()), layout.first_row, None)
    count = sum(1 for _ in islice((1 for _, cells in below if filled(cells)), _COUNTED + 1))
    return min(count, _COUNTED), count <= _COUNTED


def _dated(file: TableFile, layout: Layout, date: datetime | None) -> tuple[datetime, str]:
    if found := layout.date_in(file.name):
        return found, "the file's name or the lines above its header"
    if date:
        return date, "as told"
    return file_time(file.path), "the time of the file"


def _used(layout: Layout) -> dict[str, str]:
    return {
        name: layout.header[at].strip() if at < len(layout.header) else f"column {at + 1}"
        for name, at in layout.columns.items()
    }


def _target(sample: list[Row]) -> str | None:
    """The domain that most of the rows are about."""
    domains = [row.get("target_domain") or row.get("site_domain") for row in sample]
    counted = Counter(str(domain) for domain in domains if domain)
    return counted.most_common(1)[0][0] if counted else None


def _time(row: Row, name: str) -> datetime | None:
    told = {"first_seen": "first_day", "last_seen": "last_day"}[name]
    at = row.get(name) or row.get(told) or row.get("day") or row.get("reported_at")
    return at if isinstance(at, datetime) else None
