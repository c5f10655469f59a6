"""What do programs get of accounts and keys? Never a secret, but a new key and a new link, once."""

from typing import Any

from fastapi import APIRouter, Body, Depends, Response
from fastapi.responses import JSONResponse

from backlit import app
from backlit.app.answer import Answer
from backlit.web.admission import asker
from backlit.web.asking import only
from backlit.web.calls import add_call
from backlit.web.desk import Desk
from backlit.web.openapi import answers, refusals
from backlit.web.twins import envelope_response

__all__ = ["add_accounts"]

_REFUSED = refusals(
    {400: "It cannot be kept so", 403: "Only owners may", 404: "There is no such account or key"}
)
_TEXT = {"type": ["string", "null"]}
_TIME = {"type": ["string", "null"], "format": "date-time"}
_LIST = {"type": ["array", "null"], "items": {"type": "string"}}
_ACCOUNT = {
    "email": {"type": "string"}, "name": {"type": "string"}, "role": {"enum": ["viewer", "editor", "owner"]},
    "projects": _LIST, "added_at": _TIME, "added_by": _TEXT, "may_sign_in": {"type": "boolean"},
    "second_factor": {"type": "boolean"}, "removed_at": _TIME,
}  # fmt: skip
_KEY = {
    "id": {"type": "string"}, "name": {"type": "string"},
    "scope": {"enum": ["read", "decide", "write", "admin"]}, "account": _TEXT, "projects": _LIST,
    "made_at": _TIME, "made_by": _TEXT, "used_at": _TIME, "until": _TIME, "ended_at": _TIME,
}  # fmt: skip
_EVENT = {
    "id": {"type": "integer"}, "at": _TIME, "who": _TEXT, "what": _TEXT, "about": _TEXT, "address": _TEXT,
    "told": {"type": "object"},
}  # fmt: skip
_ME = {"who": _TEXT, "may": {"enum": ["read", "decide", "write", "admin"]}, "projects": _LIST, "key": _TEXT}
_LONGEST = 2_000


def add_accounts(routes: APIRouter, desk: Desk) -> None:
    """Add accounts, keys and their log to the routes of REST."""

    @routes.get(
        "/me",
        summary="Who asks, and what they may do",
        operation_id="me",
        responses=answers(_object(_ME), _REFUSED),
        response_class=JSONResponse,
        dependencies=[Depends(only())],
    )
    def me() -> Response:
        mine = asker()
        seen = None if mine.sites is None else [site.slug for site in mine.sites]
        row = {"who": mine.who, "may": mine.right, "projects": seen, "key": mine.key}
        return envelope_response(Answer(row, {}))

    for method, path, name, summary, data, call in (*_people(desk), *_keys(desk)):
        taken = ("limit",) if name == "log" else ()
        add_call(
            routes, method, path, call, name=name, summary=summary, data=data, refused=_REFUSED, taken=taken
        )


def _object(fields: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": fields}


def _rows(fields: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": _object(fields)}


Calls = list[tuple[str, str, str, str, dict[str, Any], Any]]


def _people(desk: Desk) -> Calls:
    def users() -> Response:
        return envelope_response(app.user_ls(desk.home))

    def add(
        email: str = Body(max_length=_LONGEST),
        role: str = Body("viewer", max_length=_LONGEST),
        projects: list[str] | None = Body(None, max_length=100),
        name: str | None = Body(None, max_length=_LONGEST),
    ) -> Response:
        return envelope_response(
            app.user_add(desk.home, email, role=role, projects=projects or (), name=name)
        )

    def edit(
        email: str,
        role: str | None = Body(None, max_length=_LONGEST),
        projects: list[str] | None = Body(None, max_length=100),
        name: str | None = Body(None, max_length=_LONGEST),
        second_factor: bool | None = Body(None, description="false takes it off for who lost it"),
    ) -> Response:
        return envelope_response(
            app.user_edit(
                desk.home, email, role=role, projects=projects, name=name, second_factor=second_factor
            )
        )

    def link(email: str) -> Response:
        return envelope_response(app.user_link(desk.home, email))

    def remove(email: str) -> Response:
        return envelope_response(app.user_rm(desk.home, email))

    def log(limit: int = 100) -> Response:
        return envelope_response(app.user_log(desk.home, limit=limit))

    linked = _object({**_ACCOUNT, "link": {"type": "string"}})
    return [
        ("GET", "/users", "users", "Who may sign in, and what they may do", _rows(_ACCOUNT), users),
        (
            "POST",
            "/users",
            "add_user",
            "Let somebody in; `link` is where they choose a password",
            linked,
            add,
        ),
        ("PATCH", "/users/{email}", "edit_user", "Change what somebody may do", _object(_ACCOUNT), edit),
        ("POST", "/users/{email}/link", "link_user", "A link to choose a password anew", linked, link),
        ("DELETE", "/users/{email}", "remove_user", "Let somebody in no longer", _object(_ACCOUNT), remove),
        ("GET", "/log", "log", "Who signed in, whose rights changed, what was taken out", _rows(_EVENT), log),
    ]


def _keys(desk: Desk) -> Calls:
    def keys() -> Response:
        return envelope_response(app.key_ls(desk.home))

    def add(
        name: str = Body(max_length=_LONGEST),
        scope: str = Body("read", max_length=_LONGEST),
        projects: list[str] | None = Body(None, max_length=100),
        days: int = Body(90),
    ) -> Response:
        return envelope_response(
            app.key_add(desk.home, name, scope=scope, projects=projects or (), days=days)
        )

    def end(key: str) -> Response:
        return envelope_response(app.key_rm(desk.home, key))

    made = _object({**_KEY, "token": {"type": "string"}})
    return [
        ("GET", "/keys", "keys", "The keys that let programs in", _rows(_KEY), keys),
        ("POST", "/keys", "add_key", "Make a key; its `token` is told this once", made, add),
        ("DELETE", "/keys/{key}", "end_key", "Let nobody in by a key any longer", _object(_KEY), end),
    ]
