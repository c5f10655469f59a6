"""What does an HTML page say, and which links does it hold?

One parse by Lexbor (the HTML standard's own algorithm), one selector for everything that matters.
The facts of the page are read at once; a link's anchor, context, hiding and placement only for links
that are asked for, since most links of the web stay on their own site and are only counted.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

import ada_url
from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser, LexborNode

from backlit.ingest.assemble import RawLink
from backlit.ingest.charset import decoded
from backlit.ingest.concealment import has_tiny_images
from backlit.ingest.declared import (
    AGENTS,
    WHITESPACE,
    Declared,
    is_another,
    language_tag,
    link_kind,
    making_to,
    read_headers,
    refresh_to,
    rel_bits,
    robots_to,
    tokens,
)
from backlit.ingest.nodes import LinkTexts, Node
from backlit.ingest.placement.lean import placed, signs
from backlit.ingest.prescan import refusal
from backlit.ingest.stylesheets import sheet_of
from backlit.ingest.surroundings import Surroundings, said
from backlit.ingest.text import TEXT, Texts, normal, tag_ids
from backlit.ingest.trackers import trackers_of
from backlit.model import ANCHOR_LIMIT, TITLE_LIMIT, Hidden, Kind
from backlit.urls import Url

__all__ = ["OPTIONS", "READERS", "HtmlPage", "particulars", "read_html", "without_code"]

_A, _AREA, _CANONICAL = Kind.A, Kind.AREA, Kind.CANONICAL
OPTIONS = int(LexborDocumentOptions.WO_EVENTS)
T = TypeVar("T")

#: Links that are placed together: bounds what a page of a million links takes.
TOGETHER = 1_024


@dataclass(slots=True)
class HtmlPage(Declared):
    """One page: what it says of itself, and its links."""

    #: the page as it was parsed
    markup: bytes = b""
    #: its style sheets that may hide something
    sheets: list[str] = field(default_factory=list)

    def links(self) -> Iterator[RawLink]:
        """Every link with all that can be said of it, in document order, those of the headers first."""
        return (link for _, _, link in self.kept(lambda href: href))

    def kept(self, locate: Callable[[str], T | None]) -> Iterator[tuple[T, int, RawLink]]:
        """The links that `locate` finds a place for, with that place and the ordinal on the page."""
        found = self.told(locate)
        while together := list(islice(found, TOGETHER)):
            links = [link for _, _, link in together]
            parts = placed([link.placement for link in links], [link.signs for link in links])
            for (place, ordinal, link), part in zip(together, parts, strict=True):
                yield place, ordinal, link._replace(placement=part, signs=None)

    def told(self, locate: Callable[[str], T | None]) -> Iterator[tuple[T, int, RawLink]]:
        """The same in bulk: `placement` is what the rules say, until `signs` are weighed with others."""
        texts, surroundings, size = Texts(), Surroundings(self.markup, self.sheets), len(self.found)
        for ordinal, (kind, href, node) in enumerate(self.found):
            place = locate(href)
            if place is None:
                continue
            if node is None:
                yield place, ordinal, RawLink(kind, href)
            else:
                yield place, ordinal, particulars(kind, href, node, texts, surroundings, (ordinal, size))


def read_html(
    body: bytes,
    *,
    url: Url,
    headers: Mapping[str, str] | None = None,
    guard: Callable[[bytes], str | None] | None = None,
) -> HtmlPage:
    """Read a page from its bytes; `headers` are the response's, with names in lower case.

    `guard` is shown the page in UTF-8 before it is parsed, and may say why it is not to be.

    >>> from backlit.urls import parse_url
    >>> page = read_html(b'<p>See <a href="/b" rel=UGC>this</a>', url=parse_url("https://a.example/"))
    >>> [(link.href, link.rel, link.anchor, link.before) for link in page.links()]
    [('/b', 2, 'this', 'See')]
    """
    page = HtmlPage(url.href)
    if headers:
        read_headers(page, headers, url.href)
    text = decoded(body, headers.get("content-type") if headers else None)
    if isinstance(text, str):  # looked at and parsed in the same bytes
        text = text.encode("utf-8", "replace")
    page.problem = refusal(text) or (guard(text) if guard else None)
    if page.problem is not None:
        page.complete = False
        return page
    page.markup = text
    page.trackers = trackers_of(text)
    tree = LexborHTMLParser(text, options=OPTIONS)
    _read_elements(page, tree)
    if page.language is None and headers:
        page.language = language_tag(headers.get("content-language"))
    page.text_length = len(tree.body.text(separator=" ", strip=True, skip_empty=True)) if tree.body else 0
    return page


def _read_elements(page: HtmlPage, tree: LexborHTMLParser) -> None:
    """Take the facts and the links from one walk over all elements, and scripts out of the tree."""
    root, found = tree.root, page.found
    if root is None:
        return
    attributes = root.attributes
    page.language = language_tag(attributes.get("lang") or attributes.get("xml:lang"))
    unseen: list[LexborNode] = []
    for node in root.traverse():
        tag = node.tag_id
        if tag == _A_ID:
            href = node.attrs.get("href") or node.attrs.get("xlink:href")  # the latter within SVG
            if href and (href := href.strip(WHITESPACE)):
                found.append((_A, href, node))
        elif tag in READERS:
            READERS[tag](page, node)
        elif tag in _UNSEEN and _is_linkless(node):
            unseen.append(node)
            if tag == _STYLE_ID and (sheet := sheet_of(node)):
                page.sheets.append(sheet)
    for node in unseen:
        node.decompose()


def without_code(tree: LexborHTMLParser) -> None:
    """Take scripts and styles out of a tree, as they are taken out of a page's."""
    root = tree.root
    nodes = [] if root is None else [n for n in root.traverse() if n.tag_id in _UNSEEN and _is_linkless(n)]
    for node in nodes:
        node.decompose()


