"""Which other names do the pages of a target have, and by what chain does a link to one of them arrive?

Aliases are kept beside the links and applied when links are read: a link's identity is untouched. A
redirect, a refresh and a mirror are followed, and a canonical within one site; a canonical that names
another site is a hint, and what arrives by it is syndicated (docs/concepts/aliases.md). The table is sorted
by the page that the aliases are names of, so that a target asks for one range of keys, and then for the
names of those names.

What was an alias once and is none any more is told with its end: links that led here by it are lost.
"""

from collections.abc import Mapping
from typing import Any

import duckdb
import pyarrow as pa

from backlit.index.engine import connect, parquet, rows_of, text
from backlit.index.tables import Index, Version
from backlit.model import AliasKind
from backlit.schemas import ALIASES

__all__ = ["HOPS", "ROUTES", "alias_fold", "find_names", "find_routes", "moved_keys", "names_of"]

#: The longest chain that is followed, as long as crawlers of search engines go.
HOPS = 10

#: A canonical that names a page of another site is that page's hint, not its name.
IS_HINT = f"(kind = {int(AliasKind.CANONICAL)} AND alias_domain <> canonical_domain)"

_EVENTS = """
WITH events AS (FROM {source} WHERE {where}),
seen AS (
    SELECT * REPLACE ({last} AS last_seen) FROM events
    WHERE first_seen IS NOT NULL {known}
),
ends AS (
    SELECT canonical_key, alias_key, kind, gone_at, reader FROM events WHERE gone_at IS NOT NULL {ended}
)"""
_ENDS_IT = """e.canonical_key = s.canonical_key AND e.alias_key = s.alias_key AND e.kind = s.kind
    AND (e.gone_at > s.last_seen OR (e.gone_at = s.last_seen AND e.reader > s.reader))"""
_TOLD = """canonical_key, alias_key, kind, any_value(canonical_domain) AS canonical_domain,
    any_value(alias_domain) AS alias_domain, min(first_seen) AS first_seen, max(last_seen) AS last_seen,
    unnest(arg_max(struct_pack(status := status, source_id := source_id),
        (last_seen, reader, source_id, "offset")))"""
_HELD = f"""{_EVENTS}
SELECT {_TOLD} FROM seen s WHERE NOT EXISTS (FROM ends e WHERE {_ENDS_IT})
GROUP BY canonical_key, alias_key, kind
"""
#: The last stretch of each alias, with its end where it does not hold any more.
_EVER = f"""{_EVENTS},
stretched AS (
    SELECT *, (SELECT min(e.gone_at) FROM ends e WHERE {_ENDS_IT}) AS ended_at FROM seen s
)
SELECT {_TOLD}, ended_at FROM stretched GROUP BY canonical_key, alias_key, kind, ended_at
QUALIFY row_number() OVER (
    PARTITION BY canonical_key, alias_key, kind ORDER BY ended_at DESC NULLS FIRST) = 1
"""


def alias_fold(source: str, where: str, as_of: str | None = None, *, ever: bool = False) -> str:
    """The SQL for the aliases that hold, one row each, over a relation with the columns of ALIASES.

    `where` restricts the events by keys only; `as_of` is a DuckDB expression after which nothing is known.
    With `ever` those that held once are told, too, and `ended_at` of each.
    """
    return (_EVER if ever else _HELD).format(
        source=source,
        where=where,
        last=f"least(last_seen, {as_of})" if as_of else "last_seen",
        known=f"AND coalesce(known_at, first_seen) <= {as_of}" if as_of else "",
        ended=f"AND gone_at <= {as_of}" if as_of else "",
    )


def find_names(
    index: Index,
    version: Version,
    connection: duckdb.DuckDBPyConnection,
    span: tuple[str, str],
    as_of: str | None,
) -> list[str] | None:
    """The aliases outside a half-open range of keys that lead to its pages or did, in HOPS steps at most.

    None where the range has no alias at all; else makes the table `steps`, one row for each alias and
    the page that it is a name of, the range's own too, `ended_at` where it is so no more.
    """
    lower, upper = span
    files = index.files(version, "aliases", span, "canonical_key")
    where = f"canonical_key >= {text(lower)} AND canonical_key < {text(upper)}"
    outside: list[str] = []
    for hop in range(HOPS if files else 0):
        events = f"FROM {parquet(files)} WHERE {where}"
        connection.execute(f"CREATE OR REPLACE TEMP TABLE step AS {events}")
        if not hop:
            if not rows_of(connection, "SELECT 1 AS one FROM step LIMIT 1"):
                return None
            connection.register("no_aliases", ALIASES.empty_table())
            connection.execute(f"CREATE TEMP TABLE steps AS {alias_fold('no_aliases', 'true', ever=True)}")
        source = "(FROM no_aliases UNION ALL BY NAME FROM step)"
        beyond = f"(alias_key < {text(lower)} OR alias_key >= {text(upper)})"
        # links to the range's own names are its own whatever these lead to, and hints were never counted
        ever = f"FROM ({alias_fold(source, 'true', as_of, ever=True)})"
        matters = f"ended_at IS NULL OR ({beyond} AND NOT {IS_HINT})"
        connection.execute(f"CREATE OR REPLACE TEMP TABLE held AS {ever} WHERE {matters}")
        new = "SELECT DISTINCT alias_key FROM held WHERE alias_key NOT IN (SELECT alias_key FROM steps)"
        fresh = [row[0] for row in connection.execute(f"{new} AND {beyond} ORDER BY 1").fetchall()]
        connection.execute("INSERT INTO steps FROM held")
        if not fresh:
            break
        outside += fresh
        files = index.files(version, "aliases", (fresh[0], fresh[-1] + "\0"), "canonical_key")
        if not files:
            break
        connection.register("asked", pa.table({"canonical_key": fresh}))
        where = "canonical_key IN (SELECT canonical_key FROM asked)"
    return outside if files or outside else None


