"""What happened to the links of a target between two moments, and how do we know?

`earlier` and the profile's own tables hold the links as known at either moment (docs/adr/0001), so only a
page that was looked at again can have changed: one that was not says nothing. Six things can happen:

    new             the page was read before without the link: `added`, or `returned` after a loss
    lost            a look found something else in its place: see `model.LostReason`
    changed         a look found other words, rel, placement, hiding, or another way to the target's page; a
                    page that asks to be left out of search engines (`noindex`) or names another one as its
                    original (`canonical-moved`), or does so no more: the link is there and counts for
                    nothing; or `one-more` or `one-fewer` of several links from the page to that target
    first-read      the page was read for the first time: the link may be old
    reported        a tool's export names it, and no look has confirmed that
    reported-lost   a tool says that it is gone, and no look has confirmed that

The last three are counted apart. A value that becomes known is no change.
"""

from collections.abc import Mapping
from typing import Any

from backlit.index.profile_rows import Row, link_row
from backlit.index.profile_sql import STANDING
from backlit.model import LostReason, Robots, State

__all__ = ["COUNTS", "KINDS", "SEEN", "change_row", "changes_made", "changes_sql"]

KINDS = ("new", "lost", "changed", "first-read", "reported", "reported-lost")
#: What a look showed; the rest is counted apart.
SEEN = ("new", "lost", "changed")

_LINK = "source_key, target_key, kind"
_TWIN = f"{_LINK}, twin"

#: What is compared, and what a row shows of a link before and after.
_COMPARED = {
    "anchor": "coalesce(nullif({0}.anchor, ''), {0}.alt)",
    "rel": "{0}.rel",
    "placement": "{0}.placement",
    "hidden": "{0}.hidden",
    "noindex": f"({{0}}.source_robots & {int(Robots.NOINDEX)})",
    "canonical-moved": "{0}.source_defers",
    "redirect": "{0}.via_chain",
}
_TRACKED = ("anchor", "alt", "rel", "placement", "hidden", "source_robots", "source_defers", "via")
_SHOWN = f"struct_pack({', '.join(f'{name} := {name}' for name in _TRACKED)})"
_FORMER = f"struct_pack({', '.join(f'{name} := former.{name}' for name in _TRACKED)})"
_REASONS = ", ".join(f"({int(reason)}, '{reason.name.lower().replace('_', '-')}')" for reason in LostReason)


def _differs(name: str) -> str:
    before, after = (_COMPARED[name].format(side) for side in ("a", "b"))
    if name == "redirect":
        return f"{before} IS DISTINCT FROM {after}"
    return f"{before} IS NOT NULL AND {after} IS NOT NULL AND {before} <> {after}"


_DIFFERENT = " OR ".join(f"({_differs(name)})" for name in _COMPARED)
_NAMED = ", ".join(f"CASE WHEN {_differs(name)} THEN '{name}' END" for name in _COMPARED)
_WHY = f"concat_ws(',', {_NAMED})"

#: Which of several links from one page to one target is which? Alike ones by their order, then those in the
#: same words, for where they stand may be unknown to one look, the rest by their order: where the first of
#: two goes away, the second has not become another link.
_WORDS = "row(coalesce(nullif(anchor, ''), alt), rel)"
_MANY = f"""
    SELECT {_LINK}, occurrence, {_WORDS} AS words, row(words, placement, hidden) AS says,
        row_number() OVER (PARTITION BY {_LINK}, says ORDER BY occurrence) AS turn
    FROM {{side}} SEMI JOIN several USING ({_LINK})"""
_REST = f"""
    SELECT *, row_number() OVER (PARTITION BY {_LINK}{{by}} ORDER BY occurrence) AS place
    FROM many_{{side}} m ANTI JOIN {{known}} k
    ON k.source_key = m.source_key AND k.target_key = m.target_key AND k.kind = m.kind
        AND k.{{number}} = m.occurrence"""


