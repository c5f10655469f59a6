"""How much more did pages change that something happened to than pages that nothing happened to?

Difference in differences on the logarithm of a daily count, among pages of like size: pages that won links
are larger to begin with, and small counts move more by chance. The interval comes from dealing out anew which
pages were touched, within each group of like size (Fisher's randomisation test, turned round: the effects
that it does not reject). It holds whatever the counts' distribution, as far as touched and untouched pages
of a group are exchangeable but for a constant effect. That they are is an assumption, so this is no cause.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["LEAST_BEFORE", "LEAST_TOUCHED", "LEAST_UNTOUCHED", "Effect", "TooFew", "effect_of", "log_change"]

Floats = NDArray[np.float64]

#: Pages without which no interval means anything, and the count before from which a page is looked at.
LEAST_TOUCHED, LEAST_UNTOUCHED, LEAST_BEFORE = 8, 20, 10
#: Groups of like size at most, and pages of both kinds that each has at least.
_GROUPS, _TOUCHED_EACH, _UNTOUCHED_EACH = 4, 4, 8
#: Added to every count, so that zero has a logarithm.
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Effect:
    """The ratio of ratios, less one: 0.2 is a fifth more than the untouched pages. `low` and `high` hold it
    with the confidence `level`; `untouched_change` is what the untouched pages did by themselves."""

    change: float
    low: float
    high: float
    untouched_change: float
    touched: int
    untouched: int
    groups: int
    level: float


@dataclass(frozen=True, slots=True)
class TooFew:
    """Why there is no number: so many pages of both kinds have enough counts."""

    touched: int
    untouched: int

    @property
    def why(self) -> str:
        """The sentence for people."""
        needed = f"{LEAST_TOUCHED} and {LEAST_UNTOUCHED} are needed to tell a change from chance"
        had = f"had {LEAST_BEFORE} or more before"
        return f"{self.touched} such pages, and {self.untouched} whose links did not change, {had}; {needed}."


def log_change(before: ArrayLike, after: ArrayLike, days_before: float, days_after: float) -> Floats:
    """The logarithm of how a daily count changed, shape as given."""
    was = np.log((np.asarray(before, dtype=float) + _HALF) / days_before)
    return np.asarray(np.log((np.asarray(after, dtype=float) + _HALF) / days_after) - was)


def effect_of(
    before: ArrayLike,
    after: ArrayLike,
    touched: ArrayLike,
    *,
    days: tuple[float, float],
    rng: np.random.Generator,
    draws: int = 4_000,
    level: float = 0.95,
) -> Effect | TooFew:
    """What touched pages did beside untouched ones.

    `before` and `after` are counts by page, shape (n,), over `days`; `touched` is true of pages that
    something happened to between them. TooFew below the least sample.
    """
    was, flags = np.asarray(before, dtype=float), np.asarray(touched, dtype=bool)
    enough = was >= LEAST_BEFORE
    flags = flags[enough]
    n_touched, n_untouched = int(flags.sum()), int((~flags).sum())
    if n_touched < LEAST_TOUCHED or n_untouched < LEAST_UNTOUCHED:
        return TooFew(n_touched, n_untouched)
    change = log_change(was[enough], np.asarray(after, dtype=float)[enough], *days)
    groups = _groups(was[enough], flags)
    found = _difference(change, flags[None, :], groups)[0]
    dealt = _dealt(flags, groups, rng, draws)
    shifted = _difference(change, dealt, groups)
    moved = _difference(flags.astype(float), dealt, groups)
    low, high = (_end(found, shifted, moved, 1 - level, side) for side in (-1.0, 1.0))
    by_itself = float(np.median(change[~flags]))
    estimate, lowest, highest, usual = (float(np.expm1(each)) for each in (found, low, high, by_itself))
    number = int(groups.max()) + 1
    return Effect(estimate, lowest, highest, usual, n_touched, n_untouched, number, level)


def _groups(size: Floats, flags: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Pages of like size, as many groups as have enough pages of both kinds."""
    for number in range(_GROUPS, 1, -1):
        edges = np.quantile(size[flags], np.linspace(0, 1, number + 1)[1:-1])
        found = np.searchsorted(edges, size, side="right")
        counts = [(np.sum(flags & (found == at)), np.sum(~flags & (found == at))) for at in range(number)]
        if all(t >= _TOUCHED_EACH and u >= _UNTOUCHED_EACH for t, u in counts):
            return found.astype(np.int64)
    return np.zeros(len(size), dtype=np.int64)


def _difference(values: Floats, flags: NDArray[np.bool_], groups: NDArray[np.int64]) -> Floats:
    """Mean of the touched less mean of the untouched, by group, weighed by the touched; one for each dealing,
    flags of shape (dealings, n)."""
    whole = np.zeros(len(flags))
    for at in range(int(groups.max()) + 1):
        inside = groups == at
        within, own = flags[:, inside], values[inside]
        ones = within.sum(axis=1)
        sums = within @ own
        means = sums / ones - (own.sum() - sums) / (inside.sum() - ones)
        whole += means * ones
    return np.asarray(whole / flags.sum(axis=1))


def _dealt(
    flags: NDArray[np.bool_], groups: NDArray[np.int64], rng: np.random.Generator, draws: int
) -> NDArray[np.bool_]:
    """The flags dealt out anew within each group, shape (draws, n)."""
    found = np.zeros((draws, len(flags)), dtype=bool)
    for at in range(int(groups.max()) + 1):
        inside = np.flatnonzero(groups == at)
        found[:, inside] = rng.permuted(np.tile(flags[inside], (draws, 1)), axis=1)
    return found


def _end(found: float, shifted: Floats, moved: Floats, alpha: float, side: float) -> float:
    """The last effect on one side that the test does not reject at `alpha`, by bisection to 1e-4."""

    def is_kept(effect: float) -> bool:
        beyond = np.sum(np.abs(shifted - effect * moved) >= abs(found - effect) - 1e-12)
        return bool((1 + beyond) / (1 + len(shifted)) > alpha)

    step = 0.05
    while is_kept(found + side * step) and step < 20:
        step *= 2
    near, far = 0.0, step
    while far - near > 1e-4:
        middle = (near + far) / 2
        near, far = (middle, far) if is_kept(found + side * middle) else (near, middle)
    return found + side * far
