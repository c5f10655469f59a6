"""Are effective numbers exact, comparable across sizes, and lower where a profile is more concentrated?"""

import math
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import backlit
from backlit.errors import UsageError
from backlit.score.diversity import (
    bootstrap_interval,
    chao1,
    diversity,
    effective_number,
    gini,
    miller_madow,
    rarefied,
    rarefied_effective,
    shannon,
    similar_effective,
    simpson,
    top_share,
)

#: Spiders under girdled and logged hemlocks (Ellison et al. 2010), as Chao et al. 2014 print their numbers.
GIRDLED = [46, 22, 17, 15, 15, 9, 8, 6, 6, 4, 2, 2, 2, 2, *[1] * 12]
#: scikit-bio's own example for Chao1.
EXAMPLE = [0, 1, 1, 4, 2, 5, 2, 4, 1, 2]

counted = st.lists(st.integers(0, 60), min_size=1, max_size=25).filter(any)


def near(value: float) -> Any:
    return pytest.approx(value, abs=1e-9, rel=1e-9)


def test_published_vectors() -> None:
    found = diversity(GIRDLED)
    assert (found.total, found.richness) == (168, 26)
    assert (round(found.effective, 2), round(found.effective_2, 2)) == (12.06, 7.84)
    assert found.chao1 == 26 + 12**2 / (2 * 4)
    assert chao1(EXAMPLE) == 10.5


def test_vectors_worked_by_hand() -> None:
    """Half, a quarter and two eighths: H = 7/4 ln 2, Σp² = 11/32."""
    found = diversity({"a": 4, "b": 2, "c": 1, "d": 1, "never": 0})
    assert found.shannon == near(1.75 * math.log(2))
    assert found.effective == near(2**1.75)
    assert found.simpson == near(11 / 32)
    assert found.effective_2 == near(32 / 11)
    assert found.evenness == near(2**1.75 / 4)
    assert found.gini == near(2 * (1 + 2 + 6 + 16) / 32 - 5 / 4)
    assert found.shannon_corrected == near(1.75 * math.log(2) + 3 / 16)
    assert (found.top, found.chao1) == (0.5, 6.0)  # two seen once and one twice: 2² / 2 more
    assert top_share([4, 2, 1, 1], 2) == 0.75


@given(counted)
def test_orders_meet_at_one(counts: list[int]) -> None:
    at = effective_number(counts, 1)
    for order in (1 - 1e-10, 1 + 1e-10):
        assert effective_number(counts, order) == near(at)


@given(counted, st.sampled_from([0.0, 0.3, 0.7, 1.0, 1.2, 2.0, 5.0, 200.0, math.inf]))
def test_two_equal_profiles_without_a_kind_in_common_are_twice_as_diverse(
    counts: list[int], order: float
) -> None:
    assert effective_number(counts * 2, order) == near(2 * effective_number(counts, order))


@given(counted)
def test_orders_are_bounded_by_kinds_and_by_the_largest_share(counts: list[int]) -> None:
    kinds, largest = sum(count > 0 for count in counts), max(counts) / sum(counts)
    numbers = [effective_number(counts, order) for order in (0, 0.4, 1, 1.6, 2, 8, math.inf)]
    assert numbers[0] == near(kinds)
    assert numbers[-1] == near(1 / largest)
    assert all(a >= b - 1e-9 for a, b in pairwise(numbers))


@pytest.mark.parametrize("kinds", [2, 7, 40])
def test_more_concentrated_is_less_diverse(kinds: int) -> None:
    """Domains of one network take the place of others, one kind after the other."""
    profiles = [[10 + 10 * moved] + [10] * (kinds - 1 - moved) for moved in range(kinds)]
    found = [diversity(profile, draws=5) for profile in profiles]
    for measure in ("effective", "effective_2", "richness"):
        values = [getattr(each, measure) for each in found]
        assert all(a > b for a, b in pairwise(values)), measure
    assert [each.top for each in found] == sorted(each.top for each in found)
    one_by_one = [[10 + moved, *[10] * (kinds - 2), 10 - moved] for moved in range(10)]
    assert [gini(profile) for profile in one_by_one] == sorted(gini(profile) for profile in one_by_one)


