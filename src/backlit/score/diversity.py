"""Over how many kinds does a profile really spread?

Shares p of so many kinds have an *effective number*: that of equally frequent kinds which would be as varied
(Hill 1973; Jost 2006). Its order q says how little rare kinds count:

    D_q = (Σ p^q)^(1 / (1 − q))     q = 0: kinds;  q → 1: e^H, of Shannon's H;  q = 2: 1 / Σ p²

Two profiles of equal spread without a kind in common come to twice the number, which entropies and Gini's
coefficient do not. A profile of more links shows more kinds; two are comparable only when both are *rarefied*
to equally many (Hurlbert 1971; Chao et al. 2014): what so many of its links, drawn at random, would show.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backlit.errors import UsageError

__all__ = [
    "DRAWS",
    "Diversity",
    "berger_parker",
    "bootstrap_interval",
    "chao1",
    "diversity",
    "effective_number",
    "gini",
    "log_factorials",
    "miller_madow",
    "rarefied",
    "rarefied_effective",
    "shannon",
    "similar_effective",
    "simpson",
    "top_share",
]

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Counts: TypeAlias = ArrayLike | Mapping[Any, float]

#: Samples with replacement behind an interval.
DRAWS = 200
_NEAR_ONE = 0.5  # orders this near to 1 are summed as differences to 1, where plain sums lose their digits


@dataclass(frozen=True, slots=True)
class Diversity:
    """How a profile spreads over kinds.

    `richness`, `effective` and `effective_2` are the effective numbers of order 0, 1 and 2; `shannon` is in
    nats and `simpson` is Σ p². `evenness` is effective / richness, 1 where all kinds are equally frequent.
    `top` is the share of the most frequent kind. `chao1`, how many kinds there are with those never seen, and
    `shannon_corrected` are None unless all counts are whole. `low` and `high` bound `effective` with 95 %.
    """

    total: float
    richness: int
    effective: float
    effective_2: float
    evenness: float
    shannon: float
    shannon_corrected: float | None
    simpson: float
    gini: float
    top: float
    chao1: float | None
    low: float
    high: float


def diversity(counts: ArrayLike | Mapping[Any, float], *, seed: int = 0, draws: int = DRAWS) -> Diversity:
    """The diversity of counts: float[kinds], or a mapping of kinds to counts; zeros are left out.

    >>> round(diversity([5, 5, 5, 5]).effective, 9)
    4.0

    The interval comes from `draws` samples with the given seed. Raises UsageError where nothing was counted,
    or a count is negative or not finite. Formulas: Hill 1973, Jost 2006, Chao 1984 (docs/concepts/diversity).
    """
    x = _counts(counts)
    whole = bool((x == np.floor(x)).all())
    effective = effective_number(x)
    low, high = bootstrap_interval(x, seed=seed, draws=draws)
    return Diversity(
        total=float(x.sum()),
        richness=len(x),
        effective=effective,
        effective_2=effective_number(x, 2),
        evenness=effective / len(x),
        shannon=shannon(x),
        shannon_corrected=miller_madow(x) if whole else None,
        simpson=simpson(x),
        gini=gini(x),
        top=berger_parker(x),
        chao1=chao1(x) if whole else None,
        low=low,
        high=high,
    )


# measures --------------------------------------------------------------------


def effective_number(counts: Counts, order: float = 1.0) -> float:
    """The effective number of kinds of an order ≥ 0, or infinity: 1 / the largest share."""
    p = _shares(counts)
    if order < 0 or np.isnan(order):
        raise _refuse(f"the order {order}", "Use 0, 1, 2 or another number that is not negative")
    if np.isinf(order):
        return float(1 / p.max())
    if order == 1:
        return float(np.exp(-(p * np.log(p)).sum()))
    if abs(order - 1) < _NEAR_ONE:
        beside = (p * np.expm1((order - 1) * np.log(p))).sum()  # Σ p^q − 1, without its cancellation
        return float(np.exp(np.log1p(beside) / (1 - order)))
    scaled = (p / p.max()) ** order  # orders of hundreds would underflow
    return float(np.exp((np.log(scaled.sum()) + order * np.log(p.max())) / (1 - order)))


def shannon(counts: Counts) -> float:
    """Shannon's entropy in nats, at least 0."""
    p = _shares(counts)
    return float(max(-(p * np.log(p)).sum(), 0.0))


