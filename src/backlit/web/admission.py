"""Who asks, and are they let through this door?

Every route is behind one table: what it takes to be let through, and of what. A route that the table does not
know is an owner's, so that a new one is never open by oversight.
"""

import re
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from backlit import app
from backlit.app.acting import act_as
from backlit.app.belonging import Within
from backlit.app.entrance import MACHINE, STRANGER, Standing, network_of
from backlit.app.home import is_loopback
from backlit.errors import AccessError, BacklitError, SignInNeeded
from backlit.web.limits import Buckets, Left
from backlit.web.proving import require_proof
from backlit.web.security import PRIVATE, is_secret_kept

if TYPE_CHECKING:
    from backlit.web.desk import Desk

__all__ = [
    "COOKIE",
    "Need",
    "admit",
    "asker",
    "code_cookie_name",
    "cookie_name",
    "forget",
    "may_change",
    "need_of",
    "require_within",
    "sees",
    "within",
]

#: The cookie of a session; over TLS browsers keep one of the longer name to themselves and to this host.
COOKIE = "backlit"

_STANDING: ContextVar[Standing] = ContextVar("standing", default=STRANGER)


@dataclass(frozen=True, slots=True)
class Need:
    """What a route takes: a right, and whether to a `target`, to a `project`, to all data of the `home`, to
    how the `server` does, which strangers need not know, to an `alert` or a `job`, which are whose targets
    they are about, or to whatever part of a `list` may be seen; what is named in a body the route looks at.
    Nobody is asked anything where it is `open`, and nobody is known where it is `secret`: by what the address
    says. What changes who may come in takes a `proof` of whose session it is."""

    right: str
    place: str
    proof: bool = False


#: By method and path, the first that fits.
_NEEDS: Sequence[tuple[str, str, Need]] = (
    ("*", r"/(?:words|docs|looks|help/\w+|sign-in(?:/code)?)", Need("", "open")),
    ("*", r"/(?:welcome|feeds|unsubscribe|reached|s)/.+", Need("", "secret")),
    ("GET", r"/api/v1/health", Need("", "secret")),
    ("GET", r"/metrics", Need("read", "server")),
    ("GET", r"/|/t|/menu|/projects(?:\.json)?|/api/v1/(?:projects|me)", Need("read", "list")),
    ("POST", r"/account/keys", Need("read", "list", proof=True)),
    ("*", r"/account(?:/.+)?|/sign-out", Need("read", "list")),
    ("*", r"/people(?:/.+)?|/api/v1/(?:users|keys|log)(?:/.+)?", Need("admin", "home", proof=True)),
    ("GET", r"(?:/api/v1)?/sql", Need("admin", "home")),  # it reads all of every project
    ("GET", r"/settings|/api/v1/(?:config|doctor)", Need("admin", "home")),  # they name folders and servers
    ("GET", r"(?:/t|/api/v1/targets)/{target}/policy(?:/.+)?", Need("read", "home")),
    ("*", r"(?:/t|/api/v1/targets)/{target}/policy(?:/.+)?", Need("write", "home")),
    ("GET", r"(?:/t|/api/v1/targets)/{target}(?:/.+)?", Need("read", "target")),
    ("POST", r"/t/{target}/(?:decide|undo|intake)", Need("decide", "target")),
    ("POST", r"/api/v1/targets/{target}/(?:decisions|intake)", Need("decide", "target")),
    ("*", r"(?:/t|/api/v1/targets)/{target}/.+", Need("write", "target")),
    ("*", r"(?:/api/v1)?/projects/{slug}(?:/.+)?", Need("write", "project")),
    ("*", r"(?:/api/v1)?/outreach(?:[/.].+)?", Need("write", "home")),
    ("*", r"/ingest(?:/.+)?|/api/v1/uploads(?:/.+)?", Need("write", "home")),
    ("*", r"(?:/api/v1)?/shares(?:[/.].+)?", Need("write", "home")),
    ("POST", r"/api/v1/decisions/{number}/undo", Need("decide", "home")),
    ("GET", r"(?:/api/v1)?/(?:alerts|monitors|jobs)(?:\.json)?|/api/v1/alerts/events", Need("read", "list")),
    ("POST", r"/alerts/(?:add|seen)|/api/v1/alerts/events/seen", Need("write", "list")),
    ("POST", r"(?:/api/v1)?/(?:jobs|monitors(?:/remove)?)|/api/v1/alerts", Need("write", "list")),
    ("*", r"(?:/api/v1)?/alerts/{alert}(?:/(?:test|mute|remove))?", Need("write", "alert")),
    ("GET", r"/jobs/{job}(?:/progress)?|/api/v1/jobs/{job}", Need("read", "job")),
    ("POST", r"(?:/api/v1)?/jobs/{job}/(?:{change}|cancel|resume)", Need("write", "job")),
    ("GET", r"/api/v1/alerts/deliveries", Need("write", "home")),
    (
        "GET",
        r"(?:/api/v1)?/(?:jobs|monitors|alerts|views|schedules|policy|targets|sources)(?:[/.].+)?",
        Need("read", "home"),
    ),
    ("GET", r"/(?:start|find|vet)", Need("read", "home")),
    (
        "*",
        r"(?:/api/v1)?/(?:jobs|monitors|alerts|views|policy|projects|find|vet)(?:/.+)?",
        Need("write", "home"),
    ),
)
_needs = [(method, re.compile(path), need) for method, path, need in _NEEDS]
#: Parameters that name targets beside the one of the path, and what parts their names for any route: what a
#: reader of addresses would leave out, as line breaks, must not make one name of two.
_BESIDE = ("with", "peers")
_between = re.compile(r"[,\s\x00-\x1f]+")
_FILES = re.compile(r"\.(?:csv|ndjson|parquet|xlsx|pdf|zip|html|eml)$")


