"""How is a report read in a browser and taken away? Its page with downloads, and the same for programs."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from backlit import app
from backlit.app.answer import Answer
from backlit.errors import UsageError
from backlit.report.brand import brand_of
from backlit.report.document import timeline_chart
from backlit.web.asking import Ask, asked, only
from backlit.web.desk import Desk
from backlit.web.openapi import UNANSWERABLE, answers, refusals
from backlit.web.render import Frame, page
from backlit.web.twins import elsewhere, envelope_response

__all__ = ["add_report_pages", "add_reports"]

_TAKEN = ("scope", "as_of", "since", "vs", "for", "format", "brand_name", "colour")

For = Annotated[Literal["owner", "client", "executive"], Query(alias="for", description="whom it is for")]
Text = Annotated[str | None, Query(max_length=100)]
Form = Annotated[
    Literal["json", "html", "pdf", "xlsx", "zip"],
    Query(alias="format", description="JSON, or a file; PDF and XLSX need the extra `reports`"),
]
Asked = Mapping[str, Any]
#: Files of the home that the page names.
_KEPT = 12


def _asked(audience: str, since: str | None, vs: str | None) -> dict[str, Any]:
    return {"audience": audience, "since": since or None, "vs": vs or None}


def add_report_pages(routes: APIRouter, desk: Desk) -> None:
    """Add the page of a report, and its files, to the routes of the HTML face."""

    @routes.get("/t/{target}/report", response_class=HTMLResponse)
    def report(
        request: Request,
        ask: Ask = Depends(asked("report")),
        audience: For = "owner",
        since: Text = None,
        vs: Text = None,
        brand_name: Text = None,
        colour: Text = None,
    ) -> Response:
        form = {"for": audience, "since": since or "", "vs": vs or ""}
        form |= {"brand_name": brand_name or "", "colour": colour or ""}
        where = {name: getattr(ask, name) for name in ("scope", "as_of") if getattr(ask, name)}
        answer, problem = _answered(desk, ask, _asked(audience, since, vs))
        told = None if problem else answer.row
        context = {
            "frame": Frame(ask, "report", answer, desk.option, desk.leads(ask)),
            "form": form,
            "report": told,
            "problem": problem,
            "timeline": timeline_chart(told["timeline"]) if told and told["timeline"] else None,
            "files": list(app.REPORT_FORMS),
            "kept": app.reports_ls(desk.home, ask.target).rows[:_KEPT],
            "query": urlencode({name: value for name, value in (form | where).items() if value}),
            "path": f"/t/{request.path_params['target']}/report",
            "command": elsewhere(ask, "report", form, "", " -o report.pdf" + desk.option)["command"],
        }
        return page("report_page.html.j2", context, 400 if problem else 200, desk=desk)

    @routes.get("/t/{target}/reports/{name}")
    def kept(target: str, name: str) -> Response:
        headers = {"Content-Disposition": f'attachment; filename="{_plain(name)}"'}
        kind = app.REPORT_FORMS.get(name.rpartition(".")[2], "application/octet-stream")
        content = app.kept_report(desk.home, name, unquote(target))
        return Response(content, headers=headers, media_type=kind)

    for kind in app.REPORT_FORMS:
        routes.add_api_route(f"/t/{{target}}/report.{kind}", _file(desk, kind))

    @routes.get("/t/{target}/report.json")
    def twin(
        ask: Ask = Depends(asked("report")), audience: For = "owner", since: Text = None, vs: Text = None
    ) -> Response:
        return envelope_response(_told(desk, ask, _asked(audience, since, vs)))


def _told(desk: Desk, ask: Ask, asked_for: Asked) -> Answer:
    return app.report(desk.session(), ask.target, scope=ask.scope, as_of=ask.as_of, **asked_for)


def _answered(desk: Desk, ask: Ask, asked_for: Asked) -> tuple[Answer, UsageError | None]:
    """The report; for a period that is none the overview, so that it can be mended where it stands."""
    try:
        return _told(desk, ask, asked_for), None
    except UsageError as error:
        return desk.answer("overview", Ask(ask.target, ask.scope, ask.as_of)), error


def _file(desk: Desk, kind: str) -> Any:
    def file(
        ask: Ask = Depends(asked("report")),
        audience: For = "owner",
        since: Text = None,
        vs: Text = None,
        brand_name: Text = None,
        colour: Text = None,
    ) -> Response:
        return _made(desk, ask, kind, _asked(audience, since, vs), brand_name, colour)

    return file


def _made(
    desk: Desk, ask: Ask, kind: str, asked_for: Asked, brand_name: str | None, colour: str | None
) -> Response:
    """A report as a file to be kept under a name of its own."""
    brand = brand_of(brand_name, None, colour)
    made = app.report_file(
        desk.session(), ask.target, kind, brand=brand, scope=ask.scope, as_of=ask.as_of, **asked_for
    )
    name = f"{_plain(ask.target)[:80]}-{asked_for['audience']}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(made, headers=headers, media_type=app.REPORT_FORMS[kind])


def _plain(name: str) -> str:
    """A name that fits into a header."""
    return "".join(c if c.isascii() and (c.isalnum() or c in ".-") else "-" for c in name)


def add_reports(routes: APIRouter, desk: Desk) -> None:
    """Add reports to the routes of REST."""
    files: dict[str, Any] = {kind.partition(";")[0]: {} for kind in app.REPORT_FORMS.values()}
    told = answers(_SCHEMA, refusals({400: UNANSWERABLE}))
    told[200]["content"] |= files

    @routes.get(
        "/targets/{target}/report",
        summary="What happened in a period, was done, and comes next; as JSON or as a file",
        operation_id="report",
        responses=told,
        response_class=JSONResponse,
        dependencies=[Depends(only(*_TAKEN))],
    )
    def report(
        target: str,
        audience: For = "owner",
        since: Text = None,
        vs: Text = None,
        form: Form = "json",
        brand_name: Text = None,
        colour: Text = None,
        scope: Text = None,
        as_of: Text = None,
    ) -> Response:
        ask, asked_for = Ask(unquote(target), scope, as_of), _asked(audience, since, vs)
        if form != "json":
            return _made(desk, ask, form, asked_for, brand_name, colour)
        return envelope_response(_told(desk, ask, asked_for))


_MANY = {"type": "array", "items": {"type": "object"}}
_SAID = {"type": "array", "items": {"type": "string"}}
_NAMES: tuple[tuple[dict[str, Any], str], ...] = (
    ({"type": "string"}, "target conclusion"),
    ({"type": ["string", "null"]}, "scope"),
    ({"enum": ["owner", "client", "executive"]}, "for"),
    ({"type": "string", "format": "date-time"}, "since until as_of"),
    (_SAID, "narrative coverage unknowns sources"),
    (_MANY, "numbers won lost changed done next method clusters findings referring_domains anchors"),
    (_MANY, "top_links timeline source_rows"),
    ({"type": "integer"}, "days won_total lost_total changed_total won_sites lost_sites changed_sites"),
    ({"type": "integer"}, "clusters_total sources_total"),
    ({"type": ["object", "null"]}, "noise anchor_mix"),
    ({"type": "object"}, "mix"),
)
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {name: kind for kind, names in _NAMES for name in names.split()},
}
