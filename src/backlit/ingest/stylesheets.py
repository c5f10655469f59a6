"""Which elements do the style sheets within a page hide?

Rules are read from the page's `<style>` elements; which elements a selector means is left to Lexbor,
and asked only for rules whose last class, id or tag an element bears. A rule that hides counts where it
holds as the page stands: not for print or for small windows only, and not where another rule would show
the element again when a class is added or a pointer comes near, as menus, tabs and panels are made.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from selectolax.lexbor import SelectolaxError

from backlit.ingest.hiding import TELLING, colour_of, declarations, is_near, paper_of, shows, technique
from backlit.ingest.nodes import Node
from backlit.ingest.selectors import FOLDED, NO, UNSURE, YES, Borne, Simple, borne_by, simple
from backlit.model import Hidden

__all__ = ["SHEET_LIMIT", "Asked", "StyleSheets", "sheet_in", "sheet_of"]

#: Characters above which a style element is a framework's, and not read; and style elements of a page.
SHEET_LIMIT, SHEETS_LIMIT = 4 << 10, 16
#: Rules of one page whose elements are looked for, and elements that one may have.
SELECTORS_LIMIT = 16
SELECTOR_CHARACTERS = 200

#: Without any of these a sheet hides nothing.
_NEEDLES = (
    *("color:", "display:none", "display: none", "visibility:hidden", "visibility: hidden", "opacity:0"),
    *("opacity: 0", ":-", ": -", "clip", "font-size:0", "font-size: 0", "font-size:1px", "scale(0"),
    *("font-size: 1px", "height:0", "height: 0", "height:1px", "width:0", "width: 0"),
    *("height: 1px", "visibility:collapse", "translate", "zoom:0", "width:1px", "width: 1px"),
)
_comments = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL).sub
_braces = re.compile(r"[{}]").finditer
_is_flat = re.compile(r"(?:[^{}]*+\{[^{}]*+\})*+[^{}]*+\Z").match
_flat_rules = re.compile(r"([^{}]*+)\{([^{}]*+)\}").findall
_plain_media = re.compile(r"(?:only\s+)?(?:all|screen)?", re.IGNORECASE).fullmatch
_compound_parts = re.compile(r"([.#])(-?[\w-]+)|^([a-zA-Z][\w-]*)").findall
_last_compound = re.compile(r"[\s>+~]").split
_negations = re.compile(r":not\([^()]*\)").sub
_odd = re.compile(r"::|[{}@;<\\]|:has\(|:(?:before|after|first-l)").search
_stateful = re.compile(
    r":(?:hover|focus|active|checked|target|visited|open|disabled|enabled|nth|first|last|only|is|where|root"
    r"|empty|link|any-link|placeholder|popover|modal|fullscreen|lang|dir|not\([^()]*:)"
).search


#: Who else can tell whether a simple selector means an element, and what the answers say.
Asked = Callable[[Node, Simple], int]
_ANSWERS = {NO: False, FOLDED: None, YES: True}
_VISIBLE = Hidden.VISIBLE


class Rule(NamedTuple):
    """One selector with its declarations; `is_conditional` where it holds only sometimes."""

    selector: str
    keys: tuple[str, ...]
    weight: tuple[int, int, int]
    style: str
    is_conditional: bool
    hidden: Hidden
    ink: str | None
    paper: str | None


#: Rules that colour, by the names of what they colour: weight, number, colour and rule.
_Coloured = dict[str, list[tuple[tuple[int, int, int], int, str, Rule]]]
_strength = itemgetter(0, 1)


def _note_colour(coloured: _Coloured, number: int, rule: Rule, colour: str | None) -> None:
    if colour is not None:
        for key in rule.keys:
            coloured.setdefault(key, []).append((rule.weight, number, colour, rule))


class StyleSheets:
    """The rules of one page that hide or show; empty for most pages."""

    __slots__ = (
        *("_asked", "_borne", "_by_key", "_elements", "_inked", "_papered", "_rules", "_told"),
        *("hiding", "inking", "papers"),
    )

    def __init__(self, sheets: Sequence[str], asked: Asked | None = None) -> None:
        self._told = asked
        self._rules = [rule for sheet in sheets[:SHEETS_LIMIT] for rule in rules_of(sheet)]
        #: the rules by the names of what they speak of, and those that colour: made when they are asked for
        self._by_key: dict[str, list[tuple[int, Rule]]] = {}
        self._inked: _Coloured = {}
        self._papered: _Coloured = {}
        #: names by which rules hide
        self.hiding: set[str] = set()
        self._asked: set[str] = set()
        self._borne: dict[int, Borne] = {}
        self._elements: dict[str, frozenset[int]] = {}
        #: the colours of backgrounds; what is written in one of them is looked at
        self.papers = {"ffffff", *(rule.paper for rule in self._rules if rule.paper)}
        inks = {rule.ink for rule in self._rules if rule.ink}
        inks = {ink for ink in inks if any(is_near(ink, paper) for paper in self.papers)}
        #: names by which rules may give a text the colour of a background
        self.inking: set[str] = set()
        for rule in self._rules:
            if rule.hidden and not rule.is_conditional:
                self.hiding.update(rule.keys)
            if rule.ink in inks:
                self.inking.update(rule.keys)

    def _index(self) -> None:
        """Sort the rules by their keys: most pages have links that no rule could hide."""
        for number, rule in enumerate(self._rules):
            for key in rule.keys:
                self._by_key.setdefault(key, []).append((number, rule))
            if not rule.is_conditional:
                _note_colour(self._inked, number, rule, rule.ink)
                _note_colour(self._papered, number, rule, rule.paper)

    @property
    def has_papers(self) -> bool:
        """Whether a rule gives any element a background."""
        return len(self.papers) > 1

    def inks(self, tag: str, attributes: dict[str, str | None]) -> bool:
        """Whether a rule may give an element's text the colour of a background."""
        return bool(self.inking) and _bears(self.inking, tag, attributes)

    def may_hide(self, tag: str, attributes: dict[str, str | None]) -> bool:
        """Whether an element bears a name by which some rule hides."""
        return bool(self.hiding) and _bears(self.hiding, tag, attributes)

    def hides(self, node: Node, tag: str, attributes: dict[str, str | None]) -> Hidden:
        """How the rules hide an element as the page stands and stays; VISIBLE for most."""
        if tag in ("html", "body"):  # a page that hides itself is shown by its scripts
            return Hidden.VISIBLE
        if not self._by_key:
            self._index()
        keys = [key for key in _keys_of(tag, attributes) if key in self.hiding]
        found = {number: rule for key in keys for number, rule in self._by_key[key]}
        hiding = [
            (rule.weight, number, rule)
            for number, rule in found.items()
            if rule.hidden and not rule.is_conditional and self._means(rule, node)
        ]
        if not hiding:
            return Hidden.VISIBLE
        weight, number, rule = max(hiding, key=lambda found: found[:2])
        every = _keys_of(tag, attributes) if keys != [tag] else keys
        others = {n: r for key in every for n, r in self._by_key.get(key, ()) if key != tag or keys == [tag]}
        for at, other in others.items():
            if shows(other.style, rule.hidden) and self._wins(at, other, node, (weight, number)):
                return Hidden.VISIBLE
        return rule.hidden

    def _wins(self, at: int, rule: Rule, node: Node, over: tuple[tuple[int, int, int], int]) -> bool:
        """Whether a rule that shows an element does so now, or will when its condition comes true."""
        if rule.is_conditional or not self._means(rule, node):
            return True
        return (rule.weight, at) > over

    def colour(self, node: Node, tag: str, attributes: dict[str, str | None], name: str) -> str | None:
        """The `color`, or the `background`, that the rules give an element; None where they give none."""
        if not self._by_key:
            self._index()
        coloured = self._inked if name == "color" else self._papered
        stated = [each for key in _keys_of(tag, attributes) if key in coloured for each in coloured[key]]
        stated.sort(key=_strength, reverse=True)
        return next((value for _, _, value, rule in stated if self._means(rule, node)), None)

    def _means(self, rule: Rule, node: Node) -> bool:
        """Whether a rule's selector means an element; never when too many were asked for."""
        if rule.selector not in self._asked:
            if len(self._asked) >= SELECTORS_LIMIT:
                return False
            self._asked.add(rule.selector)
        parts, answer = simple(rule.selector), UNSURE
        if parts is None:
            return self._is_among(rule.selector, node)
        if self._told is not None and parts.packed:
            answer = self._told(node, parts)
        means = parts.means(self._borne_by(node)) if answer == UNSURE else _ANSWERS[answer]
        return self._is_among(rule.selector, node) if means is None else means

    def _borne_by(self, node: Node) -> Borne:
        known, pending = self._borne, []
        current: Node | None = node
        borne: Borne | None = None
        while current is not None and (borne := known.get(current.mem_id)) is None:
            pending.append(current)
            current = current.parent
        for each in reversed(pending):
            borne = known[each.mem_id] = _borne(each, borne)
        assert borne is not None
        return borne

    def _is_among(self, selector: str, node: Node) -> bool:
        elements = self._elements.get(selector)
        if elements is None:
            root = node.parser.root
            try:
                elements = (
                    frozenset(found.mem_id for found in root.css(selector)) if root is not None else None
                )
            except SelectolaxError:  # a selector that Lexbor does not read, or that is none
                elements = None
            elements = self._elements[selector] = elements or frozenset()
        return node.mem_id in elements


