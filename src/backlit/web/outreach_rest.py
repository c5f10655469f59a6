"""How do programs work the board of outreach? The same as its pages, under /api/v1/outreach."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Body, Query, Response

from backlit import app
from backlit.web.calls import add_call
from backlit.web.desk import Desk
from backlit.web.openapi import FOREIGN, outreach_schema, refusals
from backlit.web.outreach import board_of
from backlit.web.twins import envelope_response

__all__ = ["add_outreach"]

_REFUSED = refusals(
    {
        400: "It cannot be done as asked",
        403: FOREIGN,
        404: "There is no such card",
        422: "It does not say what is meant",
    }
)
_LIMIT = Query(100, ge=1, le=10_000)
#: By method and path: the name of the operation, what it does, what its answer holds, and who does it.
Calls = dict[tuple[str, str], tuple[str, str, str, Callable[..., Response]]]
_TAKEN = {"cards": ("target", "stage", "drafts", "limit"), "happened": ("card", "limit")}


def add_outreach(routes: APIRouter, desk: Desk) -> None:
    """Add the board to the routes of REST."""
    calls = {**_board(desk), **_reading(desk), **_cards(desk), **_letters(desk), **_people(desk)}
    for (method, path), (name, summary, view, call) in calls.items():
        taken, data = _TAKEN.get(view, ()), outreach_schema(view)
        told: dict[str, Any] = {"name": name, "summary": summary, "data": data, "taken": taken}
        add_call(routes, method, f"/outreach{path}", call, refused=_REFUSED, **told)


def _board(desk: Desk) -> Calls:
    def cards(
        target: str | None = None, stage: str | None = None, drafts: bool = False, limit: int = _LIMIT
    ) -> Response:
        answer = board_of(desk, target=target, stage=stage, drafts=drafts, limit=limit)
        return envelope_response(answer)

    return {("GET", ""): ("outreach", "The cards of the board, newest first", "cards", cards)}


def _reading(desk: Desk) -> Calls:
    def log(card: int | None = None, limit: int = _LIMIT) -> Response:
        return envelope_response(app.outreach_log(desk.home, card=card, limit=limit))

    def proof() -> Response:
        return envelope_response(app.outreach_check(desk.home))

    def templates() -> Response:
        return envelope_response(app.outreach_templates(desk.home))

    def people() -> Response:
        return envelope_response(app.outreach_suppressed(desk.home))

    def card(card: int) -> Response:
        return envelope_response(app.outreach_show(desk.home, card))

    on_list = "Who is not written to, and who may be written to unasked"
    whole = "A card with its draft as it would be sent, and what happened"
    return {
        ("GET", "/log"): ("outreach_log", "What happened on the board, newest first", "happened", log),
        ("GET", "/log/check"): ("outreach_check", "Whether the log is as it was written", "proof", proof),
        ("GET", "/templates"): ("outreach_templates", "The templates of messages", "templates", templates),
        ("GET", "/people"): ("outreach_people", on_list, "people", people),
        ("GET", "/{card}"): ("outreach_card", whole, "whole", card),
    }


def _cards(desk: Desk) -> Calls:
    def add(
        target: str = Body(), page: str = Body(), kind: str = Body(), contact: str | None = Body(None),
        name: str | None = Body(None), form: str | None = Body(None), compensation: str = Body("none"),
        country: str | None = Body(None), anchor: str | None = Body(None),
        promised_url: str | None = Body(None), due: str | None = Body(None), why: str = Body(""),
    ) -> Response:  # fmt: skip
        known: dict[str, Any] = {"contact": contact, "name": name, "form": form, "country": country}
        known |= {"compensation": compensation, "anchor": anchor, "promised_url": promised_url, "due": due}
        return envelope_response(app.outreach_add(desk.home, target, page, kind=kind, why=why, **known))

    def edit(
        card: int, contact: str | None = Body(None), name: str | None = Body(None),
        form: str | None = Body(None), compensation: str | None = Body(None),
        country: str | None = Body(None), anchor: str | None = Body(None),
        promised_url: str | None = Body(None), due: str | None = Body(None), why: str = Body(""),
    ) -> Response:  # fmt: skip
        known: dict[str, Any] = {"contact": contact, "name": name, "form": form, "country": country}
        known |= {"compensation": compensation, "anchor": anchor, "promised_url": promised_url, "due": due}
        return envelope_response(app.outreach_edit(desk.home, card, why=why, **known))

    def move(card: int, stage: str = Body(), why: str = Body("")) -> Response:
        return envelope_response(app.outreach_move(desk.home, card, stage, why=why))

    def undo(event: int, why: str = Body("", embed=True)) -> Response:
        return envelope_response(app.outreach_undo(desk.home, event, why=why))

    changed = "Change what is known of a card; an empty text takes it away, and its draft is void"
    return {
        ("POST", ""): ("add_card", "Put a page or a domain on the board", "card", add),
        ("PATCH", "/{card}"): ("edit_card", changed, "card", edit),
        ("POST", "/{card}/move"): ("move_card", "Move a card to another column", "moved", move),
        ("POST", "/events/{event}/undo"): ("undo_move", "Take the last move of a card back", "card", undo),
    }


def _letters(desk: Desk) -> Calls:
    def draft(
        card: int,
        template: str | None = Body(None),
        text: str | None = Body(None),
        fields: dict[str, str] = Body({}),
    ) -> Response:
        return envelope_response(
            app.outreach_draft(desk.home, card, template=template, text=text, fields=fields)
        )

    def approve(card: int, digest: str = Body(embed=True)) -> Response:
        return envelope_response(app.outreach_approve(desk.home, card, digest))

    def send(
        cards: list[int] | None = Body(None),
        card: int | None = Body(None),
        everything: bool = Body(False, alias="all"),
        dry_run: bool = Body(False),
    ) -> Response:
        named = [*(cards or ()), *(() if card is None else (card,))]
        chosen = app.chosen_cards(named, everything)
        return envelope_response(app.outreach_send(desk.home, chosen, dry_run=dry_run))

    drafted = "Draft a message from a template, or words for a contact form"
    allowed = "Allow the exact bytes of a draft to be sent, by their SHA-256"
    going = "Send what was approved of `cards`, or of `all`, as far as the limits of the day allow"
    return {
        ("POST", "/{card}/draft"): ("draft_message", drafted, "drafted", draft),
        ("POST", "/{card}/approve"): ("approve_message", allowed, "drafted", approve),
        ("POST", "/send"): ("send_messages", going, "sent", send),
    }


def _people(desk: Desk) -> Calls:
    def suppress(who: str = Body(), why: str = Body(""), lift: bool = Body(False)) -> Response:
        return envelope_response(app.outreach_suppress(desk.home, who, why=why, lift=lift))

    def allow(
        who: str = Body(), basis: str = Body(), why: str = Body(), withdraw: bool = Body(False)
    ) -> Response:
        return envelope_response(app.outreach_allow(desk.home, who, basis, why=why, withdraw=withdraw))

    def forget(who: str = Body(embed=True)) -> Response:
        return envelope_response(app.outreach_forget(desk.home, who))

    never = "Write to a mailbox or domain no more, in any project; or, with `lift`, again"
    ground = "Record consent or a relationship by which somebody may be written to unasked"
    gone = "Let go of all that names a person; what happened and when stays"
    return {
        ("POST", "/people/suppress"): ("suppress_contact", never, "person", suppress),
        ("POST", "/people/allow"): ("allow_contact", ground, "person", allow),
        ("POST", "/people/forget"): ("forget_contact", gone, "forgotten", forget),
    }
