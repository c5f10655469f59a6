"""What does a plain page say, and which links does it hold? The same as `html` says, at a third of the cost.

A page is read by compiled kernels straight from its bytes (`scan`, `tree`, `text`); its
facts and the links that are kept are judged by the very functions that judge Lexbor's nodes. A page that is
not plain, or large, or not UTF-8, is left to `html.read_html`.
"""

from collections.abc import Iterator, Mapping
from itertools import islice

import numpy as np

from backlit.ingest.assemble import Located, RawLink, Scope
from backlit.ingest.charset import decoded
from backlit.ingest.declared import WHITESPACE, Declared, language_tag, read_headers
from backlit.ingest.html import READERS, particulars
from backlit.ingest.nodes import Node
from backlit.ingest.plain.layout import (
    CLASS_OF,
    EVENT_COUNT,
    EVENT_FIELDS,
    EVENTS,
    LAST,
    LINK_COUNT,
    LINK_FIELDS,
    LINKS,
    NODE_FIELDS,
    NODES,
    PARENT,
)
from backlit.ingest.plain.links import sift
from backlit.ingest.plain.names import CLASS
from backlit.ingest.plain.nodes import PlainNode, PlainTree, Told
from backlit.ingest.plain.scan import scan
from backlit.ingest.plain.text import TELLINGS, WORK, tell, text_length
from backlit.ingest.rehearsal import is_small
from backlit.ingest.stylesheets import sheet_in
from backlit.ingest.surroundings import ROOT, Place, Surroundings, within
from backlit.ingest.text import NODES_INSIDE, normal, tag_ids
from backlit.model import ANCHOR_LIMIT, Kind
from backlit.urls import Url

__all__ = ["PlainPage", "PlainReader"]

#: Characters that are looked at around the links of one page.
WORK_LIMIT = 20_000_000
#: Links of a page that are looked at; more go the other way, which bounds them too.
LINKS_LIMIT = 2_000
#: References up to this length are sifted by their beginnings.
SIFTED = 600

_STYLE, _TEXT, _MORE, _IMG = (CLASS[name] for name in ("style", "#text", "#more", "img"))
_READERS = {
    CLASS[name]: READERS[number]
    for name, number in tag_ids(["area", "form", "iframe", "base", "link", "meta", "title"]).items()
}


class _NotPlainAfterAll(Exception):
    """A page has to be read the other way after all."""


class PlainPage(Declared):
    """One page, for as long as its reader does not read the next."""

    __slots__ = ("_links", "_order", "_tree", "sheets")

    def __init__(self, url: Url, tree: PlainTree) -> None:
        super().__init__(url.href)
        self.sheets: list[str] = []
        self._tree = tree
        self._links = 0
        #: how many links of `a` come before each that was found elsewhere
        self._order: list[int] = []

    def read(self, headers: Mapping[str, str]) -> None:
        """Take the facts of the page that the tree holds."""
        tree, numbers = self._tree, self._tree.numbers
        read_headers(self, headers, self.base)
        self._order += [0] * len(self.found)
        attributes = tree.root.attributes
        self.language = language_tag(attributes.get("lang") or attributes.get("xml:lang"))
        self._links = numbers[LINK_COUNT]
        for number in range(numbers[EVENT_COUNT]):
            at = EVENTS + EVENT_FIELDS * number
            self._take(*numbers[at : at + 7])
        if self.language is None:
            self.language = language_tag(headers.get("content-language"))
        self.text_length = text_length(tree.address, tree.buf)

    def _take(self, kind: int, node: int, first: int, last: int, start: int, end: int, before: int) -> None:
        tree = self._tree
        if kind == _STYLE:
            media = tree.attributes(first, last).get("media")
            sheet = sheet_in(
                self._tree.page[start:end].decode("utf-8", "replace"), PlainNode(self._tree, node).tag, media
            )
            if sheet:
                self.sheets.append(sheet)
            return
        _READERS[kind](self, PlainNode(tree, node))
        self._order += [before] * (len(self.found) - len(self._order))

    def located(self, scope: Scope) -> list[Located] | None:
        """The links that `scope` keeps, as `HtmlPage.told` has them; None when that takes too much."""
        try:
            return list(self._told(scope))
        except _NotPlainAfterAll:
            return None

    def _told(self, scope: Scope) -> Iterator[Located]:
        tree = self._tree
        texts, surroundings = _Texts(tree), _Surroundings(tree, self.sheets)
        size = self._links + len(self.found)
        for ordinal, kind, href, node in self._candidates(scope):
            place = scope.locate(href)
            if place is None:
                continue
            if node is None:
                yield place, ordinal, RawLink(kind, href)
            else:
                yield place, ordinal, particulars(kind, href, node, texts, surroundings, (ordinal, size))

    def _candidates(self, scope: Scope) -> Iterator[tuple[int, Kind, str, Node | None]]:
        """What may be kept, by its number on the page."""
        others = zip(self._order, self.found, strict=True)
        place, other = next(others, (self._links, None))
        passed = 0
        for number, node, href in self._sifted(scope):
            while other is not None and place <= number:
                yield place + passed, other[0], other[1], other[2]
                passed += 1
                place, other = next(others, (self._links, None))
            yield number + passed, Kind.A, href, PlainNode(self._tree, node)
        while other is not None:
            yield place + passed, other[0], other[1], other[2]
            passed += 1
            place, other = next(others, (self._links, None))

    def _sifted(self, scope: Scope) -> Iterator[tuple[int, int, str]]:
        tree, numbers = self._tree, self._tree.numbers
        homes = [home.encode() for home in scope.home] or [b"", b""]
        joined = np.frombuffer(b"".join(homes) + bytes(8), np.uint8)
        ends = len(homes[0]), len(homes[0]) + len(homes[1])
        within = sift(tree.address, tree.buf, joined.ctypes.data, *ends, scope.counts_within, SIFTED)
        scope.internal += within
        if numbers[LINK_COUNT] > LINKS_LIMIT:
            raise _NotPlainAfterAll
        for at in range(LINKS, LINKS + LINK_FIELDS * numbers[LINK_COUNT], LINK_FIELDS):
            href = tree.decoded(numbers[at + 1], numbers[at + 2], is_value=True).strip(WHITESPACE)
            if not href:
                raise _NotPlainAfterAll
            yield numbers[at + 3], numbers[at], href


