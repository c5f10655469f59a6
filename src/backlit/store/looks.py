"""What did earlier looks say of each link, and which captures wait to be confirmed?

The index holds what pages showed; this holds what was judged.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backlit.store.database import microseconds, moment
from backlit.store.tables import LOOKS

__all__ = ["LookRow", "Looks"]

#: Values of one question; SQLite takes more, and not everywhere.
_AT_ONCE = 500


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
    """The looks of a home."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add(self, rows: Iterable[LookRow]) -> None:
        """Keep looks, in one commit."""
        values = [
            {
                "source_url": row.source_url,
                "target_url": row.target_url,
                "kind": row.kind,
                "at": microseconds(row.at),
                "verdict": row.verdict,
                "held": row.held,
                "told": json.dumps(row.told, ensure_ascii=False, default=str),
            }
            for row in rows
        ]
        if values:
            with self._engine.begin() as connection:
                connection.execute(LOOKS.insert(), values)

    def of_pages(self, urls: Sequence[str]) -> dict[str, list[LookRow]]:
        """All looks at the links of some pages, oldest first, by page."""
        found: dict[str, list[LookRow]] = {}
        with self._engine.connect() as connection:
            for start in range(0, len(urls), _AT_ONCE):
                wanted = LOOKS.c.source_url.in_(urls[start : start + _AT_ONCE])
                for row in connection.execute(LOOKS.select().where(wanted).order_by(LOOKS.c.at, LOOKS.c.id)):
                    found.setdefault(row.source_url, []).append(_row(row))
        return found

    def release(self, held: Iterable[str]) -> None:
        """Captures that wait no longer."""
        with self._engine.begin() as connection:
            for name in held:
                connection.execute(LOOKS.update().where(LOOKS.c.held == name).values(held=None))

    def history(self, source_url: str, limit: int = 100) -> Iterator[LookRow]:
        """The looks at a page's links, newest first."""
        query = LOOKS.select().where(LOOKS.c.source_url == source_url)
        with self._engine.connect() as connection:
            for row in connection.execute(query.order_by(LOOKS.c.at.desc()).limit(limit)):
                yield _row(row)


def _row(row: Any) -> LookRow:
    told = json.loads(row.told)
    return LookRow(row.source_url, row.target_url, row.kind, moment(row.at), row.verdict, told, row.held)