def _is_linkless(node: LexborNode) -> bool:
    """Whether an element holds no links, as scripts and styles do not outside of SVG."""
    child = node.first_child
    is_text = child is None or (child.tag_id == TEXT and child.next is None)
    return is_text or node.css_first("a,area,form,iframe") is None


def _reader_of(kind: Kind, attribute: str) -> Callable[[Declared, Node], None]:
    def read(page: Declared, node: Node) -> None:
        href = (node.attrs.get(attribute) or "").strip(WHITESPACE)
        if href:
            page.found.append((kind, href, node))

    return read


def _read_title(page: Declared, node: Node) -> None:
    if page.title is None and not _is_drawn(node):
        page.title = normal(node.text())[:TITLE_LIMIT].rstrip() or None


_HTML_WITHIN = frozenset(
    ("foreignobject", "desc", "title", "annotation-xml", "mi", "mo", "mn", "ms", "mtext")
)


def _is_drawn(node: Node) -> bool:
    """Whether an element is one of SVG or MathML, where the same names mean other things."""
    parent = node.parent
    while parent is not None and (name := parent.tag) is not None:
        if name in ("svg", "math"):
            return True
        if name.lower() in _HTML_WITHIN:
            return False
        parent = parent.parent
    return False


def _read_base(page: Declared, node: Node) -> None:
    """The base URL by the standard: the first base element with an href, unless it is no place."""
    href = node.attrs.get("href")
    if href is None or page.has_base or _is_drawn(node):
        return
    page.has_base = True
    try:
        base = ada_url.join_url(page.base, href)
    except ValueError:
        return
    if not base.startswith(("javascript:", "data:")):
        page.base = base


def _read_link(page: Declared, node: Node) -> None:
    rel = (node.attrs.get("rel") or "").lower()
    if not _names_a_page(rel):  # most are style sheets and icons
        return
    attributes = node.attrs
    href = (attributes.get("href") or "").strip(WHITESPACE)
    kind = link_kind(tokens(rel), attributes) if href else None
    if kind is None:
        return
    page.found.append((kind, href, None))
    if kind is _CANONICAL and page.canonical is None and _in_head(node) and not is_another(attributes):
        page.canonical = href


_names_a_page = re.compile(r"canonical|alternate|amphtml").search


def _in_head(node: Node) -> bool:
    """Whether the element stands in the head: a canonical in the body is anyone's."""
    parent = node.parent
    while parent is not None and parent.tag == "noscript":
        parent = parent.parent
    return parent is not None and parent.tag == "head"


def _read_meta(page: Declared, node: Node) -> None:
    attributes = node.attributes
    name, pragma = attributes.get("name"), attributes.get("http-equiv")
    if name and name.strip().lower() in AGENTS:
        robots_to(page, attributes.get("content") or "")
    elif told := name or attributes.get("property") or attributes.get("itemprop"):
        making_to(page, told.strip().lower(), attributes.get("content") or "")
    if pragma:
        pragma = pragma.strip().lower()
        if pragma == "refresh":
            refresh_to(page, attributes.get("content") or "")
        elif pragma == "content-language" and page.language is None:
            page.language = language_tag(attributes.get("content"))


#: What reads an element, by Lexbor's numbers of the tags; scripts and styles are no part of the text.
_A_ID, _SCRIPT_ID, _STYLE_ID = tag_ids(["a", "script", "style"]).values()
_UNSEEN = (_SCRIPT_ID, _STYLE_ID)
READERS = {
    number: {
        "area": _reader_of(Kind.AREA, "href"),
        "form": _reader_of(Kind.FORM, "action"),
        "iframe": _reader_of(Kind.IFRAME, "src"),
        "base": _read_base,
        "link": _read_link,
        "meta": _read_meta,
        "title": _read_title,
    }[name]
    for name, number in tag_ids(["area", "form", "iframe", "base", "link", "meta", "title"]).items()
}


def particulars(
    kind: Kind, href: str, node: Node, texts: LinkTexts, surroundings: Surroundings, at: tuple[int, int]
) -> RawLink:
    place = surroundings.of(node)
    before, after, is_running = texts.around(node)
    anchor = alt = None
    if kind is _A:
        anchor, alt = texts.inside(node)
    elif kind is _AREA:
        alt = normal(node.attrs.get("alt") or "")[:ANCHOR_LIMIT]
    rule = said(place, is_running=is_running)
    weighed = signs(place.path, rule, href, at, (anchor, before, after), is_running=is_running)
    rel, hidden = rel_bits(node.attrs.get("rel")), place.hidden
    if not hidden and not anchor and alt is not None and kind is _A and has_tiny_images(node):
        hidden = Hidden.TINY_IMAGE
    return RawLink(kind, href, rel, anchor, alt, rule, hidden, before, after, weighed)
