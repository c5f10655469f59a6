"""Which links lead to dead pages of the target, and where should they lead? The page, with the redirects."""

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import APIRouter, Depends, Response
from fastapi.responses import HTMLResponse

from backlit import app
from backlit.app.answer import Row
from backlit.report.redirects import FORMATS, left_out, redirects
from backlit.web.asking import Ask, asked
from backlit.web.desk import Desk
from backlit.web.render import Frame, page
from backlit.web.twins import SHEETS, envelope_response, rows_response
from backlit.web.waiting import patient

__all__ = ["add_dead_ends", "dead_ends_of"]

#: Rows of the page; the JSON beside it has all.
_SHOWN = 200


def dead_ends_of(rows: Sequence[Row]) -> dict[str, Any]:
    """What the template is told of the dead pages, beside its frame."""
    led = [row for row in rows if row["suggestion"]]
    return {
        "rows": rows[:_SHOWN],
        "total": len(rows),
        "links": sum(row["links"] for row in rows),
        "led": len(led),
        "left_out": {form: left_out(led, form) for form in FORMATS},
        "redirects": {form: redirects(led, form) for form in FORMATS} if led else {},
    }


def add_dead_ends(routes: APIRouter, desk: Desk) -> None:
    """Add the list of dead pages that others link to, and its twin, to the routes of the HTML face."""

    def broken(ask: Ask = Depends(asked("broken"))) -> Response:
        answer = app.broken(desk.session(), ask.target, scope=ask.scope, as_of=ask.as_of)
        frame = Frame(ask, "broken", answer, desk.option, desk.leads(ask))
        return page("broken.html.j2", {"frame": frame, **dead_ends_of(answer.rows)}, desk=desk)

    routes.add_api_route("/t/{target}/broken", patient(desk, "broken", broken), response_class=HTMLResponse)

    @routes.get("/t/{target}/broken.json")
    def twin(ask: Ask = Depends(asked("broken", strict=True))) -> Response:
        return envelope_response(app.broken(desk.session(), ask.target, scope=ask.scope, as_of=ask.as_of))

    for kind in SHEETS:
        routes.add_api_route(f"/t/{{target}}/broken.{kind}", _file(desk, kind))


def _file(desk: Desk, kind: str) -> Callable[..., Response]:
    def file(ask: Ask = Depends(asked("broken", strict=True))) -> Response:
        answer = app.broken(desk.session(), ask.target, scope=ask.scope, as_of=ask.as_of)
        return rows_response(answer, "broken", ask, kind)

    return file
