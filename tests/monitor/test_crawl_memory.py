"""Is what a crawl has before it kept on the disk, however much that is?"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from backlit.app import crawling
from backlit.monitor.archive import member, record_of
from backlit.monitor.crawl import Crawled
from backlit.net.client import Client
from backlit.net.fetch import Fetched, Hop
from backlit.net.politeness import Manners
from tests.faults.figures import record
from tests.unit.net.fakes import PUBLIC, answer, fake_network

START = datetime(2026, 3, 1, tzinfo=UTC)
#: Bytes that memory may grow by after the first tenth.
GROWTH = 64 << 20


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def answer_of(url: str) -> bytes:
    body = b"<title>t</title><p>text"
    hop = Hop(url, "192.0.2.1", 200, (("Content-Type", "text/html"),))
    return member(record_of(hop, START, Fetched(url, (hop,), 0.0, None, body, body)))


def crawled(home: Path, monkeypatch: pytest.MonkeyPatch, pages: int) -> tuple[dict[str, Any], int]:
    """Crawl a site on which page n links to 2n and 2n + 1; the counts, and the growth of memory."""
    sizes: list[int] = []

    def look(_client: Client, url: str, *_: object) -> Crawled:
        number = int(url.rpartition("/")[2] or 1)
        onward = tuple(f"http://site.example/{each}" for each in (2 * number, 2 * number + 1))
        return Crawled(url, (answer_of(url),), onward, 200, None)

    def watched(event: Any) -> None:
        if event.done in (pages // 10, pages):
            sizes.append(resident())

    monkeypatch.setattr(crawling, "crawl_page", look)
    monkeypatch.setattr(crawling._Crawl, "ingest", lambda *_: None)
    network, _ = fake_network({"site.example": [PUBLIC]}, lambda _sent, _peer: answer(status=404))
    client = Client(network, lambda: 0.5, manners=Manners(delay=0.0, rest=0.0), clock=lambda: 0.0)
    ask: Callable[..., Any] = crawling.crawl
    done = ask(
        home, ["http://site.example/1"], depth=64, limit=pages, sitemaps=False, client=client,
        progress=watched, clock=lambda: START,
    )  # fmt: skip
    return done.row, sizes[1] - sizes[0]


def test_a_crawl_visits_each_address_once_and_remembers_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, _ = crawled(tmp_path, monkeypatch, 6_000)
    assert (row["visited"], row["read"], row["waiting"]) == (6_000, 6_000, 6_001)
    row, _ = crawled(tmp_path, monkeypatch, 1_000)
    assert (row["visited"], row["waiting"]) == (1_000, 7_001)


@pytest.mark.slow
def test_a_million_addresses_take_no_more_memory_than_a_tenth_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, growth = crawled(tmp_path, monkeypatch, 1_000_000)
    assert (row["visited"], row["waiting"]) == (1_000_000, 1_000_001)
    assert growth < GROWTH
    figures = {"visited": row["visited"], "waiting": row["waiting"], "grown_by_mb": round(growth / 1e6, 1)}
    goal = "memory grows by less than 64 MB after the first tenth"
    record("crawl", "pytest -m slow -k a_million_addresses", goal, figures)
