"""Who may sign in, with which rights, and by which link does somebody choose a password?

The last owner stays one: without, nobody could let anybody in. Every change is told in the log, within the
transaction that makes it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backlit.errors import AccountUnknown, UsageError
from backlit.store.account_log import CHOSEN, note
from backlit.store.account_tables import (
    ACCOUNTS,
    INVITATIONS,
    KEYS,
    PENDING,
    RECOVERY_CODES,
    SECOND_FACTORS,
    SESSIONS,
)
from backlit.store.database import microseconds, moment, writing
from backlit.store.shares import end_shares_of

__all__ = [
    "CHANGED",
    "ROLES",
    "Account",
    "Accounts",
    "account_of",
    "are_there",
    "end_sessions",
    "forget_factor",
]

#: From the one who may do least.
ROLES = ("viewer", "editor", "owner")
#: What of an account can be changed.
CHANGED = ("name", "role", "projects")


@dataclass(frozen=True, slots=True)
class Account:
    """A person who may sign in. `projects` are short names of projects, None where all data may be seen, as
    of owners; `password` is a hash, None until one was chosen."""

    email: str
    name: str
    role: str
    projects: tuple[str, ...] | None = None
    password: str | None = None
    at: datetime | None = None
    who: str = ""
    removed_at: datetime | None = None
    id: int = 0


def are_there(connection: sa.Connection) -> bool:
    """Whether anybody may sign in: from the first account on, everybody has to."""
    query = sa.select(ACCOUNTS.c.id).where(ACCOUNTS.c.removed_at.is_(None)).limit(1)
    return connection.execute(query).first() is not None


class Accounts:
    """The accounts of a home."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add(self, account: Account, who: str, now: datetime) -> Account:
        """Let somebody in; UsageError where the address has an account, or the first is no owner's."""
        with writing(self._engine) as connection:
            if account.role != "owner" and not are_there(connection):
                found, do = "it would be the only account", "Make that of an owner first: --role owner."
                raise UsageError(f"let {account.email} in as {account.role}", found, do)
            return _added(connection, account, who, now)

    def found(self, token: str, account: Account, now: datetime, address: str) -> Account:
        """Make the first account by its link; AccountUnknown where that is none, or was used."""
        with writing(self._engine) as connection:
            _use(connection, token, None, now)
            if are_there(connection):
                raise _gone()
            return _added(connection, account, account.email, now, address)

    def change(self, email: str, who: str, now: datetime, **values: Any) -> Account:
        """Change an account; nothing happens where nothing is different."""
        assert set(values) <= set(CHANGED)
        with writing(self._engine) as connection:
            account = _one(connection, email)
            told = {n: [getattr(account, n), v] for n, v in values.items() if getattr(account, n) != v}
            if not told:
                return account
            changed = replace(account, **values)
            if account.role == "owner" != changed.role:
                _require_other_owner(connection, account)
            stored = {"name": changed.name, "role": changed.role, "projects": _stored(changed.projects)}
            connection.execute(ACCOUNTS.update().where(ACCOUNTS.c.id == account.id).values(stored))
            if account.role == "owner" != changed.role:
                _end_made(connection, email, microseconds(now))
            if changed.role == "viewer" or changed.projects is not None:
                end_shares_of(connection, email, who, now)
            note(connection, who, "account changed", email, now, told=told)
            return changed

    def remove(self, email: str, who: str, now: datetime) -> Account:
        """Let somebody in no longer: sessions, keys, links and what they shared end. The last owner goes only
        as the last."""
        with writing(self._engine) as connection:
            account = _one(connection, email)
            others = ACCOUNTS.select().where(ACCOUNTS.c.removed_at.is_(None), ACCOUNTS.c.id != account.id)
            if account.role == "owner" and connection.execute(others).first() is not None:
                _require_other_owner(connection, account)
            at = microseconds(now)
            gone = {"removed_at": at, "password": None}
            connection.execute(ACCOUNTS.update().where(ACCOUNTS.c.id == account.id).values(gone))
            _end(connection, account.id, at)
            forget_factor(connection, account.id)  # whoever is let in again by the address has none
            mine = KEYS.update().where(KEYS.c.account == account.id, KEYS.c.ended_at.is_(None))
            connection.execute(mine.values(ended_at=at))
            _end_made(connection, email, at)
            end_shares_of(connection, email, who, now)
            note(connection, who, "account removed", email, now)
            return replace(account, removed_at=now, password=None)

    def one(self, email: str) -> Account:
        """The account of an address; AccountUnknown where there is none."""
        with self._engine.connect() as connection:
            return _one(connection, email)

    def all(self, *, removed: bool = False) -> list[Account]:
        """Those who may sign in, by their addresses; with `removed` also who no longer may."""
        query = ACCOUNTS.select().order_by(ACCOUNTS.c.email)
        if not removed:
            query = query.where(ACCOUNTS.c.removed_at.is_(None))
        with self._engine.connect() as connection:
            return [account_of(row) for row in connection.execute(query)]

    def invite(self, email: str | None, token: str, who: str, now: datetime, until: datetime) -> None:
        """Keep a link by which an account's password is chosen, or, for None, the first account made.

        Links of before end with it.
        """
        with writing(self._engine) as connection:
            account = None if email is None else _one(connection, email).id
            mine = INVITATIONS.c.account.is_(None) if account is None else INVITATIONS.c.account == account
            waiting = INVITATIONS.update().where(mine, INVITATIONS.c.used_at.is_(None))
            connection.execute(waiting.values(used_at=microseconds(now)))
            kept = {"token": token, "account": account, "at": microseconds(now), "until": microseconds(until)}
            connection.execute(INVITATIONS.insert().values(kept))
            if email is not None:
                note(connection, who, "link made", email, now)

    def invited(self, token: str, now: datetime) -> Account | None:
        """Whose password a link is for, None for that of the first account; AccountUnknown for no link."""
        with self._engine.connect() as connection:
            invitation = _invitation(connection, token, now)
            if invitation.account is None:
                if are_there(connection):
                    raise _gone()
                return None
            row = connection.execute(ACCOUNTS.select().where(ACCOUNTS.c.id == invitation.account)).one()
            return account_of(row)

    def choose(self, token: str, password: str, now: datetime, address: str) -> Account:
        """Keep a password that was chosen by a link, which ends; and so do sessions of before."""
        with writing(self._engine) as connection:
            number = _use(connection, token, "account", now)
            row = connection.execute(ACCOUNTS.select().where(ACCOUNTS.c.id == number)).one()
            account = account_of(row)
            _set_password(connection, account, password, account.email, now, address)
            return replace(account, password=password)

    def set_password(self, email: str, password: str, now: datetime, address: str) -> None:
        """Keep another password; all sessions end."""
        with writing(self._engine) as connection:
            _set_password(connection, _one(connection, email), password, email, now, address)


