"""Which pages turned out to be other names of other pages, and which are so no longer?

Every look at a page says at most one thing about its name: it redirects, it refreshes to another page, or
it calls another page its original. Two spellings of one address that answered the same bytes are mirrors.
What a look says becomes a presence; a later look that says otherwise writes a tombstone at its own time. New
looks are compared with all that the index has of their pages, so the order of arrival plays no part
(docs/adr/0006).
"""

import duckdb
import pyarrow as pa

from backlit.index.engine import parquet
from backlit.index.tables import Index, Version
from backlit.model import AliasKind, Reader
from backlit.schemas import ALIASES
from backlit.urls import domain_of_key

__all__ = ["find_aliases", "has_learned"]

_READ = f"reader >= {int(Reader.WAT)}"  # rows of exports say nothing of a page's name

# Spellings of one address: the scheme, the host's `www.` and one last slash of the path aside, which keeps
# `/a.www/b`, `/a//` and whatever a query says apart. A port or a password is another address.
_BARE_HOST = r"regexp_replace(split_part(page_key, ' ', 1), '^([^/]*)\.www/', '\1/')"
_VARIANT = rf"regexp_replace({_BARE_HOST}, '^([^?]*)/$', '\1')"
_PLAIN_MARK = "split_part(page_key, ' ', 2) IN ('', 'http') AND page_key NOT LIKE '% % %'"
#: Of mirrors the one that the others are names of: secure first, then the shortest, then by name.
_FIRST_NAME = "(contains(page_key, ' '), length(page_key), page_key)"

_MATES = f"""
CREATE TEMP TABLE mates AS
SELECT DISTINCT p.page_key FROM (FROM {{pages}} WHERE digest IS NOT NULL AND {_READ}) p
JOIN (SELECT DISTINCT page_key, digest FROM looks WHERE fresh AND digest IS NOT NULL) f
    ON f.digest = p.digest AND f.page_key <> p.page_key
    AND {_VARIANT.replace("page_key", "f.page_key")} = {_VARIANT.replace("page_key", "p.page_key")}
WHERE p.page_key NOT IN (SELECT page_key FROM looks)
"""

_SAID = f"""
CREATE TEMP TABLE said AS
SELECT page_key, page_domain, fetched_at, reader, complete, status, digest, source_id, "offset", fresh,
    CASE WHEN redirect_key IS NOT NULL THEN {int(AliasKind.REDIRECT)}
         WHEN refresh_key <> page_key THEN {int(AliasKind.META_REFRESH)}
         WHEN canonical_key <> page_key THEN {int(AliasKind.CANONICAL)} END AS kind,
    CASE WHEN redirect_key IS NOT NULL THEN redirect_key
         WHEN refresh_key <> page_key THEN refresh_key
         WHEN canonical_key <> page_key THEN canonical_key END AS name
FROM ({{looks}})
WHERE {_READ}
"""

_WITH_MATES = """FROM looks UNION ALL BY NAME
    SELECT * EXCLUDE (outlinks), false AS fresh FROM {pages} SEMI JOIN mates USING (page_key)"""

_DECISIVE = """
CREATE TEMP TABLE names AS
SELECT page_key, fetched_at, reader, bool_or(fresh) AS fresh,
    list(DISTINCT struct_pack(kind := kind, name := name)) FILTER (kind IS NOT NULL) AS said,
    any_value(source_id) AS source_id, any_value("offset") AS "offset",
    bool_and(coalesce(status, 200) = 200 AND kind IS NULL) AS is_plain
FROM (
    FROM said WHERE complete OR kind IS NOT NULL
    QUALIFY reader = max(reader) OVER (PARTITION BY page_key, fetched_at)
) GROUP BY page_key, fetched_at, reader
"""

_MIRRORS = f"""
WITH plain AS (
    SELECT *, {_VARIANT} AS variant, {_FIRST_NAME} AS turn FROM said
    WHERE status = 200 AND complete AND kind IS NULL AND digest IS NOT NULL AND {_PLAIN_MARK}
)
SELECT b.page_key AS name, a.page_key, a.page_domain, {int(AliasKind.MIRROR)}::INTEGER AS kind,
    NULL::INTEGER AS status, a.fetched_at, min(greatest(a.fetched_at, b.fetched_at)) AS known_at,
    a.reader, a.source_id, a."offset", true AS fresh
FROM plain a JOIN plain b ON a.digest = b.digest AND a.variant = b.variant AND a.turn > b.turn
WHERE a.fresh OR b.fresh GROUP BY ALL
"""