def _borne(node: Node, outer: Borne | None) -> Borne:
    tag = node.tag or ""
    if outer is None:  # the document, which has no attributes
        return borne_by(tag, "", "", None)
    get = node.attrs.get
    return borne_by(tag, get("class") or "", get("id") or "", outer)


def _bears(names: set[str], tag: str, attributes: dict[str, str | None]) -> bool:
    """Whether an element's tag, class or id is one of the names."""
    classes, element_id = attributes.get("class"), attributes.get("id")
    if tag in names or (element_id and f"#{element_id}" in names):
        return True
    return bool(classes) and any(f".{name}" in names for name in (classes or "").split())


def _keys_of(tag: str, attributes: dict[str, str | None]) -> list[str]:
    keys = [f".{name}" for name in (attributes.get("class") or "").split()]
    if attributes.get("id"):
        keys.append(f"#{attributes['id']}")
    keys.append(tag)
    return keys


def sheet_of(node: Node) -> str | None:
    """The text of a style element that applies as the page stands and may hide something; else None."""
    child, parent = node.first_child, node.parent
    sheet = child.text_content if child is not None else None
    return sheet_in(sheet, parent.tag if parent is not None else None, node.attrs.get("media"))


def sheet_in(sheet: str | None, parent: str | None, media: str | None) -> str | None:
    """The same of a style element's text, given what it stands in and for which media it is."""
    if not sheet or len(sheet) > SHEET_LIMIT or parent == "noscript":
        return None
    if not any(needle in sheet for needle in _NEEDLES):
        return None
    return sheet if _plain_media((media or "").strip()) else None


