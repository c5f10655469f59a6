"""Who may use this home over the network, and with which rights? Accounts of people and keys of programs.

Without an account there is nothing to sign in to: whoever is on this machine may do all, and others, where
the server lets them reach it, may read. From the first account on, everybody has to say who they are.
"""

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from backlit.app.acting import user
from backlit.app.answer import Answer, Row
from backlit.app.clock import Clock, now
from backlit.errors import AccountUnknown, ProjectUnknown, UsageError
from backlit.prospect.outreach_words import clean
from backlit.store.account_log import logged
from backlit.store.accounts import ROLES, Account, Accounts
from backlit.store.database import opened
from backlit.store.passes import SCOPES, Key, Passes
from backlit.store.place import has_state
from backlit.store.projects import Projects
from backlit.store.second_factors import SecondFactors

__all__ = [
    "account_row",
    "key_add",
    "key_ls",
    "key_rm",
    "key_row",
    "mail_of",
    "token_hash",
    "user_add",
    "user_edit",
    "user_link",
    "user_log",
    "user_ls",
    "user_rm",
]

#: How long a link to choose a password is good, and a key at most and unless somebody says.
LINK_DAYS, KEY_DAYS, MOST_DAYS = 7, 90, 730
#: In characters; an address by RFC 5321.
_EMAIL, _NAME = 254, 80
_address = re.compile(r"[^@\s\x00-\x1f\x7f\"<>(),;:\\]{1,64}@[^@\s\x00-\x1f\x7f\"<>(),;:\\]{1,190}")


def token_hash(token: str) -> str:
    """What is kept of a random token."""
    return hashlib.sha256(token.encode()).hexdigest()


def mail_of(asked: str, email: str) -> str:
    """An address of mail as accounts are named by; UsageError where it is none."""
    said = email.strip().lower()
    if len(said) > _EMAIL or not _address.fullmatch(said):
        raise UsageError(asked, f"{said[:60]!r} is no address of mail", "Write it as ann@example.com.")
    return said


def name_of(asked: str, name: str | None, email: str) -> str:
    """What somebody is called, without anything that does not show."""
    said = clean(name or "", _NAME * 4)
    if len(said) > _NAME:
        raise UsageError(asked, f"the name has {len(said)} characters", f"{_NAME} at most.")
    return said or email.partition("@")[0]


# people ---------------------------------------------------------------------------


def user_add(
    home: Path,
    email: str,
    *,
    role: str = "viewer",
    projects: Sequence[str] = (),
    name: str | None = None,
    who: str | None = None,
    clock: Clock = now,
) -> Answer:
    """Let somebody in: `link` is where they choose their password, within seven days.

    `role` is viewer, editor or owner; with `projects` they see only those. UsageError where the address has
    an account, or the first is not an owner's.
    """
    asked = "add an account"
    mail, by, at = mail_of(asked, email), who or user(), clock()
    with opened(home) as engine:
        seen = _projects(asked, engine, projects)
        account = Account(mail, name_of(asked, name, mail), _role(asked, role, seen), seen)
        accounts = Accounts(engine)
        kept = accounts.add(account, by, at)
        return Answer(
            account_row(kept, factor=False) | {"link": _link(accounts, mail, by, clock)}, {"email": mail}
        )


def user_edit(
    home: Path,
    email: str,
    *,
    role: str | None = None,
    projects: Sequence[str] | None = None,
    name: str | None = None,
    second_factor: bool | None = None,
    who: str | None = None,
    clock: Clock = now,
) -> Answer:
    """Change what somebody may do; what is None stays, and no projects are all data.

    `second_factor` False takes it off for somebody who lost it, who is signed out everywhere; UsageError for
    one's own, and for True: only they can turn it on.
    """
    asked = "change an account"
    mail, by = mail_of(asked, email), who or user()
    _require_of_another(second_factor, mail, by)
    with _there(home, mail) as engine:
        accounts = Accounts(engine)
        before = accounts.one(mail)
        seen = before.projects if projects is None else _projects(asked, engine, projects)
        given: dict[str, Any] = {"projects": seen, "role": _role(asked, role or before.role, seen)}
        if name is not None:
            given["name"] = name_of(asked, name, mail)
        kept = accounts.change(mail, by, clock(), **given)
        if second_factor is False:
            SecondFactors(engine).take_off(kept, by, clock())
        return Answer(_row(engine, kept), {"email": mail})


