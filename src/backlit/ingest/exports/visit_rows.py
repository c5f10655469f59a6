"""How many visitors came from which site to which page, by one row of an analytics export or a log?

Only sites that refer are kept: no search engine's campaign, no direct visit, no own page. Of addresses what
may name a person is left out. Rows alike are added up: a log costs what it tells, not what it repeats.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from backlit.ingest.assemble import Tally
from backlit.ingest.exports.detect import Layout
from backlit.ingest.exports.files import TableFile
from backlit.ingest.exports.logs import Hit, hits, is_page_view
from backlit.ingest.exports.privacy import without_personal
from backlit.ingest.exports.rows import Cells, Row, Skipped, Unusable
from backlit.ingest.exports.values import date_of, number_of
from backlit.urls import Url, host_of_key, page_key, parse_url, registrable_domain, resolve, target_host

__all__ = ["NoReferral", "VisitMaker", "merged", "period_of", "visits_in_log"]

_MEASURES = ("sessions", "visits", "visitors", "pageviews")
_REFERRALS = frozenset(("referral", ""))
_is_host = re.compile(r"(?:[\w-]+\.)+[\w-]{2,}(?:[:/?]|$)").match
_two_days = re.compile(r"(\d{4}-?\d\d-?\d\d)\D{1,4}(\d{4}-?\d\d-?\d\d)").search
_start = re.compile(r"start date\W+(\d{4}-?\d\d-?\d\d)", re.IGNORECASE).search
_end = re.compile(r"end date\W+(\d{4}-?\d\d-?\d\d)", re.IGNORECASE).search

Period = tuple[datetime | None, datetime | None]


class NoReferral(Skipped):
    """The row counts visitors that no other site sent."""

    said = "nothing of visitors whom another site sent"


def period_of(layout: Layout, name: str) -> Period:
    """The days that a whole export is about, by the lines above its header or its file's name."""
    above = "\n".join(layout.preamble)
    start, end = _start(above), _end(above)
    if start and end:
        return date_of(start[1]), date_of(end[1])
    found = _two_days(above) or _two_days(name)
    return (date_of(found[1]), date_of(found[2])) if found else (None, None)


class VisitMaker:
    """Makes rows of VISITS of one export; `undated` counts those whose days nobody tells."""

    def __init__(
        self, layout: Layout, source_id: str, export_date: datetime, site: str, period: Period
    ) -> None:
        self._cells, self._tool = Cells(layout), layout.format.tool
        self._measure = next((name for name in _MEASURES if name in layout.columns), None)
        self._source_id, self._export_date, self._site, self._period = source_id, export_date, site, period
        self.undated = 0

    def __call__(self, cells: list[str], line: int) -> Row:
        row = self._cells
        row.take(cells)
        page = _referrer(row)
        if page is None or page.domain == self._site:
            raise NoReferral
        day = _midnight(row.date("day"))
        first, last = (day, day) if day else self._period
        self.undated += last is None
        landing = landing_key(row["landing"], self._site)
        return visit_row(page, landing, self._site) | {
            "measure": self._measure or "pageviews",
            "count": _count(row, self._measure),
            "first_day": first,
            "last_day": last,
            "tool": self._tool,
            "reported_at": self._export_date,
            "source_id": self._source_id,
            "row": line,
        }


def _midnight(at: datetime | None) -> datetime | None:
    return datetime(at.year, at.month, at.day, tzinfo=UTC) if at else None


def visit_row(page: Url, landing: str | None, site: str) -> Row:
    """Who referred to what, and how much of both is known."""
    is_page = page.key.partition(" ")[0].partition("/")[2] != ""
    level = ("page" if is_page else "host") + (" to landing page" if landing else "")
    return {
        "site_domain": site,
        "referring_domain": page.domain,
        "referring_host": page.host,
        "referring_key": page.key if is_page else None,
        "landing_key": landing,
        "level": level,
    }


def _count(row: Cells, measure: str | None) -> int:
    if measure is None:
        return 1
    number = number_of(row[measure])
    if number is None or not 0 <= number < 2**53:
        raise Unusable(f"no number of {measure}: {row[measure][:40]!r}")
    return round(number)


def _referrer(row: Cells) -> Url | None:
    """The page or site that referred; None for campaigns, engines by name, and direct visits."""
    text, medium = row["referrer"], row["medium"]
    if row.has("source_medium"):
        text, _, medium = (part.strip() for part in row["source_medium"].partition("/"))
    if medium.lower() not in _REFERRALS or not text:
        return None
    if row["referrer_path"] and "/" not in text:
        text += "/" + row["referrer_path"].lstrip("/")
    return referring(text)


def referring(text: str) -> Url | None:
    """A referrer as a page, less what may name a person; None for what is no web address."""
    if "://" not in text:
        text = f"https://{text}" if _is_host(text) else ""
    href = resolve(text) if text else None
    return parse_url(without_personal(href)) if href else None


def landing_key(text: str, site: str) -> str | None:
    """The key of the page that was visited; None where the row does not say."""
    text = text.strip()
    if not text or text.startswith("("):  # "(not set)", "(other)"
        return None
    href = resolve(text, f"https://{site}/")
    key = page_key(without_personal(href)) if href else None
    return key if key and registrable_domain(host_of_key(key)) == site else None


# logs ------------------------------------------------------------------------

#: Rows remembered before they are handed out; bounds the memory.
_REMEMBERED = 100_000


def visits_in_log(file: TableFile, source_id: str, site: str, export_date: datetime) -> Iterator[Row]:
    """The visits that a log tells of, added up by referring page, landing page and day.

    Damage is counted by who reads the leads of the same log.
    """
    seen = Tally()
    rows = (
        row | {"tool": "access-log", "reported_at": export_date, "source_id": source_id, "row": number}
        for number, hit in hits(file, seen)
        if is_page_view(hit) and (row := _of_hit(hit, site)) is not None
    )
    yield from merged(rows)


def _of_hit(hit: Hit, site: str) -> Row | None:
    page = referring(hit.referrer or "")
    if page is None or page.domain == site or not _is_about(hit.host, site):
        return None
    host = f"https://{hit.host}" if hit.host else f"https://{site}"
    landing = landing_key(resolve(hit.path or "", f"{host}/") or "", site)
    day = _midnight(hit.at)
    counted = {"measure": "requests", "count": 1, "first_day": day, "last_day": day}
    return visit_row(page, landing, site) | counted


def _is_about(host: str | None, site: str) -> bool:
    """Whether a request was for the site: one log may hold those of many."""
    if host is None:
        return True
    name = host.rpartition(":")[0] or host
    return resolve(f"https://{name}/") is not None and registrable_domain(target_host(name)) == site


def merged(rows: Iterator[Row]) -> Iterator[Row]:
    """Rows that differ in their count only as one, on the line of the first."""
    kept: dict[tuple[object, ...], Row] = {}
    for row in rows:
        what = tuple(value for name, value in row.items() if name not in ("count", "row"))
        known = kept.setdefault(what, row)
        if known is not row:
            known["count"] = int(str(known["count"])) + int(str(row["count"]))
        elif len(kept) >= _REMEMBERED:
            yield from kept.values()
            kept.clear()
    yield from kept.values()
