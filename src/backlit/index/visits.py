"""How many visitors did each referring domain send, by the newest word of each tool?

Tools count different things, and their exports overlap in time: each is shown with its name, its measure and
its days, and never added to another.
"""

from datetime import datetime
from typing import Any

from backlit.index.engine import connect, parquet, rows_of, text
from backlit.index.tables import Index, Version

__all__ = ["visits_by_domain", "visits_in_all"]

_NEWEST = """
WITH told AS (FROM {visits} WHERE site_domain = {site} AND {known}),
newest AS (
    SELECT tool, arg_max(source_id, (coalesce(last_day, reported_at), reported_at, source_id)) AS source_id
    FROM told GROUP BY tool
)
SELECT referring_domain, tool, measure, sum("count")::BIGINT AS "count", min(first_day) AS first_day,
    max(last_day) AS last_day
FROM told SEMI JOIN newest USING (tool, source_id) GROUP BY ALL ORDER BY tool, measure, referring_domain
"""

Row = dict[str, Any]


def visits_by_domain(
    index: Index, version: Version, site: str, as_of: datetime | None = None
) -> dict[str, list[Row]]:
    """The visits to a domain by referring domain, one row per tool and measure, of its newest export."""
    files = index.files(version, "visits", (site, site + "\0"), "site_domain")
    if not files:
        return {}
    known = f"reported_at <= TIMESTAMPTZ {text(as_of.isoformat())}" if as_of else "true"
    query = _NEWEST.format(visits=parquet(files), site=text(site), known=known)
    found: dict[str, list[Row]] = {}
    for row in rows_of(connect(), query):
        found.setdefault(row.pop("referring_domain"), []).append(row)
    return found


def visits_in_all(by_domain: dict[str, list[Row]]) -> list[Row] | None:
    """What each tool counted in all, and from how many domains; None where no tool was asked."""
    totals: dict[tuple[str, str], Row] = {}
    for row in (row for rows in by_domain.values() for row in rows):
        total = totals.setdefault((row["tool"], row["measure"]), {**row, "count": 0, "domains": 0})
        total["count"] += row["count"]
        total["domains"] += 1
        for name, choose in (("first_day", min), ("last_day", max)):
            total[name] = choose(filter(None, (total[name], row[name])), default=None)
    return list(totals.values()) or None
