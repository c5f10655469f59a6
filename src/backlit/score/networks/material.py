"""What is known of the domains that link, and what is said of those that belong together?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from backlit.errors import GraphError

__all__ = ["KINDS", "Cluster", "Clusters", "Evidence", "Flags", "Floats", "Footprint", "Ints", "Material"]

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]

#: Kinds of clusters, the gravest first.
KINDS = ("network", "farm", "mirror", "exchange", "owner")


@dataclass(frozen=True, eq=False)
class Footprint:
    """Something that domains of one hand often share: `domains` int64[k], and the value of each.

    `owned` says that a value belongs to one owner by its nature, such as a tracker's id or a favicon, so that
    sharing it is a sign without any count; addresses, words and weeks are shared by strangers too.
    """

    domains: Ints
    values: Sequence[str]
    owned: bool = False

    @cached_property
    def pairs(self) -> tuple[list[str], Ints, Ints]:
        """The different values; and each pair of a value, by its place there, and a domain once, in order."""
        coded = pa.array(self.values, pa.string()).dictionary_encode()
        at = coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        n = int(self.domains.max()) + 1 if len(self.domains) else 1
        keys = np.sort(at * n + self.domains)
        at, domains = np.divmod(keys[np.diff(keys, prepend=-1) > 0], n)
        return coded.dictionary.to_pylist(), at, domains


@dataclass(frozen=True, eq=False)
class Material:
    """Domains 0 … n − 1, links between them as parallel arrays, and what is known of each domain.

    `among` are the domains to be judged, mostly those that link to `target`. `in_degree` counts the domains
    that vote for each (−1 unknown; counted from the links where it is not passed, which is right only where
    they are all links of the graph), `trust` is 0 … 1 with NaN where none leads to it. `template` says which
    links stand in a template: footer, sidebar or navigation. `words` are the texts of links to the target.
    """

    names: Sequence[str]
    src: Ints
    dst: Ints
    among: Ints
    target: int | None = None
    in_degree: Ints | None = None
    trust: Floats | None = None
    template: Flags | None = None
    words: Mapping[int, str] = field(default_factory=dict)
    footprints: Mapping[str, Footprint] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = len(self.names)
        for name in ("src", "dst", "among"):
            ids = getattr(self, name)
            if len(ids) and not 0 <= int(ids.min()) <= int(ids.max()) < n:
                found = f"an id in `{name}` that none of {n} domains has"
                raise GraphError("look for networks", found, "Use ids from 0 to n - 1.")
        if len(self.src) != len(self.dst):
            found = f"{len(self.src)} sources and {len(self.dst)} targets"
            raise GraphError("look for networks", found, "Pass one of each per link.")

    @cached_property
    def is_among(self) -> Flags:
        """bool[n]: the domains to be judged."""
        flags = np.zeros(len(self.names), np.bool_)
        flags[self.among] = True
        return flags

    @cached_property
    def pairs(self) -> tuple[Ints, Ints]:
        """Which domain leads to which, each pair once, by source and then by what it leads to."""
        n = max(len(self.names), 1)
        keys = np.sort(self.src * n + self.dst)
        src, dst = np.divmod(keys[np.diff(keys, prepend=-1) > 0], n)
        return src, dst

    def led_to(self, members: Sequence[int]) -> tuple[Ints, Ints]:
        """The pairs whose sources are these domains."""
        src, dst = self.pairs
        ids = np.array(sorted(members), np.int64)
        starts, ends = (np.searchsorted(src, ids, side=side) for side in ("left", "right"))
        parts = [dst[start:end] for start, end in zip(starts, ends, strict=True)]
        return np.repeat(ids, ends - starts), np.concatenate([*parts, dst[:0]])

    @cached_property
    def inner(self) -> tuple[Ints, Ints]:
        """Those pairs of which both are judged, by what they lead to, and where each of these begins: int64
        sources, int64[n + 1] offsets."""
        src, dst = self.pairs
        keep = self.is_among[src] & self.is_among[dst] & (src != dst)
        src, dst = src[keep], dst[keep]
        offsets = np.zeros(len(self.names) + 1, np.int64)
        np.cumsum(np.bincount(dst, minlength=len(self.names)), out=offsets[1:])
        return src[np.argsort(dst, kind="stable")], offsets

    @cached_property
    def out_degree(self) -> Ints:
        """int64[n]: to how many domains each leads, as far as its links were passed."""
        return np.bincount(self.pairs[0], minlength=len(self.names)).astype(np.int64)

    @cached_property
    def votes(self) -> Ints:
        """int64[n]: how many domains vote for each; −1 where it is not known."""
        if self.in_degree is not None:
            return self.in_degree
        return np.bincount(self.pairs[1], minlength=len(self.names)).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason: an id, a sentence, the numbers it rests on, and how sure it alone makes, 0 … 1."""

    id: str
    sentence: str
    numbers: Mapping[str, Any]
    strength: float


@dataclass(frozen=True, slots=True)
class Cluster:
    """Domains that belong together: ids ascending, a kind of KINDS, why, and how sure.

    `edges` are the links among members and target that show it, (from, to), and what they have in common.
    """

    kind: str
    members: tuple[int, ...]
    confidence: float
    evidence: tuple[Evidence, ...]
    edges: tuple[tuple[int, int], ...] = ()

    def row(self, names: Sequence[str]) -> dict[str, Any]:
        """As users meet it."""
        return {
            "kind": self.kind,
            "domains": [names[member] for member in self.members],
            "confidence": round(self.confidence, 3),
            "evidence": [
                {"id": each.id, "sentence": each.sentence, "numbers": dict(each.numbers)}
                for each in self.evidence
            ],
        }


@dataclass(frozen=True, slots=True, eq=False)
class Clusters:
    """The clusters, the gravest and surest first. `cluster_of` is int64[n]: of each domain the first cluster
    that it is in, −1 where it is in none. `unknown` names what could not be looked at."""

    found: tuple[Cluster, ...]
    cluster_of: Ints
    unknown: tuple[str, ...] = ()

    def owners(self, names: Sequence[str]) -> dict[str, str]:
        """The domains of each cluster that is one hand, by the name of its first member: they vote as one."""
        one_hand = ("network", "farm", "owner")
        return {
            names[member]: f"cluster:{names[cluster.members[0]]}"
            for cluster in reversed(self.found)
            if cluster.kind in one_hand
            for member in cluster.members
        }
