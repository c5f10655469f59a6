"""How did each page of a site do in search, and whom did others send there, over which days?

An export of pages adds up a stretch of time, and the table of days in the same archive says which days that
is: a day without a row there is not known, and no zero. Visits are counted over the days that a tool told of.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from backlit.index.catalogue import source_names
from backlit.index.engine import connect, moment_of, parquet, rows_of, text
from backlit.index.tables import Index, Version
from backlit.urls import url_of_key

__all__ = ["MOST_PAGES", "PageCounts", "Visits", "Window", "visits_by_day", "windows_of"]

Row = dict[str, Any]

#: Pages that Search Console lets out at once: an export of so many may lack others.
MOST_PAGES = 1_000

_PERFORMANCE = """
SELECT source_id, dimension, page_key, value, day, period, reported_at, clicks, impressions, position
FROM {performance} WHERE site_domain = {site} AND dimension IN ('page', 'date') AND {known}
ORDER BY source_id, row, value
"""
_VISITS = """
SELECT tool, measure, landing_key, referring_domain, first_day, last_day, sum("count")::BIGINT AS visits
FROM {visits} WHERE site_domain = {site} AND landing_key IS NOT NULL AND last_day IS NOT NULL
    AND first_day IS NOT NULL AND {known}
GROUP BY ALL ORDER BY ALL
"""


@dataclass(frozen=True, slots=True)
class PageCounts:
    """How a page did over the days of a window; `position` is its mean place."""

    clicks: int
    impressions: int
    position: float | None


@dataclass(frozen=True, slots=True)
class Window:
    """An export of pages: by the address of each, over the `days` that the export has, in order. Without days
    it cannot be said what it is about; `period` is what it says itself."""

    name: str
    reported_at: datetime
    period: str | None
    pages: Mapping[str, PageCounts]
    days: tuple[date, ...] = ()

    @property
    def missing(self) -> int:
        """Days between the first and the last that the export does not have."""
        return (self.days[-1] - self.days[0]).days + 1 - len(self.days) if self.days else 0

    @property
    def is_cut(self) -> bool:
        """Whether there may be more pages than the export has."""
        return len(self.pages) >= MOST_PAGES


@dataclass(slots=True)
class Visits:
    """What one tool counted: by landing page, referring domain and stretch of days."""

    tool: str
    measure: str
    rows: list[tuple[str, str, date, date, int]] = field(default_factory=list)


def windows_of(index: Index, version: Version, site: str, as_of: datetime | None = None) -> list[Window]:
    """The exports of pages of a site that the index holds, in the order of their days."""
    rows = _rows(index, version, site, "performance", _PERFORMANCE, as_of)
    names = source_names(index, version) if rows else {}
    found: dict[tuple[str, datetime, str | None], list[Row]] = {}
    for row in rows:
        archive = (names.get(row["source_id"]) or "").rpartition("/")[0] or str(row["source_id"])
        found.setdefault((archive, row["reported_at"], row["period"]), []).append(row)
    windows = [_window(name, at, period, rows) for (name, at, period), rows in found.items()]
    known = [each for each in windows if each.pages]
    return sorted(known, key=lambda each: (each.days[:1], each.days[-1:], each.name, each.reported_at))


def _window(name: str, at: datetime, period: str | None, rows: Iterable[Row]) -> Window:
    pages: dict[str, PageCounts] = {}
    days: set[date] = set()
    for row in rows:
        if row["day"] is not None:
            days.add(row["day"].date())
        elif row["page_key"] is not None:
            counts = PageCounts(row["clicks"], row["impressions"], row["position"])
            pages[url_of_key(row["page_key"])] = counts
    return Window(name, at, period, pages, tuple(sorted(days)))


def visits_by_day(index: Index, version: Version, site: str, as_of: datetime | None = None) -> list[Visits]:
    """The visits to pages of a site that tell of which days they are, by tool and measure."""
    found: dict[tuple[str, str], Visits] = {}
    for row in _rows(index, version, site, "visits", _VISITS, as_of):
        kept = found.setdefault((row["tool"], row["measure"]), Visits(row["tool"], row["measure"]))
        days = (row["first_day"].date(), row["last_day"].date())
        kept.rows.append((url_of_key(row["landing_key"]), row["referring_domain"], *days, row["visits"]))
    return sorted(found.values(), key=lambda each: (-len(each.rows), each.tool, each.measure))


def _rows(
    index: Index, version: Version, site: str, table: str, query: str, as_of: datetime | None
) -> list[Row]:
    files = index.files(version, table, (site, site + "\0"), "site_domain")
    if not files:
        return []
    known = f"reported_at <= {moment_of(as_of)}" if as_of else "true"
    return rows_of(connect(), query.format(**{table: parquet(files)}, site=text(site), known=known))
