"""How are links to shared pages made, listed and ended, in a browser and by programs?

What a link opens is shown elsewhere (`web.shared`). The link itself is told once, to whoever made it.
"""

import os
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Body, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from backlit import app
from backlit.app.answer import Row
from backlit.app.home import is_loopback, site_address
from backlit.errors import UsageError
from backlit.report.places import read_address
from backlit.web.asking import only
from backlit.web.calls import add_call
from backlit.web.desk import Desk
from backlit.web.forms import Fields, own_form, own_page
from backlit.web.openapi import FOREIGN, refusals, share_schema
from backlit.web.render import page
from backlit.web.twins import envelope_response

__all__ = ["add_share_pages", "add_shares"]

_LONGEST = 8_192
#: What the form holds before anybody typed.
_BLANK = {"address": "", "target": "", "name": "", "days": str(app.SHARE_DAYS), "freeze": "", "csv": ""}
#: Links that open nothing any longer, as many as the page lists.
_ENDED = 50


# for people -----------------------------------------------------------------------


def add_share_pages(routes: APIRouter, desk: Desk) -> None:
    """Add the list of links, and what its forms do, to the routes of the HTML face."""

    @routes.get("/shares", dependencies=[Depends(only("address", "target"))])
    def shares(
        request: Request,
        address: str = Query("", max_length=_LONGEST),
        target: str = Query("", max_length=_LONGEST),
    ) -> Response:
        return _listed(desk, request, {"address": address, "target": target})

    @routes.get("/shares.json", dependencies=[Depends(only("ended"))])
    def twin(*, ended: bool = False) -> Response:
        return envelope_response(app.share_ls(desk.home, ended=ended))

    @routes.post("/shares")
    def add(request: Request, form: Fields = Depends(own_form)) -> Response:
        try:
            made = _add(desk, form)
        except UsageError as error:
            return _listed(desk, request, form, problem=error)
        return _listed(desk, request, {}, made=made)

    @routes.post("/shares/{share}/end", dependencies=[Depends(own_page)])
    def end(share: int) -> Response:
        app.share_rm(desk.home, share)
        return RedirectResponse("/shares", 303)


def _add(desk: Desk, form: Fields) -> Row:
    found, days = read_address(form.get("address", "")), form.get("days", "")
    return app.share_add(
        desk.home,
        found.place.name,
        target=form.get("target", "").strip()[:_LONGEST] or found.target,
        query=found.asked,
        name=form.get("name", ""),
        days=int(days) if days.isascii() and days.isdigit() and len(days) < 6 else 0,
        freeze=form.get("freeze") == "on",
        csv=form.get("csv") == "on",
    ).row


def _listed(
    desk: Desk,
    request: Request,
    form: Mapping[str, str],
    *,
    made: Row | None = None,
    problem: UsageError | None = None,
) -> Response:
    rows = app.share_ls(desk.home, ended=True).rows
    base = site_address() if os.environ.get("BACKLIT_URL") else str(request.base_url).rstrip("/")
    context = {
        "rows": [row for row in rows if row["opens"]],
        "ended": [row for row in rows if not row["opens"]][:_ENDED],
        "form": _BLANK | {name: form[name] for name in _BLANK if name in form},
        "made": made,
        "base": base,
        "is_near": is_loopback(urlsplit(base).hostname or ""),
        "problem": problem,
        "option": desk.option,
    }
    return page("shares.html.j2", context, 400 if problem else 200, desk=desk)


# for programs ---------------------------------------------------------------------

_REFUSED = refusals({400: "It cannot be done as asked", 403: FOREIGN, 404: "There is no such link or view"})


def add_shares(routes: APIRouter, desk: Desk) -> None:
    """Add the links to the routes of REST."""
    for method, path, name, summary, many, call in _calls(desk):
        taken = ("ended",) if name == "shares" else ()
        data = share_schema(many=many)
        add_call(
            routes, method, path, call, name=name, summary=summary, data=data, refused=_REFUSED, taken=taken
        )


def _calls(desk: Desk) -> Sequence[tuple[str, str, str, str, bool, Any]]:
    def shares(*, ended: bool = Query(False, description="also those that open nothing now")) -> Response:
        return envelope_response(app.share_ls(desk.home, ended=ended))

    def share(
        page: str = Body("", max_length=100),
        query: dict[str, str] | None = Body(None, description="the parameters of its address"),
        target: str | None = Body(None, max_length=_LONGEST),
        view: int | None = Body(None, description="instead of a page: a saved view"),
        name: str = Body("", max_length=_LONGEST, description="what stands above the page"),
        days: int = Body(app.SHARE_DAYS, description="how long it opens the page, 365 at most"),
        freeze: bool = Body(False, description="show what is known now, whatever is read later"),
        csv: bool = Body(False, description="let its rows be taken away"),
    ) -> Response:
        asked: dict[str, Any] = {"query": query, "target": target or None, "view": view, "name": name}
        return envelope_response(app.share_add(desk.home, page, **asked, days=days, freeze=freeze, csv=csv))

    def end(share: int) -> Response:
        return envelope_response(app.share_rm(desk.home, share))

    listed = "The links by which anybody opens one page, the newest first"
    made = "Make such a link, which is told this once: where it leads, below the server, is `link`"
    gone = "Let a link open nothing any longer; who did that, and when, stays on record"
    return (
        ("GET", "/shares", "shares", listed, True, shares),
        ("POST", "/shares", "share", made, False, share),
        ("DELETE", "/shares/{share}", "end_share", gone, False, end),
    )
