"""Which pages does somebody come back to? Views: kept under names, listed, opened for a target, removed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import sqlalchemy as sa

from backlit.app.acting import user
from backlit.app.answer import Answer, Row
from backlit.app.clock import Clock, now
from backlit.errors import UsageError, ViewUnknown
from backlit.index.questions import Question
from backlit.index.target import Target
from backlit.model import State
from backlit.prospect.outreach_words import clean
from backlit.report.places import PLACES, Place, address, asked_of, place_named, words
from backlit.report.shell import command_line
from backlit.store.database import opened
from backlit.store.place import has_state
from backlit.store.projects import Project, Projects
from backlit.store.views import SavedView, Views

__all__ = ["require_answerable", "view_ls", "view_open", "view_rm", "view_save"]

#: In characters.
_NAME = 80
#: What an alert tells of, by the kind of change that a view lists.
_TOLD = {"seen": ("new", "lost", "changed"), "new": ("new",), "lost": ("lost",), "changed": ("changed",)}


@dataclass(frozen=True, slots=True)
class _Sites:
    """The projects of a home, by id."""

    known: Mapping[int, Project]

    @classmethod
    def of(cls, engine: sa.Engine) -> "_Sites":
        return cls({each.id: each for each in Projects(engine).all(archived=True)})

    def project_of(self, target: str) -> Project | None:
        """The project at work that is about a target."""
        return next(
            (each for each in self.known.values() if each.target == target and not each.archived_at), None
        )

    def target_of(self, view: SavedView) -> str | None:
        project = self.known.get(view.project or 0)
        return project.target if project else view.target


def view_save(
    home: Path,
    name: str,
    page: str,
    *,
    query: Mapping[str, str] | None = None,
    target: str | None = None,
    project: str | None = None,
    who: str | None = None,
    clock: Clock = now,
) -> Answer:
    """Keep a page with what is asked of it, of one target, of that of a project, or of any.

    `page` and `query` are those of its address; where it goes on after a page of rows is left out. UsageError
    for what the page does not take or the name of another view, FilterError for a filter it cannot read.
    """
    called = _named(name)
    place = place_named(page)
    asked = f"save the view {called}"
    if not place.kept:
        known = ", ".join(each.name for each in PLACES.values() if each.kept)
        raise UsageError(asked, f"nothing is asked of the page {place.name}", f"Views are of {known}.")
    if target and project:
        raise UsageError(asked, "it is of a target and of a project", "Name one of them, or none for any.")
    kept = asked_of(place, (query or {}).items())
    require_answerable(place, kept, target)
    with opened(home) as engine:
        of = Projects(engine).one(project).id if project else None
        about = Target.parse(target).name if target else None
        view = SavedView(called, place.name, urlencode(kept), about, of)
        saved = Views(engine).save(view, who or user(), clock())
        row = _row(saved, _Sites.of(engine), None)
    return Answer(row, {"view": saved.id})


def view_ls(home: Path, *, target: str | None = None, page: str | None = None) -> Answer:
    """The views by name; of a target those that it can be looked at by, with their addresses for it.

    `query.project` is the short name of its project, or null.
    """
    about = Target.parse(target).name if target else None
    name = place_named(page).name if page else None
    told: Row = {"target": about, "page": name, "project": None}
    if not has_state(home):
        return Answer([], told, total=0)
    with opened(home) as engine:
        sites, views = _Sites.of(engine), Views(engine).all()
    mine = sites.project_of(about) if about else None
    fitting = [
        _row(view, sites, target)
        for view in views
        if (about is None or sites.target_of(view) in (None, about)) and name in (None, view.page)
    ]
    return Answer(fitting, told | {"project": mine.slug if mine else None}, total=len(fitting))


def view_open(home: Path, view: int, *, target: str | None = None) -> Answer:
    """A view with its `address` in the app and its `command`, for its own target or another.

    UsageError for a view of any target where none is named, ViewUnknown where there is no such view.
    """
    with _there(home, view) as engine:
        found, sites = Views(engine).one(view), _Sites.of(engine)
    about = target or sites.target_of(found)
    if about is None:
        do = f"Name one: `backlit view open {view} TARGET`."
        raise UsageError(f"open the view {found.name}", "it is of any target", do)
    Target.parse(about)
    return Answer(_row(found, sites, about), {"view": view, "target": about})


def view_rm(home: Path, view: int, *, who: str | None = None, clock: Clock = now) -> Answer:
    """Remove a view; it stays on record who did that. ViewUnknown where there is none."""
    with _there(home, view) as engine:
        gone = Views(engine).remove(view, who or user(), clock())
        row = _row(gone, _Sites.of(engine), None)
    return Answer(row | {"removed_at": gone.removed_at, "removed_by": gone.removed_by}, {"view": view})


def _row(view: SavedView, sites: _Sites, target: str | None) -> Row:
    """A view as faces print it; without any target there is no address."""
    place, asked = place_named(view.page), dict(parse_qsl(view.query, keep_blank_values=True))
    project = sites.known.get(view.project or 0)
    about = target or sites.target_of(view)
    said = words(place, about, asked) if about else None
    return {
        "id": view.id,
        "name": view.name,
        "page": view.page,
        "target": sites.target_of(view),
        "project": project.slug if project else None,
        "query": asked,
        "address": address(place, about, asked) if about else None,
        "words": said,
        "alert": _alert(place, asked),
        "command": None if said is None else command_line(["backlit", *said]),
        "added_at": view.at,
        "added_by": view.who,
    }


def _alert(place: Place, asked: Mapping[str, str]) -> Row | None:
    """What `alert_add` is told for word of the links that a view lists; None where it lists no such links."""
    kinds = _TOLD.get("lost" if asked.get("state") == "lost" else asked.get("kind", "seen"), ())
    if place.segment not in ("backlinks", "changes") or not kinds:
        return None
    q = asked.get("q")
    try:
        Question.changes("-at", q, ())
        Question.ask("backlinks", "-authority", q)
    except UsageError:  # a filter of what somebody judged, or of what only changes have
        return None
    return {"q": q, "scope": asked.get("scope"), "kinds": list(kinds)}


def _there(home: Path, view: int) -> Any:
    """The database of a home; where nothing was ever kept, there is no such view, and none is made."""
    if not has_state(home):
        do = "`backlit view save NAME ADDRESS` saves one."
        raise ViewUnknown(f"look at view {str(view)[:20]}", "there is no view here", do)
    return opened(home)


def _named(name: str) -> str:
    said = clean(name, _NAME * 4)
    if not said or len(said) > _NAME:
        found = f"its name has {len(said)} characters" if said else "it has no name"
        raise UsageError("save a view", found, f"Name it in {_NAME} characters at most.")
    return said


def require_answerable(place: Place, asked: Mapping[str, str], target: str | None) -> None:
    """Refuse now what the page would refuse whenever it is opened."""
    Target.parse(target or "example.com", asked.get("scope"))
    q, order = asked.get("q"), asked.get("sort", "")
    if place.segment == "changes":
        Question.changes(order or "-at", q, place.takes["kind"].names(asked.get("kind", "seen")))
    elif place.segment in ("backlinks", "domains", "anchors", "pages"):
        order = order or place.takes["sort"].default
        Question.ask(place.segment, order, q, group=asked.get("group", "none"))
        if place.segment == "backlinks":
            _require_states(place.takes["state"].names(asked.get("state", "known")))
    elif q:
        Question.ask("backlinks", "-authority", q)


def _require_states(names: Sequence[str]) -> None:
    known = [state.name.lower() for state in State]
    for name in names:
        if name not in known:
            raise UsageError(
                f"choose links that are {name[:60]!r}",
                "there is no such state",
                f"Known are {', '.join(known)}.",
            )
