"""Which pages are watched, how are they, and why is one link counted? In a browser, and for programs."""

from typing import Any, Literal

from fastapi import APIRouter, Body, Depends, Response
from fastapi.responses import JSONResponse, RedirectResponse

from backlit import app
from backlit.errors import BacklitError, UsageError
from backlit.web.admission import require_within, within
from backlit.web.asking import only
from backlit.web.desk import Desk
from backlit.web.forms import Fields, own_form, own_page
from backlit.web.openapi import FOREIGN, answers, find_schema, monitor_schema, refusals
from backlit.web.render import page
from backlit.web.twins import envelope_response

__all__ = ["add_monitor_pages", "add_monitors"]

KINDS = {
    "earned": "earned: somebody meant it",
    "compensated": "compensated: paid for, with a product or money",
    "own": "own: it is a site of mine",
}
#: Text of a field that names one thing.
_LONGEST = 8_192
_BLANK = {"pages": "", "target": "", "kind": "earned", "anchor": ""}


# for people -----------------------------------------------------------------------


def add_monitor_pages(routes: APIRouter, desk: Desk) -> None:
    """Add the list of watched links, its form, and the diagnosis of one page."""

    @routes.get("/monitors", dependencies=[Depends(only())])
    def monitors() -> Response:
        return _listed(desk, {})

    @routes.get("/monitors.json", dependencies=[Depends(only())])
    def twin() -> Response:
        return envelope_response(app.monitor_ls(desk.home, within=within()))

    @routes.post("/monitors")
    def add(form: Fields = Depends(own_form)) -> Response:
        try:
            done = _add(desk, form)
        except UsageError as error:
            return _listed(desk, form, error, status=400)
        if done["refused"]:
            return _listed(desk, {**form, "pages": "\n".join(done["refused"])}, done=done)
        return RedirectResponse("/monitors", 303)

    @routes.post("/monitors/remove")
    def remove(form: Fields = Depends(own_form)) -> Response:
        require_within("stop watching", form.get("target", ""))
        app.monitor_rm(desk.home, [form.get("url", "")], target=form.get("target"), lists=False)
        return RedirectResponse("/monitors", 303)

    @routes.post("/monitors/check", dependencies=[Depends(own_page)])
    def check() -> Response:
        job = app.ask_job(desk.home, "monitor-check", {}, by="web app", folder=desk.home)
        return RedirectResponse(f"/jobs/{job.row['id']}", 303)

    @routes.get("/find", dependencies=[Depends(only("page", "target"))])
    def form_of_find(page: str = "", target: str = "") -> Response:
        return _found(desk, page, target)

    @routes.post("/find")
    def find(form: Fields = Depends(own_form)) -> Response:
        url, target = form.get("page", "").strip(), form.get("target", "").strip()
        try:
            row = app.find(desk.home, url[:_LONGEST], target[:_LONGEST]).row
        except UsageError as error:
            return _found(desk, url, target, problem=error, status=400)
        return _found(desk, url, target, row=row)


def _listed(
    desk: Desk,
    form: Fields,
    problem: BacklitError | None = None,
    *,
    done: dict[str, Any] | None = None,
    status: int = 200,
) -> Response:
    rows = app.monitor_ls(desk.home, within=within()).rows
    context = {
        "rows": sorted(rows, key=lambda row: not row["needs_attention"]),
        "attention": sum(row["needs_attention"] for row in rows),
        "form": {**_BLANK, **form},
        "kinds": KINDS,
        "problem": problem,
        "done": done,
        "option": desk.option,
    }
    return page("monitors.html.j2", context, status, desk=desk)


def _add(desk: Desk, form: Fields) -> dict[str, Any]:
    target = form.get("target", "").strip()[:_LONGEST]
    require_within("watch pages", target)
    pages = [line.strip()[:_LONGEST] for line in form.get("pages", "").splitlines() if line.strip()]
    answer = app.monitor_add(
        desk.home,
        pages,
        target,
        kind=form.get("kind", "earned"),
        anchor=form.get("anchor", "").strip()[:_LONGEST] or None,
        lists=False,
    )
    return dict(answer.row)


def _found(
    desk: Desk,
    url: str,
    target: str,
    *,
    row: dict[str, Any] | None = None,
    problem: BacklitError | None = None,
    status: int = 200,
) -> Response:
    context = {"url": url, "target": target, "row": row, "problem": problem, "option": desk.option}
    return page("find.html.j2", context, status, desk=desk)


# for programs ---------------------------------------------------------------------

_REFUSED = refusals(
    {
        400: "No page is an address, no monitor is meant, or the target is none",
        403: FOREIGN,
    }
)
_KIND = Literal["earned", "compensated", "own"]


def add_monitors(routes: APIRouter, desk: Desk) -> None:
    """Add monitors and the diagnosis of a page to the routes of REST."""

    @routes.get(
        "/monitors",
        summary="What is watched: the last state, what is lacking, when it is due, 90 days of history",
        operation_id="monitors",
        responses=answers(monitor_schema(), _REFUSED),
        response_class=JSONResponse,
        dependencies=[Depends(only())],
    )
    def monitors() -> Response:
        return envelope_response(app.monitor_ls(desk.home, within=within()))

    @routes.post(
        "/monitors",
        summary="Watch pages for links to a target; a target that is a URL is a promise",
        operation_id="add_monitors",
        responses=answers(_done("added", "renewed", "kind", "target"), _REFUSED),
        response_class=JSONResponse,
        dependencies=[Depends(own_page)],
    )
    def add(
        pages: list[str] = Body(max_length=10_000),
        target: str = Body(max_length=_LONGEST),
        kind: _KIND = Body(default="earned"),
        anchor: str | None = Body(default=None, max_length=_LONGEST),
    ) -> Response:
        require_within("watch pages", target)
        return envelope_response(
            app.monitor_add(desk.home, pages, target, kind=kind, anchor=anchor, lists=False)
        )

    @routes.post(
        "/monitors/remove",
        summary="Watch pages no longer; what was seen of them stays",
        operation_id="remove_monitors",
        responses=answers(_done("removed"), _REFUSED),
        response_class=JSONResponse,
        dependencies=[Depends(own_page)],
    )
    def remove(
        pages: list[str] = Body(max_length=10_000),
        target: str | None = Body(default=None, max_length=_LONGEST),
    ) -> Response:
        require_within("stop watching", target or "")
        return envelope_response(app.monitor_rm(desk.home, pages, target=target, lists=False))

    @routes.post(
        "/find",
        summary="Look at one page now, and say step by step why its link is counted, or not",
        operation_id="find",
        responses=answers(find_schema(), _REFUSED),
        response_class=JSONResponse,
        dependencies=[Depends(own_page)],
    )
    def find(page: str = Body(max_length=_LONGEST), target: str = Body(max_length=_LONGEST)) -> Response:
        return envelope_response(app.find(desk.home, page, target))


def _done(*names: str) -> dict[str, Any]:
    """What came of a change: some fields, and the lines that were no address."""
    refused = {"refused": {"type": "array", "items": {"type": "string"}}}
    return {"type": "object", "properties": {name: {} for name in names} | refused}