def _added(
    connection: sa.Connection, account: Account, who: str, now: datetime, address: str = ""
) -> Account:
    known = connection.execute(ACCOUNTS.select().where(ACCOUNTS.c.email == account.email)).first()
    if known is not None and known.removed_at is None:
        do = f"Change it (`backlit user edit {account.email}`), or choose another address."
        raise UsageError(f"let {account.email} in", "there is an account of that address", do)
    values = {
        "at": microseconds(now), "who": who, "email": account.email, "name": account.name,
        "role": account.role, "projects": _stored(account.projects), "password": account.password,
        "removed_at": None,
    }  # fmt: skip
    if known is None:
        result = connection.execute(ACCOUNTS.insert().values(values)).inserted_primary_key
        assert result is not None  # one row was added
        number = int(result[0])
    else:
        number = known.id
        connection.execute(ACCOUNTS.update().where(ACCOUNTS.c.id == number).values(values))
    told = {"role": account.role, "projects": account.projects}
    note(connection, who, "account added", account.email, now, address=address, told=told)
    return replace(account, id=number, at=now, who=who)


def _require_other_owner(connection: sa.Connection, account: Account) -> None:
    others = ACCOUNTS.select().where(
        ACCOUNTS.c.removed_at.is_(None),
        ACCOUNTS.c.role == "owner",
        ACCOUNTS.c.id != account.id,
    )
    if connection.execute(others).first() is None:
        found, do = "it is the last owner's, and others would have none", "Make somebody else an owner first."
        raise UsageError(f"take the rights of {account.email}", found, do)


