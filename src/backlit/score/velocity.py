"""When did far more come or go than usual: bursts, cliffs, waves of rented links, sudden phrases, churn?

Everything here works on counts per week, or on days, of things whose dates are *known*: that a crawl looked
at a page for the first time is no gain (see `lives`). A week that nobody watched is NaN, in no baseline.

A week stands out when it is 6 robust deviations above the weeks before, z = (x − m) / max(1.4826·MAD, √m, 1),
and neither a Poisson nor a negative binomial distribution of the weeks before would bring it about once in a
million times. Two weeks running count together, so that a burst that begins slowly is seen in its second.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, floor, lgamma, log, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backlit.errors import UsageError

__all__ = [
    "Burst",
    "Churn",
    "Spike",
    "Wave",
    "bursts",
    "churn",
    "spikes",
    "tail_probability",
    "waves",
    "weekly",
]

Floats = NDArray[np.float64]

#: Weeks before that make the baseline, at most and at least.
WINDOW, LEAST_WEEKS = 52, 8
#: How far above, in robust deviations, how unlikely, and how many more than usual.
FAR, RARE, MORE = 6.0, 1e-6, 5.0
#: The same for the mean of two weeks running, which varies less by √2.
FAR_TOGETHER = 4.5
#: A wave: so many domains that came in one week and went in one week.
WAVE = 10
#: A spike: so many domains with one phrase, this share of them within so many days, so many times as usual.
SPIKE, SPIKE_SHARE, SPIKE_DAYS, SPIKE_TIMES = 10, 0.8, 14, 5.0
#: A link that goes within so many days was hardly meant to stay.
SHORT_DAYS = 30


@dataclass(frozen=True, slots=True)
class Burst:
    """Weeks `first` to `last` with far more than usual: how many came, how many were expected, and how
    unusual the most unusual is: robust deviations, and the probability that chance brings so many."""

    first: int
    last: int
    count: float
    expected: float
    z: float
    probability: float


@dataclass(frozen=True, slots=True)
class Wave:
    """Domains that came in one week and went in one week, where `expected` would have by chance."""

    came: int
    went: int
    count: int
    expected: float
    probability: float


@dataclass(frozen=True, slots=True)
class Spike:
    """A phrase that `count` domains took up from day `first` to day `last`, of `total` that use it."""

    phrase: str
    first: float
    last: float
    count: int
    total: int
    expected: float
    probability: float


@dataclass(frozen=True, slots=True)
class Churn:
    """The share of links that go within 30 days of coming (Kaplan and Meier 1958), with its standard error;
    of so many `known` links. None where fewer than WAVE are known."""

    share: float | None
    error: float | None
    known: int


# bursts ----------------------------------------------------------------------


def bursts(counts: ArrayLike) -> list[Burst]:
    """The bursts of a series of counts per week, in order; float[weeks], NaN where a week was not watched.

    Counts may have fractions, where an event is known to lie in one of several weeks. Weeks of a burst do not
    enter the baseline of later ones. Fewer than 8 watched weeks before make no baseline, and no burst. Raises
    UsageError for negative counts.
    """
    x = np.asarray(counts, np.float64)
    if x.ndim != 1 or (x < 0).any() or np.isinf(x).any():
        raise UsageError("look for bursts", "counts that are no flat series of numbers from 0", "Pass weeks.")
    usual = ~np.isnan(x)
    found: list[Burst] = []
    for week in np.flatnonzero(usual).tolist():
        base = _baseline(x, usual, week)
        if base is None:
            continue
        seen = _unusual(x, week, base, bool(week and usual[week - 1]))
        if seen is not None:
            usual[seen.first : week + 1] = False
            found = _joined(found, seen)
    return found


@dataclass(frozen=True, slots=True)
class _Base:
    """What is usual: a mean, a robust deviation, and how many times the variance is the mean."""

    mean: float
    deviation: float
    spread: float


def _baseline(x: Floats, usual: NDArray[np.bool_], week: int) -> _Base | None:
    start = max(0, week - WINDOW)
    before = x[start:week][usual[start:week]]
    if len(before) < LEAST_WEEKS:
        return None
    middle = float(np.median(before))
    mad = 1.4826 * float(np.median(np.abs(before - middle)))
    kept = before[before <= middle + 5 * max(mad, sqrt(middle), 1.0)]
    mean = float(kept.mean())
    variance = float(kept.var(ddof=1)) if len(kept) > 1 else mean
    # a variance of so many weeks is itself uncertain: its upper bound keeps false alarms rare
    bound = 1 + 2 * sqrt(2 / len(kept))
    spread = max(bound * variance / mean, 1.0) if mean > 0 else 1.0
    return _Base(mean, max(mad, sqrt(max(mean, variance)), 1.0), spread)


def _unusual(x: Floats, week: int, base: _Base, before: bool) -> Burst | None:
    """The burst that ends in a week: of it alone, or of it and the one `before`, where that was usual."""
    one = _judged(x[week : week + 1], week, base, FAR)
    if one is not None or not before:
        return one
    return _judged(x[week - 1 : week + 1], week - 1, base, FAR_TOGETHER)


def _judged(part: Floats, first: int, base: _Base, far: float) -> Burst | None:
    weeks = len(part)
    count, expected = float(part.sum()), base.mean * weeks
    z = (count - expected) / (base.deviation * weeks)
    if z < far or count - expected < MORE or part.min() <= base.mean:
        return None
    probability = tail_probability(count, max(expected, 0.1 * weeks), base.spread)
    if probability > RARE:
        return None
    return Burst(first, first + weeks - 1, count, expected, z, probability)


def _joined(found: list[Burst], seen: Burst) -> list[Burst]:
    """Bursts with `seen` in them; one that touches the last goes on with it."""
    if not found or seen.first > found[-1].last + 1:
        return [*found, seen]
    last = found[-1]
    again = max(last.last - seen.first + 1, 0)  # weeks that both count
    share = 1 - again / (seen.last - seen.first + 1)
    joined = Burst(
        last.first,
        seen.last,
        last.count + seen.count * share,
        last.expected + seen.expected * share,
        max(last.z, seen.z),
        min(last.probability, seen.probability),
    )
    return [*found[:-1], joined]


def tail_probability(count: float, mean: float, spread: float = 1.0) -> float:
    """P[X ≥ count] of a negative binomial distribution whose variance is `spread` times its mean; Poisson's
    where that is 1. Fractions of a count are let go."""
    k = floor(count + 1e-9)
    if k <= 0:
        return 1.0
    if mean <= 0:
        return 0.0
    if spread <= 1 + 1e-9:
        term = exp(k * log(mean) - mean - lgamma(k + 1))
        return _summed(term, lambda at: mean / (at + 1), k)
    size, chance = mean / (spread - 1), 1 - 1 / spread
    start = lgamma(k + size) - lgamma(size) - lgamma(k + 1) + size * log(1 / spread) + k * log(chance)
    return _summed(exp(start), lambda at: chance * (at + size) / (at + 1), k)


def _summed(term: float, ratio: Callable[[int], float], k: int) -> float:
    """The terms from k on, until what follows adds nothing; each is a ratio of the one before."""
    total = 0.0
    for at in range(k, k + 100_000):
        total += term
        step = ratio(at)
        if term == 0 or (step < 1 and term * step / (1 - step) < 1e-12 * total):
            break
        term *= step
    return min(total, 1.0)


# weeks -----------------------------------------------------------------------


def weekly(since: ArrayLike, until: ArrayLike, first: int, weeks: int) -> Floats:
    """float[weeks]: how many events fall into each week from `first` on (days / 7, rounded down).

    Each event happened after day `since[i]` and by day `until[i]`; it counts for every week between by the
    part of the stretch that lies there. Days are float[events] since any day that is the start of week 0.
    """
    end = np.asarray(until, np.float64) / 7 - first
    start = np.minimum(np.asarray(since, np.float64) / 7 - first, end - 1e-6)  # a moment is a short stretch
    counts, length = np.zeros(weeks), end - start
    for week in range(weeks):
        part = np.minimum(end, week + 1) - np.maximum(start, week)
        counts[week] = float((np.clip(part, 0, None) / length).sum())
    return counts


# waves, spikes, churn --------------------------------------------------------


def waves(came: ArrayLike, went: ArrayLike) -> list[Wave]:
    """Domains that came together and went together: int[domains] weeks, −1 where one did not go.

    Only dates that are known to the week belong here. A wave has at least 10 domains, and more than chance
    brings about once in a million times if coming and going had nothing to do with each other.
    """
    start, end = np.asarray(came, np.int64), np.asarray(went, np.int64)
    gone = end >= 0
    if not gone.any():
        return []
    pairs, many = np.unique(np.stack([start[gone], end[gone]]), axis=1, return_counts=True)
    starts = dict(zip(*np.unique(start, return_counts=True), strict=True))
    ends = dict(zip(*np.unique(end[gone], return_counts=True), strict=True))
    found = []
    for (first, last), count in zip(pairs.T.tolist(), many.tolist(), strict=True):
        # in proportion to what came and went without these very domains: a wave must not explain itself
        others = max(len(start) - count, 1)
        expected = float((starts[first] - count) * (ends[last] - count)) / others
        probability = tail_probability(count, max(expected, 0.5))
        if count >= WAVE and probability <= RARE:
            found.append(Wave(first, last, count, expected, probability))
    return found


def spikes(days: Mapping[str, Sequence[float]], elsewhere: Sequence[float]) -> list[Spike]:
    """Phrases that many domains took up at once: by phrase the days on which domains came that use it, and
    the days on which all others came.

    At least 10 domains, four in five of them within 14 days, 5 times as many as if they had come when others
    did, and not by chance.
    """
    others = np.sort(np.asarray(elsewhere, np.float64))
    found = [spike for phrase, when in sorted(days.items()) if (spike := _spike(phrase, when, others))]
    return sorted(found, key=lambda each: (-each.count, each.phrase))


def _spike(phrase: str, when: Sequence[float], others: Floats) -> Spike | None:
    x = np.sort(np.asarray(when, np.float64))
    need = int(np.ceil(SPIKE_SHARE * len(x)))
    if len(x) < SPIKE:
        return None
    spans = x[need - 1 :] - x[: len(x) - need + 1]
    at = int(np.argmin(spans))
    first, last = float(x[at]), float(x[at + need - 1])
    if last - first > SPIKE_DAYS:
        return None
    count = int(((x >= first) & (x <= first + SPIKE_DAYS)).sum())
    expected = len(x) * _share_within(others, first, first + SPIKE_DAYS)
    probability = tail_probability(count, max(expected, 0.5))
    if count < SPIKE_TIMES * expected or probability > RARE:
        return None
    return Spike(phrase, first, last, count, len(x), expected, probability)


def _share_within(others: Floats, first: float, last: float) -> float:
    """The share of others that came meanwhile; of fewer than ten nothing is known, and little assumed."""
    if len(others) < SPIKE:
        return 0.1
    return float(((others >= first) & (others <= last)).mean())


def churn(lived: ArrayLike, gone: ArrayLike) -> Churn:
    """The share that goes within 30 days: float[links] days that each was seen, and whether it then was gone.

    Links that are there still, or were not looked at again, count for as long as they were seen.
    """
    days, lost = np.asarray(lived, np.float64), np.asarray(gone, np.bool_)
    if len(days) < WAVE:
        return Churn(None, None, len(days))
    left, variance = 1.0, 0.0
    for day in np.unique(days[lost & (days <= SHORT_DAYS)]).tolist():
        at_risk, dying = int((days >= day).sum()), int((lost & (days == day)).sum())
        left *= 1 - dying / at_risk
        if at_risk > dying:
            variance += dying / (at_risk * (at_risk - dying))
    return Churn(1 - left, left * sqrt(variance), len(days))
