"""How do the links of one target come together: its events, folded once, with ranks and routes?

What is made are the tables of `profile_sql`: `links`, `own`, `authorities` and `leads`, and the views
`current` and `folded`, in the schema of the connection.
"""

from dataclasses import dataclass
from datetime import datetime

import duckdb
import pyarrow as pa

from backlit.index import profile_sql as sql
from backlit.index.aliases import ROUTES, find_names, find_routes
from backlit.index.engine import parquet, text
from backlit.index.fold import fold_query
from backlit.index.instance import Facts, Instance, Row
from backlit.index.single import folded_query, troubled_events, troubled_query
from backlit.index.target import Target
from backlit.model import LEADS, LINK_ROWS, RANKS
from backlit.urls import icann_domain

__all__ = ["Gathered", "gather", "moment_of"]

_RANKS = """domain, authority, percentile, place, tied, referring_domains, trust, se, prior, measured,
    pagerank_place AS pagerank_rank, spam_mass, robust, referring_domains AS voters"""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What became of a target: its events as a relation, the release of its ranks, how many links it has."""

    events: str
    release: Row | None
    size: int


def moment_of(at: datetime | None) -> str:
    """A moment in SQL; NULL where it is not known."""
    return f"TIMESTAMPTZ {text(at.isoformat())}" if at else "NULL::TIMESTAMPTZ"


def gather(
    instance: Instance,
    facts: Facts,
    connection: duckdb.DuckDBPyConnection,
    target: Target,
    domain: str,
    asked: datetime | None,
) -> Gathered:
    """Make the tables of a target, as of the moment that was asked for, or of all that is known."""
    moment = moment_of(asked) if asked else None
    events, has_names = _events(instance, facts, connection, target, moment)
    _fold(connection, events, moment)
    targets = "SELECT DISTINCT target_key FROM gathered"
    routes = find_routes(connection, targets) if has_names else ROUTES.empty_table()
    connection.register("routes", routes)
    release = _authorities(instance, facts, connection, domain, asked)
    connection.execute(sql.LINKS)
    connection.execute(sql.PAGE_RANKS)
    _leads(instance, facts, connection, domain, moment)
    size = connection.execute("SELECT count(*) FROM gathered").fetchall()[0][0]
    connection.execute("DROP TABLE gathered")
    return Gathered(events, release, int(size))


def _events(
    instance: Instance,
    facts: Facts,
    connection: duckdb.DuckDBPyConnection,
    target: Target,
    moment: str | None,
) -> tuple[str, bool]:
    """The events of the target and of its other names, and whether it has any."""
    index, version = facts.index, facts.version
    span = (target.lower, target.upper)
    files = index.files_within(version, "links", span, "target_key")
    where = f"target_key >= {text(target.lower)} AND target_key < {text(target.upper)}"
    events = f"(FROM {instance.relation(files, LINK_ROWS)} WHERE {where})"
    outside = find_names(index, version, connection, span, moment)
    if outside and (files := index.files(version, "links", keys=outside)):
        connection.register("outside", pa.table({"target_key": outside}))
        theirs = f"FROM {parquet(files)} SEMI JOIN outside USING (target_key)"
        events = f"(FROM {events} UNION ALL BY NAME {theirs})"
    return events, outside is not None


def _fold(connection: duckdb.DuckDBPyConnection, events: str, moment: str | None) -> None:
    """Make the table `gathered`: one row per current link occurrence."""
    connection.execute(f"CREATE TEMP TABLE troubled AS {troubled_query(events, moment)}")
    fold = None
    if connection.execute("SELECT 1 FROM troubled LIMIT 1").fetchall():
        fold = fold_query(troubled_events(events), "true", as_of=moment)
    connection.execute(f"CREATE TEMP TABLE gathered AS {folded_query(events, fold)}")
    connection.execute("DROP TABLE troubled")


def _authorities(
    instance: Instance,
    facts: Facts,
    connection: duckdb.DuckDBPyConnection,
    domain: str,
    asked: datetime | None,
) -> Row | None:
    """Make the table `authorities` of the domains that link, from the newest release that was known then."""
    known = [row for row in facts.releases if asked is None or row["as_of"] <= asked]
    release = known[0] if known else None
    name = text(release["release"] if release else "")
    ranks = instance.relation(facts.index.files(facts.version, "ranks"), RANKS)
    connection.execute(
        f"CREATE TABLE authorities AS SELECT {_RANKS} FROM {ranks} WHERE release = {name}"
        f" AND domain IN (SELECT source_domain FROM gathered UNION ALL SELECT {text(icann_domain(domain))})"
    )
    return release


def _leads(
    instance: Instance, facts: Facts, connection: duckdb.DuckDBPyConnection, domain: str, moment: str | None
) -> None:
    where = f"target_domain = {text(domain)}"
    if moment:
        where += f" AND reported_at <= {moment}"
    files = facts.index.files_within(facts.version, "leads", (domain, domain + "\0"), "target_domain")
    connection.execute(sql.LEADS.format(leads=instance.relation(files, LEADS), where=where))
