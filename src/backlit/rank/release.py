"""Which domains stand high in this index, and from what was that worked out?

A release is one ranking of all domains of one snapshot, published with its parameters and its
convergence. Nothing is published that did not converge, and where the graph is too small to rank,
authority is null and the release says why.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from backlit.errors import DataError
from backlit.index.aliases import moved_keys
from backlit.index.catalogue import newest_observation
from backlit.index.engine import connect, parquet
from backlit.index.fold import fold_query
from backlit.index.tables import Index, Version
from backlit.index.write import write_rows
from backlit.model import RANKS, RELEASES, VOTE_KINDS, Placement, Rel, Robots, State
from backlit.rank.calibrate import METHOD, authority_scores, why_unrankable
from backlit.rank.graph import Graph
from backlit.rank.harmonic import HarmonicRanks, harmonic_graph, registers_within
from backlit.rank.pagerank import Ranks, pagerank_graph
from backlit.urls import icann_domain

__all__ = ["DomainGraph", "Votes", "domain_graph", "publish_release"]


@dataclass(frozen=True, slots=True)
class Votes:
    """Which links count as votes between domains. Unknown rel, placement or hiding does not exclude."""

    kinds: tuple[int, ...] = tuple(int(kind) for kind in VOTE_KINDS)
    without_rel: int = int(Rel.NOFOLLOW | Rel.UGC | Rel.SPONSORED)
    #: places in which nobody vouches: the credits of a template, the words of a passer-by
    without_placements: tuple[int, ...] = (int(Placement.FOOTER), int(Placement.COMMENT))
    hidden: bool = False

    def where(self) -> str:
        """The condition on folded links, in SQL."""
        shown = "true" if self.hidden else "coalesce(hidden, 0) = 0"
        return (
            f"state <> {int(State.LOST)} AND kind IN {_list(self.kinds)}"
            f" AND coalesce(rel, 0) & {self.without_rel} = 0"
            f" AND coalesce(placement, 0) NOT IN {_list(self.without_placements)}"
            f" AND coalesce(source_robots, 0) & {int(Robots.NOFOLLOW)} = 0 AND {shown}"
        )


def _list(codes: tuple[int, ...]) -> str:
    return "(" + ", ".join(str(code) for code in codes) + ")"


@dataclass(frozen=True, slots=True, eq=False)
class DomainGraph:
    """The vote graph of ICANN domains: one edge per pair, names in the order of node ids."""

    names: list[str]
    graph: Graph


@dataclass(frozen=True, slots=True)
class _Parameters:
    """What a release depends on beside its snapshot."""

    votes: Votes
    damping: float = 0.85
    tolerance: float = 1e-10
    harmonic_memory: int = 2 << 30


def domain_graph(index: Index, version: Version, votes: Votes) -> DomainGraph:
    """The graph of a version: every domain seen, and the votes between different ICANN domains."""
    files = index.files(version, "links")
    connection = connect(temporary=index.home / "tmp")
    if not files:
        return DomainGraph([], Graph.from_edges([], [], 0))
    connection.execute(
        f"CREATE TEMP TABLE folded AS {fold_query(parquet(files), 'source_domain <> target_domain')}"
    )
    moved = moved_keys(index, version, connection)
    folded = _MOVED_VOTES if moved else "folded"
    pairs = connection.sql(
        "SELECT source_domain AS source, target_domain AS target, bool_or("
        + votes.where()
        + f") AS vote FROM {folded} GROUP BY ALL"
    ).to_arrow_table()
    return _fold_to_icann(pairs)


# A vote for an alias goes to the domain where the alias ends; the domain of its name stays in the graph.
_MOVED_VOTES = f"""(
    SELECT f.* REPLACE (m.domain AS target_domain) FROM folded f
    JOIN moved_keys m ON m.key = f.target_key AND m.domain <> f.target_domain
    UNION ALL
    SELECT f.* REPLACE (CASE WHEN m.key IS NULL THEN f.state ELSE {int(State.LOST)} END AS state)
    FROM folded f LEFT JOIN moved_keys m ON m.key = f.target_key AND m.domain <> f.target_domain
)"""


def _fold_to_icann(pairs: pa.Table) -> DomainGraph:
    sources, targets = pairs["source"].combine_chunks(), pairs["target"].combine_chunks()
    domains = pa.concat_arrays([sources, targets]).dictionary_encode()
    registered = [icann_domain(domain) for domain in domains.dictionary.to_pylist()]
    names = sorted(set(registered))
    place = {name: node for node, name in enumerate(names)}
    node_of = np.array([place[name] for name in registered], dtype=np.int64)
    nodes = node_of[domains.indices.to_numpy()] if registered else np.empty(0, np.int64)
    vote = pairs["vote"].to_numpy(zero_copy_only=False).astype(bool)
    src, dst = nodes[: len(sources)][vote], nodes[len(sources) :][vote]
    return DomainGraph(names, Graph.from_edges(src, dst, len(names)))


def publish_release(index: Index, *, now: datetime, votes: Votes | None = None) -> dict[str, Any]:
    """Rank the newest version and commit the release; needs the write lock.

    DataError when there is nothing to rank. A release that did not converge is not published.
    """
    version = index.version()
    parameters = _Parameters(votes or Votes())
    found = domain_graph(index, version, parameters.votes)
    if not found.names:
        raise DataError(
            "rank the domains",
            "the index holds no link between domains",
            "Ingest crawl files or exports first.",
        )
    walked = pagerank_graph(found.graph, damping=parameters.damping, tol=parameters.tolerance)
    registers = registers_within(len(found.names), parameters.harmonic_memory)
    near = harmonic_graph(found.graph, registers=registers)
    release = _release_row(found, walked, version, parameters, now)
    release["as_of"] = newest_observation(index, version)
    if walked.converged:
        _publish(index, release, _rank_rows(found, walked, near, release))
    return release | {"parameters": json.loads(release["parameters"])}


def _release_row(
    found: DomainGraph, walked: Ranks, version: Version, parameters: _Parameters, now: datetime
) -> dict[str, Any]:
    described = json.dumps({**asdict(parameters), "pagerank": walked.method}, sort_keys=True)
    name = hashlib.blake2b(f"{version.id} {METHOD} {described}".encode(), digest_size=8).hexdigest()
    return {
        "release": name,
        "made_at": now,
        "method": METHOD,
        "parameters": described,
        "snapshot": version.id,
        "domains": len(found.names),
        "edges": found.graph.edges,
        "iterations": walked.iterations,
        "residual": walked.residual,
        "converged": walked.converged,
        "unrankable": why_unrankable(len(found.names), found.graph.edges),
    }


def _rank_rows(found: DomainGraph, walked: Ranks, near: HarmonicRanks, release: dict[str, Any]) -> pa.Table:
    authority = authority_scores(walked.scores, near.scores)
    votes = np.diff(found.graph.in_offsets)
    unknown = (votes == 0) | (release["unrankable"] is not None)
    columns: dict[str, object] = {
        "release": [release["release"]] * len(found.names),
        "domain": found.names,
        "authority": _null_if(unknown, authority.score),
        "percentile": _null_if(unknown, authority.percentile),
        "place": _null_if(unknown, authority.place),
        "tied": pa.array(_tied(authority.place), mask=unknown),
        "pagerank": walked.scores,
        "harmonic": near.scores,
        "referring_domains": votes.astype(np.int32),
        "linked_domains": found.graph.out_degree.astype(np.int32),
    }
    return pa.table([pa.array(columns[field.name], field.type) for field in RANKS], schema=RANKS)


def _null_if(unknown: NDArray[np.bool_], values: NDArray[np.float64]) -> pa.Array:
    """Scores, null where nobody votes for a domain in this data: that is not a low score, but none."""
    return pa.array(values, mask=unknown)


def _tied(place: NDArray[np.float64]) -> NDArray[np.int32]:
    _, group, sizes = np.unique(place, return_inverse=True, return_counts=True)
    return sizes[group].astype(np.int32)


def _publish(index: Index, release: dict[str, Any], ranks: pa.Table) -> None:
    name = f"rank-{release['release']}"
    files = {
        "ranks": [write_rows(index, "ranks", ranks, name)],
        "releases": [write_rows(index, "releases", pa.Table.from_pylist([release], schema=RELEASES), name)],
    }
    index.commit(name, files)
