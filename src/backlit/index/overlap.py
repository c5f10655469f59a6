"""Which source knows which links of a target, how far do sources agree, and how much has none of them seen?

A source is whoever looked: a tool by its name, a crawl by its name. The unit of agreement is the referring
domain, since tools keep different pages of one site. What none has seen is bounded from below by what few
have seen.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from backlit.index.engine import rows_of
from backlit.index.fold import BLANK, unfolded
from backlit.model import Reader

__all__ = ["ASSUMPTIONS", "Unseen", "unseen_at_least", "who_knows"]

#: Sources in the table of agreement; those with most domains.
COMPARED = 12
#: With fewer there is no telling chance from habit.
LEAST_SOURCES = 3

Row = dict[str, Any]

_KNOWN = f"""
CREATE OR REPLACE TEMP TABLE known_by AS
SELECT coalesce(e.vendor, s.crawl, CASE WHEN e.reader = {int(Reader.EXPORT)} THEN 'tables of unknown origin'
        ELSE 'crawl files without a name' END) AS source,
    CASE WHEN e.reader = {int(Reader.EXPORT)} THEN 'export' ELSE 'crawl' END AS kind,
    e.source_domain AS domain, e.source_id, e.source_key, e.target_key, e.kind AS link_kind, e.occurrence,
    e.first_seen, e.last_seen
FROM (SELECT * FROM ({{events}}) WHERE {{known}}) e
SEMI JOIN current c ON c.target_key = e.target_key AND c.source_key = e.source_key AND c.kind = e.kind
    AND c.occurrence = e.occurrence
LEFT JOIN sources_read s ON s.source_id = e.source_id
"""
_SOURCES = """
WITH pairs AS (SELECT DISTINCT source, domain FROM known_by),
alone AS (SELECT domain FROM pairs GROUP BY domain HAVING count(*) = 1)
SELECT source AS name, any_value(kind) AS kind, count(DISTINCT source_id) AS files,
    count(DISTINCT (source_key, target_key, link_kind, occurrence)) AS links,
    count(DISTINCT source_key) AS pages,
    count(DISTINCT domain) AS domains,
    count(DISTINCT domain) FILTER (domain IN (SELECT domain FROM alone)) AS only_here,
    min(first_seen) AS first_seen, max(last_seen) AS last_seen
FROM known_by GROUP BY source ORDER BY domains DESC, links DESC, name
"""
_SHARED = """
WITH pairs AS (SELECT DISTINCT source, domain FROM known_by)
SELECT a.source AS a, b.source AS b, count(*) AS domains
FROM pairs a JOIN pairs b ON a.domain = b.domain AND a.source <> b.source GROUP BY ALL ORDER BY 1, 2
"""
_TIMES_SEEN = """
SELECT times, count(*) AS domains FROM (
    SELECT domain, count(DISTINCT source) AS times FROM known_by GROUP BY domain) GROUP BY times
