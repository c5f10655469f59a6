"""How are saved views listed, opened, saved and removed in a browser and by programs?

The address stays the state: a view is a name for one, and opening it leads there. As elsewhere, nothing is
changed but by a page of ours or a program on this machine; others are not told who saved what.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, unquote

from fastapi import APIRouter, Body, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse

from backlit import app
from backlit.app.answer import Answer, Row
from backlit.errors import BacklitError, UsageError, ViewUnknown
from backlit.report.places import address, asked_of, place_named
from backlit.web.admission import asker, may_change
from backlit.web.asking import only
from backlit.web.calls import add_call
from backlit.web.desk import Desk
from backlit.web.forms import Fields, own_form, own_page
from backlit.web.menu import alert_form, share_form
from backlit.web.openapi import FOREIGN, refusals, view_schema
from backlit.web.render import page
from backlit.web.twins import envelope_response

__all__ = ["Elsewhere", "add_view_pages", "add_views", "go_there", "whole_view"]

_LONGEST = 8_192


class Elsewhere(Exception):  # no error: it ends a request where it is answered
    """The answer lives at another address of ours."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


def go_there(_request: Request, found: Exception) -> Response:
    """Lead a request to where its answer lives."""
    assert isinstance(found, Elsewhere)
    return RedirectResponse(found.url, 303)


def whole_view(desk: Desk) -> Callable[[Request], Awaitable[None]]:
    """What leads `?view=3`, on any page of a target, to the address that the view is a name for.

    The target of the page counts, and so does whatever else the address asks.
    """

    def lead(request: Request, number: str, target: str) -> None:
        if asker().sites is not None:  # views are of the whole home
            raise ViewUnknown(f"look at view {number[:20]!r}", "it is not yours", "Ask without it.")
        about = unquote(target)
        row = app.view_open(desk.home, _number(number), target=about).row
        place = place_named(row["page"])
        given = {**row["query"], **dict(request.query_params.items())}
        asked = asked_of(place, given.items(), strict=False, whole=True)
        suffix = request.url.path.rpartition("/")[2].partition(".")[2] if _is_twin(request) else ""
        if suffix:  # a file has no picture
            asked = {name: value for name, value in asked.items() if name not in place.draws}
        path, _, query = address(place, about, asked).partition("?")
        raise Elsewhere(path + (f".{suffix}" if suffix else "") + (f"?{query}" if query else ""))

    async def check(request: Request) -> None:
        number, target = request.query_params.get("view"), request.path_params.get("target")
        if number is not None and target is not None and request.method in ("GET", "HEAD"):
            await run_in_threadpool(lead, request, number, target)

    return check


def _is_twin(request: Request) -> bool:
    """Whether the address is that of a file: below the target, and with a suffix."""
    below = str(request.scope["path"]).split("/")[3:]
    return bool(below) and "." in below[-1]


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise ViewUnknown(f"look at view {text[:20]!r}", "that is no number", "/views lists them.")
    return int(text)


def _listed(desk: Desk, *, target: str | None = None, view: str | None = None) -> Answer:
    answer = app.view_ls(desk.home, target=target or None, page=view or None)
    return replace(answer, data=[_told(row) for row in answer.rows])


def _told(row: Row) -> Row:
    """A view as a server tells it: by whom, only to those who may change something."""
    private = {name: "" for name in ("added_by", "removed_by") if name in row}
    return row if may_change() else row | private


# for people -----------------------------------------------------------------------


