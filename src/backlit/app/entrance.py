"""Who asks, and what may they do? What a request brings with it, as a standing.

Rights are ordered: who may `decide` may also `read`, who may `write` may decide, and `admin` may do all.
Roles of people and scopes of keys are the same rights by other names. Of a standing with `sites` each right
ends at the edges of those.
"""

import hmac
import ipaddress
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from backlit.app.accounts import LINK_DAYS, account_row, mail_of, name_of, token_hash
from backlit.app.answer import Answer
from backlit.app.clock import Clock, now
from backlit.app.passwords import hashed, is_password, require_good
from backlit.errors import AccessError, AccountUnknown, TriedTooOften, UsageError
from backlit.index.target import Target
from backlit.store.account_log import counted, note
from backlit.store.accounts import Account, Accounts, are_there
from backlit.store.database import opened, writing
from backlit.store.passes import SCOPES, Passes
from backlit.store.place import has_state
from backlit.store.projects import Projects
from backlit.store.second_factors import PROVEN, NewSession, SecondFactors

__all__ = [
    "MACHINE",
    "PROOF_LASTS",
    "STRANGER",
    "Entry",
    "Site",
    "Standing",
    "change_password",
    "count_try",
    "end_session",
    "first_link",
    "has_accounts",
    "network_of",
    "new_session",
    "note_export",
    "of_bearer",
    "of_cookie",
    "sessions_of",
    "sign_in",
    "welcome",
    "welcome_of",
]

_RIGHTS = {"viewer": "read", "editor": "write", "owner": "admin"}
#: Tries to sign in that failed, within so long: as somebody from one network, from there as anybody, and as
#: somebody from anywhere. The last would let strangers keep somebody out: it does not hold for a network
#: that they signed in from lately.
_WINDOW, _TRIES, _TRIES_HERE, _TRIES_AS = timedelta(minutes=15), 10, 60, 100
_LATELY = timedelta(days=30)
#: How long after somebody showed who they are their session may change who comes in.
PROOF_LASTS = timedelta(minutes=15)
_TRIED, _DONE = "sign-in tried", "signed in"


@dataclass(frozen=True, slots=True)
class Site:
    """What somebody may see: the target of a project and all below it, and the rivals it is compared with."""

    slug: str
    target: Target
    rivals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """Who asks, and what may they do? `who` is None for who uses this machine, and for strangers; `sites` is
    None for all data."""

    right: str
    who: str | None = None
    is_known: bool = True
    sites: tuple[Site, ...] | None = None
    #: the session of a browser, to end it, and the key of a program, to name it
    session: int | None = None
    key: str | None = None
    #: when a session was last shown to be theirs, by all that signing in takes
    proven_at: datetime | None = None

    @property
    def is_here(self) -> bool:
        """Whether it is that of who uses this machine."""
        return self.is_known and self.who is None

    def may(self, right: str) -> bool:
        """Whether this standing has a right, wherever it has any."""
        return SCOPES.index(self.right) >= SCOPES.index(right)

    def is_proven(self, at: datetime) -> bool:
        """Whether it is no session, which could be a stolen one, or was shown to be theirs lately."""
        return self.session is None or (self.proven_at is not None and at - self.proven_at < PROOF_LASTS)

    def sees(self, target: str, scope: str | None = None) -> bool:
        """Whether a target is within what may be seen."""
        if self.sites is None:
            return True
        wanted = Target.parse(target, scope)
        return any(
            site.target.lower <= wanted.lower and wanted.upper <= site.target.upper for site in self.sites
        )

    def compares(self, names: Iterable[str]) -> bool:
        """Whether targets are the rivals of what may be seen, or within it."""
        rivals = {Target.parse(rival) for site in self.sites or () for rival in site.rivals}
        return self.sites is None or all(Target.parse(name) in rivals or self.sees(name) for name in names)

    def sees_project(self, slug: str) -> bool:
        """Whether a project may be seen."""
        return self.sites is None or any(site.slug == slug for site in self.sites)


