"""By what does a request say whose it is? Sessions of browsers and keys of programs, as long as they last.

Who asks brings a token; what is kept of it is a hash, so that whoever reads the database cannot come in.
"""

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from backlit.errors import AccessError, AccountUnknown
from backlit.store.account_log import note
from backlit.store.account_tables import ACCOUNTS, KEYS, PENDING, SESSIONS
from backlit.store.accounts import Account, account_of
from backlit.store.database import microseconds, moment, writing
from backlit.store.second_factors import NewSession, begin_session, is_on, wait_for_code

__all__ = ["IDLE", "LONGEST", "SCOPES", "Key", "Passes", "Session"]

#: From the one that lets do least.
SCOPES = ("read", "decide", "write", "admin")
#: A session ends when it was not used for so long, and at the latest.
IDLE, LONGEST = timedelta(days=7), timedelta(days=30)
#: How exactly it is kept when a session, and a key, was used last.
_SEEN, _USED = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that somebody signed in with."""

    id: int
    account: int
    at: datetime
    seen_at: datetime
    agent: str
    address: str
    #: when it was last shown whose it is, by all that signing in takes
    proven_at: datetime


@dataclass(frozen=True, slots=True)
class Key:
    """What lets a program in. `account` is whose it is, None for one that was made on this machine;
    `projects` are short names, None for all that its account may see."""

    id: str
    name: str
    scope: str
    until: datetime
    account: str | None = None
    projects: tuple[str, ...] | None = None
    who: str = ""
    at: datetime | None = None
    used_at: datetime | None = None
    ended_at: datetime | None = None


class Passes:
    """The sessions and keys of a home. A `token` is always the hash of one."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def sign_in(
        self,
        account: Account,
        token: str,
        now: datetime,
        agent: str,
        address: str,
        before: str | None = None,
    ) -> bool:
        """Begin a session, whether one began: where a second factor is on, the token waits for a code.

        The session `before` of the same browser ends with a new one. AccessError where the account has
        another password by now, or is removed: what ended its sessions ends this one before it begins.
        """
        session = NewSession(token, agent, address, before)
        with writing(self._engine) as connection:
            _require_same(connection, account)
            if is_on(connection, account.id):
                wait_for_code(connection, account, token, now, address)
                return False
            begin_session(connection, account, session, now)
            return True

    def of_session(self, token: str, now: datetime) -> tuple[Session, Account] | None:
        """The session of a token and whose it is; None where it ended."""
        with self._engine.connect() as connection:
            mine = _lasting(now).where(SESSIONS.c.token == token)
            row = connection.execute(mine).first()
            person = ACCOUNTS.select().where(ACCOUNTS.c.removed_at.is_(None))
            whose = (
                None
                if row is None
                else connection.execute(person.where(ACCOUNTS.c.id == row.account)).first()
            )
        if row is None or whose is None:
            return None
        if now - moment(row.seen_at) > _SEEN:
            self._kept(SESSIONS.update().where(SESSIONS.c.id == row.id).values(seen_at=microseconds(now)))
        return _session(row), account_of(whose)

    def sessions(self, account: int, now: datetime) -> list[Session]:
        """The sessions of an account that last, the one that was used last first."""
        mine = _lasting(now).where(SESSIONS.c.account == account).order_by(SESSIONS.c.seen_at.desc())
        with self._engine.connect() as connection:
            return [_session(row) for row in connection.execute(mine)]

    def sign_out(self, account: Account, session: int | None, now: datetime, address: str) -> None:
        """End a session of an account, or for None all of them, and the sign-ins that wait for a code."""
        mine = SESSIONS.update().where(SESSIONS.c.account == account.id, SESSIONS.c.ended_at.is_(None))
        if session is not None:
            mine = mine.where(SESSIONS.c.id == session)
        with writing(self._engine) as connection:
            connection.execute(mine.values(ended_at=microseconds(now)))
            if session is None:
                connection.execute(PENDING.delete().where(PENDING.c.account == account.id))
            what = "signed out" if session is not None else "signed out everywhere"
            note(connection, account.email, what, account.email, now, address=address)

    def add_key(self, key: Key, token: str, account: int | None, who: str, now: datetime) -> Key:
        """Keep a new key."""
        values = {
            "id": key.id, "token": token, "at": microseconds(now), "who": who, "account": account,
            "name": key.name, "scope": key.scope, "until": microseconds(key.until),
            "projects": None if key.projects is None else json.dumps(key.projects, ensure_ascii=True),
        }  # fmt: skip
        with writing(self._engine) as connection:
            connection.execute(KEYS.insert().values(values))
            told = {"name": key.name, "scope": key.scope, "projects": key.projects}
            note(connection, who, "key made", key.id, now, told=told)
        return replace(key, at=now, who=who)

    def of_key(self, number: str, now: datetime) -> tuple[Key, str, Account | None] | None:
        """A key that lasts, the hash of its token, and whose it is; None where there is none."""
        with self._engine.connect() as connection:
            mine = _keys().where(KEYS.c.id == _plain(number), KEYS.c.ended_at.is_(None))
            row = connection.execute(mine).first()
            if row is None or row.until < microseconds(now):
                return None
            person = ACCOUNTS.select().where(ACCOUNTS.c.id == row.account, ACCOUNTS.c.removed_at.is_(None))
            whose = None if row.account is None else connection.execute(person).first()
        if row.account is not None and whose is None:
            return None
        return _key(row), row.token, None if whose is None else account_of(whose)

    def used(self, key: Key, now: datetime) -> None:
        """Keep that a key was used, to the hour."""
        if key.used_at is not None and now - key.used_at < _USED:
            return
        self._kept(KEYS.update().where(KEYS.c.id == key.id).values(used_at=microseconds(now)))

    def _kept(self, use: sa.Update) -> None:
        """Keep when something was used last, where anything can be kept: reading does not fail for it."""
        with suppress(sa.exc.OperationalError), writing(self._engine) as connection:
            connection.execute(use)

    def keys(self, account: int | None = None, *, ended: bool = False) -> list[Key]:
        """The keys of an account, or of all, the newest first; with `ended` also those that let nobody in."""
        query = _keys().order_by(KEYS.c.at.desc(), KEYS.c.id)
        if account is not None:
            query = query.where(KEYS.c.account == account)
        if not ended:
            query = query.where(KEYS.c.ended_at.is_(None))
        with self._engine.connect() as connection:
            return [_key(row) for row in connection.execute(query)]

    def end_key(self, number: str, who: str, now: datetime, *, account: int | None = None) -> Key:
        """Let nobody in by a key any longer; AccountUnknown where there is none, or it is another's."""
        with writing(self._engine) as connection:
            mine = _keys().where(KEYS.c.id == _plain(number))
            row = connection.execute(
                mine if account is None else mine.where(KEYS.c.account == account)
            ).first()
            if row is None:
                do = "`backlit key ls` lists them."
                raise AccountUnknown(f"end the key {number[:40]!r}", "there is no such key", do)
            if row.ended_at is None:
                ended = KEYS.update().where(KEYS.c.id == number)
                connection.execute(ended.values(ended_at=microseconds(now)))
                note(connection, who, "key ended", number, now)
            return replace(_key(row), ended_at=now if row.ended_at is None else moment(row.ended_at))