def names_of(index: Index, version: Version, span: tuple[str, str]) -> frozenset[str]:
    """The keys outside a half-open range that lead to its pages or did; hints are none."""
    connection = connect()
    outside = find_names(index, version, connection, span, None)
    if not outside:
        return frozenset()
    names = connection.execute(f"SELECT DISTINCT alias_key FROM steps WHERE NOT {IS_HINT}").fetchall()
    return frozenset(outside) & {key for (key,) in names}


_MOMENTS = ("first_seen", "last_seen", "ended_at")
#: By what chain a link to `target_key` arrives at the target; `hint` where a step is only a hint, `ended_at`
#: since when it does not arrive any more.
ROUTES = pa.schema(
    [
        ("target_key", pa.string()),
        ("hint", pa.bool_()),
        ("end_domain", pa.string()),
        ("ended_at", pa.timestamp("us", tz="UTC")),
        (
            "via",
            pa.list_(
                pa.struct(
                    [
                        *((name, pa.string()) for name in ("alias_key", "canonical_key", "source_id")),
                        *((name, pa.int32()) for name in ("kind", "status")),
                        *((name, pa.timestamp("us", tz="UTC")) for name in _MOMENTS),
                        ("hint", pa.bool_()),
                    ]
                )
            ),
        ),
    ]
)

_ASKED = f"""
SELECT *, {IS_HINT} AS hint FROM steps WHERE alias_key IN (SELECT alias_key FROM asked)
QUALIFY row_number() OVER (
    PARTITION BY alias_key ORDER BY ended_at DESC NULLS FIRST, last_seen DESC, kind, canonical_key DESC) = 1
"""


def find_routes(connection: duckdb.DuckDBPyConnection, targets: str) -> pa.Table:
    """The routes of those target keys, the rows of a query, that are aliases in `steps`; see ROUTES."""
    steps: dict[str, dict[str, Any]] = {}
    keys = [
        row[0]
        for row in connection.execute(f"{targets} SEMI JOIN steps ON alias_key = target_key").fetchall()
    ]
    asked = keys
    for _ in range(HOPS):
        if not asked:
            break
        connection.register("asked", pa.table({"alias_key": asked}))
        found = rows_of(connection, _ASKED)
        steps |= {row["alias_key"]: row for row in found}
        asked = sorted({row["canonical_key"] for row in found} - set(steps))
    return pa.Table.from_pylist([_route(steps, key) for key in sorted(keys)], schema=ROUTES)


def _route(steps: Mapping[str, dict[str, Any]], key: str) -> dict[str, Any]:
    via = _chain(steps, key)
    hint = any(step["hint"] for step in via)
    ends = [step["ended_at"] for step in via if step["ended_at"] is not None]
    return {
        "target_key": key,
        "hint": hint,
        "end_domain": via[-1]["canonical_domain"] if via else None,
        "ended_at": min(ends, default=None),
        "via": via,
    }


def _chain(steps: Mapping[str, dict[str, Any]], key: str) -> list[dict[str, Any]]:
    """The steps from an alias on, to where no more are known; a loop is cut before a page comes again."""
    chain: list[dict[str, Any]] = []
    passed = {key}
    while len(chain) < HOPS and (step := steps.get(key)) is not None:
        key = step["canonical_key"]
        if key in passed:
            break
        passed.add(key)
        chain.append(step)
    return chain


# ranking ---------------------------------------------------------------------

_NEXT_NAMES = f"""
CREATE TEMP TABLE next_names AS
SELECT alias_key AS key, canonical_key AS name, canonical_domain AS domain FROM ({{fold}}) WHERE NOT {IS_HINT}
QUALIFY row_number() OVER (PARTITION BY alias_key ORDER BY last_seen DESC, kind, canonical_key DESC) = 1
"""
_STEP = """
CREATE OR REPLACE TEMP TABLE walked AS
SELECT w.key, coalesce(n.name, w.name) AS name, coalesce(n.domain, w.domain) AS domain
FROM walked w LEFT JOIN next_names n ON n.key = w.name
"""
_MOVED = """
CREATE TEMP TABLE moved_keys AS
SELECT key, domain FROM walked WHERE name NOT IN (SELECT key FROM next_names)
"""


def moved_keys(index: Index, version: Version, connection: duckdb.DuckDBPyConnection) -> bool:
    """Make the table `moved_keys(key, domain)`: where the aliases of a version end, hints not followed.

    An alias in a loop, or of more than HOPS steps, leads nowhere and is left out. False where there is none.
    """
    files = index.files(version, "aliases")
    if not files:
        return False
    connection.register("no_aliases", ALIASES.empty_table())
    source = f"(FROM no_aliases UNION ALL BY NAME FROM {parquet(files)})"
    connection.execute(_NEXT_NAMES.format(fold=alias_fold(source, "true")))
    connection.execute("CREATE TEMP TABLE walked AS FROM next_names")
    for _ in range(HOPS - 1):
        connection.execute(_STEP)
    connection.execute(_MOVED)
    connection.execute("DROP TABLE walked")
    return True
