"""What is a site: a blog, a newspaper, a shop, a forum …? By what it is known for, named and built with.

Signs add up per type (`signs.tsv`), those of pages as often as half of the pages show them; the best type is
told when it leads. What is not told by anything is unknown, which is most sites of companies and people.
docs/concepts/site-types.md has the figures.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from math import exp

from backlit.ingest.extract import Extract
from backlit.score.sitetype.signs import TYPES, Sign, known_type, signs_of_name, signs_of_page
from backlit.urls import parse_url

__all__ = ["TYPES", "PageFacts", "SiteType", "facts_of", "site_type", "type_of"]

#: How loudly the best type must speak, and by how much louder than the next.
LEAST, LEAD = 1.5, 0.5
#: Pages of a site that are looked at; more of the same tell nothing new.
PAGES = 200


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What is known of one page of a site; its address at least."""

    url: str
    title: str | None = None
    generator: str | None = None
    schema_types: tuple[str, ...] = ()
    page_type: str | None = None


@dataclass(frozen=True, slots=True)
class SiteType:
    """The type of a site: one of TYPES, None where nothing tells.

    `confidence` is the share of the type among all that were spoken for, 0 to 1, by evidence that is weighed
    by hand; `signs` are (what speaks, for which type, how loudly), the loudest first.
    """

    type: str | None
    confidence: float | None
    signs: tuple[tuple[str, str, float], ...] = field(default=())


def site_type(domain: str, pages: Iterable[Extract | str] = ()) -> SiteType:
    """What a site is, by its name and some of its pages, as `extract` reads them or by their addresses alone.

    UsageError for an address that is no web page.

    >>> site_type("forum.example.org").type, site_type("example.org").type
    ('forum', None)
    """
    return type_of(domain, [facts_of(page) for page in pages])


def facts_of(page: Extract | str) -> PageFacts:
    """What a page tells of its site."""
    if isinstance(page, str):
        return PageFacts(parse_url(page).href)
    colophon = page.colophon
    return PageFacts(
        page.page.url,
        page.page.title,
        colophon.generator if colophon else None,
        colophon.schema_types if colophon else (),
    )


def type_of(domain: str, pages: Iterable[PageFacts] = ()) -> SiteType:
    """The same, of facts from anywhere."""
    domain = domain.lower().rstrip(".")
    known = known_type(domain)
    if known is not None:
        return SiteType(known, 1.0, ((f"{domain} is known", known, 10.0),))
    looked = list(islice(pages, PAGES))
    shown: dict[int, tuple[Sign, str, int]] = {}
    for page in looked:
        for number, sign, met in signs_of_page(page):
            _, example, count = shown.get(number, (sign, met, 0))
            shown[number] = sign, example, count + 1
    told = dict(signs_of_name(domain))
    for sign, example, count in shown.values():
        key = f"{sign.where} {example[:60]}", sign.type
        told[key] = max(told.get(key, 0.0), sign.weight * min(1.0, 2 * count / len(looked)))
    return _judged(told)


def _judged(told: Mapping[tuple[str, str], float]) -> SiteType:
    votes: dict[str, float] = {}
    for (_, kind), weight in told.items():
        votes[kind] = votes.get(kind, 0.0) + weight
    ordered = sorted(votes.items(), key=lambda vote: (-vote[1], vote[0]))
    by_loudness = sorted(told.items(), key=lambda sign: (-sign[1], sign[0]))
    signs = tuple((sign, kind, round(weight, 2)) for (sign, kind), weight in by_loudness)
    if not ordered or ordered[0][1] < LEAST or (len(ordered) > 1 and ordered[0][1] - ordered[1][1] < LEAD):
        return SiteType(None, None, signs)
    kind, loudest = ordered[0]
    share = exp(loudest) / (1 + sum(map(exp, votes.values())))
    return SiteType(kind, round(share, 3), signs)
