"""Can authority be bought in bulk? A farm leaves its target where it was, whatever PageRank says."""

from dataclasses import replace

import numpy as np
import pytest
from benchmarks.manipulation import FARMS, SIZES, Case, Outcome, attack, bought, judge, synthetic

from tests.unit.graphs import polblogs
from tests.unit.shared import needs_shared


def holds(found: Outcome) -> None:
    """The gate: nothing gained, no point moved, no place won, and not in the top tenth."""
    assert found.gain <= 1.01
    assert abs(found.points) <= 1
    assert found.after >= 0.99 * found.before  # those it linked to before fall a little
    assert found.percentile < 90


@pytest.fixture(scope="module")
def small_web() -> Case:
    return Case.of(*synthetic(3_000, 24_000))


@pytest.mark.parametrize("farm", FARMS)
@pytest.mark.parametrize("size", [10, 5000])
def test_a_farm_buys_nothing(small_web: Case, farm: str, size: int) -> None:
    found = judge(small_web, attack(farm, size, small_web.target, small_web.n), size)
    holds(found)
    if size >= 1000 and farm != "chain":
        assert found.pagerank_after <= 10  # the same farm, by plain PageRank


@pytest.mark.parametrize("links", [1, 5])
@pytest.mark.parametrize("farm", ["two-way", "three layers"])
def test_behind_bought_links_a_farm_adds_nothing_to_what_they_bring(
    small_web: Case, links: int, farm: str
) -> None:
    paid = bought(small_web, links)
    found = judge(small_web, attack(farm, 1000, small_web.target, small_web.n), 1000, paid=paid)
    assert found.gain <= 1.01
    assert abs(found.points) <= 1


def test_links_bought_for_the_farm_bring_less_than_bought_for_the_target(small_web: Case) -> None:
    target, first = small_web.target, small_web.n
    sellers, _ = bought(small_web, 5)
    direct = judge(small_web, (sellers, np.full(5, target)), 5)
    src, dst = attack("one-way", 5, target, first)
    detour = judge(small_web, (np.append(src, sellers), np.append(dst, np.arange(first, first + 5))), 5)
    assert 1 < detour.gain < direct.gain


@pytest.mark.parametrize("target", ["seed", "best", "weak"])
def test_whoever_buys_it(small_web: Case, target: str) -> None:
    order = np.argsort(-small_web.raw, kind="stable")
    chosen = {"seed": int(small_web.groups[0][3]), "best": int(order[20]), "weak": int(order[2_500])}[target]
    case = replace(small_web, target=chosen)
    found = judge(case, attack("two-way", 1000, chosen, case.n), 1000)
    assert found.gain <= 1.01
    assert abs(found.points) <= 1


@pytest.mark.shared
@needs_shared
@pytest.mark.parametrize("farm", FARMS)
@pytest.mark.parametrize("size", [100, 5000])
def test_a_farm_buys_nothing_among_the_political_blogs(farm: str, size: int) -> None:
    case = Case.of(*polblogs())
    holds(judge(case, attack(farm, size, case.target, case.n), size))


@pytest.mark.slow
@pytest.mark.parametrize("farm", FARMS)
@pytest.mark.parametrize("size", SIZES)
def test_a_farm_buys_nothing_in_a_web_of_30_000(farm: str, size: int) -> None:
    case = Case.of(*synthetic())
    found = judge(case, attack(farm, size, case.target, case.n), size)
    holds(found)