#: Whoever uses this machine, where nobody has an account; and whoever reaches it from elsewhere then.
MACHINE, STRANGER = Standing("admin"), Standing("read", is_known=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a browser keeps once somebody came in; where it `waits` it lets in with a code only."""

    token: str
    waits: bool = False


def has_accounts(home: Path) -> bool:
    """Whether somebody has an account, so that everybody has to say who they are."""
    if not has_state(home):
        return False
    with opened(home) as engine, engine.connect() as connection:
        return are_there(connection)


def of_cookie(home: Path, token: str, clock: Clock = now) -> Standing | None:
    """The standing of a signed-in browser; None where its session ended."""
    if not has_state(home):
        return None
    with opened(home) as engine:
        found = Passes(engine).of_session(token_hash(token), clock())
        if found is None:
            return None
        session, account = found
        return replace(_standing(engine, account), session=session.id, proven_at=session.proven_at)


def of_bearer(home: Path, token: str, clock: Clock = now) -> Standing | None:
    """The standing of a key; None where there is no such key, or no longer."""
    number = token.removeprefix("backlit_").partition("_")[0]
    if not has_state(home) or not token.startswith("backlit_") or len(token) > 200:
        return None
    with opened(home) as engine:
        passes = Passes(engine)
        found = passes.of_key(number, clock())
        if found is None or not hmac.compare_digest(found[1], token_hash(token)):
            return None
        key, _, account = found
        passes.used(key, clock())
        if account is None:
            name = f"key {key.name}"
            return Standing(key.scope, name, sites=_sites(engine, key.projects), key=key.id)
        whole = _standing(engine, account)
        right = min(key.scope, whole.right, key=SCOPES.index)
        sites = _common(whole.sites, _sites(engine, key.projects))
        return Standing(right, f"{whole.who} by key {key.name}", sites=sites, key=key.id)


def _standing(engine: sa.Engine, account: Account) -> Standing:
    return Standing(_RIGHTS[account.role], account.email, sites=_sites(engine, account.projects))


def _sites(engine: sa.Engine, projects: tuple[str, ...] | None) -> tuple[Site, ...] | None:
    if projects is None:
        return None
    kept = {project.slug: project for project in Projects(engine).all()}
    return tuple(
        Site(slug, Target.parse(kept[slug].target), kept[slug].rivals) for slug in projects if slug in kept
    )


def _common(one: tuple[Site, ...] | None, other: tuple[Site, ...] | None) -> tuple[Site, ...] | None:
    if one is None or other is None:
        return other if one is None else one
    return tuple(site for site in one if site in other)


# coming in ------------------------------------------------------------------------------


def sign_in(
    home: Path,
    email: str,
    password: str,
    *,
    agent: str = "",
    address: str = "",
    before: str | None = None,
    clock: Clock = now,
) -> Entry:
    """Begin a session: the token that the browser keeps; that of the token `before` ends.

    Of an account with a second factor no session begins: the token waits for a code. AccessError where
    address and password do not belong together, whichever is wrong. TriedTooOften after tries that failed,
    within a quarter of an hour: ten from one network for an address of mail, sixty from one network, or a
    hundred for an address of mail, unless it signed in from there within thirty days.
    """
    asked = "sign in"
    refused = AccessError(
        asked,
        "that address and that password do not belong together",
        "Try again, or ask an owner for a link.",
    )
    if not has_state(home):
        raise refused
    mail, at, here = _mail(asked, email), clock(), network_of(address)
    with opened(home) as engine:
        count_try(engine, asked, mail, here, at)
        account = {each.email: each for each in Accounts(engine).all()}.get(mail)
        kept = None if account is None else account.password
        if not is_password(kept, password) or account is None:
            raise refused
        return _entered(engine, account, at, agent, here, before)


def network_of(address: str) -> str:
    """Whom tries are counted against: an IPv4 address, or the /64 that a host of IPv6 may choose from."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64].replace("\0", "")
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))


def count_try(engine: sa.Engine, asked: str, mail: str, here: str, at: datetime) -> None:
    """Count a try before it is looked at, since tries at once count, too; TriedTooOften for one too many."""
    with writing(engine) as connection:

        def failed(about: str | None, address: str | None) -> int:
            tried, proven = (
                counted(connection, what, at - _WINDOW, about=about, address=address)
                for what in (_TRIED, (_DONE, *PROVEN))
            )
            return tried - proven

        is_known = counted(connection, _DONE, at - _LATELY, about=mail, address=here) > 0
        if (
            failed(None, here) >= _TRIES_HERE
            or (mail and failed(mail, here) >= _TRIES)
            or (mail and not is_known and failed(mail, None) >= _TRIES_AS)
        ):
            raise _too_often(asked)
        note(connection, mail, _TRIED, mail, at, address=here)


def _mail(asked: str, email: str) -> str:
    """The address of mail that somebody typed; empty for what is none, and so nobody's."""
    try:
        return mail_of(asked, email)
    except UsageError:
        return ""


def _too_often(asked: str) -> TriedTooOften:
    minutes = int(_WINDOW.total_seconds()) // 60
    return TriedTooOften(
        asked, f"there were too many tries in {minutes} minutes", "Wait, or ask an owner for a link.",
        seconds=minutes * 60,
    )  # fmt: skip


