"""Which answers of pages are kept, and by what can their servers be asked whether they still hold?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from backlit.store.database import microseconds, moment, writing
from backlit.store.tables import ANSWERS

__all__ = ["AnswerRow", "Answers"]

#: Values of one question.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """The last whole answer of a page: its validators, when its body came, and where its record lies."""

    url: str
    etag: str | None
    modified: str | None
    at: datetime
    file: str
    offset: int
    length: int


class Answers:
    """The answers of a home: one at most for each page."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def of_pages(self, urls: Sequence[str]) -> dict[str, AnswerRow]:
        """What is known of some pages, by page."""
        found = {}
        with self._engine.connect() as connection:
            for start in range(0, len(urls), _AT_ONCE):
                wanted = ANSWERS.c.url.in_(urls[start : start + _AT_ONCE])
                for row in connection.execute(ANSWERS.select().where(wanted).order_by(ANSWERS.c.id)):
                    found[row.url] = AnswerRow(
                        row.url, row.etag, row.modified, moment(row.at), row.file, row.offset, row.length
                    )
        return found

    def keep(self, rows: Iterable[AnswerRow], *, forget: Iterable[str] = ()) -> None:
        """Take the place of what was known of these pages, and let go of that of others, in one commit."""
        new = {row.url: row for row in rows}
        gone = list(dict.fromkeys((*new, *forget)))
        if not gone:
            return
        with writing(self._engine) as connection:
            for start in range(0, len(gone), _AT_ONCE):
                connection.execute(ANSWERS.delete().where(ANSWERS.c.url.in_(gone[start : start + _AT_ONCE])))
            values = [
                {
                    "url": row.url,
                    "etag": row.etag,
                    "modified": row.modified,
                    "at": microseconds(row.at),
                    "file": row.file,
                    "offset": row.offset,
                    "length": row.length,
                }
                for row in new.values()
            ]
            if values:
                connection.execute(ANSWERS.insert(), values)
