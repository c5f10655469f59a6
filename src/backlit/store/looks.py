"""What did earlier looks say of each link, and which captures wait to be confirmed?

The index holds what pages showed; this holds what was judged: one row per look at a link, never changed
afterwards. It lives in the home as an SQLite database, whose every commit is on the disk before it counts.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from backlit.errors import IndexTooNew

__all__ = ["FILE", "LookRow", "Looks", "opened"]

#: Its name within the home.
FILE = "looks.sqlite"
_VERSION = 1

_tables = sa.MetaData()
_looks = sa.Table(
    "looks",
    _tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("source_url", sa.Text, nullable=False),
    #: the page that the link leads to, or the target of a lead
    sa.Column("target_url", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("told", sa.Text, nullable=False),
    #: a capture that waits for a second look, by its name in the home
    sa.Column("held", sa.Text),
    sa.Index("looks_of_page", "source_url", "at"),
)


@dataclass(frozen=True, slots=True)
class LookRow:
    """One look at one link: when, what was said, and all that it rests on."""

    source_url: str
    target_url: str
    kind: str
    at: datetime
    verdict: str
    told: dict[str, Any]
    held: str | None = None


class Looks:
    """The looks of a home. One process writes at a time; readers do not wait."""

    def __init__(self, home: Path) -> None:
        self._path = home / FILE
        self._engine = sa.create_engine(f"sqlite:///{self._path}", connect_args={"timeout": 30.0})
        sa.event.listen(self._engine, "connect", _durable)
        with self._engine.begin() as connection:
            version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            if version > _VERSION:
                raise IndexTooNew(
                    f"read {self._path}", f"it is of version {version}, and this is {_VERSION}",
                    "Use the later Backlit that wrote it.",
                )  # fmt: skip
            _tables.create_all(connection)
            connection.exec_driver_sql(f"PRAGMA user_version = {_VERSION}")

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def add(self, rows: Iterable[LookRow]) -> None:
        """Keep looks, in one commit."""
        values = [
            {
                "source_url": row.source_url, "target_url": row.target_url, "kind": row.kind,
                "at": _microseconds(row.at), "verdict": row.verdict, "held": row.held,
                "told": json.dumps(row.told, ensure_ascii=False, default=str),
            }
            for row in rows
        ]  # fmt: skip
        if values:
            with self._engine.begin() as connection:
                connection.execute(_looks.insert(), values)

    def of_pages(self, urls: Sequence[str]) -> dict[str, list[LookRow]]:
        """All looks at the links of some pages, oldest first, by page."""
        found: dict[str, list[LookRow]] = {}
        with self._engine.connect() as connection:
            for start in range(0, len(urls), 500):
                wanted = _looks.c.source_url.in_(urls[start : start + 500])
                query = sa.select(_looks).where(wanted).order_by(_looks.c.at, _looks.c.id)
                for row in connection.execute(query):
                    found.setdefault(row.source_url, []).append(_row(row))
        return found

    def release(self, held: Iterable[str]) -> None:
        """Captures that wait no longer."""
        with self._engine.begin() as connection:
            for name in held:
                connection.execute(_looks.update().where(_looks.c.held == name).values(held=None))

    def history(self, source_url: str, limit: int = 100) -> Iterator[LookRow]:
        """The looks at a page's links, newest first."""
        query = _looks.select().where(_looks.c.source_url == source_url)
        with self._engine.connect() as connection:
            for row in connection.execute(query.order_by(_looks.c.at.desc()).limit(limit)):
                yield _row(row)


@contextmanager
def opened(home: Path) -> Iterator[Looks]:
    """The looks of a home, closed at the end."""
    looks = Looks(home)
    try:
        yield looks
    finally:
        looks.close()


def _durable(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")


def _row(row: Any) -> LookRow:
    at = datetime.fromtimestamp(row.at // 1_000_000, UTC).replace(microsecond=row.at % 1_000_000)
    return LookRow(row.source_url, row.target_url, row.kind, at, row.verdict, json.loads(row.told), row.held)


def _microseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000_000 + moment.microsecond
