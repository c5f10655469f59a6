"""What does an HTML page say, and which links does it hold?

One parse by Lexbor (the HTML standard's own algorithm), one selector for everything that matters.
The facts of the page are read at once; a link's anchor, context, hiding and placement only for links
that are asked for, since most links of the web stay on their own site and are only counted.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar

import ada_url
from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser, LexborNode

from backlit.ingest.assemble import RawLink
from backlit.ingest.charset import decoded
from backlit.ingest.prescan import refusal
from backlit.ingest.surroundings import Surroundings
from backlit.ingest.text import Texts, normal, tag_ids
from backlit.model import ANCHOR_LIMIT, TITLE_LIMIT, Kind, Placement, Rel, Robots
from backlit.urls import Url, page_key, resolve

__all__ = ["HtmlPage", "parse_refresh", "read_html", "rel_bits"]

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
_FEEDS = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")
_STRIP = "\t\n\f\r "  # what the HTML standard calls whitespace


T = TypeVar("T")


@dataclass(slots=True)
class HtmlPage:
    """The facts of one page. `complete` is false for a page that was not parsed; `problem` says why."""

    base: str
    title: str | None = None
    language: str | None = None
    robots: int = 0
    canonical: str | None = None
    text_length: int | None = None
    complete: bool = True
    problem: str | None = None
    #: seconds and reference of the first refresh; None for the reference is the page itself
    refresh: tuple[float, str | None] | None = None
    found: list[tuple[Kind, str, LexborNode | None]] = field(default_factory=list)

    @property
    def canonical_key(self) -> str | None:
        """The page key of the canonical URL that the page names, its own included."""
        target = resolve(self.canonical, self.base) if self.canonical else None
        return page_key(target) if target else None

    def links(self) -> Iterator[RawLink]:
        """Every link with all that can be said of it, in document order, those of the headers first."""
        return (link for _, _, link in self.kept(lambda href: href))

    def kept(self, locate: Callable[[str], T | None]) -> Iterator[tuple[T, int, RawLink]]:
        """The links that `locate` finds a place for, with that place and the ordinal on the page."""
        texts, surroundings = Texts(), Surroundings()
        for ordinal, (kind, href, node) in enumerate(self.found):
            place = locate(href)
            if place is None:
                continue
            if node is None:
                yield place, ordinal, RawLink(kind, href)
            else:
                yield place, ordinal, _particulars(kind, href, node, texts, surroundings)


def read_html(body: bytes, *, url: Url, headers: Mapping[str, str] | None = None) -> HtmlPage:
    """Read a page from its bytes; `headers` are the response's, with names in lower case.

    >>> from backlit.urls import parse_url
    >>> page = read_html(b'<p>See <a href="/b" rel=UGC>this</a>', url=parse_url("https://a.example/"))
    >>> [(link.href, link.rel, link.anchor, link.before) for link in page.links()]
    [('/b', 2, 'this', 'See')]
    """
    page = HtmlPage(url.href)
    if headers:
        _read_headers(page, headers)
    page.problem = refusal(body)
    if page.problem is not None:
        page.complete = False
        return page
    tree = LexborHTMLParser(decoded(body, headers.get("content-type") if headers else None), options=_OPTIONS)
    _read_elements(page, tree, url)
    if page.language is None and headers:
        page.language = _language(headers.get("content-language"))
    page.text_length = len(tree.body.text(separator=" ", strip=True, skip_empty=True)) if tree.body else 0
    return page


def _read_elements(page: HtmlPage, tree: LexborHTMLParser, url: Url) -> None:
    """Take the facts and the links from one walk over all elements, and scripts out of the tree."""
    root, names, found = tree.root, _TAG_IDS, page.found
    if root is None:
        return
    attributes = root.attributes
    page.language = _language(attributes.get("lang") or attributes.get("xml:lang"))
    has_base = False
    for name, node in [(names[i], node) for node in root.traverse() if (i := node.tag_id) in names]:
        if name == "a":
            href = node.attrs.get("href") or node.attrs.get("xlink:href")  # the latter within SVG
            if href and (href := href.strip(_STRIP)):
                found.append((Kind.A, href, node))
        elif name in _UNSEEN:
            node.decompose()
        elif name in _PLAIN:
            kind, attribute = _PLAIN[name]
            href = (node.attrs.get(attribute) or "").strip(_STRIP)
            if href:
                found.append((kind, href, node))
        elif name == "base":
            href = node.attrs.get("href")
            if href is not None and not has_base:
                has_base = True
                page.base = _base(href, url)
        else:
            _HEAD[name](page, node)


def _read_title(page: HtmlPage, node: LexborNode) -> None:
    if page.title is None and node.parent is not None and node.parent.tag != "svg":
        page.title = normal(node.text())[:TITLE_LIMIT].rstrip() or None


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
    href = (attributes.get("href") or "").strip(_STRIP)
    kind = _link_kind(rel.split(), attributes) if href else None
    if kind is None:
        return
    page.found.append((kind, href, None))
    if kind is Kind.CANONICAL and page.canonical is None and _in_head(node):
        page.canonical = href


_names_a_page = re.compile(r"canonical|alternate|amphtml").search


def _link_kind(tokens: list[str], attributes: Mapping[str, str | None]) -> Kind | None:
    if "canonical" in tokens:
        return Kind.CANONICAL
    if "amphtml" in tokens:
        return Kind.AMPHTML
    if "alternate" in tokens and "stylesheet" not in tokens:
        if (attributes.get("type") or "").partition(";")[0].strip().lower() in _FEEDS:
            return Kind.FEED
        return Kind.ALTERNATE if attributes.get("hreflang") else None
    return None


def _in_head(node: LexborNode) -> bool:
    """Whether the element stands in the head: a canonical in the body is anyone's."""
    parent = node.parent
    while parent is not None and parent.tag == "noscript":
        parent = parent.parent
    return parent is not None and parent.tag == "head"


