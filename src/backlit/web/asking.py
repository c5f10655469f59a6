"""What does a URL ask? Its parameters, read the same way by pages and REST, and written back into links."""

import inspect
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date as _date
from functools import cache
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin
from urllib.parse import quote, unquote, urlencode

from fastapi import Query, Request, params

from backlit import app
from backlit.errors import UsageError
from backlit.report.places import KINDS, PLACES, SORTS, STATES, asked_of, words
from backlit.report.shell import command_line

if TYPE_CHECKING:
    from backlit.app import Answer, Session

__all__ = [
    "GROUPS",
    "KINDS",
    "SORTS",
    "STATES",
    "VIEWS",
    "Ask",
    "answer_of",
    "asked",
    "exactly",
    "only",
    "parameters",
]

#: Use cases that are named unlike their views.
_CALLS = {"pages": "best_pages"}

#: The reports of a target: path segment → (name in the navigation, words before the target in the heading).
VIEWS: Mapping[str, tuple[str, str]] = {
    "overview": ("Overview", "Links to"),
    "authority": ("Authority", "Authority of"),
    "backlinks": ("Backlinks", "Backlinks of"),
    "domains": ("Referring domains", "Domains that link to"),
    "anchors": ("Anchors", "Anchors that point to"),
    "pages": ("Best pages", "Best linked pages of"),
    "changes": ("New and lost", "What changed for"),
    "diversity": ("Diversity", "Spread of the links to"),
    "graph": ("Graph", "Who stands around"),
    "broken": ("Broken", "Links to dead pages of"),
    "gap": ("Gap", "Who links to rivals and not to"),
    "prospects": ("Prospects", "Where more links could come from for"),
    "leads": ("Leads", "Pages said to link to"),
    "sources": ("Sources", "Who knows links to"),
    "audit": ("Audit", "Link audit of"),
    "policy": ("Policy", "Rules for the audit of"),
    "disavow": ("Disavow", "Disavow file of"),
    "impact": ("Impact", "How pages did, of"),
    "report": ("Report", "Report on the links to"),
}

GROUPS = {
    "domain": "one per domain",
    "page": "one per page",
    "anchor": "one per anchor",
    "subnet": "one per network",
    "none": "every link",
}
DEFAULT_LIMIT, MOST = 100, 500
_ORDER = (
    "scope",
    "as_of",
    "since",
    "vs",
    "peers",
    "q",
    "kind",
    "group",
    "state",
    "sort",
    "facets",
    "limit",
    "cursor",
    "at",
)


@cache
def parameters(view: str) -> tuple[str, ...]:
    """The names that the answer of a view depends on, in the order of an address."""
    if view in ("disavow", "policy"):  # they are of a domain, and of today
        return ()
    taken = {"scope", "as_of"}
    if view in SORTS or view == "leads":
        taken |= {"limit", "cursor"}
    if view in SORTS:
        taken |= {"q", "sort"}
    if view == "changes":
        taken |= {"since", "vs", "kind"}
    if view == "diversity":
        taken |= {"peers"}
    if view == "graph":
        taken |= {"q", "limit"}
    if view == "backlinks":
        taken |= {"group", "state", "facets"}
    return tuple(name for name in _ORDER if name in taken)


