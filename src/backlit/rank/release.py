"""Which domains stand high in this index, and from what was that worked out?

A release is one ranking of all domains of one snapshot, published with its parameters and its
convergence. Nothing is published that did not converge, and where the graph is too small to rank,
authority is null, or a prior that is marked as one, and the release says why.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from backlit.errors import DataError
from backlit.index.catalogue import newest_observation
from backlit.index.engine import connect, parquet, rows_of, text
from backlit.index.tables import Index, Version
from backlit.index.write import write_rows
from backlit.model import RANKS, RELEASES
from backlit.rank.calibrate import why_unrankable
from backlit.rank.harmonic import registers_within
from backlit.rank.headline import Headline, headline
from backlit.rank.prior import Priors, agreeing, on_own_scale, prior_scores, read_priors
from backlit.rank.scale import LEAST_PANEL, Scale, jackknife, panel_of
from backlit.rank.seeds import SeedList, Seeds, built_in_seeds, find_seeds
from backlit.rank.votes import DomainGraph, Votes, domain_graph

__all__ = ["DomainGraph", "Votes", "domain_graph", "newest_release", "publish_release", "seeds_of"]

#: A domain with fewer voters than this is hardly known: a prior, where there is one, says more.
HARDLY_KNOWN = 3
#: The most edges of which standard errors are worked out: the graph is ranked for each part of the files.
_JACKKNIFED = 5_000_000
_FEWEST_PARTS = 3

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Work:
    """What a release is made from beside the snapshot."""

    votes: Votes = field(default_factory=Votes)
    seeds: SeedList = field(default_factory=built_in_seeds)
    insist: bool = False
    harmonic_memory: int = 2 << 30


@dataclass(frozen=True, slots=True, eq=False)
class _Scores:
    """What users will read of each domain; NaN unknown."""

    score: NDArray[np.float64]
    percentile: NDArray[np.float64]
    error: NDArray[np.float64]
    prior: Flags
    scale: Scale | None
    equated_with: str | None


def publish_release(
    index: Index, *, now: datetime, votes: Votes | None = None, seeds: SeedList | None = None
) -> dict[str, Any]:
    """Rank the newest version and commit the release; needs the write lock.

    `seeds` replace the list that comes with Backlit. DataError when there is nothing to rank, GraphError when
    the list matches nothing. A release that did not converge is not published.
    """
    version = index.version()
    work = _Work(votes or Votes(), seeds or built_in_seeds(), seeds is not None)
    found, priors = domain_graph(index, version, work.votes), read_priors(index, version)
    if not found.names:
        raise DataError(
            "rank the domains",
            "the index holds no link between domains",
            "Ingest crawl files or exports first.",
        )
    chosen = seeds_of(work.seeds, found, priors)
    registers = registers_within(len(found.names), work.harmonic_memory)
    ranked = headline(found.graph, chosen, insist=work.insist, registers=registers)
    release = _release_row(found, ranked, version, work, chosen, now)
    release["as_of"] = newest_observation(index, version)
    if ranked.converged:
        scores = _scores(index, version, found, ranked, release, priors)
        scale = None if scores.scale is None else asdict(scores.scale)
        release["parameters"] |= {
            "scale": scale,
            "equated_with": scores.equated_with,
            "prior": priors.edition,
        }
        rows = _rank_rows(found, ranked, scores, release["release"])
        _publish(index, release | {"parameters": json.dumps(release["parameters"], sort_keys=True)}, rows)
    return release


def seeds_of(rules: SeedList, found: DomainGraph, priors: Priors) -> Seeds:
    """The seeds of a graph; where ranks were imported, the domains they agree on join the built-in list."""
    agreed = {"ranks agree": agreeing(priors)} if rules is built_in_seeds() and priors.places else {}
    return find_seeds(rules, found.names, agreed)


def newest_release(index: Index, version: Version, where: str = "true") -> dict[str, Any] | None:
    """The release made last, of those that meet an SQL condition; None where there is none."""
    files = index.files(version, "releases")
    if not files:
        return None
    query = f"SELECT * FROM {parquet(files)} WHERE {where} ORDER BY made_at DESC, release LIMIT 1"
    return next(iter(rows_of(connect(), query)), None)


def _release_row(
    found: DomainGraph, ranked: Headline, version: Version, work: _Work, seeds: Seeds, now: datetime
) -> dict[str, Any]:
    parameters = _parameters(found, ranked, work, seeds)
    described = json.dumps(parameters, sort_keys=True)
    name = hashlib.blake2b(f"{version.id} {ranked.method} {described}".encode(), digest_size=8).hexdigest()
    walks = [ranked.pagerank] + ([ranked.trust] if ranked.trust else [])
    return {
        "release": name,
        "made_at": now,
        "method": ranked.method,
        "parameters": parameters,
        "snapshot": version.id,
        "domains": len(found.names),
        "edges": found.graph.edges,
        "iterations": max(walk.iterations for walk in walks),
        "residual": max(walk.residual for walk in walks),
        "converged": ranked.converged,
        "unrankable": why_unrankable(
            len(found.names), found.graph.edges, int((np.diff(found.graph.in_offsets) > 0).sum())
        ),
    }


def _parameters(found: DomainGraph, ranked: Headline, work: _Work, seeds: Seeds) -> dict[str, Any]:
    rules = work.seeds
    return {
        "votes": work.votes.described(),
        "damping": ranked.pagerank.parameters["damping"],
        "tolerance": ranked.pagerank.parameters["tol"],
        "pagerank": ranked.pagerank.method,
        "registers": ranked.registers,
        "files": found.parts,
        "note": ranked.note,
        "seeds": {
            "list": rules.name,
            "version": rules.version,
            "hash": rules.hash,
            "groups": {name: len(ids) for name, ids in seeds.groups.items()},
            "rules": {name: list(each) for name, each in rules.groups.items()} if work.insist else None,
        },
        "trust": dict(ranked.trust.parameters) if ranked.trust else None,
    }


# scores ----------------------------------------------------------------------


def _scores(
    index: Index,
    version: Version,
    found: DomainGraph,
    ranked: Headline,
    release: Mapping[str, Any],
    priors: Priors,
) -> _Scores:
    voted = np.diff(found.graph.in_offsets) > 0
    unknown = ~voted | (release["unrankable"] is not None)
    score = np.where(unknown, np.nan, ranked.score)
    scale, before = ranked.scale, None
    if scale is not None and ranked.trust is not None:
        scale, before = _scale_before(index, version, found, ranked, score)
        score = np.where(unknown, np.nan, scale.score(ranked.trust.scores))
    error = np.where(unknown, np.nan, _errors(found, ranked, release))
    percentile = np.where(unknown, np.nan, ranked.percentile)
    scores = _Scores(score, percentile, error, np.zeros(len(score), np.bool_), scale, before)
    return _with_priors(found, scores, priors)


def _scale_before(
    index: Index, version: Version, found: DomainGraph, ranked: Headline, score: NDArray[np.float64]
) -> tuple[Scale, str | None]:
    """The scale equated with the newest release by the same method, and that release's name.

    Where the panel's scores are what they were, nothing is equated: the same data gives the same bits.
    """
    assert ranked.scale is not None  # only a method with a scale is equated
    before = newest_release(index, version, f"method = {text(ranked.method)} AND unrankable IS NULL")
    if before is None:
        return ranked.scale, None
    then = _authorities(index, version, before["release"])
    old = np.array([then.get(name, np.nan) for name in found.names])
    both = np.flatnonzero(~np.isnan(old) & ~np.isnan(score))
    panel = both[panel_of([found.names[at] for at in both], ranked.place[both])] if len(both) else both
    if len(panel) < LEAST_PANEL or np.array_equal(score[panel], old[panel]):
        return ranked.scale, None
    return ranked.scale.equated(score[panel], old[panel]), str(before["release"])


def _authorities(index: Index, version: Version, release: str) -> dict[str, float]:
    """What a release says itself, priors left out; its file may be from before there were any."""
    connection = connect()
    connection.register("no_ranks", RANKS.empty_table())
    files = parquet(index.files(version, "ranks"))
    query = f"""SELECT domain, authority FROM (FROM no_ranks UNION ALL BY NAME FROM {files})
        WHERE release = {text(release)} AND authority IS NOT NULL AND coalesce(prior, false) = false"""
    return {row["domain"]: row["authority"] for row in rows_of(connection, query)}


def _errors(found: DomainGraph, ranked: Headline, release: Mapping[str, Any]) -> NDArray[np.float64]:
    """Standard errors over the input files; NaN where there are too few files, or too many edges."""
    if found.parts < _FEWEST_PARTS or found.graph.edges > _JACKKNIFED or release["unrankable"]:
        return np.full(len(found.names), np.nan)
    return jackknife(ranked.score_of, [found.without_part(part) for part in range(found.parts)])


def _with_priors(found: DomainGraph, scores: _Scores, priors: Priors) -> _Scores:
    if not priors.places:
        return scores
    theirs = on_own_scale(prior_scores(priors), found.names, scores.score)
    given = np.array([theirs.get(name, np.nan) for name in found.names])
    voters = np.diff(found.graph.in_offsets)
    take = ~np.isnan(given) & (np.isnan(scores.score) | (voters < HARDLY_KNOWN))
    score, unknown = np.where(take, given, scores.score), np.where(take, np.nan, scores.error)
    return replace(
        scores, score=score, error=unknown, prior=take, percentile=np.where(take, np.nan, scores.percentile)
    )


# rows ------------------------------------------------------------------------


def _rank_rows(found: DomainGraph, ranked: Headline, scores: _Scores, release: str) -> pa.Table:
    n, trust = len(found.names), ranked.trust
    unknown = np.full(n, np.nan)
    unplaced = np.isnan(scores.score) | scores.prior
    columns: dict[str, object] = {
        "release": [release] * n,
        "domain": found.names,
        "authority": _known(scores.score),
        "percentile": _known(scores.percentile),
        "place": pa.array(ranked.place, mask=unplaced),
        "tied": pa.array(_tied(ranked.place), mask=unplaced),
        "pagerank": ranked.pagerank.scores,
        "harmonic": ranked.harmonic,
        "referring_domains": np.diff(found.graph.in_offsets).astype(np.int32),
        "linked_domains": found.graph.out_degree.astype(np.int32),
        "trust": _known(unknown if trust is None else np.where(trust.trust > 0, trust.trust, np.nan)),
        "spam_mass": _known(unknown if ranked.mass is None else ranked.mass),
        "se": _known(scores.error),
        "prior": pa.array(scores.prior),
    }
    return pa.table([pa.array(columns[field.name], field.type) for field in RANKS], schema=RANKS)


def _known(values: NDArray[np.float64]) -> pa.Array:
    """Scores, null where they are not known: that is not a low score, but none."""
    return pa.array(values, mask=np.isnan(values))


def _tied(place: NDArray[np.float64]) -> NDArray[np.int32]:
    _, group, sizes = np.unique(place, return_inverse=True, return_counts=True)
    return sizes[group].astype(np.int32)


def _publish(index: Index, release: Mapping[str, Any], ranks: pa.Table) -> None:
    name = f"rank-{release['release']}"
    files = {
        "ranks": [write_rows(index, "ranks", ranks, name)],
        "releases": [
            write_rows(index, "releases", pa.Table.from_pylist([dict(release)], schema=RELEASES), name)
        ],
    }
    index.commit(name, files)
