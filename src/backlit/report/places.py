"""Which pages does a target have, what may their addresses ask, and what asks the same elsewhere?

A page of the app, a command, a route of REST and a method in Python answer one question. Here stands what
each of them calls it and its parameters, so that an address can be written for any of the others.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from backlit.errors import UsageError

__all__ = [
    "KINDS", "PLACES", "SORTS", "STATES", "WHATIF", "Address", "Parameter", "Place", "address", "asked_of",
    "place_named", "read_address", "words",
]  # fmt: skip

#: What each table can be sorted by; the first is the default.
SORTS: Mapping[str, tuple[str, ...]] = {
    "backlinks": ("-authority", "first_seen", "last_seen", "source", "target", "anchor", "links", "lost_at"),
    "domains": ("-authority", "domain", "links", "follow", "first_seen", "last_seen"),
    "anchors": ("-domains", "links", "anchor", "class", "follow", "first_seen", "last_seen"),
    "pages": ("-domains", "links", "url", "authority", "equity", "internal_links"),
    "changes": ("-at", "kind", "authority", "source", "target", "anchor"),
}
#: The kinds of change; `seen` is what a look showed.
KINDS: Mapping[str, tuple[str, ...]] = {
    "seen": (),
    "new": ("new",),
    "lost": ("lost",),
    "changed": ("changed",),
    "first-read": ("first-read",),
    "claims": ("reported", "reported-lost"),
}
STATES: Mapping[str, tuple[str, ...]] = {
    "known": ("live", "unverified"),
    "live": ("live",),
    "unverified": ("unverified",),
    "lost": ("lost",),
    "syndicated": ("syndicated",),
    "all": ("live", "unverified", "lost"),
}
#: Characters of one value; what forms and filters take.
LONGEST = 4_096
_LARGEST = 100_000

Form = Literal["text", "number", "names", "each", "one", "day"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an address, by the names that it has elsewhere.

    `keyword` is that of Python; "" for what the target is made with, "*" for what needs no name. Of `names`
    a value holds several, with commas; of `each` several, and the command wants its option before each.
    `means` are values that stand for others, and blanks instead of commas part what has `blanks`. Where
    others want a list, `one` is its only member.
    """

    option: str
    keyword: str
    default: str = ""
    form: Form = "text"
    rest: str = ""
    means: Mapping[str, Sequence[str]] = field(default_factory=dict)
    choices: tuple[str, ...] = ()
    blanks: bool = False

    def can_be(self, value: str) -> bool:
        """Whether a value is among those that there are, where they are known."""
        return not self.choices or value in self.choices

    def names(self, value: str) -> list[str]:
        """The names that a value holds."""
        if value in self.means:
            return list(self.means[value])
        parts = value.split() if self.blanks else value.replace("\n", ",").split(",")
        return [part.strip() for part in parts if part.strip()]


@dataclass(frozen=True, slots=True)
class Place:
    """One page of a target: `segment` of its address, and what its question is called elsewhere.

    `takes` are the parameters of its address in their order, and `draws` those that choose what its picture
    shows, which only the page itself takes. `kept` are those pages that ask enough for views of them to be
    worth a name.
    """

    segment: str
    name: str
    command: str
    rest: str
    call: str
    takes: Mapping[str, Parameter]
    is_list: bool = False
    kept: bool = False
    draws: Mapping[str, Parameter] = field(default_factory=dict)

    @property
    def known(self) -> Mapping[str, Parameter]:
        """All that its address may hold."""
        return {**self.takes, **self.draws}


_SCOPE = Parameter("--scope", "")
_AS_OF = Parameter("--as-of", "as_of")
_SINCE, _VS = Parameter("--since", "since"), Parameter("--vs", "vs")
_Q = Parameter("-q", "q")
_LIMIT = Parameter("--limit", "limit", "100", "number")
_CURSOR = Parameter("--cursor", "cursor")
_WITH = Parameter("--with", "*", form="names")
_WHERE = {"scope": _SCOPE, "as_of": _AS_OF}
_PAGED = {"limit": _LIMIT, "cursor": _CURSOR}


def _sort(segment: str) -> dict[str, Parameter]:
    return {"sort": Parameter("--sort", "sort", SORTS[segment][0])}


def _list(segment: str) -> dict[str, Parameter]:
    return {**_WHERE, "q": _Q, **_sort(segment), **_PAGED}


