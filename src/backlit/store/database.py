"""How is the state of a home opened, and brought to the tables of this version?

One SQLite file beside the index, or, for teams, the PostgreSQL database that BACKLIT_DATABASE_URL names;
every commit is on the disk before it counts. A database of an earlier version is migrated when it is opened,
in one transaction: whoever is killed meanwhile leaves it as it was. One of a later version is refused.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import sqlalchemy as sa

from backlit.errors import ConfigError, IndexDamaged, IndexTooNew, MissingExtra, installing
from backlit.store.place import FILE, SETTING

__all__ = [
    "GREATEST",
    "address_of",
    "microseconds",
    "moment",
    "newest",
    "opened",
    "row_number",
    "sole",
    "writing",
]

#: The greatest number that every database has for a row.
GREATEST = 2**31 - 1
MIGRATIONS = Path(__file__).with_name("migrations")

#: Seconds that a writer waits for another, and a connection for its server.
_WAIT = 30
_CONNECT = 10
#: The lock that writers of a PostgreSQL database queue for, as those of a SQLite file do for the file.
_WRITERS = 0x_BAC_117
#: Alembic keeps what it is about in the module: one migration of a process at a time.
_MIGRATING = Lock()


@contextmanager
def opened(home: Path, url: str | None = None) -> Iterator[sa.Engine]:
    """The database of a home, made where there is none; let go of at the end.

    `url` names one elsewhere, else the environment does. ConfigError where it cannot be reached or used,
    IndexTooNew where a later version wrote it, IndexDamaged where the file is none of SQLite.
    """
    engine = _engine(home, url or os.environ.get(SETTING))
    try:
        _bring_up(engine)
        yield engine
    finally:
        engine.dispose()


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """One transaction that may read first and write then: no other such one goes on at the same time."""
    with engine.connect() as connection, connection.execution_options(backlit_writes=True).begin():
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_WRITERS)))
        yield connection


@contextmanager
def sole(engine: sa.Engine, purpose: int) -> Iterator[bool]:
    """Whether nobody else does what a number stands for, with this database, until the end.

    A file is of one machine, where a lock of its home says so. A server is asked: whoever loses the
    connection to it loses the lock.
    """
    if engine.dialect.name != "postgresql":
        yield True
        return
    lock, unlock = sa.func.pg_try_advisory_lock(purpose), sa.func.pg_advisory_unlock(purpose)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        is_ours = bool(connection.execute(sa.select(lock)).scalar_one())
        try:
            yield is_ours
        finally:
            if is_ours:
                connection.execute(sa.select(unlock))


@cache
def newest() -> int:
    """The number of the newest migration: the version of the tables that this Backlit writes."""
    return max(int(path.stem[1:5]) for path in (MIGRATIONS / "versions").glob("v*.py"))


def _engine(home: Path, url: str | None) -> sa.Engine:
    if url:
        return _postgresql(url)
    home.mkdir(parents=True, exist_ok=True)
    _keep_from_others(home / FILE)
    path = sa.URL.create("sqlite", database=str(home / FILE))
    engine = sa.create_engine(path, connect_args={"timeout": _WAIT})
    sa.event.listen(engine, "connect", _durable)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _keep_from_others(path: Path) -> None:
    """Others on this machine read no state, which holds secrets: neither a file that is made now nor one of
    before. Its log and its index, which SQLite makes, are as it is."""
    with suppress(OSError):  # a home that cannot be written to
        os.close(os.open(path, os.O_RDONLY | os.O_CREAT, 0o660))
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o007:
            path.chmod(mode & 0o770)


def _durable(connection: Any, _record: Any) -> None:
    # Python's own driver begins a transaction before some statements and not before others (CREATE TABLE);
    # without a level it leaves that to us.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


def _begin(connection: sa.Connection) -> None:
    # Whoever has read and then wants to write is refused at once if another wrote in between: such a one
    # has to be first in the queue from the start.
    writes = connection.get_execution_options().get("backlit_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def address_of(url: str) -> sa.URL:
    """The address of a PostgreSQL database; ConfigError, which does not show it, for anything else."""
    try:
        named = sa.make_url(url.strip())
    except (sa.exc.ArgumentError, ValueError):
        named = sa.URL.create("unreadable")  # never shown: it may hold a password
    if named.drivername not in ("postgresql", "postgres", "postgresql+psycopg"):
        raise ConfigError(
            f"use the database that {SETTING} names",
            f"it is no address of a PostgreSQL database ({named.drivername})",
            "Write postgresql://USER:PASSWORD@HOST/DATABASE, or leave it out for a file in the home.",
        )
    return named


def _postgresql(url: str) -> sa.Engine:
    named = address_of(url)
    try:
        return sa.create_engine(
            named.set(drivername="postgresql+psycopg"), connect_args={"connect_timeout": _CONNECT}
        )
    except ImportError as error:
        raise MissingExtra(
            f"use the database {_name(named)}",
            "the driver psycopg is not installed",
            installing("postgres"),
        ) from error


def _name(url: sa.URL) -> str:
    """A database as it may be shown: without its password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return url.set(drivername="postgresql", query={}).render_as_string(hide_password=True)


def _bring_up(engine: sa.Engine) -> None:
    asked = f"read {_name(engine.url)}"
    try:
        with engine.connect() as connection:
            found = _version(connection)
        if found < newest():
            with writing(engine) as connection:
                _migrate(connection)
    except sa.exc.DBAPIError as error:
        raise _told(engine, error) from error
    if found > newest():
        what = f"it is of version {found}, and this is {newest()}"
        raise IndexTooNew(asked, what, "Use the later Backlit that wrote it.")


def _told(engine: sa.Engine, error: sa.exc.DBAPIError) -> Exception:
    """What keeps a database from being opened, for people."""
    asked, said = f"read {_name(engine.url)}", " ".join(str(error.orig).split())
    if engine.dialect.name == "postgresql":
        do = f"See that the server runs and lets this user in, and that {SETTING} names it."
        return ConfigError(asked, said, do)
    if isinstance(error, sa.exc.OperationalError):
        return ConfigError(asked, said, "See that the file and its folder are yours, and nobody holds them.")
    return IndexDamaged(asked, said, "Restore it from a backup, or move it away to begin anew.")


def _version(connection: sa.Connection) -> int:
    """The version of a database's tables; 0 where there are none."""
    if connection.dialect.name == "sqlite":
        return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    if not sa.inspect(connection).has_table("alembic_version"):
        return 0
    return int(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one())


def _migrate(connection: sa.Connection) -> None:
    if _version(connection) >= newest():
        return  # another process did it while this one waited
    from alembic import command
    from alembic.config import Config

    _require_unicode(connection)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    with _MIGRATING:
        command.upgrade(config, f"{newest():04}")
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA user_version = {newest()}")


def _require_unicode(connection: sa.Connection) -> None:
    if connection.dialect.name == "sqlite":
        return
    found = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if found != "UTF8":
        raise ConfigError(
            f"keep the state in {_name(connection.engine.url)}",
            f"its texts are {found}, and pages hold any letter",
            "Create a database with ENCODING 'UTF8'.",
        )


def microseconds(at: datetime) -> int:
    """A time as it is stored."""
    return int(at.timestamp()) * 1_000_000 + at.microsecond


def row_number(number: int) -> int:
    """The number of a row as a database takes it; for one that no row can have 0, which none has."""
    return number if 0 < number <= GREATEST else 0


def moment(stored: int) -> datetime:
    """A stored time."""
    return datetime.fromtimestamp(stored // 1_000_000, UTC).replace(microsecond=stored % 1_000_000)
