"""How many sites of each kind does a web of this size have, and how many pages has each?

The fixed cast (the demo's target, its rivals, the money site, the platforms) is always there; the
rest grows with the web. Figures are for 2,000 pages; caps keep one victim from drawing a whole
big web. Ordinary topical sites take all pages that are left, with Zipf-like sizes.
"""

from dataclasses import dataclass
from itertools import accumulate, pairwise

__all__ = ["MAX_PAGES", "MIN_PAGES", "Group", "groups"]

MIN_PAGES, MAX_PAGES = 50, 1_000_000

#: (kind, sites at 2,000 pages, fewest, most, pages per site)
_SCALED = (
    ("money", 3, 1, 300, 2),
    ("forum", 4, 1, 2_000, 14),
    ("blog_host", 20, 2, 5_000, 3),
    ("code_host", 12, 1, 3_000, 2),
    ("seller", 18, 1, 2_000, 5),
    ("pbn", 16, 2, 800, 3),
    ("scraper", 14, 1, 2_000, 4),
    ("burst", 45, 2, 2_000, 1),
)
#: (kind, share of all pages, fewest, most): sites of which there is one
_SINGLE = (
    ("target", 0.012, 8, 400),
    ("rival", 0.008, 5, 200),
    ("rival", 0.008, 5, 200),
    ("loans", 0.002, 2, 6),
    ("social", 0.012, 2, 2_000),
    ("studio", 0.001, 1, 4),
    ("shortener", 0.008, 2, 2_000),
)
_SIZE_EXPONENT = 0.6  # page counts of topical sites: (rank + 4) ** -0.6, as flat as real crawls'


@dataclass(frozen=True, slots=True)
class Group:
    """A run of sites of one kind: site numbers from `first_site`, sizes in pages."""

    kind: str
    first_site: int
    sizes: tuple[int, ...]


def _clamp(value: float, low: int, high: int) -> int:
    return max(low, min(high, round(value)))


def _topical_sizes(pages: int) -> tuple[int, ...]:
    """Sizes of the ordinary sites, biggest first; about seven pages each in a small web."""
    mean = 6.0 * max(1.0, pages / 1_500) ** 0.08
    sites = max(2, min(pages // 2, round(pages / mean)))
    weights = [(rank + 4.0) ** -_SIZE_EXPONENT for rank in range(sites)]
    spare, total = pages - 2 * sites, sum(weights)
    edges = [round(spare * edge / total) for edge in accumulate(weights, initial=0.0)]
    return tuple(2 + after - before for before, after in pairwise(edges))


def groups(pages: int) -> list[Group]:
    """The whole cast of a web of so many pages."""
    scale = pages / 2_000
    found: list[Group] = []

    def add(kind: str, sizes: tuple[int, ...]) -> None:
        first = found[-1].first_site + len(found[-1].sizes) if found else 0
        found.append(Group(kind, first, sizes))

    for kind, share, low, high in _SINGLE:
        add(kind, (_clamp(pages * share, low, high),))
    for kind, count, low, high, size in _SCALED:
        each = size if scale >= 0.2 else min(size, 2)
        add(kind, (each,) * _clamp(count * scale, low, high))
    left = pages - sum(sum(group.sizes) for group in found)
    add("topical", _topical_sizes(left))
    return found