@lru_cache(maxsize=256)
def rules_of(sheet: str) -> tuple[Rule, ...]:
    """The rules of one sheet that hide, show or colour; pages of a site share their sheets.

    >>> [(rule.selector, rule.hidden) for rule in rules_of("p .x{display:none} @media print{a{opacity:0}}")]
    [('p .x', <Hidden.DISPLAY_NONE: 1>)]
    """
    text = _comments(" ", sheet) if "/*" in sheet else sheet
    found: list[Rule] = []
    if "@" not in text and _is_flat(text):  # as most
        for before, style in _flat_rules(text):
            found += _rules(before.rpartition(";")[2].strip(), style, is_conditional=False)
        return tuple(found)
    open_blocks: list[str] = []  # "plain", "sometimes", "never" for at-rules, "rule" for rules
    prelude, start = "", 0
    for brace in _braces(text):
        before, start = text[start : brace.start()], brace.end()
        if brace[0] == "{":
            prelude = before.rpartition(";")[2].strip()
            open_blocks.append(_kind_of(prelude))
        elif open_blocks:
            closed = open_blocks.pop()
            if closed == "rule" and "never" not in open_blocks and "rule" not in open_blocks:
                found += _rules(prelude, before, is_conditional="sometimes" in open_blocks)
    return tuple(found)


def _kind_of(prelude: str) -> str:
    if not prelude.startswith("@"):
        return "rule"
    name, _, condition = prelude[1:].partition(" ")
    name = name.lower().partition("(")[0]
    if name in ("supports", "layer", "scope"):
        return "plain"
    if name == "media":
        if _plain_media(condition.strip()):
            return "plain"
        return "never" if condition.strip().lower().startswith("print") else "sometimes"
    return "sometimes" if name == "container" else "never"


@lru_cache(maxsize=1 << 13)
def _rules(prelude: str, style: str, *, is_conditional: bool) -> list[Rule]:
    stated = declarations(style)
    if TELLING.isdisjoint(stated) or len(prelude) > 20 * SELECTOR_CHARACTERS:
        return []
    hidden = technique(style) or _VISIBLE
    ink, paper = colour_of(stated.get("color")), paper_of(stated)
    found = []
    for selector in map(str.strip, prelude.split(",")):
        if not selector or len(selector) > SELECTOR_CHARACTERS or _odd(selector):
            continue
        keys, weight, is_stateful = _read_selector(selector)
        found.append(Rule(selector, keys, weight, style, is_conditional or is_stateful, hidden, ink, paper))
    return found


@lru_cache(maxsize=1 << 13)
def _read_selector(selector: str) -> tuple[tuple[str, ...], tuple[int, int, int], bool]:
    """Classes and ids of its last compound, or the tag where it has none; specificity; if it has states."""
    bare = _negations("", selector)
    last = re.sub(r":[\w-]+(?:\([^()]*\))?", "", _last_compound(bare)[-1])
    parts = _compound_parts(last)
    named = tuple(f"{mark}{name}" for mark, name, _ in parts if mark)
    tags = tuple(tag.lower() for _, _, tag in parts if tag)
    weight = (bare.count("#"), bare.count(".") + bare.count("[") + bare.count(":"), len(bare.split()))
    return named or tags, weight, _stateful(selector) is not None or ".no-js" in selector
