"""Where does the state of a home live, in which tables, and of which version?

One SQLite database beside the index, whose every commit is on the disk before it counts. Tables only ever
gain columns within a version; a home of a later version is refused, not guessed at.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from backlit.errors import IndexTooNew

__all__ = ["FILE", "LOOKS", "MONITORS", "microseconds", "moment", "opened"]

#: Its name within the home.
FILE = "state.sqlite"
_VERSION = 1

_tables = sa.MetaData()

#: One row per look at a link, never changed afterwards but for `held`.
LOOKS = sa.Table(
    "looks",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("source_url", sa.Text, nullable=False),
    #: the page that the link leads to; empty where a lead has none
    sa.Column("target_url", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    #: all that the verdict rests on, as JSON
    sa.Column("told", sa.Text, nullable=False),
    #: a capture that waits for a second look, by its name in the home
    sa.Column("held", sa.Text),
    sa.Index("looks_of_page", "source_url", "at"),
)

#: One row per page that somebody wants looked at again and again; a removed one stays, with its time.
MONITORS = sa.Table(
    "monitors",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    #: the words and the address that were promised; null where nothing was
    sa.Column("anchor", sa.Text),
    sa.Column("promised_url", sa.Text),
    sa.Column("added_at", sa.BigInteger, nullable=False),
    sa.Column("removed_at", sa.BigInteger),
    sa.Index("monitors_by_page", "url", "target"),
)


@contextmanager
def opened(home: Path) -> Iterator[sa.Engine]:
    """The database of a home, made where there is none; let go of at the end."""
    path = home / FILE
    home.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": 30.0})
    sa.event.listen(engine, "connect", _durable)
    try:
        with engine.begin() as connection:
            version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            if version > _VERSION:
                found = f"it is of version {version}, and this is {_VERSION}"
                raise IndexTooNew(f"read {path}", found, "Use the later Backlit that wrote it.")
            _tables.create_all(connection)
            connection.exec_driver_sql(f"PRAGMA user_version = {_VERSION}")
        yield engine
    finally:
        engine.dispose()


def _durable(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


def microseconds(at: datetime) -> int:
    """A time as it is stored."""
    return int(at.timestamp()) * 1_000_000 + at.microsecond


def moment(stored: int) -> datetime:
    """A stored time."""
    return datetime.fromtimestamp(stored // 1_000_000, UTC).replace(microsecond=stored % 1_000_000)