_BACKLINKS = {
    **_WHERE,
    "q": _Q,
    "group": Parameter("--group", "group", "domain", choices=("domain", "page", "anchor", "subnet", "none")),
    "state": Parameter("--state", "state", "known", "names", means=STATES),
    **_sort("backlinks"),
    "facets": Parameter("--facets", "facets", form="names"),
    **_PAGED,
}
_CHANGES = {
    **_WHERE,
    "since": _SINCE,
    "vs": _VS,
    "q": _Q,
    "kind": Parameter("--kind", "kind", "seen", "names", means=KINDS),
    **_sort("changes"),
    **_PAGED,
}
_GAP = {
    **_WHERE,
    "with": _WITH,
    "by": Parameter("--by", "by", "domain", choices=("domain", "page")),
    "at_least": Parameter("--at-least", "at_least", "1", "number"),
    "q": _Q,
    "sort": Parameter(
        "--sort", "sort", "rivals", choices=("rivals", "value", "authority", "relevance", "domain")
    ),
    "limit": _LIMIT,
}
_PROSPECTS = {
    **_WHERE,
    "kind": Parameter("--kind", "kinds", form="names"),
    "with": _WITH,
    "brand": Parameter("--brand", "brands", form="each"),
    "sort": Parameter(
        "--sort", "sort", "worth", choices=("worth", "value", "relevance", "authority", "kind", "domain")
    ),
    "limit": _LIMIT,
}
_REPORT = {
    **_WHERE,
    "since": _SINCE,
    "vs": _VS,
    "for": Parameter("--for", "audience", "owner", choices=("owner", "client", "executive")),
    "brand_name": Parameter("--brand-name", "brand_name"),
    "colour": Parameter("--colour", "colour"),
}
_PARTS = {"parts": Parameter("--limit", "limit", "20", "number", rest="limit")}
_IMPACT = {**_WHERE, "since": _SINCE, "q": _Q, "limit": _LIMIT}
_PEERS = {**_WHERE, "peers": Parameter("--peers", "peers", form="names")}
_GRAPH = {**_WHERE, "q": _Q, "limit": _LIMIT}
_TIMELINE = {
    "from": Parameter("", "", form="day"),
    "to": Parameter("", "", form="day"),
    "by": Parameter("", "", choices=("day", "week", "month")),
}

_ALL = (
    Place("overview", "overview", "overview", "overview", "overview", _WHERE, kept=True, draws=_TIMELINE),
    Place("authority", "authority", "explain", "explain", "explain", _PARTS),
    Place("backlinks", "backlinks", "backlinks", "backlinks", "backlinks", _BACKLINKS, True, True),
    Place("domains", "domains", "domains", "domains", "domains", _list("domains"), True, True),
    Place("anchors", "anchors", "anchors", "anchors", "anchors", _list("anchors"), True, True),
    Place("pages", "best-pages", "best-pages", "best-pages", "best_pages", _list("pages"), True, True),
    Place("changes", "changes", "changes", "changes", "changes", _CHANGES, True, True),
    Place("diversity", "diversity", "diversity", "diversity", "diversity", _PEERS, True, True),
    Place("graph", "graph", "graph", "graph", "graph", _GRAPH, False, True),
    Place("broken", "broken", "broken", "broken", "broken", _WHERE, True, True),
    Place("gap", "gap", "gap", "gap", "gap", _GAP, True, True),
    Place("prospects", "prospects", "prospects", "prospects", "prospects", _PROSPECTS, True, True),
    Place("leads", "leads", "backlinks --leads", "leads", "leads", {**_WHERE, **_PAGED}, True, True),
    Place("sources", "sources", "index ls", "sources", "sources", _WHERE),
    Place("audit", "audit", "audit", "audit", "audit", _WHERE),
    Place("policy", "policy", "policy suggest", "policy/suggestions", "policy_suggest", {}, True),
    Place("disavow", "disavow", "disavow diff", "disavow/diff", "disavow_diff", {}),
    Place("impact", "impact", "impact", "impact", "impact", _IMPACT, False, True),
    Place("report", "report", "report", "report", "report", _REPORT, False, True),
)
_SUPPOSED = {
    "add": Parameter("--add", "add", form="each", blanks=True),
    "remove": Parameter("--remove", "remove", form="one"),
}
#: The same page as that of authority, where it supposes something.
WHATIF = Place("authority", "authority", "whatif", "whatif", "whatif", _SUPPOSED)
#: Every page of a target, by the segment of its address.
PLACES: Mapping[str, Place] = {each.segment: each for each in _ALL}
#: What an address may hold beside, which is no part of what it asks.
_BESIDE = ("at", "view")