def user_link(home: Path, email: str, *, who: str | None = None, clock: Clock = now) -> Answer:
    """Make a link by which somebody chooses a password anew; one of before is good no longer."""
    mail = mail_of("make a link", email)
    with _there(home, mail) as engine:
        accounts = Accounts(engine)
        return Answer(
            _row(engine, accounts.one(mail)) | {"link": _link(accounts, mail, who or user(), clock)},
            {"email": mail},
        )


def user_rm(home: Path, email: str, *, who: str | None = None, clock: Clock = now) -> Answer:
    """Let somebody in no longer: sessions and keys end at once."""
    mail = mail_of("remove an account", email)
    with _there(home, mail) as engine:
        gone = Accounts(engine).remove(mail, who or user(), clock())
    return Answer(account_row(gone, factor=False), {"email": mail})


def user_ls(home: Path) -> Answer:
    """Who may sign in, by their addresses."""
    if not has_state(home):
        return Answer([], {}, total=0)
    with opened(home) as engine:
        on = SecondFactors(engine).on()
        rows = [account_row(each, factor=each.id in on) for each in Accounts(engine).all()]
    return Answer(rows, {}, total=len(rows))


def user_log(home: Path, *, limit: int = 100) -> Answer:
    """Who signed in or tried to, whose rights changed, and what was taken out, the newest first."""
    if not has_state(home):
        return Answer([], {}, total=0)
    with opened(home) as engine, engine.connect() as connection:
        rows = [
            {
                "id": event.id, "at": event.at, "who": event.who, "what": event.what, "about": event.about,
                "address": event.address or None, "told": dict(event.told),
            }
            for event in logged(connection, max(1, min(limit, 10_000)))
        ]  # fmt: skip
    return Answer(rows, {"limit": limit})


def account_row(account: Account, *, factor: bool) -> Row:
    """An account as faces print it, and whether it has a second factor: no secret is in it."""
    return {
        "email": account.email,
        "name": account.name,
        "role": account.role,
        "projects": None if account.projects is None else list(account.projects),
        "added_at": account.at,
        "added_by": account.who,
        "may_sign_in": account.password is not None and account.removed_at is None,
        "second_factor": factor,
        "removed_at": account.removed_at,
    }


def _row(engine: Any, account: Account) -> Row:
    return account_row(account, factor=account.id in SecondFactors(engine).on())


def _require_of_another(second_factor: bool | None, mail: str, who: str) -> None:
    """A second factor is turned on and off by whose it is, with a code: who has a session of an owner, or one
    of their keys, does not get past that owner's."""
    asked = "change a second factor"
    if second_factor:
        raise UsageError(asked, "only who has it can turn it on", "They do, on their account's page.")
    if second_factor is False and (who == mail or who.startswith(f"{mail} by key ")):
        do = "Turn it off on your account's page, with a code; or another owner takes it off."
        raise UsageError(asked, "it is your own", do)


# programs ---------------------------------------------------------------------------


