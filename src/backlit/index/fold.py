"""What is known of each link, given everything that was ever seen of it?

The fold of docs/adr/0001 as one query: events (presences and tombstones) of a range of target keys
in, one row per current link occurrence out. The order in which the events were written plays no part.
What vendors say of a link (who asserts it, who reports it lost, their figures) stands beside its state
and never changes it.
"""

import pyarrow as pa

from backlit.model import LATER_COLUMNS, LINKS, VENDOR_METRICS, State

__all__ = ["ATTRIBUTES", "BLANK", "LOOK", "RANK", "fold_query", "unfolded"]

#: What tells one of several links from a page to a target from the others.
_OF_ONE = ("ordinal", "rel", "placement", "hidden", "anchor", "alt", "before", "after")
#: Attributes of a link: the latest look that knows one has the say, an export only where no look does. Of
#: one of several links, which go by number, no look has a say that counted more or fewer than the latest.
ATTRIBUTES = (
    *(*_OF_ONE, "target_canonical"),
    *("source_title", "source_language", "source_ip", "source_robots", "source_defers"),
)

LOOK = 2  # the poorest reader that looks at pages itself (model.Reader.WAT)

_FOLD = """
WITH events AS ({events}),
presence AS (
    SELECT * FROM events p WHERE first_seen IS NOT NULL AND NOT EXISTS (
        FROM events t WHERE t.target_key = p.target_key AND t.source_key = p.source_key AND t.kind = p.kind
            AND t.gone_at = p.last_seen AND t.reader > p.reader)
),
told AS (
    SELECT *, most = arg_max(most, {say}) OVER (PARTITION BY target_key, source_key, kind) AS counts_alike
    FROM (
        SELECT *, max(occurrence) OVER (PARTITION BY target_key, source_key, kind, last_seen, reader) AS most
        FROM presence
    )
),
occurrences AS (
    SELECT target_key, source_key, kind, occurrence,
        any_value(target_domain) AS target_domain, any_value(source_domain) AS source_domain,
        {attributes},
        arg_max(struct_pack(source_id := source_id, "offset" := "offset", reader := reader), {rank}) AS best,
        min(first_seen) AS first_seen, max(last_seen) AS last_seen,
        max(struct_pack(last_seen := last_seen, reader := reader)) FILTER (reader >= {look}) AS look,
        max(reader) AS richest
    FROM told GROUP BY target_key, source_key, kind, occurrence
),
links AS (
    SELECT * EXCLUDE (first_seen, last_seen, look, richest),
        min(first_seen) OVER link AS first_seen, max(last_seen) OVER link AS last_seen,
        max(richest) OVER link AS richest, look AS own_look, max(look) OVER link AS look
    FROM occurrences WINDOW link AS (PARTITION BY target_key, source_key, kind)
    QUALIFY max(look) OVER link IS NULL OR own_look = max(look) OVER link
),
tombstones AS (
    SELECT DISTINCT t.target_key, t.source_key, t.kind, t.gone_at, t.gone_reason, t.reader, l.last_seen
    FROM events t JOIN (SELECT DISTINCT target_key, source_key, kind, last_seen, richest FROM links) l
        ON l.target_key = t.target_key AND l.source_key = t.source_key AND l.kind = t.kind
    WHERE t.gone_at IS NOT NULL AND t.reader >= l.richest AND NOT EXISTS (
        FROM presence p WHERE p.target_key = t.target_key AND p.source_key = t.source_key AND p.kind = t.kind
            AND p.first_seen <= t.gone_at AND p.last_seen >= t.gone_at)
),
breaks AS (
    SELECT target_key, source_key, kind,
        min(gone_at) FILTER (gone_at > last_seen) AS gone_at,
        arg_min(gone_reason, (gone_at, -reader, gone_reason)) FILTER (gone_at > last_seen) AS gone_reason,
        max(gone_at) FILTER (gone_at < last_seen) AS break_at
    FROM tombstones GROUP BY target_key, source_key, kind
),
restarts AS (
    SELECT target_key, source_key, kind, min(p.first_seen) AS restart
    FROM presence p JOIN breaks b USING (target_key, source_key, kind)
    WHERE b.break_at IS NOT NULL AND p.first_seen > b.break_at GROUP BY target_key, source_key, kind
),
claims AS (
    SELECT target_key, source_key, kind, list_sort(list(DISTINCT vendor)) AS vendors, {metrics}
    FROM presence WHERE vendor IS NOT NULL GROUP BY target_key, source_key, kind
),
reports AS (
    SELECT target_key, source_key, kind,
        arg_min(struct_pack("by" := vendor, "at" := reported_lost_at, reason := reported_lost_reason),
            (reported_lost_at, vendor, reported_lost_reason)) AS reported_lost
    FROM (
        SELECT target_key, source_key, kind, vendor, reported_lost_at, reported_lost_reason,
            max(last_seen) OVER (PARTITION BY target_key, source_key, kind, vendor) AS seen
        FROM presence WHERE vendor IS NOT NULL
    ) SEMI JOIN (FROM presence WHERE reported_lost_at IS NOT NULL) USING (target_key, source_key, kind)
    LEFT JOIN (SELECT DISTINCT target_key, source_key, kind, look.last_seen AS looked FROM links)
        USING (target_key, source_key, kind)
    WHERE reported_lost_at >= seen AND (looked IS NULL OR reported_lost_at >= looked)
    GROUP BY target_key, source_key, kind
)
SELECT l.* EXCLUDE (first_seen, own_look, look, best, richest),
    coalesce(r.restart, l.first_seen) AS first_seen, b.gone_at, b.gone_reason, b.break_at AS absent_at,
    l.best.source_id AS source_id, l.best."offset" AS "offset", l.best.reader AS reader,
    CASE WHEN b.gone_at IS NOT NULL THEN {lost}
         WHEN l.look IS NULL OR b.break_at > l.look.last_seen THEN {unverified}
         ELSE {live} END AS state,
    coalesce(c.vendors, []) AS vendors, v.reported_lost, {metric_names}
FROM links l
LEFT JOIN breaks b USING (target_key, source_key, kind)
LEFT JOIN restarts r USING (target_key, source_key, kind)
LEFT JOIN claims c USING (target_key, source_key, kind)
LEFT JOIN reports v USING (target_key, source_key, kind)
"""

