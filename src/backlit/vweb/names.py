"""Under which other names are pages of the made-up web known?

A page that redirects, refreshes or calls another its original says so itself. Some sites also answer under
the other scheme, with a redirect, or under the other `www`, with the very same bytes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from backlit.vweb.plan import Site

if TYPE_CHECKING:
    from backlit.vweb.web import VirtualWeb, VPage

__all__ = ["TrueName", "is_mirror", "names", "spellings"]

_DECLARED = ("redirect", "meta_refresh", "canonical")
_SOON = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class TrueName:
    """`alias_url` is another name of the page at `url`, by kind: redirect, meta_refresh, canonical, mirror.

    Of mirrors the one with `www` is the alias.
    """

    alias_url: str
    url: str
    kind: str


def names(web: "VirtualWeb", crawl: int) -> Iterator[TrueName]:
    """The names that the pages of a crawl tell of, those of `spellings` included."""
    for link in web.truth(crawl):
        if link.kind in _DECLARED and link.source_url != link.target_url:
            yield TrueName(link.source_url, link.target_url, link.kind)
    for site in _spelt(web, crawl):
        page = _spelling(web, site, crawl)
        if page.status != 200:
            yield TrueName(page.url, site.root, "redirect")
        elif any(link.kind == "canonical" for link in web.scene(site.first_page, crawl).head):
            yield TrueName(page.url, site.root, "canonical")
        else:
            alias, url = sorted((page.url, site.root), key=lambda name: "://www." not in name)
            yield TrueName(alias, url, "mirror")


def spellings(web: "VirtualWeb", crawl: int) -> Iterator["VPage"]:
    """Captures of home pages under another spelling of their address."""
    return (_spelling(web, site, crawl) for site in _spelt(web, crawl))


def is_mirror(site: Site) -> bool:
    """Whether a site answers under the other `www` as under its own name."""
    return site.kind == "topical" and site.ordinal % 3 == 1


def _spelt(web: "VirtualWeb", crawl: int) -> Iterator[Site]:
    """The sites that a crawl also asked under another spelling; those of a host of their own."""
    for site in web.sites():
        chosen = site.kind == "topical" and site.ordinal % 3 < 2 and urlsplit(site.root).path == "/"
        if chosen and crawl in web.looks(site.first_page):
            yield site


def _spelling(web: "VirtualWeb", site: Site, crawl: int) -> "VPage":
    from backlit.vweb.web import VPage

    parts = urlsplit(site.root)
    www = parts.netloc.removeprefix("www.") if parts.netloc.startswith("www.") else f"www.{parts.netloc}"
    other = {"https": "http", "http": "https"}[parts.scheme]
    url = f"{parts.scheme}://{www}/" if is_mirror(site) else f"{other}://{parts.netloc}/"
    answer = web.fetch(url, crawl)
    at = web.fetched_at(site.first_page, crawl) + _SOON
    return VPage(url, answer.status, answer.headers, answer.body, at, site.ip)