@dataclass(frozen=True, slots=True)
class Ask:
    """One question: a target, and how the answer should be cut.

    `at` counts the rows before this page, for the eye only; `given` names the parameters that were sent.
    `sent` are all of them as they came, also those that only one page takes, and `origin` is whom they were
    sent to.
    """

    target: str
    scope: str | None = None
    as_of: str | None = None
    since: str | None = None
    vs: str | None = None
    peers: str | None = None
    q: str | None = None
    kind: str = "seen"
    group: str = "domain"
    state: str = "known"
    sort: str | None = None
    facets: str | None = None
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None
    at: int = 0
    given: frozenset[str] = field(default=frozenset(), compare=False)
    sent: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    origin: str = field(default="", compare=False)

    def url(self, view: str, suffix: str = "", **changes: Any) -> str:
        """The address of a view with these changes; any change but of the page starts at the first row."""
        name = "" if view == "overview" and not suffix else f"/{view}"
        query = urlencode(self._query(view, {"cursor": None, "at": 0} | changes) | self._drawn(view, suffix))
        return f"/t/{quote(self.target, safe='')}{name}{suffix}" + (f"?{query}" if query else "")

    def query(self, view: str) -> dict[str, str]:
        """What the address of a view holds of it: what is no default."""
        return self._query(view, {}) | self._drawn(view)

    def _query(self, view: str, changes: Mapping[str, Any]) -> dict[str, str]:
        """The same with these changes: a page has hundreds of addresses, too many to make a question of."""
        values = (
            (name, changes[name] if name in changes else getattr(self, name), usual)
            for name, usual in _usual(view)
        )
        return {name: str(value) for name, value, usual in values if value not in (None, usual)}

    def _drawn(self, view: str, suffix: str = "") -> dict[str, str]:
        """What was chosen to be seen in the picture of a page, which its files have none of."""
        draws = PLACES[view].draws if view in PLACES and not suffix else {}
        return {
            name: value for name, value in self.sent if value and name in draws and draws[name].can_be(value)
        }

    def command(self, view: str) -> str:
        """The same question on the command line."""
        place = PLACES[view]
        return command_line(
            ["backlit", *words(place, self.target, asked_of(place, self.query(view).items(), strict=False))]
        )

    def arguments(self, view: str) -> dict[str, Any]:
        """What the use case of a view is called with."""
        arguments = {name: getattr(self, name) for name in parameters(view)}
        if view in SORTS:
            arguments["sort"] = self.sort or SORTS[view][0]
        if view == "changes":
            arguments["kind"] = KINDS.get(self.kind) if self.kind in KINDS else _names(self.kind)
        if view == "diversity":
            arguments["peers"] = _names(self.peers or "")
        if view == "backlinks":
            arguments["state"] = _states(self.state)
            arguments["facets"] = _names(self.facets or "")
        return arguments

    def hidden(self, view: str, without: str) -> Sequence[tuple[str, str]]:
        """What a form that asks for one parameter of a view sends along: all the others but the page."""
        first = replace(self, cursor=None, at=0)
        return [(name, value) for name, value in first.query(view).items() if name != without]

    @property
    def date(self) -> str:
        """The day of `as_of` as a date field wants it; empty where it is none."""
        try:
            return _date.fromisoformat((self.as_of or "")[:10]).isoformat()
        except ValueError:
            return ""


def answer_of(session: "Session", view: str, ask: Ask) -> "Answer":
    """The answer of the use case behind a view."""
    answer: Answer = getattr(app, _CALLS.get(view, view))(session, ask.target, **ask.arguments(view))
    return answer


@cache
def _usual(view: str) -> Sequence[tuple[str, Any]]:
    """What the address of a view may hold, in order, each with what it is where nobody says."""
    plain = Ask("", sort=SORTS[view][0] if view in SORTS else None)
    names = [*parameters(view), *(["at"] if "cursor" in parameters(view) else [])]
    return [(name, getattr(plain, name)) for name in names]


_SCHEMA: Mapping[str, tuple[Any, Any]] = {
    "scope": (
        str | None,
        Query(None, description="url, prefix, host or domain; the default fits the target"),
    ),
    "as_of": (str | None, Query(None, description="a date such as 2026-03-01: the answer of that day")),
    "q": (str | None, Query(None, description="a filter, such as `rel:nofollow first_seen:<30d`")),
    "since": (str | None, Query(None, description="a day to start from, or `30d`, which is the default")),
    "vs": (str | None, Query(None, description="instead: a date or a version to compare with")),
    "peers": (
        str | None,
        Query(None, description="domains to compare with, with commas; without any they are looked for"),
    ),
    "kind": (
        str,
        Query(
            "seen",
            description="new, lost, changed (`seen` is these three), first-read, reported, reported-lost",
        ),
    ),
    "facets": (
        str | None,
        Query(
            None,
            description="how the links are made up: rel, placement, kind, language and more, with commas",
        ),
    ),
    "group": (str, Query("domain", description="none, domain, page, anchor or subnet")),
    "state": (
        str,
        Query("known", description="live, unverified, lost, several with commas; known (the first two), all"),
    ),
    "sort": (str | None, Query(None, description="a field; with - in front, largest first")),
    "limit": (int, Query(DEFAULT_LIMIT, ge=1, le=MOST, description="rows per answer")),
    "cursor": (str | None, Query(None, description="`page.next` of the answer before")),
    "at": (int, Query(0, ge=0, include_in_schema=False)),
}


