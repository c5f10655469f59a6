"""What does a trust score mean on a scale from 0 to 100, and on the same scale next time?

Trust scores fall over many powers of ten, so their logarithm is what is read. The first release fixes the
scale by two points that nobody can buy: 100 is the best domain, 50 the (geometric) mean of the seeds that
others reach, 0 as far below again. How many domains there are, and how many stand at the bottom, plays no
part: a farm adds domains, not trust.

Later releases are *equated* with the one before on a panel, the same domains in both, taken evenly from all
powers of ten of the places: the score at each quantile of the panel stays what it was (equipercentile
linking). So a score moves when a domain moves among its peers, not when the web or the crawl grows.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from backlit.rank.graph import Floats, Graph, Ints

__all__ = ["LEAST_PANEL", "Scale", "equated", "first_scale", "jackknife", "panel_of", "standing", "steady"]

LEAST_PANEL = 50
_PER_DECADE = 400
_FEWEST, _MOST = 2.0, 8.0  # powers of ten that the scale spans: seeds all alike say little about its length
_KNOTS = 101


@dataclass(frozen=True, slots=True)
class Scale:
    """Which logarithms (base 10) of raw scores get 100 and, `decades` below, 0."""

    top: float
    decades: float
    now: tuple[float, ...] = ()  # knots that equate this release's own scores …
    then: tuple[float, ...] = ()  # … with those of the release before

    def score(self, raw: Floats) -> Floats:
        """0 … 100; NaN where the raw score is 0, which is nobody's word and not a bad one."""
        with np.errstate(divide="ignore"):
            depth = self.top - np.log10(raw)
        score = np.clip(100 * (1 - depth / self.decades), 0, 100)
        if self.now:
            score = np.interp(score, self.now, self.then)
        return np.where(raw > 0, score, np.nan)

    def equated(self, panel_now: Floats, panel_then: Floats) -> "Scale":
        """The scale on which the quantiles of a panel's scores are what they were."""
        now, then = _knots(panel_now, panel_then)
        return Scale(self.top, self.decades, tuple(now.tolist()), tuple(then.tolist()))


def first_scale(raw: Floats, seeds: Ints) -> Scale:
    """The scale of a release that has no predecessor; raw scores are not all 0."""
    top = float(np.log10(raw.max()))
    reached = raw[seeds][raw[seeds] > 0]
    middle = float(np.log10(reached).mean()) if len(reached) else top
    return Scale(top, min(max(2 * (top - middle), _FEWEST), _MOST))


def standing(score: Floats) -> Floats:
    """The share of domains with a score above 0 that each is above, in percent; ties count half."""
    known = np.sort(score[score > 0])
    below = np.searchsorted(known, score, "left")
    upto = np.searchsorted(known, score, "right")
    share = 100 * (below + upto) / 2 / max(len(known), 1)
    return np.where(np.isnan(score), np.nan, share)


def panel_of(names: Sequence[str], place: Floats) -> Ints:
    """At most 400 of each power of ten of the places, chosen by the hash of their names: int64, ascending."""
    chosen: list[int] = []
    decade = np.floor(np.log10(np.maximum(place, 1))).astype(int)
    for power in range(int(decade.max(initial=0)) + 1):
        members = np.flatnonzero(decade == power).tolist()
        chosen += sorted(members, key=lambda node: _hashed(names[node]))[:_PER_DECADE]
    return np.array(sorted(chosen), np.int64)


def _hashed(name: str) -> bytes:
    return hashlib.blake2b(name.encode(), digest_size=8).digest()


def equated(score: Floats, panel_now: Floats, panel_then: Floats) -> Floats:
    """Scores on the scale of the release before, by the quantiles of a panel's scores in both; NaN stays NaN.

    Monotone; beyond the ends of the panel it goes on to 0 and 100 in straight lines.
    """
    return np.interp(score, *_knots(panel_now, panel_then))


def _knots(panel_now: Floats, panel_then: Floats) -> tuple[Floats, Floats]:
    quantiles = np.linspace(0, 100, _KNOTS)
    now, then = np.percentile(panel_now, quantiles), np.percentile(panel_then, quantiles)
    now, first = np.unique(now, return_index=True)
    then = np.maximum.accumulate(then[first])
    if now[0] > 0:
        now, then = np.append(0.0, now), np.append(0.0, then)
    if now[-1] < 100:
        now, then = np.append(now, 100.0), np.append(then, 100.0)
    return now, then


def jackknife(score_of: Callable[[Graph], Floats], parts: Sequence[Graph]) -> Floats:
    """Standard errors from scores of the graph without each of its parts (delete-a-group jackknife).

    A part without which a domain has no score counts as 0 there: that is how much hangs on it.
    """
    scores = np.array([np.nan_to_num(score_of(part)) for part in parts])
    share = (len(parts) - 1) / len(parts)
    error: Floats = np.sqrt(share * ((scores - scores.mean(axis=0)) ** 2).sum(axis=0))
    return error


def steady(score: Floats, shown: Floats, error: Floats) -> Floats:
    """What to show after `shown`: the same, unless the new score is over two standard errors away.

    Where any of the three is NaN, unknown, it is the new score.
    """
    return np.where(np.abs(score - shown) <= 2 * error, shown, score)
