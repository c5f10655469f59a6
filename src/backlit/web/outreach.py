"""How is the board of outreach worked in a browser? Forms that work without a script.

As with alerts: nothing is changed but by a page of ours or a program on this machine, and a server that
others reach tells nobody's mailbox, name or words.
"""

import io
from collections.abc import Sequence
from functools import partial
from typing import Any

from fastapi import APIRouter, Depends, Response
from fastapi.responses import RedirectResponse

from backlit import app
from backlit.app.answer import Answer
from backlit.errors import HomeMissing, UsageError
from backlit.report.export import write_rows
from backlit.web.asking import only
from backlit.web.desk import Desk
from backlit.web.forms import Fields, own_form
from backlit.web.render import page
from backlit.web.twins import FILES, envelope_response

__all__ = ["add_outreach_pages", "board_of"]

#: The columns with their headings; the last holds both ends.
COLUMNS = {
    "new": ("new",), "qualified": ("qualified",), "contacted": ("contacted",), "replied": ("replied",),
    "agreed": ("agreed",), "live": ("live",), "lost or no": ("lost", "no"),
}  # fmt: skip
#: Kinds that would read like a stage on a card.
_SAID = {"lost": "win back"}
_MOVES = ("new", "qualified", "contacted", "replied", "agreed", "lost", "no")
_KNOWN = ("contact", "name", "form", "compensation", "country", "anchor", "promised_url", "due")
#: Fields of templates that no card knows.
_FIELDS = ("dead", "title", "note")
_SHOWN, _LONGEST = 2_000, 8_192


def board_of(desk: Desk, **asked: Any) -> Answer:
    """The cards as they stand by the newest version of the index, where there is one."""
    try:
        session = desk.session()
    except HomeMissing:
        session = None
    return app.outreach_ls(desk.home, session=session, **asked)


def add_outreach_pages(routes: APIRouter, desk: Desk) -> None:
    """Add the board, its cards and its people, and what their forms do, to the routes of the HTML face."""
    _add_board(routes, desk)
    _add_card(routes, desk)
    _add_message(routes, desk)
    _add_board_forms(routes, desk)
    _add_card_forms(routes, desk)
    _add_people_forms(routes, desk)


