"""How is each project, and what does it take for granted? The portfolio, its forms, and the same over REST.

As elsewhere, nothing is changed but by a page of ours or a program on this machine; a server that others
reach tells nobody what was noted about a project, and by whom.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Body, Depends, Query, Response
from fastapi.responses import JSONResponse, RedirectResponse

from backlit import app
from backlit.app.answer import Answer, Row
from backlit.app.portfolio import NOT_COUNTED
from backlit.errors import AccessError, BacklitError, HomeMissing, UsageError
from backlit.report.portfolio import needs_of, period_of
from backlit.web.admission import asker, may_change, sees
from backlit.web.asking import only
from backlit.web.calls import add_call
from backlit.web.desk import Desk
from backlit.web.forms import Fields, own_form
from backlit.web.openapi import FOREIGN, answers, project_schema, refusals
from backlit.web.render import page
from backlit.web.twins import envelope_response

__all__ = ["add_project_pages", "add_projects", "portfolio_page"]

_LONGEST = 8_192
#: What somebody typed about a project, with what it is at first.
_BLANK = {"target": "", "slug": "", "name": "", "rivals": "", "brands": "", "country": "", "note": ""}
#: What is only told to those who are on this machine.
_PRIVATE = {"note": "", "added_by": ""}


def portfolio_of(desk: Desk, *, archived: bool = False) -> Answer:
    """The projects with their numbers, by the newest version of the index, where there is one."""
    try:
        session = desk.session()
    except HomeMissing:
        session = None
    answer = app.project_ls(desk.home, archived=archived, session=session)
    hidden = {} if may_change() else _PRIVATE
    rows = [row | hidden for row in answer.rows if sees(row["slug"])]
    return replace(answer, data=rows, total=len(rows), limit=len(rows))


# for people -----------------------------------------------------------------------


def portfolio_page(desk: Desk) -> Response | None:
    """The cards of the projects at work; None where there are none."""
    answer = portfolio_of(desk)
    if not answer.rows:
        return None
    context = {
        "rows": [_card(row) for row in answer.rows],
        "waiting": sum((row["needs_you"] or 0) > 0 for row in answer.rows),
        "unsure": sum(row["needs"]["audit"] is None or bool(row["audit_is_old"]) for row in answer.rows),
        "uncounted": sum(row["why"] == NOT_COUNTED for row in answer.rows),
        "may_change": may_change(),
        "option": desk.option,
    }
    return page("portfolio.html.j2", context, desk=desk)


def _card(row: Row) -> Row:
    return row | {"needs_words": needs_of(row), "period": period_of(row)}


def add_project_pages(routes: APIRouter, desk: Desk) -> None:
    """Add the forms of projects, and what they do, to the routes of the HTML face."""
    _add_reading(routes, desk)

    @routes.get("/projects.json", dependencies=[Depends(only())])
    def twin() -> Response:
        return envelope_response(portfolio_of(desk))

    @routes.post("/projects")
    def add(form: Fields = Depends(own_form)) -> Response:
        try:
            target, slug = form.get("target", "").strip()[:_LONGEST], form.get("slug", "").strip() or None
            app.project_add(desk.home, target, slug=slug, **_typed(form))
        except UsageError as error:
            return _listed(desk, form, error)
        return RedirectResponse("/", 303)

    @routes.post("/projects/{slug}")
    def edit(slug: str, form: Fields = Depends(own_form)) -> Response:
        try:
            typed = _typed(form)
            _require_within(desk, slug, typed["rivals"])
            app.project_edit(desk.home, slug, **typed)
        except UsageError as error:
            return _shown(desk, slug, form, error)
        return RedirectResponse(f"/projects/{quote(slug)}", 303)

    @routes.post("/projects/{slug}/archive")
    def archive(slug: str, form: Fields = Depends(own_form)) -> Response:
        try:
            app.project_archive(desk.home, slug, undo=form.get("undo") == "yes")
        except UsageError as error:
            return _shown(desk, slug, {}, error)
        return RedirectResponse("/projects", 303)


def _add_reading(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/projects", dependencies=[Depends(only("target"))])
    def projects(target: str = "") -> Response:
        if not may_change() or asker().sites is not None:  # their list is all there is of them then
            return RedirectResponse("/", 303)
        return _listed(desk, {"target": target[:_LONGEST]})

    @routes.get("/projects/{slug}", dependencies=[Depends(only())])
    def project(slug: str) -> Response:
        return _shown(desk, slug, {})


def _typed(form: Fields) -> dict[str, Any]:
    """What a form says of a project; brand terms may hold commas and have a line each."""
    return {
        "name": form.get("name", ""),
        "rivals": _lines(form.get("rivals", "").replace(",", "\n")),
        "brands": _lines(form.get("brands", "")),
        "country": form.get("country", ""),
        "note": form.get("note", ""),
    }


def _require_within(desk: Desk, slug: str, rivals: Sequence[str]) -> None:
    """AccessError where somebody who sees some projects only names a rival, and by that would see more."""
    if asker().sites is None:
        return
    kept = app.project_show(desk.home, slug).row["rivals"]
    others = [rival for rival in rivals if rival.strip() not in kept]
    if not asker().compares(others):
        found = f"{asker().who} sees some projects only, and a rival is compared with"
        raise AccessError(f"add the rival {others[0][:60]!r}", found, "Ask an owner for it.")


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _listed(desk: Desk, form: Fields, problem: BacklitError | None = None) -> Response:
    rows = app.project_ls(desk.home, archived=True, seconds=0).rows
    context = {
        "rows": rows,
        "form": {**_BLANK, **form},
        "problem": problem,
        "option": desk.option,
    }
    return page("projects.html.j2", context, 400 if problem else 200, desk=desk)


def _shown(desk: Desk, slug: str, form: Fields, problem: BacklitError | None = None) -> Response:
    row = app.project_show(desk.home, slug).row
    said = {"name": "" if row["name"] == row["target"] else row["name"], "country": row["country"] or ""}
    said |= {"rivals": "\n".join(row["rivals"]), "brands": "\n".join(row["brands"]), "note": row["note"]}
    context = {
        "project": row,
        "log": [event | {"told": _told(event["changed"])} for event in row["log"]],
        "form": {**said, **form},
        "problem": problem,
        "option": desk.option,
    }
    return page("project.html.j2", context, 400 if problem else 200, desk=desk)


def _told(changed: Row) -> str:
    """What was changed, in words."""
    return "; ".join(f"{name}: {_value(was)} → {_value(now)}" for name, (was, now) in changed.items())


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return str(value) if value else "none"


# for programs ---------------------------------------------------------------------

_REFUSED = refusals({400: "It cannot be done as asked", 403: FOREIGN, 404: "There is no such project"})


def add_projects(routes: APIRouter, desk: Desk) -> None:
    """Add the projects to the routes of REST; on a server that others reach only the list."""

    @routes.get(
        "/projects",
        summary="The projects with their numbers, those that need somebody most first",
        operation_id="projects",
        responses=answers(project_schema("numbers"), _REFUSED),
        response_class=JSONResponse,
        dependencies=[Depends(only("archived"))],
    )
    def projects(
        archived: bool = Query(False, description="also those that were put away"),
    ) -> Response:
        return envelope_response(portfolio_of(desk, archived=archived))

    for method, path, name, summary, view, call in _calls(desk):
        data = project_schema(view)
        add_call(routes, method, path, call, name=name, summary=summary, data=data, refused=_REFUSED)


def _calls(desk: Desk) -> Sequence[tuple[str, str, str, str, str, Any]]:
    def add(
        target: str = Body(max_length=_LONGEST),
        slug: str | None = Body(None, max_length=_LONGEST),
        name: str | None = Body(None, max_length=_LONGEST),
        rivals: list[str] | None = Body(None, max_length=100),
        brands: list[str] | None = Body(None, max_length=100),
        country: str | None = Body(None, max_length=_LONGEST),
        note: str | None = Body(None, max_length=_LONGEST),
    ) -> Response:
        known: dict[str, Any] = {"slug": slug, "name": name, "country": country, "note": note or ""}
        known |= {"rivals": rivals or (), "brands": brands or ()}
        return envelope_response(app.project_add(desk.home, target, **known))

    def show(slug: str) -> Response:
        return envelope_response(app.project_show(desk.home, slug))

    def edit(
        slug: str,
        name: str | None = Body(None, max_length=_LONGEST),
        rivals: list[str] | None = Body(None, max_length=100),
        brands: list[str] | None = Body(None, max_length=100),
        country: str | None = Body(None, max_length=_LONGEST),
        note: str | None = Body(None, max_length=_LONGEST),
    ) -> Response:
        _require_within(desk, slug, rivals or ())
        known: dict[str, Any] = {"name": name, "country": country, "note": note}
        return envelope_response(app.project_edit(desk.home, slug, rivals=rivals, brands=brands, **known))

    def archive(slug: str, undo: bool = Body(False, embed=True)) -> Response:
        return envelope_response(app.project_archive(desk.home, slug, undo=undo))

    one, changed = "/projects/{slug}", "Change what is known of a project; what is empty is taken away"
    away = "Put a project away, or with `undo` take it up again; nothing of it is lost"
    return (
        ("POST", "/projects", "add_project", "Work on a site: a domain or a host", "project", add),
        ("GET", one, "project", "A project, and who changed what of it when", "whole", show),
        ("PATCH", one, "edit_project", changed, "project", edit),
        ("POST", f"{one}/archive", "archive_project", away, "project", archive),
    )
