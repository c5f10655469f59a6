"""Who knows the links of a target, how far the sources agree, and what none of them has seen."""

import random
from pathlib import Path

import pytest

from backlit import app
from backlit.errors import UsageError
from backlit.index.overlap import unseen_at_least
from backlit.index.tables import Index
from backlit.index.write import commit_parts
from tests.unit.looks import Look, commit, day, stage

SHOP = "https://shop.test/"


def look(name: str, on: int = 1) -> Look:
    return Look(f"https://{name}.test/post", on, ((SHOP, "tea"),))


def crawl(home: Path, name: str, *sites: str, on: int = 1) -> None:
    index = Index.create(home)
    commit_parts(index, [stage(home, name, [look(site, on) for site in sites])], crawl=name, now=day(99))


def export(home: Path, tool: str, *sites: str) -> None:
    heads = {
        "ahrefs": "Referring page URL,Target URL,Domain rating,Last seen",
        "semrush": "Source url,Target url,Page ascore,Last seen",
        "majestic": "Source URL,Target URL,SourceCitationFlow,Last Seen Date",
    }
    rows = "".join(f"https://{site}.test/post,{SHOP},5,2026-01-20\n" for site in sites)
    path = home.parent / f"{tool}.csv"
    path.write_text(f"{heads[tool]}\n{rows}")
    app.ingest(home, [str(path)], workers=1)


def test_each_source_is_told_with_what_only_it_knows_and_what_it_shares(tmp_path: Path) -> None:
    home = tmp_path / "home"
    crawl(home, "january", "a", "b", "c")
    crawl(home, "february", "a", on=40)
    export(home, "ahrefs", "b", "c", "d", "e")
    found = app.sources(app.open_session(home), "shop.test").row
    told = {"files": 1, "pages": 1, "only_here": 0, "only_here_share": 0.0}
    assert found["sources"] == [
        {**told, "name": "ahrefs", "kind": "export", "links": 4, "pages": 4, "domains": 4, "only_here": 2}
        | {"only_here_share": 0.5, "first_seen": day(19), "last_seen": day(19)},
        {**told, "name": "january", "kind": "crawl", "links": 3, "pages": 3, "domains": 3}
        | {"first_seen": day(1), "last_seen": day(1)},
        {**told, "name": "february", "kind": "crawl", "links": 1, "domains": 1}
        | {"first_seen": day(40), "last_seen": day(40)},
    ]
    shares = {(pair["a"], pair["b"]): (pair["domains"], round(pair["share"], 2)) for pair in found["overlap"]}
    assert shares == {
        ("ahrefs", "january"): (2, 0.5),
        ("ahrefs", "february"): (0, 0.0),
        ("january", "ahrefs"): (2, 0.67),
        ("january", "february"): (1, 0.33),
        ("february", "ahrefs"): (0, 0.0),
        ("february", "january"): (1, 1.0),
    }
    unseen = found["unseen"]
    assert (unseen["at_least"], unseen["seen"], unseen["inputs"]) == (0, 5, {"m": 3, "Q1": 2, "Q2": 3})
    assert "none copies another" in unseen["assumptions"]


def test_with_two_sources_nothing_is_said_of_the_unseen(tmp_path: Path) -> None:
    home = tmp_path / "home"
    crawl(home, "january", "a", "b")
    export(home, "semrush", "c")
    found = app.sources(app.open_session(home), "shop.test").row
    why = "It takes three sources or more to tell; 2 sources know this target."
    assert found["unseen"] == {"at_least": None, "interval": None, "why": why}
    nobody = app.sources(app.open_session(home), "else.test").row
    assert (nobody["sources"], nobody["overlap"], nobody["unseen"]["at_least"]) == ([], [], None)


def test_links_that_are_lost_or_not_known_yet_are_not_counted(tmp_path: Path) -> None:
    home = tmp_path / "home"
    crawl(home, "january", "a", "b")
    commit(home, "later", [Look("https://a.test/post", 30)])
    [row] = app.sources(app.open_session(home), "shop.test").row["sources"]
    assert (row["name"], row["domains"]) == ("january", 1)
    [row] = app.sources(app.open_session(home), "shop.test", as_of="2026-01-10").row["sources"]
    assert row["domains"] == 2
    with pytest.raises(UsageError, match="its data begin on 2026-01-02"):
        app.sources(app.open_session(home), "shop.test", as_of="2025-12-31")


@pytest.mark.parametrize(
    ("times", "sources", "expected"),
    [
        ({1: 30, 2: 20, 3: 10}, 3, (15, 60)),  # 2/3 * 900 / 40
        ({1: 10, 2: 0, 3: 4}, 4, (33, 14)),  # 3/4 * 10 * 9 / 2
        ({1: 1, 2: 0}, 3, (0, 1)),
        ({3: 7}, 3, (0, 7)),
    ],
)
def test_the_bound_is_chaos(times: dict[int, int], sources: int, expected: tuple[int, int]) -> None:
    found = unseen_at_least(times, sources)
    assert found is not None
    assert (found.at_least, found.seen) == expected
    assert 0 <= found.low <= found.at_least + 1
    assert found.low <= found.high
    assert unseen_at_least(times, 2) is None


@pytest.mark.parametrize("uneven", [False, True])
def test_the_bound_stays_below_the_truth_of_made_up_webs_or_near_it(uneven: bool) -> None:
    """1,000 domains, five sources that find each with its own chance: by how many more than known?"""
    chance = random.Random(5)
    ratios, covered = [], 0
    for _ in range(200):
        odds = [chance.betavariate(1, 3) if uneven else 0.3 for _ in range(1_000)]
        times: dict[int, int] = {}
        for odd in odds:
            seen = sum(chance.random() < odd for _ in range(5))
            if seen:
                times[seen] = times.get(seen, 0) + 1
        found = unseen_at_least(times, 5)
        assert found is not None
        truth = 1_000 - found.seen
        ratios.append(found.at_least / truth)
        covered += found.low <= truth <= found.high
    mean = sum(ratios) / len(ratios)
    assert (0.35 < mean < 0.5) if uneven else (0.93 < mean < 1.07)
    assert uneven or covered >= 180
