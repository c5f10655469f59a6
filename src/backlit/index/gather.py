"""How do the links of one target come together: its events, folded once, with ranks and routes?

What is made are the tables of `profile_sql`: `links`, `own` and `authorities`, and the views
`current` and `folded`, in a schema of the instance. A large target's are kept (see `prepared`), and taken
from there as long as they are made of the same.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

import duckdb
import pyarrow as pa

from backlit.index import profile_sql as sql
from backlit.index.aliases import ROUTES, find_names, find_routes
from backlit.index.anchor_texts import CLASSES
from backlit.index.decided import DECIDED
from backlit.index.engine import moment_of, parquet, text
from backlit.index.instance import Facts, Instance, Row, Schema
from backlit.index.judgements import JUDGEMENTS
from backlit.index.prepared import LEAST, TABLES
from backlit.index.single import links_of
from backlit.index.target import Target
from backlit.model import LEADS, LINK_ROWS, RANKS
from backlit.urls import icann_domain

__all__ = ["RANK_COLUMNS", "Events", "Gathered", "gather", "gather_leads", "open_tables"]

RANK_COLUMNS = """domain, authority, percentile, place, tied, referring_domains, trust, se, prior, measured,
    pagerank_place AS pagerank_rank, spam_mass, robust, referring_domains AS voters, linked_domains, reach,
    distrust, supporters"""


@dataclass(frozen=True, slots=True)
class Events:
    """Where the events of a target lie: in `files` within its range of keys, and in `theirs` under its names
    outside of it, where it has any names. `made_of` names all that its tables are made of."""

    span: tuple[str, str]
    files: list[str]
    outside: list[str] | None
    theirs: list[str]
    made_of: tuple[str, ...]

    def relation(self, instance: Instance) -> str:
        """The events in SQL, for connections that know the names outside as the table `outside`."""
        lower, upper = map(text, self.span)
        links = instance.relation(self.files, LINK_ROWS)
        own = f"(FROM {links} WHERE target_key >= {lower} AND target_key < {upper})"
        if not self.theirs:
            return own
        others = f"FROM {parquet(self.theirs)} SEMI JOIN outside USING (target_key)"
        return f"(FROM {own} UNION ALL BY NAME {others})"


@dataclass(frozen=True, slots=True)
class Gathered:
    """What became of a target: a connection to its tables, the events that they were made of, the release of
    its ranks, the file that keeps them, whether they were made now, and how many links are held in memory."""

    connection: duckdb.DuckDBPyConnection
    events: Events
    release: Row | None
    kept: Path | None
    was_made: bool
    size: int


@dataclass(frozen=True)
class _Asked:
    """Whose links, of which data, as of when; `moment` is the same in SQL."""

    facts: Facts
    target: Target
    as_of: datetime | None

    @property
    def moment(self) -> str | None:
        return moment_of(self.as_of) if self.as_of else None

    @property
    def span(self) -> tuple[str, str]:
        return self.target.lower, self.target.upper

    @cached_property
    def release(self) -> Row | None:
        """The newest ranks that were known then."""
        known = (row for row in self.facts.releases if self.as_of is None or row["as_of"] <= self.as_of)
        return next(known, None)


def gather(
    instance: Instance,
    facts: Facts,
    schema: Schema,
    target: Target,
    as_of: datetime | None,
    *,
    may_keep: bool = True,
) -> Gathered:
    """Make the tables of a target, as of the moment that was asked for, or of all that is known.

    With `may_keep` the tables of a large target lie in a file, and elsewhere than in the schema.
    """
    asked = _Asked(facts, target, as_of)
    with schema.connect() as making:  # what the tables are made of goes when it is closed
        events = _events(asked, making)
        path = instance.prepared.path(events.made_of) if may_keep and as_of is None else None
        name = instance.attach(path) if path else None
        was_made, size = name is None, 0
        if was_made:
            size = _make(instance, asked, making, events)
            name = _keep(instance, schema, making, path) if path and size >= LEAST else None
    connection = open_tables(schema, name, events)
    return Gathered(connection, events, asked.release, path if name else None, was_made, 0 if name else size)


def open_tables(schema: Schema, name: str | None, events: Events) -> duckdb.DuckDBPyConnection:
    """A connection to the tables of a target, which lie in the schema or in an attached file of that name."""
    if name:
        schema.use(name)
    connection = schema.connect()
    views = sql.VIEWS.format(at=schema.attached or schema.name)
    connection.execute(";".join((views, sql.PAGE_RANKS, CLASSES, JUDGEMENTS, DECIDED)))
    if events.outside:
        connection.register("outside", pa.table({"target_key": events.outside}))
    return connection


def _events(asked: _Asked, connection: duckdb.DuckDBPyConnection) -> Events:
    facts = asked.facts
    files, theirs = facts.holding(asked.span), []
    outside = find_names(facts.index, facts.version, connection, asked.span, asked.moment)
    made_of = [*asked.span, *files, "ranks", *facts.files("ranks")]
    made_of.append(asked.release["release"] if asked.release else "none")
    if outside is not None:
        made_of += ["names", *facts.files("aliases")]
    if outside and (theirs := facts.index.files(facts.version, "links", keys=outside)):
        connection.register("outside", pa.table({"target_key": outside}))
        made_of += ["theirs", *theirs]
    return Events(asked.span, files, outside, theirs, tuple(made_of))


def _make(instance: Instance, asked: _Asked, connection: duckdb.DuckDBPyConnection, events: Events) -> int:
    """Make the tables in the schema; how many links they hold."""
    _fold(connection, events.relation(instance), asked.moment)
    targets = "SELECT DISTINCT target_key FROM gathered"
    no_routes = events.outside is None
    connection.register("routes", ROUTES.empty_table() if no_routes else find_routes(connection, targets))
    _authorities(instance, asked, connection)
    connection.execute(sql.LINKS)
    return int(connection.execute("SELECT count(*) FROM gathered").fetchall()[0][0])


def _keep(
    instance: Instance, schema: Schema, connection: duckdb.DuckDBPyConnection, path: Path
) -> str | None:
    """Move the tables into a file; the name under which it is open, None where it could not be written."""
    instance.prepared.write(connection, path)
    name = instance.attach(path)
    for table in TABLES if name else ():
        connection.execute(f"DROP TABLE {schema.name}.{table}")
    return name


def _fold(connection: duckdb.DuckDBPyConnection, events: str, moment: str | None) -> None:
    """Make `gathered`: one row per current link occurrence, a view where nothing has to be folded."""
    connection.execute(f"CREATE TEMP TABLE events AS {events}")
    links, is_folded = links_of(connection, moment)
    connection.execute(f"CREATE TEMP {'TABLE' if is_folded else 'VIEW'} gathered AS {links}")


def _authorities(instance: Instance, asked: _Asked, connection: duckdb.DuckDBPyConnection) -> None:
    """Make the table `authorities` of the domains that link."""
    name = text(asked.release["release"] if asked.release else "")
    ranks = instance.relation(asked.facts.files("ranks"), RANKS)
    own = text(icann_domain(asked.target.domain))
    connection.execute(
        f"CREATE TABLE authorities AS SELECT {RANK_COLUMNS} FROM {ranks} WHERE release = {name}"
        f" AND domain IN (SELECT source_domain FROM gathered UNION ALL SELECT {own})"
    )


def gather_leads(
    instance: Instance, facts: Facts, gathered: Gathered, domain: str, as_of: datetime | None
) -> None:
    """Make the table `leads`: pages that are said to link to a domain, and of which none is known to."""
    files = facts.index.files(facts.version, "leads", (domain, domain + "\0"), "target_domain")
    where = f"target_domain = {text(domain)}"
    if as_of:
        where += f" AND reported_at <= {moment_of(as_of)}"
    where += " AND source_key NOT IN (SELECT source_key FROM folded)"
    gathered.connection.execute(
        sql.LEADS.format(leads=instance.relation(files, LEADS), where=where) if files else sql.NO_LEADS
    )
