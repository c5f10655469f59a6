"""Is an element kept from the reader's eyes, and for good?

Inline styles, style sheets, attributes and elements can all hide. What a reader brings back by a
click, by the keyboard or with a screen reader (menus, tabs, accordions, dialogs, skip links) is not hidden.
"""

import re
from collections.abc import Sequence, Set
from functools import lru_cache

from backlit.ingest.hiding import colour_of, declarations, is_near, paper_of, technique
from backlit.ingest.nodes import Attributes, Node
from backlit.ingest.stylesheets import Asked, StyleSheets
from backlit.ingest.text import TEXT, words
from backlit.model import Hidden

__all__ = ["Concealment", "has_tiny_images"]

#: From this share of a page's text on, a noscript element is the page, made for those without scripts.
NOSCRIPT_SHARE = 0.5
#: Characters below which one is a remark to those readers.
NOSCRIPT_LEAST = 500
#: Elements around a hidden one whose names may say what shows it, and elements before it.
NEAR_ANCESTORS, NEAR_SIBLINGS = 2, 2
#: Wrappers within a link, each the only one, that may hide its text.
WRAPPERS = 4

_accessible = re.compile(
    r"(?:^|[\s_-])(?:sr-?only|visually-?hidden|screen-?reader|a11y|accessib\w*|assistive|u-hiddenvisually"
    r"|skip(?:-?(?:to|nav|link|main|content))?)",
    re.IGNORECASE,
).search
_WIDGETS = words(
    "menu menus submenu dropdown nav navbar navigation megamenu tab tabs tabpanel tabcontent pane panel"
    " panels accordion collapse collapsible collapsed expandable expander toggle toggled toggler dialog"
    " modal popup popover popper tooltip offcanvas drawer sidenav flyout carousel slider slide slides"
    " slideshow swiper"
    " slick lightbox overlay faq spoiler disclosure hamburger burger lazy lazyload login cookie cookies"
)
_ROLES = words(
    "tabpanel dialog alertdialog menu menuitem menubar tooltip listbox tree group navigation combobox option"
)
_TRIGGERS = (
    "aria-expanded",
    "aria-haspopup",
    "aria-controls",
    "data-toggle",
    "data-bs-toggle",
    "popovertarget",
)
_PRESSED = words("button summary label")
#: Techniques that hide a widget until it is used.
_FOLDED = (
    *(Hidden.DISPLAY_NONE, Hidden.VISIBILITY, Hidden.OPACITY, Hidden.ZERO_SIZE, Hidden.OFF_SCREEN),
    Hidden.HIDDEN_ATTRIBUTE,
)
_VISIBLE, _VISIBILITY, _ATTRIBUTE = Hidden.VISIBLE, Hidden.VISIBILITY, Hidden.HIDDEN_ATTRIBUTE
_NOSCRIPT, _SAME_COLOUR = Hidden.NOSCRIPT, Hidden.SAME_COLOUR
_split_words = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])").findall


@lru_cache(maxsize=1 << 13)
def _is_widget(names: str) -> bool:
    """Whether class names and an id speak of something that opens."""
    return not _WIDGETS.isdisjoint(word.lower() for word in _split_words(names[:400]))


#: What stands between a reference and an element's id.
_points = re.compile(rb".*(?:[\"']#|(?:controls|for|popovertarget)=[\"']?)\Z", re.DOTALL).match
#: The same within what a click, a key or a touch runs.
_handles = re.compile(
    rb".*\son(?:click|change|input|toggle|key|mouse|pointer|touch)[a-z]*\s*=\s*([\"'])(?:(?!\1)[^<>])*\Z",
    re.DOTALL,
).match
_QUOTES = (b'"', b"'", b" ", b">")
#: Bytes before an id in which such a reference begins.
_BEFORE, _HANDLER = 15, 160