def miller_madow(counts: Counts) -> float:
    """Shannon's entropy and what a sample of whole counts misses of it: (kinds − 1) / 2n (Miller 1955)."""
    x = _whole(counts)
    return shannon(x) + (len(x) - 1) / (2 * float(x.sum()))


def simpson(counts: Counts) -> float:
    """Σ p²: how likely two draws are of one kind. Of markets it is called Herfindahl's index."""
    return float((_shares(counts) ** 2).sum())


def gini(counts: Counts) -> float:
    """Gini's coefficient of the kinds that were seen: 0 where all are equally frequent, below 1."""
    x = np.sort(_counts(counts))
    n = len(x)
    return float(max(2 * (np.arange(1, n + 1) * x).sum() / (n * x.sum()) - (n + 1) / n, 0.0))


def berger_parker(counts: Counts) -> float:
    """The share of the most frequent kind."""
    return float(_shares(counts).max())


def top_share(counts: Counts, k: int) -> float:
    """The share of the k most frequent kinds together."""
    return float(np.sort(_shares(counts))[::-1][: max(k, 0)].sum())


def chao1(counts: Counts) -> float:
    """At least how many kinds there are, the unseen included, by those seen once (f₁) and twice (f₂).

    f₁² / 2f₂ more than were seen, or f₁(f₁ − 1) / 2 where none was seen twice (Chao 1984).
    """
    x = _whole(counts)
    once, twice = int((x == 1).sum()), int((x == 2).sum())
    unseen = once * once / (2 * twice) if twice else once * (once - 1) / 2
    return len(x) + unseen


def similar_effective(counts: ArrayLike, similarity: ArrayLike, order: float = 1.0) -> float:
    """The effective number of kinds of which some are alike: float[n, n] of 0 … 1 with 1 on the diagonal.

    D = (Σ p · (Zp)^(q − 1))^(1 / (1 − q)) (Leinster & Cobbold 2012): with nothing alike it is the effective
    number, and kinds that are wholly alike count as one. Raises UsageError for another shape.
    """
    x, z = np.asarray(counts, np.float64), np.asarray(similarity, np.float64)
    _counts(x)
    if z.shape != (len(x), len(x)) or not ((z >= 0) & (z <= 1)).all() or not (np.diagonal(z) == 1).all():
        raise _refuse(
            f"a similarity of shape {z.shape} for {len(x)} kinds", "Pass 0 … 1, with 1 on the diagonal"
        )
    p = x / x.sum()
    ordinary, kept = (z @ p)[p > 0], p[p > 0]
    if order == 1:
        return float(np.exp(-(kept * np.log(ordinary)).sum()))
    return float((kept * ordinary ** (order - 1)).sum() ** (1 / (1 - order)))


# samples ---------------------------------------------------------------------


def rarefied(counts: Counts, n: int) -> float:
    """How many kinds n of the items, drawn without putting any back, show on average (Hurlbert 1971).

    Raises UsageError unless counts are whole and n is from 1 to their sum.
    """
    x, total = _sample(counts, n)
    log = log_factorials(total)
    left = total - x
    able = left >= n  # else the kind cannot be missed
    missed = np.exp(_log_choose(log, left[able], n) - _log_choose(log, np.array([total]), n))
    return float(len(x) - missed.sum())


