"""What belongs to the page in hand, beside its rows? Its saved views, a link for others, and its question for
other programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from backlit import app
from backlit.app.answer import Row
from backlit.app.lists import LISTS
from backlit.errors import BacklitError
from backlit.report.copying import Copy, Page, copies_of
from backlit.report.places import PLACES, address, asked_of, place_named
from backlit.report.sharing import SHARED
from backlit.web.admission import asker, may_change
from backlit.web.asking import Ask
from backlit.web.desk import Desk

__all__ = ["Saved", "Sharing", "alert_form", "copies", "saved_views", "share_form", "sharing"]


def copies(desk: Desk, view: str, ask: Ask) -> list[Copy]:
    """The question of a page of a target as others ask it."""
    home = str(desk.home) if desk.option else None
    return copies_of(Page(view, ask.target, ask.sent, ask.origin, home))


@dataclass(frozen=True, slots=True)
class Saved:
    """The views that a target can be looked at by; None where they cannot be read.

    `page` and `query` are what a view of this page would be, `page` None where nothing is asked of it, and
    `project` the short name of the project about the target.
    """

    rows: Sequence[Row] | None
    project: str | None
    page: str | None
    query: str
    may_save: bool


def saved_views(desk: Desk, view: str, ask: Ask) -> Saved:
    """The views for one page of a target."""
    place = PLACES[view]
    asked = asked_of(place, ask.sent, strict=False)
    here = place.name if place.kept else None
    told = (here, urlencode(asked), may_change() and place.kept)
    try:
        answer = app.view_ls(desk.home, target=ask.target)
    except BacklitError:  # a report is there without its views
        return Saved(None, None, *told)
    rows = [
        row
        | {
            "alert_form": alert_form(row, ask.target) if may_change() else None,
            "current": (row["page"], row["query"]) == (here, asked),
            "heading": _heading(row),
        }
        for row in answer.rows
    ]
    return Saved(rows, answer.query["project"], *told)


@dataclass(frozen=True, slots=True)
class Sharing:
    """What a link to one page would open: its `address`, whether it has rows to take away, and whether it is
    of a day already, which it then stays of."""

    address: str
    has_rows: bool
    is_of_a_day: bool
    days: int = app.SHARE_DAYS


def sharing(view: str, ask: Ask) -> Sharing | None:
    """What is offered beside one page of a target; None where it is shared by nobody, or not by who asks."""
    place = PLACES[view]
    if place.segment not in SHARED or not may_change() or asker().sites is not None:
        return None
    asked = asked_of(place, ask.sent, strict=False)
    return Sharing(address(place, ask.target, asked), place.segment in LISTS, "as_of" in asked)


def alert_form(row: Mapping[str, object], target: str | None) -> str | None:
    """The form of an alert filled in with what a view lists; None where it lists no links that change."""
    alert = row["alert"]
    if not isinstance(alert, dict) or not target:
        return None
    asked = {"target": target, "scope": alert["scope"], "q": alert["q"], "kinds": ",".join(alert["kinds"])}
    return f"/alerts?{urlencode({name: value for name, value in asked.items() if value})}#add"


def share_form(row: Mapping[str, Any]) -> str | None:
    """The form of a link filled in with a view; None where its page is not shared."""
    place = place_named(row["page"])
    if place.segment not in SHARED:
        return None
    query = urlencode(row["query"])
    return f"/shares?{urlencode({'address': row['address'] or f'{place.name}?{query}'})}#add"


def _heading(row: Row) -> str:
    place = next(each for each in PLACES.values() if each.name == row["page"])
    return place.name.replace("-", " ")
