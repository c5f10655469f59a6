"""What is set on this server, is all well with it, and where is the rest of what can be set? For owners."""

from dataclasses import replace

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import HTMLResponse

import backlit
from backlit import app
from backlit.app.answer import Answer
from backlit.net.client import TOKEN
from backlit.net.exchange import Limits
from backlit.net.politeness import Manners
from backlit.net.system import AGENT
from backlit.web.asking import only
from backlit.web.calls import add_call
from backlit.web.desk import Desk
from backlit.web.openapi import UNANSWERABLE, Schema, refusals
from backlit.web.render import page
from backlit.web.twins import envelope_response

__all__ = ["add_settings", "add_settings_page"]

#: What is in no file of ours, whose licences are.
_NOTICES = (
    (
        "Placement and kinds of pages",
        "weights trained on WCXB by M. Foley, CC-BY-4.0; no page of it is contained",
    ),
    ("Words of pages", "counts of words of WCXB, CC-BY-4.0"),
    ("Public suffixes", "the list of Mozilla and contributors, MPL-2.0"),
    ("Ranks that you import", "Common Crawl's, under its terms of use; Backlit brings none"),
)


def add_settings_page(routes: APIRouter, desk: Desk) -> None:
    """Add the page to the routes of the HTML face."""

    @routes.get("/settings", response_class=HTMLResponse, dependencies=[Depends(only("check"))])
    def settings(check: str = Query("", max_length=3)) -> Response:
        sizes, free = app.disk_of(desk.home)
        context = {
            "settings": app.config_show(desk.home).rows,
            "findings": _findings(desk).rows if check else None,
            "sizes": sorted(sizes.items(), key=lambda part: -part[1]),
            "free": free,
            "backup": app.last_backup(desk.home),
            "home": desk.home,
            "agent": AGENT,
            "token": TOKEN,
            "manners": Manners(),
            "limits": Limits(),
            "notices": _NOTICES,
            "release": backlit.__version__,
            "option": desk.option,
        }
        return page("settings.html.j2", context, desk=desk)


def _findings(desk: Desk) -> Answer:
    """What the doctor finds, and what only this server knows."""
    found = app.doctor(desk.home)
    if desk.trouble is None:
        return found
    do = "See the log of the server, and whether memory is short. Pages are slower after imports meanwhile."
    row = {"check": "process beside", "state": "warning", "found": desk.trouble, "do": do}
    return replace(found, data=[*found.rows, row], total=len(found.rows) + 1)


_TEXT, _MAYBE = {"type": "string"}, {"type": ["string", "null"]}
_REFUSED = refusals({400: UNANSWERABLE})


def _rows(**fields: Schema) -> Schema:
    return {
        "type": "array",
        "items": {"type": "object", "properties": fields, "required": list(fields)},
    }


_PROBLEM = {"type": ["object", "null"], "properties": {"found": _TEXT, "do": _TEXT}}
_SETTINGS = _rows(
    name=_TEXT, value=_MAYBE, origin={"enum": ["option", "environment", "default"]}, about=_TEXT, usual=_TEXT,
    problem=_PROBLEM,
)  # fmt: skip
_FINDINGS = _rows(check=_TEXT, state={"enum": ["ok", "warning", "failed", "unknown"]}, found=_TEXT, do=_MAYBE)


def add_settings(routes: APIRouter, desk: Desk) -> None:
    """Add both questions to the routes of REST."""

    def config() -> Response:
        return envelope_response(app.config_show(desk.home))

    def doctor() -> Response:
        return envelope_response(_findings(desk))

    told = "Every setting with its value, where that comes from, and what is wrong with it; no secret"
    add_call(
        routes, "GET", "/config", config, name="config_show", summary=told, data=_SETTINGS, refused=_REFUSED
    )
    told = "Is all well with settings, disk, index, state, jobs, backups and who may come in, and what to do"
    add_call(routes, "GET", "/doctor", doctor, name="doctor", summary=told, data=_FINDINGS, refused=_REFUSED)