def need_of(method: str, path: str) -> Need | None:
    """What a route takes, by its template as `/t/{target}/anchors`; None for one that nobody thought of."""
    for its_method, pattern, need in _needs:
        if its_method in ("*", method) and pattern.fullmatch(path):
            return need
    return None


def asker() -> Standing:
    """Who asks the question that is being answered."""
    return _STANDING.get()


def may_change() -> bool:
    """Whether who asks may change what they see."""
    return asker().may("write") and asker().is_known


def sees(slug: str) -> bool:
    """Whether who asks may see a project."""
    return asker().sees_project(slug)


def within() -> Within | None:
    """Which targets who asks may see; None for all of them."""
    return None if asker().sites is None else asker().sees


def require_within(asked: str, target: str, scope: str | None = None) -> None:
    """AccessError where who asks does not see a target that they named; TargetError where it is none."""
    if not asker().sees(target, scope):
        raise AccessError(asked, _some_only(asker()), "Ask an owner for more.")


def cookie_name(request: Request) -> str:
    """What the cookie of a session is called here."""
    return f"__Host-{COOKIE}" if is_secret_kept(request.scope) else COOKIE


def code_cookie_name(request: Request) -> str:
    """What the cookie of a sign-in that waits for a code is called here: it lets nobody in by itself."""
    return f"{cookie_name(request)}_code"


async def admit(request: Request) -> None:
    """Let a request through, or refuse it: SignInNeeded where nobody said who asks, or AccessError."""
    desk: Desk = request.app.state.desk
    need = need_of(request.method, request.scope["route"].path) or Need("admin", "home")
    if need.place == "secret":
        _keep_nowhere(request)
        return
    try:
        standing = await _counted(desk, request, request.app.state.buckets)
    except BacklitError:
        if need.place == "open":
            return
        raise
    _be(standing)
    if standing.who is not None:
        _keep_nowhere(request)
    if need.place == "open":
        return
    _require(standing, need, request, desk.bound)
    if standing.sites is not None and not await run_in_threadpool(
        _is_within, standing, need, request, desk.home
    ):
        raise AccessError(_asked(request), _some_only(standing), "Ask an owner for more.")
    if need.proof and _changes(request):
        await require_proof(request, standing)
    if standing.who is not None and _is_export(request):
        address = request.client.host if request.client else ""
        path = request.url.path
        await run_in_threadpool(app.note_export, desk.home, standing.who, path, address=address)


