"""What stands on every page of a site: header, navigation, blogroll and footer?

Drawn once per (site, crawl) and kept in a small cache, for pages come in runs of a site.
"""

from functools import lru_cache

from backlit.vweb.draw import Draw
from backlit.vweb.lexicon import FURNITURE, KEYWORDS
from backlit.vweb.life import draw_life, state
from backlit.vweb.plan import Site
from backlit.vweb.prose import at, headline
from backlit.vweb.scene import Link, Para, Zone
from backlit.vweb.targets import Targets

__all__ = ["Furniture"]

_NAVIGATION = 5
_SPELLINGS = 20


class Furniture:
    """Builds and remembers the sitewide zones."""

    def __init__(self, targets: Targets) -> None:
        self.targets, self.plan = targets, targets.plan
        self.of = lru_cache(maxsize=256)(self._build)

    def _build(self, site: Site, crawl: int) -> tuple[tuple[Zone, ...], tuple[Zone, ...]]:
        """(zones before the content, zones after it)."""
        draw = Draw(self.plan.seed, site.index, 20)
        before = [self._header(draw, site), self._nav(draw, site, crawl)]
        after = [self._footer(draw, site, crawl)]
        roll = self._blogroll(draw, site, crawl)
        if roll is not None and site.template == 1:
            before.append(roll)
        elif roll is not None:
            after.insert(0, roll)
        return tuple(before), tuple(after)

    def _header(self, draw: Draw, site: Site) -> Zone:
        logo = Link(site.root, "", "internal", alt=site.brand, image=True, spelling=1)
        name = Link(site.root, site.brand, "internal", spelling=draw.below(_SPELLINGS))
        parts: tuple[str | Link, ...] = (logo, " ") if draw.chance(0.2) else (name,)
        if draw.chance(0.25):
            parts += (Link(f"{site.root}search", "", "internal", kind="form", spelling=1),)
        return Zone("header", (Para("div", parts),))

    def _nav(self, draw: Draw, site: Site, crawl: int) -> Zone:
        words = FURNITURE[site.language]
        links = [Link(site.root, words[0], "navigation", spelling=1)]
        for k in range(1, min(site.pages, _NAVIGATION)):
            page, spelling = site.first_page + k, draw.below(_SPELLINGS)
            if state(self.plan, page, crawl) == "live":
                links.append(
                    Link(self.plan.url(page), self.plan.title(page), "navigation", spelling=spelling)
                )
        return Zone("nav", tuple(Para("li", (link,)) for link in links))

    def _blogroll(self, draw: Draw, site: Site, crawl: int) -> Zone | None:
        if site.kind not in {"topical", "blog_host"} or not draw.chance(0.3):
            return None
        found = []
        for _ in range(3 + draw.below(4)):
            link, life = self._friend(draw, site), draw_life(draw)
            present = at(link, life, crawl)
            if present is not None and link.target != site.root:
                found.append(Para("li", (present,)))
        if not found:
            return None
        return Zone("sidebar", (headline(FURNITURE[site.language][4], "h3"), *found))

    def _friend(self, draw: Draw, site: Site) -> Link:
        if site.topic == "gardening" and draw.chance(0.25):
            friend = self.targets.target
        elif draw.chance(0.2):
            friend = self.targets.blog_host(draw)
        else:
            friend = self.targets.topical(draw, site.topic)
        return Link(friend.root, friend.brand, "blogroll", spelling=draw.below(_SPELLINGS))

    def _footer(self, draw: Draw, site: Site, crawl: int) -> Zone:
        links = [Link(site.root, FURNITURE[site.language][0], "internal", spelling=1)]
        credit, shown = draw.random(), draw.random()
        if credit < 0.4 and site.kind != "studio":
            studio = self.targets.studio()
            links.append(Link(studio.root, "Site by Webstudio", "footer", spelling=0))
        if shown < 0.12:
            links.append(self._sponsor(draw))
        if draw.chance(0.3):
            profile = self.plan.url(self.targets.profile(draw))
            links.append(Link(profile, "", "social", rel="me noopener", alt="Socialhub", image=True))
        if draw.chance(0.15):
            licence = self.targets.code_host(draw)
            links.append(Link(licence.root, "Licence", "footer", rel="license", spelling=0))
        exchange = self._partner(site)
        if exchange is not None:
            links.append(exchange)
        return Zone("footer", (Para("p", ("© 2026 " + site.brand + " ",)), *_items(links)))

    def _sponsor(self, draw: Draw) -> Link:
        """A keyword in the footer of every page: a template link."""
        site, words = self.targets.commercial(draw)
        return Link(site.root, words, "footer", spelling=draw.below(_SPELLINGS))

    def _partner(self, site: Site) -> Link | None:
        """Sites 12 and 13, 24 and 25, … of the topical ones link to each other."""
        count = len(self.plan.topical.sizes)
        if site.kind != "topical" or site.ordinal < 12 or site.ordinal % 12 > 1:
            return None
        other = site.ordinal + (1 if site.ordinal % 12 == 0 else -1)
        if other >= count:
            return None
        partner = self.plan.site(self.plan.topical.first_site + other)
        words = KEYWORDS["gardening"][0] if partner.topic == "gardening" else partner.brand
        return Link(partner.root, words, "exchange", spelling=0)


def _items(links: list[Link]) -> tuple[Para, ...]:
    return tuple(Para("li", (link,)) for link in links)
