"""Who has to give a code beside a password, and was the code given before?

Whether a code is right and that it is used up, or that it is wrong and counted, is one transaction: of many
who bring one code at once one gets in. What a second factor changes ends all sessions in the same one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from backlit.errors import SignInNeeded, TriedTooOften, UsageError
from backlit.store.account_log import CHOSEN, counted, last, note
from backlit.store.account_tables import ACCOUNTS, PENDING, RECOVERY_CODES, SECOND_FACTORS, SESSIONS
from backlit.store.accounts import Account, account_of, end_sessions, forget_factor
from backlit.store.database import microseconds, moment, writing

__all__ = [
    "PENDING_FOR",
    "PROVEN",
    "SETTING_UP",
    "Factor",
    "NewSession",
    "Proof",
    "SecondFactors",
    "begin_session",
    "is_on",
    "wait_for_code",
]

#: How long a password that was given waits for its code, and a new secret for its first.
PENDING_FOR, SETTING_UP = timedelta(minutes=5), timedelta(hours=1)
#: Who clicks twice sends a form twice, and sees what the second time brings.
_TWICE = timedelta(seconds=10)
#: Of a million codes three are good at a time: so many wrong ones of a person are taken within a day, from
#: wherever. Only who knows the password comes to try one, so that no stranger keeps somebody out by this.
_MOST_WRONG, _DAY = 30, timedelta(days=1)
_WRONG = "wrong code"
_ON, _OFF, _CODES = "second factor turned on", "second factor turned off", "recovery codes made"
_HALF_IN, _AGAIN = "password given", "password given again"
#: What the log calls tries that did not fail, beside signing in: a password that was right, where a code has
#: to follow, and what took both.
PROVEN = (_HALF_IN, _AGAIN, _ON, _OFF, _CODES)


@dataclass(frozen=True, slots=True)
class Factor:
    """The second factor of an account; `on_at` is None until a code of it was given."""

    secret: str
    at: datetime
    on_at: datetime | None
    #: recovery codes that were not used
    left: int


@dataclass(frozen=True, slots=True)
class Proof:
    """What somebody gave as a code: the time `step` whose code of the `secret` it is, or None; or the hash of
    a recovery code, or None."""

    secret: str
    step: int | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session that is to begin: the hash of its token, whose browser it is, and the session before."""

    token: str
    agent: str
    address: str
    before: str | None = None


def begin_session(connection: sa.Connection, account: Account, session: NewSession, now: datetime) -> None:
    """Begin a session; the one before of the same browser ends."""
    _add_session(connection, account, session, microseconds(now))
    note(connection, account.email, "signed in", account.email, now, address=session.address)


def is_on(connection: sa.Connection, account: int) -> bool:
    """Whether an account has a second factor."""
    mine = sa.select(SECOND_FACTORS.c.account).where(
        SECOND_FACTORS.c.account == account, SECOND_FACTORS.c.on_at.is_not(None)
    )
    return connection.execute(mine).first() is not None


def wait_for_code(
    connection: sa.Connection, account: Account, token: str, now: datetime, address: str
) -> None:
    """Keep that a browser gave the password of an account, and has to give a code."""
    until = microseconds(now + PENDING_FOR)
    values = {"token": token, "account": account.id, "at": microseconds(now), "until": until}
    connection.execute(PENDING.insert().values(values))
    note(connection, account.email, _HALF_IN, account.email, now, address=address)