def add_view_pages(routes: APIRouter, desk: Desk) -> None:
    """Add the list of views, and what its forms do, to the routes of the HTML face."""

    def listed(problem: BacklitError | None = None, form: Fields | None = None) -> Response:
        rows = [
            row | {"alert_form": alert_form(row, row["target"]), "share_form": share_form(row)}
            for row in _listed(desk).rows
        ]
        context = {
            "rows": rows,
            "form": form or {},
            "problem": problem,
            "may_change": may_change(),
            "option": desk.option,
        }
        return page("views.html.j2", context, 400 if problem else 200, desk=desk)

    @routes.get("/views", dependencies=[Depends(only())])
    def views() -> Response:
        return listed()

    @routes.get("/views.json", dependencies=[Depends(only("target", "page"))])
    def twin(target: str = Query("", max_length=_LONGEST), page: str = "") -> Response:
        return envelope_response(_listed(desk, target=target, view=page))

    @routes.get("/views/{view}", dependencies=[Depends(only("target"))])
    def open_one(view: int, target: str = Query("", max_length=_LONGEST)) -> Response:
        try:
            row = app.view_open(desk.home, view, target=target.strip() or None).row
        except ViewUnknown:
            raise
        except UsageError as error:
            return listed(error)
        return RedirectResponse(row["address"], 303)

    @routes.post("/views")
    def save(form: Fields = Depends(own_form)) -> Response:
        try:
            row = _save(desk, form)
        except UsageError as error:
            return listed(error, form)
        shown = app.view_open(desk.home, row["id"], target=form.get("target") or None).row
        return RedirectResponse(f"{shown['address']}#view-{row['id']}", 303)

    @routes.post("/views/{view}/remove", dependencies=[Depends(own_page)])
    def remove(view: int) -> Response:
        app.view_rm(desk.home, view)
        return RedirectResponse("/views", 303)


def _save(desk: Desk, form: Fields) -> Row:
    """What the form of a report's page says: its own target, that of the project, or any."""
    of, target = form.get("of", "target"), form.get("target", "")[:_LONGEST]
    known: dict[str, Any] = {"target": target} if of == "target" else {}
    if of.startswith("project "):
        known = {"project": of.removeprefix("project ")}
    query = dict(parse_qsl(form.get("query", ""), keep_blank_values=True))
    answer = app.view_save(desk.home, form.get("name", ""), form.get("page", ""), query=query, **known)
    return answer.row


# for programs ---------------------------------------------------------------------

_REFUSED = refusals({400: "It cannot be done as asked", 403: FOREIGN, 404: "There is no such view"})


def add_views(routes: APIRouter, desk: Desk) -> None:
    """Add the views to the routes of REST."""
    for method, path, name, summary, many, call in _calls(desk):
        taken = {"views": ("target", "page"), "view": ("target",)}.get(name, ())
        data = view_schema(many=many)
        add_call(
            routes, method, path, call, name=name, summary=summary, data=data, refused=_REFUSED, taken=taken
        )


def _calls(desk: Desk) -> Sequence[tuple[str, str, str, str, bool, Any]]:
    target_of = Query(None, max_length=_LONGEST, description="those that this target can be looked at by")

    def views(
        target: str | None = target_of,
        page: str | None = Query(None, max_length=100, description="only of this page: `backlinks`"),
    ) -> Response:
        return envelope_response(_listed(desk, target=target, view=page))

    def save(
        name: str = Body(max_length=_LONGEST),
        page: str = Body(max_length=100),
        query: dict[str, str] | None = Body(None, description="the parameters of its address"),
        target: str | None = Body(None, max_length=_LONGEST),
        project: str | None = Body(None, max_length=_LONGEST),
    ) -> Response:
        answer = app.view_save(
            desk.home, name, page, query=query, target=target or None, project=project or None
        )
        return envelope_response(answer)

    def view(
        view: int,
        target: str | None = Query(None, max_length=_LONGEST, description="instead of the view's own"),
    ) -> Response:
        answer = app.view_open(desk.home, view, target=target or None)
        return envelope_response(replace(answer, data=_told(answer.row)))

    def remove(view: int) -> Response:
        return envelope_response(app.view_rm(desk.home, view))

    listed = "The saved views, or those that a target can be looked at by, each with what it asks"
    kept = "Keep a page with what is asked of it: of a target, of that of a project, or of any"
    gone = "Remove a view; who did that, and when, stays on record"
    return (
        ("GET", "/views", "views", listed, True, views),
        ("POST", "/views", "save_view", kept, False, save),
        ("GET", "/views/{view}", "view", "A view, with its address and command for a target", False, view),
        ("DELETE", "/views/{view}", "remove_view", gone, False, remove),
    )
