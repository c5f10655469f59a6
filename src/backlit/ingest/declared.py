"""What does a page declare about itself: in its head, in its headers, in the rel of its links?

The words and the values are the same whether Lexbor read the page or a WAT writer did, so both readers
read them here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

from backlit.ingest.nodes import Node, Values
from backlit.ingest.text import normal
from backlit.model import Kind, Rel, Robots
from backlit.urls import page_key, resolve

__all__ = [
    "AGENTS",
    "AUTHORS",
    "DATES",
    "FACT_LIMIT",
    "WHITESPACE",
    "Declared",
    "instant_of",
    "is_another",
    "language_tag",
    "link_kind",
    "making_to",
    "parse_refresh",
    "read_headers",
    "refresh_to",
    "rel_bits",
    "robots_to",
    "tokens",
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
    #: when the page asks to be forgotten; from then on it counts as noindex
    unavailable_after: datetime | None = None
    canonical: str | None = None
    text_length: int | None = None
    generator: str | None = None
    author: str | None = None
    #: when it was published, as it is written
    published: str | None = None
    #: ids of counters and tags; None where the page was not parsed
    trackers: tuple[str, ...] | None = None
    complete: bool = True
    problem: str | None = None
    #: seconds and reference of the first refresh; None for the reference is the page itself
    refresh: tuple[float, str | None] | None = None
    #: the references to resolve, in document order, each with the element it stands in
    found: list[tuple[Kind, str, Node | None]] = field(default_factory=list)
    has_base: bool = False

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

    def robots_at(self, moment: int) -> int:
        """The robots bits of a look at `moment`, in UTC microseconds."""
        past = self.unavailable_after is not None and self.unavailable_after.timestamp() * 1e6 < moment
        return self.robots | Robots.NOINDEX if past else self.robots


_spaced = re.compile(f"[^{WHITESPACE}]+").findall
_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def tokens(value: str) -> list[str]:
    """The tokens of an attribute: split and folded as the HTML standard does, for ASCII alone."""
    return _spaced(value.translate(_LOWER))


def refresh_to(page: Declared, content: str) -> None:
    """Take a refresh, unless there was one; its reference is resolved against the base known by then."""
    refresh = parse_refresh(content)
    if refresh is None or page.refresh is not None:
        return
    seconds, reference = refresh
    if reference:
        reference = resolve(reference, page.base) or reference
        page.found.append((Kind.META_REFRESH, reference, None))
    page.refresh = seconds, reference


#: Names of meta tags that tell of an author, and of when a page was published, those of most weight first.
AUTHORS = ("author", "article:author", "dc.creator", "parsely-author", "sailthru.author")
DATES = ("article:published_time", "datepublished", "date", "dc.date", "dc.date.issued", "parsely-pub-date")
#: Characters of a fact.
FACT_LIMIT = 200
_MAKING = {
    "generator": "generator",
    **dict.fromkeys(AUTHORS, "author"),
    **dict.fromkeys(DATES, "published"),
}


def making_to(page: Declared, name: str, content: str) -> None:
    """Take what a meta tag tells of the page's making, unless one did; `name` is in lower case."""
    fact = _MAKING.get(name)
    if fact is None or getattr(page, fact) is not None:
        return
    told = normal(content[: 4 * FACT_LIMIT])[:FACT_LIMIT].rstrip()
    if told and not (fact == "author" and told.startswith("http")):
        setattr(page, fact, told)


def instant_of(stated: str) -> int | None:
    """A date as pages write it (ISO 8601), in UTC microseconds; None for another or an absurd one.

    >>> instant_of("2024-05-06T07:08:09+02:00")
    1714972089000000
    """
    try:
        moment = datetime.fromisoformat(stated)
    except ValueError:
        return None
    if not 1990 <= moment.year <= 2100:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(moment.timestamp()) * 1_000_000


def link_kind(tokens: list[str], attributes: Values) -> Kind | None:
    if "canonical" in tokens:
        return Kind.CANONICAL
    if "amphtml" in tokens:
        return Kind.AMPHTML
    if "alternate" in tokens and "stylesheet" not in tokens:
        if (attributes.get("type") or "").partition(";")[0].strip().lower() in _FEEDS:
            return Kind.FEED
        return Kind.ALTERNATE if attributes.get("hreflang") else None
    return None


def is_another(attributes: Values) -> bool:
    """Whether a canonical link is about a version of the page in another language, medium or format.

    Google's documentation says that it does not take such a link for the page's canonical.
    """
    return any(attributes.get(name) for name in ("hreflang", "media", "type"))


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


_VALUED = ("unavailable_after", "max-")
#: The day of the week and its comma, in the dates that have them.
_weekday = re.compile(r"(unavailable_after\s*:\s*)[a-z]+,").sub


def _directives(content: str) -> list[str]:
    return _weekday(r"\1", content.lower()).split(",")


def robots_to(page: Declared, content: str) -> None:
    """Take the directives of a robots meta tag."""
    for directive in _directives(content):
        _direct(page, directive.strip())


def _direct(page: Declared, directive: str) -> None:
    page.robots |= _DIRECTIVES.get(directive, 0)
    name, colon, date = directive.partition(":")
    if colon and name.strip() == "unavailable_after":
        moment = _moment(date.strip().upper())
        if moment and (page.unavailable_after is None or moment < page.unavailable_after):
            page.unavailable_after = moment


def _moment(date: str) -> datetime | None:
    """A date by RFC 822, RFC 850 or ISO 8601; without a zone it is UTC. None for what is none."""
    for parse in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = parse(date)
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            continue
    return None


_agent = re.compile(r"\s*([a-z0-9*_-]+)\s*:(.*)", re.DOTALL).match


def _header_robots(page: Declared, value: str) -> None:
    """X-Robots-Tag: `noindex, nofollow`, or with the agents it is for: `otherbot: noindex`.

    A header of its own, each on a line of `value`, speaks to all agents until it names one.
    """
    for line in value.split("\n"):
        agent = "robots"
        for directive in _directives(line):
            named = _agent(directive)
            if named and not named[1].startswith(_VALUED):
                agent, directive = named[1], named[2]  # noqa: PLW2901  # less the agent
            if agent in AGENTS or agent == "*":
                _direct(page, directive.strip())


_link_values = re.compile(r"<([^<>]*)>((?:\s*;\s*[^\s;,=]+\s*=\s*(?:\"[^\"]*\"|[^\s;,\"]*))*)").findall
_link_rel = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]*))", re.IGNORECASE).search
#: RFC 8288: with an anchor, it is another resource that is spoken of.
_elsewhere = re.compile(r";\s*anchor\s*=", re.IGNORECASE).search


def read_headers(page: Declared, headers: Mapping[str, str], url: str) -> None:
    """Take what the response's headers say; their references are relative to `url`, whatever the base."""
    for href, parameters in _link_values(headers.get("link", "")):
        rel = _link_rel(parameters)
        if rel and "canonical" in tokens(rel[1] or rel[2] or "") and not _elsewhere(parameters):
            reference = href.strip() and (resolve(href.strip(), url) or href.strip())
            if reference:
                page.canonical = page.canonical or reference
                page.found.append((Kind.CANONICAL, reference, None))
    if "refresh" in headers:
        refresh_to(page, headers["refresh"])
    if "x-robots-tag" in headers:
        _header_robots(page, headers["x-robots-tag"])


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
    for token in tokens(rel or ""):
        bits |= _REL.get(token, Rel.OTHER)
    return int(bits)
