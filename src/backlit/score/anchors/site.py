"""What are all the anchors of one site, each beside the page that it leads to?

The names of the site, its keywords and its scripts are found once. Of each page its address adds names
(an account, a project), and its title, where it was read, the words of a citation.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from backlit.score.anchors.brand import Brand, Name, brand_of
from backlit.score.anchors.classify import anchor_target, image_found, page_of
from backlit.score.anchors.evidence import found_names
from backlit.score.anchors.keywords import Keywords, keywords_of
from backlit.score.anchors.rules import AnchorTarget, judged
from backlit.score.anchors.said import scripts_of_text
from backlit.score.anchors.target import address_of_key

__all__ = ["Site", "site_of"]

#: Titles of a site that tell which scripts it writes in.
_TITLES_READ = 1_000
#: Pages that are remembered, some 2 kB each: the best linked are asked for again and again.
_REMEMBERED = 5_000


@dataclass(frozen=True, slots=True)
class Site:
    """What anchors to one site are compared with; build it with `site_of`."""

    domain: str
    #: names by evidence and names a user gave
    names: tuple[Name, ...]
    own: tuple[str, ...]
    keywords: Keywords
    scripts: frozenset[str]
    titles: Mapping[str, str]
    _brands: dict[tuple[str, tuple[str, ...]], Brand] = field(default_factory=dict)
    _pages: dict[str, AnchorTarget] = field(default_factory=dict)

    def page(self, key: str) -> AnchorTarget:
        """What anchors to the page of a page key are compared with."""
        found = self._pages.get(key)
        if found is None:
            if len(self._pages) >= _REMEMBERED:
                self._pages.clear()
            found = self._pages[key] = self._page(key)
        return found

    def _page(self, key: str) -> AnchorTarget:
        address = address_of_key(key)
        place = address.url.host, address.names
        brand = self._brands.get(place)
        if brand is None:
            if len(self._brands) >= _REMEMBERED:
                self._brands.clear()
            brand = self._brands[place] = brand_of(address, self.names, self.own)
        return page_of(address, brand, self.keywords, self.titles.get(key), self.scripts)

    def codes(
        self,
        said: Sequence[str | None],
        pictured: Sequence[str | None],
        keys: Sequence[str],
        languages: Sequence[str | None],
    ) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
        """The classes (numbers of `AnchorKind`) and money flags of anchors, row by row: int8[n], bool[n].

        Of a link without words `pictured` is the alternative text of its image, None where it has none;
        `keys` are page keys of the target, `languages` those of the linking pages.
        """
        codes, money = np.empty(len(said), np.int8), np.empty(len(said), np.bool_)
        rows = zip(said, pictured, keys, languages, strict=True)
        for n, (text, picture, key, language) in enumerate(rows):
            page = self.page(key)
            if picture is not None and not text:
                found = image_found(picture, page, language)[0]
            else:
                found = judged(text or "", page, language)
            codes[n], money[n] = found.kind, found.money
        return codes, money


def site_of(
    domain: str,
    *,
    titles: Mapping[str, str] | None = None,
    anchors: Mapping[str, int] | None = None,
    queries: Iterable[str] = (),
    brand: Iterable[str] = (),
    keywords: Iterable[str] = (),
) -> Site:
    """What anchors to a site are compared with, by its titles (by page key), anchors (with the number of
    domains that use them), search queries, and the names and keywords that a user gave."""
    titles = titles or {}
    own = tuple(brand)
    names = found_names(domain, titles.values(), anchors)
    some = " ".join(title for title, _ in zip(titles.values(), range(_TITLES_READ), strict=False))
    known = anchor_target(domain, brand=own, names=names).brand
    searched = (query for query in queries if not known.is_name(query))
    phrases = {text: number for text, number in (anchors or {}).items() if not known.is_name(text)}
    wanted = keywords_of(keywords, searched, phrases)
    return Site(domain, names, own, wanted, scripts_of_text(some), titles)
