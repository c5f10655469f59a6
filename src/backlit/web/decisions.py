"""How is an audit worked off in a browser, and the disavow file made? Forms that work without a script."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote, unquote

from fastapi import APIRouter, Body, Depends, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from backlit import app
from backlit.app.answer import Answer
from backlit.errors import UsageError
from backlit.report.disavow import LEVELS
from backlit.report.dossier import dossier_text
from backlit.report.dossier_sheets import dossier_workbook
from backlit.web.asking import Ask, asked, only
from backlit.web.desk import Desk
from backlit.web.forms import Fields, own_form, own_page
from backlit.web.openapi import FOREIGN, answers, refusals
from backlit.web.render import Frame, page
from backlit.web.twins import envelope_response

__all__ = ["VERDICTS", "add_decision_pages", "add_decisions", "decided_lately"]

#: The verdicts in the order of their buttons, with what each means.
VERDICTS = {
    "keep": "a link that somebody meant",
    "ignore": "strangers made it; search engines leave it out",
    "watch": "not sure yet; comes back after 90 days",
    "ask-removal": "the site is asked to take it out; comes back after 14 days",
    "disavow": "goes into the disavow file; needs a basis",
    "snooze": "not today; comes back after 30 days",
}
_LONGEST = 8_192
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Decisions that the page of an audit shows.
_SHOWN = 20
#: Lines of a review and faults that the page of the file shows.
_LINES = 100


def decided_lately(desk: Desk, target: str) -> list[dict[str, Any]]:
    """The newest decisions about a target."""
    return app.decisions(desk.home, target).rows[:_SHOWN]


# for people -----------------------------------------------------------------------


def add_decision_pages(routes: APIRouter, desk: Desk) -> None:
    """Add the forms of the audit, and the page of the disavow file."""
    _add_audit_forms(routes, desk)
    _add_file_page(routes, desk)
    _add_dossier(routes, desk)
    _add_file_forms(routes, desk)


def _back(target: str, view: str, place: str = "") -> Response:
    return RedirectResponse(f"/t/{quote(unquote(target), safe='')}/{view}{place}", 303)


def _add_audit_forms(routes: APIRouter, desk: Desk) -> None:
    @routes.post("/t/{target}/decide")
    def decide(target: str, form: Fields = Depends(own_form)) -> Response:
        app.decide(
            desk.session(),
            form.get("id", "")[:_LONGEST],
            form.get("verdict", "")[:40],
            why=form.get("why", "")[:_LONGEST],
            target=unquote(target),
            until=form.get("until", "")[:40].strip() or None,
            seen=form.get("seen", "")[:64],
        )
        return _back(target, "audit", "#clusters")

    @routes.post("/t/{target}/undo")
    def undo(target: str, form: Fields = Depends(own_form)) -> Response:
        number, why = _number(form.get("id", "")), form.get("why", "")[:_LONGEST]
        app.undo(desk.home, number, why=why, target=unquote(target))
        return _back(target, "audit", "#decided")

    @routes.post("/t/{target}/intake")
    def intake(target: str, form: Fields = Depends(own_form)) -> Response:
        names = ("manual_action", "placed", "placed_when", "old_file")
        answers = {name: form.get(name, "").strip()[:_LONGEST] or None for name in names}
        app.intake(
            desk.home,
            unquote(target),
            manual_action=answers["manual_action"],
            placed=answers["placed"],
            placed_when=answers["placed_when"],
            old_file=answers["old_file"],
        )
        return _back(target, "audit")


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise UsageError(
            f"undo decision {text[:40]!r}", "that is no number of one", "Undo one that is listed."
        )
    return int(text)


def _add_file_page(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/t/{target}/disavow", response_class=HTMLResponse)
    def disavow(ask: Ask = Depends(asked("disavow"))) -> Response:
        session = desk.session()
        answer = app.disavow_diff(session, ask.target)
        versions = app.disavow_versions(desk.home, ask.target).rows
        held = any(row["step"] in ("imported", "uploaded") for row in versions)
        review = app.disavow_review(session, ask.target).rows if held else []
        faults = app.disavow_lint(desk.home, target=ask.target).rows if held else []
        context = {
            "frame": Frame(ask, "disavow", answer, desk.option, desk.leads(ask)),
            "data": answer.row,
            "versions": versions,
            "held": held,
            "review": review[:_LINES],
            "review_total": len(review),
            "faults": sorted(faults, key=lambda row: LEVELS.index(row["level"]))[:_LINES],
            "faults_total": len(faults),
            "approved": any(
                row["step"] == "approved" and row["digest"] == answer.row["digest"] for row in versions
            ),
            "exported": any(row["step"] == "exported" for row in versions),
            "has_asked": any(
                row["verdict"] == "ask-removal" for row in app.decisions(desk.home, ask.target).rows
            ),
            "today": f"{datetime.now(UTC):%Y-%m-%d}",
        }
        return page("disavow.html.j2", context, desk=desk)

    @routes.get("/t/{target}/disavow.json")
    def twin(ask: Ask = Depends(asked("disavow", strict=True))) -> Response:
        return envelope_response(app.disavow_diff(desk.session(), ask.target))


def _add_dossier(routes: APIRouter, desk: Desk) -> None:
    def file(name: str, kind: str, made: Callable[[Answer], bytes]) -> None:
        def dossier(ask: Ask = Depends(asked("disavow", strict=True))) -> Response:
            content = made(app.dossier(desk.session(), ask.target))
            headers = {"Content-Disposition": f'attachment; filename="{name}"'}
            return Response(content, media_type=kind, headers=headers)

        routes.add_api_route(f"/t/{{target}}/{name}", dossier)

    file("dossier.md", "text/markdown; charset=utf-8", lambda answer: dossier_text(answer.row).encode())
    file("dossier.xlsx", _WORKBOOK, lambda answer: dossier_workbook(answer.row, answer.as_of))


def _add_file_forms(routes: APIRouter, desk: Desk) -> None:
    @routes.post("/t/{target}/disavow/import")
    def take(target: str, form: Fields = Depends(own_form)) -> Response:
        content = form.get("content", "").replace("\r\n", "\n").encode()
        if not content.strip():
            raise UsageError("import a disavow file", "nothing was pasted", "Paste the text of the file.")
        app.disavow_import(desk.home, content, unquote(target), name="pasted")
        return _back(target, "disavow")

    @routes.post("/t/{target}/disavow/approve")
    def approve(target: str, form: Fields = Depends(own_form)) -> Response:
        why, digest = form.get("why", "")[:_LONGEST], form.get("digest", "")[:64]
        app.disavow_export(desk.session(), unquote(target), why=why, approve=digest)
        return _back(target, "disavow", "#export")

    @routes.post("/t/{target}/disavow/export")
    def export(target: str, form: Fields = Depends(own_form)) -> Response:
        why = form.get("why", "")[:_LONGEST]
        _, content = app.disavow_export(desk.session(), unquote(target), why=why)
        headers = {"Content-Disposition": 'attachment; filename="disavow.txt"'}
        return Response(content, media_type="text/plain; charset=utf-8", headers=headers)

    @routes.post("/t/{target}/disavow/uploaded")
    def uploaded(target: str, form: Fields = Depends(own_form)) -> Response:
        app.disavow_uploaded(desk.home, unquote(target), on=form.get("on", "")[:40].strip() or None)
        return _back(target, "disavow")


# for programs ---------------------------------------------------------------------

_REFUSED = refusals(
    {
        400: "There is nothing of that id, no reason, or no basis to disavow",
        403: FOREIGN,
        503: "There is no index yet",
    }
)
_TEXT = {"type": ["string", "null"]}
_YES_NO = {"type": ["boolean", "null"]}
_WHOLE = {"type": "integer"}
_NUMBER = {"type": ["number", "null"]}
_MANY = {"type": "array", "items": {"type": "object"}}
_PARTS: dict[str, Any] = {"type": ["object", "null"]}


def _record(*named: tuple[dict[str, Any], str]) -> dict[str, Any]:
    """A record: for each type the names of its fields."""
    fields = {name: kind for kind, names in named for name in names.split()}
    return {"type": "object", "properties": fields}


def _rows(record: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": record}


_EVENT = _record(
    (_WHOLE, "id"),
    (_TEXT, "at who target kind subject verdict why until"),
    ({"type": ["integer", "null"]}, "undoes"),
    ({"type": "array", "items": {"type": "string"}}, "domains links"),
    (_PARTS, "known"),
)
_HELD = {**_EVENT, "properties": {**_EVENT["properties"], "holds": _YES_NO, "due": _YES_NO}}
_DECIDED = {"type": "object", "properties": {"event": _EVENT, "note": _TEXT}}
_INTAKE = _record(
    (_YES_NO, "manual_action placed old_file"),
    (_TEXT, "manual_action_on placed_by placed_when basis at who"),
)
_DIFF = _record(
    (_TEXT, "target basis digest text conclusion"),
    (_MANY, "added removed kept left_out unread faults"),
    (_WHOLE, "same bytes"),
)
_SIMULATION = _record(
    (_TEXT, "target note conclusion"),
    (_WHOLE, "entries links domains best_links"),
    (_PARTS, "before after delta"),
)
_REVIEW = _record(
    (_TEXT, "entry finding sentence what_to_do"),
    (_WHOLE, "line links live"),
    (_NUMBER, "authority unnatural"),
)
_FAULT = _record((_TEXT, "id level sentence what_to_do text mended"), ({"type": ["integer", "null"]}, "line"))
_DOSSIER = _record(
    (_TEXT, "target basis manual_action_on placed_by placed_when"),
    (_YES_NO, "manual_action placed"),
    (_MANY, "sites"),
    (_PARTS, "outcomes disavow_file"),
)
_BROKEN = _record(
    (_TEXT, "target_url best_link suggestion"),
    (_WHOLE, "domains links"),
    (_NUMBER, "status value similarity"),
)
_VERSION = _record((_WHOLE, "id entries bytes"), (_TEXT, "at who step digest why uploaded_on"))
_Verdict = Literal["keep", "ignore", "watch", "ask-removal", "disavow", "snooze"]


def add_decisions(routes: APIRouter, desk: Desk) -> None:
    """Add decisions, answers before an audit, and the disavow file to the routes of REST."""
    _add_reading(routes, desk)
    _add_writing(routes, desk)


def _add_reading(routes: APIRouter, desk: Desk) -> None:
    @routes.get(
        "/targets/{target}/decisions",
        summary="What was decided about the links, newest first; `holds` says what stands",
        operation_id="decisions",
        responses=answers(_rows(_HELD), _REFUSED),
        response_class=JSONResponse,
        dependencies=[Depends(only())],
    )
    def decisions(target: str) -> Response:
        return envelope_response(app.decisions(desk.home, unquote(target)))

    def told(path: str, summary: str, data: dict[str, Any], ask: Any) -> None:
        def answer(target: str) -> Response:
            found: Answer = ask(unquote(target))
            return envelope_response(found)

        routes.add_api_route(
            f"/targets/{{target}}/{path}",
            answer,
            summary=summary,
            operation_id=path.replace("/", "_"),
            responses=answers(data, _REFUSED),
            response_class=JSONResponse,
            dependencies=[Depends(only())],
        )

    diff = "What the next disavow file has more and less, with reasons, what is left out, and its digest"
    told("disavow/diff", diff, _DIFF, lambda target: app.disavow_diff(desk.session(), target))
    simulate = "What the next file would take by Backlit's own score, which is no ranking forecast"
    told(
        "disavow/simulate", simulate, _SIMULATION, lambda target: app.disavow_simulate(desk.session(), target)
    )
    review = "What to take out of the file that Google has"
    told("disavow/review", review, _rows(_REVIEW), lambda target: app.disavow_review(desk.session(), target))
    lint = "What is wrong with the file that Google has"
    told("disavow/lint", lint, _rows(_FAULT), lambda target: app.disavow_lint(desk.home, target=target))
    versions = "The disavow files so far, newest first"
    told(
        "disavow/versions", versions, _rows(_VERSION), lambda target: app.disavow_versions(desk.home, target)
    )

    dossier = "Removal attempts, what came of each site, and what is disavowed"
    told("dossier", dossier, _DOSSIER, lambda target: app.dossier(desk.session(), target))
    broken = "Links to dead pages of the target, each page with the live one that it should lead to"
    told("broken", broken, _rows(_BROKEN), lambda target: app.broken(desk.session(), target))


def _add_writing(routes: APIRouter, desk: Desk) -> None:
    @routes.post(
        "/targets/{target}/decisions",
        summary="Settle what is done about a group of the audit, a link or a domain",
        operation_id="decide",
        responses=answers(_DECIDED, _REFUSED),
        response_class=JSONResponse,
        dependencies=[Depends(own_page)],
    )
    def decide(
        target: str,
        id: str = Body(max_length=_LONGEST),  # noqa: A002  # the name users meet
        verdict: _Verdict = Body(),
        why: str = Body(max_length=_LONGEST),
        until: str | None = Body(default=None, max_length=40),
        seen: str | None = Body(
            default=None,
            max_length=64,
            description="The `digest` of the group as it was shown: refused where it has other links since.",
        ),
    ) -> Response:
        site = unquote(target)
        answer = app.decide(desk.session(), id, verdict, why=why, target=site, until=until, seen=seen)
        return envelope_response(answer)

    @routes.post(
        "/decisions/{number}/undo",
        summary="Take a decision back: what held before it holds again",
        operation_id="undo",
        responses=answers(_DECIDED, _REFUSED),
        response_class=JSONResponse,
        dependencies=[Depends(own_page)],
    )
    def undo(number: int, why: str = Body(default="", max_length=_LONGEST, embed=True)) -> Response:
        return envelope_response(app.undo(desk.home, number, why=why))

    @routes.post(
        "/targets/{target}/intake",
        summary="Keep the answers that come before an audit",
        operation_id="intake",
        responses=answers(_INTAKE, _REFUSED),
        response_class=JSONResponse,
        dependencies=[Depends(own_page)],
    )
    def intake(
        target: str,
        manual_action: str | None = Body(default=None, max_length=_LONGEST),
        placed: str | None = Body(default=None, max_length=_LONGEST),
        placed_when: str | None = Body(default=None, max_length=_LONGEST),
        old_file: str | None = Body(default=None, max_length=_LONGEST),
    ) -> Response:
        answer = app.intake(
            desk.home,
            unquote(target),
            manual_action=manual_action,
            placed=placed,
            placed_when=placed_when,
            old_file=old_file,
        )
        return envelope_response(answer)
