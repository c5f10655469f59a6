"""How long does a question about a target take, beside SQLite and PostgreSQL on the same links?

The index is made up (see `made_index`) and kept with the temporary files, so that it is built once.
`BACKLIT_BENCH_LINKS` says how many links it has (10,000,000 unless it is set; the bars are set for
100,000,000). Every question is asked of a target that is not in memory. Up to ten million links
the peers answer the same questions, with the indexes that serve them best, in the same run.
"""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.made_index import MadeWeb, add_ranks, build, domain_name, home_of
from benchmarks.query_peers import Peer, peers_of

from backlit import app

__all__ = ["built", "run"]

Row = dict[str, Any]

_PEERS_UP_TO = 10_000_000
_ASKED = 120
_SMALL, _MIDDLE = 1_000, 1_000_000

#: The first pages of backlinks that are asked for: group, sort and filter.
_PAGES = (
    ("none", "-last_seen", None),
    ("none", "-authority", None),
    ("none", "source", None),
    ("none", "anchor", "rel:nofollow"),
    ("none", "placement", "placement:content"),
    ("domain", "-authority", None),
    ("domain", "first_seen", "rel:follow"),
)


def run() -> list[Row]:
    """Times of the build, of the overview and of first pages; sizes; the peers' beside them."""
    links = int(os.environ.get("BACKLIT_BENCH_LINKS", "10_000_000"))
    web, home = MadeWeb(links), home_of(links)
    rows = built(web, home)
    session = app.open_session(home)
    rows += _timed(web, session)
    if links <= _PEERS_UP_TO:
        rows += _beside(web, session, home)
    return rows


def built(web: MadeWeb, home: Path) -> list[Row]:
    """Build the index where it is not there yet."""
    if (home / "built").exists():
        seconds = float((home / "built").read_text())
    else:
        started, made = time.perf_counter(), 0.0

        def batches() -> Any:
            nonlocal made
            for number in range(-(-web.links // 1_000_000)):
                begun = time.perf_counter()
                batch = web.batch(number, min(1_000_000, web.links - number * 1_000_000))
                made += time.perf_counter() - begun
                yield batch

        build(home, batches())
        seconds = time.perf_counter() - started - made  # making the batches up is not ours to time
        add_ranks(home, web)
        (home / "built").write_text(str(seconds))
    name = f"build, {web.links:,} links, from Arrow batches to committed tables"
    return [
        _row(name, web.links / seconds, "links/s"),
        _row("size on disk", _bytes(home) / web.links, "B/link"),
    ]


def _bytes(home: Path) -> int:
    data = home / "warehouse" / "backlit"
    return sum(path.stat().st_size for path in data.rglob("*") if path.is_file())


def _timed(web: MadeWeb, session: app.Session) -> list[Row]:
    """Percentiles over targets of all sizes, as often small as large, and the slowest of the largest."""
    ranks = _sample(web)
    overviews = [_cold(session, _overview(session, name)) for name in ranks]
    chance = np.random.default_rng(1)
    pages = [_cold(session, _asked(session, name, *_PAGES[chance.integers(len(_PAGES))])) for name in ranks]
    largest = domain_name(0)
    slowest = max(_cold(session, _asked(session, largest, *page)) for page in _PAGES)
    search = _cold(session, _asked(session, largest, "none", "-last_seen", "anchor:bata"))
    said = f"{web.links:,} links"
    return [
        *_percentiles(f"overview, {said}", overviews),
        *_percentiles(f"first page of backlinks, {said}", pages),
        _row(f"slowest first page of the largest target ({web.links_to(0):,} links)", slowest * 1000, "ms"),
        _row("text search in its anchors", search * 1000, "ms"),
    ]


def _sample(web: MadeWeb) -> list[str]:
    """Targets whose sizes are spread evenly over their orders of magnitude, from a few links to a million."""
    last = web.domains - 1
    first = next((rank for rank in range(last) if web.links_to(rank) <= _MIDDLE), 0)
    spread = np.geomspace(first + 1, last, _ASKED).astype(int)
    return [domain_name(int(rank)) for rank in np.random.default_rng(2).permutation(spread)]


def _overview(session: app.Session, name: str) -> Callable[[], object]:
    return lambda: app.overview(session, name)


def _asked(session: app.Session, name: str, group: str, sort: str, q: str | None) -> Callable[[], object]:
    return lambda: app.backlinks(session, name, group=group, sort=sort, q=q)


def _cold(session: app.Session, ask: Callable[[], object]) -> float:
    """Seconds for a question of a target that is not held in memory."""
    session.forget()
    started = time.perf_counter()
    ask()
    return time.perf_counter() - started


def _percentiles(name: str, seconds: Sequence[float]) -> list[Row]:
    return [
        _row(f"{name}, p{share}", float(np.percentile(seconds, share)) * 1000, "ms") for share in (50, 99)
    ]


def _beside(web: MadeWeb, session: app.Session, home: Path) -> list[Row]:
    """The same questions of the largest target, and of one of about a thousand links, and the sizes."""
    peers = peers_of(web, home.with_name(f"{home.name}-peers"))
    small = next(rank for rank in range(web.domains) if web.links_to(rank) <= _SMALL)
    rows = []
    try:
        for rank in (0, small):
            target, size = domain_name(rank), web.links_to(rank)
            for name, ask in _questions(session, target).items():
                ours = min(_cold(session, ask) for _ in range(3)) * 1000
                theirs = {peer.name: _best(peer, name, target) for peer in peers}
                rows.append(_row(f"{name}, target of {size:,} links", ours, "ms", theirs))
        sizes = {peer.name: peer.bytes() / web.links for peer in peers}
        rows.append(_row("size on disk, with indexes", _bytes(home) / web.links, "B/link", sizes))
    finally:
        for peer in peers:
            peer.close()
    return rows


def _questions(session: app.Session, target: str) -> dict[str, Callable[[], object]]:
    return {
        "first page by date": _asked(session, target, "none", "-last_seen", None),
        "first page by domain and authority": _asked(session, target, "domain", "-authority", None),
        "first page filtered": _asked(
            session, target, "none", "-last_seen", "rel:nofollow placement:content"
        ),
        "text in anchors": _asked(session, target, "none", "-last_seen", "anchor:bata"),
        "overview": _overview(session, target),
    }


def _best(peer: Peer, question: str, target: str) -> float:
    found = []
    for _ in range(3):
        started = time.perf_counter()
        peer.ask(question, target)
        found.append(time.perf_counter() - started)
    return min(found) * 1000


def _row(name: str, figure: float, unit: str, peers: dict[str, float] | None = None) -> Row:
    """One figure; of times and sizes less is better, and there are no peers in the others."""
    ratio = {peer: theirs / figure for peer, theirs in (peers or {}).items()}
    return {"name": name, "figure": figure, "unit": unit, "peers": peers or {}, "ratio": ratio}