_SPOKEN = f"""
CREATE TEMP TABLE spoken AS
SELECT name, page_key, page_domain, kind,
    CASE WHEN kind = {int(AliasKind.REDIRECT)} THEN status END AS status,
    fetched_at, NULL::TIMESTAMPTZ AS known_at, reader, source_id, "offset", fresh
FROM said WHERE kind IS NOT NULL
UNION ALL BY NAME ({_MIRRORS})
UNION ALL BY NAME
SELECT canonical_key AS name, alias_key AS page_key, alias_domain AS page_domain, kind,
    last_seen AS fetched_at, reader, source_id, "offset", false AS fresh
FROM {{aliases}} WHERE kind = {int(AliasKind.MIRROR)} AND gone_at IS NULL
    AND alias_key IN (SELECT page_key FROM said)
"""

# The nearest look that may contradict: any that speaks, or of mirrors one that has another name or no page.
_ENDS = f"""
WITH compared AS (
    SELECT s, n FROM (FROM spoken WHERE kind <> {int(AliasKind.MIRROR)}) s
    ASOF JOIN names n ON s.page_key = n.page_key AND n.fetched_at > s.fetched_at
    UNION ALL
    SELECT s, n FROM (FROM spoken WHERE kind = {int(AliasKind.MIRROR)}) s
    ASOF JOIN (FROM names WHERE NOT is_plain) n ON s.page_key = n.page_key AND n.fetched_at > s.fetched_at
    UNION ALL
    SELECT s, n FROM spoken s JOIN names n
        ON s.page_key = n.page_key AND n.fetched_at = s.fetched_at AND n.reader > s.reader
)
SELECT DISTINCT s.name AS name, s.page_key AS page_key, s.page_domain AS page_domain, s.kind AS kind,
    n.fetched_at AS gone_at, n.reader AS reader, n.source_id AS source_id, n."offset" AS "offset"
FROM compared
WHERE (s.fresh OR n.fresh) AND CASE WHEN s.kind = {int(AliasKind.MIRROR)} THEN NOT n.is_plain
    ELSE NOT coalesce(list_contains(n.said, struct_pack(kind := s.kind, name := s.name)), false) END
"""

_ROWS = f"""
SELECT name AS canonical_key, page_key AS alias_key, page_domain AS alias_domain, kind, status,
    fetched_at AS first_seen, fetched_at AS last_seen, known_at, NULL::TIMESTAMPTZ AS gone_at, reader,
    source_id, "offset"
FROM spoken WHERE fresh
UNION ALL BY NAME
SELECT name AS canonical_key, page_key AS alias_key, page_domain AS alias_domain, kind, gone_at, reader,
    source_id, "offset"
FROM ({_ENDS})
"""


def has_learned(version: Version) -> bool:
    """Whether a version was made by an ingest that knew aliases; else all its pages are still to be asked."""
    return "aliases" in version.tables


def find_aliases(index: Index, connection: duckdb.DuckDBPyConnection) -> pa.Table:
    """The aliases that new looks tell of or end, in the schema of ALIASES.

    Reads the table `looks` of `tombstones.gather_looks`.
    """
    version = index.version()
    pages = _relation(index.files(version, "pages"), "no_pages")
    connection.register("no_aliases", ALIASES.empty_table())
    aliases = _relation(index.files(version, "aliases"), "no_aliases")
    connection.execute(_MATES.format(pages=pages))
    [(mates,)] = connection.execute("SELECT count(*) FROM mates").fetchall()
    looks = _WITH_MATES.format(pages=pages) if mates else "FROM looks"
    connection.execute(_SAID.format(looks=looks))
    connection.execute(_DECISIVE)
    connection.execute(_SPOKEN.format(aliases=aliases))
    found = connection.sql(_ROWS).to_arrow_table()
    for table in ("spoken", "names", "said", "mates"):
        connection.execute(f"DROP TABLE {table}")
    domains = pa.array([domain_of_key(key) for key in found["canonical_key"].to_pylist()], pa.string())
    found = found.append_column("canonical_domain", domains)
    return pa.table([found[field.name].cast(field.type) for field in ALIASES], schema=ALIASES)


def _relation(files: list[str], empty: str) -> str:
    """Data files as a relation with all the columns of today: files may be from before one was added."""
    return f"(FROM {empty} UNION ALL BY NAME FROM {parquet(files)})" if files else empty