def rarefied_effective(counts: Counts, n: int) -> float:
    """The effective number of order 1 that n of the items show: from the expected frequencies of frequencies.

    Exact, and no simulation: Σ over kinds of P(k of n) by the hypergeometric distribution (Chao et al. 2014).
    Raises UsageError as `rarefied` does.
    """
    x, total = _sample(counts, n)
    sizes, many = np.unique(x, return_counts=True)
    log = log_factorials(total)
    whole = _log_choose(log, np.array([total]), n)[0]
    entropy = 0.0
    for size, kinds in zip(sizes.tolist(), many.tolist(), strict=True):
        k = np.arange(max(1, n - (total - size)), min(size, n) + 1)
        ways = _log_choose(log, np.array([size]), k) + _log_choose(log, np.array([total - size]), n - k)
        chance = np.exp((ways - whole).astype(np.float64))
        entropy -= kinds * float((k / n * np.log(k / n) * chance).sum())
    return float(np.exp(entropy))


def bootstrap_interval(
    counts: Counts, *, seed: int = 0, draws: int = DRAWS, size: int | None = None, level: float = 0.95
) -> tuple[float, float]:
    """Between which numbers the effective number of order 1 lies, from samples with replacement.

    Samples are of as many items as were counted, or of `size`. Each misses kinds that the counts hold, so
    that their middle lies too low: the interval is moved to the estimate, and ends at 1.
    """
    x = _counts(counts)
    n = max(1, round(float(x.sum()))) if size is None else size
    found = _resampled(x / x.sum(), n, seed, draws)
    middle = effective_number(x) if size is None else float(found.mean())
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2]) - found.mean() + middle
    return max(float(low), 1.0), max(float(high), 1.0)


def _resampled(p: Floats, n: int, seed: int, draws: int) -> Floats:
    """The effective number of each sample."""
    rng = np.random.default_rng(seed)
    found = np.empty(draws)
    for at in range(draws):
        x = rng.multinomial(n, p)
        q = x[x > 0] / n
        found[at] = np.exp(-(q * np.log(q)).sum())
    return found


def log_factorials(n: int) -> NDArray[np.longdouble]:
    """ln 0! … at least ln n!"""
    return _table(max(n, 1).bit_length())


@lru_cache(maxsize=8)
def _table(bits: int) -> NDArray[np.longdouble]:
    """Of all numbers of so many bits, in long numbers: their sums keep nine digits for a million."""
    table = np.zeros(1 << bits, np.longdouble)
    np.cumsum(np.log(np.arange(1, 1 << bits, dtype=np.longdouble)), out=table[1:])
    return table


def _log_choose(log: NDArray[np.longdouble], n: Ints, k: int | Ints) -> NDArray[np.longdouble]:
    chosen: NDArray[np.longdouble] = log[n] - log[k] - log[n - k]
    return chosen


# counts ----------------------------------------------------------------------


def _counts(counts: Counts) -> Floats:
    """Counts above zero."""
    values: ArrayLike | Sequence[float] = list(counts.values()) if isinstance(counts, Mapping) else counts
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 1:
        raise _refuse(f"an array of {x.ndim} dimensions", "Pass one count per kind")
    wrong = np.flatnonzero(~np.isfinite(x) | (x < 0))
    if len(wrong):
        raise _refuse(f"the count {x[wrong[0]]}", "Counts are finite and not negative")
    x = x[x > 0]
    if not len(x):
        raise _refuse("nothing that was counted", "Nothing has no diversity: say that it is unknown")
    return x


def _shares(counts: Counts) -> Floats:
    x = _counts(counts)
    shares: Floats = x / x.sum()
    return shares


def _whole(counts: Counts) -> Ints:
    x = _counts(counts)
    if (x != np.floor(x)).any():
        raise _refuse("counts with fractions", "Pass whole counts: one vote for each domain")
    return x.astype(np.int64)


def _sample(counts: Counts, n: int) -> tuple[Ints, int]:
    x = _whole(counts)
    total = int(x.sum())
    if not 1 <= n <= total:
        raise _refuse(f"{n} of {total} items", f"Draw 1 to {total} of them")
    return x, total


def _refuse(found: str, do: str) -> UsageError:
    return UsageError("measure a diversity", found, f"{do}.")