def asked(view: str, *, strict: bool = False, more: Sequence[str] = ()) -> Callable[..., Awaitable[Ask]]:
    """What reads the question of a request for a view; `strict` refuses parameters that neither it nor its
    route, as `more`, takes.

    The path arrives as it was sent (see Guard), so the target is decoded here, once.
    """
    taken = [*parameters(view), "at"]

    async def ask(request: Request, target: str, **values: Any) -> Ask:  # or it would wait for a thread
        if strict:
            _refuse_unknown(request, [*taken, *more])
        for name in (
            "scope",
            "as_of",
            "since",
            "vs",
            "peers",
            "q",
            "sort",
            "facets",
            "cursor",
        ):  # an empty field of a form is none
            values[name] = values.get(name) or None
        sent = tuple(request.query_params.items())
        origin = str(request.base_url).rstrip("/")
        return Ask(unquote(target), given=frozenset(request.query_params), sent=sent, origin=origin, **values)

    keyword = inspect.Parameter.KEYWORD_ONLY
    fixed = list(inspect.signature(ask).parameters.values())[:2]
    own = [
        inspect.Parameter(name, keyword, annotation=_SCHEMA[name][0], default=_SCHEMA[name][1])
        for name in taken
    ]
    vars(ask)["__signature__"] = inspect.Signature([*fixed, *own])
    return ask


def only(*names: str) -> Callable[[Request], Awaitable[None]]:
    """Refuses every parameter but these, for routes that are not about a target."""

    async def check(request: Request) -> None:
        _refuse_unknown(request, names)

    return check


async def exactly(request: Request) -> None:
    """Refuses a body with a name that the route which was asked for does not take, or a value of another kind
    than it says.

    A misspelt name would else be no name at all, and `true` the number 1.
    """
    known = _body_of(request.scope["route"].endpoint)
    content = await request.body() if known else b""
    if content and not request.headers.get("content-type", "").lower().startswith("application/json"):
        found = "it is not said to be JSON"  # and would be left out
        raise UsageError("read the body", found, "Send it with Content-Type: application/json.")
    if content:
        _refuse_others(content, known)


@cache
def _body_of(call: Callable[..., Any]) -> Mapping[str, Any]:
    """What the body of a route may hold, and of which kind each is; nothing of routes that take no JSON."""
    known = {}
    for name, parameter in inspect.signature(call).parameters.items():
        told = (parameter.default, *getattr(parameter.annotation, "__metadata__", ()))
        body = next((each for each in told if isinstance(each, params.Body)), None)
        if body is not None and not isinstance(body, params.Form):
            known[body.alias or name] = parameter.annotation
    return known


def _refuse_others(content: bytes, known: Mapping[str, Any]) -> None:
    asked, do = "read the body", f"Send a JSON object of {', '.join(known)}."
    try:
        body = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UsageError(asked, "it is no JSON", do) from error
    if not isinstance(body, dict):
        raise UsageError(asked, "it is no JSON object", do)
    for name, value in body.items():
        if name not in known:
            raise UsageError(asked, f"there is no {name[:100]!r}", do)
        if not _is_of(known[name], value):
            raise UsageError(asked, f"{name} is of another kind", f"It is {_kind(known[name])}.")


def _is_of(kind: Any, value: object) -> bool:
    if isinstance(kind, UnionType):
        return any(_is_of(each, value) for each in get_args(kind))
    if get_origin(kind) is list:
        [inner] = get_args(kind)
        return isinstance(value, list) and all(_is_of(inner, each) for each in value)
    if get_origin(kind) is dict:
        _, inner = get_args(kind)
        return isinstance(value, dict) and all(_is_of(inner, each) for each in value.values())
    if get_origin(kind) is Annotated:
        return _is_of(get_args(kind)[0], value)
    if get_origin(kind) is Literal:
        return any(type(value) is type(each) and value == each for each in get_args(kind))
    if kind is float:
        return type(value) in (int, float)
    return kind is Any or type(value) is kind


def _kind(kind: Any) -> str:
    words = {
        str: "a text",
        int: "a whole number",
        float: "a number",
        bool: "true or false",
        type(None): "null",
    }
    words |= {list[str]: "a list of texts", list[int]: "a list of whole numbers"}
    if get_origin(kind) is Annotated:
        return _kind(get_args(kind)[0])
    if get_origin(kind) is list:
        return words.get(kind, "a list of texts")
    if get_origin(kind) is Literal:
        return f"one of {', '.join(map(str, get_args(kind)))}"
    kinds = get_args(kind) if isinstance(kind, UnionType) else (kind,)
    return " or ".join(words.get(each, "an object of texts") for each in kinds)


def _refuse_unknown(request: Request, taken: Sequence[str]) -> None:
    unknown = [name for name in request.query_params if name not in taken]
    if unknown:
        known = ", ".join(name for name in taken if name != "at") or "none at all"
        raise UsageError(
            f"use the parameter {unknown[0][:100]!r}", "this address does not take it", f"Known are {known}."
        )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _states(text: str) -> tuple[str, ...] | None:
    """The states that are named; None leaves the choice to the filter."""
    if text == "known":
        return None
    if text in STATES:
        return STATES[text]
    names = _names(text)
    if not names:
        raise UsageError("choose links by state", "the list is empty", f"Name some of {', '.join(STATES)}.")
    return names
