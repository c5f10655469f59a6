"""What do people see? The start page, and the reports of a target, each with its twins."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from backlit.app.answer import Answer
from backlit.errors import HomeMissing
from backlit.report import charts
from backlit.report.document import audit_charts, audit_html, mix_parts, timeline_chart
from backlit.web.asking import Ask, asked
from backlit.web.desk import Desk
from backlit.web.render import Column, Frame, page
from backlit.web.twins import FILES, envelope_response, file_response

__all__ = ["router"]

Asked = Annotated[Ask, Depends(asked)]

#: Rows of the lists on the overview.
_GLANCE = 10

_SEEN = (Column("First seen", "first_seen", "d w"), Column("Last seen", "last_seen", "d"))
COLUMNS: Mapping[str, Sequence[Column]] = {
    "backlinks": (
        Column("Authority", "authority", "n a", help="Authority of the linking domain, 0 to 100"),
        Column("Page that links", "source", "t source", ""),
        Column("The link as it stands there", "anchor", "t context", ""),
        Column("Points to", "target", "t w target", ""),
        Column("Links", "links", "n", help="Links in this group; the best of them is shown"),
        Column("Properties", None, "badges"),
        *_SEEN,
    ),
    "domains": (
        Column("Authority", "authority", "n a", help="0 to 100, relative to the data it was computed from"),
        Column("Domain", "domain", "t", ""),
        Column("Links", "links", "n"),
        Column("Follow", "follow", "n w", help="Links without nofollow, ugc or sponsored"),
        Column("Words of its best link", None, "t"),
        Column("Network", None, "w net"),
        *_SEEN,
    ),
    "anchors": (
        Column("Anchor", "anchor", "t", ""),
        Column("Domains", "domains", "n"),
        Column("Share of domains", None, "w share"),
        Column("Links", "links", "n"),
        Column("Follow", "follow", "n w", help="Links without nofollow, ugc or sponsored"),
        *_SEEN,
    ),
    "pages": (
        Column("Page", "url", "t", ""),
        Column("Domains", "domains", "n"),
        Column("Links", "links", "n"),
        Column("Status", None, "n a", help="What the page answered when it was read last"),
    ),
}
_CAPTIONS = {
    "backlinks": "Links",
    "domains": "Referring domains",
    "anchors": "Anchor texts",
    "pages": "Pages of the target, by the links they earn",
}
_MIXES = {
    "rel": "What the links say with rel",
    "placement": "Where they stand on the page",
    "state": "Whether they are there",
    "kind": "What makes the link",
}
_TOPS = {"language": "Languages of the linking pages", "tld": "Top-level domains of the linking hosts"}


def router(desk: Desk) -> APIRouter:
    """The routes of the HTML face over one desk."""
    routes = APIRouter(include_in_schema=False)
    _add_start(routes, desk)
    routes.add_api_route("/t/{target}", _overview(desk), response_class=HTMLResponse)
    for view in COLUMNS:
        routes.add_api_route(f"/t/{{target}}/{view}", _table(desk, view), response_class=HTMLResponse)
    _add_audit(routes, desk)
    for view in ("overview", "audit", *COLUMNS):
        routes.add_api_route(f"/t/{{target}}/{view}.json", _json_twin(desk, view))
        for kind in FILES if view != "audit" else ():
            routes.add_api_route(f"/t/{{target}}/{view}.{kind}", _file_twin(desk, view, kind))
    return routes


def _add_start(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/")
    def start() -> Response:
        try:
            targets, sources = desk.targets(20), desk.sources().rows
        except HomeMissing:
            return page("start.html.j2", {"targets": [], "sources": [], "as_of": None})
        as_of = max((row["last_observed"] for row in sources if row.get("last_observed")), default=None)
        return page("start.html.j2", {"targets": targets.rows, "sources": sources, "as_of": as_of})

    @routes.get("/t")
    def look(target: str = Query("")) -> RedirectResponse:
        name = target.strip()
        return RedirectResponse(f"/t/{quote(name, safe='')}" if name else "/", 303)


def _overview(desk: Desk) -> Callable[..., Response]:
    def overview(ask: Asked) -> Response:
        answer = desk.answer("overview", ask)
        frame, data = Frame(ask, "overview", answer, desk.option), answer.rows[0]
        if not data["links"] and not data["lost"]:
            held = desk.targets(8).rows
            return page("nothing.html.j2", {"frame": frame, "data": data, "held": held})
        glance = Ask(ask.target, ask.scope, ask.as_of, limit=_GLANCE)
        context = {
            "frame": frame,
            "data": data,
            "domains": desk.answer("domains", glance).rows,
            "anchors": desk.answer("anchors", glance).rows,
            "figures": _figures(data),
        }
        return page("overview.html.j2", context)

    return overview


def _figures(data: Mapping[str, Any]) -> dict[str, Any]:
    """The pictures of the overview, by where the template places them."""
    strips = [
        (title, charts.strip(title, mix_parts(name, data["mix"][name]))) for name, title in _MIXES.items()
    ]
    tops = [
        (title, charts.bars(title, mix_parts(name, data["mix"][name])[:9])) for name, title in _TOPS.items()
    ]
    return {
        "timeline": timeline_chart(data["timeline"]) if data["timeline"] else None,
        "mixes": strips + tops,
    }


def _table(desk: Desk, view: str) -> Callable[..., Response]:
    def table(ask: Asked) -> Response:
        answer = desk.answer(view, ask)
        context = {
            "frame": Frame(ask, view, answer, desk.option),
            "columns": COLUMNS[view],
            "caption": _CAPTIONS[view],
            "rows": answer.rows,
            "referring": _referring(desk, ask) if view == "anchors" and answer.rows else None,
        }
        return page(f"{view}.html.j2", context)

    return table


def _referring(desk: Desk, ask: Ask) -> int | None:
    domains: int | None = desk.answer("overview", ask).rows[0]["referring_domains"]
    return domains


def _add_audit(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/t/{target}/audit")
    def audit(ask: Asked) -> Response:
        answer = desk.answer("audit", ask)
        model = answer.rows[0]
        return page(
            "audit_page.html.j2",
            {
                "frame": Frame(ask, "audit", answer, desk.option),
                "audit": model,
                "figures": audit_charts(model),
            },
        )

    @routes.get("/t/{target}/audit.html")
    def document(ask: Asked) -> Response:
        answer: Answer = desk.answer("audit", ask)
        headers = {"Content-Disposition": 'attachment; filename="link-audit.html"'}
        return HTMLResponse(audit_html(answer.rows[0]), headers=headers)


def _json_twin(desk: Desk, view: str) -> Callable[..., Response]:
    def twin(ask: Asked) -> Response:
        answer = desk.answer(view, ask)
        following = ask.url(view, ".json", cursor=answer.next) if answer.next else None
        return envelope_response(answer, following)

    return twin


def _file_twin(desk: Desk, view: str, kind: str) -> Callable[..., Response]:
    def twin(ask: Asked) -> Response:
        return file_response(desk, view, ask, kind)

    return twin
