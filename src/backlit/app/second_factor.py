"""How does somebody turn a second factor on, sign in with a code, and turn it off? By time-based one-time
passwords; each change takes the password and a code, and is told in the log.

What is wrong is told in one way, whether the password was or the code.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from backlit.app.accounts import token_hash
from backlit.app.answer import Answer
from backlit.app.clock import Clock, now
from backlit.app.codes import Random, new_recovery_code, new_secret, plain, step_that_fits
from backlit.app.entrance import Entry, count_try, network_of, new_session
from backlit.app.passwords import is_password
from backlit.errors import AccessError, SignInNeeded, UsageError
from backlit.store.accounts import Account, Accounts
from backlit.store.database import opened
from backlit.store.place import has_state
from backlit.store.second_factors import SETTING_UP, Factor, Proof, SecondFactors

__all__ = [
    "Given",
    "begin_factor",
    "enter_code",
    "factor_begun",
    "is_code_waited_for",
    "prove",
    "renew_recovery_codes",
    "turn_off_factor",
    "turn_on_factor",
]

_CODES = 10


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody gave to prove who they are, by which browser, and `before`, the token of its session."""

    password: str = ""
    code: str = ""
    agent: str = ""
    address: str = ""
    before: str | None = None


def begin_factor(
    home: Path, email: str, *, random: Random = secrets.token_bytes, clock: Clock = now
) -> Answer:
    """Begin to set up a second factor: its `secret`, which is good for an hour until a code of it is given.

    UsageError where one is on.
    """
    secret = new_secret(random)
    with opened(home) as engine:
        SecondFactors(engine).begin(Accounts(engine).one(email), secret, clock())
    return Answer({"secret": secret}, {"email": email})


def factor_begun(home: Path, email: str, *, clock: Clock = now) -> str | None:
    """The secret that waits for its first code; None where there is none, or it waited too long."""
    with opened(home) as engine:
        factor = SecondFactors(engine).of(Accounts(engine).one(email).id)
    is_begun = factor is not None and factor.on_at is None and clock() - factor.at < SETTING_UP
    return factor.secret if factor is not None and is_begun else None


def turn_on_factor(
    home: Path, email: str, given: Given, *, random: Random = secrets.token_bytes, clock: Clock = now
) -> tuple[list[str], Entry]:
    """Turn on what was begun: recovery codes, shown this once, and the session that goes on; others end.

    AccessError where password or code is wrong, UsageError where nothing was begun, TriedTooOften as signing
    in has it.
    """
    asked = "turn on a second factor"
    with opened(home) as engine:
        account, factor = _known(engine, asked, email, given, clock)
        if factor is None or factor.on_at is not None or clock() - factor.at >= SETTING_UP:
            raise UsageError(asked, "nothing was set up within an hour", "Begin anew.")
        codes = _new_codes(random)
        token, session = new_session(given.agent, network_of(given.address), given.before)
        proof = Proof(factor.secret, step_that_fits(factor.secret, plain(given.code), clock()))
        if not SecondFactors(engine).turn_on(account, proof, _hashes(codes), session, clock()):
            raise _wrong(asked)
    return codes, Entry(token)


def turn_off_factor(home: Path, email: str, given: Given, *, clock: Clock = now) -> Entry:
    """Turn a second factor off: the session that goes on; others end. Errors as of `turn_on_factor`."""
    asked = "turn off the second factor"
    with opened(home) as engine:
        account, factor = _known(engine, asked, email, given, clock)
        token, session = new_session(given.agent, network_of(given.address), given.before)
        proof = _proof(factor, given.code, clock)
        if proof is None or not SecondFactors(engine).turn_off(account, proof, session, clock()):
            raise _wrong(asked)
    return Entry(token)


def renew_recovery_codes(
    home: Path, email: str, given: Given, *, random: Random = secrets.token_bytes, clock: Clock = now
) -> list[str]:
    """Other recovery codes, shown this once; those of before end. Errors as of `turn_on_factor`."""
    asked = "make recovery codes"
    with opened(home) as engine:
        account, factor = _known(engine, asked, email, given, clock)
        codes, proof = _new_codes(random), _proof(factor, given.code, clock)
        here = network_of(given.address)
        if proof is None or not SecondFactors(engine).renew(account, proof, _hashes(codes), clock(), here):
            raise _wrong(asked)
    return codes


def prove(home: Path, email: str, session: int, given: Given, *, clock: Clock = now) -> None:
    """Have whoever holds a session show that it is theirs, by all that signing in takes; it counts for a
    while (see `Standing.is_proven`).

    AccessError where password or code is wrong, TriedTooOften as signing in has it.
    """
    asked = "see that it is you"
    with opened(home) as engine:
        account, factor = _known(engine, asked, email, given, clock)
        proof, here = _proof(factor, given.code, clock), network_of(given.address)
        if not SecondFactors(engine).prove(account, session, proof, clock(), here):
            raise _wrong(asked)


def is_code_waited_for(home: Path, token: str, clock: Clock = now) -> bool:
    """Whether a browser gave a password, and a code has to follow."""
    if not has_state(home):
        return False
    with opened(home) as engine:
        try:
            SecondFactors(engine).waiting(token_hash(token), clock())
        except SignInNeeded:
            return False
    return True


def enter_code(home: Path, token: str, given: Given, *, clock: Clock = now) -> Entry:
    """Begin the session of a sign-in that waits for a code, by one of now or a recovery code.

    SignInNeeded where no password was given within five minutes, AccessError where the code is wrong or was
    used, TriedTooOften where tries failed as often as `sign_in` allows, or thirty codes within a day.
    """
    asked = "sign in with a code"
    if not has_state(home):
        raise SignInNeeded(asked, "there are no accounts here", "`backlit user add ADDRESS --role owner`")
    with opened(home) as engine:
        factors, waiting = SecondFactors(engine), token_hash(token)
        account = factors.waiting(waiting, clock())
        here = network_of(given.address)
        count_try(engine, asked, account.email, here, clock())
        proof = _proof(factors.of(account.id), given.code, clock)
        entered, session = new_session(given.agent, here, given.before)
        if proof is None or not factors.enter(waiting, proof, session, clock()):
            do = "Wait for the next one, or use a recovery code; see that the clock of your phone is right."
            raise AccessError(asked, "that code is not of now, or was used", do)
    return Entry(entered)


def _known(
    engine: sa.Engine, asked: str, email: str, given: Given, clock: Clock
) -> tuple[Account, Factor | None]:
    """The account of who gave its password, and its second factor; a try is counted before."""
    account = Accounts(engine).one(email)
    count_try(engine, asked, email, network_of(given.address), clock())
    if not is_password(account.password, given.password):
        raise _wrong(asked)
    return account, SecondFactors(engine).of(account.id)


def _proof(factor: Factor | None, code: str, clock: Clock) -> Proof | None:
    """What a code may be: of six digits one of now, else a recovery code."""
    if factor is None or factor.on_at is None:
        return None
    said = plain(code)
    if said.isascii() and said.isdigit() and len(said) == 6:
        return Proof(factor.secret, step=step_that_fits(factor.secret, said, clock()))
    return Proof(factor.secret, code=token_hash(said))


def _new_codes(random: Random) -> list[str]:
    return [new_recovery_code(random) for _ in range(_CODES)]


def _hashes(codes: Sequence[str]) -> list[str]:
    return [token_hash(plain(code)) for code in codes]


def _wrong(asked: str) -> AccessError:
    found = "the password is another, or the code is not of now or was used"
    return AccessError(asked, found, "Try again with the next code.")
