"""From crawl files to answers: three crawls of the virtual web, in any order, equal what is true."""

from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from backlit import app
from backlit.errors import UsageError
from backlit.index.engine import connect, parquet, rows_of
from backlit.index.fold import fold_query
from backlit.index.tables import Index
from backlit.model import Kind, LostReason, State
from backlit.urls import parse_url, url_of_key
from backlit.vweb import VirtualWeb

PAGES = 300
Link = tuple[str, str, str]  # source, target, kind
Fate = tuple[str, datetime, datetime, datetime | None, str | None, int]  # …, occurrences when last seen


@pytest.fixture(scope="module")
def web() -> VirtualWeb:
    return VirtualWeb(seed=11, pages=PAGES)


@pytest.fixture(scope="module")
def crawls(web: VirtualWeb, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crawls")
    for number in range(3):
        web.write_warc(folder / f"{number}.warc.gz", crawl=number)
        web.write_wat(folder / f"{number}.wat.gz", crawl=number)
    return folder


def fates(home: Path) -> dict[Link, Fate]:
    """Every link between domains that the index knows, folded."""
    index = Index.open(home)
    links = parquet(index.files(index.version(), "links"))
    columns = "source_key, target_key, kind, state, first_seen, last_seen, gone_at, gone_reason"
    fold = fold_query(links, "source_domain <> target_domain")
    rows = rows_of(connect(), f"SELECT {columns}, count(*) AS occurrences FROM ({fold}) GROUP BY ALL")
    return {
        (url_of_key(r["source_key"]), url_of_key(r["target_key"]), Kind(r["kind"]).name.lower()): (
            State(r["state"]).name.lower(),
            r["first_seen"],
            r["last_seen"],
            r["gone_at"],
            LostReason(r["gone_reason"]).name.lower() if r["gone_reason"] else None,
            r["occurrences"],
        )
        for r in rows
    }


def looks_at(web: VirtualWeb) -> dict[str, list[tuple[datetime, int, Counter[Link]]]]:
    """The looks at each page in order: when, with what status, and the links to other domains."""
    looks: dict[str, list[tuple[datetime, int, Counter[Link]]]] = {}
    for crawl in range(3):
        found: dict[str, Counter[Link]] = {}
        for link in web.truth(crawl):
            if parse_url(link.source_url).domain != parse_url(link.target_url).domain:
                found.setdefault(link.source_url, Counter())[link.source_url, link.target_url, link.kind] += 1
        for page in web.pages(crawl):
            look = (page.fetched_at, page.status, found.get(page.url, Counter()))
            looks.setdefault(page.url, []).append(look)
    return looks


def _reason(status: int) -> str:
    if status in (301, 302, 307, 308):
        return "page_redirected"
    return "page_gone" if status in (404, 410) else "removed"


def true_fates(web: VirtualWeb) -> dict[Link, Fate]:
    """What the three crawls tell about each link, worked out page by page."""
    expected: dict[Link, Fate] = {}
    for looks in looks_at(web).values():
        before: Counter[Link] = Counter()
        for at, status, after in (look for look in looks if look[1] < 500):
            for link, occurrences in after.items():
                first = expected[link][1] if link in before else at
                expected[link] = ("live", first, at, None, None, occurrences)
            for link in before - after:
                if link not in after:
                    _, first, last, _, _, occurrences = expected[link]
                    expected[link] = ("lost", first, last, at, _reason(status), occurrences)
            before = after
    return expected


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1)], ids=["in order", "shuffled"])
def test_three_crawls_in_any_order_tell_the_true_fate_of_every_link(
    web: VirtualWeb, crawls: Path, tmp_path: Path, order: tuple[int, ...]
) -> None:
    for number in order:
        app.ingest(tmp_path, [str(crawls / f"{number}.warc.gz")], workers=1)
    assert fates(tmp_path) == true_fates(web)


def contents(home: Path) -> list[dict[str, object]]:
    """The folded links with all their attributes, less where each was read."""
    index = Index.open(home)
    links = parquet(index.files(index.version(), "links"))
    fold = fold_query(links, "true")
    order = "target_key, source_key, kind, occurrence"
    return rows_of(connect(), f'SELECT * EXCLUDE (source_id, "offset") FROM ({fold}) ORDER BY {order}')


def test_the_wat_of_a_warc_adds_nothing(crawls: Path, tmp_path: Path) -> None:
    app.ingest(tmp_path, [str(crawls / "0.warc.gz"), str(crawls / "1.warc.gz")], workers=1)
    before = contents(tmp_path)
    app.ingest(tmp_path, [str(crawls / "0.wat.gz"), str(crawls / "1.wat.gz")], workers=1)
    assert contents(tmp_path) == before


def test_all_at_once_with_two_workers_is_the_same_as_one_by_one(crawls: Path, tmp_path: Path) -> None:
    for number in (1, 0):
        app.ingest(tmp_path / "one", [str(crawls / f"{number}.warc.gz")], workers=1)
    answer = app.ingest(tmp_path / "two", [str(crawls / f"{number}.warc.gz") for number in (0, 1)], workers=2)
    assert contents(tmp_path / "two") == contents(tmp_path / "one")
    again = app.ingest(tmp_path / "two", [str(crawls / "0.warc.gz")], workers=2)
    assert (answer.row["already"], again.row["already"], again.row["links"]) == (0, 1, 0)
    assert again.row["snapshot"] == answer.row["snapshot"]


@pytest.fixture(scope="module")
def ranked(crawls: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("ranked")
    app.ingest(home, [str(crawls / f"{number}.warc.gz") for number in range(3)], workers=1)
    return home


def test_ranks_are_published_once_per_snapshot_and_the_same_each_time(ranked: Path) -> None:
    first, second = app.rank(ranked).row, app.rank(ranked).row
    assert first["converged"]
    assert first["domains"] == second["domains"]
    session = app.open_session(ranked)
    authority = app.overview(session, "gardenhaus.example").row["authority"]
    assert 0 < authority["score"] <= 100
    assert authority["why"] is None


def test_pages_of_a_result_are_whole_and_the_cursor_knows_its_question(ranked: Path) -> None:
    session = app.open_session(ranked)
    everything = app.backlinks(session, "gardenhaus.example", group="none", limit=1_000)
    walked, cursor = [], None
    while True:
        page = app.backlinks(session, "gardenhaus.example", group="none", limit=17, cursor=cursor)
        walked += page.rows
        cursor = page.next
        if cursor is None:
            break
    assert walked == everything.rows
    assert len(walked) == everything.total
    first = app.backlinks(session, "gardenhaus.example", group="none", limit=17)
    assert first.total == everything.total
    with pytest.raises(UsageError, match="belongs to another question"):
        app.backlinks(session, "gardenhaus.example", group="page", limit=17, cursor=first.next)
