"""Are bursts seen soon, and nothing else called one; and is a crawl's first look never a gain?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
import scipy.stats

from backlit import app
from backlit.errors import UsageError
from backlit.score.lives import velocity_in, velocity_of
from backlit.score.velocity import (
    Burst,
    bursts,
    churn,
    spikes,
    tail_probability,
    waves,
    weekly,
)
from tests.unit.looks import Look, commit

Floats = npt.NDArray[np.float64]
NAN = float("nan")

# planted bursts --------------------------------------------------------------

_WEEKDAYS = np.array([1.3, 1.2, 1.1, 1.1, 1.0, 0.7, 0.6])


def series(rng: np.random.Generator, mean: float, spread: float, weeks: int) -> Floats:
    """Days drawn from a Poisson or negative binomial distribution, with weekdays, seasons and growth."""
    day = np.arange(7 * weeks)
    season = 1 + rng.uniform(0, 0.4) * np.sin(2 * np.pi * (day / 7) / 52 + 6 * rng.random())
    mu = mean / 7 * _WEEKDAYS[day % 7] * season * np.exp(rng.uniform(-0.2, 0.5) * day / 364)
    drawn = rng.poisson(mu) if spread == 1 else rng.negative_binomial(mu / (spread - 1), 1 / spread)
    weekly_counts: Floats = drawn.reshape(-1, 7).sum(axis=1).astype(np.float64)
    return weekly_counts


@dataclass
class Tally:
    found: int = 0
    missed: int = 0
    false: int = 0
    years: float = 0.0
    latest: int = 0

    @property
    def f1(self) -> float:
        return 2 * self.found / (2 * self.found + self.false + self.missed)


def tallied(seed: int, profiles: int, weeks: int = 156) -> Tally:
    """Profiles of 0.3 to 60 domains a week; seven in ten have a burst of one to four weeks."""
    rng, tally = np.random.default_rng(seed), Tally()
    for _ in range(profiles):
        mean, spread = float(np.exp(rng.uniform(np.log(0.3), np.log(60)))), float(rng.choice([1, 1.5, 2, 3]))
        x = series(rng, mean, spread, weeks)
        start, length = (int(rng.integers(60, weeks - 6)), int(rng.integers(1, 5)))
        planted = rng.random() < 0.7
        if planted:
            usual = np.sqrt(2.3 * spread * mean)
            x[start : start + length] += rng.poisson(max(12.0, rng.uniform(9, 20) * usual), length)
        seen = bursts(x)
        hits = [
            each for each in seen if planted and each.first < start + length + 1 and each.last >= start - 1
        ]
        tally.found += bool(hits)
        tally.missed += planted and not hits
        tally.false += len(seen) - len(hits)
        tally.years += weeks / 52
        tally.latest = max([tally.latest, *(hits[0].first - start for _ in hits[:1])])
    return tally


@pytest.mark.parametrize(
    ("seed", "profiles"),
    [(11, 100), *(pytest.param(seed, 1_000, marks=pytest.mark.slow) for seed in range(12, 18))],
)
def test_planted_bursts_are_seen_and_nothing_else(seed: int, profiles: int) -> None:
    tally = tallied(seed, profiles)
    assert tally.f1 >= 0.9
    assert tally.latest <= 2
    assert tally.false <= tally.years


@pytest.mark.parametrize("spread", [1.0, 3.0])
def test_a_quiet_year_has_no_burst(spread: float) -> None:
    rng = np.random.default_rng(4)
    assert (
        sum(len(bursts(series(rng, mean, spread, 104))) for mean in (0.5, 3, 20, 200) for _ in range(10)) == 0
    )


def test_a_burst_is_told_with_its_numbers() -> None:
    usual = [4.0, 6, 5, 4, 6, 5, 5, 4, 6, 5, 5, 4]
    [found] = bursts([*usual, 60, 55, 5, 6])
    assert (found.first, found.last, found.count) == (12, 13, 115)
    assert found.expected == pytest.approx(2 * np.mean(usual))
    assert found.z > 20
    assert found.probability < 1e-20


def test_weeks_of_a_burst_are_no_baseline_for_the_next() -> None:
    usual = [5.0, 4, 6] * 6
    found = bursts([*usual, 80, 90, 85, *usual, 80])
    assert [(each.first, each.last) for each in found] == [(18, 20), (39, 39)]


def test_a_burst_that_begins_slowly_is_seen_in_its_second_week() -> None:
    usual = [5.0, 4, 6, 5] * 6
    assert bursts([*usual, 17]) == []
    [found] = bursts([*usual, 17, 18])
    assert (found.first, found.last) == (24, 25)


def test_weeks_that_nobody_watched_are_no_zeros() -> None:
    quiet = [NAN] * 30
    assert bursts([*quiet, 20, 22, 19, 21, 20, 18, 22, 20, 21]) == []
    assert bursts([*[0.0] * 30, 20, 22])[0].first == 30
    assert bursts([1.0] * 7 + [90]) == []  # seven weeks are no baseline


@pytest.mark.parametrize("wrong", [[-1.0], [[1.0]], [float("inf")]])
def test_what_is_no_series_is_refused(wrong: list[float]) -> None:
    with pytest.raises(UsageError, match="look for bursts"):
        bursts(wrong)


@pytest.mark.parametrize(("mean", "spread"), [(0.4, 1.0), (5.0, 1.0), (5.0, 2.5), (40.0, 6.0)])
def test_tails_are_those_of_scipy(mean: float, spread: float) -> None:
    size = mean / (spread - 1) if spread > 1 else 0.0
    for count in (0, 1, 3, 10, 60, 200):
        exact = scipy.stats.poisson.sf(count - 1, mean)
        if spread > 1:
            exact = scipy.stats.nbinom.sf(count - 1, size, 1 / spread)
        assert tail_probability(count, mean, spread) == pytest.approx(exact, rel=1e-8, abs=1e-300)


# weeks, waves, spikes, churn -------------------------------------------------


def test_what_came_between_two_looks_is_spread_over_the_weeks_between() -> None:
    found = weekly([0.0, 9, 10.5], [14.0, 9.0, 17.5], 0, 3)
    assert found.tolist() == pytest.approx([0.5, 0.5 + 1 + 0.5, 0.5])


def test_a_wave_comes_and_goes_together() -> None:
    rng = np.random.default_rng(3)
    came, went = rng.integers(0, 100, 400), np.where(rng.random(400) < 0.5, rng.integers(100, 140, 400), -1)
    assert waves(came, went) == []
    came[:14], went[:14] = 50, 120
    [found] = waves(came, went)
    assert (found.came, found.went) == (50, 120)
    assert found.count >= 14
    assert waves(came[:9] * 0 + 50, went[:9] * 0 + 120) == []  # nine are too few
    assert waves([], []) == []


def test_everything_that_came_with_one_crawl_and_went_with_another_is_no_chance_but_a_wave() -> None:
    """Which is why only dates that are known to the week may be passed."""
    assert [each.count for each in waves([1] * 60, [9] * 60)] == [60]


def test_a_phrase_that_many_take_up_at_once() -> None:
    others = [float(day) for day in range(0, 700, 2)]
    days = {
        "cheap chairs": [300.0 + at / 2 for at in range(16)] + [40.0, 600.0],
        "garden shop": [float(day) for day in range(0, 700, 20)],
        "rare": [5.0] * 9,
    }
    [found] = spikes(days, others)
    assert (found.phrase, found.count, found.total) == ("cheap chairs", 16, 18)
    assert found.first == 300.0
    assert found.expected == pytest.approx(18 * 8 / 350, rel=0.1)
    assert spikes(days, [301.0 + at / 10 for at in range(60)]) == []  # all others came then too


def test_churn_counts_who_is_there_still_for_as_long_as_it_was_seen() -> None:
    lived = [5.0] * 5 + [400.0] * 5 + [10.0] * 2
    gone = [True] * 5 + [True] * 5 + [False] * 2
    found = churn(lived, gone)
    assert found.known == 12
    assert found.share == pytest.approx(5 / 12)
    assert found.error == pytest.approx(np.sqrt(5 / 12 * 7 / 12 / 12))
    assert churn(lived[:9], gone[:9]).share is None


# of an index -----------------------------------------------------------------

START = datetime(2025, 1, 6, tzinfo=UTC)
TIME = pa.timestamp("us", tz="UTC")


def lives(*groups: Sequence[tuple[float | None, float, float, float | None, str]]) -> pa.Table:
    """Domains by the days on which they were last absent, first and last seen, and found gone; and words."""

    def moment(day: float | None) -> datetime | None:
        return None if day is None else START + timedelta(days=day)

    rows = [row for group in groups for row in group]
    days = [[row[at] for row in rows] for at in range(4)]
    columns = [pa.array([moment(day) for day in each], TIME) for each in days]  # type: ignore[arg-type]
    words = pa.array([row[4] for row in rows], pa.string())
    return pa.table([*columns, words], ["absent_at", "first_seen", "last_seen", "gone_at", "words"])


def test_a_first_look_at_hundreds_of_pages_is_no_burst() -> None:
    watched = [(None, 0.0, 400.0, None, "shop") for _ in range(5)]
    first_read = [(None, 200.0, 400.0, None, "shop") for _ in range(300)]
    found = velocity_of(lives(watched, first_read))
    assert (found.known, found.unknown, found.bursts, found.rows()) == (0, 305, (), [])
    assert np.nansum(found.gained) == 0


def test_what_came_between_two_looks_in_one_week_is_one() -> None:
    watched = [(None, 0.0, 400.0, None, "shop") for _ in range(5)]
    usual = [(float(day - 3), float(day), 400.0, None, f"word {day}") for day in range(10, 300, 5)]
    burst = [(301.0, 304.0, 400.0, None, "cheap chairs") for _ in range(40)]
    found = velocity_of(lives(watched, usual, burst))
    assert [row["id"] for row in found.rows()] == ["burst", "phrase-spike"]
    [told, spike] = found.rows()
    assert (told["from"], told["to"]) == (date(2025, 10, 30), date(2025, 11, 5))
    assert told["sentence"].startswith("40 domains came from 2025-10-30 to 2025-11-05; 1.")
    assert spike["sentence"].startswith("40 of 40 domains took up “cheap chairs” between 2025-11-06")


def test_a_long_gap_between_looks_makes_no_burst_of_its_own() -> None:
    """One in five days, seen every few days first and only once a year later: the same pace."""
    watched = [(None, 0.0, 800.0, None, "shop") for _ in range(5)]
    close = [(float(day - 3), float(day), 800.0, None, "a") for day in range(10, 300, 5)]
    late = [(300.0, 665.0, 800.0, None, "b") for _ in range(73)]
    assert velocity_of(lives(watched, close, late)).bursts == ()


def test_a_network_that_was_switched_off_is_a_wave_and_a_cliff() -> None:
    watched = [(None, 0.0, 400.0, None, "shop") for _ in range(5)]
    usual = [(float(day - 3), float(day), 400.0, None, f"w{day}") for day in range(10, 390, 5)]
    rented = [(100.0, 103.0, 250.0, 254.0, f"r{at}") for at in range(30)]
    found = velocity_of(lives(watched, usual, rented))
    assert [row["id"] for row in found.rows()] == ["burst", "loss-cliff", "wave"]
    assert found.rows()[2]["sentence"].startswith("30 domains came in the week of 2025-04-17")


def test_an_index_says_what_it_knows(tmp_path: Path) -> None:
    link = (("https://shop.test/", "Shop"),)
    early = [Look(f"https://a{at}.test/", 1, link) for at in range(3)]
    empty = [Look(f"https://b{at}.test/", 1) for at in range(4)]
    commit(tmp_path, "first", [*early, *empty])
    later = [Look("https://a0.test/", 20), *(Look(f"https://b{at}.test/", 20, link) for at in range(4))]
    commit(tmp_path, "second", [*later, *(Look(f"https://c{at}.test/", 20, link) for at in range(9))])
    found = velocity_in(app.open_session(tmp_path).profile("shop.test"))
    assert (found.known, found.unknown) == (4, 12)
    assert found.gained.sum() == pytest.approx(4)
    assert found.lost.sum() == pytest.approx(1)
    assert found.why is not None
    assert "No more than 8 weeks were watched" in found.why
    nobody = velocity_in(app.open_session(tmp_path).profile("nobody.test"))
    assert (nobody.start, nobody.rows(), nobody.why) == (
        None,
        [],
        "No look at a page has seen a link of a known date.",
    )


def test_a_burst_is_a_value() -> None:
    assert Burst(1, 2, 30.0, 3.0, 9.0, 1e-9) == Burst(1, 2, 30.0, 3.0, 9.0, 1e-9)