def _matched(known: str, by: str) -> str:
    """Of the links that are not `known`, those that are the same by something and their order."""
    rest = (
        _REST.format(side=side, number=number, known=known, by=by)
        for side, number in (("a", "twin"), ("b", "occurrence"))
    )
    return (
        f"SELECT {_LINK}, a.occurrence AS twin, b.occurrence AS occurrence "
        "FROM ({}) a JOIN ({}) b USING ({})".format(*rest, f"{_LINK}{by}, place")
    )


_TWINS = f"""
several AS (
    SELECT {_LINK} FROM was_there GROUP BY ALL HAVING max(occurrence) > 0
    UNION SELECT {_LINK} FROM is_there GROUP BY ALL HAVING max(occurrence) > 0
),
many_a AS ({_MANY.format(side="was_there")}),
many_b AS ({_MANY.format(side="is_there")}),
alike AS (
    SELECT {_LINK}, a.occurrence AS twin, b.occurrence AS occurrence
    FROM many_a a JOIN many_b b USING ({_LINK}, says, turn)
),
told AS (FROM alike UNION ALL {_matched("alike", ", words")}),
paired AS (FROM told UNION ALL {_matched("told", "")}),
a AS (SELECT *, occurrence AS twin FROM was_there),
b AS (
    SELECT here.*, CASE WHEN s.source_key IS NULL THEN here.occurrence ELSE p.twin END AS twin
    FROM is_there here LEFT JOIN several s USING ({_LINK}) LEFT JOIN paired p USING ({_LINK}, occurrence)
),
"""

#: A link that was lost since its way ended, which leads here again.
_LEADS_AGAIN = "was_lost.source_key IS NOT NULL AND b.via IS NOT NULL AND b.absent_at IS NULL"
#: A link that was there before, to a page that has since become another name of the target's.
_LED_HERE = "was_lost.source_key IS NULL AND b.via IS NOT NULL AND b.first_seen <= {moment}"
_LED_SINCE = "list_max(list_transform(b.via, lambda step: step.first_seen))"

