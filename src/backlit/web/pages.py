"""What do people see? The start page, and the reports of a target, each with its twins."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Response, params
from fastapi.responses import HTMLResponse, RedirectResponse

from backlit.app.answer import Answer, Row
from backlit.errors import AccessError, FilterError, HomeMissing
from backlit.report import charts, spread
from backlit.report.document import audit_charts, audit_html, mix_parts, mix_rows
from backlit.web.accounts import add_account_pages
from backlit.web.admission import asker, may_change
from backlit.web.alerts import add_alert_pages, add_feeds
from backlit.web.asking import Ask, asked
from backlit.web.authority import add_authority
from backlit.web.behind import Behind, addresses
from backlit.web.dead_ends import add_dead_ends
from backlit.web.decisions import VERDICTS, add_decision_pages, decided_lately
from backlit.web.desk import Desk, IndexGone
from backlit.web.gap import add_gap_page
from backlit.web.graph import add_graph_page
from backlit.web.help import add_help
from backlit.web.impact import add_impact_page
from backlit.web.jobs import add_job_pages
from backlit.web.keys import add_keys
from backlit.web.looks import add_looks
from backlit.web.metrics import add_metrics
from backlit.web.monitors import add_monitor_pages
from backlit.web.outreach import add_outreach_pages
from backlit.web.policies import add_policy_pages
from backlit.web.projects import add_project_pages, portfolio_page
from backlit.web.prospects import add_prospects_page
from backlit.web.render import Column, Frame, page
from backlit.web.reports import add_report_pages
from backlit.web.second_factor import add_second_factor_pages
from backlit.web.settings import add_settings_page
from backlit.web.shares import add_share_pages
from backlit.web.sql import add_sql_page
from backlit.web.timeline import changes_within, choice_of, timeline_of
from backlit.web.twins import FILES, envelope_response, file_response
from backlit.web.unsubscribing import add_unsubscribing
from backlit.web.uploads import add_upload_pages
from backlit.web.vetting import add_vet_page
from backlit.web.views import add_view_pages, whole_view
from backlit.web.waiting import patient

__all__ = ["beside_numbers", "mixes_of", "router", "table_of"]

#: Rows of the lists on the overview.
_GLANCE = 10

_FIRST = Column("First seen", "first_seen", "d w")
_LAST = Column("Last seen", "last_seen", "d")
_SEEN = (_FIRST, _LAST)
_TARGET = Column("Points to", "target", "", "")
_SOURCE = Column("Page that links", "source", "t source", "", below=Column("Title"))
COLUMNS: Mapping[str, Sequence[Column]] = {
    "backlinks": (
        Column(
            "Authority",
            "authority",
            "n a",
            help="Authority of the linking domain, 0 to 100",
            below=Column("Value", "value", help="What the link is worth, 0 to 100"),
        ),
        _SOURCE,
        Column("The link as it stands there", "anchor", "t context", "", below=_TARGET),
        Column("Links", "links", "n", help="Links in this group; the best of them is shown"),
        Column("Properties", None, "badges"),
        replace(_FIRST, css="d", below=_LAST),
    ),
    "domains": (
        Column("Authority", "authority", "n a", help="0 to 100, relative to the data it was computed from"),
        Column("Domain", "domain", "t", ""),
        Column("Type", None, "w type", help="What kind of site it is, where anything tells"),
        Column("Links", "links", "n"),
        Column("Follow", "follow", "n w", help="Links without nofollow, ugc or sponsored"),
        Column("Words of its best link", None, "t words"),
        Column("Network", None, "w net"),
        *_SEEN,
    ),
    "anchors": (
        Column("Anchor", "anchor", "t", ""),
        Column(
            "Class",
            "class",
            "class",
            "",
            help="What the words are to the target; “money” marks those of a buyer",
        ),
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
        Column(
            "Authority", "authority", "n a", help="What the domain would have with this page's votes only"
        ),
        Column(
            "Equity", "equity", "n w", help="Of what comes to the domain, the share that comes to the page"
        ),
        Column(
            "Internal links", "internal_links", "n w", help="Pages of the site that link to it, where kept"
        ),
        Column("Status", None, "n a", help="What the page answered when it was read last"),
    ),
    "changes": (
        Column("On", "at", "d"),
        Column("What", "kind", "what", ""),
        Column("Why", None, "t why"),
        Column("Authority", "authority", "n a"),
        _SOURCE,
        Column("Words of the link", "anchor", "t", "", below=_TARGET),
    ),
    "leads": (
        Column("Page that is said to link", None, "t"),
        Column("Said of", None, "t domain-name w"),
        Column("Said by", None, "by"),
        Column("Said on", None, "d"),
        Column("Read from", None, "t w", help="The file that names the page"),
    ),
}
#: The columns of lost links, in the place of those that speak of links which are there.
_LOST = {
    "links": Column("What was found", None, "found", help="What a later look at the page showed"),
    "first_seen": replace(
        _FIRST,
        css="d",
        below=Column("Lost on", "lost_at", help="The first look that no longer found the link"),
    ),
}
#: Shown where some tool counted visits from one of the domains.
_VISITS = Column("Visits", None, "t", help="As each tool counted them, by its newest export")
_CAPTIONS = {
    "backlinks": "Links",
    "domains": "Referring domains",
    "anchors": "Anchor texts",
    "pages": "Pages that links to the target lead to, on other hosts too where those lead on",
    "leads": "Leads",
    "changes": "Changes",
}
_MIXES = {
    "rel": "What the links say with rel",
    "placement": "Where they stand on the page",
    "state": "Whether they are there",
    "kind": "What makes the link",
}
_TOPS = {"language": "Languages of the linking pages", "tld": "Top-level domains of the linking hosts"}
_TOP = 8


def router(desk: Desk, first: Sequence[params.Depends]) -> APIRouter:
    """The routes of the HTML face over one desk, with what each depends on `first`."""
    routes = APIRouter(include_in_schema=False, dependencies=[*first, Depends(whole_view(desk))])
    _add_start(routes, desk)
    add_help(routes, desk)
    add_keys(routes, desk)
    add_looks(routes)
    add_metrics(routes)
    add_job_pages(routes, desk)
    add_monitor_pages(routes, desk)
    add_decision_pages(routes, desk)
    add_policy_pages(routes, desk)
    add_alert_pages(routes, desk)
    add_outreach_pages(routes, desk)
    add_project_pages(routes, desk)
    add_view_pages(routes, desk)
    add_share_pages(routes, desk)
    add_account_pages(routes, desk)
    add_second_factor_pages(routes, desk)
    add_upload_pages(routes, desk)
    add_sql_page(routes, desk)
    add_settings_page(routes, desk)
    add_feeds(routes, desk)
    add_unsubscribing(routes, desk)
    overview = patient(desk, "overview", _overview(desk))
    routes.add_api_route("/t/{target}", overview, response_class=HTMLResponse)
    for view in COLUMNS:
        table = patient(desk, view, _table(desk, view))
        routes.add_api_route(f"/t/{{target}}/{view}", table, response_class=HTMLResponse)
    diversity = patient(desk, "diversity", _diversity(desk))
    routes.add_api_route("/t/{target}/diversity", diversity, response_class=HTMLResponse)
    routes.add_api_route("/t/{target}/sources", _sources(desk), response_class=HTMLResponse)
    add_authority(routes, desk)
    add_graph_page(routes, desk)
    add_gap_page(routes, desk)
    add_prospects_page(routes, desk)
    add_report_pages(routes, desk)
    add_impact_page(routes, desk)
    add_vet_page(routes, desk)
    add_dead_ends(routes, desk)
    _add_audit(routes, desk)
    for view in ("overview", "audit", "sources", "diversity", *COLUMNS):
        routes.add_api_route(f"/t/{{target}}/{view}.json", _json_twin(desk, view))
        for kind in FILES if view not in ("audit", "sources") else ():
            routes.add_api_route(f"/t/{{target}}/{view}.{kind}", _file_twin(desk, view, kind))
    return routes


def _add_start(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/")
    def front() -> Response:
        shown = portfolio_page(desk)
        if shown is None and asker().sites is not None:
            found = f"{asker().who} is let in to no project that there is"
            raise AccessError("look at projects", found, "Ask an owner for one.")
        return shown or start()

    @routes.get("/start")
    def start() -> Response:
        try:
            targets, sources = desk.targets(20), desk.sources().rows
        except IndexGone:
            raise
        except HomeMissing:
            nothing: dict[str, Any] = {"targets": [], "sources": [], "as_of": None}
            return page("start.html.j2", nothing | {"option": desk.option, "may_change": False})
        as_of = max((row["last_observed"] for row in sources if row.get("last_observed")), default=None)
        context = {"targets": targets.rows, "sources": sources, "as_of": as_of, "option": desk.option}
        return page("start.html.j2", context | {"may_change": may_change()}, desk=desk)

    @routes.get("/t")
    def look(target: str = Query("")) -> RedirectResponse:
        name = target.strip()
        return RedirectResponse(f"/t/{quote(name, safe='')}" if name else "/", 303)


def _frame(desk: Desk, view: str, ask: Ask, answer: Answer) -> Frame:
    row = answer.data
    leads = row["leads"] if view == "overview" and isinstance(row, dict) else desk.leads(ask)
    return Frame(ask, view, answer, desk.option, leads)


def _overview(desk: Desk) -> Callable[..., Response]:
    def overview(ask: Ask = Depends(asked("overview"))) -> Response:
        choice = choice_of(ask)
        if choice.is_changes:
            today = next(reversed(desk.days()), None)
            return RedirectResponse(changes_within(ask, choice, today), 303)
        plain = replace(ask, sent=())  # one question, whichever days its picture shows
        answer = desk.answer("overview", plain)
        frame, data = _frame(desk, "overview", ask, answer), answer.row
        if not data["links"] and not data["lost"]:
            held = desk.targets(8).rows if asker().sites is None else []
            context = {"frame": frame, "data": data, "held": held, "own_option": desk.own_option}
            return page("nothing.html.j2", context, desk=desk)
        context = {"frame": frame, "data": data, **beside_numbers(desk, ask)}
        arrivals = desk.answer("arrivals", plain).rows
        context |= {"timeline": timeline_of(ask, answer, frame.behind, choice, arrivals)}
        context |= {"mixes": mixes_of(data, frame.behind), "rows_of": addresses(frame.behind)}
        return page("overview.html.j2", context, desk=desk)

    return overview


def beside_numbers(desk: Desk, ask: Ask) -> dict[str, Sequence[Row]]:
    """The first rows of the lists that an overview begins; the lists are asked as their pages ask them, whose
    answers may be there already."""
    whole = Ask(ask.target, ask.scope, ask.as_of)
    return {view: desk.answer(view, whole).rows[:_GLANCE] for view in ("domains", "anchors")}


def mixes_of(data: Mapping[str, Any], behind: Behind) -> Sequence[tuple[str, charts.Svg]]:
    """What the links are made of: a heading and a picture for each mix; each part leads to its rows."""
    mixes = []
    for draw, titles, most in ((charts.strip, _MIXES, None), (charts.bars, _TOPS, _TOP)):
        for name, title in titles.items():
            shown = [key for key, _ in mix_rows(data["mix"][name], most)]
            parts = mix_parts(name, data["mix"][name], most, behind.mix(name, shown))
            mixes.append((title, draw(title, parts)))
    return mixes


def _table(desk: Desk, view: str) -> Callable[..., Response]:
    def table(ask: Ask = Depends(asked(view))) -> Response:
        answer, problem = _answer_or_problem(desk, view, ask)
        context = table_of(desk, view, ask, answer.rows)
        context |= {"frame": _frame(desk, view, ask, answer), "problem": problem}
        return page(f"{view}.html.j2", context, 400 if problem else 200, desk=desk)

    return table


def table_of(desk: Desk, view: str, ask: Ask, rows: Sequence[Row]) -> dict[str, Any]:
    """What the template of a list is told of its rows, beside its frame."""
    lost = view == "backlinks" and (ask.state == "lost" or (ask.sort or "").endswith("lost_at"))
    visits = view == "domains" and any(row.get("visits") for row in rows)
    columns = [_LOST.get(each.sort or "", each) if lost else each for each in COLUMNS[view]]
    if view == "backlinks" and ask.group == "none" and not lost:  # each row is one link
        columns = [each for each in columns if each.sort != "links"]
    return {
        "columns": [*columns[:4], _VISITS, *columns[4:]] if visits else columns,
        "visits": visits,
        "lost": lost,
        "caption": _CAPTIONS[view],
        "rows": rows,
        "referring": _referring(desk, ask) if view == "anchors" and rows else None,
    }


def _answer_or_problem(desk: Desk, view: str, ask: Ask) -> tuple[Answer, FilterError | None]:
    """The answer; for a filter that cannot be read an empty one, so that it can be mended where it stands."""
    try:
        return desk.answer(view, ask), None
    except FilterError as error:
        whole = desk.answer(view, replace(ask, q=None, cursor=None, at=0, limit=1))
        return replace(whole, data=[], total=0, next=None), error


def _referring(desk: Desk, ask: Ask) -> int | None:
    domains: int | None = desk.answer("overview", ask).rows[0]["referring_domains"]
    return domains


def _sources(desk: Desk) -> Callable[..., Response]:
    def sources(ask: Ask = Depends(asked("sources"))) -> Response:
        answer = desk.answer("sources", ask)
        data = answer.row
        shared = {(pair["a"], pair["b"]): pair for pair in data["overlap"]}
        names = list(dict.fromkeys(pair["a"] for pair in data["overlap"]))
        context = {
            "frame": _frame(desk, "sources", ask, answer),
            "data": data,
            "names": names,
            "shared": shared,
        }
        return page("sources.html.j2", context, desk=desk)

    return sources


def _diversity(desk: Desk) -> Callable[..., Response]:
    def diversity(ask: Ask = Depends(asked("diversity"))) -> Response:
        answer = desk.answer("diversity", ask)
        context = {"frame": _frame(desk, "diversity", ask, answer), "rows": answer.rows, "told": spread}
        return page("diversity.html.j2", context, desk=desk)

    return diversity


def _add_audit(routes: APIRouter, desk: Desk) -> None:
    def audit(ask: Ask = Depends(asked("audit"))) -> Response:
        answer = desk.answer("audit", ask)
        model = answer.rows[0]
        return page(
            "audit_page.html.j2",
            {
                "frame": _frame(desk, "audit", ask, answer),
                "audit": model,
                "figures": audit_charts(model),
                "verdicts": VERDICTS,
                "decided": decided_lately(desk, ask.target),
                "rows_of": {**addresses(Behind(ask)), "authority": ask.url("authority")},
            },
            desk=desk,
        )

    routes.add_api_route("/t/{target}/audit", patient(desk, "audit", audit))

    @routes.get("/t/{target}/audit.html")
    def document(ask: Ask = Depends(asked("audit"))) -> Response:
        answer: Answer = desk.answer("audit", ask)
        headers = {"Content-Disposition": 'attachment; filename="link-audit.html"'}
        return HTMLResponse(audit_html(answer.rows[0]), headers=headers)


def _json_twin(desk: Desk, view: str) -> Callable[..., Response]:
    def twin(ask: Ask = Depends(asked(view, strict=True))) -> Response:
        answer = desk.answer(view, ask)
        following = ask.url(view, ".json", cursor=answer.next) if answer.next else None
        return envelope_response(answer, following)

    return twin


def _file_twin(desk: Desk, view: str, kind: str) -> Callable[..., Response]:
    def twin(ask: Ask = Depends(asked(view, strict=True))) -> Response:
        return file_response(desk, view, ask, kind)

    return twin
