"""How do answers become HTML? One Jinja environment that escapes, and what every page shows around them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

import backlit
from backlit.app.answer import Answer
from backlit.app.entrance import Standing
from backlit.report.document import LABELS, dress
from backlit.web.admission import asker
from backlit.web.asking import GROUPS, KINDS, SORTS, STATES, VIEWS, Ask
from backlit.web.behind import Behind, authority_of
from backlit.web.days import Times, as_of_days, changes_after, since_days
from backlit.web.desk import Desk
from backlit.web.looks import looks_now
from backlit.web.menu import copies, saved_views, sharing

__all__ = ["GO", "ROOMS", "Column", "Frame", "page"]

_SCOPES = {"domain": "whole domain", "host": "this host", "prefix": "this folder", "url": "this page"}


#: The letter that leads to each report after `g`.
GO = {
    "overview": "o",
    "authority": "u",
    "backlinks": "b",
    "domains": "d",
    "anchors": "a",
    "pages": "p",
    "changes": "c",
    "diversity": "v",
    "graph": "f",
    "broken": "k",
    "gap": "g",
    "prospects": "t",
    "leads": "l",
    "sources": "s",
    "audit": "q",
    "policy": "r",
    "disavow": "w",
    "impact": "i",
    "report": "e",
}
#: What there is beside targets: its name, address and key.
ROOMS = (
    ("Projects", "/", "h"),
    ("Vet", "/vet", "x"),
    ("Watched", "/monitors", "m"),
    ("Add links", "/ingest", "+"),
    ("Outreach", "/outreach", "y"),
    ("Alerts", "/alerts", "n"),
    ("Views", "/views", "z"),
    ("Jobs", "/jobs", "j"),
    ("SQL", "/sql", "="),
    ("Settings", "/settings", ","),
)
#: The right that a room takes where reading is not enough.
_ROOMS_OF = {"/outreach": "write", "/ingest": "write", "/sql": "admin", "/settings": "admin"}
#: The rooms that hold what is about targets, and so something for who sees some projects only.
_ROOMS_OF_SOME = ("/", "/monitors", "/alerts", "/jobs")
SEEN = ("new", "lost", "changed")
_EXAMPLES = {
    "backlinks": "rel:follow placement:content first_seen:<30d",
    "domains": "authority:>40 links:>=2 -domain:*.blogspot.com",
    "anchors": "anchor:chairs domains:>=3",
    "pages": "status:404 domains:>1",
    "changes": "reason:removed authority:>40",
    "graph": "rel:follow -placement:footer",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: what its heading says, what it sorts by, and how it is set.

    `below` heads the second line of its cells.
    `css`: n number, d date, t text that may be cut, w left out on narrow screens; the rest names one column.
    """

    label: str
    sort: str | None = None
    css: str = ""
    first: str = "-"
    help: str = ""
    below: "Column | None" = None