def _read_meta(page: HtmlPage, node: LexborNode) -> None:
    name = node.attrs.get("name")
    if name and name.strip().lower() in _AGENTS:
        page.robots |= _robots(node.attrs.get("content") or "")
    pragma = (node.attrs.get("http-equiv") or "").strip().lower()
    if pragma == "refresh":
        _refresh_to(page, node.attrs.get("content") or "")
    elif pragma == "content-language" and page.language is None:
        page.language = _language(node.attrs.get("content"))


def _refresh_to(page: HtmlPage, content: str) -> None:
    refresh = parse_refresh(content)
    if refresh is None or page.refresh is not None:
        return
    page.refresh = refresh
    if refresh[1]:
        page.found.append((Kind.META_REFRESH, refresh[1], None))


_HEAD = {"link": _read_link, "meta": _read_meta, "title": _read_title}

_delay = re.compile(r"[\t\n\f\r ]*(?:(\d+)[\d.]*|(?=\.)[\d.]+)(?=[;,\t\n\f\r ]|$)(.*)", re.DOTALL).match
_after_delay = re.compile(
    r"[\t\n\f\r ]*[;,]?[\t\n\f\r ]*(?:url[\t\n\f\r ]*=[\t\n\f\r ]*)?([\"']?)(.*)", re.DOTALL | re.IGNORECASE
).match


def parse_refresh(content: str) -> tuple[float, str | None] | None:
    """Seconds and reference of a refresh by the HTML standard; None when it is no refresh."""
    delay = _delay(content)
    if delay is None:
        return None
    rest = _after_delay(delay[2])
    assert rest is not None  # every part of it may be empty
    quote, reference = rest.groups()
    if quote:
        reference = reference.partition(quote)[0]
    return float(delay[1] or 0), reference.strip(_STRIP) or None


#: Crawlers whose rules are taken as the page's word; others speak of themselves only.
_AGENTS = frozenset(("robots", "googlebot"))
_DIRECTIVES = {
    "noindex": Robots.NOINDEX,
    "nofollow": Robots.NOFOLLOW,
    "none": Robots.NOINDEX | Robots.NOFOLLOW,
}


def _robots(content: str) -> int:
    bits = 0
    for token in content.lower().split(","):
        bits |= _DIRECTIVES.get(token.strip(), 0)
    return bits


_agent = re.compile(r"\s*([a-z0-9*_-]+)\s*:(.*)", re.DOTALL).match


def _header_robots(value: str) -> int:
    """X-Robots-Tag: `noindex, nofollow`, or with the agents it is for: `otherbot: noindex`."""
    bits, agent = 0, "robots"
    for token in value.lower().split(","):
        named = _agent(token)
        if named and not named[1].startswith(("unavailable_after", "max-")):
            agent = named[1]
        directive = named[2] if named else token
        if agent in _AGENTS or agent == "*":
            bits |= _DIRECTIVES.get(directive.strip(), 0)
    return bits


_link_values = re.compile(r"<([^>]*)>((?:\s*;\s*[^\s;,=]+\s*=\s*(?:\"[^\"]*\"|[^\s;,\"]*))*)").findall
_link_rel = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]*))", re.IGNORECASE).search


def _read_headers(page: HtmlPage, headers: Mapping[str, str]) -> None:
    for href, parameters in _link_values(headers.get("link", "")):
        rel = _link_rel(parameters)
        if rel and "canonical" in (rel[1] or rel[2] or "").lower().split():
            page.canonical = page.canonical or href.strip()
            page.found.append((Kind.CANONICAL, href.strip(), None))
    if "refresh" in headers:
        _refresh_to(page, headers["refresh"])
    if "x-robots-tag" in headers:
        page.robots |= _header_robots(headers["x-robots-tag"])


_tag = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8})*").fullmatch


def _language(value: str | None) -> str | None:
    """A language tag; None for what is none, or for a list of several."""
    value = value.strip() if value else ""
    return value if len(value) <= 35 and _tag(value) else None


_REL = {
    "nofollow": Rel.NOFOLLOW,
    "ugc": Rel.UGC,
    "sponsored": Rel.SPONSORED,
    "noopener": Rel.NOOPENER,
    "noreferrer": Rel.NOREFERRER,
    "external": Rel.EXTERNAL,
    "me": Rel.ME,
    "author": Rel.AUTHOR,
    "tag": Rel.TAG,
    "bookmark": Rel.BOOKMARK,
    "license": Rel.LICENSE,
}


@lru_cache(maxsize=4096)
def rel_bits(rel: str | None) -> int:
    """The tokens of a rel attribute, in any case and order; 0 for none, OTHER for unknown ones."""
    bits = 0
    for token in (rel or "").lower().split():
        bits |= _REL.get(token, Rel.OTHER)
    return int(bits)


def _particulars(
    kind: Kind, href: str, node: LexborNode, texts: Texts, surroundings: Surroundings
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
    placement = place.placement
    if placement is None and (place.in_content or is_running):
        placement = Placement.CONTENT
    hidden = int(place.hidden)
    return RawLink(kind, href, rel, anchor, alt, placement, hidden, before, after)