def key_add(
    home: Path,
    name: str,
    *,
    scope: str = "read",
    projects: Sequence[str] = (),
    days: int = KEY_DAYS,
    account: str | None = None,
    who: str | None = None,
    clock: Clock = now,
) -> Answer:
    """Make a key for a program: `token` is shown this once.

    `scope` is read, decide, write or admin. A key of an `account` may never do more than that account may,
    and ends with it. UsageError for a scope that there is not, or more days than two years.
    """
    asked = "make a key"
    said, at = clean(name, _NAME * 4), clock()
    if not 0 < len(said) <= _NAME:
        raise UsageError(asked, f"its name has {len(said)} characters", f"Call it something of 1 to {_NAME}.")
    if scope not in SCOPES:
        raise UsageError(asked, f"{scope[:20]!r} is no scope", f"Choose {', '.join(SCOPES)}.")
    if not 0 < days <= MOST_DAYS:
        raise UsageError(asked, f"it would be good for {days} days", f"Choose 1 to {MOST_DAYS}.")
    with opened(home) as engine:
        whose = None if account is None else Accounts(engine).one(mail_of(asked, account))
        number, seen = secrets.token_hex(6), _projects(asked, engine, projects)
        token = f"backlit_{number}_{secrets.token_urlsafe(32)}"
        mail, person = (None, None) if whose is None else (whose.email, whose.id)
        key = Key(number, said, scope, at + timedelta(days=days), mail, seen)
        kept = Passes(engine).add_key(key, token_hash(token), person, who or user(), at)
    return Answer(key_row(kept) | {"token": token}, {"name": said})


def key_ls(home: Path, *, account: str | None = None) -> Answer:
    """The keys that let programs in, the newest first; with `account` those of somebody."""
    if not has_state(home):
        return Answer([], {}, total=0)
    with opened(home) as engine:
        whose = None if account is None else Accounts(engine).one(mail_of("list keys", account)).id
        rows = [key_row(each) for each in Passes(engine).keys(whose)]
    return Answer(rows, {"account": account}, total=len(rows))


def key_rm(
    home: Path, number: str, *, account: str | None = None, who: str | None = None, clock: Clock = now
) -> Answer:
    """Let nobody in by a key any longer; with `account` only where it is theirs."""
    if not has_state(home):
        raise AccountUnknown(f"end the key {number[:40]!r}", "there are no keys here", "`backlit key ls`")
    with opened(home) as engine:
        whose = None if account is None else Accounts(engine).one(mail_of("end a key", account)).id
        kept = Passes(engine).end_key(number, who or user(), clock(), account=whose)
    return Answer(key_row(kept), {"key": number})


def key_row(key: Key) -> Row:
    """A key as faces print it: what opens anything is not in it."""
    return {
        "id": key.id,
        "name": key.name,
        "scope": key.scope,
        "account": key.account,
        "projects": None if key.projects is None else list(key.projects),
        "made_at": key.at,
        "made_by": key.who,
        "used_at": key.used_at,
        "until": key.until,
        "ended_at": key.ended_at,
    }


# what was given -----------------------------------------------------------------------


def _link(accounts: Accounts, email: str, who: str, clock: Clock) -> str:
    token, at = secrets.token_urlsafe(32), clock()
    accounts.invite(email, token_hash(token), who, at, at + timedelta(days=LINK_DAYS))
    return f"/welcome/{token}"


def _there(home: Path, email: str) -> Any:
    """The database of a home; where nothing was ever kept, there is no account, and none is made."""
    if not has_state(home):
        asked, do = (
            f"look at the account of {email}",
            "`backlit user add ADDRESS --role owner` makes the first.",
        )
        raise AccountUnknown(asked, "there are no accounts here", do)
    return opened(home)


def _role(asked: str, role: str, projects: tuple[str, ...] | None) -> str:
    said = role.strip().lower()
    if said not in ROLES:
        raise UsageError(asked, f"{said[:20]!r} is no role", f"Choose {', '.join(ROLES)}.")
    if said == "owner" and projects is not None:
        raise UsageError(asked, "an owner sees all data", "Name no projects, or choose another role.")
    return said


def _projects(asked: str, engine: Any, slugs: Sequence[str]) -> tuple[str, ...] | None:
    """Projects by their short names, None for all data; UsageError for one that there is not."""
    named = tuple(dict.fromkeys(map(str.strip, slugs)))
    if "" in named:  # else a name that was left empty would let in to all data
        raise UsageError(asked, "a project without a name was named", "Name it, or name none for all data.")
    projects = Projects(engine)
    try:
        return tuple(projects.one(slug).slug for slug in named) or None
    except ProjectUnknown as error:
        raise UsageError(asked, f"{error.asked.removeprefix('look at ')} is none", error.do) from error
