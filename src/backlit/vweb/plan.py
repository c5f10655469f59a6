"""Which sites are there, who owns them, and which URL has each page?

Everything is a pure function of (seed, number): pages have numbers, sites own runs of them. Hosts
lie under .example and .test (RFC 2606, RFC 6761), addresses in the blocks for documentation and
benchmarks (RFC 5737, RFC 2544), so that nothing here can be mistaken for somebody's site.
"""

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from urllib.parse import quote, urlsplit

from backlit.errors import UsageError
from backlit.vweb.cast import MAX_PAGES, MIN_PAGES, Group, groups
from backlit.vweb.draw import mix
from backlit.vweb.lexicon import (
    ADJECTIVES,
    LANGUAGES,
    LEGACY,
    NOUNS,
    PEOPLE,
    PLACES,
    TITLES,
    TOPICS,
)

__all__ = ["Plan", "Site"]

_LAST_NUMBER = re.compile(r"(\d+)\D*$")
_FIXED = {
    "target": ("gardenhaus.example", "Gardenhaus", "gardening", "en"),
    "loans": ("cheap-loans-now.example", "Cheap Loans Now", "finance", "en"),
    "social": ("socialhub.example", "Socialhub", "music", "en"),
    "studio": ("webstudio.example", "Webstudio", "software", "en"),
    "shortener": ("go.example", "go", "software", "en"),
}
_RIVALS = (
    ("rosenhof.example", "Rosenhof", "gardening", "de"),
    ("greenthumb.example", "Greenthumb", "gardening", "en"),
)
_MONEY = (
    ("casino-bonus-king", "Casino Bonus King", "casino"),
    ("replica-watch-store", "Replica Watch Store", "watches"),
    ("easy-pills", "Easy Pills", "pills"),
)
#: Sites of one private network; each network has one owner, one tracker id, one /24.
NETWORK_SIZE = 8
_PLURAL_PATH = ("blog", "articles", "post", "stories")


@dataclass(frozen=True, slots=True)
class Site:
    """One site as its owner knows it. `root` is the URL of its home page."""

    index: int
    kind: str
    ordinal: int  # among the sites of its kind
    host: str
    domain: str
    root: str
    brand: str
    topic: str
    language: str
    charset: str
    owner: str
    tracker: str | None
    ip: str
    template: int
    first_page: int
    pages: int

    @property
    def scheme(self) -> str:
        return self.root.partition(":")[0]


