"""What does a plain page say, and which links does it hold? The same as `html` says, at a third of the cost.

A page is read by compiled kernels straight from its bytes (`scan`, `tree`, `text`); its
facts and the links that are kept are judged by the very functions that judge Lexbor's nodes. A page that is
not plain, or large, or not UTF-8, is left to `html.read_html`.
"""

from bisect import bisect_right
from collections.abc import Mapping
from operator import itemgetter

import numpy as np

from backlit.ingest.assemble import Located
from backlit.ingest.charset import decoded
from backlit.ingest.declared import WHITESPACE, Declared, language_tag, read_headers
from backlit.ingest.html import READERS
from backlit.ingest.plain.kept import Candidate, NotPlainAfterAll, told
from backlit.ingest.plain.layout import EVENT_COUNT, EVENT_FIELDS, EVENTS, LINK_COUNT
from backlit.ingest.plain.links import sift
from backlit.ingest.plain.names import CLASS
from backlit.ingest.plain.nodes import PAGE_BYTES, PlainNode, PlainTree
from backlit.ingest.plain.scan import scan
from backlit.ingest.plain.text import text_length
from backlit.ingest.plain.tracked import tracked
from backlit.ingest.rehearsal import has_few_tags
from backlit.ingest.scope import Scope
from backlit.ingest.stylesheets import SHEET_LIMIT, sheet_in
from backlit.ingest.text import tag_ids
from backlit.ingest.trackers import trackers_at
from backlit.model import Kind
from backlit.urls import Url

__all__ = ["PlainPage", "PlainReader"]

#: Links of a page that are looked at; more go the other way, which bounds them too.
LINKS_LIMIT = 2_000
#: References up to this length are sifted by their beginnings.
SIFTED = 600

_number, _reference = itemgetter(0), itemgetter(2)
_STYLE = CLASS["style"]
_READERS = {
    CLASS[name]: READERS[number]
    for name, number in tag_ids(["area", "form", "iframe", "base", "link", "meta", "title"]).items()
}


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
        self.trackers = trackers_at(tree.page, tracked(tree.buf, len(tree.page)))

    def _take(self, kind: int, node: int, first: int, last: int, start: int, end: int, before: int) -> None:
        tree = self._tree
        if kind == _STYLE:
            if end - start > 4 * SHEET_LIMIT:  # however many bytes its characters take
                return
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
        size = self._links + len(self.found)
        try:
            return told(self._tree, self.sheets, scope, self._candidates(scope), size)
        except NotPlainAfterAll:
            return None

    def _candidates(self, scope: Scope) -> list[Candidate]:
        """What may be kept, in order, each with its number on the page."""
        order = self._order
        found = [
            (place + passed, kind, href, -1 if node is None else node.mem_id, -1, -1)
            for passed, (place, (kind, href, node)) in enumerate(zip(order, self.found, strict=True))
        ]
        links = self._sifted(scope)
        if not found:
            return links
        numbered = ((link[0] + bisect_right(order, link[0]), *link[1:]) for link in links)
        return sorted((*found, *numbered), key=_number)

    def _sifted(self, scope: Scope) -> list[Candidate]:
        """The links of `a` that do not lead around their own site, by their number among those of `a`."""
        tree = self._tree
        homes = [home.encode() for home in scope.home] or [b"", b""]
        joined = np.frombuffer(b"".join(homes) + bytes(8), np.uint8)
        ends = len(homes[0]), len(homes[0]) + len(homes[1])
        within = sift(
            *(tree.address, tree.buf, joined.ctypes.data, *ends),
            *(scope.counts_within, scope.is_based, SIFTED),
        )
        scope.internal += within
        count = tree.numbers[LINK_COUNT]
        if count > LINKS_LIMIT:
            raise NotPlainAfterAll
        links = [
            (number, Kind.A, tree.decoded(start, end, is_value=True).strip(WHITESPACE), node, start, end)
            for node, start, end, number in tree.links(count).tolist()
        ]
        if not all(map(_reference, links)):
            raise NotPlainAfterAll
        return links


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
        if len(text) > PAGE_BYTES or not has_few_tags(text):
            return None
        tree = self._tree
        size = tree.take(text)
        if size < 0 or scan(tree.address, tree.buf, size):
            return None
        page = PlainPage(url, tree)
        page.read(headers)
        return page