def forget() -> None:
    """Nobody asks: one request may be handled within what is left of another."""
    _be(STRANGER)


def _keep_nowhere(request: Request) -> None:
    request.scope[PRIVATE].append(("cache-control", "no-store"))


async def _counted(desk: "Desk", request: Request, buckets: Buckets) -> Standing:
    """The standing of a request that is not one too many: of an account or key, or from a network."""
    network = network_of(request.client.host if request.client else "")
    buckets.take(network, is_known=False, wanted=0)
    try:
        standing = await run_in_threadpool(_standing_of, desk, request)
    except SignInNeeded:
        _tell(request, buckets.take(network, is_known=False))
        raise
    if not standing.is_here:
        name = standing.key or standing.who
        _tell(request, buckets.take(name or network, is_known=name is not None))
    return standing


def _tell(request: Request, left: Left | None) -> None:
    request.scope[PRIVATE].extend(left.headers if left else ())


def _be(standing: Standing) -> None:
    _STANDING.set(standing)
    act_as(standing.who)


def _standing_of(desk: "Desk", request: Request) -> Standing:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if token:
        found = app.of_bearer(desk.home, token.strip()) if kind.lower() == "bearer" else None
        if found is None:
            do = "Send `Authorization: Bearer backlit_…`; `backlit key add NAME` makes a key."
            raise SignInNeeded(f"read {request.url.path}", "the key is none that lets anybody in", do)
        return found
    cookie = request.cookies.get(cookie_name(request))
    if cookie and (found := app.of_cookie(desk.home, cookie)) is not None:
        return found
    if app.has_accounts(desk.home):
        found_, do = "this server has to know who asks", "Sign in; programs send a key."
        raise SignInNeeded(f"read {request.url.path}", found_, do)
    return MACHINE if is_loopback(desk.bound) else STRANGER


def _require(standing: Standing, need: Need, request: Request, bound: str) -> None:
    changes, asked = _changes(request), _asked(request)
    if not standing.is_known and (changes or need.right != "read" or need.place == "server"):
        found = f"this server listens on {bound}, where others reach it, and nobody has an account"
        do = "Use the command line, serve on 127.0.0.1, or let people in by `backlit user add`."
        raise AccessError(asked, found, do)
    if not standing.may(need.right):
        found = f"{standing.who} may {_MAY[standing.right]}"
        raise AccessError(asked, found, "Ask an owner for more.")


def _changes(request: Request) -> bool:
    return request.method not in ("GET", "HEAD")


def _asked(request: Request) -> str:
    return "change something" if _changes(request) else f"read {request.url.path[:200]}"


def _some_only(standing: Standing) -> str:
    seen = ", ".join(site.slug for site in standing.sites or ()) or "none"
    return f"{standing.who} sees some projects only ({seen})"


_MAY = {
    "read": "read, and change nothing",
    "decide": "read and decide",
    "write": "not let others in",
    "admin": "do all",
}


def _is_within(standing: Standing, need: Need, request: Request, home: Path) -> bool:
    """Whether what a path names is within what somebody sees. Of what is not there it is not: nobody learns
    what there is beside their own."""
    named = request.path_params
    if need.place == "list":
        return True
    if need.place == "project":
        return standing.sees_project(named["slug"])
    if need.place == "job":
        return app.may_see_job(home, named["job"], standing.sees)
    if need.place == "alert":
        number = named["alert"]
        is_number = number.isascii() and number.isdigit() and len(number) < 10
        return is_number and app.may_see_alert(home, int(number), standing.sees)
    if need.place != "target":
        return False
    beside = [name for key in _BESIDE for each in request.query_params.getlist(key) for name in _parted(each)]
    scope = request.query_params.get("scope") or None
    return standing.sees(unquote(named["target"]), scope) and standing.compares(beside)


def _parted(text: str) -> list[str]:
    return [name for name in _between.split(text) if name]


def _is_export(request: Request) -> bool:
    return request.method == "GET" and (
        _FILES.search(request.url.path) is not None or request.query_params.get("format", "json") != "json"
    )
