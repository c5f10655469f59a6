"""How does somebody sign in, look after their own account, and let others in?"""

import re
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from backlit import app
from backlit.errors import AccessError, AccountUnknown, UsageError
from backlit.web.admission import asker, cookie_name
from backlit.web.asking import only
from backlit.web.desk import Desk
from backlit.web.entering import address_of, let_in, me_signed_in, refusing, safe, whence
from backlit.web.forms import Fields, own_form
from backlit.web.render import page
from backlit.web.security import is_secret_kept

__all__ = ["account_page", "add_account_pages", "sign_in_address", "sign_in_page"]

_SHOWN = 200
#: What a form holds before anybody typed.
_BLANK = {"email": "", "name": "", "role": "", "projects": ""}
_ROLES = {
    "viewer": "reads; sees no outreach",
    "editor": "decides and changes",
    "owner": "does all, and lets others in",
}
_SCOPES = {"read": "reads", "decide": "reads and decides", "write": "changes", "admin": "does all"}


def sign_in_address(request: Request) -> str:
    """Where somebody signs in who asked for a page, and comes back to it."""
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"/sign-in?next={quote(asked[:2_000], safe='/')}" if request.method == "GET" else "/sign-in"


def add_account_pages(routes: APIRouter, desk: Desk) -> None:
    """Add the ways in and out, one's own account, and the people, to the routes of the HTML face."""
    _add_ways_in(routes, desk)
    _add_own(routes, desk)
    _add_own_forms(routes, desk)
    _add_people(routes, desk)
    _add_losses(routes, desk)


