"""What are the numbers of a profile, over links that are not lost?

All but what hangs on the date is told by three statements over `links`, whose answers are kept with the
tables of a large target (see `prepared`).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import duckdb

from backlit.index.engine import moment_of, rows_of
from backlit.index.lives import LIVES
from backlit.index.profile_sql import CLASSES, MANY, STANDING, TOP
from backlit.index.run import CODES, tallied
from backlit.model import Reader, Rel, State

__all__ = ["ANSWERS", "LOOKED", "arrivals_of", "is_seldom", "numbers_of"]

Row = dict[str, Any]
Count = tuple[Any, int]

_FIELDS = (
    *("links", "pages", "referring_domains", "referring_hosts", "referring_ips", "referring_subnets"),
    *("counting_domains", "judged_domains", "follow", "nofollow", "ugc", "sponsored", "rel_unknown"),
    *("hidden_links", "hidden_unknown", "links_by_alias"),
    *("authority", "trust", "spam_share", "unnatural_share", "relevance", "diversity", "new_30d"),
    *("first_looks_30d", "lost_30d", "looked_30d", "looked_ever", "looked_before", "seldom_looked"),
    *("social", "first_seen", "last_seen", "lost", "leads", "mix", "timeline"),
)
_MIX = ("rel", "placement", "kind", "language", "tld", "state")

# What arrives by a hint is counted apart, and nowhere else.
_NUMBERS = f"""
SELECT count(*) FILTER (live) AS links,
    count(DISTINCT source_key) FILTER (live) AS pages,
    count(DISTINCT source_domain) FILTER (live) AS referring_domains,
    count(DISTINCT source_host) FILTER (live) AS referring_hosts,
    nullif(count(DISTINCT source_ip) FILTER (live), 0) AS referring_ips,
    nullif(count(DISTINCT subnet) FILTER (live), 0) AS referring_subnets,
    count(*) FILTER (live AND not_followed = 0) AS follow,
    count(*) FILTER (live AND rel & {int(Rel.NOFOLLOW)} <> 0) AS nofollow,
    count(*) FILTER (live AND rel & {int(Rel.UGC)} <> 0) AS ugc,
    count(*) FILTER (live AND rel & {int(Rel.SPONSORED)} <> 0) AS sponsored,
    count(*) FILTER (live AND rel IS NULL) AS rel_unknown,
    count(*) FILTER (live AND via IS NOT NULL) AS links_by_alias,
    count(*) FILTER (live AND hidden > 0) AS hidden_links,
    count(*) FILTER (live AND hidden IS NULL) AS hidden_unknown,
    min(first_seen) FILTER (live) AS first_seen, max(last_seen) FILTER (live) AS last_seen,
    count(*) FILTER (state = {int(State.LOST)}) AS lost,
    struct_pack(
        links := count(*) FILTER (state = {int(State.SYNDICATED)}),
        domains := count(DISTINCT source_domain) FILTER (state = {int(State.SYNDICATED)})) AS syndicated
FROM (SELECT *, state IN {STANDING} AS live FROM links)
"""
_RECENT = f"""
SELECT count(*) FILTER (state IN {STANDING} AND absent_at IS NOT NULL) AS new_30d,
    count(*) FILTER (
        state IN {STANDING} AND absent_at IS NULL AND reader >= {int(Reader.WAT)}) AS first_looks_30d,
    (SELECT count(*) FROM links
        WHERE state = {int(State.LOST)} AND gone_at > {{moment}} - INTERVAL 30 DAY) AS lost_30d
FROM links WHERE first_seen > {{moment}} - INTERVAL 30 DAY
"""
# Of how many links the page was looked at in these days, of how many it ever was, and when last before.
LOOKED = f"""
SELECT count(*) FILTER (looked > {{moment}} - INTERVAL 30 DAY) AS looked_30d, count(*) AS looked_ever,
    max(looked) FILTER (looked <= {{moment}} - INTERVAL 30 DAY) AS looked_before
FROM (SELECT greatest(last_seen, coalesce(gone_at, last_seen)) AS looked
    FROM links WHERE state IN ({int(State.LIVE)}, {int(State.LOST)}))
"""
#: Share of the links below which a few looks say nothing of a period: one fresh look after an old crawl
#: is no month without news.
_FEW = 0.1
_CLASSES = ", ".join(f"({CLASSES[name]})::VARCHAR AS {name}" for name in _MIX)
# Each row counts one value of one class: all other classes are left out of its group.
_MIXED = f"""
SELECT {", ".join(_MIX)}, grouping({", ".join(_MIX)}) AS others,
    count(*) FILTER (live) AS live, count(*) AS links
