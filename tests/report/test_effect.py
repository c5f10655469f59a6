"""Is a planted effect found within its interval, nothing where nothing is, and is too little refused?"""

import numpy as np
import pytest
from numpy.typing import NDArray

from backlit.score.effect import LEAST_BEFORE, Effect, TooFew, effect_of, log_change

DAYS = (28.0, 28.0)


def pages(
    rng: np.random.Generator, touched: int = 25, untouched: int = 120, times: float = 1.0, trend: float = 0.9
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Counts before and after: touched pages are larger, all follow a trend, each has luck of its own."""
    flags = np.arange(touched + untouched) < touched
    size = rng.lognormal(4.0 + 0.5 * flags, 0.8)
    luck = rng.normal(0, 0.25, len(flags))
    after = size * trend * np.exp(luck) * np.where(flags, times, 1.0)
    return rng.poisson(size), rng.poisson(after), flags


def found(seed: int, times: float = 1.0, draws: int = 400, **more: int) -> Effect:
    rng = np.random.default_rng(seed)
    before, after, flags = pages(rng, times=times, **more)
    told = effect_of(before, after, flags, days=DAYS, rng=rng, draws=draws)
    assert isinstance(told, Effect)
    return told


def held(times: float, webs: int) -> int:
    """How many of so many made-up sites have the truth within their interval."""
    return sum(told.low <= times - 1 <= told.high for told in (found(seed, times) for seed in range(webs)))


@pytest.mark.parametrize("times", [1.0, 1.5])
def test_the_interval_holds_the_truth_as_often_as_it_says(times: float) -> None:
    assert 51 <= held(times, 60) <= 60  # 95 % of 60, within three standard errors


@pytest.mark.slow
@pytest.mark.parametrize("times", [0.6, 1.0, 1.5])
def test_the_interval_holds_the_truth_in_many_sites(times: float) -> None:
    assert 740 <= held(times, 800) <= 779  # 95 % of 800, within three standard errors


def test_a_large_effect_is_told_apart_from_none_and_a_null_is_not() -> None:
    strong = [found(seed, 1.8) for seed in range(15)]
    assert all(told.low > 0 for told in strong)
    assert abs(np.mean([told.change for told in strong]) - 0.8) < 0.1
    assert sum(told.low > 0 or told.high < 0 for told in (found(seed) for seed in range(100, 130))) <= 5


def test_a_trend_of_all_pages_is_no_effect() -> None:
    rng = np.random.default_rng(5)
    before, after, flags = pages(rng, trend=0.5)
    told = effect_of(before, after, flags, days=DAYS, rng=rng)
    assert isinstance(told, Effect)
    assert told.low < 0 < told.high
    assert -0.6 < told.untouched_change < -0.4


def test_periods_of_different_length_are_compared_by_the_day() -> None:
    rng = np.random.default_rng(6)
    before, after, flags = pages(rng, times=1.5, trend=1.0)
    told = effect_of(before, after, flags, days=(28.0, 28.0), rng=np.random.default_rng(1))
    half = effect_of(before, after, flags, days=(28.0, 14.0), rng=np.random.default_rng(1))
    assert isinstance(told, Effect)
    assert isinstance(half, Effect)
    assert (half.change, half.low, half.high) == pytest.approx((told.change, told.low, told.high), abs=1e-3)
    assert log_change([9.5], [9.5], 10, 5)[0] == pytest.approx(np.log(2))


def test_the_same_randomness_gives_the_same_interval() -> None:
    assert found(3) == found(3)


def test_wider_with_fewer_pages() -> None:
    many, few = found(8, touched=60, untouched=300), found(8, touched=9, untouched=25)
    assert few.high - few.low > many.high - many.low


@pytest.mark.parametrize(("touched", "untouched"), [(7, 100), (100, 19), (0, 100), (0, 0)])
def test_too_few_pages_are_refused_with_how_many_there_are(touched: int, untouched: int) -> None:
    rng = np.random.default_rng(1)
    flags = np.arange(touched + untouched) < touched
    counts = np.full(len(flags), 50)
    told = effect_of(counts, counts, flags, days=DAYS, rng=rng)
    assert told == TooFew(touched, untouched)
    assert told.why.startswith(f"{touched} such pages, and {untouched} whose")


def test_pages_with_hardly_a_count_are_left_out() -> None:
    counts = np.r_[np.full(50, LEAST_BEFORE - 1), np.full(30, LEAST_BEFORE)]
    flags = np.arange(80) < 40
    assert effect_of(counts, counts, flags, days=DAYS, rng=np.random.default_rng(1)) == TooFew(0, 30)


def test_pages_that_lost_everything_do_not_break_it() -> None:
    before, flags = np.full(60, 40), np.arange(60) < 20
    told = effect_of(before, np.where(flags, 0, 40), flags, days=DAYS, rng=np.random.default_rng(1))
    assert isinstance(told, Effect)
    assert told.high < -0.9
