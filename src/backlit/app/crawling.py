"""How is a site crawled: from seeds and sitemaps on, by its rules, into the index?"""

import hashlib
import random
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from threading import Lock

from backlit.app.answer import Answer, Row
from backlit.app.build import ingest
from backlit.app.clock import Clock, clock_of_looks, now
from backlit.app.home import way_out
from backlit.app.progress import Progress, ProgressEvent, silent
from backlit.app.project_defaults import kept_within
from backlit.app.verification import page_address
from backlit.app.visiting import PATIENCE, THREADS
from backlit.index.storage import VISIT_LOCK, write_lock
from backlit.monitor.captures import Captures
from backlit.monitor.crawl import Crawled, addresses_of, crawl_page, is_trap
from backlit.monitor.rounds import Rounds
from backlit.net.client import Client
from backlit.net.failure import FailureKind
from backlit.store.frontier import Frontier
from backlit.urls import host_of_key, page_key, registrable_domain

__all__ = ["crawl"]

#: Pages of one wave: what memory holds of a crawl.
_WAVE = 5_000
#: Pages that are put on the disk at once: so many a killed crawl visits again.
_KEPT = 200
#: Sitemaps that are read for one seed, those that others name included.
_SITEMAPS = 20


def crawl(
    home: Path,
    seeds: Sequence[str],
    *,
    depth: int = 3,
    limit: int = 1_000,
    sitemaps: bool = True,
    internal: str = "none",
    client: Client | None = None,
    threads: int = THREADS,
    patience: float = PATIENCE,
    progress: Progress = silent,
    clock: Clock = now,
) -> Answer:
    """Visit pages from some addresses on, within their domains, and read them into the index like any crawl.

    At most `depth` links from a seed and `limit` pages. A crawl that was stopped goes on when it is asked for
    with the same seeds; one that came to its limit, too.
    """
    started = time.perf_counter()
    urls = [page_address(seed) for seed in seeds]
    kept_within(home, internal)  # before anything is visited
    client = client or Client(way_out(home), random.random)
    with ExitStack() as stack:
        stack.enter_context(write_lock(home, name=VISIT_LOCK))
        run = _Crawl(home, urls, depth, clock_of_looks(home, clock))
        try:
            if sitemaps:
                run.read_sitemaps(client)
            run.visit(client, limit, threads, patience, progress)
        finally:
            waiting = run.stop()
        read = run.ingest(internal, progress)
    row = {name: read[name] for name in ("pages", "links", "targets", "snapshot")} if read else {}
    data = {"crawl": run.name, **run.counts, "waiting": waiting, **row}
    data["seconds"] = round(time.perf_counter() - started, 3)
    snapshot = int(read["snapshot"]) if read else None
    return Answer(data, {"seeds": list(seeds), "depth": depth, "limit": limit}, snapshot)


class _Crawl:
    """One crawl: its frontier, its captures, and what came of its visits."""

    def __init__(self, home: Path, seeds: Sequence[str], depth: int, clock: Clock) -> None:
        self._home, self._depth, self._clock = home, depth, clock
        self._domains = frozenset(registrable_domain(host_of_key(page_key(url))) for url in seeds)
        self._seeds = seeds
        digest = hashlib.blake2b("\n".join(sorted(seeds)).encode(), digest_size=8).hexdigest()
        self._frontier = Frontier(home / "crawls" / f"{digest}.sqlite")
        self.name = f"crawl-{clock():%Y%m%dT%H%M%S}"
        self._captures = Captures(home, f"{self.name}-{digest}")
        self._frontier.add(seeds, 0)
        self._unkept: list[str] = []
        self._onward: list[tuple[str, int]] = []
        self.counts: Row = dict.fromkeys(("visited", "read", "blocked", "unreachable"), 0)

    def read_sitemaps(self, client: Client) -> None:
        """Add what the sitemaps of the seeds' hosts name, as pages one link away."""
        for seed in self._seeds:
            waiting, seen = list(client.sitemaps(seed)), set[str]()
            while waiting and len(seen) < _SITEMAPS:
                name = waiting.pop()
                if name in seen:
                    continue
                seen.add(name)
                found = addresses_of(client.visit(name).body, self._domains)
                waiting += [url for url in found if url.endswith((".xml", ".xml.gz"))]
                self._frontier.add((url for url in found if not is_trap(url)), 1)

    def visit(self, client: Client, limit: int, threads: int, patience: float, progress: Progress) -> None:
        """Visit wave by wave, until nothing is left or the limit is reached."""
        turn = Lock()

        def work(url: str) -> Crawled:
            return crawl_page(client, url, self._domains, self._clock, turn)

        while True:
            depth, wave = self._frontier.wave(min(_WAVE, limit - self.counts["visited"]))
            if not wave or depth > self._depth:
                return
            for page in Rounds(client, wave, work, threads=threads, patience=patience):
                self._keep(page, depth)
                progress(ProgressEvent("crawling", self.counts["visited"], limit, "pages"))
            self._settle()

    def _keep(self, page: Crawled, depth: int) -> None:
        self.counts["visited"] += 1
        self.counts[_outcome(page)] += 1
        if page.failure is None:
            self._captures.add(page.packed)
        if depth < self._depth:
            self._onward += [(url, depth + 1) for url in page.onward]
        self._unkept.append(page.url)
        if self._captures.is_full or len(self._unkept) >= _KEPT:
            self._settle()

    def _settle(self) -> None:
        """Put pages on the disk, and only then say that they were visited: a crawl may be killed."""
        self._captures.flush()
        self._frontier.visited(self._unkept, self._onward)
        self._unkept, self._onward = [], []

    def stop(self) -> int:
        """Put on the disk what is gathered; the number of pages that wait."""
        self._settle()
        _, waiting = self._frontier.counts()
        self._frontier.close(finished=waiting == 0)
        return waiting

    def ingest(self, internal: str, progress: Progress) -> Row | None:
        """Read what was captured into the index."""
        paths = self._captures.waiting()
        if not paths:
            return None
        answer = ingest(
            self._home,
            [str(path) for path in paths],
            crawl=self.name,
            internal=internal,
            clock=self._clock,
            progress=progress,
        )
        self._captures.ingested(paths)
        return answer.row


def _outcome(page: Crawled) -> str:
    if page.failure is not None:
        return "blocked" if page.failure.kind is FailureKind.ROBOTS else "unreachable"
    return "read" if page.status is not None and page.status < 500 and page.status != 429 else "unreachable"