def first_link(home: Path, clock: Clock = now) -> str:
    """A link that makes the first account, an owner's; one of before is good no longer."""
    token, at = secrets.token_urlsafe(32), clock()
    with opened(home) as engine:
        until = at + timedelta(days=LINK_DAYS)
        Accounts(engine).invite(None, token_hash(token), "backlit up", at, until)
    return f"/welcome/{token}"


def welcome_of(home: Path, token: str, clock: Clock = now) -> Answer:
    """Whose password a link is for, and None for that of the first account, and whether a code has to follow;
    AccountUnknown for no link."""
    if not has_state(home):
        raise AccountUnknown("use that link", "there are no accounts here", "Ask an owner for a link.")
    with opened(home) as engine:
        account = Accounts(engine).invited(token_hash(token), clock())
        factor = account is not None and account.id in SecondFactors(engine).on()
    return Answer({"email": None if account is None else account.email, "second_factor": factor}, {})


def welcome(
    home: Path,
    token: str,
    password: str,
    *,
    email: str = "",
    name: str = "",
    agent: str = "",
    address: str = "",
    before: str | None = None,
    clock: Clock = now,
) -> Entry:
    """Choose the password that a link is for, and sign in, as `sign_in` does: who has the link alone does not
    come in where a second factor is on.

    The link of the first account also asks for `email` and `name`. UsageError for a password that is easily
    guessed, AccountUnknown for a link that was used.
    """
    asked, at, here = "choose a password", clock(), network_of(address)
    whose = welcome_of(home, token, clock).row["email"]
    mail = mail_of(asked, email) if whose is None else whose
    require_good(password, mail, mail.partition("@")[0], name)
    kept = hashed(password)
    with opened(home) as engine:
        accounts = Accounts(engine)
        if whose is None:
            first = Account(mail, name_of(asked, name, mail), "owner", password=kept)
            account = accounts.found(token_hash(token), first, at, here)
        else:
            account = accounts.choose(token_hash(token), kept, at, here)
        return _entered(engine, account, at, agent, here, before)


def _entered(
    engine: sa.Engine, account: Account, at: datetime, agent: str, here: str, before: str | None
) -> Entry:
    token, session = new_session(agent, here, before)
    begun = Passes(engine).sign_in(account, session.token, at, session.agent, here, session.before)
    return Entry(token, waits=not begun)


def new_session(agent: str, address: str, before: str | None) -> tuple[str, NewSession]:
    """A token for a browser, and what is kept of it."""
    token = secrets.token_urlsafe(32)
    kept = None if before is None else token_hash(before)
    return token, NewSession(token_hash(token), agent[:200].replace("\0", ""), address, kept)


def change_password(
    home: Path, email: str, before: str, password: str, *, address: str = "", clock: Clock = now
) -> None:
    """Choose another password; all sessions end. AccessError where the one of before is another, and
    TriedTooOften after as many tries as signing in has."""
    with opened(home) as engine:
        accounts = Accounts(engine)
        account = accounts.one(email)
        count_try(engine, "choose another password", email, network_of(address), clock())
        if not is_password(account.password, before):
            raise AccessError("choose another password", "the one of before is another", "Try again.")
        require_good(password, email, email.partition("@")[0], account.name)
        accounts.set_password(email, hashed(password), clock(), address)


def sessions_of(home: Path, email: str, clock: Clock = now) -> Answer:
    """An account, and the browsers that it is signed in with."""
    with opened(home) as engine:
        account = Accounts(engine).one(email)
        rows = [
            {
                "id": each.id,
                "at": each.at,
                "seen_at": each.seen_at,
                "agent": each.agent,
                "address": each.address,
            }
            for each in Passes(engine).sessions(account.id, clock())
        ]
        factor = SecondFactors(engine).of(account.id)
    is_on = factor is not None and factor.on_at is not None
    told = {
        "sessions": rows,
        "second_factor_since": factor.on_at if factor is not None else None,
        "recovery_codes": factor.left if factor is not None and is_on else None,
    }
    return Answer(account_row(account, factor=is_on) | told, {"email": email})


def end_session(
    home: Path, email: str, session: int | None, *, address: str = "", clock: Clock = now
) -> None:
    """Sign out a browser, or for None all of them."""
    with opened(home) as engine:
        Passes(engine).sign_out(Accounts(engine).one(email), session, clock(), address)


def note_export(home: Path, who: str, path: str, *, address: str = "", clock: Clock = now) -> None:
    """Keep that somebody took rows out as a file."""
    with opened(home) as engine, writing(engine) as connection:
        note(connection, who, "exported", path[:500], clock(), address=address)
