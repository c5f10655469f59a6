"""The graph that a release was ranked from, once more: for receipts, and for what a change would do.

A release names its snapshot, its votes and its seeds, so that its graph can be made again at any time.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from backlit.errors import DataError, NotRanked
from backlit.index.tables import Index
from backlit.rank.calibrate import authority_scores
from backlit.rank.explain import Change, Receipt, changed, distances, edited, rank_flows, receipt
from backlit.rank.features import CAP, FEW, LEAST_VOTERS, NEAR
from backlit.rank.graph import Floats, Ints
from backlit.rank.harmonic import harmonic_graph
from backlit.rank.headline import TOLERANCE
from backlit.rank.owners import owners_of, shared_change
from backlit.rank.pagerank import pagerank_graph
from backlit.rank.prior import read_priors
from backlit.rank.push import robust_pagerank_graph
from backlit.rank.release import disavowed, newest_release, seeds_of
from backlit.rank.scale import Scale
from backlit.rank.seeds import SeedList, built_in_seeds
from backlit.rank.similar import similar
from backlit.rank.trust import anti_trustrank, topical_trust, truncated_pagerank
from backlit.rank.votes import DomainGraph, Votes, domain_graph

__all__ = ["Ranked", "Wish", "ranked_graph"]


#: Links up to which the graph is ranked anew for each of a domain's greatest votes.
_RANKED_ANEW = 100_000


@dataclass(frozen=True, slots=True)
class Wish:
    """A link that the domain does not have, and the points that it would bring."""

    source: str
    links_to: str  # a related domain that it links to already
    points: float


@dataclass(frozen=True, eq=False)
class Ranked:
    """One release and the graph that it ranked."""

    release: Mapping[str, Any]
    parameters: Mapping[str, Any]
    found: DomainGraph
    groups: Mapping[str, Ints]
    scale: Scale | None
    bad: Ints  # the domains that a list of decisions disavows as a whole

    @property
    def by_trust(self) -> bool:
        """Whether the method starts at seeds, so that a score can be taken apart along walks."""
        return self.scale is not None

    def is_own(self, node: int, other: int) -> bool:
        """Whether two domains are known to be in one hand: what one says of the other is no vote."""
        owner = self.found.owner
        return owner is not None and owner[node] >= 0 and owner[node] == owner[other]

    def receipt(self, node: int, *, valued: int = 10) -> Receipt | None:
        """The parts of a domain's trust; None where the method knows none."""
        if self.scale is None:
            return None
        return receipt(
            self.found.graph,
            node,
            self.groups,
            self.scale,
            valued=valued,
            beside=lambda voter: shared_change(self.found, node, remove=[voter])[2],
        )

    def pagerank_parts(self, node: int) -> tuple[Ints, Floats]:
        """Who sends a domain its PageRank, as shares; what is missing to 1 is what every domain is given."""
        scores = pagerank_graph(self.found.graph, tol=TOLERANCE).scores
        voters, shares = rank_flows(self.found.graph, scores, node)
        order = np.lexsort((voters, -shares))
        return voters[order], shares[order]

    def changed(
        self,
        node: int,
        *,
        add: Iterable[int] = (),
        remove: Iterable[int] = (),
        reweigh: Mapping[int, float] | None = None,
    ) -> Change:
        """The domain with some links more, some less and some of another weight, by the release's method;
        the domains of one owner go on to share one vote."""
        add, remove, reweigh = shared_change(self.found, node, add, remove, reweigh)
        graph, groups = self.found.graph, list(self.groups.values())
        if self.scale is not None:
            return changed(graph, node, groups, self.scale, add=add, remove=remove, reweigh=reweigh)
        graph = edited(graph, node, list(add), list(remove), reweigh=reweigh)
        near = harmonic_graph(graph, registers=int(self.parameters["registers"])).scores
        scores = authority_scores(pagerank_graph(graph, tol=TOLERANCE).scores, near).score
        voted = graph.in_offsets[node + 1] > graph.in_offsets[node]
        return Change(None, None, float(scores[node]) if voted else None)

    def worths(self, node: int, voters: Iterable[int]) -> dict[int, float]:
        """Points that go with each vote, where the method knows no trust; none where a ranking takes long."""
        now = self.changed(node).score if self.found.graph.edges <= _RANKED_ANEW else None
        if now is None:
            return {}
        return {voter: now - (self.changed(node, remove=[voter]).score or 0.0) for voter in voters}

    def marks(self, node: int) -> dict[str, Any]:
        """The figures of a domain that tell farms without labels; null where they are not known."""
        graph, walked = self.found.graph, pagerank_graph(self.found.graph, tol=TOLERANCE).scores
        voters = int(graph.in_offsets[node + 1] - graph.in_offsets[node])
        found = robust_pagerank_graph(graph, delta=CAP, nodes=[node]) if voters >= LEAST_VOTERS else None
        far = float(truncated_pagerank(graph, NEAR).scores[node] / walked[node])
        distrust = anti_trustrank(graph, self.bad).scores if len(self.bad) else np.zeros(0)
        return {
            "disavowed": len(self.bad),
            "distrust_place": _place(distrust, node) if len(distrust) and distrust[node] > 0 else None,
            "distrusted": int((distrust > 0).sum()),
            "robust": None if found is None else float(found.robust[node] / found.pagerank[node]),
            "few": None if found is None else bool(found.robust[node] <= FEW * found.pagerank[node]),
            "distant": far,
        }

    def related(self, node: int, most: int = 5) -> list[tuple[str, float, int]]:
        """Domains that the same others link to: name, cosine, how many in common."""
        near = similar(self.found.graph, node, most=most)
        rows = zip(near.nodes.tolist(), near.cosine.tolist(), near.shared.tolist(), strict=True)
        return [(self.found.names[each], cosine, shared) for each, cosine, shared in rows]

    def wishes(self, node: int, most: int = 3) -> list[Wish]:
        """Links from domains that link to a related one and not here, by what they would bring."""
        graph, have = self.found.graph, {node, *self._voters(node)}
        candidates: dict[int, int] = {}
        for other in similar(graph, node, most=5).nodes.tolist():
            for voter in self._voters(other):
                if voter not in have:
                    candidates.setdefault(voter, other)
        now = self.changed(node).score or 0.0
        nearest = sorted(candidates, key=lambda voter: (int(graph.out_degree[voter]), voter))[: 4 * most]
        found = [
            Wish(
                self.found.names[voter],
                self.found.names[candidates[voter]],
                (self.changed(node, add=[voter]).score or 0.0) - now,
            )
            for voter in nearest
        ]
        return sorted((wish for wish in found if wish.points > 0), key=lambda wish: -wish.points)[:most]

    def _voters(self, node: int) -> list[int]:
        graph = self.found.graph
        voters: list[int] = graph.in_sources[graph.in_offsets[node] : graph.in_offsets[node + 1]].tolist()
        return voters

    def places_by_group(self, node: int, hits: Mapping[str, float]) -> dict[str, tuple[int | None, int]]:
        """The domain's place by the trust of each group alone, and among how many that it reaches.

        Of the domain itself only first visits count; the others keep what they gain by loops.
        """
        damping = float(self.parameters["damping"])
        places: dict[str, tuple[int | None, int]] = {}
        for name, scores in topical_trust(self.found.graph, self.groups, damping=damping).items():
            seeds = self.groups[name]
            scores[seeds] -= (1 - damping) / len(seeds)  # being on a list is no merit
            scores[node] = (1 - damping) * hits[name]
            reached = scores > 1e-15
            places[name] = _place(scores, node) if reached[node] else None, int(reached.sum())
        return places

    def seeds_behind(self, node: int) -> dict[str, int]:
        """How many seeds of each group lead to a domain."""
        steps = distances(self.found.graph, node)
        return {name: int((steps[seeds] > 0).sum()) for name, seeds in self.groups.items()}


