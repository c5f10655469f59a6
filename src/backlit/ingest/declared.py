"""What does a page declare about itself: in its head, in its headers, in the rel of its links?

The words and the values are the same whether Lexbor read the page or a WAT writer did, so both readers
read them here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from selectolax.lexbor import LexborNode

from backlit.model import Kind, Rel, Robots
from backlit.urls import page_key, resolve

__all__ = [
    "AGENTS",
    "WHITESPACE",
    "Declared",
    "language_tag",
    "link_kind",
    "parse_refresh",
    "read_headers",
    "refresh_to",
    "rel_bits",
    "robots_bits",
]

#: A refresh after more seconds than these is a page that renews itself or moves on, not another name.
_REFRESH_SECONDS = 10

WHITESPACE = "\t\n\f\r "  # what the HTML standard calls whitespace
_FEEDS = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")


@dataclass(slots=True)
class Declared:
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
    #: the references to resolve, in document order, each with the element it stands in
    found: list[tuple[Kind, str, LexborNode | None]] = field(default_factory=list)

    @property
    def canonical_key(self) -> str | None:
        """The page key of the canonical URL that the page names, its own included."""
        target = resolve(self.canonical, self.base) if self.canonical else None
        return page_key(target) if target else None

    @property
    def refresh_key(self) -> str | None:
        """The page key of where a refresh leads; None for one that leaves time to read the page."""
        if self.refresh is None or self.refresh[0] > _REFRESH_SECONDS or not self.refresh[1]:
            return None
        target = resolve(self.refresh[1], self.base)
        return page_key(target) if target else None


def refresh_to(page: Declared, content: str) -> None:
    refresh = parse_refresh(content)
    if refresh is None or page.refresh is not None:
        return
    page.refresh = refresh
    if refresh[1]:
        page.found.append((Kind.META_REFRESH, refresh[1], None))


def link_kind(tokens: list[str], attributes: Mapping[str, str | None]) -> Kind | None:
    if "canonical" in tokens:
        return Kind.CANONICAL
    if "amphtml" in tokens:
        return Kind.AMPHTML
    if "alternate" in tokens and "stylesheet" not in tokens:
        if (attributes.get("type") or "").partition(";")[0].strip().lower() in _FEEDS:
            return Kind.FEED
        return Kind.ALTERNATE if attributes.get("hreflang") else None
    return None


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
    return float(delay[1] or 0), reference.strip(WHITESPACE) or None


#: Crawlers whose rules are taken as the page's word; others speak of themselves only.
AGENTS = frozenset(("robots", "googlebot"))
_DIRECTIVES = {
    "noindex": Robots.NOINDEX,
    "nofollow": Robots.NOFOLLOW,
    "none": Robots.NOINDEX | Robots.NOFOLLOW,
}


def robots_bits(content: str) -> int:
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
        if agent in AGENTS or agent == "*":
            bits |= _DIRECTIVES.get(directive.strip(), 0)
    return bits


_link_values = re.compile(r"<([^>]*)>((?:\s*;\s*[^\s;,=]+\s*=\s*(?:\"[^\"]*\"|[^\s;,\"]*))*)").findall
_link_rel = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]*))", re.IGNORECASE).search


def read_headers(page: Declared, headers: Mapping[str, str]) -> None:
    for href, parameters in _link_values(headers.get("link", "")):
        rel = _link_rel(parameters)
        if rel and "canonical" in (rel[1] or rel[2] or "").lower().split():
            page.canonical = page.canonical or href.strip()
            page.found.append((Kind.CANONICAL, href.strip(), None))
    if "refresh" in headers:
        refresh_to(page, headers["refresh"])
    if "x-robots-tag" in headers:
        page.robots |= _header_robots(headers["x-robots-tag"])


_tag = re.compile(r"[A-Za-z]{2,8}(?:[-_][A-Za-z0-9]{1,8})*").fullmatch


def language_tag(value: str | None) -> str | None:
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