class Plan:
    """The cast of one web, with its addresses."""

    def __init__(self, seed: int, pages: int) -> None:
        if not MIN_PAGES <= pages <= MAX_PAGES:
            raise UsageError(
                f"a virtual web of {pages} pages",
                f"it can have {MIN_PAGES} to {MAX_PAGES} pages",
                "Choose another number of pages",
            )
        self.seed, self.pages = seed, pages
        self._groups = groups(pages)
        sizes = [size for group in self._groups for size in group.sizes]
        self._starts = list(accumulate(sizes, initial=0))
        self._group_starts = [group.first_site for group in self._groups]
        self._sites: dict[int, Site] = {}
        self.site_count = len(sizes)
        self.topical = self._groups[-1]

    def of_kind(self, kind: str) -> Group:
        """The (first) group of sites of a kind."""
        return next(group for group in self._groups if group.kind == kind)

    def site(self, index: int) -> Site:
        found = self._sites.get(index)
        if found is None:
            found = self._sites[index] = self._make(index)
        return found

    def site_of(self, page: int) -> Site:
        return self.site(bisect_right(self._starts, page) - 1)

    def url(self, page: int) -> str:
        """The page's address, as a WHATWG parser would write it."""
        site = self.site_of(page)
        k = page - site.first_page
        return site.root if k == 0 else site.root + self._path(site, page, k)

    def title(self, page: int) -> str:
        site = self.site_of(page)
        h = mix(self.seed, page, 3)
        nouns, forms = NOUNS[site.language][site.topic], TITLES[site.language]
        a, step = h % len(nouns), 1 + (h >> 8) % (len(nouns) - 1)
        text = forms[(h >> 16) % len(forms)].format(a=nouns[a], b=nouns[(a + step) % len(nouns)])
        return text[:1].upper() + text[1:]

    def find(self, url: str) -> int | None:
        """The number of the page with this URL; the way back from `url`."""
        scheme, _, rest = url.partition("://")
        netloc, _, path = rest.partition("/")
        origin = f"{scheme}://{netloc}/"
        for root in (origin, f"{origin}{path.partition('/')[0]}/"):
            index = self._by_root.get(root)
            page = None if index is None else self._numbered(self.site(index), url)
            if page is not None:
                return page
        return None

    def _numbered(self, site: Site, url: str) -> int | None:
        """The page of a site that ends in the number that the URL ends in, if it has this URL."""
        number = _LAST_NUMBER.search(url[len(site.root) :])
        k = int(number.group(1)) if number and len(number.group(1)) < 8 else 0
        page = site.first_page + k
        return page if k < site.pages and self.url(page) == url else None

    def hosted(self, netloc: str) -> list[Site]:
        """The sites under a host name (with its port, where it has one)."""
        return self._by_netloc.get(netloc, [])

    @cached_property
    def addresses(self) -> dict[str, str]:
        """The address of each host."""
        return {netloc.partition(":")[0]: sites[0].ip for netloc, sites in self._by_netloc.items()}

    @cached_property
    def _by_root(self) -> dict[str, int]:
        return {self.site(index).root: index for index in range(self.site_count)}

    @cached_property
    def _by_netloc(self) -> dict[str, list[Site]]:
        table: dict[str, list[Site]] = {}
        for index in range(self.site_count):
            site = self.site(index)
            table.setdefault(urlsplit(site.root).netloc, []).append(site)
        return table

    def _path(self, site: Site, page: int, k: int) -> str:
        """Ends in k, so that `find` can read it back; six fashions of making paths."""
        if site.kind == "shortener":
            return f"{mix(self.seed, page) % 4_096:x}".translate(_LETTERS) + str(k)
        if site.kind == "social":
            return f"@{PEOPLE[k % len(PEOPLE)]}{k}"
        fashion = mix(self.seed, site.index, 4) % 6
        if fashion == 1:
            return f"index.php?lang={site.language}&id={k}"
        slug = self._slug(site, page, ascii_only=fashion != 4)
        if fashion == 0:
            return f"{slug}-{k}/"
        if fashion == 2:
            return f"{_PLURAL_PATH[site.index % 4]}/{slug}-{k}"
        if fashion == 3:
            return f"{site.topic}/{slug}/{k}"
        if fashion == 4:
            return f"{slug}-{k}"
        return f"2025/{1 + page % 12:02d}/{slug}-{k}.html"

    def _slug(self, site: Site, page: int, *, ascii_only: bool) -> str:
        nouns = NOUNS["en" if ascii_only else site.language][site.topic]
        words = re.sub(r"[^\w-]+", "-", nouns[mix(self.seed, page, 5) % len(nouns)].lower())
        return quote(words, safe="-")

    def _make(self, index: int) -> Site:
        at = bisect_right(self._group_starts, index) - 1
        group = self._groups[at]
        ordinal = index - group.first_site + sum(g.kind == group.kind for g in self._groups[:at])
        maker = _MAKERS.get(group.kind, _fixed)
        host, domain, path, brand, topic, language = maker(group.kind, ordinal, self.seed)
        h = mix(self.seed, index, 6)
        http = group.kind in {"topical", "pbn", "scraper"} and h % 7 == 0
        port = ":8443" if group.kind == "topical" and ordinal % 50 == 17 and not http else ""
        network = ordinal // NETWORK_SIZE
        pbn = group.kind == "pbn"
        table_layout = group.kind == "topical" and _is_legacy(ordinal, language)
        return Site(
            index=index,
            kind=group.kind,
            ordinal=ordinal,
            host=host,
            domain=domain,
            root=f"{'http' if http else 'https'}://{host}{port}{path}",
            brand=brand,
            topic=topic,
            language=language,
            charset=LEGACY[language] if table_layout else "utf-8",
            owner=f"network-{network}" if pbn else f"owner-{h >> 40 if _shares(h) else index}",
            tracker=f"UA-{77000 + network}-1" if pbn else _tracker(h, index),
            ip=_network_ip(network, ordinal) if pbn else _ip(h, group.kind),
            template=network % 4 if pbn else (2 if table_layout else (0, 1, 3)[(h >> 16) % 3]),
            first_page=self._starts[index],
            pages=group.sizes[index - group.first_site],
        )


_LETTERS = str.maketrans("0123456789", "ghijkmnpqr")
_Names = tuple[str, str, str, str, str, str]  # host, domain, path, brand, topic, language
_Maker = Callable[[str, int, int], _Names]


def _is_legacy(ordinal: int, language: str) -> bool:
    return language in LEGACY and ordinal % (3 if language in {"ja", "ru"} else 9) == 0


