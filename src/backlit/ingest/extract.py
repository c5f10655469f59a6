"""What does one page, given as HTML, link to and how?"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial

from backlit.ingest.colophon import Colophon, colophon_of
from backlit.ingest.html import HtmlPage, read_html
from backlit.ingest.http import joined
from backlit.ingest.placement.lean import placed
from backlit.ingest.placement.rich import judged
from backlit.ingest.rehearsal import rehearsed
from backlit.model import Hidden, Kind, Placement, Robots, name_of, rel_tokens
from backlit.urls import domain_of_key, page_key, parse_url, resolve, url_of_key

__all__ = ["Extract", "ExtractedLink", "ExtractedPage", "extract"]


@dataclass(frozen=True, slots=True)
class ExtractedPage:
    """What a page says of itself; None is unknown."""

    url: str
    base: str
    title: str | None
    language: str | None
    canonical: str | None
    noindex: bool
    nofollow: bool
    #: when the page asks to be forgotten
    unavailable_after: datetime | None
    #: seconds until the browser loads the page again, or the one that a meta-refresh link leads to
    refresh: float | None
    text_length: int | None
    complete: bool
    problem: str | None


@dataclass(frozen=True, slots=True)
class ExtractedLink:
    """One link of a page, in words; None is unknown."""

    target_url: str
    target_domain: str
    kind: str
    rel: tuple[str, ...]
    placement: str | None
    #: how likely the link stands in the main content, 0 to 1; None where it has no place in the page
    p_content: float | None
    hidden: str | None
    anchor: str | None
    alt: str | None
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Extract:
    """A page and its links, in document order."""

    page: ExtractedPage
    links: tuple[ExtractedLink, ...]
    #: what the page tells of its making; None where it was not parsed
    colophon: Colophon | None = None


def extract(
    html: bytes | str,
    url: str,
    *,
    headers: Mapping[str, str] | Iterable[tuple[str, str]] | None = None,
) -> Extract:
    """Read the links of a page, internal ones too. UsageError when `url` is no web page.

    `headers` are the response's, as a mapping or, since one may be sent several times, in pairs.

    >>> found = extract('<nav><a href="/b" rel="nofollow">B</a></nav>', "https://a.example/")
    >>> [(link.target_url, link.rel, link.placement) for link in found.links]
    [('https://a.example/b', ('nofollow',), 'nav')]
    """
    given = parse_url(url)
    told = _by_name(headers.items() if isinstance(headers, Mapping) else headers or ())
    if isinstance(html, str):
        html, told["content-type"] = html.encode("utf-8", "replace"), "text/html; charset=utf-8"
    guard = partial(rehearsed, url=given.href, keeps_internal=True)
    page = read_html(html, url=given, headers=told, guard=guard)
    colophon = colophon_of(page.markup) if page.problem is None else None
    return Extract(_facts(page, given.href), tuple(_links(page, given.domain)), colophon)


def _by_name(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    values: dict[str, list[str]] = {}
    for name, value in headers:
        values.setdefault(name.lower(), []).append(value)
    return {name: joined(name, several) for name, several in values.items()}


def _facts(page: HtmlPage, href: str) -> ExtractedPage:
    canonical = page.canonical_key
    return ExtractedPage(
        url=href,
        base=page.base,
        title=page.title,
        language=page.language,
        canonical=url_of_key(canonical) if canonical else None,
        noindex=bool(page.robots & Robots.NOINDEX),
        nofollow=bool(page.robots & Robots.NOFOLLOW),
        unavailable_after=page.unavailable_after,
        refresh=page.refresh[0] if page.refresh else None,
        text_length=page.text_length,
        complete=page.complete,
        problem=page.problem,
    )


def _links(page: HtmlPage, domain: str) -> Iterator[ExtractedLink]:
    told = list(page.told(lambda href: resolve(href, page.base)))
    judgements = judged(page.found, page.base, domain, told)
    others = [link for _, ordinal, link in told if ordinal not in judgements]  # no element in the tree
    parts = iter(placed([link.placement for link in others], [link.signs for link in others]))
    for target, ordinal, link in told:
        judgement = judgements.get(ordinal)
        yield ExtractedLink(
            target_url=target,
            target_domain=domain_of_key(page_key(target)),
            kind=_word(Kind, link.kind) or "",
            rel=_rel(link.rel),
            placement=_word(Placement, judgement.placement if judgement else next(parts)),
            p_content=judgement.p_content if judgement else None,
            hidden=_word(Hidden, link.hidden),
            anchor=link.anchor,
            alt=link.alt,
            before=link.before,
            after=link.after,
        )


@lru_cache(maxsize=1 << 12)
def _rel(rel: int | None) -> tuple[str, ...]:
    return tuple(rel_tokens(rel) or ())


_word = lru_cache(maxsize=1 << 8)(name_of)  # the same few codes on every page
