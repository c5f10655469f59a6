"""By which links may anybody open one page, until when, and how often did they? Kept with who made them.

A link ends in a random token, of which a hash is kept: whoever reads the database or a backup opens nothing.
It is never changed. Making and ending one is told in the log of accounts, in the same transaction.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backlit.errors import ShareUnknown, UsageError
from backlit.store.account_log import note
from backlit.store.database import microseconds, moment, writing
from backlit.store.tables import SHARES

__all__ = ["MOST", "Share", "Shares", "end_shares_of"]

#: Links of a home that open something.
MOST = 500


@dataclass(frozen=True, slots=True)
class Share:
    """A page of a target by the name that commands have for it, and its parameters as `name=value&…`.

    `csv` says whether its rows may be taken away as a file, `openings` counts the answers that were given.
    """

    target: str
    page: str
    query: str
    until: datetime
    name: str = ""
    csv: bool = False
    at: datetime | None = None
    who: str = ""
    openings: int = 0
    opened_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None
    id: int = 0

    def opens(self, now: datetime) -> bool:
        """Whether it still opens its page."""
        return self.ended_at is None and now < self.until


class Shares:
    """The links of a home. A `token` is always the hash of one."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add(self, share: Share, token: str, who: str, now: datetime) -> Share:
        """Keep a new link; UsageError where there are too many."""
        values = {
            "token": token, "at": microseconds(now), "who": who, "name": share.name, "target": share.target,
            "page": share.page, "query": share.query, "csv": share.csv, "until": microseconds(share.until),
            "openings": 0,
        }  # fmt: skip
        with writing(self._engine) as connection:
            standing = sa.select(sa.func.count()).select_from(SHARES).where(*_opening(now))
            if connection.execute(standing).scalar_one() >= MOST:
                do = "End some first: `backlit share ls`, `backlit share rm ID`."
                raise UsageError(
                    f"share {share.page} of {share.target}", f"there are {MOST} links already", do
                )
            kept = connection.execute(SHARES.insert().values(values)).inserted_primary_key
            assert kept is not None  # one row was added
            made = replace(share, id=int(kept[0]), at=now, who=who)
            told = {"page": made.page, "query": made.query, "until": f"{made.until:%Y-%m-%d}"}
            note(connection, who, "page shared", _about(made), now, told=told)
            return made

    def of(self, token: str) -> Share | None:
        """The link of a token, whether or not it still opens anything; None where there is none."""
        with self._engine.connect() as connection:
            row = connection.execute(SHARES.select().where(SHARES.c.token == token)).first()
        return None if row is None else _share(row)

    def opened(self, number: int, now: datetime) -> None:
        """Count an opening, where anything can be kept: reading does not fail for it."""
        more = {"openings": SHARES.c.openings + 1, "opened_at": microseconds(now)}
        with suppress(sa.exc.OperationalError), writing(self._engine) as connection:
            connection.execute(SHARES.update().where(SHARES.c.id == number).values(more))

    def end(self, number: int, who: str, now: datetime) -> Share:
        """Let a link open nothing any longer, once; ShareUnknown where there is none of that number."""
        with writing(self._engine) as connection:
            # a longer number than an INTEGER holds is refused by PostgreSQL, not answered with nothing
            mine = SHARES.select().where(SHARES.c.id == number)
            row = connection.execute(mine).first() if 0 < number < 1 << 31 else None
            if row is None:
                asked, do = f"end the link {str(number)[:20]}", "`backlit share ls` lists them."
                raise ShareUnknown(asked, "there is none of that number", do)
            share = _share(row)
            return share if share.ended_at is not None else _ended(connection, [share], who, now)[0]

    def all(self, now: datetime, *, ended: bool = False) -> list[Share]:
        """Those that open something, the newest first; with `ended` also those that did."""
        query = SHARES.select().order_by(SHARES.c.id.desc())
        with self._engine.connect() as connection:
            rows = connection.execute(query if ended else query.where(*_opening(now)))
            return [_share(row) for row in rows]


def end_shares_of(connection: sa.Connection, email: str, who: str, now: datetime) -> None:
    """End the links that somebody made, themselves or by a key of theirs."""
    by = sa.or_(SHARES.c.who == email, SHARES.c.who.startswith(f"{email} by key ", autoescape=True))
    rows = connection.execute(SHARES.select().where(by, *_opening(now)))
    _ended(connection, [_share(row) for row in rows], who, now)


def _ended(connection: sa.Connection, shares: Sequence[Share], who: str, now: datetime) -> list[Share]:
    """End links within a transaction, and tell of each."""
    for share in shares:
        ended = SHARES.update().where(SHARES.c.id == share.id)
        connection.execute(ended.values(ended_at=microseconds(now), ended_by=who))
        note(connection, who, "share ended", _about(share), now)
    return [replace(share, ended_at=now, ended_by=who) for share in shares]


def _about(share: Share) -> str:
    return f"{share.id}, {share.page} of {share.target}"


def _opening(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return SHARES.c.ended_at.is_(None), SHARES.c.until > microseconds(now)


def _share(row: Any) -> Share:
    return Share(
        row.target,
        row.page,
        row.query,
        moment(row.until),
        row.name,
        bool(row.csv),
        moment(row.at),
        row.who,
        row.openings,
        None if row.opened_at is None else moment(row.opened_at),
        None if row.ended_at is None else moment(row.ended_at),
        row.ended_by,
        row.id,
    )
