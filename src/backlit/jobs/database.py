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

from backlit.index.storage import write_lock
from backlit.store.database import SETTING

__all__ = ["FILE", "PROGRESS", "SCHEDULES", "address_of", "connected", "is_there"]

FILE = "jobs.sqlite"
_MAKING = "jobs.lock"
#: Seconds to wait for another process that writes, or that makes the database.
_PATIENCE = 30.0

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
    if server := os.environ.get(SETTING):
        return sa.make_url(server).set(drivername="postgresql").render_as_string(hide_password=False)
    return f"sqlite:///{home / FILE}"


def is_there(home: Path) -> bool:
    """Whether a home may have jobs; without loading anything."""
    return bool(os.environ.get(SETTING)) or (home / FILE).exists()


@contextmanager
def connected(home: Path) -> Iterator[sa.Engine]:
    """The database of a home's jobs, made where there is none."""
    engine = _engine(address_of(home))
    try:
        with write_lock(home, name=_MAKING, wait=_PATIENCE):
            if not sa.inspect(engine).has_table(SCHEDULES.name):
                _make(engine, address_of(home))
        yield engine
    finally:
        engine.dispose()


def _engine(address: str) -> sa.Engine:
    url = sa.make_url(address)
    if url.get_backend_name() == "sqlite":
        engine = sa.create_engine(url)
        sa.event.listen(engine, "connect", _durable)
        return engine
    return sa.create_engine(url.set(drivername="postgresql+psycopg"))


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