class Concealment:
    """What hides the elements of one page; its style sheets are read when the first link asks."""

    __slots__ = ("_markup", "_noscript", "_papers", "_sheets")

    def __init__(self, markup: bytes = b"", sheets: Sequence[str] = (), asked: Asked | None = None) -> None:
        self._markup = markup
        self._sheets = StyleSheets(sheets, asked)
        self._noscript: Hidden | None = None
        self._papers: dict[int, str | None] = {}

    @property
    def hiding(self) -> Set[str]:
        """The names by which style sheets hide: tags, `.class` and `#id`."""
        return self._sheets.hiding

    @property
    def inking(self) -> Set[str]:
        """The names by which style sheets give a text the colour of a background."""
        return self._sheets.inking

    def may_hide(self, tag: str, attributes: Attributes) -> bool:
        """Whether an element is worth asking about: most are not."""
        if "style" in attributes or "hidden" in attributes or tag == "noscript":
            return True
        return self._sheets.may_hide(tag, attributes)

    def of(self, outer: Hidden, node: Node, tag: str, attributes: Attributes) -> Hidden:
        """How an element is hidden, given how what it stands in is."""
        if tag == "noscript":
            return outer or self._without_scripts(node)
        if "hidden" in attributes and (attributes["hidden"] or "").lower() != "until-found":
            found: Hidden | None = _ATTRIBUTE
        else:
            style = attributes.get("style")
            found = technique(style) if style else _VISIBLE
            if found is _VISIBLE and self._sheets.may_hide(tag, attributes):
                found = self._sheets.hides(node, tag, attributes)
        if found is None:  # "visibility: visible" takes back what an ancestor says, and only that
            return _VISIBLE if outer is _VISIBILITY else outer
        if found and self._comes_back(found, node, attributes):
            return outer
        return found or outer

    def of_link(self, outer: Hidden, node: Node, tag: str, attributes: Attributes) -> Hidden:
        """The same for a link: its text can be hidden within it, and by its colour."""
        if outer:
            return outer
        first = node.first_child
        if (first is None or first.tag_id == TEXT) and not self._may_colour(tag, attributes):
            return outer  # as most links
        elements = [(node, tag, attributes)]
        while len(elements) <= WRAPPERS and (only := _only_child(elements[-1][0])) is not None:
            name, within = only.tag or "", only.attributes
            elements.append((only, name, within))
            if self.may_hide(name, within) and (hidden := self.of(outer, only, name, within)):
                return hidden
        for element, name, within in reversed(elements):
            ink = self._ink(element, name, within)
            if ink is not None:
                paper = self._paper(element)
                return _SAME_COLOUR if paper and is_near(ink, paper) else outer
        return outer

    def _may_colour(self, tag: str, attributes: Attributes) -> bool:
        return "style" in attributes or self._sheets.inks(tag, attributes)

    def _without_scripts(self, node: Node) -> Hidden:
        """NOSCRIPT, unless the page's text stands in noscript elements, as that of some forums does."""
        if self._noscript is None and len(node.text()) < NOSCRIPT_LEAST:
            return _NOSCRIPT
        if self._noscript is None:
            root = node.parser.root
            body = node.parser.body
            within = sum(len(found.text()) for found in root.css("noscript")) if root else 0
            whole = len(body.text()) if body else 0
            self._noscript = _VISIBLE if within > NOSCRIPT_SHARE * whole else _NOSCRIPT
        return self._noscript

    def _comes_back(self, hidden: Hidden, node: Node, attributes: Attributes) -> bool:
        """Whether a reader has a way to see what is hidden, or is read it aloud."""
        names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
        if _accessible(names):
            return True
        if hidden not in _FOLDED:
            return False
        if _is_widget(names) or (attributes.get("role") or "").lower() in _ROLES:
            return True
        return "popover" in attributes or self._is_pointed_at(attributes.get("id")) or _is_opened(node)

    def _is_pointed_at(self, element_id: str | None) -> bool:
        """Whether something on the page leads to the element by its id: a tab, a button, a script."""
        if not element_id or len(element_id) > 100:
            return False
        markup, name = self._markup, element_id.encode("utf-8", "replace")
        at = markup.find(name)
        while at > 0:
            if markup[at + len(name) : at + len(name) + 1] in _QUOTES and (
                _points(markup, max(0, at - _BEFORE), at) or _handles(markup, max(0, at - _HANDLER), at)
            ):
                return True
            at = markup.find(name, at + len(name))
        return False

    def _ink(self, node: Node, tag: str, attributes: Attributes) -> str | None:
        """The colour that an element's text is given, where it is given one."""
        style = attributes.get("style")
        stated = colour_of(declarations(style).get("color")) if style and "color" in style.lower() else None
        if stated is None and tag == "font":
            stated = colour_of(attributes.get("color"))
        if stated is None and self._sheets.inks(tag, attributes):
            stated = self._sheets.colour(node, tag, attributes, "color")
        return stated

    def _paper(self, node: Node) -> str | None:
        """The nearest background; None where it is not known, as with a sheet of another file."""
        number = node.mem_id
        if number not in self._papers:
            parent = node.parent
            is_root = parent is None or parent.parent is None
            self._papers[number] = self._own_paper(node) or (
                self._blank() if is_root or parent is None else self._paper(parent)
            )
        return self._papers[number]

    def _blank(self) -> str | None:
        return None if b"stylesheet" in self._markup or b"@import" in self._markup else "ffffff"

    def _own_paper(self, node: Node) -> str | None:
        attributes, tag = node.attributes, node.tag or ""
        style = attributes.get("style")
        stated = paper_of(declarations(style)) if style and "background" in style.lower() else None
        stated = stated or colour_of(attributes.get("bgcolor"))
        if stated is None and self._sheets.has_papers:
            stated = self._sheets.colour(node, tag, attributes, "background")
        return None if stated == "transparent" else stated


def has_tiny_images(link: Node) -> bool:
    """Whether every image in a link is too small to be seen."""
    images = link.css("img")
    return bool(images) and all(_is_tiny(image.attributes) for image in images)


def _is_tiny(attributes: Attributes) -> bool:
    style = declarations(attributes.get("style") or "")
    sizes = [style.get(name, (attributes.get(name) or "").strip().lower()) for name in ("width", "height")]
    return all(size in ("0", "1", "0px", "1px") for size in sizes)


def _only_child(node: Node) -> Node | None:
    """The element that is all an element holds, but for blanks."""
    only = None
    child = node.first_child
    while child is not None:
        if child.tag_id != TEXT:
            if only is not None:
                return None
            only = child
        elif (child.text_content or "").strip():
            return None
        child = child.next
    return only if only is not None and only.first_child is not None else None


def _is_opened(node: Node) -> bool:
    """Whether what is around or before an element is there to open it."""
    above = node.parent
    for _ in range(NEAR_ANCESTORS):
        if above is None:
            break
        attributes = above.attributes
        names = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
        if attributes and above.tag not in ("html", "body") and _is_widget(names):
            return True
        if above.tag in ("nav", "details", "dialog"):
            return True
        above = above.parent
    sibling, seen = node.prev, 0
    while sibling is not None and seen < NEAR_SIBLINGS:
        if sibling.tag_id != TEXT:
            seen += 1
            if sibling.tag in _PRESSED or any(name in sibling.attributes for name in _TRIGGERS):
                return True
        sibling = sibling.prev
    return False
