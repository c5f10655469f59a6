"""Which pages of a site does one page lead on to, and what is a trap rather than a page?"""

import re
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from backlit.ingest.records import Record
from backlit.ingest.warc import read_record
from backlit.model import VOTE_KINDS, Kind, Rel, Robots
from backlit.monitor.archive import member, record_of
from backlit.net.client import Client
from backlit.net.codings import decoded
from backlit.net.failure import Failure
from backlit.urls import domain_of_key, registrable_domain, resolve, url_of_key

__all__ = ["Crawled", "addresses_of", "crawl_page", "is_trap"]

_location = re.compile(rb"<loc>\s*(?:<!\[CDATA\[)?\s*([^<\]\s]{1,2000})", re.IGNORECASE)
#: Addresses that are taken of one sitemap, as many as it may have, and bytes of a packed one.
SITEMAP_MOST, SITEMAP_BYTES = 50_000, 20 << 20
#: Segments of a path, and how often one of them may come again, before it is a calendar or a loop.
_SEGMENTS, _REPEATS = 20, 3
#: What no page is, by the end of its path.
_files = re.compile(
    r"\.(?:jpe?g|png|gif|webp|avif|svg|ico|css|js|json|xml|pdf|zip|gz|tar|mp[34]|m4a|webm|avi|mov|woff2?|ttf|exe|dmg|iso)$",
    re.IGNORECASE,
).search


@dataclass(frozen=True, slots=True)
class Crawled:
    """One visit of a crawl: its responses as members of a WARC file, the pages of the same site that it leads
    on to, or why none."""

    url: str
    packed: tuple[bytes, ...]
    onward: tuple[str, ...]
    status: int | None
    failure: Failure | None


def crawl_page(
    client: Client,
    url: str,
    domains: frozenset[str],
    clock: Callable[[], datetime],
    turn: AbstractContextManager[object],
) -> Crawled:
    """Visit a page by the rules, and read where it leads on to within some domains."""
    at, fetched = clock(), client.visit(url)
    answered = [hop for hop in fetched.hops if hop.status is not None]
    whole = fetched.failure is None
    records = tuple(
        record_of(hop, at, fetched if whole and place == len(answered) - 1 else None)
        for place, hop in enumerate(answered)
    )
    packed = tuple(map(member, records))
    with turn:
        onward = _onward(records[-1], domains) if whole and fetched.status == 200 else ()
    return Crawled(url, packed, onward, fetched.status, fetched.failure)


def _onward(record: Record, domains: frozenset[str]) -> tuple[str, ...]:
    """Links of a page that a crawl follows: clickable, not nofollow, to pages of the domains."""
    read = read_record(record, lambda _domain: True, wants=lambda key: domain_of_key(key) in domains)
    if read is None or (read.page["robots"] or 0) & Robots.NOFOLLOW:
        return ()
    kinds = (*VOTE_KINDS, Kind.META_REFRESH)
    found = (
        url_of_key(row["target_key"])
        for row in read.links
        if row["kind"] in kinds and row["target_domain"] in domains and not (row["rel"] or 0) & Rel.NOFOLLOW
    )
    return tuple(dict.fromkeys(url for url in found if not is_trap(url)))


def is_trap(url: str) -> bool:
    """Whether an address is no page, or one of endlessly many: paths that go round, and files."""
    path = url.partition("://")[2].partition("/")[2].partition("?")[0]
    segments = [segment for segment in path.split("/") if segment]
    goes_round = any(segments.count(segment) > _REPEATS for segment in set(segments))
    return len(segments) > _SEGMENTS or goes_round or bool(_files(path))


def addresses_of(sitemap: bytes, domains: Iterable[str]) -> list[str]:
    """The pages that a sitemap names within some domains; other sitemaps are among them, as .xml."""
    allowed, found = set(domains), dict[str, None]()
    if sitemap.startswith(b"\x1f\x8b"):
        sitemap, _, _ = decoded(sitemap, "gzip", SITEMAP_BYTES)
    for match in _location.finditer(sitemap):
        href = resolve(match[1].decode("utf-8", "replace").replace("&amp;", "&"))
        if href is not None and registrable_domain(_host(href)) in allowed:
            found[href] = None
        if len(found) >= SITEMAP_MOST:
            break
    return list(found)


def _host(href: str) -> str:
    return href.partition("://")[2].partition("/")[0].rpartition("@")[2].partition(":")[0]
