"""What do people write on forums, profiles and code hosts?"""

from backlit.vweb.articles import SPELLINGS, Articles
from backlit.vweb.draw import Draw
from backlit.vweb.lexicon import PEOPLE
from backlit.vweb.life import draw_life, state
from backlit.vweb.plan import Site
from backlit.vweb.prose import at, headline, linked, plain, sentence
from backlit.vweb.scene import Link, Para, Zone
from backlit.vweb.targets import Targets

__all__ = ["People"]

_LISTED = 60
_SIGNATURE_RELS = ("", "", "nofollow", "ugc nofollow")


class People:
    """Builds pages of platforms on which anyone can write."""

    def __init__(self, targets: Targets, articles: Articles) -> None:
        self.targets, self.plan, self.articles = targets, targets.plan, articles

    def contents(self, site: Site, page: int, crawl: int) -> tuple[Zone, ...]:
        """A list of the site's pages, as forums and networks have on their front page."""
        draw = Draw(self.plan.seed, page, 50)
        items = [headline(site.brand, "h1"), plain(draw, site.language, site.topic, 1)]
        for other in range(page + 1, page + min(site.pages, _LISTED)):
            if state(self.plan, other, crawl) == "live":
                link = Link(self.plan.url(other), self.plan.title(other), "internal", spelling=1)
                items.append(Para("li", (link,)))
        return (Zone("content", tuple(items)),)

    def thread(self, site: Site, page: int, crawl: int) -> tuple[Zone, ...]:
        """A question and its answers; some answers carry a signature that sells."""
        draw = Draw(self.plan.seed, page, 51)
        question = (headline(self.plan.title(page), "h1"), plain(draw, "en", site.topic))
        posts: list[Para] = []
        for _ in range(3 + draw.below(5)):
            posts.extend(self._post(draw, site, crawl))
        return (Zone("content", question), Zone("comment", tuple(posts)))

    def _post(self, draw: Draw, site: Site, crawl: int) -> list[Para]:
        who, said = draw.pick(PEOPLE), sentence(draw, "en", site.topic)
        helpful, life = self.articles.editorial(draw, site, "forum"), draw_life(draw)
        shows, sells = draw.chance(0.35), draw.chance(0.35)
        customer, words = self.targets.commercial(draw)
        rel, spelling = draw.pick(_SIGNATURE_RELS), draw.below(SPELLINGS)
        present = at(helpful, life, crawl) if shows else None
        paras = [Para("p", (f"{who}: {said}",))]
        if present is not None:
            paras.append(Para("p", ("Have a look at ", present, ".")))
        if sells:
            link = Link(customer.root, words, "forum_spam", rel=rel, spelling=spelling)
            paras.append(Para("p", ("-- ", link)))
        return paras

    def profile(self, site: Site, page: int, crawl: int) -> tuple[Zone, ...]:
        """Who somebody is, and the site they call their own."""
        draw = Draw(self.plan.seed, page, 52)
        k = page - site.first_page
        stars = (self.targets.target, *self.targets.rivals)
        own = stars[k - 1] if k <= len(stars) else self.targets.topical(draw, site.topic)
        name = PEOPLE[k % len(PEOPLE)].title()
        link = Link(own.root, own.host, "social", rel=draw.pick(("me", "me nofollow", "NOFOLLOW Me")))
        bio = Para("p", (sentence(draw, "en", own.topic) + " ", link))
        return (Zone("content", (headline(name, "h1"), bio)),)

    def repository(self, site: Site, page: int, crawl: int) -> tuple[Zone, ...]:
        draw = Draw(self.plan.seed, page, 53)
        paras = [headline(f"{site.brand}: {self.plan.title(page)}", "h1")]
        for _ in range(1 + draw.below(3)):
            link, life = self.articles.editorial(draw, site), draw_life(draw)
            paras.append(linked(draw, "en", "software", at(link, life, crawl)))
        return (Zone("content", tuple(paras)),)

    def shop(self, site: Site, page: int, crawl: int) -> tuple[Zone, ...]:
        """A page that links to nobody else: money sites, agencies, the shortener's home."""
        draw = Draw(self.plan.seed, page, 54)
        paras = (headline(self.plan.title(page), "h1"), plain(draw, "en", site.topic, 4))
        return (Zone("content", paras),)
