"""What is served for a page number at a crawl? The one place where all parts meet."""

from dataclasses import replace

from backlit.vweb.articles import Articles
from backlit.vweb.draw import mix
from backlit.vweb.furniture import Furniture
from backlit.vweb.life import status_of
from backlit.vweb.oddities import with_oddity
from backlit.vweb.people import People
from backlit.vweb.plan import Plan, Site
from backlit.vweb.scene import Link, Scene, Zone
from backlit.vweb.shady import Shady
from backlit.vweb.targets import Targets

__all__ = ["Composer"]

_ODD_KINDS = frozenset({"topical", "blog_host"})
_WITH_FEED = frozenset({"topical", "blog_host", "target", "rival"})


class Composer:
    """Turns page numbers into scenes."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.targets = plan, Targets(plan)
        self._furniture = Furniture(self.targets)
        self._articles = Articles(self.targets)
        self._shady = Shady(self.targets, self._articles)
        self._people = People(self.targets, self._articles)

    def scene(self, page: int, crawl: int) -> Scene:
        site, url = self.plan.site_of(page), self.plan.url(page)
        status = status_of(self.plan, page, crawl)
        blank = Scene(page, url, "", site.language, site.template, status)
        if status == 404:
            return replace(blank, title="Not found")
        if status != 200:
            return self._moved(blank, site)
        return self._live(blank, site, crawl)

    def _live(self, blank: Scene, site: Site, crawl: int) -> Scene:
        scene = replace(
            blank,
            title=f"{self.plan.title(blank.page)} | {site.brand}",
            zones=self._content(site, blank.page, crawl),
            head=self._head(site, blank.page),
            charset=site.charset,
            tracker=site.tracker,
        )
        before, after = self._furniture.of(site, crawl)
        scene = replace(scene, zones=before + scene.zones + after)
        return with_oddity(scene, site, self.targets) if site.kind in _ODD_KINDS else scene

    def _content(self, site: Site, page: int, crawl: int) -> tuple[Zone, ...]:
        home = page == site.first_page
        match site.kind:
            case "topical" | "blog_host" | "target" | "rival":
                return self._articles.zones(site, page, crawl)
            case "pbn":
                return self._shady.network(site, page, crawl)
            case "seller":
                return self._shady.seller(site, page, crawl)
            case "scraper":
                return self._shady.scraper(site, page, crawl)
            case "burst":
                return self._shady.burst(site, page, crawl)
            case "code_host":
                return self._people.repository(site, page, crawl)
            case "forum" | "social" if home:
                return self._people.contents(site, page, crawl)
            case "forum":
                return self._people.thread(site, page, crawl)
            case "social":
                return self._people.profile(site, page, crawl)
            case _:
                return self._people.shop(site, page, crawl)

    def _head(self, site: Site, page: int) -> tuple[Link, ...]:
        head: list[Link] = []
        if mix(self.plan.seed, page, 70) % 5 < 2:
            head.append(Link(self.plan.url(page), "", "canonical", kind="canonical"))
        if page == site.first_page and site.kind in _WITH_FEED:
            head.append(Link(f"{site.root}feed.xml", "", "feed", kind="feed", spelling=1))
        return tuple(head)

    def _moved(self, blank: Scene, site: Site) -> Scene:
        """Short links lead to the stars for now (302); moved pages to their home for good (301)."""
        h = mix(self.plan.seed, blank.page, 71)
        if site.kind == "shortener":
            star = (self.targets.target, *self.targets.rivals)[h % 3]
            goal = self.plan.url(star.first_page + h // 3 % min(4, star.pages))
        elif site.kind == "topical" and h % 4 == 0:
            goal = self.targets.target.root  # sold to a competitor, who sends everyone home
        else:
            goal = site.root
        link = Link(goal, "", "redirect", kind="redirect", spelling=h % 2)
        return replace(blank, head=(link,))
