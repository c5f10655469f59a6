"""A year of small commits, and many hands at once: the index stays quick, small and right."""

import multiprocessing
import time
from datetime import timedelta
from pathlib import Path

import pytest

from backlit import app
from backlit.errors import HomeBusy
from backlit.index.check import check
from backlit.index.engine import connect, parquet
from backlit.index.storage import write_lock
from backlit.index.tables import Index
from backlit.index.write import commit_parts
from tests.faults.figures import record
from tests.unit.looks import Look, day, stage

ALL = timedelta(0)
LINK = ("https://shop.test/", "text")


def commit_small(home: Path, number: int) -> tuple[float, float]:
    """One recheck of one page; the seconds of wall and of processor time that its commit took."""
    part = stage(home, f"check{number}", [Look(f"https://p{number % 50}.test/", number, (LINK,))])
    wall, cpu = time.perf_counter(), time.process_time()
    with write_lock(home):
        commit_parts(Index.create(home), [part], crawl=None, now=day(number))
    return time.perf_counter() - wall, time.process_time() - cpu


def plan(home: Path) -> float:
    """The seconds that planning a question about one target takes, of a version that is known."""
    index = Index.open(home)
    version = index.version()
    began = time.perf_counter()
    index.files(version, "links", ("test.shop/", "test.shop/!"))
    return time.perf_counter() - began


def metadata_bytes(home: Path) -> int:
    return sum(path.stat().st_size for path in home.rglob("metadata/*"))


def many_commits(home: Path, number: int, upkeep: int) -> dict[str, float]:
    """Small commits, files merged in passing as after an ingest and versions forgotten after so many: the
    99th percentile of the commits, planning and metadata at the end."""
    took = []
    sizes = []
    for n in range(number):
        took.append(commit_small(home, n))
        app.tidy(home)
        if n % upkeep == upkeep - 1:
            app.gc(home, keep=ALL, safe_age=ALL)
            sizes.append(metadata_bytes(home))
    walls, cpus = (sorted(each) for each in zip(*took, strict=True))
    late = int(0.99 * (number - 1))
    return {
        "commits": number,
        "commit_p50_ms": round(walls[number // 2] * 1000),
        "commit_p99_ms": round(walls[late] * 1000),
        "commit_cpu_p50_ms": round(cpus[number // 2] * 1000),
        "commit_cpu_p99_ms": round(cpus[late] * 1000),
        "planning_ms": round(min(plan(home) for _ in range(5)) * 1000, 1),
        "metadata_half_kb": round(max(sizes[: len(sizes) // 2]) / 1000),
        "metadata_last_kb": round(sizes[-1] / 1000),
        "data_files": len(list(home.rglob("data/*.parquet"))),
    }


def test_small_commits_do_not_pile_up(tmp_path: Path) -> None:
    found = many_commits(tmp_path, 16, upkeep=8)
    assert found["metadata_last_kb"] < 3_000
    assert found["data_files"] <= 30
    assert check(Index.open(tmp_path)).damages == ()


@pytest.mark.slow
def test_five_thousand_small_commits(tmp_path: Path) -> None:
    found = many_commits(tmp_path, 5_000, upkeep=25)
    goal = "commit p99 at most 300 ms, planning at most 50 ms at the end, metadata bounded"
    record("small-commits", "pytest -m slow -k five_thousand_small_commits", goal, found)
    assert found["metadata_last_kb"] < 1.1 * found["metadata_half_kb"]
    assert found["planning_ms"] <= 50


def write(home: Path, name: str, until: float, told: "multiprocessing.Queue[tuple[str, int]]") -> None:
    """Commit pages of one's own, two links each, until the time is over; tell of what was acknowledged."""
    number = 0
    while time.time() < until:
        links = (("https://shop.test/a", "a"), ("https://shop.test/b", "b"))
        part = stage(home, f"{name}{number}", [Look(f"https://{name}{number}.test/", 1, links)])
        with write_lock(home, wait=120):
            commit_parts(Index.create(home), [part], crawl=None, now=day(1))
        number += 1
        told.put((name, number))


def keep(home: Path, until: float, told: "multiprocessing.Queue[tuple[str, int]]") -> None:
    """Compact and collect all the time."""
    number = 0
    while time.time() < until:
        try:
            app.compact(home, whole=True)
            app.gc(home, keep=ALL, safe_age=timedelta(seconds=30))
        except HomeBusy:
            continue
        number += 1
    told.put(("upkeep", number))


def read(home: Path, until: float, told: "multiprocessing.Queue[tuple[str, int]]") -> None:
    """Every version is whole, two links a page, and none has fewer pages than one that was read before."""
    seen = anomalies = rounds = 0
    while time.time() < until:
        session = app.open_session(home)
        links, pages = (_count(session, table) for table in ("links", "pages"))
        anomalies += links != 2 * pages or pages < seen
        seen, rounds = pages, rounds + 1
    told.put(("rounds", rounds))
    told.put(("anomalies", anomalies))


def _count(session: app.Session, table: str) -> int:
    rows = f"SELECT count(*) FROM {parquet(session.index.files(session.version, table))}"
    found = connect(threads=1).execute(rows).fetchone()
    return int(found[0]) if found else 0


def many_hands(home: Path, seconds: float, readers: int) -> dict[str, int]:
    """Two writers, a keeper and readers at once, each a process; what they tell."""
    spawn = multiprocessing.get_context("spawn")
    told = spawn.Queue()
    with write_lock(home):
        commit_parts(
            Index.create(home),
            [stage(home, "first", [Look("https://f.test/", 1, (LINK, ("https://shop.test/b", "b")))])],
            crawl=None,
            now=day(1),
        )
    until = time.time() + seconds
    hands = [spawn.Process(target=write, args=(home, name, until, told)) for name in ("one", "two")]
    hands.append(spawn.Process(target=keep, args=(home, until, told)))
    hands += [spawn.Process(target=read, args=(home, until, told)) for _ in range(readers)]
    for hand in hands:
        hand.start()
    found = {"one": 0, "two": 0, "upkeep": 0, "rounds": 0, "anomalies": 0}
    while any(hand.is_alive() for hand in hands) or not told.empty():
        if told.empty():
            time.sleep(0.05)
            continue
        name, number = told.get()
        found[name] = found[name] + number if name in ("rounds", "anomalies") else number
    assert [hand.exitcode for hand in hands] == [0] * len(hands)
    pages = _count(app.open_session(home), "pages")
    return found | {"lost": found["one"] + found["two"] + 1 - pages}


def test_two_writers_a_keeper_and_a_reader_see_no_anomaly(tmp_path: Path) -> None:
    found = many_hands(tmp_path, 8, readers=1)
    assert (found["anomalies"], found["lost"]) == (0, 0)
    assert check(Index.open(tmp_path), deep=True).damages == ()


@pytest.mark.slow
def test_an_hour_of_many_hands(tmp_path: Path) -> None:
    found = many_hands(tmp_path, 3_600, readers=16)
    record(
        "many-hands",
        "pytest -m slow -k an_hour_of_many_hands",
        "0 anomalies, 0 lost",
        {**found, "readers": 16},
    )
    assert (found["anomalies"], found["lost"]) == (0, 0)