FROM (SELECT {_CLASSES}, state IN {STANDING} AS live FROM links WHERE state <> {int(State.SYNDICATED)})
GROUP BY GROUPING SETS ({", ".join(f"({name})" for name in _MIX)})
"""
_TIMELINE = f"""
WITH current AS (FROM links WHERE state IN {STANDING}),
domains AS (SELECT source_domain, min(first_seen) AS first_seen FROM current GROUP BY ALL),
by_domain AS (
    SELECT strftime(first_seen, '%Y-%m') AS month, count(*) AS new_domains FROM domains GROUP BY ALL),
by_link AS (
    SELECT strftime(first_seen, '%Y-%m') AS month, count(*) AS new_links FROM current GROUP BY ALL)
SELECT month, coalesce(new_domains, 0) AS new_domains, new_links
FROM by_link LEFT JOIN by_domain USING (month) ORDER BY month
"""

#: The same by day: of a domain on the day of its first link that is there, and what was found gone on it.
_BY_DAY = f"""
WITH current AS (FROM links WHERE state IN {STANDING}),
domains AS (SELECT source_domain, min(first_seen) AS first_seen FROM current GROUP BY ALL),
by_domain AS (SELECT first_seen::DATE AS day, count(*) AS new_domains FROM domains GROUP BY ALL),
by_link AS (SELECT first_seen::DATE AS day, count(*) AS new_links FROM current GROUP BY ALL),
by_end AS (
    SELECT gone_at::DATE AS day, count(*) AS lost_domains
    FROM ({LIVES}) WHERE gone_at IS NOT NULL GROUP BY ALL),
by_lost AS (
    SELECT gone_at::DATE AS day, count(*) AS lost_links
    FROM links WHERE state = {int(State.LOST)} AND gone_at IS NOT NULL GROUP BY ALL)
SELECT day, coalesce(new_domains, 0) AS new_domains, coalesce(new_links, 0) AS new_links,
    coalesce(lost_domains, 0) AS lost_domains, coalesce(lost_links, 0) AS lost_links
FROM by_link FULL JOIN by_domain USING (day) FULL JOIN by_end USING (day) FULL JOIN by_lost USING (day)
ORDER BY day
"""

#: Questions whose answers hang on the links alone.
ANSWERS: Mapping[str, str] = {
    "numbers": _NUMBERS,
    "mixed": _MIXED,
    "timeline": _TIMELINE,
    "arrivals": _BY_DAY,
}


def numbers_of(connection: duckdb.DuckDBPyConnection, kept: str | None, moment: datetime | None) -> Row:
    """The numbers over the table `links`; of the 30 days before `moment` too. `kept` is the schema in which
    the tables of ANSWERS lie, None where they do not."""
    ask = {name: f"FROM {kept}.{name}" if kept else query for name, query in ANSWERS.items()}
    numbers = rows_of(connection, ask["numbers"])[0]
    numbers |= rows_of(connection, _RECENT.format(moment=moment_of(moment)))[0]
    looked = rows_of(connection, LOOKED.format(moment=moment_of(moment)))[0]
    numbers |= looked | {"seldom_looked": is_seldom(looked)}
    if numbers["seldom_looked"]:
        numbers |= {name: numbers[name] or None for name in ("new_30d", "lost_30d")}
    row: Row = {name: numbers.get(name) for name in _FIELDS}
    row["syndicated"] = numbers["syndicated"]
    row["mix"] = _mix(rows_of(connection, ask["mixed"]))
    row["timeline"] = rows_of(connection, ask["timeline"])
    return row


def arrivals_of(connection: duckdb.DuckDBPyConnection, kept: str | None) -> list[Row]:
    """New referring domains and links by day, of the links that are there, and those that were lost: domains
    with the last of their links. Days without any are left out."""
    return rows_of(connection, f"FROM {kept}.arrivals" if kept else _BY_DAY)


def is_seldom(looked: Row) -> bool:
    """Whether so few links were looked at in the 30 days that none won or lost is not known to be none."""
    before: datetime | None = looked["looked_before"]
    return before is not None and looked["looked_30d"] < _FEW * looked["looked_ever"]


def _mix(rows: Iterable[Row]) -> dict[str, dict[str, int]]:
    """By class the values and their links, the most frequent first, states in their order."""
    found: dict[str, list[Count]] = {name: [] for name in _MIX}
    everything = (1 << len(_MIX)) - 1
    for row in rows:
        name = _MIX[len(_MIX) - (everything ^ row["others"]).bit_length()]
        value = int(row[name]) if name in CODES and row[name] is not None else row[name]
        count = row["links"] if name == "state" else row["live"]
        if count:
            found[name].append((value, count))
    return {name: tallied(name, _ordered(name, values)) for name, values in found.items()}


def _ordered(name: str, values: list[Count]) -> list[Count]:
    if name == "state":
        return sorted(values, key=lambda each: each[0])
    known = sorted((each for each in values if each[0] is not None), key=lambda each: (-each[1], each[0]))
    unknown = [each for each in values if each[0] is None]
    if name in MANY and len(known) > TOP:
        known = [*known[:TOP], ("other", sum(count for _, count in known[TOP:]))]
    return known + unknown
