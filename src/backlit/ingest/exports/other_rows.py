"""What does one row of a performance export, or of somebody's list of decisions, say?"""

from datetime import datetime

from backlit.errors import UsageError
from backlit.ingest.exports.detect import Layout
from backlit.ingest.exports.performance import dimension_of
from backlit.ingest.exports.rows import Cells, Row, Skipped, Unusable
from backlit.ingest.exports.values import DateOrder, date_of, number_of, plain_name, truth_of
from backlit.model import ANCHOR_LIMIT, TITLE_LIMIT
from backlit.urls import URL_LIMIT, host_of_key, page_key, registrable_domain, resolve, target_host

__all__ = ["DecisionMaker", "PerformanceMaker"]


class PerformanceMaker:
    """Makes rows of PERFORMANCE of one table; `undated` counts those whose time nobody tells."""

    def __init__(
        self, layout: Layout, source_id: str, export_date: datetime, site: str, period: str | None
    ) -> None:
        self._cells, self._tool = Cells(layout), layout.format.tool
        header = layout.header[layout.columns["value"]] if layout.header else ""
        self._dimension = dimension_of(header, layout.sample)
        self._source_id, self._export_date, self._site, self._period = source_id, export_date, site, period
        self.undated = 0

    def __call__(self, cells: list[str], line: int) -> Row:
        row = self._cells
        row.take(cells)
        value = row["value"][:URL_LIMIT]
        day = date_of(value, DateOrder.UNKNOWN) if self._dimension == "date" else None
        if self._dimension == "date" and day is None:
            raise Unusable(f"no date: {value[:40]!r}")
        page = resolve(value) if self._dimension == "page" else None
        share = number_of(row["ctr"])
        return {
            "site_domain": registrable_domain(host_of_key(page_key(page))) if page else self._site,
            "dimension": self._dimension,
            "value": value,
            "page_key": page_key(page) if page else None,
            "clicks": _whole(row, "clicks"),
            "impressions": _whole(row, "impressions"),
            "ctr": share / 100 if share is not None and "%" in row["ctr"] else share,
            "position": number_of(row["position"]),
            "day": day,
            "period": self._period,
            "tool": self._tool,
            "reported_at": self._export_date,
            "source_id": self._source_id,
            "row": line,
        }


def _whole(row: Cells, field: str) -> int:
    digits = "".join(character for character in row[field] if character.isdigit())
    if not digits or len(digits) > 15:
        raise Unusable(f"no number of {field}: {row[field][:40]!r}")
    return int(digits)


class _Remark(Skipped):
    """A comment line of a disavow file."""

    said = "a remark"
    is_silent = True


class DecisionMaker:
    """Makes rows of DECISIONS of one list; `site` is None where nobody says whose links it is about."""

    def __init__(self, layout: Layout, source_id: str, export_date: datetime, site: str | None) -> None:
        self._cells, self._tool = Cells(layout), layout.format.tool
        at = layout.columns.get("verdict")
        self._verdict = plain_name(layout.header[at]) if at is not None and layout.header else ""
        self._whole = layout.decision
        self._source_id, self._export_date, self._site = source_id, export_date, site
        self._remark = ""
        self.undated = 0

    def __call__(self, cells: list[str], line: int) -> Row:
        row = self._cells
        row.take(cells)
        text = row["subject"]
        if text.startswith("#"):
            self._remark = text.lstrip("# ")
            raise _Remark
        host, page = _subject(text)
        return {
            "site_domain": self._site,
            "host": host,
            "page_key": page,
            "decision": self._whole or _decision(row["verdict"], self._verdict),
            "tags": " ".join(filter(None, (row["verdict"], row["tags"])))[:ANCHOR_LIMIT] or None,
            "note": (row["note"] or self._remark)[:TITLE_LIMIT] or None,
            "tool": self._tool,
            "reported_at": self._export_date,
            "source_id": self._source_id,
            "row": line,
        }


def _subject(text: str) -> tuple[str, str | None]:
    """The host that a decision is about, and the page where it is about one only."""
    lowered = text.lower()
    name = text[len("domain:") :].strip() if lowered.startswith("domain:") else text
    href = resolve(name) if "://" in name else None
    if href is not None:
        key = page_key(href)
        return host_of_key(key), key
    if "://" in name or "/" in name.rstrip("/"):
        raise Unusable(f"neither a page nor a domain: {text[:200]!r}")
    try:
        return target_host(name.removeprefix("*.").rstrip("/")), None
    except UsageError:
        raise Unusable(f"neither a page nor a domain: {text[:200]!r}") from None


_DISAVOW = ("disavow", "remove", "toxic", "delete", "bad", "block")
_KEEP = ("white", "keep", "allow", "safe", "good", "ok")


def _decision(verdict: str, header: str) -> str:
    """What a cell decides; a yes or no answers what its header asks."""
    said = verdict.lower()
    answer = truth_of(said)
    if answer is not None:
        said = header if answer else ""
    if any(word in said for word in _DISAVOW):
        return "disavow"
    return "keep" if any(word in said for word in _KEEP) else "tag"
