"""In which part of the page does an element stand, and can a reader see it?

Both are read from the element and its ancestors, from the inside out: semantic tags and ARIA roles
first, then the words of class and id. An ancestor is judged once per page, a class string once per
process, so that a page of a thousand links costs little more than one of ten.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from backlit.ingest.concealment import Concealment
from backlit.ingest.nodes import Node
from backlit.ingest.placement.lean import START, Path, element_weights
from backlit.ingest.placement.tokens import weights
from backlit.ingest.text import words
from backlit.model import Hidden, Placement

__all__ = [
    "RANKED",
    "RANKS",
    "REMARKS",
    "ROLES",
    "TAGS",
    "Place",
    "Says",
    "Surroundings",
    "element_says",
    "part_of",
    "said",
]


class Place(NamedTuple):
    """What an element's ancestors and itself say; `hidden` 0 is visible."""

    placement: Placement | None
    hidden: Hidden
    in_content: bool
    path: Path


#: A named tuple from a plain one, at half the cost of naming its fields.
_tuple = tuple.__new__

#: Looking a member up in its class costs Python 3.11 as much as ten other steps.
_CONTENT, _HEADER, _SIDEBAR, _VISIBLE, _VISIBILITY = (
    Placement.CONTENT,
    Placement.HEADER,
    Placement.SIDEBAR,
    Hidden.VISIBLE,
    Hidden.VISIBILITY,
)
_ROOT = Place(None, Hidden.VISIBLE, False, START)


def said(place: Place, *, is_running: bool) -> Placement | None:
    """What the rules say of a link at a place, given whether it stands in running text."""
    if place.placement is None and (place.in_content or is_running):
        return _CONTENT
    return place.placement


#: What an element by its tag, and by its role, says of the part of the page.
TAGS = {
    "nav": Placement.NAV,
    "menu": Placement.NAV,
    "header": Placement.HEADER,
    "footer": Placement.FOOTER,
    "aside": Placement.SIDEBAR,
    "main": Placement.CONTENT,
    "article": Placement.CONTENT,
}
ROLES = {
    "navigation": Placement.NAV,
    "menu": Placement.NAV,
    "menubar": Placement.NAV,
    "banner": Placement.HEADER,
    "contentinfo": Placement.FOOTER,
    "complementary": Placement.SIDEBAR,
    "main": Placement.CONTENT,
    "article": Placement.CONTENT,
}
#: Words of class and id, most telling part first.
_WORDS = (
    (Placement.COMMENT, words("comment comments commentlist reply replies disqus respond")),
    (
        Placement.RELATED,
        words("related recommended recommendations similar readmore alsolike morelike youmaylike"),
    ),
    (Placement.AUTHOR, words("author authorbox byline bio vcard aboutauthor")),
    (Placement.FOOTER, words("footer foot colophon copyright bottombar sitefooter")),
    (
        Placement.NAV,
        words(
            "nav navbar navigation menu menus breadcrumb breadcrumbs topnav mainnav subnav pagination pager"
        ),
    ),
    (
        Placement.SIDEBAR,
        words("sidebar sidebars aside widget widgets rail blogroll sidecolumn rightcolumn leftcolumn"),
    ),
    (Placement.HEADER, words("header masthead banner topbar siteheader")),
    (Placement.CONTENT, words("content entry article main story articlebody post richtext prose")),
)
_split_words = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])").findall
#: Words that turn "sidebar" into a remark about the layout.
REMARKS = words("has with without no not hide show is hentry single")


def part_of(tag: str, role: str | None, classes: str, element_id: str | None) -> Placement | None:
    """What one element by itself says about the part of the page."""
    part = ROLES.get(role.strip().lower()) if role else None
    part = part or TAGS.get(tag)
    if part is None or part is _SIDEBAR:  # an aside is often told more precisely by its name
        named = _part_by_words(f"{classes} {element_id or ''}")
        return part if named in (None, _CONTENT) and part else named
    return part


#: The part of the page that each place in `_WORDS` stands for.
RANKED = tuple(part for part, _ in _WORDS)
#: The rank of every word of `_WORDS`: its first place there.
RANKS = {word: rank for rank, (_, lexicon) in reversed(list(enumerate(_WORDS))) for word in lexicon}


def _part_by_words(names: str) -> Placement | None:
    ranks = [rank for rank in map(_rank, names.split()) if rank is not None]
    return RANKED[min(ranks)] if ranks else None


@lru_cache(maxsize=1 << 16)
def _rank(name: str) -> int | None:
    """The place in `_WORDS` of the most telling word in one class name or id."""
    spoken = [word.lower() for word in _split_words(name)]
    if not spoken or spoken[0] in REMARKS:
        return None
    said = [RANKS[word] for word in (*spoken, "".join(spoken)) if word in RANKS]
    return min(said) if said else None


@lru_cache(maxsize=1 << 15)
def element_says(tag: str, role: str, classes: str, element_id: str) -> "Says":
    """What one element by itself says: of the part of the page, and to the weights of a path."""
    # the classes of html and body name the site's layout, not a part of the page
    part = None if tag in ("html", "body") else part_of(tag, role, classes, element_id)
    return part, *element_weights(weights(), tag, classes, element_id, role)


class Surroundings:
    """The places of one page's elements, each ancestor judged once, given its markup and the sheets in it."""

    __slots__ = ("_concealment", "_known")

    def __init__(self, markup: bytes = b"", sheets: Sequence[str] = ()) -> None:
        self._known: dict[int, Place] = {}
        self._concealment = Concealment(markup, sheets)

    def of(self, node: Node) -> Place:
        """The place of a link."""
        parent, attributes = node.parent, node.attributes
        outer = self._around(parent) if parent is not None else _ROOT
        tag = node.tag or ""
        place = self._inside(outer, node, tag, attributes)
        hidden = self._concealment.of_link(place.hidden, node, tag, attributes)
        return place if hidden is place.hidden else place._replace(hidden=hidden)

    def _around(self, node: Node) -> Place:
        known, pending = self._known, []
        place: Place | None = None
        current: Node | None = node
        while current is not None:
            number = current.mem_id
            place = known.get(number)
            if place is not None:
                break
            pending.append((number, current))
            current = current.parent
        place = place or _ROOT
        for number, element in reversed(pending):
            place = known[number] = self._inside(place, element, element.tag or "", element.attributes)
        return place

    def _inside(self, outer: Place, node: Node, tag: str, attributes: dict[str, str | None]) -> Place:
        hidden = outer.hidden
        if attributes:
            get = attributes.get
            said_here = element_says(tag, get("role") or "", get("class") or "", get("id") or "")
        else:
            said_here = element_says(tag, "", "", "")
        if self._concealment.may_hide(tag, attributes):
            hidden = self._concealment.of(hidden, node, tag, attributes)
        return _within(outer, said_here, hidden)


#: What one element says: of the part of the page, and to the weights of a path.
Says = tuple[Placement | None, float, float]


def _within(outer: Place, says: Says, hidden: Hidden) -> Place:
    """The place within an element, given that of the element and what it says."""
    placement, _, in_content, (total, own, parent, _) = outer
    part, weight, near = says
    path = _tuple(Path, (total + weight, near, own, parent))
    if part is None:
        return _tuple(Place, (placement, hidden, in_content, path))
    if part is _CONTENT:  # a text block within a footer or a comment is footer or comment
        return _tuple(Place, (placement or part, hidden, True, path))
    if part is _HEADER and in_content:  # the heading of an article, not of the page
        part = placement or part
    return _tuple(Place, (part, hidden, in_content, path))
