"""What does a page tell of its making: its software, author, date, types, trackers and addresses?

Read from the markup with `extract`, for one page that is looked at. Everything is as the page writes
it, unchecked; what it does not tell is None or empty.
"""

from dataclasses import dataclass
from typing import Any

import msgspec
from selectolax.lexbor import LexborHTMLParser

from backlit.ingest.declared import AUTHORS, DATES, FACT_LIMIT
from backlit.ingest.text import normal
from backlit.ingest.trackers import trackers_of

__all__ = ["Colophon", "colophon_of"]

#: Facts of one sort, and bytes of structured data that are read.
FACTS_LIMIT, JSON_LIMIT = 50, 1 << 20
#: Objects of structured data that are looked at, whatever their nesting.
OBJECTS_LIMIT = 2_000


@dataclass(frozen=True, slots=True)
class Colophon:
    """What a page tells of its making."""

    generator: str | None = None
    author: str | None = None
    #: when it was published, as it is written
    published: str | None = None
    #: schema.org types of its JSON-LD and microdata, in order, each once
    schema_types: tuple[str, ...] = ()
    #: ids of analytics, tag managers, advertisements and pixels: sites that share one share an owner
    trackers: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()


def colophon_of(markup: bytes) -> Colophon:
    """The colophon of a page, given as it was parsed.

    >>> colophon_of(b'<meta name=generator content="Hugo 0.1"><time datetime=2024-05-06>').published
    '2024-05-06'
    """
    tree = LexborHTMLParser(markup)
    metas = _metas(tree)
    objects = _objects(tree)
    types = [kind for found in objects for kind in _texts(found.get("@type"))]
    types += [(node.attrs.get("itemtype") or "") for node in tree.css("[itemtype]")]
    return Colophon(
        generator=metas.get("generator"),
        author=_first(metas, AUTHORS)
        or _author(objects)
        or _marked(tree, "[rel~=author], [itemprop=author]"),
        published=_first(metas, DATES) or _stated(objects, "datePublished") or _dated(tree),
        schema_types=_once(kind.rstrip("/").rpartition("/")[2] for kind in types),
        trackers=trackers_of(markup),
        emails=_once(_emails(tree)),
    )


def _fact(value: object) -> str | None:
    return normal(value)[:FACT_LIMIT] or None if isinstance(value, str) else None


def _once(found: Any) -> tuple[str, ...]:
    facts = dict.fromkeys(fact for fact in map(_fact, found) if fact)
    return tuple(facts)[:FACTS_LIMIT]


def _metas(tree: LexborHTMLParser) -> dict[str, str]:
    """The first content of each meta tag, by its name, property or itemprop in lower case."""
    metas: dict[str, str] = {}
    for node in tree.css("meta[content]"):
        attributes = node.attributes
        name = attributes.get("name") or attributes.get("property") or attributes.get("itemprop")
        content = _fact(attributes.get("content"))
        if name and content:
            metas.setdefault(name.strip().lower(), content)
    return metas


def _first(metas: dict[str, str], names: tuple[str, ...]) -> str | None:
    found = (metas.get(name) for name in names)
    return next((value for value in found if value and not value.startswith("http")), None)


def _objects(tree: LexborHTMLParser) -> list[dict[str, Any]]:
    """The objects of the page's JSON-LD, outer ones first; what is no JSON is passed over."""
    pending: list[Any] = []
    for node in tree.css('script[type="application/ld+json"]'):
        text = node.text()
        try:
            pending.append(msgspec.json.decode(text) if len(text) <= JSON_LIMIT else None)
        except (msgspec.DecodeError, RecursionError):
            continue
    objects: list[dict[str, Any]] = []
    while pending and len(objects) < OBJECTS_LIMIT:
        value = pending.pop(0)
        if isinstance(value, dict):
            objects.append(value)
            pending += value.values()
        elif isinstance(value, list):
            pending += value[:OBJECTS_LIMIT]
    return objects


def _texts(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [text for text in values if isinstance(text, str)]


def _stated(objects: list[dict[str, Any]], name: str) -> str | None:
    return next((fact for found in objects if (fact := _fact(found.get(name)))), None)


def _author(objects: list[dict[str, Any]]) -> str | None:
    for found in objects:
        authors = found.get("author")
        for author in authors if isinstance(authors, list) else [authors]:
            name = _fact(author.get("name") if isinstance(author, dict) else author)
            if name:
                return name
    return None


def _marked(tree: LexborHTMLParser, selector: str) -> str | None:
    return next((fact for node in tree.css(selector) if (fact := _fact(node.text(separator=" ")))), None)


def _dated(tree: LexborHTMLParser) -> str | None:
    stated = (_fact(node.attrs.get("datetime")) for node in tree.css("time[datetime]"))
    return next((fact for fact in stated if fact), None)


def _emails(tree: LexborHTMLParser) -> list[str]:
    found = (node.attrs.get("href") or "" for node in tree.css("a[href]"))
    addresses = (href[7:].partition("?")[0].strip() for href in found if href[:7].lower() == "mailto:")
    return [address for address in addresses if "@" in address]
