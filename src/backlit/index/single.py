"""Which links does one row tell whole, so that nothing is folded?

Most links were seen by one reader, in one file, with no end and no vendor's word: for them the fold of
docs/adr/0001 gives back the row itself. They are recognised by counting rows per link, which costs a
hundredth of the fold; all others are folded.
"""

import duckdb

from backlit.index.fold import ATTRIBUTES, LOOK, fold_query
from backlit.model import VENDOR_METRICS, State

__all__ = ["folded_query", "links_of", "troubled_events", "troubled_query"]

_LINK = "hash(target_key, source_key, kind)"
#: When a row saw its link first: at the first of its looks.
_FIRST = """CASE WHEN earlier IS NULL THEN first_seen
    ELSE least(last_seen, list_min(list_transform(earlier, lambda look: look."at"))) END"""

# Links of one number are judged together, so a clash of numbers costs a fold and nothing else.
_TROUBLED = f"""
SELECT {_LINK} AS link FROM {{events}} GROUP BY link
HAVING bit_count(bit_or(1::UBIGINT << least(occurrence, 63))) <> count(*)
    OR bool_or(first_seen IS NULL OR gone_at IS NOT NULL OR reader < {LOOK} OR vendor IS NOT NULL
        OR (earlier IS NOT NULL AND ordinal IS NULL){{unknown}})
    OR min(last_seen) <> max(last_seen) OR min(reader) <> max(reader) OR min({_FIRST}) <> max({_FIRST})
"""
_REPORT = 'STRUCT("by" VARCHAR, "at" TIMESTAMPTZ, reason VARCHAR)'
_SINGLE = f"""
SELECT target_key, source_key, kind, occurrence, target_domain, source_domain, {", ".join(ATTRIBUTES)},
    {_FIRST} AS first_seen, last_seen, NULL::TIMESTAMPTZ AS gone_at, NULL::INTEGER AS gone_reason,
    NULL::TIMESTAMPTZ AS absent_at, source_id, "offset", reader, {int(State.LIVE)} AS state,
    []::VARCHAR[] AS vendors, NULL::{_REPORT} AS reported_lost,
    {", ".join(f"NULL::DOUBLE AS {name}" for name in VENDOR_METRICS)}
FROM {{events}} {{where}}
"""


def links_of(connection: duckdb.DuckDBPyConnection, as_of: str | None = None) -> tuple[str, bool]:
    """The SQL of the links that come of the rows of LINK_ROWS which a connection knows as `events`, and
    whether any is folded; it knows the table `troubled` from then on."""
    connection.execute(f"CREATE TEMP TABLE troubled AS {troubled_query('events', as_of)}")
    if not connection.execute("SELECT 1 FROM troubled LIMIT 1").fetchall():
        return folded_query("events", None), False
    fold = fold_query(troubled_events("events"), "true", as_of=as_of)
    return folded_query("events", fold), True


def troubled_query(events: str, as_of: str | None = None) -> str:
    """The SQL for the numbers of links that one row does not tell; `events` is a relation of LINK_ROWS."""
    return _TROUBLED.format(events=events, unknown=f" OR last_seen > {as_of}" if as_of else "")


def folded_query(events: str, fold: str | None) -> str:
    """The SQL of the folded links: rows as they are, but for those whose number is in `troubled`; these come
    from `fold`, which is None where there are none."""
    if fold is None:
        return _SINGLE.format(events=events, where="")
    rest = _SINGLE.format(events=events, where=f"WHERE {_LINK} NOT IN (SELECT link FROM troubled)")
    return f"FROM ({rest}) UNION ALL BY NAME FROM ({fold})"


def troubled_events(events: str) -> str:
    """The events of the links whose numbers are in `troubled`."""
    return f"(FROM {events} WHERE {_LINK} IN (SELECT link FROM troubled))"
