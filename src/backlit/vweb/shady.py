"""What do pages look like that exist for their links: networks, sellers, scrapers, bursts?"""

from dataclasses import replace

from backlit.vweb.articles import SPELLINGS, Articles
from backlit.vweb.draw import Draw
from backlit.vweb.lexicon import KEYWORDS
from backlit.vweb.life import draw_life
from backlit.vweb.plan import NETWORK_SIZE, Site
from backlit.vweb.prose import at, headline, linked, plain
from backlit.vweb.scene import Link, Para, Zone
from backlit.vweb.targets import Targets

__all__ = ["Shady"]

_BURST_ANCHOR = KEYWORDS["gardening"][0]
_CUES = {
    "en": (
        "Sponsored post: this article was written in cooperation with our partner.",
        "Advertisement. The following text was provided by a client.",
    ),
    "de": (
        "Anzeige: Dieser Beitrag entstand in Zusammenarbeit mit unserem Partner.",
        "Gesponserter Beitrag, der Text stammt von einem Kunden.",
    ),
}
_OFFER = (
    "Write for us! We accept guest posts on every topic, with one dofollow link of your choice.",
    "Send your article of at least 600 words; permanent links, published within two days.",
    "Casino, CBD and loan links are welcome at double price.",
)
_PRICES = (
    ("Guest post with dofollow link", "$49"),
    ("Link insertion in an old article", "$35"),
    ("Homepage link, one month", "$80"),
    ("Package of ten sites", "$390"),
)


class Shady:
    """Builds the content of pages with a motive."""

    def __init__(self, targets: Targets, articles: Articles) -> None:
        self.targets, self.plan, self.articles = targets, targets.plan, articles

    def network(self, site: Site, page: int, crawl: int) -> tuple[Zone, ...]:
        """Filler, one exact-match link to the network's customer, one link as a cover."""
        draw = Draw(self.plan.seed, page, 40)
        customer, words = self._customer(site.ordinal // NETWORK_SIZE)
        paid = Link(customer.root, draw.pick(words), "pbn", spelling=draw.below(SPELLINGS))
        life = draw_life(draw)
        cover = self.articles.editorial(draw, site, "pbn_cover")
        paras = (
            headline(self.plan.title(page), "h1"),
            plain(draw, "en", site.topic, 3),
            linked(draw, "en", site.topic, at(paid, life, crawl)),
            linked(draw, "en", site.topic, cover),
        )
        return (Zone("content", paras),)

    def _customer(self, network: int) -> tuple[Site, tuple[str, ...]]:
        if network % 5 == 0:
            return self.targets.loans, KEYWORDS["finance"]
        if network % 5 == 1:
            return self.targets.target, KEYWORDS["gardening"]
        money = self.plan.of_kind("money")
        number = network % len(money.sizes)
        words = KEYWORDS[("casino", "watches", "pills")[number % 3]]
        return self.plan.site(money.first_site + number), words

    def seller(self, site: Site, page: int, crawl: int) -> tuple[Zone, ...]:
        k = page - site.first_page
        if k == 1:
            return (self._offer(),)
        if k == 2:
            return (self._price_list(),)
        return (self._bought(site, page, crawl),)

    def _offer(self) -> Zone:
        paras = (headline("Write for us", "h1"), *(Para("p", (text,)) for text in _OFFER))
        return Zone("content", (*paras, Para("p", ("Our prices start at $35 per link.",))))

    def _price_list(self) -> Zone:
        rows = (Para("li", (f"{what}: {price}",)) for what, price in _PRICES)
        return Zone("content", (headline("Advertise: our price list", "h1"), *rows))

    def _bought(self, site: Site, page: int, crawl: int) -> Zone:
        """Posts that were paid for: declared by rel, or given away by their words."""
        draw = Draw(self.plan.seed, page, 41)
        paras = [headline(self.plan.title(page), "h1")]
        for _ in range(1 + draw.below(3)):
            customer, words = self.targets.commercial(draw)
            declared, life, cue = draw.chance(0.4), draw_life(draw), draw.pick(_CUES[site.language])
            rel = draw.pick(("sponsored", "Sponsored noopener", "nofollow SPONSORED"))
            link = Link(
                customer.root,
                words,
                "bought_declared" if declared else "bought_undeclared",
                rel=rel if declared else "",
                spelling=draw.below(SPELLINGS),
            )
            if not declared:
                paras.append(Para("p", (cue,)))
            paras.append(linked(draw, site.language, site.topic, at(link, life, crawl)))
        return Zone("content", tuple(paras))

    def scraper(self, site: Site, page: int, crawl: int) -> tuple[Zone, ...]:
        """Somebody else's article, links and all, and an advertisement."""
        draw = Draw(self.plan.seed, page, 42)
        original = self.targets.topical(draw, site.topic)
        copied = original.first_page + 1 + draw.below(original.pages - 1)
        content = self.articles.article(original, copied, crawl)[0]
        paras = tuple(Para(para.tag, tuple(map(_scraped, para.parts))) for para in content.paras)
        customer, words = self.targets.commercial(draw)
        advert = Para("p", ("Advertisement: ", Link(customer.root, words, "scraper")))
        return (Zone("content", (*paras, advert)),)

    def burst(self, site: Site, page: int, crawl: int) -> tuple[Zone, ...]:
        """One of many new domains that say the same words about the same shop."""
        draw = Draw(self.plan.seed, page, 43)
        link = Link(self.targets.target.root, _BURST_ANCHOR, "burst", spelling=draw.below(2))
        paras = (headline(site.brand, "h1"), linked(draw, "en", "gardening", link))
        return (Zone("content", paras),)


def _scraped(part: str | Link) -> str | Link:
    return part if isinstance(part, str) else replace(part, label="scraper")
