"""How does the recipient of a letter decline it? A page with a button, and the one click of RFC 8058.

The one address that takes a POST from anybody, also on a server that others reach: it asks for nothing but
what the letter itself carries, changes nothing on GET, and tells nothing that the recipient does not know.
"""

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse

from backlit import app
from backlit.app.home import is_loopback
from backlit.app.reaching import PATH, REACHED, is_one_click, proof_of
from backlit.errors import MessageUnknown, UsageError
from backlit.web.desk import Desk
from backlit.web.render import page

__all__ = ["add_unsubscribing"]

#: Bytes of a request that says no.
_MOST = 4_096


def add_unsubscribing(routes: APIRouter, desk: Desk) -> None:
    """Add the page, and what its button and mail programs send."""

    def ask(token: str) -> Response:
        answer = app.unsubscribing(desk.home, token)
        return _page(answer.row, done=False)

    async def decline(request: Request, token: str) -> Response:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > _MOST:
                raise UsageError("unsubscribe", "the request is too long", "Use the button of the page.")
        if (proof := proof_of(desk.home, token)) is not None:
            return PlainTextResponse(proof)
        if not is_one_click(body):
            found = "the request does not say List-Unsubscribe=One-Click"
            raise UsageError("unsubscribe", found, "Use the button of the page.")
        return _page(app.unsubscribe(desk.home, token).row, done=True)

    path = f"{PATH}{{token}}"
    for answer, method in ((ask, "GET"), (decline, "POST")):
        routes.add_api_route(
            path, answer, methods=[method], include_in_schema=False, response_class=HTMLResponse
        )
    _add_reached(routes, desk)


def _add_reached(routes: APIRouter, desk: Desk) -> None:
    """Add what tells this home whether a proxy lets strangers in by a name that only this machine has."""

    @routes.post(f"{REACHED}{{token}}", include_in_schema=False)
    def reached(token: str) -> Response:
        # where people sign in, or others reach this server anyhow, a proxy that leads here gives nothing away
        known = not is_loopback(desk.bound) or app.has_accounts(desk.home)
        if known or (proof := proof_of(desk.home, token)) is None:
            raise MessageUnknown("answer a question", "it is none of this home", "There is nothing to do.")
        return PlainTextResponse(proof)


def _page(row: app.Row, *, done: bool) -> Response:
    shown = {"kind": row["kind"], "to": row["to"], "done": done}
    return page("unsubscribe.html.j2", shown)