def _require_same(connection: sa.Connection, account: Account) -> None:
    mine = sa.select(ACCOUNTS.c.password).where(ACCOUNTS.c.id == account.id, ACCOUNTS.c.removed_at.is_(None))
    row = connection.execute(mine).first()
    if row is None or row.password != account.password:
        raise AccessError("sign in", "the password was changed meanwhile", "Sign in with the new one.")


def _plain(number: str) -> str:
    """The id of a key as databases take it: PostgreSQL refuses NUL in any text."""
    return number if number.isascii() and number.isalnum() else ""


def _lasting(now: datetime) -> sa.Select[Any]:
    return SESSIONS.select().where(
        SESSIONS.c.ended_at.is_(None),
        SESSIONS.c.seen_at > microseconds(now - IDLE),
        SESSIONS.c.at > microseconds(now - LONGEST),
    )


def _keys() -> sa.Select[Any]:
    return sa.select(KEYS, ACCOUNTS.c.email).select_from(
        KEYS.outerjoin(ACCOUNTS, KEYS.c.account == ACCOUNTS.c.id)
    )


def _session(row: Any) -> Session:
    begun, seen, proven = (moment(each) for each in (row.at, row.seen_at, row.proven_at or row.at))
    return Session(row.id, row.account, begun, seen, row.agent, row.address, proven)


def _key(row: Any) -> Key:
    return Key(
        row.id,
        row.name,
        row.scope,
        moment(row.until),
        row.email,
        None if row.projects is None else tuple(json.loads(row.projects)),
        row.who,
        moment(row.at),
        None if row.used_at is None else moment(row.used_at),
        None if row.ended_at is None else moment(row.ended_at),
    )
