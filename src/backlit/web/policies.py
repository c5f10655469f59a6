"""How is a policy read, edited and applied in a browser? Forms that work without a script, and REST."""

import re
from typing import Any
from urllib.parse import quote, unquote

from fastapi import APIRouter, Body, Depends, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from backlit import app
from backlit.errors import UsageError
from backlit.report.policy.text import INTRODUCTION
from backlit.web.asking import Ask, asked, only
from backlit.web.desk import Desk
from backlit.web.forms import Fields, own_form, own_page
from backlit.web.openapi import FOREIGN, answers, refusals
from backlit.web.render import Frame, page
from backlit.web.twins import envelope_response

__all__ = ["add_policy", "add_policy_pages"]

#: Letters of a policy, and of anything else.
_LONGEST, _SHORT = 300_000, 8_192
#: Versions that the page shows.
_VERSIONS = 20


# for people -----------------------------------------------------------------------


def add_policy_pages(routes: APIRouter, desk: Desk) -> None:
    """Add the page of the policy as an audit of one target sees it, and its forms."""

    @routes.get("/t/{target}/policy", response_class=HTMLResponse)
    def policy(ask: Ask = Depends(asked("policy"))) -> Response:
        return _shown(desk, ask)

    def back(target: str, view: str) -> Response:
        return RedirectResponse(f"/t/{quote(unquote(target), safe='')}/{view}", 303)

    @routes.post("/t/{target}/policy/accept")
    def accept(target: str, form: Fields = Depends(own_form)) -> Response:
        app.policy_accept(desk.session(), form.get("id", "")[:_SHORT], why=form.get("why", "")[:_SHORT])
        return back(target, "policy#held")

    @routes.post("/t/{target}/policy/edit")
    def edit(target: str, form: Fields = Depends(own_form), ask: Ask = Depends(asked("policy"))) -> Response:
        text = form["text"].replace("\r\n", "\n") if "text" in form else None
        of = form.get("version", "")
        number = int(of) if re.fullmatch("[0-9]{1,9}", of) else None
        try:
            app.policy_edit(desk.home, text, why=form.get("why", "")[:_SHORT], of=number)
        except UsageError as error:
            return _shown(desk, ask, form, error)
        return back(target, "policy#held")

    @routes.post("/t/{target}/policy/apply")
    def apply(target: str, form: Fields = Depends(own_form)) -> Response:
        app.policy_apply(desk.session(), unquote(target))
        return back(target, "audit#by-policy")

    @routes.post("/t/{target}/policy/undo")
    def undo(target: str, form: Fields = Depends(own_form)) -> Response:
        app.policy_undo(desk.session(), unquote(target), form.get("id", "")[:_SHORT])
        return back(target, "audit#clusters")


def _shown(desk: Desk, ask: Ask, form: Fields | None = None, problem: UsageError | None = None) -> Response:
    """The page, with what somebody typed that cannot hold as it is."""
    answer = app.policy_suggest(desk.session(), ask.target)
    held, typed = app.policy_show(desk.home).row, form or {}
    context = {
        "frame": Frame(ask, "policy", answer, desk.option, desk.leads(ask)),
        "held": held,
        "text": typed.get("text", held["text"] or INTRODUCTION),
        "why": typed.get("why", ""),
        "problem": problem,
        "proposals": answer.rows,
        "note": answer.query["note"],
        "versions": app.policy_log(desk.home).rows[:_VERSIONS],
    }
    return page("policy.html.j2", context, 400 if problem else 200, desk=desk)


# for programs ---------------------------------------------------------------------

_REFUSED = refusals(
    {
        400: "There is nothing of that id, or the text is no policy: its line and what to do are named",
        403: FOREIGN,
        503: "There is no index yet",
    }
)
_TEXT = {"type": ["string", "null"]}
_WHOLE = {"type": "integer"}
_MANY = {"type": "array", "items": {"type": "object"}}
_LINES = {"type": "array", "items": {"type": "string"}}


