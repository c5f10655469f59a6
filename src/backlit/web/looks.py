"""How does somebody want pages to look, and may single keys act? Kept in a cookie, so that nothing flashes.

The cookie is read before a page is written: its theme is in the first byte, with or without JavaScript. It
changes nothing but what this browser is shown, so that anybody may set it, on any server.
"""

import re
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, fields, replace
from http.cookies import CookieError, SimpleCookie

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse

from backlit.web.forms import Fields, own_form
from backlit.web.security import ASGIApp, Receive, Scope, Send

__all__ = ["CHOICES", "Looks", "Remembered", "add_looks", "looks_now", "way_back"]

#: What can be chosen, with the words for it; the first is the default.
CHOICES: Mapping[str, Mapping[str, str]] = {
    "theme": {"auto": "as the system", "light": "light", "dark": "dark", "contrast": "high contrast"},
    "density": {"compact": "compact", "comfortable": "comfortable"},
    "keys": {"on": "on", "off": "off"},
}
_COOKIE, _YEAR = "backlit_looks", 365 * 24 * 3600
_LONGEST = 4_096
#: One path of ours: whatever a browser would read as another host (`//`, `/\\`) or drop on reading is none.
_OURS = re.compile(r"/(?![/\\])[^\x00-\x20\\\x7f]*")


@dataclass(frozen=True, slots=True)
class Looks:
    """What a browser chose, and `here`: the page that it asked for, or / where that can only be sent to."""

    theme: str = "auto"
    density: str = "compact"
    keys: str = "on"
    here: str = "/"

    @classmethod
    def read(cls, cookie: str) -> "Looks":
        """The choices in a Cookie header; whatever is none of ours is the default."""
        try:
            morsel = SimpleCookie(cookie).get(_COOKIE)
        except CookieError:
            return cls()
        return cls().chosen(dict(zip(CHOICES, morsel.value.split("."), strict=False)) if morsel else {})

    def chosen(self, form: Mapping[str, str]) -> "Looks":
        """These with what a form chooses; the rest stays."""
        named = {name: form[name] for name, known in CHOICES.items() if form.get(name) in known}
        return replace(self, **named)

    def written(self) -> str:
        return ".".join(getattr(self, name) for name in CHOICES)

    @property
    def marks(self) -> Mapping[str, str]:
        """What differs from the defaults: the attributes that a page's root wears."""
        chosen = {field.name: getattr(self, field.name) for field in fields(self) if field.name in CHOICES}
        return {name: value for name, value in chosen.items() if value != next(iter(CHOICES[name]))}

    @property
    def choices(self) -> Mapping[str, Mapping[str, str]]:
        return CHOICES

    @property
    def schemes(self) -> str:
        """What the browser draws its own parts by."""
        return {"light": "light", "dark": "dark"}.get(self.theme, "light dark")


_NOW: ContextVar[Looks] = ContextVar("looks")


def looks_now() -> Looks:
    """The looks of the request in hand."""
    return _NOW.get(Looks())


class Remembered:
    """Reads the cookie of each request, for the pages that answer it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            cookies = [value.decode("latin-1") for key, value in scope["headers"] if key == b"cookie"]
            _NOW.set(replace(Looks.read("; ".join(cookies)), here=_here(scope)))
        await self._app(scope, receive, send)


def _here(scope: Scope) -> str:
    if scope["method"] not in ("GET", "HEAD"):
        return "/"
    raw = scope.get("raw_path") or str(scope["path"]).encode("utf-8", "replace")
    path = raw.partition(b"?")[0].decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    return way_back(path + (f"?{query}" if query else ""))


def way_back(text: str) -> str:
    """A place of ours to go back to; the front page for whatever leads elsewhere."""
    return text if len(text) <= _LONGEST and _OURS.fullmatch(text) else "/"


def add_looks(routes: APIRouter) -> None:
    """Add what the forms of looks are sent to."""

    @routes.post("/looks")
    def looks(form: Fields = Depends(own_form)) -> Response:
        answer = RedirectResponse(way_back(form.get("back", "")), 303)
        chosen = looks_now().chosen(form).written()
        answer.set_cookie(_COOKIE, chosen, max_age=_YEAR, path="/", httponly=True, samesite="lax")
        return answer
