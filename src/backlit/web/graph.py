"""Who stands around a target? The picture, the same as a table, and the files of both faces."""

from collections.abc import Callable
from typing import Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Response
from fastapi.responses import HTMLResponse, JSONResponse

from backlit import app
from backlit.app.answer import Answer, Row
from backlit.report.graph_picture import graph_gexf, graph_picture
from backlit.web.asking import Ask, asked
from backlit.web.desk import Desk
from backlit.web.openapi import UNANSWERABLE, answers, graph_schema, refusals
from backlit.web.render import Frame, page
from backlit.web.twins import envelope_response

__all__ = ["add_graph", "add_graph_page", "graph_of"]

#: Pairs that the page lists; the files have all.
_SHOWN = 200


def _graph(desk: Desk, ask: Ask) -> Answer:
    return app.graph(desk.session(), ask.target, **ask.arguments("graph"))


def graph_of(row: Row, link: Callable[[str], str] | None = None) -> dict[str, Any]:
    """What the template is told of a graph beside its frame; with `link` its domains lead where that says."""
    picture = graph_picture(row, link=link)
    return {"row": row, "picture": picture, "pairs": row["edges"][:_SHOWN], "problem": None}


def add_graph_page(routes: APIRouter, desk: Desk) -> None:
    """Add the page of the graph, and its files, to the routes of the HTML face."""

    @routes.get("/t/{target}/graph", response_class=HTMLResponse)
    def graph(ask: Ask = Depends(asked("graph"))) -> Response:
        answer = _graph(desk, ask)
        frame = Frame(ask, "graph", answer, desk.option, desk.leads(ask))
        context = graph_of(answer.row, link=lambda name: f"/t/{quote(name, safe='')}")
        return page("graph.html.j2", {"frame": frame, **context}, desk=desk)

    @routes.get("/t/{target}/graph.json")
    def as_json(ask: Ask = Depends(asked("graph", strict=True))) -> Response:
        return envelope_response(_graph(desk, ask))

    @routes.get("/t/{target}/graph.{form}")
    def as_file(form: Literal["svg", "gexf"], ask: Ask = Depends(asked("graph", strict=True))) -> Response:
        row = _graph(desk, ask).row
        text = graph_picture(row) if form == "svg" else "".join(graph_gexf(row))
        kind = "image/svg+xml" if form == "svg" else "application/gexf+xml"
        headers = {"Content-Disposition": f'attachment; filename="graph.{form}"'}
        return Response(str(text), media_type=kind, headers=headers)


def add_graph(routes: APIRouter, desk: Desk) -> None:
    """Add the graph to the routes of REST."""

    @routes.get(
        "/targets/{target}/graph",
        summary="The target, the strongest domains that link to it, links among those, and their groups",
        operation_id="graph",
        responses=answers(graph_schema(), refusals({400: UNANSWERABLE})),
        response_class=JSONResponse,
    )
    def graph(ask: Ask = Depends(asked("graph", strict=True))) -> Response:
        return envelope_response(_graph(desk, ask))
