"""Where do jobs, their progress and their schedules stand? In a file of the home, or in a server's database.

DBOS keeps its tables there, and beside them stand two of ours: they need no more than columns that nobody
changes. A file of its own, so that the many small writes of a worker hold up nobody who reads verdicts.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from backlit.errors import ConfigError, IndexDamaged
from backlit.index.storage import JOBS_LOCK, write_lock
from backlit.store.place import SETTING

__all__ = ["FILE", "PROGRESS", "SCHEDULES", "address_of", "connected", "is_there"]

FILE = "jobs.sqlite"
#: Seconds to wait for another process that writes, or that makes the database.
_PATIENCE = 30.0
#: Seconds to wait for a server.
_CONNECT = 10
_SERVERS = ("postgresql", "postgres", "postgresql+psycopg")

_tables = sa.MetaData()

#: How far a job is, a row per job.
PROGRESS = sa.Table(
    "job_progress",
    _tables,
    sa.Column("job", sa.Text, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("done", sa.BigInteger, nullable=False),
    sa.Column("total", sa.BigInteger),
    sa.Column("unit", sa.Text, nullable=False),
)

#: What is done again and again; a schedule without a row is as it comes.
SCHEDULES = sa.Table(
    "job_schedules",
    _tables,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("is_on", sa.Boolean, nullable=False),
    sa.Column("every_s", sa.BigInteger, nullable=False),
    #: its targets as a JSON list; null where it takes those that are watched
    sa.Column("targets", sa.Text),
    #: from when on the days are counted
    sa.Column("since", sa.BigInteger, nullable=False),
)


def address_of(home: Path) -> str:
    """The address of a home's jobs, as DBOS wants it: where its state is, else a file of the home."""
    server = os.environ.get(SETTING)
    if not server:
        return f"sqlite:///{home / FILE}"
    try:
        url = sa.make_url(server.strip())
    except (sa.exc.ArgumentError, ValueError):
        url = sa.URL.create("unreadable")  # never shown: it may hold a password
    if url.drivername not in _SERVERS:
        raise ConfigError(
            f"use the database that {SETTING} names",
            f"it is no address of a PostgreSQL database ({url.drivername})",
            "Write postgresql://USER:PASSWORD@HOST/DATABASE, or leave it out for a file in the home.",
        )
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def is_there(home: Path) -> bool:
    """Whether a home may have jobs; without loading anything."""
    return bool(os.environ.get(SETTING)) or (home / FILE).exists()


@contextmanager
def connected(home: Path) -> Iterator[sa.Engine]:
    """The database of a home's jobs, made where there is none.

    ConfigError where it cannot be reached, IndexDamaged where the file is none of SQLite.
    """
    engine = _engine(address_of(home))
    try:
        with write_lock(home, name=JOBS_LOCK, wait=_PATIENCE):
            _bring_up(engine, address_of(home))
        yield engine
    finally:
        engine.dispose()


def _bring_up(engine: sa.Engine, address: str) -> None:
    url = engine.url
    is_file = url.get_backend_name() == "sqlite"
    name = str(url.database) if is_file else url.set(query={}).render_as_string(hide_password=True)
    try:
        if not sa.inspect(engine).has_table(SCHEDULES.name):
            _make(engine, address)
    except sa.exc.DBAPIError as error:
        asked, found = f"read the jobs in {name}", " ".join(str(error.orig).split())
        if not is_file:
            do = f"See that the server runs and lets this user in, and that {SETTING} names it."
            raise ConfigError(asked, found, do) from error
        if isinstance(error, sa.exc.OperationalError):
            do = "See that the file and its folder are yours, and nobody holds them."
            raise ConfigError(asked, found, do) from error
        do = "Move it away: what waited in it has to be asked for again, and nothing else is lost."
        raise IndexDamaged(asked, found, do) from error


def _engine(address: str) -> sa.Engine:
    url = sa.make_url(address)
    if url.get_backend_name() == "sqlite":
        engine = sa.create_engine(url)
        sa.event.listen(engine, "connect", _durable)
        return engine
    return sa.create_engine(
        url.set(drivername="postgresql+psycopg"), connect_args={"connect_timeout": _CONNECT}
    )


def _make(engine: sa.Engine, address: str) -> None:
    from dbos import DBOS

    DBOS.migrate(address)
    _tables.create_all(engine)


def _durable(connection: Any, _record: Any) -> None:
    connection.isolation_level = "IMMEDIATE"  # as DBOS wants it: who writes says so at the beginning
    connection.execute(f"PRAGMA busy_timeout = {int(_PATIENCE * 1000)}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
