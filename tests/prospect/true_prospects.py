"""Which prospects does the virtual web really have? From its scenes, at the newest look at each page."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from backlit import app
from backlit.app.reading import read_pages
from backlit.urls import domain_of_key, parse_url
from backlit.vweb import VirtualWeb
from backlit.vweb.scene import Scene

__all__ = ["Truth", "build"]

CRAWLS = (0, 1)
#: Other sites that make a page a list.
SITES = 5


def build(home: Path, web: VirtualWeb) -> app.Session:
    """Two crawls of the web in an index, ranked, with what its pages say."""
    for crawl in CRAWLS:
        file = home / f"crawl-{crawl}.warc.gz"
        web.write_warc(file, crawl)
        app.ingest(home / "home", [str(file)], workers=1)
    web.write_seeds(home / "seeds.txt")
    app.rank(home / "home", seeds=home / "seeds.txt")
    read_pages(home / "home")
    return app.open_session(home / "home")


@dataclass(frozen=True)
class Truth:
    """What is so after two crawls, of a target whose domain is asked."""

    web: VirtualWeb
    target: str

    @cached_property
    def scenes(self) -> dict[str, Scene]:
        """The pages that can be read, by address, as they were seen last."""
        found = {}
        for page in range(self.web.size):
            looks = [crawl for crawl in self.web.looks(page) if crawl in CRAWLS]
            if looks:
                scene = self.web.scene(page, looks[-1])
                found[scene.url] = scene
        return found

    @property
    def live(self) -> Iterator[Scene]:
        """Those that answered with a page."""
        return (scene for scene in self.scenes.values() if scene.status == 200)

    @cached_property
    def _ends(self) -> dict[str, str]:
        """Where pages lead that send visitors elsewhere, or name another of their site as their original.

        Whoever names a page of another site adds no links to it: anybody could.
        """
        return {
            scene.url: link.target
            for scene in self.scenes.values()
            for _, link in scene.links()
            if link.target != scene.url
            and (
                link.kind in ("redirect", "meta_refresh")
                or (link.kind == "canonical" and domain_of(link.target) == domain_of(scene.url))
            )
        }

    def links_to(self, domain: str) -> set[str]:
        """The pages with a link of any kind that leads to a domain, if need be over others."""
        found = set()
        for scene in self.scenes.values():
            for _, link in scene.links():
                if domain in (domain_of(link.target), domain_of(self._ends.get(link.target, link.target))):
                    found.add(scene.url)
        return found

    @cached_property
    def linking(self) -> set[str]:
        """The domains that link to the target."""
        return {domain_of(url) for url in self.links_to(self.target)} | {self.target}

    def mentions(self) -> set[str]:
        """Pages that name the target and have no link to it."""
        named = {s.url for s in self.live for _, domain in s.mentions if domain == self.target}
        return named - self.links_to(self.target)

    @cached_property
    def sellers(self) -> set[str]:
        """The domains of sites that sell links."""
        return {site.domain for site in self.web.sites() if site.kind == "seller"}

    def inviting(self) -> set[str]:
        """Domains that ask for articles, and do not link to the target."""
        return {domain_of(scene.url) for scene in self.live if scene.invites} - self.linking

    def with_lists(self) -> set[str]:
        """Domains with a list of links to five other sites or more, that do not link to the target."""
        found = set()
        for scene in self.live:
            own = domain_of(scene.url)
            ends = {domain_of(link.target) for _, link in scene.links() if link.label == "resource"}
            if len(ends - {own}) >= SITES:
                found.add(own)
        return found - self.linking

    def authors(self, rivals: list[str], at_least: int) -> set[tuple[str, str]]:
        """By domain and name, who wrote pages that link to so many of the rivals, and none to the target."""
        links = {rival: self.links_to(rival) for rival in rivals}
        ours = self.links_to(self.target)
        wrote: dict[tuple[str, str], set[str]] = {}
        for scene in self.live:
            for zone in scene.zones:
                for link in zone.links() if zone.placement == "author" else ():
                    wrote.setdefault((domain_of(scene.url), link.anchor), set()).add(scene.url)
        return {
            who
            for who, pages in wrote.items()
            if sum(bool(pages & links[rival]) for rival in rivals) >= at_least
            and not pages & ours
            and who[0] not in (self.target, *rivals)
        }


def domain_of(url: str) -> str:
    """The registrable domain of an address."""
    return domain_of_key(parse_url(url).key)
