"""How does somebody turn a second factor on and off, and give its code when they sign in?"""

import hmac
from itertools import groupby
from typing import Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from backlit import app
from backlit.app.codes import in_groups, setting_up
from backlit.errors import AccessError, SignInNeeded, UsageError
from backlit.web.accounts import account_page, sign_in_page
from backlit.web.admission import code_cookie_name, cookie_name
from backlit.web.asking import only
from backlit.web.desk import Desk
from backlit.web.entering import forget_code, keep_session, let_in, me_signed_in, refusing, safe, whence
from backlit.web.forms import Fields, own_form
from backlit.web.proving import ProofNeeded
from backlit.web.render import page

__all__ = ["add_second_factor_pages", "proof_page"]

#: Modules of white around a QR code: without four, cameras do not find it.
_QUIET = 4


def add_second_factor_pages(routes: APIRouter, desk: Desk) -> None:
    """Add the second step of signing in, and what an account does with its second factor."""
    _add_second_step(routes, desk)
    _add_forms(routes, desk)


def proof_page(request: Request, needed: ProofNeeded) -> Response:
    """The page that asks for password and code again, and sends the form that waits for them."""
    desk: Desk = request.app.state.desk
    me = me_signed_in()
    context = {
        "action": request.url.path, "fields": needed.fields, "problem": needed.problem, "whose": me,
        "takes_code": app.sessions_of(desk.home, me).row["second_factor"],
    }  # fmt: skip
    return refusing(page("proof.html.j2", context, 403, desk=desk), needed.problem)


def _add_second_step(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/sign-in/code", dependencies=[Depends(only("next"))])
    def form_of_code(request: Request, following: str = Query("/", alias="next")) -> Response:
        token = request.cookies.get(code_cookie_name(request))
        if not token or not app.is_code_waited_for(desk.home, token):
            return RedirectResponse("/sign-in", 303)
        return _asking(desk, following)

    @routes.post("/sign-in/code")
    def enter(request: Request, form: Fields = Depends(own_form)) -> Response:
        token, following = request.cookies.get(code_cookie_name(request), ""), form.get("next", "/")
        try:
            entry = app.enter_code(desk.home, token, _given(request, form))
        except SignInNeeded as error:
            return sign_in_page(desk, following, problem=error)
        except AccessError as error:
            return _asking(desk, following, problem=error)
        answer = let_in(request, entry, following)
        forget_code(request, answer)
        return answer


def _add_forms(routes: APIRouter, desk: Desk) -> None:
    @routes.post("/account/second-factor")
    def begin(request: Request, form: Fields = Depends(own_form)) -> Response:
        del form  # read for its origin only
        me = me_signed_in()
        try:
            secret = app.begin_factor(desk.home, me).row["secret"]
        except UsageError as error:
            return account_page(desk, problem=error)
        return _setting_up(request, desk, me, secret)

    @routes.post("/account/second-factor/on")
    def turn_on(request: Request, form: Fields = Depends(own_form)) -> Response:
        me = me_signed_in()
        try:
            codes, entry = app.turn_on_factor(desk.home, me, _given(request, form))
        except (UsageError, AccessError) as error:
            secret = app.factor_begun(desk.home, me) or ""
            shown = form.get("secret", "")  # nobody gets a secret here who was not shown it
            if not shown or not hmac.compare_digest(secret.encode(), shown.encode()):
                return account_page(desk, problem=error)
            return _setting_up(request, desk, me, secret, problem=error)
        answer = _shown(desk, codes, is_new=True)
        keep_session(request, answer, entry.token)
        return answer

    @routes.post("/account/second-factor/off")
    def turn_off(request: Request, form: Fields = Depends(own_form)) -> Response:
        me = me_signed_in()
        try:
            entry = app.turn_off_factor(desk.home, me, _given(request, form))
        except (UsageError, AccessError) as error:
            return account_page(desk, problem=error)
        answer = RedirectResponse("/account", 303)
        keep_session(request, answer, entry.token)
        return answer

    @routes.post("/account/second-factor/codes")
    def renew(request: Request, form: Fields = Depends(own_form)) -> Response:
        me = me_signed_in()
        try:
            codes = app.renew_recovery_codes(desk.home, me, _given(request, form))
        except (UsageError, AccessError) as error:
            return account_page(desk, problem=error)
        return _shown(desk, codes, is_new=False)


def _given(request: Request, form: Fields) -> app.Given:
    agent, address = whence(request)
    password, code = form.get("password", ""), form.get("code", "")[:100]
    return app.Given(password, code, agent, address, request.cookies.get(cookie_name(request)))


def _asking(desk: Desk, following: str, *, problem: Any = None) -> Response:
    context = {"next": safe(following), "problem": problem}
    answer = page("sign_in_code.html.j2", context, 200 if problem is None else 403, desk=desk)
    answer.headers["Cache-Control"] = "no-store"
    return refusing(answer, problem)


def _setting_up(request: Request, desk: Desk, me: str, secret: str, *, problem: Any = None) -> Response:
    host = request.url.hostname or ""
    issuer = "Backlit" if ":" in host else f"Backlit {host}".strip()
    link = setting_up(secret, me, issuer)
    size, path = _qr(link)
    context = {
        "problem": problem, "secret": in_groups(secret, 4), "link": link, "whose": me,
        "size": size, "path": path,
    }  # fmt: skip
    answer = page("second_factor.html.j2", context, 200 if problem is None else 400, desk=desk)
    return refusing(answer, problem)


def _shown(desk: Desk, codes: list[str], *, is_new: bool) -> Response:
    return page("recovery_codes.html.j2", {"codes": codes, "is_new": is_new}, desk=desk)


def _qr(text: str) -> tuple[int, str]:
    """A QR code: how wide it is, and the path of what is dark in it, row by row."""
    import segno  # for this page alone

    rows = [list(row) for row in segno.make_qr(text, error="m").matrix]
    drawn = []
    for y, row in enumerate(rows, _QUIET):
        x = _QUIET
        for dark, run in groupby(row):
            length = len(list(run))
            drawn += [f"M{x} {y}h{length}v1h-{length}z"] if dark else []
            x += length
    return len(rows) + 2 * _QUIET, "".join(drawn)