_CHANGES = f"""
WITH was_there AS (SELECT *, {{chain}} AS via_chain FROM {{earlier}}.links WHERE state IN {STANDING}),
is_there AS (SELECT *, {{chain}} AS via_chain FROM links WHERE state IN {STANDING}),
{_TWINS}was AS (SELECT DISTINCT {_LINK} FROM a),
was_lost AS (SELECT DISTINCT {_LINK} FROM {{earlier}}.links WHERE state = {int(State.LOST)}),
gone AS (
    SELECT {_LINK}, any_value(gone_at) AS lost_on, any_value(gone_reason) AS code, any_value(r.name) AS why
    FROM links JOIN (VALUES {_REASONS}) r(code, name) ON gone_reason = r.code
    WHERE state = {int(State.LOST)} GROUP BY {_LINK}
),
standing AS (SELECT {_LINK}, max(last_seen) AS looked FROM b GROUP BY {_LINK}),
came AS (
    SELECT b.*,
        CASE WHEN was.source_key IS NOT NULL THEN 'changed'
            WHEN {_LED_HERE} THEN 'changed'
            WHEN b.state = {int(State.UNVERIFIED)} THEN 'reported'
            WHEN b.absent_at IS NOT NULL OR {_LEADS_AGAIN} THEN 'new' ELSE 'first-read' END AS change,
        CASE WHEN was.source_key IS NOT NULL THEN 'one-more'
            WHEN {_LED_HERE} THEN 'redirect'
            WHEN b.state = {int(State.UNVERIFIED)} THEN 'by-export'
            WHEN was_lost.source_key IS NOT NULL THEN 'returned'
            WHEN b.absent_at IS NOT NULL THEN 'added' ELSE 'page-first-read' END AS reason,
        CASE WHEN was.source_key IS NOT NULL THEN b.last_seen
            WHEN {_LED_HERE} OR {_LEADS_AGAIN} THEN {_LED_SINCE} ELSE b.first_seen END AS happened
    FROM (FROM b ANTI JOIN a USING ({_TWIN})) b
    LEFT JOIN was USING ({_LINK}) LEFT JOIN was_lost USING ({_LINK})
),
went AS (
    SELECT a.* REPLACE (
            CASE WHEN standing.looked IS NULL THEN {int(State.LOST)} ELSE a.state END AS state,
            gone.lost_on AS gone_at, gone.code AS gone_reason,
            coalesce(now.authority, a.authority) AS authority),
        CASE WHEN standing.looked IS NULL THEN 'lost' ELSE 'changed' END AS change,
        CASE WHEN standing.looked IS NULL THEN gone.why ELSE 'one-fewer' END AS reason,
        coalesce(standing.looked, gone.lost_on) AS happened
    FROM (FROM a ANTI JOIN b USING ({_TWIN})) a
    LEFT JOIN gone USING ({_LINK}) LEFT JOIN standing USING ({_LINK})
    LEFT JOIN authorities now ON now.domain = a.source_domain
    WHERE gone.source_key IS NOT NULL OR standing.source_key IS NOT NULL
),
differ AS (
    SELECT b.*, 'changed' AS change, {_WHY} AS reason,
        CASE WHEN {_WHY} = 'redirect' THEN coalesce({_LED_SINCE}, b.last_seen)
            ELSE b.last_seen END AS happened,
        a AS former
    FROM b JOIN a USING ({_TWIN}) WHERE {_DIFFERENT}
),
said AS (
    SELECT b.*, 'reported-lost' AS change, b.reported_lost.by AS reason, b.reported_lost.at AS happened
    FROM b LEFT JOIN a USING ({_TWIN})
    WHERE b.reported_lost IS NOT NULL AND a.reported_lost IS NULL
)
SELECT * EXCLUDE (twin), NULL AS side_before, {_SHOWN} AS side_after FROM came
UNION ALL BY NAME SELECT * EXCLUDE (twin), {_SHOWN} AS side_before, NULL AS side_after FROM went
UNION ALL BY NAME
    SELECT * EXCLUDE (former, twin), {_FORMER} AS side_before, {_SHOWN} AS side_after FROM differ
UNION ALL BY NAME SELECT * EXCLUDE (twin), {_SHOWN} AS side_before, {_SHOWN} AS side_after FROM said
"""
_CHAIN = "list_transform(via, lambda step: struct_pack(a := step.alias_key, c := step.canonical_key))"


def changes_made(versus: str, earlier: str) -> str:
    """The SQL that makes the table of all changes, once: a page of them asks for rows, and for their number.

    `versus` names what is compared with, and `earlier` is the schema of the links as known then, in which
    `known.until` says until when.
    """
    query = _CHANGES.format(earlier=earlier, chain=_CHAIN, moment=f"(SELECT until FROM {earlier}.known)")
    return f"CREATE TABLE changes_since_{versus} AS {query}"


def changes_sql(versus: str, links: str) -> str:
    """The changes of links that meet a condition as a relation, after `changes_made`: the columns of links,
    and `change`, `reason`, `happened` and both sides."""
    return f"SELECT *, 1 AS links_in_group FROM changes_since_{versus} AS c WHERE {links}"


COUNTS = "SELECT change, count(*) AS n FROM ({changes}) AS r WHERE {where} GROUP BY ALL"


def change_row(row: Row, names: Mapping[str, str]) -> Row:
    """What happened, when, and why; the link, and what was and is known of it."""
    return {
        "at": row["happened"],
        "kind": row["change"],
        "reason": row["reason"],
        "link": link_row(row, names),
        "before": _side(row, row["side_before"]),
        "after": _side(row, row["side_after"]),
    }


def _side(row: Row, side: Mapping[str, Any] | None) -> Row | None:
    if side is None:
        return None
    shown = link_row(row | dict(side), {})
    told = {name: shown[name] for name in ("anchor", "alt", "rel", "placement", "hidden", "noindex")}
    return told | {"canonical_elsewhere": side["source_defers"], "via": shown["via"]}
