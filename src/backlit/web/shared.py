"""What does somebody see who was given a link? One page as it was locked, and nothing that leads any further.

Whoever opens it chooses the order of rows and goes on to the next: all else that an address could ask is
what the link says, whatever is sent along. Mail programs and social sites add parameters of their own, so
these are left out and not refused. Nobody is known here, and who signed in sees the same.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response, params
from fastapi.responses import HTMLResponse

from backlit import app, errors
from backlit.app.answer import Answer, Row
from backlit.app.entrance import network_of
from backlit.app.lists import LISTS
from backlit.app.sharing import SHARE_PATH
from backlit.report import spread
from backlit.report.document import timeline_chart
from backlit.report.gap import left_out_sentence, links_to
from backlit.report.places import PLACES, Place, place_named
from backlit.report.sharing import shared
from backlit.web.asking import GROUPS, MOST, SORTS, Ask, parameters
from backlit.web.behind import Behind, addresses
from backlit.web.dead_ends import dead_ends_of
from backlit.web.desk import Desk
from backlit.web.graph import graph_of
from backlit.web.limits import Buckets
from backlit.web.pages import beside_numbers, mixes_of, table_of
from backlit.web.problems import problem_of
from backlit.web.render import Frame, page
from backlit.web.security import PRIVATE
from backlit.web.timeline import choice_of, timeline_of
from backlit.web.twins import shared_file

__all__ = ["is_shared", "router", "shared_problem"]

#: Rows of a file that anybody may take away; whoever works here has all of them.
FILE_ROWS = 100_000
#: What a link that is none costs, of what one network may ask in a minute.
WRONG = 10
_token = re.compile(r"[A-Za-z0-9_-]{43}")
_count = re.compile(r"[0-9]{1,9}")
#: What search engines and caches on the way are told of every answer.
HEADERS = {"X-Robots-Tag": "noindex, nofollow", "Cache-Control": "private, no-store"}
#: Columns that say by whom and in which file something is told.
_OURS = ("Said by", "Read from")
#: What is asked, in words for who asked nothing.
_WORDS = {"q": "only", "group": "rows", "sort": "order", "vs": "against"}
#: What of a locked question is told elsewhere on the page, or is nobody else's business.
_UNTOLD = ("as_of", "limit", "facets", "brand_name", "colour", "for")


class _Nowhere(Behind):
    """Numbers of which no list is shown."""

    def _list(self, view: str, conditions: Sequence[str], **more: Any) -> str | None:
        return None


@dataclass(frozen=True, slots=True)
class _Locked(Frame):
    """A page that leads to itself alone, by another order or further rows; `link` is its address, and `asked`
    what it was asked before anybody chose an order."""

    link: str = ""
    asked: Ask = field(default_factory=lambda: Ask(""))

    def url(self, view: str, suffix: str = "", **changes: Any) -> str | None:
        if view != self.view or suffix or not changes.keys() <= {"sort", "cursor", "at"}:
            return None
        then = replace(self.ask, **({"cursor": None, "at": 0} | changes))
        moved = {"cursor": then.cursor, "at": then.at}
        if then.sort != self.asked.sort:
            moved["sort"] = then.sort
        query = urlencode({name: value for name, value in moved.items() if value})
        return self.link + (f"?{query}" if query else "")

    @property
    def behind(self) -> Behind:
        return _Nowhere(self.ask, self.view)

    @property
    def groups(self) -> Sequence[tuple[str, str, bool]]:
        return ()

    @property
    def states(self) -> Sequence[tuple[str, str, bool]]:
        return ()

    @property
    def kinds(self) -> Sequence[tuple[str, str, bool]]:
        return ()


def router(desk: Desk, first: Sequence[params.Depends]) -> APIRouter:
    """The routes of shared links over one desk; each has `first` what lets a request through."""
    routes = APIRouter(include_in_schema=False, dependencies=list(first))

    for kind in ("csv", "xlsx"):  # before the page: a token may have any ending
        routes.add_api_route(f"{SHARE_PATH}{{token}}.{kind}", _file(desk, kind))

    @routes.get(f"{SHARE_PATH}{{token}}", response_class=HTMLResponse)
    def shown(request: Request, token: str) -> Response:
        share = _opened(desk, request, token)
        place = place_named(share["page"])
        asked = _asked(place, share)
        ask = _moved(place, asked, request)
        template, answer, context = _ANSWERS[place.segment](desk, ask, share)
        link = f"{SHARE_PATH}{token}"
        guest = {name: share[name] for name in ("name", "until", "csv")}
        guest |= {"link": link, "chosen": _chosen(place, asked, share), "most": FILE_ROWS}
        frame = _Locked(ask, place.segment, answer, link=link, asked=asked)
        context |= {"frame": frame, "guest": guest, "layout": "shared.html.j2"}
        return _counted(desk, share, page(template, context, desk=desk))

    return routes


def _file(desk: Desk, kind: str) -> Callable[..., Response]:
    def rows(request: Request, token: str) -> Response:
        share = _opened(desk, request, token)
        if not share["csv"]:
            raise _unknown()
        place = place_named(share["page"])
        whole = replace(_asked(place, share), limit=FILE_ROWS, given=frozenset({"limit"}))
        return _counted(desk, share, shared_file(desk, place.segment, whole, kind))

    return rows


def is_shared(path: str) -> bool:
    """Whether an address is one of links that were shared."""
    return path.startswith(SHARE_PATH)


def _opened(desk: Desk, request: Request, token: str) -> Row:
    """What a link opens, for a network that did not ask too often; one that is none counts as many."""
    buckets: Buckets = request.app.state.buckets
    network = network_of(request.client.host if request.client else "")
    left = buckets.take(network, is_known=False)
    request.scope[PRIVATE].extend(left.headers if left else ())
    try:
        if not _token.fullmatch(token):
            raise _unknown()
        return app.share_open(desk.home, token).row
    except errors.ShareUnknown:
        buckets.take(network, is_known=False, wanted=WRONG)
        raise


def _unknown() -> errors.ShareUnknown:
    return errors.ShareUnknown("open that link", "it is none of ours", "Ask whoever gave it to you.")


def _counted(desk: Desk, share: Row, answer: Response) -> Response:
    app.share_opened(desk.home, share["id"])
    answer.headers.update(HEADERS)
    return answer


# what is asked ------------------------------------------------------------------------


def _asked(place: Place, share: Row) -> Ask:
    """The question as it was locked."""
    taken = parameters(place.segment)
    kept: dict[str, Any] = {name: value for name, value in share["query"].items() if name in taken}
    if "limit" in kept:
        kept["limit"] = min(int(kept["limit"]), MOST)
    return Ask(share["target"], **kept)


def _moved(place: Place, asked: Ask, request: Request) -> Ask:
    """The same in the order and at the rows that an address names, of those that the page itself offers."""
    sent, known = request.query_params, SORTS.get(place.segment, ())
    order, cursor, at = (sent.get(name, "") for name in ("sort", "cursor", "at"))
    is_order = order.removeprefix("-") in {name.removeprefix("-") for name in known}
    if "cursor" not in parameters(place.segment):
        return asked
    return replace(
        asked,
        sort=order if is_order else asked.sort,
        cursor=cursor or None,
        at=int(at) if _count.fullmatch(at) else 0,
    )


def _chosen(place: Place, asked: Ask, share: Row) -> Sequence[tuple[str, str]]:
    """What was chosen of all there is, for people; that links are grouped also where nobody chose it."""
    told: dict[str, str] = {name: value for name, value in share["query"].items() if name not in _UNTOLD}
    if place.segment == "backlinks":
        told["group"] = GROUPS[asked.group]
    return [(_WORDS.get(name, name.replace("_", " ")), value) for name, value in told.items()]


# what is answered, by the segment of the page's address ---------------------------------

#: The template, the answer with what of it is shown, and what the template is told beside the frame.
_Shown = tuple[str, Answer, dict[str, Any]]


def _public(segment: str, answer: Answer) -> Answer:
    return replace(answer, data=shared(segment, answer.data), sources=(), sources_total=0)


def _list(view: str, desk: Desk, ask: Ask, _share: Row) -> _Shown:
    answer = _public(view, desk.answer(view, ask))
    context = table_of(desk, view, ask, answer.rows)
    columns = [column for column in context["columns"] if column.label not in _OURS]
    return f"{view}.html.j2", answer, context | {"columns": columns, "problem": None}


def _overview(desk: Desk, ask: Ask, share: Row) -> _Shown:
    answer = _public("overview", desk.answer("overview", ask))
    data, behind = answer.row, _Nowhere(ask)
    if not data["links"] and not data["lost"]:
        return "shared.html.j2", answer, {}
    lists = {view: shared(view, rows) for view, rows in beside_numbers(desk, ask).items()}
    choice = choice_of(replace(ask, sent=tuple(share["query"].items())))
    arrivals = desk.answer("arrivals", ask).rows
    timeline = timeline_of(ask, answer, behind, choice, arrivals)
    context: dict[str, Any] = {"data": data, "timeline": timeline, "mixes": mixes_of(data, behind)}
    context |= {"rows_of": addresses(behind)}
    return "overview.html.j2", answer, context | lists


def _diversity(desk: Desk, ask: Ask, _share: Row) -> _Shown:
    answer = _public("diversity", desk.answer("diversity", ask))
    return "diversity.html.j2", answer, {"rows": answer.rows, "told": spread}


def _graph(desk: Desk, ask: Ask, _share: Row) -> _Shown:
    answer = _public("graph", app.graph(desk.session(), ask.target, **ask.arguments("graph")))
    row = answer.row
    nodes = [node | {"decision": None} for node in row["nodes"]]
    return "graph.html.j2", answer, graph_of(row | {"nodes": nodes})


def _broken(desk: Desk, ask: Ask, _share: Row) -> _Shown:
    answer = app.broken(desk.session(), ask.target, scope=ask.scope, as_of=ask.as_of)
    answer = _public("broken", answer)
    return "broken.html.j2", answer, dead_ends_of(answer.rows)


def _gap(desk: Desk, ask: Ask, share: Row) -> _Shown:
    asked: Mapping[str, str] = share["query"]
    answer = app.gap(
        desk.session(),
        ask.target,
        rivals=PLACES["gap"].takes["with"].names(asked["with"]),
        by=asked.get("by", "domain"),
        at_least=int(asked.get("at_least", 1)),
        q=asked.get("q"),
        sort=asked.get("sort", "rivals"),
        limit=min(int(asked.get("limit", ask.limit)), MOST),
        scope=ask.scope,
        as_of=ask.as_of,
    )
    context: dict[str, Any] = {
        "answer": _public("gap", answer),
        "form": {"by": asked.get("by", "domain")},
        "left_out": left_out_sentence(answer.query),
        "own_rivals": [],
        "links_to": links_to,
    }
    return "gap.html.j2", context["answer"], context


def _impact(desk: Desk, ask: Ask, share: Row) -> _Shown:
    asked: Mapping[str, str] = share["query"]
    answer = app.impact(
        desk.session(),
        ask.target,
        since=asked.get("since"),
        q=asked.get("q"),
        limit=min(int(asked.get("limit", ask.limit)), MOST),
        scope=ask.scope,
        as_of=ask.as_of,
    )
    answer = _public("impact", answer)
    return "impact.html.j2", answer, {"answer": answer, "told": answer.row}


def _report(desk: Desk, ask: Ask, share: Row) -> _Shown:
    asked: Mapping[str, str] = share["query"]
    answer = app.report(
        desk.session(),
        ask.target,
        audience=asked.get("for", "owner"),
        since=asked.get("since"),
        vs=asked.get("vs"),
        scope=ask.scope,
        as_of=ask.as_of,
    )
    answer = _public("report", answer)
    told = answer.row
    if ask.as_of:  # frozen: what was decided since is no part of it
        told["done"] = [each for each in told["done"] if each["at"] <= share["made_at"]]
    timeline = timeline_chart(told["timeline"]) if told["timeline"] else None
    return "report_page.html.j2", answer, {"report": told, "timeline": timeline}


_ANSWERS: Mapping[str, Callable[[Desk, Ask, Row], _Shown]] = {
    **{view: partial(_list, view) for view in LISTS},
    "overview": _overview,
    "diversity": _diversity,
    "graph": _graph,
    "broken": _broken,
    "gap": _gap,
    "impact": _impact,
    "report": _report,
}


# what is not ----------------------------------------------------------------------------

#: The first class that an error is one of decides: status, heading, and what to do. Nothing else of an error
#: is told: it may name folders, filters and people.
_TOLD: Mapping[type[Exception], tuple[int, str, str]] = {
    errors.ShareUnknown: (404, "There is no such link", "Ask for it again whoever gave it to you."),
    errors.ShareEnded: (410, "This link has ended", "Ask whoever gave it to you for another."),
    errors.VersionUnknown: (
        410,
        "What this link showed is no longer kept",
        "It was frozen at data that have been forgotten since. Ask whoever gave it to you for another.",
    ),
    errors.CursorExpired: (410, "These rows are no longer kept", "Open the link anew: it shows the newest."),
    errors.TriedTooOften: (429, "That was too often", "Wait a minute."),
    errors.HomeMissing: (503, "There is nothing to show now", "Try again later."),
    errors.HomeBusy: (503, "There is nothing to show now", "Try again later."),
    errors.UsageError: (400, "This cannot be shown", "Open the link as it was given to you."),
}


def shared_problem(error: Exception) -> HTMLResponse:
    """What whoever opens a link is told of an error."""
    other = (problem_of(error).status, "This cannot be shown", "Ask whoever gave you the link.")
    status, title, do = next((told for kind, told in _TOLD.items() if isinstance(error, kind)), other)
    answer = page("shared_problem.html.j2", {"title": title, "do": do}, status)
    answer.headers.update(HEADERS)
    return answer
