"""Which fields can a filter name, and in which view does each speak of what?

A field speaks of each *link*, or of each *row* of one view: of a domain, an anchor, a page. In a view its
rows' own fields come first, so `first_seen` is that of the domain where domains are listed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

__all__ = [
    "LINK",
    "Field",
    "Kind",
    "Predicate",
    "field_of",
    "fields_of",
    "nearest",
    "predicate_of",
    "predicates_of",
    "register",
]

#: words: text to search; name: one word, compared as a whole; address: a URL stored as a page key;
#: number; date; code: one of some names; bits: a mask of names; names: a list of names. Names of their own:
#: domain, host, suffix (a top-level domain), ip, network and language (see `meanings`).
Kind = Literal[
    "words", "name", "address", "number", "date", "code", "bits", "names",
    "domain", "host", "suffix", "ip", "network", "language",
]  # fmt: skip

LINK = "links"
"""The level of fields that every link has; the other levels are views: "domains", "anchors" …"""


@dataclass(frozen=True, slots=True)
class Field:
    """A field: its name, what it holds, the SQL over the columns of its level, and a line of help.

    `codes` are the values that can be named and what stands in the data for them, or an SQL condition.
    `needs` names a table that must be prepared before the SQL can run.
    """

    name: str
    kind: Kind
    sql: str
    help: str
    aliases: tuple[str, ...] = ()
    codes: Mapping[str, int | str] | None = None
    level: str = LINK
    needs: str | None = None


@dataclass(frozen=True, slots=True)
class Predicate:
    """What `is:` or `has:` can ask: an SQL condition, else the sentence that says what is lacking for it."""

    verb: Literal["is", "has"]
    name: str
    sql: str | None
    help: str
    level: str = LINK
    needs: str | None = None


_fields: dict[tuple[str, str], Field] = {}
_predicates: dict[tuple[str, str, str], Predicate] = {}


def register(*entries: Field | Predicate) -> None:
    """Make fields and predicates known to filters; a later one of the same name replaces the earlier."""
    for entry in entries:
        if isinstance(entry, Predicate):
            _predicates[entry.level, entry.verb, entry.name] = entry
            continue
        for name in (entry.name, *entry.aliases):
            _fields[entry.level, name] = entry


def field_of(view: str, name: str) -> Field | None:
    """The field that a name means in a view."""
    return _fields.get((view, name)) or _fields.get((LINK, name))


def predicate_of(view: str, verb: str, name: str) -> Predicate | None:
    """The predicate that a name means in a view."""
    return _predicates.get((view, verb, name)) or _predicates.get((LINK, verb, name))


def fields_of(view: str) -> list[Field]:
    """The fields of a view, the rows' own first, each once."""
    own = [field for (level, _), field in _fields.items() if level == view != LINK]
    links = [
        field for (level, name), field in _fields.items() if level == LINK and (view, name) not in _fields
    ]
    return list({id(field): field for field in (*own, *links)}.values())


def predicates_of(view: str) -> list[Predicate]:
    """What `is:` and `has:` can ask in a view."""
    return [each for (level, _, _), each in _predicates.items() if level in (view, LINK)]


def nearest(name: str, known: list[str], most: int = 3) -> str:
    """The names most like one that is not known, for an error; all of them where few or none is like it."""
    close = get_close_matches(name, known, most, 0.5)
    if close:
        return f"Near it: {', '.join(close)}."
    return f"Known are {', '.join(sorted(known))}."