def _place(scores: Floats, node: int) -> int:
    """1 is best, and equals share the best of their places."""
    return 1 + int((scores > scores[node] * (1 + 1e-9)).sum())


@lru_cache(maxsize=2)
def _ranked(home: Path, snapshot: int, release: str) -> Ranked:
    index = Index.open(home)
    now = index.version(snapshot)
    row = newest_release(index, now, f"release = '{release}'")
    assert row is not None  # the caller found it at this very version
    then = index.version(int(row["snapshot"]))
    parameters = json.loads(row["parameters"])
    owners = owners_of(parameters)
    found = domain_graph(index, then, Votes(), owners.owners if owners else None)
    groups = seeds_of(_rules(parameters["seeds"]), found, read_priors(index, then)).groups
    scale = Scale(**parameters["scale"]) if parameters.get("scale") else None
    return Ranked(row, parameters, found, groups, scale, disavowed(index, then, found))


def ranked_graph(index: Index, snapshot: int) -> Ranked:
    """The newest release of a version of the index, with its graph; NotRanked where there is none to use."""
    asked = "take an authority apart"
    row = newest_release(index, index.version(snapshot))
    if row is None:
        raise NotRanked(asked, "the index has not been ranked yet", "Run `backlit rank` first.")
    if "seeds" not in json.loads(row["parameters"]):
        raise NotRanked(asked, "the ranking was made by an earlier version", "Run `backlit rank` again.")
    return _ranked(index.home, snapshot, row["release"])


def _rules(said: Mapping[str, Any]) -> SeedList:
    ours = built_in_seeds()
    if said["hash"] == ours.hash:
        return ours
    if not said.get("rules"):
        found = f"the ranking used version {said['version']} of {said['list']}, and this Backlit has another"
        raise DataError("take an authority apart", found, "Run `backlit rank` again.")
    groups = {name: tuple(rules) for name, rules in said["rules"].items()}
    return SeedList(said["list"], said["version"], groups)
