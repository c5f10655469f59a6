"""What can one ask the virtual web?"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from os import PathLike
from pathlib import Path

from backlit.errors import UsageError
from backlit.vweb.compose import Composer
from backlit.vweb.html import render
from backlit.vweb.life import CRAWL_TIMES, fetched_at, is_crawled, status_of
from backlit.vweb.names import TrueName, is_mirror, names
from backlit.vweb.plan import Plan, Site
from backlit.vweb.scene import Scene
from backlit.vweb.truth import Mention, TrueChange, TrueLink, compare, links_of

__all__ = ["VPage", "VResponse", "VirtualWeb"]

_ROBOTS = b"User-agent: *\nDisallow: /private/\n"
_FEED = b'<?xml version="1.0"?>\n<rss version="2.0"><channel><title>Feed</title></channel></rss>\n'


@dataclass(frozen=True, slots=True)
class VResponse:
    """What a server answers."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


@dataclass(frozen=True, slots=True)
class VPage:
    """A page as one crawl saw it."""

    url: str
    status: int
    headers: list[tuple[str, str]]
    body: bytes
    fetched_at: datetime
    ip: str


class VirtualWeb:
    """A seeded, made-up web of 50 to 1,000,000 pages that knows the true answers.

    The same (seed, pages) gives the same bytes everywhere. Pages are made when asked for, so a
    web costs the memory of its list of sites, whatever its size.

        web = VirtualWeb(pages=2000)
        web.write_warc("crawl-0.warc.gz", crawl=0)
        spam = [link for link in web.truth(0) if link.label == "comment_spam"]
    """

    def __init__(self, seed: int = 7, pages: int = 2000) -> None:
        self.seed, self.size = seed, pages
        self.crawl_times = CRAWL_TIMES
        self._plan = Plan(seed, pages)
        self._composer = Composer(self._plan)

    @property
    def target(self) -> Site:
        """The demo's target, gardenhaus.example."""
        return self._composer.targets.target

    @property
    def rivals(self) -> list[Site]:
        return self._composer.targets.rivals

    def sites(self) -> Iterator[Site]:
        return map(self._plan.site, range(self._plan.site_count))

    def crawled(self, crawl: int) -> Iterator[int]:
        """The numbers of the pages that a crawl looked at, in its order."""
        self._check(crawl)
        return (page for page in range(self.size) if is_crawled(self._plan, page, crawl))

    def looks(self, page: int) -> list[int]:
        """The crawls that looked at the page of a number."""
        return [crawl for crawl in range(len(CRAWL_TIMES)) if is_crawled(self._plan, page, crawl)]

    def fetched_at(self, page: int, crawl: int) -> datetime:
        """When a crawl looked at the page of a number."""
        return fetched_at(page, crawl)

    def number_of(self, url: str) -> int | None:
        """The number of the page with a URL; None if there is no such page."""
        return self._plan.find(url)

    def address_of(self, host: str) -> str | None:
        """Where the sites under a host name are; None of a host that does not exist."""
        return self._plan.addresses.get(host.lower())

    def scheme_of(self, netloc: str) -> str:
        """The scheme that a host's site uses; https for hosts that do not exist."""
        return next((site.scheme for site in self._plan.hosted(netloc.lower())), "https")

    def scene(self, page: int, crawl: int) -> Scene:
        """What is on the page of a number; for tests that want to know more than links."""
        return self._composer.scene(page, crawl)

    def pages(self, crawl: int = 0) -> Iterator[VPage]:
        """Every page that a crawl looked at, as it was served."""
        for page in self.crawled(crawl):
            scene = self._composer.scene(page, crawl)
            headers, body = render(scene)
            ip = self._plan.site_of(page).ip
            yield VPage(scene.url, scene.status, headers, body, fetched_at(page, crawl), ip)

    def truth(self, crawl: int = 0) -> Iterator[TrueLink]:
        """Every link on the pages that a crawl looked at."""
        for page in self.crawled(crawl):
            yield from links_of(self._composer.scene(page, crawl))

    def mentions(self, crawl: int = 0) -> Iterator[Mention]:
        """Every brand that a page names without linking to it."""
        for page in self.crawled(crawl):
            scene = self._composer.scene(page, crawl)
            for brand, domain in scene.mentions:
                yield Mention(scene.url, brand, domain)

    def invitations(self, crawl: int = 0) -> Iterator[str]:
        """The pages that ask strangers for articles, and for no money."""
        scenes = (self._composer.scene(page, crawl) for page in self.crawled(crawl))
        return (scene.url for scene in scenes if scene.invites)

    def lists(self, crawl: int = 0) -> Iterator[str]:
        """The pages that are lists of links to other sites."""
        for page in self.crawled(crawl):
            scene = self._composer.scene(page, crawl)
            if any(link.label == "resource" for _, link in scene.links()):
                yield scene.url

    def bylines(self, crawl: int = 0) -> Iterator[tuple[str, str]]:
        """The pages that say who wrote them, each with the name."""
        for page in self.crawled(crawl):
            scene = self._composer.scene(page, crawl)
            for link in (each for zone in scene.zones if zone.placement == "author" for each in zone.links()):
                yield scene.url, link.anchor

    def redirects(self, crawl: int = 0) -> Iterator[TrueLink]:
        """The pages that send their visitors elsewhere."""
        return (link for link in self.truth(crawl) if link.kind == "redirect")

    def names(self, crawl: int = 0) -> Iterator[TrueName]:
        """The other names of pages that a crawl and its captures of other spellings tell of."""
        return names(self, crawl)

    def broken_targets(self, crawl: int = 0) -> Iterator[TrueLink]:
        """The links that lead from one site to a page of another that answers 404."""
        for page in self.crawled(crawl):
            scene = self._composer.scene(page, crawl)
            own = self._plan.site_of(page).root
            for link in links_of(scene):
                if not link.target_url.startswith(own) and self._status(link.target_url, crawl) == 404:
                    yield link

    def changes(self, a: int, b: int) -> Iterator[TrueChange]:
        """What became known between the end of crawl a and the end of crawl b.

        Compares the newest look at each page; a page that was not looked at again says nothing.
        """
        self._check(a)
        self._check(b)
        for page in range(self.size):
            old, new = self._newest(page, a), self._newest(page, b)
            if new is None or old == new:
                continue
            before = None if old is None else self._composer.scene(page, old)
            yield from compare(before, self._composer.scene(page, new))

    def fetch(self, url: str, crawl: int = 2) -> VResponse:
        """What a server answers to a GET for any URL at the time of a crawl."""
        self._check(crawl)
        url = url.partition("#")[0]
        page = self._plan.find(url)
        if page is not None:
            scene = self._composer.scene(page, crawl)
            return VResponse(scene.status, *render(scene))
        return self._side_file(url, crawl)

    def write_warc(
        self, path: str | PathLike[str], crawl: int = 0, *, requests: bool = False, spellings: bool = False
    ) -> int:
        """Writes a crawl as WARC (.warc, .warc.gz or .warc.zst); returns the number of records.

        `spellings` adds captures of some home pages under another scheme or with or without `www`.
        """
        from backlit.vweb.warc import write_warc

        return write_warc(self, path, crawl, requests=requests, spellings=spellings)

    def write_wat(self, path: str | PathLike[str], crawl: int = 0, *, requests: bool = False) -> int:
        """Writes a crawl's metadata in the shape of Common Crawl's WAT files."""
        from backlit.vweb.wat import write_wat

        return write_wat(self, path, crawl, requests=requests)

    def write_exports(self, folder: str | PathLike[str]) -> list[str]:
        """Writes what other tools would know about the demo's target; returns the file names."""
        from backlit.vweb.exports import write_exports

        return write_exports(self, folder)

    def write_seeds(self, path: str | PathLike[str]) -> int:
        """Writes whom readers of this web could trust, for `backlit rank --seeds`; returns how many."""
        from backlit.vweb.seeds import write_seeds

        return write_seeds(self, Path(path))

    def serve(self, crawl: int = 2) -> AbstractContextManager[str]:
        """Serves all hosts over loopback, told apart by the Host header; gives the base URL."""
        from backlit.vweb.serve import serve

        return serve(self, crawl)

    def _newest(self, page: int, crawl: int) -> int | None:
        """The last crawl, up to the given one, that looked at the page."""
        looks = (at for at in range(crawl, -1, -1) if is_crawled(self._plan, page, at))
        return next(looks, None)

    def _status(self, url: str, crawl: int) -> int:
        page = self._plan.find(url)
        return self._side_file(url, crawl).status if page is None else status_of(self._plan, page, crawl)

    def _side_file(self, url: str, crawl: int) -> VResponse:
        """robots.txt, feeds, the other scheme and the other www; else 404."""
        scheme, _, rest = url.partition("://")
        netloc, _, path = rest.partition("/")
        sites = self._plan.hosted(netloc)
        if any(site.scheme == scheme for site in sites):
            return _file(path)
        other = netloc.removeprefix("www.") if netloc.startswith("www.") else f"www.{netloc}"
        for site in (*sites, *self._plan.hosted(other)):
            if is_mirror(site) and site.scheme == scheme and not path:
                return self.fetch(site.root, crawl)
            home = f"{site.scheme}://{site.root.split('/')[2]}/{path}"
            return VResponse(301, [("Location", home), ("Content-Length", "0")], b"")
        return _file("404")

    def _check(self, crawl: int) -> None:
        if not 0 <= crawl < len(self.crawl_times):
            raise UsageError(
                f"crawl {crawl} of the virtual web",
                f"there are {len(self.crawl_times)} crawls",
                f"Ask for one of 0 to {len(self.crawl_times) - 1}",
            )


def _file(path: str) -> VResponse:
    """Files that every site has."""
    if path == "robots.txt":
        return _response(200, "text/plain", _ROBOTS)
    if path.endswith("feed.xml"):
        return _response(200, "application/rss+xml", _FEED)
    return _response(404, "text/html", b"<!DOCTYPE html><title>Not found</title>\n")


def _response(status: int, kind: str, body: bytes) -> VResponse:
    return VResponse(status, [("Content-Type", kind), ("Content-Length", str(len(body)))], body)