def _shares(h: int) -> bool:
    """One site in thirty belongs to somebody who has several."""
    return h % 30 == 0


def _tracker(h: int, index: int) -> str | None:
    return f"G-{h >> 44:05X}{index:X}" if h % 3 == 0 else None


def _ip(h: int, kind: str) -> str:
    """198.18.0.0/15; big hosting firms and platforms share addresses, as in life."""
    if kind in {"blog_host", "code_host"}:
        return "192.0.2.10" if kind == "blog_host" else "192.0.2.20"
    subnet = (h >> 20) % 8 if h % 4 == 0 else (h >> 20) % 250
    return f"198.{18 + (h >> 30) % 2}.{subnet}.{1 + (h >> 32) % 250}"


def _network_ip(network: int, ordinal: int) -> str:
    if network == 0:
        return f"203.0.113.{10 + ordinal}"
    return f"198.19.{251 + network % 4}.{10 + ordinal % 240}"


def _fixed(kind: str, ordinal: int, seed: int) -> _Names:
    host, brand, topic, language = _RIVALS[ordinal] if kind == "rival" else _FIXED[kind]
    return host, host, "/", brand, topic, language


def _topical(kind: str, ordinal: int, seed: int) -> _Names:
    topic, q = TOPICS[ordinal % len(TOPICS)], ordinal // len(TOPICS)
    language = LANGUAGES[(q + 3 * (ordinal % len(TOPICS))) % len(LANGUAGES)]
    if ordinal == 14:
        host = "xn--grtnerblog-q5a.example"  # gärtnerblog
        return host, host, "/", "Gärtnerblog", topic, "de"
    first = ADJECTIVES[q % len(ADJECTIVES)]
    second = PLACES[topic][(q // len(ADJECTIVES) + q) % len(PLACES[topic])]
    turn = q // (len(ADJECTIVES) * len(PLACES[topic]))
    domain = f"{first}{second}{turn or ''}.{'test' if ordinal % 10 == 9 else 'example'}"
    sub = ("", "", "www.", "", "blog.", "www.", "", "magazine.")[mix(seed, ordinal, 8) % 8]
    brand = f"{first.title()} {second.title()}{f' {turn}' if turn else ''}"
    return sub + domain, domain, "/", brand, topic, language


def _person(kind: str, ordinal: int, seed: int) -> _Names:
    turn = ordinal // len(PEOPLE)
    name = PEOPLE[ordinal % len(PEOPLE)] + (str(turn) if turn else "")
    topic = "software" if kind == "code_host" else TOPICS[ordinal % len(TOPICS)]
    if kind == "code_host":
        return "codehost.example", "codehost.example", f"/{name}/", name, topic, "en"
    domain = "blogplatform.example"
    return f"{name}.{domain}", domain, "/", f"{name.title()}'s notes", topic, LANGUAGES[ordinal % 20]


def _money(kind: str, ordinal: int, seed: int) -> _Names:
    label, brand, topic = _MONEY[ordinal % len(_MONEY)]
    turn = ordinal // len(_MONEY)
    domain = f"{label}{turn or ''}.example"
    return domain, domain, "/", brand, {"casino": "music", "watches": "travel"}.get(topic, "cooking"), "en"


def _numbered(label: str, brand: str) -> _Maker:
    def make(kind: str, ordinal: int, seed: int) -> _Names:
        word = ADJECTIVES[(ordinal * 5 + seed) % len(ADJECTIVES)]
        domain = label.format(word=word, n=ordinal) + (".test" if ordinal % 4 == 3 else ".example")
        topic = TOPICS[(ordinal + 1) % len(TOPICS)] if kind == "seller" else TOPICS[ordinal % 7]
        language = "de" if kind == "seller" and ordinal % 5 == 4 else "en"
        return domain, domain, "/", brand.format(word=word.title(), n=ordinal), topic, language

    return make


_MAKERS: dict[str, _Maker] = {
    "topical": _topical,
    "blog_host": _person,
    "code_host": _person,
    "money": _money,
    "forum": _numbered("{word}-forum-{n}", "{word} Forum"),
    "seller": _numbered("{word}-daily-post-{n}", "{word} Daily Post"),
    "pbn": _numbered("old-{word}-town-{n}", "Old {word} Town"),
    "scraper": _numbered("all-{word}-news-{n}", "All {word} News"),
    "burst": _numbered("{word}-fresh-page-{n}", "{word} Fresh Page"),
}