def _add_ways_in(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/sign-in", dependencies=[Depends(only("next"))])
    def form_of_sign_in(following: str = Query("/", alias="next")) -> Response:
        return sign_in_page(desk, following)

    @routes.post("/sign-in")
    def sign_in(request: Request, form: Fields = Depends(own_form)) -> Response:
        email, following = form.get("email", ""), form.get("next", "/")
        try:
            agent, address = whence(request)
            password = form.get("password", "")
            before = request.cookies.get(cookie_name(request))
            entry = app.sign_in(desk.home, email, password, agent=agent, address=address, before=before)
        except AccessError as error:
            return sign_in_page(desk, following, email=email, problem=error)
        return let_in(request, entry, following)

    @routes.post("/sign-out")
    def sign_out(request: Request, form: Fields = Depends(own_form)) -> Response:
        del form  # read for its origin only
        me = asker()
        if me.session is not None and me.who is not None:
            app.end_session(desk.home, me.who, me.session, address=address_of(request))
        answer = RedirectResponse("/sign-in", 303)
        answer.delete_cookie(cookie_name(request), secure=is_secret_kept(request.scope), httponly=True)
        return answer

    @routes.get("/welcome/{token}", dependencies=[Depends(only())])
    def form_of_welcome(token: str) -> Response:
        return _welcoming(desk, token)

    @routes.post("/welcome/{token}")
    def welcome(request: Request, token: str, form: Fields = Depends(own_form)) -> Response:
        given = {name: form.get(name, "")[:400] for name in ("email", "name")}
        agent, address = whence(request)
        try:
            _require_twice(form)
            entry = app.welcome(
                desk.home,
                token,
                form.get("password", ""),
                email=given["email"],
                name=given["name"],
                agent=agent,
                address=address,
                before=request.cookies.get(cookie_name(request)),
            )
        except AccountUnknown:
            raise
        except UsageError as error:
            return _welcoming(desk, token, given=given, problem=error)
        return let_in(request, entry, "/")


def _add_own(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/account", dependencies=[Depends(only())])
    def account() -> Response:
        return account_page(desk)

    @routes.get("/people", dependencies=[Depends(only())])
    def people() -> Response:
        return _people(desk)

    @routes.get("/people/log", dependencies=[Depends(only())])
    def log() -> Response:
        rows = app.user_log(desk.home, limit=_SHOWN).rows
        return page("account_log.html.j2", {"rows": rows, "option": desk.option}, desk=desk)


def _add_own_forms(routes: APIRouter, desk: Desk) -> None:
    @routes.post("/account/password")
    def password(request: Request, form: Fields = Depends(own_form)) -> Response:
        try:
            _require_twice(form)
            before, chosen, me = form.get("before", ""), form.get("password", ""), me_signed_in()
            app.change_password(desk.home, me, before, chosen, address=address_of(request))
        except (UsageError, AccessError) as error:
            return account_page(desk, problem=error)
        return RedirectResponse("/sign-in", 303)

    @routes.post("/account/sessions")
    def sessions(request: Request, form: Fields = Depends(own_form)) -> Response:
        which = form.get("session", "")
        number = int(which) if which.isascii() and which.isdigit() and len(which) < 10 else None
        app.end_session(desk.home, me_signed_in(), number, address=address_of(request))
        return RedirectResponse("/account", 303)

    @routes.post("/account/keys")
    def add_key(form: Fields = Depends(own_form)) -> Response:
        days = form.get("days", "")
        try:
            made = app.key_add(
                desk.home,
                form.get("name", ""),
                scope=form.get("scope", "read"),
                days=int(days) if days.isascii() and days.isdigit() and len(days) < 6 else 0,
                account=me_signed_in(),
            )
        except UsageError as error:
            return account_page(desk, problem=error)
        return account_page(desk, made=made.row)

    @routes.post("/account/keys/end")
    def end_key(form: Fields = Depends(own_form)) -> Response:
        app.key_rm(desk.home, form.get("key", ""), account=me_signed_in())
        return RedirectResponse("/account", 303)


def _add_people(routes: APIRouter, desk: Desk) -> None:
    @routes.post("/people")
    def add(form: Fields = Depends(own_form)) -> Response:
        email, name = (form.get(field, "")[:400] for field in ("email", "name"))
        role, projects = form.get("role", "viewer"), _listed(form.get("projects", ""))
        try:
            done = app.user_add(desk.home, email, name=name, role=role, projects=projects)
        except UsageError as error:
            return _people(desk, given=dict(form), problem=error)
        return _people(desk, linked=done.row)

    @routes.post("/people/edit")
    def edit(form: Fields = Depends(own_form)) -> Response:
        role = form.get("role")
        projects = _listed(form["projects"]) if "projects" in form else None
        try:
            app.user_edit(desk.home, form.get("email", "")[:400], role=role, projects=projects)
        except AccountUnknown:
            raise
        except UsageError as error:
            return _people(desk, problem=error)
        return RedirectResponse("/people", 303)


def _add_losses(routes: APIRouter, desk: Desk) -> None:
    """What owners do for those who lost something, and with those who leave."""

    @routes.post("/people/link")
    def link(form: Fields = Depends(own_form)) -> Response:
        return _people(desk, linked=app.user_link(desk.home, form.get("email", "")[:400]).row)

    @routes.post("/people/second-factor")
    def take_off(form: Fields = Depends(own_form)) -> Response:
        try:
            app.user_edit(desk.home, form.get("email", "")[:400], second_factor=False)
        except AccountUnknown:
            raise
        except UsageError as error:
            return _people(desk, problem=error)
        return RedirectResponse("/people", 303)

    @routes.post("/people/remove")
    def remove(form: Fields = Depends(own_form)) -> Response:
        try:
            app.user_rm(desk.home, form.get("email", "")[:400])
        except AccountUnknown:
            raise
        except UsageError as error:
            return _people(desk, problem=error)
        return RedirectResponse("/people", 303)

    @routes.post("/people/keys/end")
    def end_key(form: Fields = Depends(own_form)) -> Response:
        app.key_rm(desk.home, form.get("key", ""))
        return RedirectResponse("/people", 303)


# what pages show ----------------------------------------------------------------------


def sign_in_page(desk: Desk, following: str, *, email: str = "", problem: Any = None) -> Response:
    """The page where signing in begins, with what went wrong on it."""
    context = {
        "next": safe(following), "email": email[:300], "problem": problem, "option": desk.option,
        "has_accounts": app.has_accounts(desk.home),
    }  # fmt: skip
    return refusing(page("sign_in.html.j2", context, 200 if problem is None else 403, desk=desk), problem)


def _welcoming(
    desk: Desk, token: str, *, given: dict[str, str] | None = None, problem: Any = None
) -> Response:
    context = app.welcome_of(desk.home, token).row | {
        "token": token,
        "given": _BLANK | (given or {}),
        "problem": problem,
        "least": app.SHORTEST,
    }
    return page("welcome.html.j2", context, 200 if problem is None else 400, desk=desk)


def account_page(desk: Desk, *, made: app.Row | None = None, problem: Any = None) -> Response:
    """The page of one's own account, with what was made or went wrong on it."""
    me = asker()
    known = None if me.session is None or me.who is None else app.sessions_of(desk.home, me.who).row
    keys = [] if known is None else app.key_ls(desk.home, account=known["email"]).rows
    context = {
        "known": known, "keys": keys, "made": made, "problem": problem, "scopes": _SCOPES,
        "session": me.session, "least": app.SHORTEST, "option": desk.option,
    }  # fmt: skip
    return refusing(page("account.html.j2", context, 200 if problem is None else 400, desk=desk), problem)


def _people(
    desk: Desk, *, linked: app.Row | None = None, given: dict[str, str] | None = None, problem: Any = None
) -> Response:
    context = {
        "rows": app.user_ls(desk.home).rows, "keys": app.key_ls(desk.home).rows, "roles": _ROLES,
        "linked": linked, "given": _BLANK | (given or {}), "problem": problem, "option": desk.option,
    }  # fmt: skip
    return page("people.html.j2", context, 200 if problem is None else 400, desk=desk)


# what was sent --------------------------------------------------------------------------


def _require_twice(form: Fields) -> None:
    if form.get("password", "") != form.get("again", ""):
        raise UsageError("choose that password", "it was written in two ways", "Write the same twice.")


def _listed(text: str) -> list[str]:
    return [name for name in re.split(r"[\s,]+", text[:2_000]) if name]