"""

ASSUMPTIONS = (
    "Each source is taken for a net of its own, cast over the same web: none copies another, and the web"
    " stood still between their looks. Sites that are hard to find are hard for all of them, so the truth is"
    " likely higher; hence the words at least. Sources that leave out different kinds of sites on purpose"
    " would make the number too high, sources that feed on each other too low."
)


@dataclass(frozen=True, slots=True)
class Unseen:
    """A lower bound of the domains that no source has seen, with its 95 % interval."""

    at_least: int
    low: float
    high: float
    seen: int
    once: int
    twice: int
    sources: int


def unseen_at_least(times_seen: Mapping[int, int], sources: int) -> Unseen | None:
    """Chao's lower bound for what none of `sources` has seen, by how many were seen by 1, 2, … of them.

    With m sources, Q1 seen by one and Q2 by two: (m - 1) / m * Q1^2 / (2 Q2), or with Q2 = 0 the form that is
    corrected for bias, (m - 1) / m * Q1 (Q1 - 1) / 2. The interval is log-normal. None with fewer than three
    sources. Chao (1987), Biometrics 43, 783-791, and Colwell et al. (2012), J. Plant Ecology 5, 3-21.

    >>> unseen_at_least({1: 30, 2: 20, 3: 10}, 3).at_least
    15
    """
    if sources < LEAST_SOURCES:
        return None
    once, twice, share = times_seen.get(1, 0), times_seen.get(2, 0), (sources - 1) / sources
    seen = sum(times_seen.values())
    if twice:
        ratio = once / twice
        missing = share * once**2 / (2 * twice)
        variance = twice * (share / 2 * ratio**2 + share**2 * ratio**3 + share**2 / 4 * ratio**4)
    else:
        missing = share * once * (once - 1) / 2
        whole = seen + missing
        spread = share * once * (once - 1) / 2 + share**2 * once * (2 * once - 1) ** 2 / 4
        variance = max(spread - share**2 * once**4 / (4 * whole), 0.0) if whole else 0.0
    low, high = _interval(missing, variance)
    return Unseen(math.floor(missing), low, high, seen, once, twice, sources)


def _interval(missing: float, variance: float) -> tuple[float, float]:
    if missing <= 0:
        return 0.0, 0.0
    factor = math.exp(1.96 * math.sqrt(math.log(1 + variance / missing**2)))
    return missing / factor, missing * factor


def who_knows(connection: duckdb.DuckDBPyConnection, events: str, known: str) -> Row:
    """Each source's links, how many domains two of them share, and what none has seen.

    `events` is the relation of the target's events in LINKS, `known` a condition on their time. Counted are
    the links of the view `current`; names of crawls come from the table `sources_read(source_id, crawl)`.
    """
    looks = unfolded(f"FROM {events} WHERE first_seen IS NOT NULL UNION ALL BY NAME {BLANK}")
    connection.execute(_KNOWN.format(events=looks, known=known))
    sources = rows_of(connection, _SOURCES)
    for row in sources:
        row["only_here_share"] = row["only_here"] / row["domains"]
    compared = {row["name"] for row in sources[:COMPARED]}
    shared = [row for row in rows_of(connection, _SHARED) if {row["a"], row["b"]} <= compared]
    times = {row["times"]: row["domains"] for row in rows_of(connection, _TIMES_SEEN)}
    connection.execute("DROP TABLE known_by")
    return {"sources": sources, "overlap": _shares(sources, shared), "unseen": _told(times, len(sources))}


def _shares(sources: Sequence[Row], shared: Sequence[Row]) -> list[Row]:
    """Of the domains of `a` the share that `b` has too; pairs that share none included."""
    names = [row["name"] for row in sources[:COMPARED]]
    both = {(row["a"], row["b"]): row["domains"] for row in shared}
    size = {row["name"]: row["domains"] for row in sources}
    return [
        {"a": a, "b": b, "domains": both.get((a, b), 0), "share": both.get((a, b), 0) / size[a]}
        for a in names
        for b in names
        if a != b
    ]


def _told(times: Mapping[int, int], sources: int) -> Row:
    """The bound with its grounds; where there is none, why."""
    found = unseen_at_least(times, sources)
    if found is None:
        have = "one source knows" if sources == 1 else f"{sources} sources know"
        why = f"It takes three sources or more to tell; {have if sources else 'none knows'} this target."
        return {"at_least": None, "interval": None, "why": why}
    formula = "(m - 1) / m * Q1^2 / (2 * Q2)" if found.twice else "(m - 1) / m * Q1 * (Q1 - 1) / 2"
    return {
        "at_least": found.at_least,
        "interval": [math.floor(found.low), math.ceil(found.high)],
        "seen": found.seen,
        "inputs": {"m": found.sources, "Q1": found.once, "Q2": found.twice},
        "formula": formula,
        "method": "Chao's lower bound, 95 % log-normal interval",
        "assumptions": ASSUMPTIONS,
        "why": None,
    }