#: Of the rows that tell the same, the one that speaks.
RANK = '(last_seen, reader, source_id, "offset")'
_SAY = f'(reader >= {LOOK}, last_seen, reader, source_id, "offset")'
_REPORT_RANK = '(reported_at, last_seen, source_id, "offset")'

_SQL_TYPES = {
    pa.string(): "VARCHAR",
    pa.float64(): "DOUBLE",
    pa.bool_(): "BOOLEAN",
    pa.timestamp("us", tz="UTC"): "TIMESTAMPTZ",
}
EARLIER_TYPE = 'STRUCT("at" TIMESTAMPTZ, source_id VARCHAR, "offset" BIGINT, ordinal INTEGER)[]'
#: No rows, but all the columns that were added to the table: a home from before them has no file with any.
BLANK = "SELECT {}, NULL::{} AS earlier WHERE false".format(
    ", ".join(f"NULL::{_SQL_TYPES[LINKS.field(name).type]} AS {name}" for name in LATER_COLUMNS),
    EARLIER_TYPE,
)


def fold_query(source: str, where: str, *, as_of: str | None = None) -> str:
    """The SQL of the fold over `source`, a relation with the columns of LINKS.

    `where` restricts the events (on keys and domains only, or the fold would see half a link);
    `as_of` is a DuckDB expression of type TIMESTAMPTZ after which nothing is known.
    """
    return _FOLD.format(
        events=_events(source, where, as_of),
        attributes=", ".join(map(_attribute, ATTRIBUTES)),
        say=_SAY,
        metrics=", ".join(_metric(name, as_of) for name in VENDOR_METRICS),
        metric_names=", ".join(f"c.{name}" for name in VENDOR_METRICS),
        rank=RANK,
        look=LOOK,
        lost=int(State.LOST),
        unverified=int(State.UNVERIFIED),
        live=int(State.LIVE),
    )


def _attribute(name: str) -> str:
    who = " FILTER (counts_alike)" if name in _OF_ONE else ""
    return f"arg_max({name}, {_SAY}){who} AS {name}"


def _metric(name: str, as_of: str | None) -> str:
    """A vendor's newest figure; those of exports made after `as_of` are not known yet."""
    known = f" FILTER (reported_at <= {as_of})" if as_of else ""
    return f"arg_max({name}, {_REPORT_RANK}){known} AS {name}"


def _events(source: str, where: str, as_of: str | None) -> str:
    points = unfolded(f"FROM {source} WHERE {where} UNION ALL BY NAME {BLANK}")
    if as_of is None:
        return f"SELECT * EXCLUDE (seen) FROM ({points})"
    clipped = ", ".join(
        f"CASE WHEN {name} <= {as_of} THEN {name} END AS {name}" for name in ("gone_at", "reported_lost_at")
    )
    return (
        f"SELECT * EXCLUDE (seen) REPLACE ({clipped}) FROM ({points})"
        f" WHERE coalesce(seen, gone_at) <= {as_of}"
    )


def unfolded(rows: str) -> str:
    """The SQL of one row per observation, of rows that may each hold several; `seen` is its time.

    A row of an export speaks for the ends of its span, since nobody looked in between; a row of
    looks for each of them.
    """
    own, start = (
        f'struct_pack("at" := {time}, source_id := source_id, "offset" := "offset", ordinal := ordinal)'
        for time in ("last_seen", "first_seen")
    )
    return f"""SELECT * EXCLUDE (earlier, one) REPLACE (
            CASE WHEN reader < {LOOK} OR earlier IS NOT NULL THEN one."at" ELSE first_seen END AS first_seen,
            one."at" AS last_seen, one.source_id AS source_id, one."offset" AS "offset",
            one.ordinal AS ordinal),
        one."at" AS seen
        FROM (SELECT *, unnest(CASE
            WHEN reader < {LOOK} AND first_seen < last_seen THEN [{start}, {own}]
            WHEN earlier IS NOT NULL THEN list_append(earlier, {own})
            ELSE [{own}] END) AS one FROM ({rows}))"""