def test_rarefied_numbers_are_means_over_every_sample() -> None:
    counts, n = [5, 3, 1, 1], 4
    items = [kind for kind, count in enumerate(counts) for _ in range(count)]
    samples = [np.bincount(drawn) for drawn in combinations(items, n)]
    kinds = sum(int((sample > 0).sum()) for sample in samples) / len(samples)
    entropy = sum(shannon(sample) for sample in samples) / len(samples)
    assert rarefied(counts, n) == near(kinds)
    assert rarefied_effective(counts, n) == near(math.exp(entropy))


@given(counted)
def test_rarefied_to_all_is_what_was_counted_and_to_one_is_one(counts: list[int]) -> None:
    total = sum(counts)
    assert rarefied(counts, total) == near(effective_number(counts, 0))
    assert rarefied_effective(counts, total) == near(effective_number(counts))
    assert rarefied(counts, 1) == near(1)
    assert rarefied_effective(counts, 1) == near(1)


def test_a_large_and_a_small_sample_of_one_mix_are_alike_once_rarefied() -> None:
    rng = np.random.default_rng(1)
    mix = rng.dirichlet(np.full(300, 0.3))
    small, large = (rng.multinomial(n, mix) for n in (200, 20_000))
    assert effective_number(large) > 1.3 * effective_number(small)
    assert rarefied_effective(large, 200) == pytest.approx(effective_number(small), rel=0.1)


def test_a_million_items_are_rarefied_exactly() -> None:
    """Equal counts have a closed form: a kind of ten is missed with the chance C(N − 10, n) / C(N, n)."""
    kinds, n = 100_000, 1_000
    missed = math.prod((10 * kinds - n - i) / (10 * kinds - i) for i in range(10))
    assert rarefied([10] * kinds, n) == pytest.approx(kinds * (1 - missed), rel=1e-9)


def test_kinds_that_are_alike_count_as_one() -> None:
    counts = np.array([4.0, 2, 1, 1])
    assert similar_effective(counts, np.eye(4)) == near(effective_number(counts))
    assert similar_effective(counts, np.ones((4, 4))) == near(1)
    pairs = np.kron(np.eye(2), np.ones((2, 2)))
    for order in (0.5, 1, 2):
        merged = effective_number([6, 2], order)
        assert similar_effective(counts, pairs, order) == near(merged)


def test_the_interval_covers_the_truth_of_the_mix() -> None:
    rng = np.random.default_rng(4)
    mix = np.array([0.5, 0.2, 0.1, 0.1, 0.05, 0.05])
    truth = effective_number(mix)
    within = 0
    for seed in range(200):
        low, high = bootstrap_interval(rng.multinomial(400, mix), seed=seed)
        within += low <= truth <= high
    assert within >= 180


def test_the_same_seed_gives_the_same_interval() -> None:
    assert bootstrap_interval(GIRDLED, seed=3) == bootstrap_interval(GIRDLED, seed=3)
    assert bootstrap_interval(GIRDLED, seed=3) != bootstrap_interval(GIRDLED, seed=4)
    found = backlit.diversity(GIRDLED)
    assert found.low < found.effective < found.high


def test_one_kind_is_one_whatever_is_asked() -> None:
    found = diversity([7])
    assert (found.effective, found.effective_2, found.evenness, found.top) == (1, 1, 1, 1)
    assert (found.shannon, found.gini, found.chao1, found.low, found.high) == (0, 0, 1, 1, 1)


def test_fractions_have_no_sample() -> None:
    found = diversity([0.5, 1.5])
    assert (found.chao1, found.shannon_corrected, found.richness) == (None, None, 2)
    with pytest.raises(UsageError, match="fractions"):
        rarefied([0.5, 1.5], 1)


@pytest.mark.parametrize("counts", [[], [0, 0], [1, -1], [math.nan], [math.inf], [[1, 2]]])
def test_what_is_no_count_is_refused(counts: list[float]) -> None:
    for measure in (diversity, effective_number, gini, simpson, miller_madow):
        with pytest.raises(UsageError, match="measure a diversity"):
            measure(counts)


def test_no_more_is_drawn_than_there_is() -> None:
    for n in (0, 169):
        with pytest.raises(UsageError, match=f"{n} of 168 items"):
            rarefied(GIRDLED, n)
