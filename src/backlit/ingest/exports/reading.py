"""How does an export become batches of links, leads, visits, search performance or decisions?

Each row that gives nothing is counted with its line and the reason; rows that say there is no link, and
files without a date, are mentioned in a note and not counted as bad. What a mapping or the file's own
header cannot tell (whose links, as of when) comes from its name, the lines above, or the caller.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import pyarrow as pa

from backlit.errors import UsageError
from backlit.ingest.assemble import Tally
from backlit.ingest.exports.detect import LOG, Layout, layout_of, refusal
from backlit.ingest.exports.files import TableFile
from backlit.ingest.exports.logs import referrers
from backlit.ingest.exports.other_rows import DecisionMaker, PerformanceMaker
from backlit.ingest.exports.performance import filters_of
from backlit.ingest.exports.rows import Internal, LeadMaker, LinkMaker, Row, Skipped, Unusable
from backlit.ingest.exports.spec import Yields
from backlit.ingest.exports.tabular import filled, numbered_rows
from backlit.ingest.exports.values import is_plausible
from backlit.ingest.exports.visit_rows import VisitMaker, merged, period_of, visits_in_log
from backlit.model import LEADS, LINKS
from backlit.schemas import DECISIONS, PERFORMANCE, VISITS
from backlit.urls import registrable_domain, target_host

__all__ = [
    "Maker",
    "file_time",
    "good_rows",
    "identity_of",
    "lead_target",
    "maker",
    "read_table",
    "sniff",
]

#: Rows in a batch.
BATCH_ROWS = 20_000

#: A table's name in the index, and rows of it.
Batch = tuple[str, pa.RecordBatch]
Maker = LinkMaker | LeadMaker | VisitMaker | PerformanceMaker | DecisionMaker

_SCHEMAS = {
    "links": LINKS,
    "leads": LEADS,
    "visits": VISITS,
    "performance": PERFORMANCE,
    "decisions": DECISIONS,
}


def sniff(path: Path) -> Yields | None:
    """What a table reports, such as links or leads; None for nothing that can be ingested."""
    found = layout_of(TableFile(path)).format.yields
    return None if found == "nothing" else found


def read_table(
    path: Path,
    source_id: str,
    tally: Tally,
    mapping: Mapping[str, str] | None = None,
    *,
    default_date: datetime | None = None,
    target: str | None = None,
    member: str | None = None,
) -> Iterator[Batch]:
    """Read a table into batches of the tables it yields, by name; a row without use is counted with its line.

    `mapping` names the column of a field (see spec.FIELDS). `default_date` is the export's date where
    neither its name nor the lines above its header tell it, else it is the file's time; `target` is the
    domain that leads lead to; `member` is the table within a zip.
    """
    file = TableFile(path, member)
    layout = layout_of(file, mapping or {})
    if layout.format.yields == "nothing":
        raise refusal(file.name, layout)
    stated = layout.date_in(file.name) or default_date
    export_date = stated or file_time(path)
    about = lead_target(file, layout, target)
    to_row = maker(file, layout, source_id, export_date, about)
    rows = good_rows(file, layout, tally, to_row)
    if layout.format.yields == "visits":
        rows = merged(rows)
    yield from _batches(layout.format.yields, rows, tally)
    if layout.delimiter == LOG and about is not None:
        yield from _batches("visits", visits_in_log(file, source_id, about, export_date), tally)
    if stated is None and to_row.undated:
        _note_undated(tally, to_row.undated, export_date)
    tally.bytes_read = file.size


def maker(file: TableFile, layout: Layout, source_id: str, export_date: datetime, about: str | None) -> Maker:
    """What makes the rows of a table; `about` is the site that it is said to be about."""
    match layout.format.yields:
        case "links":
            return LinkMaker(layout, source_id, export_date)
        case "visits":
            return VisitMaker(layout, source_id, export_date, about or "", period_of(layout, file.name))
        case "performance":
            return PerformanceMaker(layout, source_id, export_date, about or "", filters_of(file))
        case "decisions":
            return DecisionMaker(layout, source_id, export_date, about)
    return LeadMaker(layout, source_id, export_date, about)


def _batches(table: str, rows: Iterator[Row], tally: Tally) -> Iterator[Batch]:
    while chunk := list(islice(rows, BATCH_ROWS)):
        setattr(tally, table, getattr(tally, table) + len(chunk))
        yield table, pa.RecordBatch.from_pylist(chunk, schema=_SCHEMAS[table])


def _note_undated(tally: Tally, rows: int, date: datetime) -> None:
    every = tally.links + tally.leads + tally.visits + tally.performance + tally.decisions
    what = "no date in it" if rows == every else f"no date in {rows:,} of its rows"
    tally.problems.insert(0, (0, f"{what}: taken as of its file time {date:%Y-%m-%d}; --date sets it"))


def good_rows(file: TableFile, layout: Layout, tally: Tally, to_row: Maker) -> Iterator[Row]:
    """The rows that can be used; the others are counted."""
    is_log = layout.delimiter == LOG
    numbered = referrers(file, tally) if is_log else numbered_rows(file, layout.delimiter, tally)
    skipped, first = Counter[str](), dict[str, int]()
    for number, (line, cells) in enumerate(numbered):
        if number < layout.first_row or not filled(cells):
            continue
        tally.records += 1
        try:
            yield to_row(cells, line)
        except Skipped as error:
            if not error.is_silent:
                skipped[error.said] += 1
                first.setdefault(error.said, line)
        except Unusable as error:
            if not (is_log and isinstance(error, Internal)):
                tally.bad(line, str(error))
    for what, count in skipped.items():
        said = "1 row says" if count == 1 else f"{count:,} rows, the first of them here, say"
        tally.problems.insert(0, (first[what], f"{said} {what}"))


#: What tables say that do not name the site they are about, and must be told it.
_NAMELESS = {
    "leads": "a list of linking pages, which does not say what site they link to",
    "visits": "counts of visits, which do not say to what site",
    "performance": "counts of clicks, which do not say of what site",
}


def lead_target(file: TableFile, layout: Layout, target: str | None) -> str | None:
    """The domain that a table is about which names one end of links only, or none: as told, or as its
    file is named. None for tables that name both ends, and for decisions of which nobody says."""
    if layout.format.yields == "links":
        return None
    if target is not None:
        return registrable_domain(target_host(target))
    found = layout.target_in(file.name)
    if found is None and layout.format.yields in _NAMELESS:
        what = _NAMELESS[layout.format.yields]
        raise UsageError(f"ingest {file.name}", what, "Name the site with --for DOMAIN.")
    return found


def file_time(path: Path) -> datetime:
    """The time of a file, to the second; UsageError for one that is no time of an export."""
    seconds = int(path.stat().st_mtime)
    day = datetime(1970, 1, 1, tzinfo=UTC)
    with suppress(OverflowError):
        day += timedelta(seconds=seconds)
    if not is_plausible(day):
        raise UsageError(
            f"tell how old {path.name} is",
            f"no date in it, and as the time of the file {day:%Y-%m-%d}",
            "Say of when it is with --date.",
        )
    return day


def identity_of(
    path: Path,
    member: str | None,
    mapping: Mapping[str, str] | None,
    target: str | None,
    date: datetime | None = None,
) -> list[object]:
    """What, beside its bytes, decides the rows of a table: its part, columns, site and date.

    The time of the file is part of it only where the table has no dates: who touches an export that
    has them, or copies it, has no new one.
    """
    file = TableFile(path, member)
    layout = layout_of(file, mapping or {})
    about = lead_target(file, layout, target) if layout.format.yields != "nothing" else None
    stated = layout.date_in(file.name) or date
    if stated is None and "last_seen" not in layout.columns:
        stated = file_time(path)
    return [member, sorted((mapping or {}).items()), about, stated.isoformat() if stated else None]
