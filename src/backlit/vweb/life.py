"""What is there at which crawl? Pages are born, die and move; links are won, lost and changed.

Three crawls look at the web, weeks apart. Not every page is looked at again: what was not looked
at says nothing about its links.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from backlit.vweb.draw import Draw, mix
from backlit.vweb.plan import Plan, Site

__all__ = ["CRAWL_TIMES", "LAST_CRAWL", "Life", "draw_life", "fetched_at", "is_crawled", "state", "status_of"]

CRAWL_TIMES = (
    datetime(2026, 3, 1, 3, 0, tzinfo=UTC),
    datetime(2026, 4, 12, 3, 0, tzinfo=UTC),
    datetime(2026, 6, 7, 3, 0, tzinfo=UTC),
)
#: When the last crawl began.
LAST_CRAWL = CRAWL_TIMES[-1]
#: Between two pages; a crawl of 1,000,000 pages then ends a week before the next begins.
PAGE_INTERVAL = timedelta(seconds=3)
RECRAWLED = 0.85  # of the pages known, in crawls after the first

#: Dead and moved pages at the end of some sites: (kind, of this many sites one, dead, moved).
_DEAD_ENDS = {"target": (1, 2, 2), "rival": (1, 1, 1), "topical": (6, 1, 0)}


def fetched_at(page: int, crawl: int) -> datetime:
    return CRAWL_TIMES[crawl] + page * PAGE_INTERVAL


def is_crawled(plan: Plan, page: int, crawl: int) -> bool:
    """Whether this crawl asked for the page (an unborn page is not known to ask for)."""
    if state(plan, page, crawl) == "unborn":
        return False
    return crawl == 0 or mix(plan.seed, page, crawl, 11) % 100 < 100 * RECRAWLED


def state(plan: Plan, page: int, crawl: int) -> str:
    """live, unborn, dead (404) or moved (301 or 302), at one crawl."""
    site = plan.site_of(page)
    k = page - site.first_page
    fixed = _fixed_state(site, k)
    if fixed is not None:
        return fixed
    if site.kind == "burst":
        return "live" if crawl == 2 else "unborn"
    return _fate(plan.seed, page, crawl) if k and site.kind in _MORTAL else "live"


def status_of(plan: Plan, page: int, crawl: int) -> int:
    """The HTTP status that goes with the state."""
    now = state(plan, page, crawl)
    if now == "moved":
        return 302 if plan.site_of(page).kind == "shortener" else 301
    return 200 if now == "live" else 404


_MORTAL = frozenset({"topical", "blog_host", "forum", "seller"})


def _fixed_state(site: Site, k: int) -> str | None:
    """Pages that never change: short links, and the dead ends that broken links point to."""
    if site.kind == "shortener":
        return "moved" if k else "live"
    every, dead, moved = _DEAD_ENDS.get(site.kind, (0, 0, 0))
    from_end = site.pages - 1 - k
    if not every or site.pages < 5:
        return None
    if site.ordinal % every == 0 and from_end < dead + moved:
        return "dead" if from_end < dead else "moved"
    if site.kind == "topical" and site.ordinal % every == 3 and from_end == 0:
        return "moved"
    return None


def _fate(seed: int, page: int, crawl: int) -> str:
    h = mix(seed, page, 12)
    chance, at = h % 100, 1 + (h >> 20) % 2
    if chance < 8:  # published between two crawls
        return "live" if crawl >= at else "unborn"
    if chance < 11 and crawl >= at:
        return "dead"
    if chance < 13 and crawl >= at:
        return "moved"
    return "live"


@dataclass(frozen=True, slots=True)
class Life:
    """The crawls at which a link is on its page (`born` to before `gone`), and what changes."""

    born: int = 0
    gone: int = 3
    change: str | None = None  # "anchor", "rel" or "placement"
    changes_at: int = 3

    def holds(self, crawl: int) -> bool:
        return self.born <= crawl < self.gone

    def changed(self, crawl: int) -> str | None:
        return self.change if crawl >= self.changes_at else None


_STABLE = Life()
_LIVES = (
    *(Life(born=at) for at in (1, 2)),
    *(Life(gone=at) for at in (1, 2)),
    *(Life(change=what, changes_at=at) for what in ("anchor", "rel", "placement") for at in (1, 2)),
)


def draw_life(draw: Draw) -> Life:
    """Four links in five stay as they are."""
    return _STABLE if draw.chance(0.8) else draw.pick(_LIVES)
