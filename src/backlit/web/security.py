"""What may a browser do with our pages, and who may ask for them?

One ASGI middleware: a Host allowlist against DNS rebinding (a stranger's site that re-points its
own name at 127.0.0.1 still sends its own Host header) and headers that let a page run nothing but
its own files, so that markup hidden in an anchor stays text even if escaping ever failed.
"""

import ipaddress
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi.concurrency import run_in_threadpool
from fastapi.responses import PlainTextResponse

from backlit.app.home import LOOPBACK, site_address
from backlit.errors import AccessError, UsageError

__all__ = ["HEADERS", "PRIVATE", "Guard", "allowed_host", "is_secret_kept", "refuse_foreign"]

# ASGI 3, as servers speak it.
Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

_HOST = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::[0-9]{1,5})?")
_EVERYWHERE = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - compared with, never bound to

#: Where within a request headers are gathered that its answer is to carry.
PRIVATE = "backlit.headers"
#: Bytes of a request; forms have a limit of their own, and so have files, which come to these addresses.
MOST = 4 << 20
_FILES = frozenset({"/ingest", "/api/v1/uploads"})

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
}
_ADDED = [
    (name.lower().encode(), value.encode())
    for name, value in {**HEADERS, "Cache-Control": "no-cache"}.items()
]


def allowed_host(header: str, bound: str, extra: Iterable[str] = ()) -> bool:
    """Whether a Host header names this server.

    Loopback names, the bound host and `extra` pass. A server bound to every address also answers
    to addresses as such: rebinding needs a name.
    """
    name = _name(header)
    if name is None:
        return False
    if name in LOOPBACK or name == bound.lower() or name in {host.lower() for host in extra}:
        return True
    return bound in _EVERYWHERE and _is_address(name)


def is_secret_kept(scope: Scope) -> bool:
    """Whether a browser got here over TLS: it says so, or BACKLIT_URL does, for proxies that do not."""
    if scope["scheme"] == "https":
        return True
    public = urlsplit(site_address())
    host = next((value.decode("latin-1") for key, value in scope["headers"] if key == b"host"), "")
    return public.scheme == "https" and _name(host) == public.hostname


def refuse_foreign(headers: Mapping[str, str]) -> None:
    """AccessError for a request that changes something and was made by a page of another site.

    Browsers say so with Sec-Fetch-Site, older ones with Origin; a program sends neither, and no cookie that a
    stranger's page could borrow.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    ours = (None, *(f"{scheme}://{headers.get('host')}" for scheme in ("http", "https")))
    own = site == "same-origin" if site is not None else origin in ours
    if not own:
        found = f"the request comes from another site ({(origin or site or '')[:100]})"
        raise AccessError("change something", found, "Open the page here, and try again.")


def _name(header: str) -> str | None:
    """The host of a Host header without its port, lower case; None when it is malformed."""
    found = _HOST.fullmatch(header)
    return (found[1] or found[2]).lower() if found else None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class Guard:
    """Refuses foreign Host headers, and puts the security headers on every answer.

    `public` is the name by which anybody reaches what is below some paths of this server; whether others
    reach all of it by that name, since they sign in, `is_signed` tells. `begin` is called before each
    request.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        bound: str,
        hosts: Iterable[str] = (),
        public: tuple[str, tuple[str, ...]] | None = None,
        is_signed: Callable[[], bool] = lambda: False,
        begin: Callable[[], None] = lambda: None,
    ) -> None:
        self._app, self._bound, self._hosts, self._public = app, bound, tuple(hosts), public
        self._is_signed, self._begin = is_signed, begin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._begin()
        scope = {**scope, PRIVATE: []}
        send = _dressed(send, scope)
        hosts = [value.decode("latin-1") for key, value in scope["headers"] if key == b"host"]
        if len(hosts) == 1 and (
            allowed_host(hosts[0], self._bound, self._hosts) or await self._is_public(hosts[0], scope["path"])
        ):
            takes_files = scope["path"] in _FILES
            if _length(scope) > MOST and not takes_files:
                told = f"A request has {MOST >> 20} MiB at most.\n"
                await PlainTextResponse(told, status_code=413)(scope, receive, send)
            else:
                await self._app(_with_raw_target(scope), receive if takes_files else _limited(receive), send)
        else:
            refusal = PlainTextResponse(
                "This server does not answer to that host name.\n"
                f"Open it as http://localhost or as {self._bound}; "
                "other names have to be allowed when it starts.\n",
                status_code=400,
            )
            await refusal(scope, receive, send)

    async def _is_public(self, host: str, path: str) -> bool:
        if self._public is None or _name(host) != self._public[0]:
            return False
        return path.startswith(self._public[1]) or await run_in_threadpool(self._is_signed)


def _length(scope: Scope) -> int:
    """What a request says of its length; servers refuse one that is no number."""
    said = next((value for key, value in scope["headers"] if key == b"content-length"), b"0")
    return int(said) if said.isdigit() and len(said) < 19 else 0 if not said.isdigit() else MOST + 1


def _limited(receive: Receive) -> Receive:
    """What is received, until it is too much: of some requests no length is told."""
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MOST:
            raise UsageError("read the request", f"it has more than {MOST >> 20} MiB", "Send less at once.")
        return message

    return limited


def _dressed(send: Send, scope: Scope) -> Send:
    async def with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = [(name.encode(), value.encode()) for name, value in scope[PRIVATE]]
            if is_secret_kept(scope):
                own.append((b"strict-transport-security", b"max-age=31536000"))
            named = {name for name, _ in own}
            message["headers"] = [
                *(pair for pair in message["headers"] if pair[0].lower() not in named),
                *own,
            ]
            given = {name.lower() for name, _ in message["headers"]}
            added = [pair for pair in _ADDED if pair[0] not in given]
            message["headers"] = [*message["headers"], *added]
        await send(message)

    return with_headers


def _with_raw_target(scope: Scope) -> Scope:
    """Keep a target that is a URL in one path segment.

    Servers decode `%2F` before routing, which tears `/t/https%3A%2F%2Fa.example%2F/anchors` apart.
    Under the two roots that take a target, routes see the path as it was sent and decode it once.
    """
    raw: bytes | None = scope.get("raw_path")
    if raw is None or not raw.startswith((b"/t/", b"/api/v1/targets/")):
        return scope
    return {**scope, "path": raw.partition(b"?")[0].decode("latin-1")}
