"""What can be reached from everywhere, and by which key? The menu and the page of keys.

The palette and the help of `static/keys.js` are these two pages: what they offer is there without JavaScript.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Query, Response

from backlit import app
from backlit.errors import BacklitError
from backlit.web.admission import asker, may_change, sees
from backlit.web.asking import VIEWS, Ask
from backlit.web.desk import Desk
from backlit.web.render import GO, ROOMS, page

__all__ = ["add_keys"]

_LONGEST = 2_048
_TARGETS = 10


@dataclass(frozen=True, slots=True)
class Key:
    """Keys, what they do, and what a page has to hold for that, as a selector."""

    keys: tuple[str, ...]
    does: str
    needs: str = ""


_ROWS = "main tbody tr"
_VERDICTS = "#keys:not([hidden])"
KEYS: Mapping[str, Sequence[Key]] = {
    "Anywhere": (
        Key(("Ctrl K", "Cmd K"), "everything there is, found by typing"),
        Key(("/",), "the filter, or else the search"),
        Key(("?",), "these keys"),
        Key(("Esc",), "closes what is open, then empties the filter, then leaves it"),
    ),
    "In a list": (
        Key(("j", "k"), "next and previous row", _ROWS),
        Key(("Enter",), "opens the evidence of a row, or where its rows are", _ROWS),
        Key(("x",), "selects a row", "main tbody input[type=checkbox]"),
    ),
    "In an audit": (
        Key(("j", "k"), "next and previous group", _VERDICTS),
        Key(("1", "2", "3", "4", "5"), "keep, ignore, watch, ask for removal, disavow", _VERDICTS),
        Key(("s", "u"), "snooze; undo the newest decision", _VERDICTS),
        Key(("Enter",), "decides, Esc leaves the reason", _VERDICTS),
    ),
    "Go to": (
        *(
            Key((f"g {GO[view]}",), VIEWS[view][0], f".side [data-key={GO[view]}]")
            for view in VIEWS
            if view in GO
        ),
        *(Key((f"g {key}",), name) for name, _, key in ROOMS),
    ),
}


def add_keys(routes: APIRouter, desk: Desk) -> None:
    """Add the page of keys and the menu of everything to the routes of the HTML face."""

    @routes.get("/help/keys")
    def keys() -> Response:
        return page("keys.html.j2", {"known": KEYS}, desk=desk)

    @routes.get("/menu")
    def menu(target: str = Query("", max_length=_LONGEST)) -> Response:
        name = target.strip()
        context = {
            "target": name,
            "reports": [(VIEWS[view][0], Ask(name).url(view), GO.get(view, "")) for view in VIEWS]
            if name
            else [],
            "views": _views(desk, name),
            "projects": _projects(desk),
            "targets": _targets(desk),
            "back_rooms": [("Shared pages", "/shares")] if may_change() and asker().sites is None else [],
        }
        return page("menu.html.j2", context, desk=desk)


def _views(desk: Desk, target: str) -> list[tuple[str, str, str]]:
    """Each view that can be opened at once: its name, of what, its address."""
    if asker().sites is not None:  # views are of the whole home
        return []
    try:
        rows = app.view_ls(desk.home, target=target or None).rows
    except BacklitError:  # a target that is none, or a database out of reach: the rest is there
        return []
    return [(row["name"], target or row["target"], row["address"]) for row in rows if row["address"]]


def _projects(desk: Desk) -> list[tuple[str, str, str]]:
    try:
        rows = app.project_ls(desk.home, seconds=0).rows
    except BacklitError:
        return []
    return [
        (row["name"], row["target"], Ask(row["target"]).url("overview")) for row in rows if sees(row["slug"])
    ]


def _targets(desk: Desk) -> list[tuple[str, str]]:
    if asker().sites is not None:
        return []
    try:
        rows = desk.targets(_TARGETS).rows
    except BacklitError:
        return []
    return [(row["domain"], Ask(row["domain"]).url("overview")) for row in rows]
