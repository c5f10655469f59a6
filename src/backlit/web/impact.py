"""How is it shown what pages did while their links were won and lost? The page, and the same for programs."""

from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from backlit import app
from backlit.app.answer import Answer
from backlit.errors import FilterError, UsageError
from backlit.web.asking import Ask, asked, only
from backlit.web.desk import Desk
from backlit.web.openapi import UNANSWERABLE, answers, refusals
from backlit.web.render import Frame, page
from backlit.web.twins import elsewhere, envelope_response

__all__ = ["add_impact", "add_impact_page"]

_TAKEN = ("scope", "as_of", "since", "q", "limit")
Text = Annotated[str | None, Query(max_length=100)]
Filter = Annotated[str | None, Query(max_length=4_096, description="a filter of the links")]
Most = Annotated[int, Query(ge=1, le=10_000)]


def add_impact_page(routes: APIRouter, desk: Desk) -> None:
    """Add the page of a target's impact to the routes of the HTML face."""

    @routes.get("/t/{target}/impact", response_class=HTMLResponse)
    def impact(
        request: Request,
        ask: Ask = Depends(asked("impact")),
        since: Text = None,
        q: Filter = None,
        limit: Most = 100,
    ) -> Response:
        form = {"since": since or "", "q": q or ""}
        answer, problem = _answered(desk, ask, since, q, limit)
        shown = answer or desk.answer("overview", Ask(ask.target, ask.scope, ask.as_of))
        told = {name: value for name, value in form.items() if value}
        context = {
            "frame": Frame(ask, "impact", shown, desk.option, desk.leads(ask)),
            "form": form,
            "answer": answer,
            "told": answer.row if answer else None,
            "problem": problem,
            **elsewhere(ask, "impact", form | {"limit": limit}, request.path_params["target"], desk.option),
        }
        return page("impact.html.j2", context, 400 if problem and told else 200, desk=desk)


def _answered(
    desk: Desk, ask: Ask, since: str | None, q: str | None, limit: int
) -> tuple[Answer | None, UsageError | FilterError | None]:
    """The answer, or what it lacks."""
    try:
        return _impact(desk, ask, since, q, limit), None
    except (UsageError, FilterError) as error:
        return None, error


def _impact(desk: Desk, ask: Ask, since: str | None, q: str | None, limit: int) -> Answer:
    return app.impact(
        desk.session(),
        ask.target,
        since=since or None,
        q=q or None,
        limit=limit,
        scope=ask.scope,
        as_of=ask.as_of,
    )


def add_impact(routes: APIRouter, desk: Desk) -> None:
    """Add impact to the routes of REST."""

    @routes.get(
        "/targets/{target}/impact",
        summary="Clicks, impressions and visits of pages beside links won and lost",
        operation_id="impact",
        responses=answers(_SCHEMA, refusals({400: UNANSWERABLE})),
        response_class=JSONResponse,
        dependencies=[Depends(only(*_TAKEN))],
    )
    def impact(
        target: str,
        since: Text = None,
        q: Filter = None,
        limit: Most = 100,
        scope: Text = None,
        as_of: Text = None,
    ) -> Response:
        return envelope_response(_impact(desk, Ask(unquote(target), scope, as_of), since, q, limit))


_MANY = {"type": "array", "items": {"type": "object"}}
_SCHEMA = {
    "type": "object",
    "properties": {
        "target": {"type": "string"},
        "scope": {"type": ["string", "null"]},
        "looked_until": {"type": ["string", "null"], "format": "date-time"},
        "before": {"type": "object"},
        "after": {"type": "object"},
        "effects": _MANY,
        "pages": _MANY,
        "visits": {"type": ["object", "null"]},
        "left_out": {"type": "object"},
        "notes": {"type": "array", "items": {"type": "string"}},
        "caveat": {"type": "string"},
    },
}
