"""What stands on an ordinary page: an article, a home page, a list of useful links?"""

from backlit.vweb.draw import Draw
from backlit.vweb.lexicon import FURNITURE, PEOPLE
from backlit.vweb.life import draw_life, state
from backlit.vweb.plan import Site
from backlit.vweb.prose import at, headline, linked, plain, sentence, shy
from backlit.vweb.scene import Link, Para, Zone
from backlit.vweb.targets import Targets

__all__ = ["Articles"]

SPELLINGS = 20
_COMMENT_RELS = ("ugc nofollow", "UGC NoFollow", "external nofollow ugc", "ugc", "", "")
_LISTED = 12  # articles on a home page


class Articles:
    """Pages of topical sites, of blogs on platforms, and of the demo's target and rivals."""

    def __init__(self, targets: Targets) -> None:
        self.targets, self.plan = targets, targets.plan

    def zones(self, site: Site, page: int, crawl: int) -> tuple[Zone, ...]:
        k = page - site.first_page
        if k == 0:
            return self.home(site, page, crawl)
        if k == 2 and site.kind == "topical" and site.ordinal % 5 == 1:
            return (self._resources(site, page, crawl),)
        return self.article(site, page, crawl)

    def home(self, site: Site, page: int, crawl: int) -> tuple[Zone, ...]:
        draw = Draw(self.plan.seed, page, 30)
        paras = [headline(site.brand, "h1"), plain(draw, site.language, site.topic)]
        for other in range(page + 1, page + min(site.pages, _LISTED)):
            spelling = draw.below(SPELLINGS)
            if state(self.plan, other, crawl) == "live":
                title = self.plan.title(other)
                link = Link(self.plan.url(other), title, "internal", spelling=spelling)
                paras.append(Para("h3", (link,)))
                paras.append(plain(draw, site.language, site.topic, 1))
        for _ in range(1 + draw.below(3)):
            link, life = self.editorial(draw, site), draw_life(draw)
            paras.append(linked(draw, site.language, site.topic, at(link, life, crawl)))
        return (Zone("content", tuple(paras)),)

    def article(self, site: Site, page: int, crawl: int) -> tuple[Zone, ...]:
        draw = Draw(self.plan.seed, page, 30)
        language, topic = site.language, site.topic
        paras = [headline(self.plan.title(page), "h1"), plain(draw, language, topic)]
        displaced: list[Para] = []
        for _ in range(2 + draw.below(5)):
            link, life = self.editorial(draw, site), draw_life(draw)
            present = at(link, life, crawl)
            if present is not None and life.changed(crawl) == "placement":
                displaced.append(Para("li", (present,)))
                present = None
            paras.append(linked(draw, language, topic, present))
        zones = [Zone("content", tuple(paras))]
        if draw.chance(0.3):
            zones.append(self._author(draw, language))
        zones.append(self._related(draw, site, crawl, displaced))
        if draw.chance(0.25):
            zones.append(self._comments(draw, language, topic, crawl))
        return tuple(zones)

    def editorial(self, draw: Draw, site: Site, label: str = "editorial") -> Link:
        """A link that somebody set because it helps the reader."""
        page = self.targets.editorial(draw, site.topic)
        u = draw.random()
        if u < 0.03:
            page = self.targets.short_link(draw)
        elif u < 0.08 and site.topic == "software":
            page = self.targets.code_host(draw).first_page
        anchor = self.targets.anchor(draw, page, site.language)
        image, manners = draw.chance(0.06), draw.random()
        rel = shy(draw) if manners < 0.08 else ("noopener noreferrer" if manners < 0.2 else "")
        inside = self.plan.site_of(page).domain == site.domain
        return Link(
            self.plan.url(page),
            "" if image else anchor,
            "internal" if inside else label,
            rel=rel,
            alt=anchor if image else "",
            image=image,
            spelling=draw.below(SPELLINGS),
        )

    def _resources(self, site: Site, page: int, crawl: int) -> Zone:
        draw = Draw(self.plan.seed, page, 30)
        paras = [headline(self.plan.title(page), "h1")]
        for _ in range(8 + draw.below(6)):
            link, life = self.editorial(draw, site, "resource"), draw_life(draw)
            present, note = at(link, life, crawl), sentence(draw, site.language, site.topic)
            if present is not None:
                paras.append(Para("li", (present, f": {note}")))
        return Zone("content", tuple(paras))

    def _author(self, draw: Draw, language: str) -> Zone:
        page = self.targets.profile(draw)
        name = draw.pick(PEOPLE).title()
        rel = draw.pick(("author", "author nofollow", ""))
        link = Link(self.plan.url(page), name, "social", rel=rel)
        return Zone("author", (Para("p", (FURNITURE[language][3] + " ", link, ".")),))

    def _related(self, draw: Draw, site: Site, crawl: int, displaced: list[Para]) -> Zone:
        items = []
        for _ in range(2 + draw.below(2)):
            other, spelling = site.first_page + draw.below(site.pages), draw.below(SPELLINGS)
            if state(self.plan, other, crawl) == "live":
                title = self.plan.title(other)
                link = Link(self.plan.url(other), title, "internal", spelling=spelling)
                items.append(Para("li", (link,)))
        return Zone("related", (headline(FURNITURE[site.language][1], "h3"), *items, *displaced))

    def _comments(self, draw: Draw, language: str, topic: str, crawl: int) -> Zone:
        paras = [headline(FURNITURE[language][2], "h3")]
        for _ in range(1 + draw.below(4)):
            link, life = self._comment_link(draw), draw_life(draw)
            present, said = at(link, life, crawl), sentence(draw, language, topic)
            paras.append(Para("li", (said,) if present is None else (present, f": {said}")))
        return Zone("comment", tuple(paras))

    def _comment_link(self, draw: Draw) -> Link:
        rel = draw.pick(_COMMENT_RELS)
        if draw.chance(0.45):
            site, words = self.targets.commercial(draw)
            return Link(site.root, words, "comment_spam", rel=rel, spelling=draw.below(SPELLINGS))
        home = self.targets.blog_host(draw)
        return Link(home.root, draw.pick(PEOPLE).title(), "comment", rel=rel or "nofollow ugc")
