"""Who links to rivals and not to the target? The page, its form, and the same answer for programs."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal
from urllib.parse import unquote

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from backlit import app
from backlit.app.answer import Answer
from backlit.errors import DataError, FilterError, UsageError
from backlit.report.gap import left_out_sentence, links_to
from backlit.web.asking import Ask, asked, only
from backlit.web.desk import Desk
from backlit.web.openapi import UNANSWERABLE, answers, gap_schema, refusals
from backlit.web.render import Frame, page
from backlit.web.twins import SHEETS, elsewhere, envelope_response, rows_response, wanted_format

__all__ = ["add_gap", "add_gap_page"]

_TAKEN = ("scope", "as_of", "with", "by", "at_least", "q", "sort", "limit")
_LONGEST, _WHOLE = 4_096, 10_000

With = Annotated[
    str,
    Query(
        alias="with",
        max_length=_LONGEST,
        description="the rivals, with commas: domains or URLs; else those of the target's project",
    ),
]
By = Literal["domain", "page"]
AtLeast = Annotated[int, Query(ge=1, le=20, description="who links to so many of the rivals, or more")]
Sort = Literal["rivals", "value", "authority", "relevance", "domain"]
Filter = Annotated[str | None, Query(max_length=_LONGEST, description="a filter of the links to rivals")]
Most = Annotated[int, Query(ge=1, le=_WHOLE)]
Text = Annotated[str | None, Query(max_length=100)]
Form = Annotated[str | None, Query(max_length=20, description="json, csv, ndjson, parquet or xlsx")]


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.replace("\n", ",").split(",") if name.strip())


def add_gap_page(routes: APIRouter, desk: Desk) -> None:
    """Add the page of a target's gap to the routes of the HTML face."""

    for kind in SHEETS:
        routes.add_api_route(
            f"/t/{{target}}/gap.{kind}", _file(desk, kind), dependencies=[Depends(only(*_TAKEN))]
        )

    @routes.get("/t/{target}/gap", response_class=HTMLResponse)
    def gap(
        request: Request,
        ask: Ask = Depends(asked("gap")),
        rivals: With = "",
        by: By = "domain",
        at_least: AtLeast = 1,
        q: Filter = None,
        sort: Sort = "rivals",
        limit: Most = 100,
    ) -> Response:
        form = {"with": rivals, "by": by, "at_least": at_least, "q": q or "", "sort": sort, "limit": limit}
        answer, problem = _answered(desk, ask, form)
        shown = answer or desk.answer("overview", Ask(ask.target, ask.scope, ask.as_of))
        context = {
            "frame": Frame(ask, "gap", shown, desk.option, desk.leads(ask)),
            "form": form,
            "answer": answer,
            "problem": problem,
            "left_out": left_out_sentence(answer.query) if answer else "",
            "own_rivals": answer.query["with"] if answer and answer.query["with_from"] == "project" else [],
            "links_to": links_to,
            "related": [] if answer else _related(desk, ask),
            **elsewhere(ask, "gap", form, request.path_params["target"], desk.option),
        }
        return page("gap.html.j2", context, 400 if problem else 200, desk=desk)


def _file(desk: Desk, form_of: str) -> Callable[..., Response]:
    """All rows as a file of a form."""

    def file(
        ask: Ask = Depends(asked("gap")),
        rivals: With = "",
        by: By = "domain",
        at_least: AtLeast = 1,
        q: Filter = None,
        sort: Sort = "rivals",
        limit: Most = _WHOLE,
    ) -> Response:
        form = {"with": rivals, "by": by, "at_least": at_least, "q": q, "sort": sort, "limit": limit}
        return rows_response(_gap(desk, ask.target, form, ask.scope, ask.as_of), "gap", ask, form_of)

    return file


def _answered(
    desk: Desk, ask: Ask, form: Mapping[str, Any]
) -> tuple[Answer | None, UsageError | FilterError | None]:
    """The answer; nothing where no rival is named yet, or the form has to be mended."""
    try:
        if not _names(form["with"]) and not app.has_rivals(desk.session(), ask.target, ask.scope):
            return None, None
        return _gap(desk, ask.target, form, ask.scope, ask.as_of), None
    except (UsageError, FilterError) as error:
        return None, error


def _gap(desk: Desk, target: str, form: Mapping[str, Any], scope: str | None, as_of: str | None) -> Answer:
    return app.gap(
        desk.session(),
        target,
        rivals=_names(form["with"]),
        by=form["by"],
        at_least=form["at_least"],
        q=form["q"] or None,
        sort=form["sort"],
        limit=form["limit"],
        scope=scope,
        as_of=as_of,
    )


def _related(desk: Desk, ask: Ask) -> list[str]:
    """Domains that the same sites vote for: rivals to begin with."""
    try:
        related = app.explain(desk.session(), ask.target, limit=1).row.get("related") or []
    except (UsageError, DataError):
        return []  # not ranked, or no votes
    return [each["domain"] for each in related[:5]]


def add_gap(routes: APIRouter, desk: Desk) -> None:
    """Add the gap to the routes of REST."""

    @routes.get(
        "/targets/{target}/gap",
        summary="Who links to rivals and not to the target, by domain or page",
        operation_id="gap",
        responses=answers(gap_schema(), refusals({400: UNANSWERABLE})),
        response_class=JSONResponse,
        dependencies=[Depends(only(*_TAKEN, "format"))],
    )
    def gap(
        request: Request,
        target: str,
        rivals: With = "",
        by: By = "domain",
        at_least: AtLeast = 1,
        q: Filter = None,
        sort: Sort = "rivals",
        limit: Annotated[int | None, Query(ge=1, le=_WHOLE)] = None,
        scope: Text = None,
        as_of: Text = None,
        format: Form = None,  # noqa: A002 - the word of REST
    ) -> Response:
        kind_of = wanted_format(format, request.headers.get("accept", ""))
        limit = limit or (_WHOLE if kind_of else 100)
        form = {"with": rivals, "by": by, "at_least": at_least, "q": q, "sort": sort, "limit": limit}
        answer = _gap(desk, unquote(target), form, scope, as_of)
        if kind_of is not None:
            return rows_response(answer, "gap", Ask(unquote(target)), kind_of)
        return envelope_response(answer)
