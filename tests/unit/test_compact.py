"""Compaction: fewer files, the same answers, whatever arrives before or after it."""

import random
from pathlib import Path

import pytest

from backlit.index.compact import MERGE_AT, compact, plan_groups
from backlit.index.engine import connect, parquet, rows_of
from backlit.index.tables import Index
from tests.unit.looks import Look, commit, day
from tests.unit.test_history_fuzz import TOGETHER, fates, history, models_of

SAME = (("https://shop.test/1", "text"),)


def files(home: Path, table: str = "links") -> list[str]:
    index = Index.open(home)
    return index.files(index.version(), table)


def links(home: Path) -> list[dict[str, object]]:
    columns = "target_key, source_key, anchor, first_seen, last_seen, gone_at, source_id, earlier"
    return rows_of(connect(), f"SELECT {columns} FROM {parquet(files(home))} ORDER BY ALL")


def compare(folder: Path, seeds: range) -> None:
    """Random histories that are compacted between arrivals, against the model that knows no compaction."""
    chance, histories = random.Random(seeds.start), [history(seed) for seed in seeds]
    for arrangement in range(2):
        arriving = [chance.sample(each.looks, len(each.looks)) for each in histories]
        home, size = folder / str(arrangement), chance.choice([2, 4, 6])
        for n in range(0, 16, size):
            commit(home, f"part{n}", [look for looks in arriving for look in looks[n : n + size]])
            if chance.random() < 0.5:
                compact(Index.open(home), whole=True)
        assert fates(home) == models_of(histories), (seeds, arrangement, size)
        assert fates(home, day(6)) == models_of(histories, 6), (seeds, arrangement, size, "as of")


@pytest.mark.parametrize("first", [0, pytest.param(TOGETHER, marks=pytest.mark.slow)])
def test_whatever_arrives_after_a_compaction_folds_as_if_there_had_been_none(
    tmp_path: Path, first: int
) -> None:
    compare(tmp_path, range(first, first + TOGETHER))


@pytest.mark.slow
def test_five_hundred_histories_with_compactions(tmp_path: Path) -> None:
    for first in range(5_000, 5_500, TOGETHER):
        compare(tmp_path / str(first), range(first, first + TOGETHER))


def test_looks_that_saw_the_same_become_one_row_that_names_them_all(tmp_path: Path) -> None:
    for on in (3, 1, 2):
        commit(tmp_path, f"crawl{on}", [Look("https://a.test/", on, SAME)])
    commit(tmp_path, "crawl9", [Look("https://a.test/", 9, (("https://shop.test/1", "other"),))])
    done = compact(Index.open(tmp_path), whole=True, tables=["links"])
    assert (done.files_before, done.files_after, done.rows_before, done.rows_after) == (4, 1, 4, 2)
    link = {"target_key": "test.shop/1", "source_key": "test.a/", "gone_at": None}
    earlier = [{"at": day(on), "source_id": f"crawl{on}", "offset": on, "ordinal": 0} for on in (1, 2)]
    seen = [
        {
            "anchor": "other",
            "first_seen": day(9),
            "last_seen": day(9),
            "source_id": "crawl9",
            "earlier": None,
        },
        {
            "anchor": "text",
            "first_seen": day(3),
            "last_seen": day(3),
            "source_id": "crawl3",
            "earlier": earlier,
        },
    ]
    assert links(tmp_path) == [link | row for row in seen]


def test_a_tombstone_that_two_arrivals_brought_stands_once(tmp_path: Path) -> None:
    commit(tmp_path, "late", [Look("https://a.test/", 5)])
    commit(tmp_path, "first", [Look("https://a.test/", 1, SAME)])
    commit(tmp_path, "second", [Look("https://a.test/", 2, SAME)])
    before = fates(tmp_path)
    assert len([row for row in links(tmp_path) if row["gone_at"]]) == 2
    compact(Index.open(tmp_path), whole=True)
    assert len([row for row in links(tmp_path) if row["gone_at"]]) == 1
    assert fates(tmp_path) == before


def test_files_are_merged_once_there_are_enough_of_a_size(tmp_path: Path) -> None:
    index = Index.create(tmp_path)
    for n in range(MERGE_AT):
        assert plan_groups(index, index.version()) == []
        commit(tmp_path, f"crawl{n}", [Look("https://a.test/", n, SAME)])
    done = compact(Index.open(tmp_path))
    assert done.files_before == 3 * MERGE_AT  # links, pages, sources
    assert [len(files(tmp_path, table)) for table in ("links", "pages", "sources")] == [1, 1, 1]
    assert compact(Index.open(tmp_path)).files_before == 0


def test_an_append_beside_a_compaction_is_no_conflict_and_a_compaction_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from backlit.index import compact as module

    for n in range(3):
        commit(tmp_path, f"crawl{n}", [Look("https://a.test/", n, SAME)])
    rewrite, meddlers = module.rewrite, ["compact", "append"]

    def and_meanwhile(*given: object) -> None:
        rewrite(*given)  # type: ignore[arg-type]  # passed on as they came
        if not meddlers:
            return
        if meddlers.pop() == "append":
            commit(tmp_path, "meanwhile", [Look("https://a.test/", 7, SAME)])
        else:
            monkeypatch.setattr(module, "rewrite", rewrite)
            compact(Index.open(tmp_path), whole=True)
            monkeypatch.setattr(module, "rewrite", and_meanwhile)

    monkeypatch.setattr(module, "rewrite", and_meanwhile)
    done = compact(Index.open(tmp_path), whole=True)
    assert done.replanned == 1
    assert fates(tmp_path) == {("https://a.test/", SAME[0][0]): ("live", day(0), day(7), None)}
    for row in links(tmp_path):
        assert row["last_seen"] == day(7) or row["earlier"]
