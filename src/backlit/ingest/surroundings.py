"""In which part of the page does an element stand, and can a reader see it?

Both are read from the element and its ancestors, from the inside out: semantic tags and ARIA roles
first, then the words of class and id. An ancestor is judged once per page, a class string once per
process, so that a page of a thousand links costs little more than one of ten.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from backlit.ingest.placement.lean import START, Path, element_weights
from backlit.ingest.placement.tokens import weights
from backlit.ingest.text import words
from backlit.model import Hidden, Placement

__all__ = ["Place", "Surroundings", "part_of", "said"]

#: CSS lengths: below these an element is off the screen, or too small to be seen.
OFF_SCREEN_PX = -500.0
TINY_PX = 1.0
#: Opacity up to which nothing is seen.
UNSEEN_OPACITY = 0.01


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


_TAGS = {
    "nav": Placement.NAV,
    "menu": Placement.NAV,
    "header": Placement.HEADER,
    "footer": Placement.FOOTER,
    "aside": Placement.SIDEBAR,
    "main": Placement.CONTENT,
    "article": Placement.CONTENT,
}
_ROLES = {
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
_REMARKS = words("has with without no not hide show is hentry single")
_accessible = re.compile(
    r"(?:^|\s)(?:sr-only|visually-?hidden|screen-?reader|a11y-hidden|assistive-text|u-hiddenvisually)",
    re.IGNORECASE,
).search


def part_of(tag: str, role: str | None, classes: str, element_id: str | None) -> Placement | None:
    """What one element by itself says about the part of the page."""
    part = _ROLES.get(role.strip().lower()) if role else None
    part = part or _TAGS.get(tag)
    if part is None or part is _SIDEBAR:  # an aside is often told more precisely by its name
        named = _part_by_words(f"{classes} {element_id or ''}")
        return part if named in (None, _CONTENT) and part else named
    return part


#: Every word of `_WORDS`, and the second halves of those that are often written apart.
_PIECES = words("bar column more like text").union(*(lexicon for _, lexicon in _WORDS))
_to_blanks = str.maketrans("0123456789-_:./", " " * 15)


def _part_by_words(names: str) -> Placement | None:
    if names.islower() and _PIECES.isdisjoint(names.translate(_to_blanks).split()):
        return None  # as most are; the rest is taken apart name by name
    ranks = [rank for rank in map(_rank, names.split()) if rank is not None]
    return _WORDS[min(ranks)][0] if ranks else None


@lru_cache(maxsize=1 << 16)
def _rank(name: str) -> int | None:
    """The place in `_WORDS` of the most telling word in one class name or id."""
    spoken = [word.lower() for word in _split_words(name)]
    if not spoken or spoken[0] in _REMARKS:
        return None
    said = {*spoken, "".join(spoken)}
    return next((rank for rank, (_, lexicon) in enumerate(_WORDS) if said & lexicon), None)


class Surroundings:
    """The places of one page's elements, each ancestor judged once."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[int, Place] = {}

    def of(self, node: LexborNode, attributes: dict[str, str | None]) -> Place:
        """The place of an element whose attributes have been read."""
        parent = node.parent
        outer = self._around(parent) if parent is not None else _ROOT
        return _inside(outer, node.tag or "", attributes)

    def _around(self, node: LexborNode) -> Place:
        known, pending = self._known, []
        place: Place | None = None
        current: LexborNode | None = node
        while current is not None:
            number = current.mem_id
            place = known.get(number)
            if place is not None:
                break
            pending.append((number, current))
            current = current.parent
        place = place or _ROOT
        for number, element in reversed(pending):
            place = known[number] = _inside(place, element.tag or "", element.attributes)
        return place


@lru_cache(maxsize=1 << 15)
def _element(tag: str, role: str, classes: str, element_id: str) -> tuple[Placement | None, float, float]:
    """What one element by itself says: of the part of the page, and to the weights of a path."""
    # the classes of html and body name the site's layout, not a part of the page
    part = None if tag in ("html", "body") else part_of(tag, role, classes, element_id)
    return part, *element_weights(weights(), tag, classes, element_id, role)


def _inside(outer: Place, tag: str, attributes: dict[str, str | None]) -> Place:
    placement, hidden, in_content, (total, own, parent, _) = outer
    if attributes:
        get = attributes.get
        classes = get("class") or ""
        part, weight, near = _element(tag, get("role") or "", classes, get("id") or "")
        if "style" in attributes or "hidden" in attributes:
            hidden = _hiding(hidden, attributes, classes)
    else:
        part, weight, near = _element(tag, "", "", "")
    path = _tuple(Path, (total + weight, near, own, parent))
    if part is None:
        return _tuple(Place, (placement, hidden, in_content, path))
    if part is _CONTENT:  # a text block within a footer or a comment is footer or comment
        return _tuple(Place, (placement or part, hidden, True, path))
    if part is _HEADER and in_content:  # the heading of an article, not of the page
        part = placement or part
    return _tuple(Place, (part, hidden, in_content, path))