@dataclass(frozen=True, slots=True)
class Frame:
    """What the templates know of the question and its answer."""

    ask: Ask
    view: str
    answer: Answer
    option: str = ""
    leads: int = 0

    def url(self, view: str, suffix: str = "", **changes: Any) -> str | None:
        """Where a view of the same target leads, with these changes; None where it leads nowhere."""
        return self.ask.url(view, suffix, **changes)

    @property
    def heading(self) -> str:
        return VIEWS[self.view][1]

    @property
    def behind(self) -> Behind:
        """Where the rows behind the numbers of this page are listed."""
        return Behind(self.ask, self.view)

    @property
    def scope(self) -> str | None:
        """The scope in force, also where the question left it to the target."""
        found: str | None = self.answer.query.get("scope")
        return found or self.ask.scope

    @property
    def domain(self) -> str:
        """The host that the target is or stands on."""
        return self.ask.target.partition("://")[2].partition("/")[0] or self.ask.target.partition("/")[0]

    @property
    def scopes(self) -> Sequence[tuple[str, str, str, bool]]:
        """Each scope that fits the target: its name, its words, its address, and whether it is in force."""
        has_path = "/" in self.ask.target
        fitting = [scope for scope in _SCOPES if has_path or scope in ("domain", "host")]
        return [
            (scope, _SCOPES[scope], self.ask.url(self.view, scope=scope), scope == self.scope)
            for scope in fitting
        ]

    @property
    def navigation(self) -> Sequence[tuple[str, str, bool, str]]:
        """Each report of the target: its name, its address, whether it is this one, and its letter."""
        plain = Ask(self.ask.target, self.ask.scope, self.ask.as_of)
        there = [view for view in VIEWS if view != "leads" or self.leads or self.view == "leads"]
        return [(VIEWS[view][0], plain.url(view), view == self.view, GO.get(view, "")) for view in there]

    @property
    def folder(self) -> str | None:
        """For an address that ends in `*`: that of the folder which is probably meant."""
        named = self.ask.target
        if "/" not in named or not named.endswith("*") or self.ask.scope == "prefix":
            return None
        return Ask(named.rstrip("*"), "prefix", self.ask.as_of).url("overview")

    def form_without(self, name: str) -> tuple[str, Sequence[tuple[str, str]]]:
        """Where a form that asks for one parameter leads, and what it sends along."""
        action, _, _ = self.ask.url(self.view).partition("?")
        return action, self.ask.hidden(self.view, name)

    @property
    def example(self) -> str | None:
        """A filter as one might write it here; None where rows cannot be filtered."""
        return _EXAMPLES.get(self.view)

    @property
    def is_after_data(self) -> bool:
        """Whether a day is asked for on which nothing was observed yet."""
        until = self.answer.as_of
        return bool(self.ask.date and until and self.ask.date > until.date().isoformat())

    @property
    def today(self) -> str:
        """The same page with all data."""
        return self.ask.url(self.view, as_of=None)

    @property
    def shown(self) -> tuple[int, int]:
        """The first and last row of this page, counted from 1."""
        return self.ask.at + 1, self.ask.at + len(self.answer.rows)

    @property
    def command(self) -> str:
        """The same question on the command line."""
        return self.ask.command(self.view) + self.option

    @property
    def following(self) -> str | None:
        """The address of the next page."""
        if not self.answer.next:
            return None
        return self.url(self.view, cursor=self.answer.next, at=self.ask.at + len(self.answer.rows))

    def sorting(self, column: Column) -> tuple[str | None, str | None]:
        """Where a column's heading leads, and its aria-sort."""
        assert column.sort is not None
        current = self.ask.sort or SORTS[self.view][0]
        if current.removeprefix("-") != column.sort:
            return self.url(self.view, sort=column.first + column.sort), None
        descending = current.startswith("-")
        other = column.sort if descending else f"-{column.sort}"
        return self.url(self.view, sort=other), "descending" if descending else "ascending"

    @property
    def groups(self) -> Sequence[tuple[str, str, bool]]:
        return [
            (words, self.ask.url(self.view, group=name), name == self.ask.group)
            for name, words in GROUPS.items()
        ]

    @property
    def kinds(self) -> Sequence[tuple[str, str, bool]]:
        """Each kind of change with how many there are, its address, and whether it is shown."""
        counts = (self.answer.facets or {}).get("change") or {}
        words = {"seen": "all seen", "first-read": "first read", "claims": "said by tools"}
        return [
            (
                f"{words.get(name, name)} {sum(counts.get(kind, 0) for kind in kinds or SEEN):,}",
                self.ask.url(self.view, kind=name),
                name == self.ask.kind,
            )
            for name, kinds in KINDS.items()
        ]

    @property
    def states(self) -> Sequence[tuple[str, str, bool]]:
        words = {"known": "live and not verified", "all": "all", **LABELS["state"]}
        return [(words[name], self.ask.url(self.view, state=name), name == self.ask.state) for name in STATES]


def _times(frame: Frame, stops: Sequence[date]) -> Times:
    """The days beside the one that a page is looked at."""
    answer = frame.answer
    return Times(
        as_of_days(frame.ask, frame.view, stops, answer.as_of),
        since_days(frame.ask, stops, answer.query["before"]) if frame.view == "changes" else None,
        changes_after(frame.ask, stops),
    )


def rooms_of(who: Standing) -> Sequence[tuple[str, str, str]]:
    """The rooms that somebody may enter: who sees some projects only has those."""
    if who.sites is not None:
        return [room for room in ROOMS if room[1] in _ROOMS_OF_SOME]
    return [room for room in ROOMS if who.may(_ROOMS_OF.get(room[1], "read"))]


def _environment() -> Environment:
    loader = ChoiceLoader(
        [PackageLoader("backlit.web", "templates"), PackageLoader("backlit.report", "templates")]
    )
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # or each page asks the disk for the times of all templates it is made of
    )
    environment.filters["label"] = lambda value, name: LABELS.get(name, {}).get(value, value)
    environment.globals["authority_of"] = authority_of
    return dress(environment)


_TEMPLATES = _environment()


def page(
    template: str, context: Mapping[str, Any], status: int = 200, *, desk: Desk | None = None
) -> HTMLResponse:
    """A page from a template; `frame` is there on the pages of a target and None elsewhere."""
    demo = desk if desk is not None and desk.is_demo else None
    values: dict[str, Any] = {"frame": None, "guest": None, "layout": "report.html.j2"}
    values |= {"version": backlit.__version__, "demo": demo, "me": asker(), **context}
    frame = values["frame"]
    values |= {"looks": looks_now(), "rooms": rooms_of(asker())}
    at_home = desk if frame and not values["guest"] else None
    values["times"] = _times(frame, at_home.days()) if at_home else Times()
    values["is_before"] = at_home is not None and at_home.is_before(frame.ask, frame.answer)
    values["sharing"] = sharing(frame.view, frame.ask) if at_home else None
    values["copies"] = copies(at_home, frame.view, frame.ask) if at_home else []
    whole = asker().sites is None  # views are of the whole home
    values["saved"] = saved_views(at_home, frame.view, frame.ask) if at_home and whole else None
    return HTMLResponse(_TEMPLATES.get_template(template).render(values), status)
