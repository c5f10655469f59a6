"""Which links count as votes between domains, what does each weigh, and which graph do they make?

One edge per pair of ICANN domains: sub-sites of a platform are free, so they vote as one. An edge weighs what
its best link does, by where that stands (docs/concepts/authority.md), times up to 2 for repetition. Domains
of one owner, where owners are passed, vote once together. All hygiene happens here: ranks see the graph.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

import numpy as np
import pyarrow as pa

from backlit.index.aliases import moved_keys
from backlit.index.engine import connect, parquet
from backlit.index.fold import fold_query
from backlit.index.tables import Index, Version
from backlit.model import VOTE_KINDS, Placement, Rel, Robots, State
from backlit.rank.graph import Floats, Graph, Ints
from backlit.urls import icann_domain

__all__ = ["FOLDS", "DomainGraph", "Votes", "domain_graph", "shared_votes"]

#: Parts that the input files are dealt into, to see how much hangs on each.
FOLDS = 10

_WEIGHTS = {
    int(Placement.CONTENT): 1.0,
    int(Placement.NAV): 0.2,
    int(Placement.HEADER): 0.2,
    int(Placement.SIDEBAR): 0.25,
    int(Placement.RELATED): 0.35,
    int(Placement.AUTHOR): 0.3,
}


@dataclass(frozen=True, slots=True)
class Votes:
    """Which links count as votes between domains. Unknown rel, placement or hiding does not exclude."""

    kinds: tuple[int, ...] = tuple(int(kind) for kind in VOTE_KINDS)
    without_rel: int = int(Rel.NOFOLLOW | Rel.UGC | Rel.SPONSORED)
    #: places in which nobody vouches: the credits of a template, the words of a passer-by
    without_placements: tuple[int, ...] = (int(Placement.FOOTER), int(Placement.COMMENT))
    hidden: bool = False
    #: links that an export names and nobody has read: a table of them costs nothing to write
    unread: bool = False
    #: what a link weighs by its placement, and where that is not known
    weights: Mapping[int, float] = field(default_factory=lambda: dict(_WEIGHTS))
    unknown_weight: float = 0.6
    #: links of one pair count 1 + repeat · log2(links), at most twice
    repeat: float = 0.25

    def where(self) -> str:
        """The condition on folded links, in SQL."""
        standing = f"<> {int(State.LOST)}" if self.unread else f"= {int(State.LIVE)}"
        shown = "true" if self.hidden else "coalesce(hidden, 0) = 0"
        return (
            f"state {standing} AND kind IN {_list(self.kinds)}"
            f" AND coalesce(rel, 0) & {self.without_rel} = 0"
            f" AND coalesce(placement, 0) NOT IN {_list(self.without_placements)}"
            f" AND coalesce(source_robots, 0) & {int(Robots.NOFOLLOW)} = 0 AND {shown}"
        )

    def weight(self) -> str:
        """What one link weighs, in SQL."""
        cases = " ".join(f"WHEN {code} THEN {float(weight)}" for code, weight in sorted(self.weights.items()))
        return f"CASE placement {cases} ELSE {float(self.unknown_weight)} END"

    def described(self) -> dict[str, Any]:
        """Plain values for the parameters of a release."""
        return {
            "kinds": self.kinds,
            "without_rel": self.without_rel,
            "without_placements": self.without_placements,
            "hidden": self.hidden,
            "unread": self.unread,
            "weights": {str(code): weight for code, weight in sorted(self.weights.items())},
            "unknown_weight": self.unknown_weight,
            "repeat": self.repeat,
        }


def _list(codes: tuple[int, ...]) -> str:
    return "(" + ", ".join(str(code) for code in codes) + ")"


@dataclass(frozen=True, slots=True, eq=False)
class DomainGraph:
    """The vote graph of ICANN domains: one edge per pair, names in the order of node ids.

    Bit k of `folds` says that part k of the data has a vote. Parts are of the input files, or, where there
    are fewer than ten of them, of the voting domains, by the hash of the name.
    """

    names: list[str]
    graph: Graph
    src: Ints
    dst: Ints
    weights: Floats
    folds: Ints
    parts: int = 0
    parts_of: str = ""  # "files" or "voting domains"
    owner: Ints | None = None  # int64[n], −1 unknown; None where no owners were passed

    def without_part(self, part: int) -> Graph:
        """The graph of the votes that do not hang on one part of the data, all domains kept."""
        keep = (self.folds & ~(1 << part)) != 0
        return Graph.from_edges(self.src[keep], self.dst[keep], len(self.names), weights=self.weights[keep])

    def digest(self) -> str:
        """64 bits of BLAKE2b over domains, votes, weights and parts: the same data, whatever its files."""
        said = hashlib.blake2b("\n".join(self.names).encode(), digest_size=8)
        for values in (self.src, self.dst, self.weights, self.folds):
            said.update(np.ascontiguousarray(values).tobytes())
        return said.hexdigest()

    def node(self, name: str) -> int | None:
        """The node of a domain; None where the graph has none."""
        at = int(np.searchsorted(np.array(self.names, object), name)) if self.names else 0
        return at if at < len(self.names) and self.names[at] == name else None


def domain_graph(
    index: Index, version: Version, votes: Votes, owners: Mapping[str, str] | None = None
) -> DomainGraph:
    """The graph of a version: every domain seen, and the votes between different ICANN domains.

    `owners` names the owner of domains that are known to be in one hand.
    """
    files = index.files(version, "links")
    if not files:
        nothing = np.empty(0, np.int64)
        return _assembled([], nothing, nothing, np.empty(0), nothing)
    connection = connect(temporary=index.home / "tmp")
    connection.execute(
        f"CREATE TEMP TABLE folded AS {fold_query(parquet(files), 'source_domain <> target_domain')}"
    )
    folded = _MOVED_VOTES if moved_keys(index, version, connection) else "folded"
    connection.execute(_PARTS.format(folds=FOLDS))
    query = _PAIRS.format(where=votes.where(), weight=votes.weight(), repeat=votes.repeat, folded=folded)
    [(parts,)] = connection.execute("SELECT count(DISTINCT part) FROM parts").fetchall()
    return _fold_to_icann(connection.sql(query).to_arrow_table(), owners or {}, int(parts))


_PARTS = """CREATE TEMP TABLE parts AS
SELECT source_id, ((row_number() OVER (ORDER BY source_id) - 1) % {folds})::INTEGER AS part
FROM (SELECT DISTINCT source_id FROM folded)"""

_PAIRS = """SELECT source_domain AS source, target_domain AS target,
    count(*) FILTER (vote) > 0 AS vote,
    coalesce(max({weight}) FILTER (vote) * least(2, 1 + {repeat} * log2(count(*) FILTER (vote))), 0)::DOUBLE
        AS weight,
    coalesce(bit_or((1 << part)::BIGINT) FILTER (vote), 0) AS folds