class _Surroundings(Surroundings):
    """The places of a page's links, told without a node for every element around them."""

    __slots__ = ("_tree",)

    def __init__(self, tree: PlainTree, sheets: list[str]) -> None:
        super().__init__(tree.markup, sheets)
        self._tree = tree

    def of(self, node: Node) -> Place:
        number = node.mem_id
        told = self._tree.told(number)
        place = self._place(number, told)
        if place.hidden or self._shows(number, told):
            return place
        hidden = self._concealment.of_link(place.hidden, node, told.tag, node.attributes)
        return place if hidden is place.hidden else place._replace(hidden=hidden)

    def _shows(self, node: int, told: Told) -> bool:
        """Whether nothing within a link or about its colour can hide it, as with most."""
        field = self._tree.field
        is_text = node + 1 == field(node, LAST) or field(node + 1, CLASS_OF) == _TEXT
        return is_text and not told.is_suspect and self._concealment.inking.isdisjoint(told.names)

    def _place(self, node: int, told: Told) -> Place:
        outer = self._around_number(self._tree.numbers[NODES + NODE_FIELDS * node + PARENT])
        return self._within(outer, node, told)

    def _within(self, outer: Place, node: int, told: Told) -> Place:
        hidden, concealment = outer.hidden, self._concealment
        if told.is_suspect or not concealment.hiding.isdisjoint(told.names):
            element = PlainNode(self._tree, node)
            hidden = concealment.of(hidden, element, told.tag, element.attributes)
        return within(outer, told.says, hidden)

    def _around_number(self, node: int) -> Place:
        known, pending, numbers = self._known, [], self._tree.numbers
        while node >= 0 and node not in known:
            pending.append(node)
            node = numbers[NODES + NODE_FIELDS * node + PARENT]
        place = known[node] if node >= 0 else ROOT
        for each in reversed(pending):
            place = known[each] = self._within(place, each, self._tree.told(each))
        return place


class _Texts:
    """The texts of a page's links, as `text.Texts` has them."""

    __slots__ = ("_link", "_tree")

    def __init__(self, tree: PlainTree) -> None:
        self._tree, self._link = tree, -1

    def _tell(self, link: Node) -> None:
        tree = self._tree
        tell(tree.address, tree.buf, link.mem_id, True, tree.out)
        if tree.numbers[WORK] > WORK_LIMIT:
            raise _NotPlainAfterAll
        self._link = link.mem_id

    def inside(self, link: Node) -> tuple[str, str | None]:
        tree = self._tree
        anchor = tree.written(0, tree.numbers[TELLINGS])
        return anchor, self._alts(link.mem_id) if tree.numbers[TELLINGS + 5] else None

    def _alts(self, link: int) -> str:
        tree = self._tree
        inside = (n for n in range(link + 1, tree.field(link, LAST)) if tree.field(n, CLASS_OF) != _MORE)
        images = (n for n in islice(inside, NODES_INSIDE) if tree.field(n, CLASS_OF) == _IMG)
        return normal(" ".join(tree.attributes_of(n).get("alt") or "" for n in images))[:ANCHOR_LIMIT]

    def around(self, link: Node) -> tuple[str, str, bool]:
        self._tell(link)
        tree, at = self._tree, TELLINGS
        _, before, after, end, is_running, _ = tree.numbers[at : at + 6]
        return tree.written(before, after), tree.written(after, end), bool(is_running)


class PlainReader:
    """Reads the pages of one source."""

    __slots__ = ("_tree",)

    def __init__(self) -> None:
        self._tree = PlainTree()

    def page(self, body: bytes, url: Url, headers: Mapping[str, str]) -> PlainPage | None:
        """A page from its bytes; None when it is not plain."""
        text = decoded(body, headers.get("content-type"))
        if isinstance(text, str):
            text = text.encode("utf-8", "replace")
        if not is_small(text) or b"\0" in text or not _is_utf8(text):
            return None
        tree = self._tree
        size = tree.take(text)
        if scan(tree.address, tree.buf, size):
            return None
        page = PlainPage(url, tree)
        page.read(headers)
        return page


def _is_utf8(text: bytes) -> bool:
    if text.isascii():
        return True
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True
