"""Whom do some domains link to, and what is known of their pages?

The table of links is sorted by target, so that this reads one column of all of it. Of a large site some pages
speak: the same ones each time that it is asked. Domains that share a tracker or an address with those that
are asked about are read beside them: whose a domain is shows in what it has in common with others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from backlit.index.engine import text
from backlit.index.fold import fold_query
from backlit.index.gather import RANK_COLUMNS
from backlit.index.instance import Facts, Instance
from backlit.index.judged_rows import rows_to_judge
from backlit.index.profile_sql import STANDING, VOTES
from backlit.model import LINK_ROWS, PAGES, RANKS

__all__ = ["MOST_LINKS", "MOST_PAGES", "Outgoing", "outgoing_of"]

#: Pages of a domain that speak for it, and links of them.
MOST_PAGES, MOST_LINKS = 100, 300
#: Domains that share a tracker or an address with those, and are judged beside them.
MOST_COMPANIONS = 1_000

#: Domains with one tracker or address among which an owner is sought: more share a platform's.
_SHARED_AT_MOST = 60
_COMPANIONS = f"""
CREATE TEMP TABLE judged AS
WITH marks AS (
    SELECT DISTINCT page_domain AS domain, unnest(trackers) AS mark FROM {{pages}} AS p
    WHERE len(trackers) > 0
    UNION SELECT DISTINCT page_domain, ip FROM {{pages}} AS q WHERE ip IS NOT NULL),
few AS (SELECT mark FROM marks GROUP BY mark HAVING count(*) BETWEEN 2 AND {_SHARED_AT_MOST})
SELECT domain FROM vetted
UNION (SELECT DISTINCT domain FROM marks SEMI JOIN (
    SELECT mark FROM marks SEMI JOIN vetted USING (domain) SEMI JOIN few USING (mark)) USING (mark)
    ORDER BY domain LIMIT {MOST_COMPANIONS})
"""
_CHOSEN = f"""
CREATE TEMP TABLE chosen AS
SELECT source_key FROM (
    SELECT DISTINCT source_domain, source_key FROM {{links}} AS l
    WHERE first_seen IS NOT NULL AND source_domain <> target_domain
        AND source_domain IN (FROM judged))
QUALIFY row_number() OVER (PARTITION BY source_domain ORDER BY md5(source_key)) <= {MOST_PAGES}
"""
_AUTHORITIES = """
CREATE TABLE authorities AS SELECT {columns} FROM {ranks}
WHERE release = {release} AND domain IN (FROM judged)
"""
_LINKS = f"""
CREATE TABLE links AS
SELECT f.*, a.authority FROM ({{folded}}) f LEFT JOIN authorities a ON a.domain = f.source_domain
WHERE f.source_domain <> f.target_domain AND f.kind IN ({VOTES}) AND f.state IN {STANDING}
QUALIFY row_number() OVER (PARTITION BY f.source_domain
    ORDER BY md5(f.source_key), f.source_key, f.ordinal, f.target_key, f.kind, f.occurrence) <= {MOST_LINKS}
ORDER BY f.source_domain, f.source_key, f.ordinal, f.target_key, f.kind, f.occurrence
"""
_NO_CLASSES = "CREATE TABLE anchor_classes (said VARCHAR, pictured VARCHAR, class VARCHAR, money BOOLEAN);"
_PAGES = f"""
SELECT page_domain AS domain, page_key,
    arg_max(title, (fetched_at, reader)) AS title, arg_max(language, (fetched_at, reader)) AS language,
    count(*) OVER (PARTITION BY page_domain) AS pages
FROM {{pages}} AS p WHERE page_domain IN (SELECT domain FROM vetted)
GROUP BY page_domain, page_key
QUALIFY row_number() OVER (PARTITION BY page_domain ORDER BY md5(page_key)) <= {MOST_PAGES}
ORDER BY domain, page_key
"""
_RANKS = """
SELECT domain, authority, percentile, trust, referring_domains FROM authorities ORDER BY domain
"""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Tables of some domains: `links` to others as a judge reads them, `pages` (domain, page_key, title,
    language, and how many pages of the domain are known), `ranks` (domain and its place)."""

    links: pa.Table
    pages: pa.Table
    ranks: pa.Table


def outgoing_of(
    instance: Instance, facts: Facts, release: dict[str, Any] | None, domains: Sequence[str]
) -> Outgoing:
    """What is known of these registrable domains as sources, at one version of the index; `links` has those
    of their companions, too."""
    schema = instance.schema()
    with schema.connect() as connection:
        connection.register("vetted", pa.table({"domain": pa.array(domains, pa.string())}))
        _gather(connection, instance, facts, release)
        pages = instance.relation(facts.files("pages"), PAGES)
        found = Outgoing(
            rows_to_judge(connection, instance, facts, release, "l.target_domain"),
            connection.sql(_PAGES.format(pages=pages)).to_arrow_table(),
            connection.sql(_RANKS).to_arrow_table(),
        )
        connection.unregister("vetted")
        return found


def _gather(
    connection: duckdb.DuckDBPyConnection, instance: Instance, facts: Facts, release: dict[str, Any] | None
) -> None:
    """Make the tables that a judge reads, of these domains instead of a target."""
    links = instance.relation(facts.files("links"), LINK_ROWS)
    ranks = instance.relation(facts.files("ranks"), RANKS)
    pages = instance.relation(facts.files("pages"), PAGES)
    connection.execute(_COMPANIONS.format(pages=pages))
    connection.execute(_CHOSEN.format(links=links))
    named = text(release["release"] if release else "")
    connection.execute(_AUTHORITIES.format(columns=RANK_COLUMNS, ranks=ranks, release=named))
    connection.execute(_LINKS.format(folded=fold_query(links, "source_key IN (FROM chosen)")))
    connection.execute(_NO_CLASSES)