def _record(**fields: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": fields}


_VERSION = {"version": {"type": ["integer", "null"]}, "at": _TEXT, "who": _TEXT, "why": _TEXT}
_MADE = _record(**_VERSION, rules=_MANY, diff=_LINES)
_HELD = _record(**_VERSION, text=_TEXT, rules=_MANY, edited={"type": "boolean"}, note=_TEXT)
_EVENT = _record(
    id=_WHOLE, **dict.fromkeys(("at", "who", "target", "kind", "subject", "verdict", "why", "until"), _TEXT),
    domains=_LINES, links=_LINES, known={"type": "object"},
)  # fmt: skip
_PROPOSAL = _record(
    id=_TEXT, verdict=_TEXT, rule=_TEXT, agree=_WHOLE, against=_WHOLE,
    decisions={"type": "array", "items": _WHOLE}, groups=_WHOLE, links=_WHOLE, decides=_MANY, text=_TEXT,
)  # fmt: skip


def _rows(record: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": record}


def add_policy(routes: APIRouter, desk: Desk) -> None:
    """Add the policy to the routes of REST."""

    def told(path: str, name: str, summary: str, data: dict[str, Any], ask: Any) -> None:
        routes.add_api_route(
            path,
            ask,
            summary=summary,
            operation_id=name,
            responses=answers(data, _REFUSED),
            response_class=JSONResponse,
            dependencies=[Depends(only())],
        )

    def held() -> Response:
        return envelope_response(app.policy_show(desk.home))

    def versions() -> Response:
        return envelope_response(app.policy_log(desk.home))

    def suggested(target: str) -> Response:
        return envelope_response(app.policy_suggest(desk.session(), unquote(target)))

    told("/policy", "policy", "The rules that hold, and their text", _HELD, held)
    told(
        "/policy/versions", "policy_versions", "All versions of the policy, newest first, with what changed",
        _rows(_record(**_VERSION, diff=_LINES)), versions,
    )  # fmt: skip
    told(
        "/targets/{target}/policy/suggestions", "policy_suggestions",
        "Rules that the decisions about the links speak for, each with what it would decide now",
        _rows(_PROPOSAL), suggested,
    )  # fmt: skip
    _add_writing(routes, desk)


def _add_writing(routes: APIRouter, desk: Desk) -> None:
    @routes.post(
        "/policy",
        summary="Let a text hold as a new version of the policy",
        operation_id="policy_edit",
        responses=answers(_MADE, _REFUSED),
        response_class=JSONResponse,
        dependencies=[Depends(own_page)],
    )
    def edit(
        text: str = Body(max_length=_LONGEST),
        why: str = Body(default="", max_length=_SHORT),
        of: int | None = Body(
            default=None,
            ge=0,
            description="The version that the text was made of, 0 for none: refused where a newer one came.",
        ),
    ) -> Response:
        return envelope_response(app.policy_edit(desk.home, text, why=why, of=of))

    @routes.post(
        "/targets/{target}/policy/accept",
        summary="Let a suggested rule hold, as a new version of the policy",
        operation_id="policy_accept",
        responses=answers(_MADE, _REFUSED),
        response_class=JSONResponse,
        dependencies=[Depends(own_page)],
    )
    def accept(
        target: str,
        id: str = Body(max_length=_SHORT),  # noqa: A002  # the name users meet
        why: str = Body(default="", max_length=_SHORT),
    ) -> Response:
        return envelope_response(app.policy_accept(desk.session(), id, why=why))

    @routes.post(
        "/targets/{target}/policy/apply",
        summary="Enter what the rules decide of the open groups among the decisions",
        operation_id="policy_apply",
        responses=answers(_rows(_EVENT), _REFUSED),
        response_class=JSONResponse,
        dependencies=[Depends(own_page)],
    )
    def apply(
        target: str,
        id: str | None = Body(default=None, max_length=_SHORT, embed=True),  # noqa: A002
    ) -> Response:
        return envelope_response(app.policy_apply(desk.session(), unquote(target), only=id))
