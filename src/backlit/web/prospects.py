"""Where could more links come from? The page of all prospects, and their route of REST."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from backlit import app
from backlit.app.answer import Answer
from backlit.errors import UsageError
from backlit.prospect.listing import ASK_NOBODY
from backlit.report.prospects import KIND_WORDS, left_out_lines, needs_lines, worth
from backlit.web.asking import Ask, asked, only
from backlit.web.desk import Desk
from backlit.web.openapi import UNANSWERABLE, answers, prospects_schema, refusals
from backlit.web.render import Frame, page
from backlit.web.twins import SHEETS, elsewhere, envelope_response, rows_response, wanted_format

__all__ = ["add_prospects", "add_prospects_page"]

_TAKEN = ("scope", "as_of", "kind", "with", "brand", "sort", "limit")
_LONGEST, _WHOLE = 4_096, 10_000

With = Annotated[
    str,
    Query(
        alias="with",
        max_length=_LONGEST,
        description="the rivals, with commas; else whom the same sites link to",
    ),
]
Brand = Annotated[
    str, Query(max_length=500, description="names to look for, with commas; else those that links use")
]
Kind = Annotated[str, Query(max_length=200, description="only these kinds, with commas")]
Sort = Literal["worth", "value", "relevance", "authority", "kind", "domain"]
Most = Annotated[int, Query(ge=1, le=_WHOLE)]
Text = Annotated[str | None, Query(max_length=100)]
Form = Annotated[str | None, Query(max_length=20, description="json, csv, ndjson, parquet or xlsx")]


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.replace("\n", ",").split(",") if name.strip())


def add_prospects_page(routes: APIRouter, desk: Desk) -> None:
    """Add the page of a target's prospects to the routes of the HTML face."""

    for kind in SHEETS:
        routes.add_api_route(
            f"/t/{{target}}/prospects.{kind}", _file(desk, kind), dependencies=[Depends(only(*_TAKEN))]
        )

    @routes.get("/t/{target}/prospects", response_class=HTMLResponse)
    def prospects(
        request: Request,
        ask: Ask = Depends(asked("prospects")),
        kind: Kind = "",
        rivals: With = "",
        brand: Brand = "",
        sort: Sort = "worth",
        limit: Most = 100,
    ) -> Response:
        form = {"kind": kind, "with": rivals, "brand": brand, "sort": sort, "limit": limit}
        answer, problem = _answered(desk, ask, form)
        shown = answer or desk.answer("overview", Ask(ask.target, ask.scope, ask.as_of))
        context = {
            "frame": Frame(ask, "prospects", shown, desk.option, desk.leads(ask)),
            "form": form,
            "answer": answer,
            "problem": problem,
            "kinds": KIND_WORDS,
            "needs": needs_lines(answer.query) if answer else [],
            "left_out": left_out_lines(answer.query) if answer else [],
            "worth": worth,
            "on_board": [each for each in KIND_WORDS if each not in ASK_NOBODY],
            "unread": any("--read" in line for line in needs_lines(answer.query)) if answer else False,
            "here": _here(ask, form),
            **elsewhere(ask, "prospects", form, request.path_params["target"], desk.option),
        }
        return page("prospects.html.j2", context, 400 if problem else 200, desk=desk)


def _file(desk: Desk, form_of: str) -> Callable[..., Response]:
    """All rows as a file of a form."""

    def file(
        ask: Ask = Depends(asked("prospects")),
        kind: Kind = "",
        rivals: With = "",
        brand: Brand = "",
        sort: Sort = "worth",
        limit: Most = _WHOLE,
    ) -> Response:
        form = {"kind": kind, "with": rivals, "brand": brand, "sort": sort, "limit": limit}
        answer = _prospects(desk, ask.target, form, ask.scope, ask.as_of)
        return rows_response(answer, "prospects", ask, form_of)

    return file


def _here(ask: Ask, form: Mapping[str, Any]) -> Mapping[str, str]:
    """The addresses of this page with one kind each, and with all."""
    base, _, query = ask.url("prospects").partition("?")
    kept = {name: value for name, value in form.items() if name != "kind" and value not in ("", "worth", 100)}
    rest = "&".join(filter(None, (query, urlencode(kept))))
    tails = {
        kind: "&".join(filter(None, (f"kind={kind}" if kind else "", rest))) for kind in ("", *KIND_WORDS)
    }
    return {kind: f"{base}?{tail}" if tail else base for kind, tail in tails.items()}


def _answered(desk: Desk, ask: Ask, form: Mapping[str, Any]) -> tuple[Answer | None, UsageError | None]:
    """The answer, or what has to be mended in the form."""
    try:
        return _prospects(desk, ask.target, form, ask.scope, ask.as_of), None
    except UsageError as error:
        return None, error


def _prospects(
    desk: Desk, target: str, form: Mapping[str, Any], scope: str | None, as_of: str | None
) -> Answer:
    return app.prospects(
        desk.session(),
        target,
        kinds=_names(form["kind"]),
        rivals=_names(form["with"]),
        brands=_names(form["brand"]),
        sort=form["sort"],
        limit=form["limit"],
        scope=scope,
        as_of=as_of,
    )


def add_prospects(routes: APIRouter, desk: Desk) -> None:
    """Add the prospects to the routes of REST."""

    @routes.get(
        "/targets/{target}/prospects",
        summary="Where more links could come from, the best first; `meta.query.kinds` tells of each kind",
        operation_id="prospects",
        responses=answers(prospects_schema(), refusals({400: UNANSWERABLE})),
        response_class=JSONResponse,
        dependencies=[Depends(only(*_TAKEN, "format"))],
    )
    def prospects(
        request: Request,
        target: str,
        kind: Kind = "",
        rivals: With = "",
        brand: Brand = "",
        sort: Sort = "worth",
        limit: Annotated[int | None, Query(ge=1, le=_WHOLE)] = None,
        scope: Text = None,
        as_of: Text = None,
        format: Form = None,  # noqa: A002 - the word of REST
    ) -> Response:
        kind_of = wanted_format(format, request.headers.get("accept", ""))
        limit = limit or (_WHOLE if kind_of else 100)
        form = {"kind": kind, "with": rivals, "brand": brand, "sort": sort, "limit": limit}
        answer = _prospects(desk, unquote(target), form, scope, as_of)
        if kind_of is not None:
            return rows_response(answer, "prospects", Ask(unquote(target)), kind_of)
        return envelope_response(answer)
