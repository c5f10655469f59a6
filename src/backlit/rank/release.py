"""Which domains stand high in this index, and from what was that worked out?

A release is one ranking of all domains of one snapshot, published with its parameters and its
convergence. Nothing is published that did not converge, and where the graph is too small to rank,
authority is null, or a prior that is marked as one, and the release says why.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from backlit.errors import DataError
from backlit.index.catalogue import observed
from backlit.index.engine import connect, parquet, rows_of
from backlit.index.tables import Index, Version
from backlit.index.write import write_rows
from backlit.model import RANKS, RELEASES
from backlit.rank.calibrate import places, why_unrankable
from backlit.rank.features import Features, features
from backlit.rank.graph import Ints
from backlit.rank.harmonic import registers_within
from backlit.rank.headline import Headline, headline
from backlit.rank.owners import OwnerList
from backlit.rank.prior import Priors, agreeing, read_priors
from backlit.rank.scoring import Scores, newest_release, scores_of
from backlit.rank.seeds import SeedList, Seeds, built_in_seeds, find_seeds
from backlit.rank.votes import DomainGraph, Votes, domain_graph

__all__ = [
    "DomainGraph",
    "Votes",
    "disavowed",
    "domain_graph",
    "newest_release",
    "publish_release",
    "seeds_of",
]


@dataclass(frozen=True, slots=True)
class _Work:
    """What a release is made from beside the snapshot."""

    votes: Votes = field(default_factory=Votes)
    seeds: SeedList = field(default_factory=built_in_seeds)
    owners: OwnerList | None = None
    insist: bool = False
    harmonic_memory: int = 2 << 30


def publish_release(
    index: Index,
    *,
    now: datetime,
    votes: Votes | None = None,
    seeds: SeedList | None = None,
    owners: OwnerList | None = None,
) -> dict[str, Any]:
    """Rank the newest version and commit the release; needs the write lock.

    `seeds` replace the list that comes with Backlit; the domains of one of `owners` vote as one. DataError
    when there is nothing to rank, GraphError when the list matches nothing. A release that did not converge
    is not published.
    """
    version = index.version()
    work = _Work(votes or Votes(), seeds or built_in_seeds(), owners, seeds is not None)
    hands = owners.owners if owners else None
    found, priors = domain_graph(index, version, work.votes, hands), read_priors(index, version)
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
    release["parameters"]["data"] = found.digest()
    release["as_of"] = observed(index, version)[1]
    if ranked.converged:
        scores = scores_of(index, version, found, ranked, release, priors)
        bad = disavowed(index, version, found)
        marks = features(found.graph, ranked.pagerank.scores, bad=bad)
        scale = None if scores.scale is None else asdict(scores.scale)
        release["parameters"] |= {
            "scale": scale,
            "equated_with": scores.equated_with,
            "prior": priors.edition,
            "ranked": int((~np.isnan(scores.measured)).sum()),
            "disavowed": len(bad),
        }
        rows = _rank_rows(found, ranked, scores, marks, release["release"])
        _publish(index, release | {"parameters": json.dumps(release["parameters"], sort_keys=True)}, rows)
    return release


def seeds_of(rules: SeedList, found: DomainGraph, priors: Priors) -> Seeds:
    """The seeds of a graph; where ranks were imported, the domains they agree on join the built-in list."""
    agreed = {"ranks agree": agreeing(priors)} if rules is built_in_seeds() and priors.places else {}
    return find_seeds(rules, found.names, agreed)


def disavowed(index: Index, version: Version, found: DomainGraph) -> Ints:
    """The domains of the graph that some list of decisions disavows as a whole: ids, ascending."""
    files = index.files(version, "decisions")
    if not files:
        return np.empty(0, np.int64)
    query = f"""SELECT DISTINCT lower(host) AS host FROM {parquet(files)}
        WHERE decision = 'disavow' AND page_key IS NULL"""
    nodes = (found.node(row["host"]) for row in rows_of(connect(), query))
    return np.array(sorted({node for node in nodes if node is not None}), np.int64)


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
        "parts": found.parts,
        "parts_of": found.parts_of,
        "note": ranked.note,
        "owners": work.owners.described() if work.owners else None,
        "seeds": {
            "list": rules.name,
            "version": rules.version,
            "hash": rules.hash,
            "groups": {name: len(ids) for name, ids in seeds.groups.items()},
            "rules": {name: list(each) for name, each in rules.groups.items()} if work.insist else None,
        },
        "trust": dict(ranked.trust.parameters) if ranked.trust else None,
    }


# rows ------------------------------------------------------------------------


def _rank_rows(
    found: DomainGraph, ranked: Headline, scores: Scores, marks: Features, release: str
) -> pa.Table:
    n, trust = len(found.names), ranked.trust
    unknown = np.full(n, np.nan)
    unplaced = np.isnan(scores.measured)
    columns: dict[str, object] = {
        "release": [release] * n,
        "domain": found.names,
        "authority": _known(scores.shown),
        "percentile": _known(scores.percentile),
        "place": pa.array(ranked.place, mask=unplaced),
        "tied": pa.array(_tied(ranked.place), mask=unplaced),
        "pagerank": ranked.pagerank.scores,
        "harmonic": ranked.harmonic.scores,
        "referring_domains": np.diff(found.graph.in_offsets).astype(np.int32),
        "linked_domains": found.graph.out_degree.astype(np.int32),
        "trust": _known(unknown if trust is None else np.where(trust.trust > 0, trust.trust, np.nan)),
        "spam_mass": _known(unknown if ranked.mass is None else ranked.mass),
        "se": _known(scores.error),
        "prior": pa.array(scores.prior),
        "measured": _known(scores.measured),
        "pagerank_place": places(ranked.pagerank.scores),
        "robust": _known(marks.robust),
        "distant": _known(marks.distant),
        "reach": marks.reach,
        "distrust": _known(unknown if marks.distrust is None else marks.distrust),
        "supporters": (ranked.harmonic.balls.T - 1).round().astype(np.int64).tolist(),
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
