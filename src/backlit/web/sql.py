"""What does SQL of one's own say? The page with the tables beside it, and the same answer for programs."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from backlit import app
from backlit.app.answer import Answer, Row
from backlit.errors import TriedTooOften, UsageError
from backlit.report.shell import command_line
from backlit.report.streaming import encode_rows
from backlit.web.asking import only
from backlit.web.desk import Desk
from backlit.web.openapi import UNANSWERABLE, answers, refusals
from backlit.web.render import page
from backlit.web.twins import FILES, Pieces, envelope_response, wanted_format

__all__ = ["add_sql", "add_sql_page"]

#: Statements that run at a time, each with memory and threads of its own.
_AT_ONCE = 2
#: Rows that a page shows, and that one answer of REST may have; a file has all.
_SHOWN, _MOST = 200, 10_000
#: Formats of whole results: columns are known when the first rows are.
_FORMS = ("csv", "ndjson", "xlsx")
_places = threading.BoundedSemaphore(_AT_ONCE)

Statement = Annotated[str, Query(max_length=8_000, description="one SELECT, as DuckDB reads it")]
Moment = Annotated[str | None, Query(max_length=40, description="a day, a moment, or the id of a version")]
Rows = Annotated[int, Query(ge=1, le=_MOST, description="at most so many rows")]
Format = Annotated[str | None, Query(max_length=20, description="json, csv, ndjson or xlsx")]

_EXAMPLES = (
    (
        "Who is linked to by most domains",
        "SELECT target_domain, count(DISTINCT source_domain) AS domains FROM backlinks\n"
        "WHERE state = 1 AND source_domain <> target_domain GROUP BY 1 ORDER BY 2 DESC LIMIT 20",
    ),
    (
        "The links to one domain",
        "SELECT source_key, anchor, first_seen, last_seen FROM backlinks_of('example.com')\n"
        "WHERE state = 1 ORDER BY first_seen DESC LIMIT 50",
    ),
    (
        "What was read",
        "SELECT kind, count(*) AS files, min(first_observed), max(last_observed)\nFROM sources GROUP BY ALL",
    ),
    (
        "Answers of pages by month",
        "SELECT date_trunc('month', fetched_at) AS month, status, count(*) AS pages FROM pages\n"
        "GROUP BY ALL ORDER BY ALL",
    ),
)


def add_sql_page(routes: APIRouter, desk: Desk) -> None:
    """Add the page to the routes of the HTML face."""

    @routes.get("/sql", response_class=HTMLResponse, dependencies=[Depends(only("q", "as_of", "limit"))])
    def console(request: Request, q: Statement = "", as_of: Moment = None, limit: Rows = _SHOWN) -> Response:
        form = {"q": q, "as_of": as_of or ""}
        # a link on somebody else's page must not have this machine busy
        is_foreign = request.headers.get("sec-fetch-site", "none") == "cross-site"
        answer, problem = (None, None) if is_foreign or not q.strip() else _answered(desk, q, as_of, limit)
        asked = urlencode({name: value for name, value in form.items() if value})
        context = {
            "form": form,
            "answer": answer,
            "names": list(answer.rows[0]) if answer and answer.rows else [],
            "problem": problem,
            "is_foreign": is_foreign and bool(q.strip()),
            "tables": app.sql_tables().rows,
            "examples": [(title, f"/sql?{urlencode({'q': text})}") for title, text in _EXAMPLES],
            "twin": f"/api/v1/sql?{asked}",
            "command": _command(q, as_of) + desk.option,
        }
        return page("sql.html.j2", context, 400 if problem else 200, desk=desk)


def _command(text: str, as_of: str | None) -> str:
    try:
        return command_line(["backlit", "sql", text or "SELECT …", *(("--as-of", as_of) if as_of else ())])
    except ValueError:  # no shell takes what is in it
        return "backlit sql -"


def _answered(
    desk: Desk, text: str, as_of: str | None, limit: int
) -> tuple[Answer | None, UsageError | None]:
    """The answer, or what is wrong with the statement."""
    try:
        with _place():
            return app.sql(desk.session(), text, as_of=as_of or None, limit=limit), None
    except UsageError as error:
        return None, error


def add_sql(routes: APIRouter, desk: Desk) -> None:
    """Add SQL to the routes of REST."""

    @routes.get(
        "/sql",
        summary="One SELECT over the tables of the index, which it can read and nothing else",
        operation_id="sql",
        responses=answers(_SCHEMA, refusals({400: UNANSWERABLE, 429: "Others run"})),
        response_class=JSONResponse,
        dependencies=[Depends(only("q", "as_of", "limit", "format"))],
    )
    def sql(
        request: Request,
        q: Statement,
        as_of: Moment = None,
        limit: Rows = 1_000,
        format: Format = None,  # noqa: A002
    ) -> Response:
        form = wanted_format(format, request.headers.get("accept", ""))
        if form is not None:
            return _file(desk, q, as_of or None, form)
        with _place():
            return envelope_response(app.sql(desk.session(), q, as_of=as_of or None, limit=limit))


def _file(desk: Desk, text: str, as_of: str | None, form: str) -> Response:
    """All rows, as they are made."""
    if form not in _FORMS:
        raise UsageError(
            f"answer SQL with {form}",
            "its columns are not known before its rows",
            "Ask for csv, ndjson or xlsx.",
        )
    rows = _all_rows(desk, text, as_of)
    headers = {"Content-Disposition": f'attachment; filename="rows.{form}"'}
    return Pieces(encode_rows(rows, form), rows, headers, FILES[form])


def _all_rows(desk: Desk, text: str, as_of: str | None) -> Iterator[list[Row]]:
    with _place():
        yield from app.sql_rows(desk.session(), text, as_of=as_of)


@contextmanager
def _place() -> Iterator[None]:
    """One of the places for statements that run; TriedTooOften where all are taken."""
    if not _places.acquire(blocking=False):
        found = f"{_AT_ONCE} statements run already"
        raise TriedTooOften("run SQL", found, "Wait until one of them is done.", seconds=5)
    try:
        yield
    finally:
        _places.release()


_SCHEMA: dict[str, Any] = {"type": "array", "items": {"type": "object"}}