def _one(connection: sa.Connection, email: str) -> Account:
    mine = ACCOUNTS.select().where(ACCOUNTS.c.email == email, ACCOUNTS.c.removed_at.is_(None))
    row = connection.execute(mine).first()
    if row is None:
        asked, do = f"look at the account of {email[:100]!r}", "`backlit user ls` lists them."
        raise AccountUnknown(asked, "there is none of that address", do)
    return account_of(row)


def _invitation(connection: sa.Connection, token: str, now: datetime) -> sa.Row[Any]:
    row = connection.execute(INVITATIONS.select().where(INVITATIONS.c.token == token)).first()
    if row is None or row.used_at is not None or row.until < microseconds(now):
        raise _gone()
    return row


def _use(connection: sa.Connection, token: str, kind: str | None, now: datetime) -> int:
    """Use a link up; the number of its account, 0 for that of the first."""
    row = _invitation(connection, token, now)
    if (row.account is None) != (kind is None):
        raise _gone()
    mine = INVITATIONS.update().where(INVITATIONS.c.id == row.id)
    connection.execute(mine.values(used_at=microseconds(now)))
    return int(row.account or 0)


def _gone() -> AccountUnknown:
    do = "Ask for another: `backlit user link ADDRESS` makes one."
    return AccountUnknown("use that link", "it was used, is too old, or is none of ours", do)


def _set_password(
    connection: sa.Connection, account: Account, password: str, who: str, now: datetime, address: str
) -> None:
    mine = ACCOUNTS.update().where(ACCOUNTS.c.id == account.id)
    connection.execute(mine.values(password=password))
    _end(connection, account.id, microseconds(now))
    note(connection, who, CHOSEN, account.email, now, address=address)


def _end(connection: sa.Connection, account: int, at: int) -> None:
    """End the sessions and the links of an account."""
    end_sessions(connection, account, at)
    links = INVITATIONS.update().where(INVITATIONS.c.account == account, INVITATIONS.c.used_at.is_(None))
    connection.execute(links.values(used_at=at))


def end_sessions(connection: sa.Connection, account: int, at: int) -> None:
    """End the sessions of an account, and the sign-ins that wait for a code."""
    mine = SESSIONS.update().where(SESSIONS.c.account == account, SESSIONS.c.ended_at.is_(None))
    connection.execute(mine.values(ended_at=at))
    connection.execute(PENDING.delete().where(PENDING.c.account == account))


def forget_factor(connection: sa.Connection, account: int) -> None:
    """Keep nothing of a second factor of an account."""
    connection.execute(SECOND_FACTORS.delete().where(SECOND_FACTORS.c.account == account))
    connection.execute(RECOVERY_CODES.delete().where(RECOVERY_CODES.c.account == account))


def _end_made(connection: sa.Connection, email: str, at: int) -> None:
    """End the keys of nobody that an owner made: they have its secrets, and may do what an owner may."""
    by = sa.or_(KEYS.c.who == email, KEYS.c.who.startswith(f"{email} by key ", autoescape=True))
    made = KEYS.update().where(KEYS.c.account.is_(None), by, KEYS.c.ended_at.is_(None))
    connection.execute(made.values(ended_at=at))


def _stored(projects: tuple[str, ...] | None) -> str | None:
    return None if projects is None else json.dumps(projects, ensure_ascii=True)


def account_of(row: Any) -> Account:
    """An account from its row."""
    names: Mapping[str, Any] = row._mapping
    projects = names["projects"]
    return Account(
        names["email"],
        names["name"],
        names["role"],
        None if projects is None else tuple(json.loads(projects)),
        names["password"],
        moment(names["at"]),
        names["who"],
        None if names["removed_at"] is None else moment(names["removed_at"]),
        names["id"],
    )
