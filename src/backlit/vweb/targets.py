"""Whom does a page link to, and with which words?

Preferential attachment needs the history of the web, which a page that is a pure function of its
number does not have. Its static twin (Chung and Lu's model) has none: a site is chosen with a
weight that falls as a power of its rank, so that in-degrees are scale-free from the start. Four
links in five stay within the topic.
"""

from backlit.vweb.draw import Draw
from backlit.vweb.lexicon import GENERIC, KEYWORDS, NOUNS, TOPICS
from backlit.vweb.life import state
from backlit.vweb.plan import Plan, Site

__all__ = ["Targets"]

_TOPICAL_LOYALTY = 0.8
_STAR_PULL = 0.3  # of the editorial links on gardening pages


class Targets:
    """Chooses pages of other sites."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.target = plan.site(plan.of_kind("target").first_site)
        self.rivals = [plan.site(self.target.index + 1), plan.site(self.target.index + 2)]
        self.loans = plan.site(plan.of_kind("loans").first_site)
        self._topical_sites = len(plan.topical.sizes)

    def editorial(self, draw: Draw, topic: str) -> int:
        """A page that somebody writing about a topic would recommend."""
        if topic == "gardening" and draw.chance(_STAR_PULL):
            return self.star(draw)
        if not draw.chance(_TOPICAL_LOYALTY):
            topic = draw.pick(TOPICS)
        return self.page_of(draw, self.topical(draw, topic))

    def topical(self, draw: Draw, topic: str) -> Site:
        first = TOPICS.index(topic) % self._topical_sites
        count = max(1, (self._topical_sites - first + len(TOPICS) - 1) // len(TOPICS))
        ordinal = min(first + len(TOPICS) * draw.rank(count), self._topical_sites - 1)
        return self.plan.site(self.plan.topical.first_site + ordinal)

    def star(self, draw: Draw) -> int:
        """A page of the demo's target or a rival; now and then a dead or moved one."""
        site = self.target if draw.chance(0.55) else draw.pick(self.rivals)
        return self.page_of(draw, site)

    def page_of(self, draw: Draw, site: Site) -> int:
        """Home pages draw most links; later pages are found by fewer."""
        home, later = draw.chance(0.35), draw.rank(max(1, site.pages - 1), 0.5)
        if home or site.pages == 1:
            return site.first_page
        page = site.first_page + 1 + later
        return site.first_page if state(self.plan, page, 0) == "unborn" else page

    def commercial(self, draw: Draw) -> tuple[Site, str]:
        """Somebody who pays for links, and the words they want."""
        u = draw.random()
        if u < 0.4:
            return self.loans, draw.pick(KEYWORDS["finance"])
        if u < 0.7:
            return self.target, draw.pick(KEYWORDS["gardening"])
        group = self.plan.of_kind("money")
        number = draw.below(len(group.sizes))
        words = ("casino", "watches", "pills")[number % 3]
        return self.plan.site(group.first_site + number), draw.pick(KEYWORDS[words])

    def blog_host(self, draw: Draw) -> Site:
        return self._any(draw, "blog_host")

    def forum(self, draw: Draw) -> Site:
        return self._any(draw, "forum")

    def code_host(self, draw: Draw) -> Site:
        return self._any(draw, "code_host")

    def studio(self) -> Site:
        return self.plan.site(self.plan.of_kind("studio").first_site)

    def profile(self, draw: Draw) -> int:
        """A page of the social network."""
        site = self.plan.site(self.plan.of_kind("social").first_site)
        return site.first_page + 1 + draw.below(site.pages - 1)

    def short_link(self, draw: Draw) -> int:
        site = self.plan.site(self.plan.of_kind("shortener").first_site)
        return site.first_page + 1 + draw.below(site.pages - 1)

    def anchor(self, draw: Draw, page: int, language: str) -> str:
        """What an honest writer calls a page: its title, its brand, its address, "here"."""
        site = self.plan.site_of(page)
        u = draw.random()
        if u < 0.4:
            return self.plan.title(page)
        if u < 0.65:
            return site.brand
        if u < 0.78:
            return site.host
        if u < 0.88:
            return draw.pick(GENERIC[language])
        return draw.pick(NOUNS[site.language][site.topic])

    def _any(self, draw: Draw, kind: str) -> Site:
        group = self.plan.of_kind(kind)
        return self.plan.site(group.first_site + draw.below(len(group.sizes)))