FROM (SELECT f.*, {where} AS vote, p.part FROM {folded} f LEFT JOIN parts p ON p.source_id = f.source_id)
GROUP BY ALL ORDER BY source, target"""

# A vote for an alias goes to the domain where the alias ends; the domain of its name stays in the graph.
_MOVED_VOTES = f"""(
    SELECT f.* REPLACE (m.domain AS target_domain) FROM folded f
    JOIN moved_keys m ON m.key = f.target_key AND m.domain <> f.target_domain
    UNION ALL
    SELECT f.* REPLACE (CASE WHEN m.key IS NULL THEN f.state ELSE {int(State.LOST)} END AS state)
    FROM folded f LEFT JOIN moved_keys m ON m.key = f.target_key AND m.domain <> f.target_domain
)"""


def _fold_to_icann(pairs: pa.Table, owners: Mapping[str, str], parts: int) -> DomainGraph:
    sources, targets = pairs["source"].combine_chunks(), pairs["target"].combine_chunks()
    domains = pa.concat_arrays([sources, targets]).dictionary_encode()
    registered = [icann_domain(domain) for domain in domains.dictionary.to_pylist()]
    names = sorted(set(registered))
    place = {name: node for node, name in enumerate(names)}
    node_of = np.array([place[name] for name in registered], dtype=np.int64)
    nodes = node_of[domains.indices.to_numpy()] if registered else np.empty(0, np.int64)
    vote = pairs["vote"].to_numpy(zero_copy_only=False).astype(bool)
    src, dst = nodes[: len(sources)][vote], nodes[len(sources) :][vote]
    weights, folds = (pairs[name].to_numpy()[vote] for name in ("weight", "folds"))
    src, dst, weights, folds = _one_edge_per_pair(src, dst, weights, folds, len(names))
    owner = _owner_ids(names, owners) if owners else None
    if owner is not None:
        weights = shared_votes(src, dst, weights, owner)
    keep = weights > 0
    src, dst, weights, folds = src[keep], dst[keep], weights[keep], folds[keep]
    if parts == FOLDS:
        return _assembled(names, src, dst, weights, folds, parts, "files", owner)
    hand = np.array([crc32(name.encode()) % FOLDS for name in names], np.int64)
    return _assembled(names, src, dst, weights, np.left_shift(1, hand[src]), FOLDS, "voting domains", owner)


def _assembled(
    names: list[str],
    src: Ints,
    dst: Ints,
    weights: Floats,
    folds: Ints,
    parts: int = 0,
    parts_of: str = "",
    owner: Ints | None = None,
) -> DomainGraph:
    graph = Graph.from_edges(src, dst, len(names), weights=weights)
    return DomainGraph(names, graph, src, dst, weights, folds, parts, parts_of, owner)


def _one_edge_per_pair(
    src: Ints, dst: Ints, weights: Floats, folds: Ints, n: int
) -> tuple[Ints, Ints, Floats, Ints]:
    """Of the sub-sites of one domain the best link counts, and the files of all; links to oneself go."""
    keep = src != dst
    keys = src[keep] * max(n, 1) + dst[keep]
    order = np.argsort(keys, kind="stable")
    keys, weights, folds = keys[order], weights[keep][order], folds[keep][order]
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    if not len(starts):
        return keys, keys, np.empty(0), keys
    src, dst = np.divmod(keys[starts], max(n, 1))
    return src, dst, np.maximum.reduceat(weights, starts), np.bitwise_or.reduceat(folds, starts)


def _owner_ids(names: list[str], owners: Mapping[str, str]) -> Ints:
    ids = {owner: at for at, owner in enumerate(sorted(set(owners.values())))}
    return np.array([ids[owners[name]] if name in owners else -1 for name in names], np.int64)


def shared_votes(src: Ints, dst: Ints, weights: Floats, owner: Ints) -> Floats:
    """Weights after owners (int64[n], −1 unknown): none between domains of one, and one vote for all of its.

    The domains of an owner that link to the same target share one vote: each counts its part.
    """
    same = (owner[src] >= 0) & (owner[src] == owner[dst])
    grouped = np.flatnonzero((owner[src] >= 0) & ~same)
    keys = owner[src[grouped]] * max(len(owner), 1) + dst[grouped]
    _, group, sizes = np.unique(keys, return_inverse=True, return_counts=True)
    shared = np.where(same, 0.0, weights)
    shared[grouped] /= sizes[group]
    return shared
