"""What does an HTML page say, and which links does it hold?

One parse by Lexbor (the HTML standard's own algorithm), one selector for everything that matters.
The facts of the page are read at once; a link's anchor, context, hiding and placement only for links
that are asked for, since most links of the web stay on their own site and are only counted.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

import ada_url
from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser, LexborNode

from backlit.ingest.assemble import RawLink
from backlit.ingest.charset import decoded
from backlit.ingest.declared import (
    AGENTS,
    WHITESPACE,
    Declared,
    is_another,
    language_tag,
    link_kind,
    read_headers,
    refresh_to,
    rel_bits,
    robots_to,
    tokens,
)
from backlit.ingest.placement.lean import Look, placed
from backlit.ingest.prescan import refusal
from backlit.ingest.surroundings import Surroundings, said
from backlit.ingest.text import Texts, normal, tag_ids
from backlit.model import ANCHOR_LIMIT, TITLE_LIMIT, Kind
from backlit.urls import Url

__all__ = ["HtmlPage", "read_html"]

_OPTIONS = int(LexborDocumentOptions.WO_EVENTS)
_PLAIN = {
    "a": (Kind.A, "href"),
    "area": (Kind.AREA, "href"),
    "form": (Kind.FORM, "action"),
    "iframe": (Kind.IFRAME, "src"),
}
_UNSEEN = ("script", "style")


_TAG_IDS = {
    number: name for name, number in tag_ids([*_PLAIN, *_UNSEEN, "base", "link", "meta", "title"]).items()
}


T = TypeVar("T")


@dataclass(slots=True)
class HtmlPage(Declared):
    """One page: what it says of itself, and its links."""

    def links(self) -> Iterator[RawLink]:
        """Every link with all that can be said of it, in document order, those of the headers first."""
        return (link for _, _, link in self.kept(lambda href: href))

    def kept(self, locate: Callable[[str], T | None]) -> Iterator[tuple[T, int, RawLink]]:
        """The links that `locate` finds a place for, with that place and the ordinal on the page."""
        texts, surroundings, size = Texts(), Surroundings(), len(self.found)
        for ordinal, (kind, href, node) in enumerate(self.found):
            place = locate(href)
            if place is None:
                continue
            if node is None:
                yield place, ordinal, RawLink(kind, href)
            else:
                yield place, ordinal, _particulars(kind, href, node, texts, surroundings, (ordinal, size))


def read_html(body: bytes, *, url: Url, headers: Mapping[str, str] | None = None) -> HtmlPage:
    """Read a page from its bytes; `headers` are the response's, with names in lower case.

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
    page.problem = refusal(text)
    if page.problem is not None:
        page.complete = False
        return page
    tree = LexborHTMLParser(text, options=_OPTIONS)
    _read_elements(page, tree, url)
    if page.language is None and headers:
        page.language = language_tag(headers.get("content-language"))
    page.text_length = len(tree.body.text(separator=" ", strip=True, skip_empty=True)) if tree.body else 0
    return page


def _read_elements(page: HtmlPage, tree: LexborHTMLParser, url: Url) -> None:
    """Take the facts and the links from one walk over all elements, and scripts out of the tree."""
    root, names, found = tree.root, _TAG_IDS, page.found
    if root is None:
        return
    attributes = root.attributes
    page.language = language_tag(attributes.get("lang") or attributes.get("xml:lang"))
    has_base = False
    for name, node in [(names[i], node) for node in root.traverse() if (i := node.tag_id) in names]:
        if name == "a":
            href = node.attrs.get("href") or node.attrs.get("xlink:href")  # the latter within SVG
            if href and (href := href.strip(WHITESPACE)):
                found.append((Kind.A, href, node))
        elif name in _UNSEEN:
            node.decompose()
        elif name in _PLAIN:
            kind, attribute = _PLAIN[name]
            href = (node.attrs.get(attribute) or "").strip(WHITESPACE)
            if href:
                found.append((kind, href, node))
        elif name == "base":
            href = node.attrs.get("href")
            if href is not None and not has_base and not _is_drawn(node):
                has_base = True
                page.base = _base(href, url)
        else:
            _HEAD[name](page, node)


def _read_title(page: HtmlPage, node: LexborNode) -> None:
    if page.title is None and not _is_drawn(node):
        page.title = normal(node.text())[:TITLE_LIMIT].rstrip() or None


_HTML_WITHIN = frozenset(
    ("foreignobject", "desc", "title", "annotation-xml", "mi", "mo", "mn", "ms", "mtext")
)


def _is_drawn(node: LexborNode) -> bool:
    """Whether an element is one of SVG or MathML, where the same names mean other things."""
    parent = node.parent
    while parent is not None and (name := parent.tag) is not None:
        if name in ("svg", "math"):
            return True
        if name.lower() in _HTML_WITHIN:
            return False
        parent = parent.parent
    return False


def _base(href: str, url: Url) -> str:
    """The base URL by the standard: the first base element with an href, unless it is no place."""
    try:
        base = ada_url.join_url(url.href, href)
    except ValueError:
        return url.href
    return url.href if base.startswith(("javascript:", "data:")) else base


def _read_link(page: HtmlPage, node: LexborNode) -> None:
    rel = (node.attrs.get("rel") or "").lower()
    if not _names_a_page(rel):  # most are style sheets and icons
        return
    attributes = node.attributes
    href = (attributes.get("href") or "").strip(WHITESPACE)
    kind = link_kind(tokens(rel), attributes) if href else None
    if kind is None:
        return
    page.found.append((kind, href, None))
    if kind is Kind.CANONICAL and page.canonical is None and _in_head(node) and not is_another(attributes):
        page.canonical = href


_names_a_page = re.compile(r"canonical|alternate|amphtml").search


def _in_head(node: LexborNode) -> bool:
    """Whether the element stands in the head: a canonical in the body is anyone's."""
    parent = node.parent
    while parent is not None and parent.tag == "noscript":
        parent = parent.parent
    return parent is not None and parent.tag == "head"


def _read_meta(page: HtmlPage, node: LexborNode) -> None:
    name = node.attrs.get("name")
    if name and name.strip().lower() in AGENTS:
        robots_to(page, node.attrs.get("content") or "")
    pragma = (node.attrs.get("http-equiv") or "").strip().lower()
    if pragma == "refresh":
        refresh_to(page, node.attrs.get("content") or "")
    elif pragma == "content-language" and page.language is None:
        page.language = language_tag(node.attrs.get("content"))


_HEAD = {"link": _read_link, "meta": _read_meta, "title": _read_title}


def _particulars(
    kind: Kind, href: str, node: LexborNode, texts: Texts, surroundings: Surroundings, at: tuple[int, int]
) -> RawLink:
    attributes = node.attributes
    rel = rel_bits(attributes.get("rel"))
    place = surroundings.of(node, attributes)
    before, after, is_running = texts.around(node)
    anchor = alt = None
    if kind is Kind.A:
        anchor, alt = texts.inside(node)
    elif kind is Kind.AREA:
        alt = normal(attributes.get("alt") or "")[:ANCHOR_LIMIT]
    rule = said(place, is_running=is_running)
    placement = placed(place.path, rule, Look(href, anchor, *at, before, after, is_running))
    hidden = int(place.hidden)
    return RawLink(kind, href, rel, anchor, alt, placement, hidden, before, after)
