"""What types are real sites, by lists of others? The pages of sites that UT1 or WCXB has a type for.

UT1 (Université Toulouse Capitole, CC BY-SA) lists domains by what they are; nothing of it is in the package.
WCXB (M. Foley, CC-BY-4.0) tells the types of pages: a site whose page is a thread or a product is taken for a
forum or a shop. Both err: UT1 counts travel guides among social networks.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyarrow.parquet as pq

from backlit.ingest.assemble import Tally
from backlit.ingest.charset import decoded
from backlit.ingest.colophon import colophon_of
from backlit.ingest.html import read_html
from backlit.ingest.http import parse_response
from backlit.ingest.records import records
from backlit.score.sitetype import PageFacts
from backlit.urls import parse_url
from tests.unit.shared import SHARED

__all__ = ["Site", "is_held_out", "sites"]

DATA = SHARED / "data"
LISTS = {
    "press": "news",
    "blog": "blog",
    "forums": "forum",
    "shopping": "shop",
    "social_networks": "social",
}
OF_PAGE = {"forum": "forum", "product": "shop", "documentation": "documentation"}


@dataclass(frozen=True, slots=True)
class Site:
    """A host, its type by others, who says so, and its pages."""

    host: str
    type: str
    by: str
    pages: tuple[PageFacts, ...]


def is_held_out(host: str) -> bool:
    """Half of the sites: those that no sign was tried on."""
    return hashlib.sha256(parse_url(f"https://{host}/").domain.encode()).digest()[0] % 2 == 1


def sites(wanted: Callable[[str], bool] = bool) -> list[Site]:
    """All sites that have a type and a wanted host, in the order of their names."""
    listed = _listed()
    pages: dict[str, list[PageFacts]] = {}
    types: dict[str, tuple[str, str]] = {}
    for host, page, page_kind in (*_of_wcxb(wanted), *_of_warcs(wanted)):
        told = _type_of(host, listed)
        if told is None and page_kind in OF_PAGE:
            told = OF_PAGE[page_kind], "WCXB"
        if told is not None:
            types.setdefault(host, told)
        pages.setdefault(host, []).append(page)
    return [Site(host, *types[host], tuple(pages[host])) for host in sorted(types)]


def _listed() -> dict[str, str]:
    """Domains on one list; those on two are left out."""
    found: dict[str, set[str]] = {}
    for name, kind in LISTS.items():
        for line in (DATA / "categories" / "ut1" / f"{name}.txt").read_text("utf-8", "replace").splitlines():
            found.setdefault(line.strip().lower(), set()).add(kind)
    return {domain: kinds.pop() for domain, kinds in found.items() if len(kinds) == 1}


def _type_of(host: str, listed: dict[str, str]) -> tuple[str, str] | None:
    labels = host.split(".")
    for at in range(len(labels) - 1):
        kind = listed.get(".".join(labels[at:]))
        if kind is not None:
            return kind, "UT1"
    return None


def _of_wcxb(wanted: Callable[[str], bool]) -> Iterator[tuple[str, PageFacts, str | None]]:
    path = DATA / "wcxb" / "dev.parquet"
    for row in pq.read_table(path, columns=["url", "html", "page_type"]).to_pylist():
        host = parse_url(row["url"]).host
        if wanted(host):
            yield host, _facts(row["url"], row["html"]), row["page_type"]


def _of_warcs(wanted: Callable[[str], bool]) -> Iterator[tuple[str, PageFacts, str | None]]:
    for path in sorted((DATA / "warc_pages").glob("*.warc.gz")):
        for record in records(path, Tally()):
            response = parse_response(record.view) if record.type == "response" else None
            if response is not None and response.status == 200:
                url = (record.header("warc-target-uri") or "").strip("<>")
                if not wanted(host := parse_url(url).host):
                    continue
                body = decoded(bytes(response.body), response.headers.get("content-type"))
                yield host, _facts(url, body if isinstance(body, bytes) else body.encode()), None


def _facts(url: str, html: bytes) -> PageFacts:
    page, colophon = read_html(html, url=parse_url(url)), colophon_of(html)
    return PageFacts(url, page.title, colophon.generator, colophon.schema_types)
