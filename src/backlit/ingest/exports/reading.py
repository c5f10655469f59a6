"""How does a vendor's export become batches of links or leads?

Each row that gives nothing is counted with its line and the reason; rows that say there is no link, and
files without a date, are mentioned in a note and not counted as bad. What a mapping or the file's own
header cannot tell (whose links, as of when) comes from its name, the lines above, or the caller.
"""

from collections.abc import Callable, Iterator, Mapping
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
from backlit.ingest.exports.rows import Internal, LeadMaker, LinkMaker, NoLink, Row, Unusable
from backlit.ingest.exports.spec import Yields
from backlit.ingest.exports.tabular import filled, numbered_rows
from backlit.ingest.exports.values import is_plausible
from backlit.model import LEADS, LINKS
from backlit.urls import registrable_domain, target_host

__all__ = ["Maker", "file_time", "good_rows", "identity_of", "lead_target", "read_table", "sniff"]

#: Rows in a batch.
BATCH_ROWS = 20_000

Batches = tuple[pa.RecordBatch | None, pa.RecordBatch | None]
Maker = Callable[[list[str], int], Row]


def sniff(path: Path) -> Yields | None:
    """What a table reports: links, leads, or nothing that can be ingested."""
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
) -> Iterator[Batches]:
    """Read a table into batches of `LINKS` and of `LEADS`; a row without use is counted with its line.

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
    to_row: LinkMaker | LeadMaker
    if layout.format.yields == "links":
        to_row, schema = LinkMaker(layout, source_id, export_date), LINKS
    else:
        to_row, schema = LeadMaker(layout, source_id, export_date, lead_target(file, layout, target)), LEADS
    rows = good_rows(file, layout, tally, to_row)
    while chunk := list(islice(rows, BATCH_ROWS)):
        batch = pa.RecordBatch.from_pylist(chunk, schema=schema)
        if schema is LINKS:
            tally.links += len(chunk)
            yield batch, None
        else:
            tally.leads += len(chunk)
            yield None, batch
    if stated is None and to_row.undated:
        _note_undated(tally, to_row.undated, export_date)
    tally.bytes_read = file.size


def _note_undated(tally: Tally, rows: int, date: datetime) -> None:
    what = "no date in it" if rows == tally.links + tally.leads else f"no date in {rows:,} of its rows"
    tally.problems.insert(0, (0, f"{what}: taken as of its file time {date:%Y-%m-%d}; --date sets it"))


def good_rows(file: TableFile, layout: Layout, tally: Tally, to_row: Maker) -> Iterator[Row]:
    """The rows that can be used; the others are counted."""
    is_log = layout.delimiter == LOG
    numbered = referrers(file, tally) if is_log else numbered_rows(file, layout.delimiter, tally)
    first_without = without = 0
    for number, (line, cells) in enumerate(numbered):
        if number < layout.first_row or not filled(cells):
            continue
        tally.records += 1
        try:
            yield to_row(cells, line)
        except NoLink:
            first_without, without = first_without or line, without + 1
        except Unusable as error:
            if not (is_log and isinstance(error, Internal)):
                tally.bad(line, str(error))
    if without:
        said = "1 row says" if without == 1 else f"{without:,} rows, the first of them here, say"
        tally.problems.insert(0, (first_without, f"{said} that there is no link"))


def lead_target(file: TableFile, layout: Layout, target: str | None) -> str:
    """The domain that a list of linking pages is about: as told, or as its file is named."""
    if target is not None:
        return registrable_domain(target_host(target))
    found = layout.target_in(file.name)
    if found is None:
        raise UsageError(
            f"ingest {file.name}",
            "a list of linking pages, which does not say what site they link to",
            "Name the site with --for DOMAIN.",
        )
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
    about = lead_target(file, layout, target) if layout.format.yields == "leads" else None
    stated = layout.date_in(file.name) or date
    if stated is None and "last_seen" not in layout.columns:
        stated = file_time(path)
    return [member, sorted((mapping or {}).items()), about, stated.isoformat() if stated else None]