class SecondFactors:
    """The second factors of a home. A `token` and a recovery code are always the hashes of them."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def of(self, account: int) -> Factor | None:
        """The second factor of an account, which may not be on yet; None where it has none."""
        with self._engine.connect() as connection:
            mine = SECOND_FACTORS.select().where(SECOND_FACTORS.c.account == account)
            row = connection.execute(mine).first()
            return None if row is None else _factor(row, _left(connection, account))

    def on(self) -> frozenset[int]:
        """The accounts that have one."""
        with self._engine.connect() as connection:
            mine = sa.select(SECOND_FACTORS.c.account).where(SECOND_FACTORS.c.on_at.is_not(None))
            return frozenset(connection.execute(mine).scalars())

    def begin(self, account: Account, secret: str, now: datetime) -> None:
        """Keep a secret until a code of it is given, in place of one before; UsageError where one is on."""
        with writing(self._engine) as connection:
            if is_on(connection, account.id):
                found, do = "it is on", "Turn it off first: it asks for a code of now."
                raise UsageError("set up a second factor", found, do)
            forget_factor(connection, account.id)
            values = {"account": account.id, "secret": secret, "at": microseconds(now), "step": 0}
            connection.execute(SECOND_FACTORS.insert().values(values))

    def turn_on(
        self, account: Account, proof: Proof, codes: Sequence[str], session: NewSession, now: datetime
    ) -> bool:
        """Turn on what was begun, whether the code is of it; all sessions end, and a new one begins."""
        with writing(self._engine) as connection:
            if is_on(connection, account.id) or not _is_proven(
                connection, account, proof, now, session.address
            ):
                return False
            mine = SECOND_FACTORS.update().where(SECOND_FACTORS.c.account == account.id)
            connection.execute(mine.values(on_at=microseconds(now)))
            _keep(connection, account, codes, now)
            _renew_session(connection, account, session, now)
            _told(connection, account, _ON, now, session.address)
            return True

    def turn_off(self, account: Account, proof: Proof, session: NewSession, now: datetime) -> bool:
        """Turn one off, whether the code is right; all sessions end, and a new one begins."""
        with writing(self._engine) as connection:
            if not _is_right(connection, account, proof, now, session.address):
                return False
            forget_factor(connection, account.id)
            _renew_session(connection, account, session, now)
            _told(connection, account, _OFF, now, session.address)
            return True

    def renew(
        self, account: Account, proof: Proof, codes: Sequence[str], now: datetime, address: str
    ) -> bool:
        """Keep other recovery codes in place of all before, whether the code is right."""
        with writing(self._engine) as connection:
            if not _is_right(connection, account, proof, now, address):
                return False
            connection.execute(RECOVERY_CODES.delete().where(RECOVERY_CODES.c.account == account.id))
            _keep(connection, account, codes, now)
            _told(connection, account, _CODES, now, address)
            return True

    def prove(self, account: Account, session: int, proof: Proof | None, now: datetime, address: str) -> bool:
        """Keep that whoever has a session gave the password again, whether the code is right where one has
        to follow."""
        with writing(self._engine) as connection:
            if is_on(connection, account.id) and not (
                proof and _is_proven(connection, account, proof, now, address)
            ):
                return False
            mine = SESSIONS.update().where(SESSIONS.c.id == session, SESSIONS.c.account == account.id)
            connection.execute(mine.values(proven_at=microseconds(now)))
            _told(connection, account, _AGAIN, now, address)
            return True

    def take_off(self, account: Account, who: str, now: datetime) -> None:
        """Take off the second factor of somebody who lost it, where they have one; all sessions end."""
        with writing(self._engine) as connection:
            if not is_on(connection, account.id):
                return
            forget_factor(connection, account.id)
            end_sessions(connection, account.id, microseconds(now))
            note(connection, who, "second factor taken off", account.email, now)

    def waiting(self, token: str, now: datetime) -> Account:
        """Who gave their password and has to give a code, or gave it a moment ago; SignInNeeded where nobody
        did, or too long ago."""
        with self._engine.connect() as connection:
            return _waiting(connection, token, now)[0]

    def enter(self, token: str, proof: Proof, session: NewSession, now: datetime) -> bool:
        """Begin the session of a sign-in that waits, whether the code is right; SignInNeeded as `waiting`.

        What began one begins another for a moment, for a form that was sent twice: the same code by the same
        browser, and nothing else.
        """
        with writing(self._engine) as connection:
            account, used_at = _waiting(connection, token, now)
            if used_at is None:
                if not _is_right(connection, account, proof, now, session.address):
                    return False
                used = PENDING.update().where(PENDING.c.token == token)
                connection.execute(used.values(used_at=microseconds(now)))
            elif not _was_used(connection, account, proof, used_at):
                raise _nobody_waits()
            begin_session(connection, account, session, now)
            return True


def _waiting(connection: sa.Connection, token: str, now: datetime) -> tuple[Account, int | None]:
    """Who has to give a code, and when they did, which was a moment ago at most."""
    lately = sa.or_(PENDING.c.used_at.is_(None), PENDING.c.used_at > microseconds(now - _TWICE))
    mine = PENDING.select().where(PENDING.c.token == token, lately, PENDING.c.until > microseconds(now))
    row = connection.execute(mine).first()
    person = ACCOUNTS.select().where(ACCOUNTS.c.removed_at.is_(None))
    whose = None if row is None else connection.execute(person.where(ACCOUNTS.c.id == row.account)).first()
    if row is None or whose is None:
        raise _nobody_waits()
    return account_of(whose), row.used_at


def _nobody_waits() -> SignInNeeded:
    minutes = int(PENDING_FOR.total_seconds()) // 60
    found = f"no password was given here in the last {minutes} minutes"
    return SignInNeeded("sign in with a code", found, "Begin with your password again.")


def _was_used(connection: sa.Connection, account: Account, proof: Proof, at: int) -> bool:
    """Whether a code is the one that was used at a moment, and none was used since."""
    if proof.code is not None:
        mine = RECOVERY_CODES.select().where(
            RECOVERY_CODES.c.account == account.id,
            RECOVERY_CODES.c.code == proof.code,
            RECOVERY_CODES.c.used_at == at,
        )
    else:
        mine = SECOND_FACTORS.select().where(
            SECOND_FACTORS.c.account == account.id, SECOND_FACTORS.c.step == proof.step
        )
    return connection.execute(mine).first() is not None


def _is_right(connection: sa.Connection, account: Account, proof: Proof, now: datetime, address: str) -> bool:
    """Whether a code of a second factor that is on is right; see `_is_proven`."""
    return is_on(connection, account.id) and _is_proven(connection, account, proof, now, address)


def _is_proven(
    connection: sa.Connection, account: Account, proof: Proof, now: datetime, address: str
) -> bool:
    """Whether a code is right, which uses it up; one that is wrong is counted."""
    is_right = False
    if proof.code is not None:
        mine = RECOVERY_CODES.update().where(
            RECOVERY_CODES.c.account == account.id,
            RECOVERY_CODES.c.code == proof.code,
            RECOVERY_CODES.c.used_at.is_(None),
        )
        is_right = connection.execute(mine.values(used_at=microseconds(now))).rowcount == 1
    else:
        _require_few(connection, account, now)
        if proof.step is not None:
            later = SECOND_FACTORS.update().where(
                SECOND_FACTORS.c.account == account.id,
                SECOND_FACTORS.c.secret == proof.secret,
                SECOND_FACTORS.c.step < proof.step,
            )
            is_right = connection.execute(later.values(step=proof.step)).rowcount == 1
    if not is_right:
        _told(connection, account, _WRONG, now, address)
    elif proof.code is not None:
        told = {"left": _left(connection, account.id)}
        note(connection, account.email, "recovery code used", account.email, now, address=address, told=told)
    return is_right


def _require_few(connection: sa.Connection, account: Account, now: datetime) -> None:
    mine = sa.select(SECOND_FACTORS.c.at).where(SECOND_FACTORS.c.account == account.id)
    begun = moment(connection.execute(mine).scalar() or 0)
    chosen = last(connection, CHOSEN, account.email)  # whoever tried before does not know the new one
    since = max(now - _DAY, begun, chosen or begun)
    if counted(connection, _WRONG, since, about=account.email) >= _MOST_WRONG:
        found = f"there were {_MOST_WRONG} wrong codes in a day"
        do = "Use a recovery code, or have an owner make a link, and choose another password."
        raise TriedTooOften("look at that code", found, do, seconds=3600)


def _add_session(connection: sa.Connection, account: Account, session: NewSession, at: int) -> None:
    old = SESSIONS.update().where(SESSIONS.c.token == session.before, SESSIONS.c.ended_at.is_(None))
    connection.execute(old.values(ended_at=at))
    values = {
        "token": session.token, "account": account.id, "at": at, "seen_at": at,
        "agent": session.agent, "address": session.address,
    }  # fmt: skip
    connection.execute(SESSIONS.insert().values(values))


def _renew_session(connection: sa.Connection, account: Account, session: NewSession, now: datetime) -> None:
    end_sessions(connection, account.id, microseconds(now))
    _add_session(connection, account, session, microseconds(now))


def _keep(connection: sa.Connection, account: Account, codes: Sequence[str], now: datetime) -> None:
    rows = [{"code": code, "account": account.id, "at": microseconds(now)} for code in codes]
    connection.execute(RECOVERY_CODES.insert(), rows)


def _told(connection: sa.Connection, account: Account, what: str, now: datetime, address: str) -> None:
    note(connection, account.email, what, account.email, now, address=address)


def _left(connection: sa.Connection, account: int) -> int:
    mine = sa.select(sa.func.count()).select_from(RECOVERY_CODES)
    mine = mine.where(RECOVERY_CODES.c.account == account, RECOVERY_CODES.c.used_at.is_(None))
    return int(connection.execute(mine).scalar_one())


def _factor(row: Any, left: int) -> Factor:
    on_at = None if row.on_at is None else moment(row.on_at)
    return Factor(row.secret, moment(row.at), on_at, left)
