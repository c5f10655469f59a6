"""What would an ingest make of an export, before it writes anything?"""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from backlit.app.answer import Answer, Row
from backlit.errors import SourceMissing, UsageError
from backlit.ingest.exports import Preview
from backlit.ingest.exports import preview as preview_file
from backlit.ingest.exports.values import is_plausible
from backlit.ingest.sources import CRAWL_SUFFIXES
from backlit.model import VENDOR_METRICS, Kind, Placement, name_of, rel_tokens
from backlit.urls import url_of_key

__all__ = ["export_date", "preview"]


def preview(
    names: Sequence[str],
    *,
    rows: int = 10,
    mapping: Mapping[str, str] | None = None,
    target: str | None = None,
    date: str | None = None,
) -> Answer:
    """What each table in some exports, lists or logs is, and the first rows it would give."""
    started = time.perf_counter()
    found: list[Row] = []
    for name in names:
        path = Path(name)
        if not path.is_file():
            raise SourceMissing(f"preview {name}", "there is no such file", "Name exports one by one.")
        if path.name.lower().endswith(CRAWL_SUFFIXES):
            raise UsageError(f"preview {name}", "a crawl file, not an export", "Ingest it as it is.")
        seen = preview_file(path, rows, mapping=mapping, target=target, date=export_date(date))
        found += [_table_row(each) for each in seen]
    took = (time.perf_counter() - started) * 1000
    return Answer(found, {"sources": list(names)}, took_ms=took, total=len(found), limit=len(found))


def export_date(text: str | None) -> datetime | None:
    """The date that a person gives for exports which state none; UsageError where it is no date."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"date exports {text!r}", "this is no date", "Write it as 2026-03-01.") from error
    if not is_plausible(moment):
        found = "there was no web to export then"
        raise UsageError(f"date exports {text!r}", found, "Write it as 2026-03-01.")
    return moment


def _table_row(seen: Preview) -> Row:
    return {
        "source": seen.name,
        "tool": seen.format.tool,
        "table": seen.format.table,
        "yields": seen.format.yields,
        "confidence": seen.format.confidence,
        "reason": seen.format.reason,
        "use": seen.format.use or None,
        "target": seen.target,
        "date": seen.date,
        "date_from": seen.date_from,
        "first_seen": seen.first_seen,
        "last_seen": seen.last_seen,
        "columns": seen.columns,
        "unknown": seen.unknown,
        "rows": [_ROWS[seen.format.yields](row) for row in seen.rows],
        "total": seen.total,
        "total_is": None if seen.total is None else "exact" if seen.is_whole else "more than",
        "problems": [{"offset": line, "why": why} for line, why in seen.problems],
    }


def _link_row(row: Mapping[str, Any]) -> Row:
    lost = {"by": row["vendor"], "at": row["reported_lost_at"], "reason": row["reported_lost_reason"]}
    metrics = {name: row[name] for name in VENDOR_METRICS if row.get(name) is not None}
    return {
        "source_url": url_of_key(row["source_key"]),
        "target_url": url_of_key(row["target_key"]),
        "kind": name_of(Kind, row["kind"]),
        "rel": rel_tokens(row["rel"]),
        "placement": name_of(Placement, row["placement"]),
        "anchor": row["anchor"],
        "alt": row["alt"],
        "first_seen": row["first_seen"],
        "last_seen": row["last_seen"],
        "reported_lost": lost if row["reported_lost_at"] else None,
        "vendor_metrics": metrics or None,
        "offset": row["offset"],
    }


def _lead_row(row: Mapping[str, Any]) -> Row:
    return {
        "source_url": url_of_key(row["source_key"]),
        "target_domain": row["target_domain"],
        "reported_at": row["reported_at"],
        "reported_by": row["reported_by"],
        "offset": row["row"],
    }


def _visit_row(row: Mapping[str, Any]) -> Row:
    return {
        "referrer": url_of_key(row["referring_key"]) if row["referring_key"] else row["referring_host"],
        "landing_url": url_of_key(row["landing_key"]) if row["landing_key"] else None,
        **{name: row[name] for name in ("level", "measure", "count", "first_day", "last_day")},
        "offset": row["row"],
    }


def _performance_row(row: Mapping[str, Any]) -> Row:
    told = ("dimension", "value", "clicks", "impressions", "ctr", "position", "period")
    return {**{name: row[name] for name in told}, "offset": row["row"]}


def _decision_row(row: Mapping[str, Any]) -> Row:
    subject = url_of_key(row["page_key"]) if row["page_key"] else row["host"]
    told = {name: row[name] for name in ("decision", "tags", "note")}
    return {"subject": subject, **told, "offset": row["row"]}


_ROWS = {
    "links": _link_row,
    "leads": _lead_row,
    "visits": _visit_row,
    "performance": _performance_row,
    "decisions": _decision_row,
}