@dataclass(frozen=True, slots=True)
class Address:
    """What an address says: a page, what it asks of it, and of which target, where it names one."""

    place: Place
    asked: Mapping[str, str]
    target: str | None = None


def place_named(name: str) -> Place:
    """A page by its name or by the segment of its address; UsageError where there is none."""
    for each in _ALL:
        if name in (each.segment, each.name):
            return each
    known = ", ".join(each.name for each in _ALL)
    raise UsageError(f"look at the page {name[:60]!r}", "there is no such page", f"Known are {known}.")


def read_address(text: str) -> Address:
    """`https://host/t/example.com/backlinks?q=…`, `/t/example.com/backlinks?q=…` or `backlinks?q=…`."""
    asked = f"read the address {text.strip()[:200]!r}"
    if len(text) > 8 * LONGEST:
        raise UsageError(asked, "it is too long", f"{8 * LONGEST:,} characters at most.")
    try:
        parts = urlsplit(text.strip())
    except ValueError as error:
        raise UsageError(asked, "it is none", "Copy it from the app.") from error
    path = parts.path.strip("/").split("/")
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    if len(path) == 1 and not parts.netloc:
        place = place_named(path[0])
        return Address(place, asked_of(place, pairs))
    if path[0] != "t" or len(path) not in (2, 3):
        raise UsageError(
            asked, "that is no report of a target", "Write backlinks?q=…, or copy it from the app."
        )
    place = place_named(path[2] if len(path) == 3 else "overview")
    return Address(place, asked_of(place, pairs), unquote(path[1]))


def asked_of(
    place: Place, pairs: Iterable[tuple[str, str]], *, strict: bool = True, whole: bool = False
) -> Mapping[str, str]:
    """The parameters of an address in their order, without those at their defaults.

    With `whole` also where it goes on, which is of no use tomorrow. UsageError for what the page does not
    take, unless it is not `strict`.
    """
    given = {name: value for name, value in pairs if name not in _BESIDE}
    if strict:
        _require_known(place, given)
    kept = {}
    for name, parameter in place.known.items():
        value = given.get(name, "").strip()
        is_shown = name not in place.draws or parameter.can_be(value)
        if value not in ("", parameter.default) and is_shown and (whole or name != "cursor"):
            kept[name] = value
    return kept


def _require_known(place: Place, given: Mapping[str, str]) -> None:
    asked = f"ask {place.name} so"
    for name, value in given.items():
        parameter = place.known.get(name)
        if parameter is None:
            known = ", ".join(place.known) or "none at all"
            raise UsageError(asked, f"it takes no {name[:60]!r}", f"Known are {known}.")
        if len(value) > LONGEST or "\0" in value:
            raise UsageError(asked, f"{name} is too long or no text", f"{LONGEST:,} characters at most.")
        said = value.strip()
        if said and not parameter.can_be(said):
            raise UsageError(
                asked, f"{name} cannot be {said[:60]!r}", f"Known are {', '.join(parameter.choices)}."
            )
        if said and parameter.form == "number" and not _is_count(said):
            raise UsageError(asked, f"{name} is {said[:20]!r}", "Write a whole number, 1 or more.")
        if said and parameter.form == "day" and not _is_day(said):
            raise UsageError(asked, f"{name} is {said[:20]!r}, no date", "Write a date as 2026-03-01.")


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10 and 0 < int(text) <= _LARGEST


def address(place: Place, target: str, asked: Mapping[str, str]) -> str:
    """The address of a page, from the root of the app."""
    page = "" if place.segment == "overview" else f"/{place.segment}"
    query = urlencode(asked)
    return f"/t/{quote(target, safe='')}{page}" + (f"?{query}" if query else "")


def words(place: Place, target: str, asked: Mapping[str, str]) -> list[str]:
    """The same question as the words of a command line, without the name of the program. What a picture
    shows is no part of it: there is none."""
    said = []
    for name, value in asked.items():
        if name in place.draws:
            continue
        parameter = place.takes[name]
        if parameter.form == "each":
            said += [word for one in parameter.names(value) for word in (parameter.option, one)]
        elif value in parameter.means and value != "all":  # commands know `all`, and no other such word
            said += [parameter.option, ",".join(parameter.means[value])]
        else:
            said += [parameter.option, value]
    command = place.command.split()
    return [*command, *said, "--", target] if target.startswith("-") else [*command, target, *said]
