"""What do programs get? `/api/v1`: the answers of the pages in one envelope, errors as RFC 9457 problems."""

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import APIRouter, Depends, Request, Response, params
from fastapi.responses import JSONResponse

import backlit
from backlit.app import worker_of
from backlit.app.lists import LISTS
from backlit.errors import HomeMissing
from backlit.web.accounts_rest import add_accounts
from backlit.web.alerts import add_alerts
from backlit.web.asking import Ask, asked, only
from backlit.web.decisions import add_decisions
from backlit.web.desk import Desk
from backlit.web.gap import add_gap
from backlit.web.graph import add_graph
from backlit.web.impact import add_impact
from backlit.web.jobs import add_jobs
from backlit.web.monitors import add_monitors
from backlit.web.openapi import UNANSWERABLE, answers, enveloped, list_schema, object_schema, refusals
from backlit.web.outreach_rest import add_outreach
from backlit.web.policies import add_policy
from backlit.web.projects import add_projects
from backlit.web.prospects import add_prospects
from backlit.web.receipts import add_receipts
from backlit.web.reports import add_reports
from backlit.web.settings import add_settings
from backlit.web.shares import add_shares
from backlit.web.sql import add_sql
from backlit.web.twins import FILES, envelope_response, file_response, wanted_format
from backlit.web.uploads import add_uploads
from backlit.web.vetting import add_vet
from backlit.web.views import add_views

__all__ = ["router"]

#: Path segment → (view, what it answers).
_REPORTS = {
    "overview": ("overview", "The profile of a target on one screen"),
    "backlinks": ("backlinks", "The links to a target, or the best one of each group"),
    "domains": ("domains", "The domains that link to a target"),
    "anchors": ("anchors", "The texts of the links to a target"),
    "best-pages": (
        "pages",
        "Pages by the links they earn: the target's, and those elsewhere that lead on to it",
    ),
    "changes": ("changes", "What is new, lost and changed, each with its reason"),
    "leads": ("leads", "Pages that someone says link to the target, and that were not read yet"),
    "sources": ("sources", "Who knows the target's links, how far they agree, and what none has seen"),
    "diversity": (
        "diversity",
        "Over how many networks, countries, words and more the links spread, beside peers",
    ),
    "audit": ("audit", "Numbers, findings with evidence, and what is not known"),
}

_WHOLE = "All rows, or the first `limit`, sent as they are read; `Backlit-Total` tells how many exist."
_REFUSED = refusals({400: UNANSWERABLE, 503: "There is no index yet"})
_GONE = refusals({410: "The cursor leads into data that is no longer kept"})


def _responses(view: str) -> dict[int | str, dict[str, Any]]:
    """What a report answers with: one envelope, of a list its files too, or a problem."""
    if view not in LISTS:
        return answers(object_schema(view), _REFUSED)
    content = {"application/json": {"schema": enveloped(list_schema(view))}}
    files: dict[str, Any] = {kind.partition(";")[0]: {} for kind in FILES.values()}
    told = f"One page as JSON. As a file, by `Accept` or `format`: {_WHOLE}"
    return {200: {"description": told, "content": {**content, **files}}} | _REFUSED | _GONE


def router(desk: Desk, first: Sequence[params.Depends]) -> APIRouter:
    """The routes of the REST face over one desk, with what each depends on `first`."""
    routes = APIRouter(prefix="/api/v1", dependencies=first)
    for name, (view, summary) in _REPORTS.items():
        routes.add_api_route(
            f"/targets/{{target}}/{name}",
            _report(desk, view, name),
            summary=summary,
            operation_id=name.replace("-", "_"),
            responses=_responses(view),
            response_class=JSONResponse,
        )

    add_receipts(routes, desk)
    add_gap(routes, desk)
    add_graph(routes, desk)
    add_prospects(routes, desk)
    add_reports(routes, desk)
    add_impact(routes, desk)
    add_vet(routes, desk)
    add_jobs(routes, desk)
    add_monitors(routes, desk)
    add_decisions(routes, desk)
    add_policy(routes, desk)
    add_alerts(routes, desk)
    add_outreach(routes, desk)
    add_projects(routes, desk)
    add_views(routes, desk)
    add_shares(routes, desk)
    add_accounts(routes, desk)
    add_uploads(routes, desk)
    add_sql(routes, desk)
    add_settings(routes, desk)

    @routes.get(
        "/targets",
        summary="The best linked domains of the index",
        operation_id="targets",
        responses=answers(_rows("domain", "domains", "links"), _REFUSED),
        dependencies=[Depends(only("limit"))],
    )
    def targets(limit: int = 20) -> Response:
        return envelope_response(desk.targets(max(1, min(limit, 1_000))))

    @routes.get(
        "/sources",
        summary="The files that the index was read from",
        operation_id="index_sources",
        responses=answers(_rows("name", "kind"), _REFUSED),
        dependencies=[Depends(only())],
    )
    def sources() -> Response:
        return envelope_response(desk.sources())

    @routes.get(
        "/health",
        summary="Whether the server answers, from which data, and which process does jobs (`worker`), if any",
        operation_id="health",
    )
    def health() -> dict[str, Any]:
        try:
            snapshot = str(desk.session().version.id)
        except HomeMissing:
            snapshot = None
        return {
            "status": "ok" if snapshot else "empty",
            "version": backlit.__version__,
            "snapshot": snapshot,
            "worker": worker_of(desk.home),
        }

    return routes


def _rows(text: str, *numbers: str) -> dict[str, Any]:
    """Rows of a name and some more."""
    fields = {text: {"type": "string"}} | {name: {} for name in numbers}
    return {"type": "array", "items": {"type": "object", "properties": fields}}


def _report(desk: Desk, view: str, name: str) -> Callable[..., Response]:
    more = ("format",) if view in LISTS else ()

    def report(request: Request, ask: Ask = Depends(asked(view, strict=True, more=more))) -> Response:
        if view in LISTS:
            form = wanted_format(request.query_params.get("format"), request.headers.get("accept", ""))
            if form is not None:
                return file_response(desk, view, ask, form)
        answer = desk.answer(view, ask)
        following = None
        if answer.next:
            _, _, query = ask.url(view, cursor=answer.next).partition("?")
            following = f"{_path(ask, name)}?{query}"
        return envelope_response(answer, following)

    return report


def _path(ask: Ask, name: str) -> str:
    from urllib.parse import quote

    return f"/api/v1/targets/{quote(ask.target, safe='')}/{name}"