def _hiding(outer: Hidden, attributes: dict[str, str | None], classes: str) -> Hidden:
    if "hidden" in attributes and (attributes["hidden"] or "").lower() != "until-found":
        return Hidden.HIDDEN_ATTRIBUTE
    style = attributes.get("style")
    if not style or (classes and _accessible(classes)):
        return outer
    technique = _technique(style)
    if technique is None:  # "visibility: visible" takes back what an ancestor says, and only that
        return _VISIBLE if outer is _VISIBILITY else outer
    return technique or outer


@lru_cache(maxsize=1 << 14)
def _technique(style: str) -> Hidden | None:
    """How an inline style hides its element; VISIBLE when it does not, None for "shown"."""
    rules: dict[str, str] = {}
    for declaration in style.lower().split(";"):
        name, _, value = declaration.partition(":")
        rules[name.strip()] = value.replace("!important", "").strip()
    for hides, technique in _TECHNIQUES:
        if hides(rules):
            return technique
    return None if rules.get("visibility") == "visible" else _VISIBLE


_length = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(px|r?em|ex|ch|pt|vw|vh|%)?(?![\w.])").match
_PX = {"px": 1.0, "em": 16.0, "rem": 16.0, "ex": 8.0, "ch": 8.0, "pt": 1.33, "vw": 12.0, "vh": 8.0, "%": 12.0}


def _px(value: str | None) -> float | None:
    """A CSS length in pixels, of a usual window where it is relative; None when it is no length."""
    found = _length(value) if value else None
    return float(found[1]) * _PX[found[2] or "px"] if found else None


def _at_most(rules: dict[str, str], names: str, limit: float) -> bool:
    lengths = (_px(rules.get(name)) for name in names.split())
    return any(length is not None and length <= limit for length in lengths)


def _is_off_screen(rules: dict[str, str]) -> bool:
    if _at_most(rules, "text-indent margin-left margin-top", OFF_SCREEN_PX):
        return True
    moved = rules.get("position") in ("absolute", "fixed", "relative")
    if moved and _at_most(rules, "left top right bottom", OFF_SCREEN_PX):
        return True
    transform = rules.get("transform", "")
    return any((_px(part.strip()) or 0.0) <= OFF_SCREEN_PX for part in _shifts(transform))


def _shifts(transform: str) -> list[str]:
    found = re.search(r"translate(?:x|y|3d)?\(([^)]*)\)", transform)
    return found[1].split(",") if found else []


_no_scale = re.compile(r"scale\(0(?:\.0*)?[,)]").match


def _is_too_small(rules: dict[str, str]) -> bool:
    if _at_most(rules, "font-size", TINY_PX) or _no_scale(rules.get("transform", "")):
        return True
    clips = rules.get("overflow", "").startswith(("hidden", "clip"))
    return clips and _at_most(rules, "width height max-width max-height", TINY_PX)


_clips_all = re.compile(
    r"rect\(\s*(\d)(?:px)?[\s,]+\1(?:px)?[\s,]+\1(?:px)?[\s,]+\1|inset\(\s*(?:50|100)%|circle\(\s*0|polygon\(\s*0"
).match


def _is_clipped(rules: dict[str, str]) -> bool:
    return any(_clips_all(rules.get(name, "")) for name in ("clip", "clip-path"))


def _is_transparent(rules: dict[str, str]) -> bool:
    opacity = _length(rules.get("opacity", ""))
    return opacity is not None and float(opacity[1]) <= UNSEEN_OPACITY


def _has_one_colour(rules: dict[str, str]) -> bool:
    ink, paper = rules.get("color"), rules.get("background-color") or rules.get("background")
    if ink == "transparent":
        return True
    return bool(ink and paper) and _colour(ink or "") == _colour(paper or "")


_NAMED_COLOURS = {"white": "ffffff", "black": "000000", "red": "ff0000"}


def _colour(value: str) -> str:
    """A colour in one spelling, where it is a hexadecimal, an rgb() or a usual name."""
    value = value if value.startswith("rgb") else value.partition(" ")[0]
    if value.startswith("#"):
        digits = value[1:]
        return digits if len(digits) != 3 else "".join(d * 2 for d in digits)
    numbers = re.findall(r"\d+", value)[:3] if value.startswith("rgb") else []
    if len(numbers) == 3:
        return "".join(f"{min(int(n[:4]), 255):02x}" for n in numbers)
    return _NAMED_COLOURS.get(value, value)


_TECHNIQUES = (
    (lambda rules: rules.get("display") == "none", Hidden.DISPLAY_NONE),
    (lambda rules: rules.get("visibility") in ("hidden", "collapse"), Hidden.VISIBILITY),
    (_is_transparent, Hidden.OPACITY),
    (_is_too_small, Hidden.ZERO_SIZE),
    (_is_off_screen, Hidden.OFF_SCREEN),
    (_is_clipped, Hidden.CLIP),
    (_has_one_colour, Hidden.SAME_COLOUR),
)
