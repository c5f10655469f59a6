"""What can be looked up beside the data: the words, how a filter is written, and what programs can ask."""

from fastapi import APIRouter, Query, Request, Response

from backlit.errors import BacklitError
from backlit.report.filter_page import EXAMPLES, filters_page
from backlit.web.asking import SORTS, VIEWS, Ask
from backlit.web.desk import Desk
from backlit.web.glossary import glossary
from backlit.web.manual import rest_page
from backlit.web.markdown import html_of
from backlit.web.render import page

__all__ = ["add_help"]


def add_help(routes: APIRouter, desk: Desk) -> None:
    """Add the pages that explain to the routes of the HTML face."""

    @routes.get("/words")
    def words() -> Response:
        return page("words.html.j2", {"words": glossary()}, desk=desk)

    @routes.get("/docs")
    def rest(request: Request) -> Response:
        title, _, text = rest_page(request.app.openapi()).partition("\n")
        context = {"title": title.lstrip("# "), "text": html_of(text)}
        return page("manual.html.j2", context, desk=desk)

    @routes.get("/help/filters")
    def filters(target: str = Query(""), view: str = Query("backlinks")) -> Response:
        shown = target.strip() or _best_known(desk)
        ask, chosen = Ask(shown), view if view in SORTS else "backlinks"
        tries = [
            (each, VIEWS[each.view][0], ask.url(each.view, q=each.q) if shown else None) for each in EXAMPLES
        ]
        _, _, below = filters_page().partition("\n")
        context = {"text": html_of(below), "tries": tries, "target": shown}
        return page("filters.html.j2", context | {"back": ask.url(chosen) if target else None}, desk=desk)


def _best_known(desk: Desk) -> str:
    """A target to try the examples on; empty where nothing is indexed."""
    try:
        rows = desk.targets(1).rows
    except BacklitError:
        return ""
    return str(rows[0]["domain"]) if rows else ""
