"""What do users read of each domain? Scores on the scale of the release before, with errors and priors."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.index.engine import connect, parquet, rows_of, text
from backlit.index.tables import Index, Version
from backlit.model import RANKS, RELEASES
from backlit.rank.graph import Floats
from backlit.rank.headline import Headline
from backlit.rank.prior import Priors, on_own_scale, prior_scores
from backlit.rank.scale import LEAST_PANEL, Scale, jackknife, panel_of, steady
from backlit.rank.votes import DomainGraph

__all__ = ["HARDLY_KNOWN", "Scores", "newest_release", "scores_of"]

#: A domain with fewer voters than this is hardly known: a prior, where there is one, says more.
HARDLY_KNOWN = 3
#: The most edges of which standard errors are worked out: the graph is ranked without each part.
_JACKKNIFED = 5_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """One of each per domain, float64[n], NaN unknown; `prior` says whose word it is."""

    shown: Floats
    measured: Floats
    percentile: Floats
    error: Floats
    prior: NDArray[np.bool_]
    scale: Scale | None
    equated_with: str | None


@dataclass(frozen=True, slots=True, eq=False)
class _Before:
    """What the release before, of other data and by the same rules, said of today's domains."""

    release: str
    measured: Floats
    shown: Floats


def newest_release(index: Index, version: Version, where: str = "true") -> dict[str, Any] | None:
    """The release made last, of those that meet an SQL condition; None where there is none."""
    return next(iter(_releases(index, version, where, most=1)), None)


def _releases(index: Index, version: Version, where: str, most: int | None = None) -> list[dict[str, Any]]:
    files = index.files(version, "releases")
    if not files:
        return []
    connection = connect()
    connection.register("no_releases", RELEASES.empty_table())
    query = f"""SELECT * FROM (FROM no_releases UNION ALL BY NAME FROM {parquet(files)})
        WHERE {where} ORDER BY made_at DESC, release {"" if most is None else f"LIMIT {int(most)}"}"""
    return list(rows_of(connection, query))


def _predecessor(index: Index, version: Version, made: Mapping[str, Any]) -> dict[str, Any] | None:
    """The newest release of other data by the same method, seeds and votes: other rules are another scale.

    That of the same data is passed over, so that ranking again has the same predecessor, and the same bits.
    """
    rules, data = _rules(made["parameters"]), made["parameters"]["data"]
    for release in _releases(index, version, f"method = {text(made['method'])} AND unrankable IS NULL"):
        parameters = json.loads(release["parameters"])
        if _rules(parameters) == rules and parameters.get("data") != data:
            return release
    return None


def _rules(parameters: Mapping[str, Any]) -> str:
    """The seeds and the votes of a release, alike however they were written down."""
    seeds = (parameters.get("seeds") or {}).get("hash")
    return json.dumps([seeds, parameters.get("votes")], sort_keys=True)


def scores_of(
    index: Index,
    version: Version,
    found: DomainGraph,
    ranked: Headline,
    release: Mapping[str, Any],
    priors: Priors,
) -> Scores:
    """The scores of a ranking, equated with the release before, and as shown there if within their error."""
    unrankable = release["unrankable"]
    unknown = (np.diff(found.graph.in_offsets) == 0) | (unrankable is not None)
    before = _before(index, version, found, release)
    score, scale, equated_with = np.where(unknown, np.nan, ranked.score), ranked.scale, None
    if scale is not None and ranked.trust is not None and before is not None:
        scale, equated_with = _equated(scale, found, ranked, score, before)
        score = np.where(unknown, np.nan, scale.score(ranked.trust.scores))
    error = np.where(np.isnan(score), np.nan, _errors(found, ranked, unrankable))
    shown = score if before is None else steady(score, before.shown, error)
    percentile = np.where(unknown, np.nan, ranked.percentile)
    mine = np.zeros(len(score), np.bool_)
    return _with_priors(found, Scores(shown, score, percentile, error, mine, scale, equated_with), priors)


def _before(index: Index, version: Version, found: DomainGraph, made: Mapping[str, Any]) -> _Before | None:
    """Priors are left out: they are not this data's word. A file may be from before there were any."""
    release = _predecessor(index, version, made)
    if release is None:
        return None
    connection = connect()
    connection.register("no_ranks", RANKS.empty_table())
    files = parquet(index.files(version, "ranks"))
    query = f"""SELECT domain, authority, coalesce(measured, authority) AS measured
        FROM (FROM no_ranks UNION ALL BY NAME FROM {files})
        WHERE release = {text(release["release"])} AND authority IS NOT NULL AND NOT coalesce(prior, false)"""
    then = {row["domain"]: (row["measured"], row["authority"]) for row in rows_of(connection, query)}
    nothing = (np.nan, np.nan)
    measured, shown = np.array([then.get(name, nothing) for name in found.names]).reshape(-1, 2).T
    return _Before(str(release["release"]), measured, shown)


def _equated(
    scale: Scale, found: DomainGraph, ranked: Headline, score: Floats, before: _Before
) -> tuple[Scale, str | None]:
    """The scale equated with the release before, and that one's name.

    Where the panel's scores are what they were, nothing is equated: the same data gives the same bits.
    """
    both = np.flatnonzero(~np.isnan(before.measured) & ~np.isnan(score))
    panel = both[panel_of([found.names[at] for at in both], ranked.place[both])] if len(both) else both
    if len(panel) < LEAST_PANEL or np.array_equal(score[panel], before.measured[panel]):
        return scale, None
    return scale.equated(score[panel], before.measured[panel]), before.release


def _errors(found: DomainGraph, ranked: Headline, unrankable: str | None) -> Floats:
    """Standard errors: over the parts of the data, and of estimated distances, which are the same in each.

    NaN where there are no parts, or too many edges.
    """
    if not found.parts or found.graph.edges > _JACKKNIFED or unrankable:
        return np.full(len(found.names), np.nan)
    over_parts = jackknife(ranked.score_of, [found.without_part(part) for part in range(found.parts)])
    return np.hypot(over_parts, ranked.estimated)


def _with_priors(found: DomainGraph, scores: Scores, priors: Priors) -> Scores:
    if not priors.places:
        return scores
    theirs: Mapping[str, float] = on_own_scale(prior_scores(priors), found.names, scores.measured)
    given = np.array([theirs.get(name, np.nan) for name in found.names])
    voters = np.diff(found.graph.in_offsets)
    take = ~np.isnan(given) & (np.isnan(scores.measured) | (voters < HARDLY_KNOWN))
    return replace(
        scores,
        shown=np.where(take, given, scores.shown),
        measured=np.where(take, np.nan, scores.measured),
        percentile=np.where(take, np.nan, scores.percentile),
        error=np.where(take, np.nan, scores.error),
        prior=take,
    )
