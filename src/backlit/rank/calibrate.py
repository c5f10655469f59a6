"""What does a raw centrality mean on a scale that a person reads?

Method "pr-hc-1", the first one published. It stands on two places: by PageRank and by harmonic centrality.
A farm of throw-away domains lifts PageRank cheaply and harmonic centrality hardly; one good link lifts
harmonic centrality at once, which then tells the middle apart poorly. The geometric mean p of the places asks
for both:

    score = 100 · (ln p_last − ln p) / (ln p_last − ln p_first)

where p_first and p_last are the best and worst p of the graph: 100 for the best, 0 for the tied tail (the
domains nobody links to), and each halving of the place is worth the same number of points.

What it is not: there are no trust seeds in it, so a farm still gains through PageRank; and it is relative to
its own graph, so scores of two releases are not on one scale until they are equated on common domains.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backlit.errors import GraphError

__all__ = [
    "METHOD",
    "MIN_DOMAINS",
    "MIN_EDGES",
    "MIN_TARGETS",
    "Authority",
    "authority_scores",
    "estimate_error",
    "percentiles",
    "places",
    "score_with",
    "why_unrankable",
]

METHOD = "pr-hc-1"
# Below these a place says more about what was crawled than about the web: with 50 domains one place is 2 % of
# the scale, and with fewer than two links per domain most of the graph is one tie.
MIN_DOMAINS, MIN_EDGES = 50, 100
# An export lists the links to one site: a star, in which that site is first and all others tie.
MIN_TARGETS = 10
_TIE = 1e-12  # relative: sums of equal terms in another order differ by less, converged scores by more

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Authority:
    """The headline score per domain, beside its place and percentile."""

    score: Floats  # float64[n], 0 … 100
    place: Floats  # float64[n], 1 = best; ties share the mean of their places
    percentile: Floats  # float64[n], share of domains that are not better, 0 … 100
    method: str = METHOD


def places(scores: ArrayLike) -> Floats:
    """The place of each score, 1 for the largest; equal scores share the mean of their places.

    >>> places([5.0, 1.0, 1.0, 9.0]).tolist()
    [2.0, 3.5, 3.5, 1.0]

    Raises GraphError for scores that are not finite numbers: an unknown score has no place.
    """
    values = _scores(scores)
    order = np.argsort(-values, kind="stable")
    falling = values[order]
    gap = falling[:-1] - falling[1:] > _TIE * np.abs(falling[:-1])
    starts = np.flatnonzero(np.concatenate(([True], gap))) if len(values) else np.empty(0, np.int64)
    sizes = np.diff(np.append(starts, len(values)))
    result = np.empty(len(values))
    result[order] = np.repeat(starts + (sizes + 1) / 2, sizes)
    return result


def percentiles(scores: ArrayLike) -> Floats:
    """Which share of all nodes each is above, its ties and itself counted half, in percent.

    >>> percentiles([5.0, 1.0, 1.0, 9.0]).tolist()
    [62.5, 25.0, 25.0, 87.5]
    """
    return _percentiles_of_places(places(scores))


def authority_scores(pagerank_scores: ArrayLike, harmonic_scores: ArrayLike) -> Authority:
    """Score, place and percentile per domain from the two raw centralities (formula: see the module).

    If all domains tie nobody stands out, and all get 0. Scores of a graph for which `why_unrankable` has a
    reason must not be shown.

    Raises GraphError for scores that are not finite, or not equally many.
    """
    depth = _depths(pagerank_scores, harmonic_scores)
    place = places(-depth)
    first, last = depth.min(initial=np.inf), depth.max(initial=-np.inf)
    span = last - first
    score = (last - depth) / span * 100 if span > _TIE else np.zeros(len(depth))
    return Authority(score, place, _percentiles_of_places(place))


def _depths(pagerank_scores: ArrayLike, harmonic_scores: ArrayLike) -> Floats:
    by_walk, by_distance = places(pagerank_scores), places(harmonic_scores)
    if len(by_walk) != len(by_distance):
        found = f"{len(by_walk)} PageRank and {len(by_distance)} harmonic scores"
        raise _refuse(found, "Pass both for the same nodes, in the same order")
    depth: Floats = np.log(by_walk * by_distance) / 2  # of the product, which is exact: 1 · 4 and 2 · 2 tie
    return depth


def score_with(
    pagerank_scores: ArrayLike, harmonic_scores: ArrayLike, node: int
) -> Callable[[Floats], Floats]:
    """What a node would score with less PageRank, everybody else as they are: a function of PageRanks."""
    walked, depth = _scores(pagerank_scores), _depths(pagerank_scores, harmonic_scores)
    near = float(places(harmonic_scores)[node])
    last, span = depth.max(), depth.max() - depth.min()
    others = np.sort(-np.delete(walked, node))

    def scores(given: Floats) -> Floats:
        if not span > _TIE:
            return np.zeros(len(given))
        above = np.searchsorted(others, -given * (1 + _TIE))
        upto = np.searchsorted(others, -given * (1 - _TIE), side="right")
        place = (above + upto) / 2 + 1  # ties share the mean of their places
        found: Floats = np.clip((last - np.log(place * near) / 2) / span * 100, 0, 100)
        return found

    return scores


def estimate_error(pagerank_scores: ArrayLike, harmonic_scores: ArrayLike, relative: float) -> Floats:
    """Points of a score that hang on harmonic centralities being estimates, float64[n].

    `relative` is their standard error, as a share. A domain's place is looked up one error higher and one
    lower, everybody else as they are; as errors are mostly common to all, that is the upper bound.
    """
    depth, near = _depths(pagerank_scores, harmonic_scores), _scores(harmonic_scores)
    span = depth.max(initial=-np.inf) - depth.min(initial=np.inf)
    if relative == 0 or not span > _TIE:
        return np.zeros(len(depth))
    falling = np.sort(-near)
    better = np.searchsorted(falling, -near * (1 + relative)) + 1
    worse = np.maximum(np.searchsorted(falling, -near * (1 - relative)), better)  # itself is among those
    error: Floats = np.log(worse / better) / 2 / span * 100 / 2
    return np.where(near > 0, error, 0.0)


def why_unrankable(n_domains: int, n_edges: int, n_targets: int | None = None) -> str | None:
    """Why ranks of a graph this small would mislead, and what would help; None when it is large enough.

    >>> why_unrankable(5_000, 40_000) is None
    True
    """
    lacking = []
    if n_domains < MIN_DOMAINS:
        lacking.append(f"{_counted(n_domains, 'domain')} of at least {MIN_DOMAINS}")
    if n_edges < MIN_EDGES:
        lacking.append(f"{_counted(n_edges, 'link')} between domains of at least {MIN_EDGES}")
    if not lacking and n_targets is not None and n_targets < MIN_TARGETS:
        lacking.append(f"links to {_counted(n_targets, 'domain')} of at least {MIN_TARGETS}")
    if not lacking:
        return None
    unread = " What an export names counts once `backlit verify` has read it." if n_edges < MIN_EDGES else ""
    return (
        f"The data holds {' and '.join(lacking)}: too few to rank anybody. Ingest a part of a public crawl, "
        f"or crawl the pages that link to you and to your competitors.{unread}"
    )


def _refuse(found: str, do: str) -> GraphError:
    return GraphError("placing scores", found, do)


def _scores(scores: ArrayLike) -> Floats:
    values = np.asarray(scores, dtype=np.float64)
    if values.ndim != 1:
        raise _refuse(f"an array of shape {values.shape}", "Pass one score per node")
    unknown = np.flatnonzero(~np.isfinite(values))
    if len(unknown):
        found = f"score {values[unknown[0]]} at node {unknown[0]}"
        raise _refuse(found, "Leave out nodes whose score is unknown")
    return values


def _percentiles_of_places(place: Floats) -> Floats:
    return 100 * (len(place) - place + 0.5) / max(len(place), 1)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