def _add_board(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/outreach", dependencies=[Depends(only("target"))])
    def board(target: str = "") -> Response:
        answer = board_of(desk, target=target or None, limit=_SHOWN)
        rows = answer.rows
        columns = {name: [row for row in rows if row["stage"] in held] for name, held in COLUMNS.items()}
        context = {
            "columns": columns, "total": answer.total, "target": target,
            "kinds": app.outreach_words()["kinds"], "given": app.outreach_words()["compensations"],
            "moves": _MOVES, "said": _SAID, "option": desk.option,
        }  # fmt: skip
        return page("outreach.html.j2", context, desk=desk)

    @routes.get("/outreach.json", dependencies=[Depends(only())])
    def twin() -> Response:
        return envelope_response(board_of(desk))

    for kind in ("csv", "xlsx"):
        routes.add_api_route(f"/outreach.{kind}", partial(_table, desk, kind), dependencies=[Depends(only())])


def _table(desk: Desk, kind: str) -> Response:
    """The board with its drafts as a file."""
    rows = board_of(desk, drafts=True).rows
    told = [row | {"seen": None, "warnings": "; ".join(row["warnings"])} for row in rows]
    file = io.BytesIO()
    write_rows(told, None, kind, file)
    headers = {"Content-Disposition": f'attachment; filename="outreach.{kind}"'}
    return Response(file.getvalue(), media_type=FILES[kind], headers=headers)


def _add_card(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/outreach/people", dependencies=[Depends(only())])
    def people() -> Response:
        rows = app.outreach_suppressed(desk.home).rows
        return page("outreach_people.html.j2", {"rows": rows, "option": desk.option}, desk=desk)

    @routes.get("/outreach/{card}", dependencies=[Depends(only())])
    def card(card: int) -> Response:
        row = app.outreach_show(desk.home, card).row
        templates = app.outreach_templates(desk.home)
        words = app.outreach_words()
        context = {
            "card": row, "templates": [each["name"] for each in templates.rows],
            "fields": {name: templates.query["fields"][name] for name in _FIELDS},
            "given": words["compensations"], "kinds": words["kinds"], "moves": _MOVES,
            "sending": words["sending"], "option": desk.option,
            "undoable": next((each["id"] for each in row["log"] if each["stage"] and each["was"]), None),
        }  # fmt: skip
        return page("outreach_card.html.j2", context, desk=desk)


def _add_message(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/outreach/{card}/message.eml", dependencies=[Depends(only())])
    def message(card: int) -> Response:
        draft = app.outreach_show(desk.home, card).row["draft"]
        if draft is None or draft["bytes"] is None:
            asked, do = f"download the message of card {card}", "Draft one; words for a form are on its page."
            raise UsageError(asked, "there is none", do)
        headers = {"Content-Disposition": f'attachment; filename="outreach-{card}.eml"'}
        return Response(draft["bytes"].encode("ascii"), media_type="message/rfc822", headers=headers)


def _one(fields: Fields, name: str) -> str | None:
    return fields.get(name, "").strip()[:_LONGEST] or None


def _cards(fields: Fields) -> Sequence[int] | None:
    """The card that is meant; None where all of them are, which has to be said."""
    text = fields.get("card")
    if text is None:
        return app.chosen_cards((), "all" in fields)
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise UsageError(
            "send the message of a card", f"{text[:40]!r} is no number of one", "Name its number."
        )
    return [int(text)]


def _to(card: int, place: str = "") -> Response:
    return RedirectResponse(f"/outreach/{card}{place}", 303)


def _add_board_forms(routes: APIRouter, desk: Desk) -> None:
    @routes.post("/outreach/add")
    def add(fields: Fields = Depends(own_form)) -> Response:
        known: dict[str, Any] = {name: _one(fields, name) for name in _KNOWN}
        known["compensation"] = known["compensation"] or "none"
        row = app.outreach_add(
            desk.home, _one(fields, "target") or "", _one(fields, "page") or "",
            kind=_one(fields, "kind") or "", why=_one(fields, "why") or "", **known,
        ).row  # fmt: skip
        return _to(row["id"])

    @routes.post("/outreach/send")
    def send(fields: Fields = Depends(own_form)) -> Response:
        answer = app.outreach_send(desk.home, _cards(fields))
        context = {"rows": answer.rows, "interrupted": answer.query["interrupted"], "option": desk.option}
        return page("outreach_sent.html.j2", context, desk=desk)

    @routes.post("/outreach/events/{event}/undo")
    def undo(event: int, fields: Fields = Depends(own_form)) -> Response:
        return _to(app.outreach_undo(desk.home, event, why=_one(fields, "why") or "").row["id"], "#log")


def _add_card_forms(routes: APIRouter, desk: Desk) -> None:
    @routes.post("/outreach/{card}/edit")
    def edit(card: int, fields: Fields = Depends(own_form)) -> Response:
        known: dict[str, Any] = {name: fields[name].strip()[:_LONGEST] for name in _KNOWN if name in fields}
        app.outreach_edit(desk.home, card, **known)
        return _to(card)

    @routes.post("/outreach/{card}/move")
    def move(card: int, fields: Fields = Depends(own_form)) -> Response:
        app.outreach_move(desk.home, card, _one(fields, "stage") or "", why=_one(fields, "why") or "")
        return RedirectResponse("/outreach", 303) if "back" in fields else _to(card)

    @routes.post("/outreach/{card}/draft")
    def draft(card: int, fields: Fields = Depends(own_form)) -> Response:
        given = {name: text for name in _FIELDS if (text := _one(fields, name))}
        app.outreach_draft(desk.home, card, template=_one(fields, "template"), fields=given)
        return _to(card, "#draft")

    @routes.post("/outreach/{card}/approve")
    def approve(card: int, fields: Fields = Depends(own_form)) -> Response:
        app.outreach_approve(desk.home, card, _one(fields, "digest") or "")
        return _to(card, "#draft")


def _add_people_forms(routes: APIRouter, desk: Desk) -> None:
    back = RedirectResponse("/outreach/people", 303)

    @routes.post("/outreach/people/suppress")
    def suppress(fields: Fields = Depends(own_form)) -> Response:
        why = _one(fields, "why") or ""
        app.outreach_suppress(desk.home, _one(fields, "who") or "", why=why, lift="lift" in fields)
        return back

    @routes.post("/outreach/people/allow")
    def allow(fields: Fields = Depends(own_form)) -> Response:
        who, basis = _one(fields, "who") or "", _one(fields, "basis") or ""
        app.outreach_allow(
            desk.home, who, basis, why=_one(fields, "why") or "", withdraw="withdraw" in fields
        )
        return back

    @routes.post("/outreach/people/forget")
    def forget(fields: Fields = Depends(own_form)) -> Response:
        app.outreach_forget(desk.home, _one(fields, "who") or "")
        return back
