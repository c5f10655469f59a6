"""Which method can rank this graph, and what does it find?

"trust-hc-1" where the seeds carry it: at least five seeds of two groups that link anywhere, and walks from
them that reach as many domains as a ranking takes at all. What they do not reach has no score, and plays no
part in the choice: else throw-away domains could switch trust off, and win by the method without it. A small
index may hold no seed, or seeds that lead to hardly anybody: then "pr-hc-1", which knows no trust and says
so. A list of the user's own is always used.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from backlit.errors import GraphError
from backlit.rank.authority import Trust, trust_graph
from backlit.rank.calibrate import MIN_DOMAINS, authority_scores, estimate_error, places
from backlit.rank.graph import Floats, Graph, Ints
from backlit.rank.harmonic import HarmonicRanks, harmonic_graph
from backlit.rank.pagerank import Ranks, pagerank_graph
from backlit.rank.scale import Scale, first_scale, standing
from backlit.rank.seeds import Seeds
from backlit.rank.trust import spam_mass_graph

__all__ = ["Headline", "headline"]

LEAST_SEEDS, LEAST_GROUPS, LEAST_REACH = 5, 2, MIN_DOMAINS
TOLERANCE = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Headline:
    """The scores of one graph, with what they were worked out from."""

    method: str
    score: Floats  # float64[n], 0 … 100, NaN unknown
    place: Floats  # float64[n], 1 = best; ties share the mean
    percentile: Floats  # float64[n], NaN where the score is
    pagerank: Ranks
    harmonic: HarmonicRanks
    registers: int
    trust: Trust | None
    mass: Floats | None  # float64[n]: the share of PageRank that seeds do not account for
    score_of: Callable[[Graph], Floats]  # the same method on a graph of the same nodes
    scale: Scale | None  # what the trust scores were read on
    estimated: Floats  # float64[n]: points of a standard error that hang on distances being estimated
    note: str | None  # why it is not the method it could be

    @property
    def converged(self) -> bool:
        """Whether everything in it did."""
        return self.pagerank.converged and (self.trust is None or self.trust.converged)


def headline(
    graph: Graph, seeds: Seeds, *, insist: bool, registers: int, threads: int | None = None
) -> Headline:
    """Rank a graph by the best method that it carries; `insist` on the seeds, however few.

    Raises GraphError if it is insisted on seeds of which the graph has none.
    """
    if insist and not seeds.count:
        found = f"none of the seeds among its {graph.n:,} domains"
        raise GraphError(
            "rank by these seeds", found, "Name domains that the index holds, or leave --seeds out."
        )
    walked = pagerank_graph(graph, damping=0.85, tol=TOLERANCE)
    near = harmonic_graph(graph, registers=registers, threads=threads)
    note = None if insist else _too_few(graph, seeds)
    trusted = None if note else trust_graph(graph, seeds.groups.values(), tol=TOLERANCE, threads=threads)
    if trusted is not None and not trusted.scores.any():
        trusted, note = None, "None of the seeds leads to another domain."
    elif trusted is not None and not insist:
        note = _too_narrow(graph, trusted)
    if trusted is None or note:
        return _plain(walked, near, registers, trusted, note, threads)
    return _trusted(graph, walked, near, registers, trusted, seeds, threads)


def _too_few(graph: Graph, seeds: Seeds) -> str | None:
    active = {name: int((graph.out_degree[ids] > 0).sum()) for name, ids in seeds.groups.items()}
    groups, count = sum(number > 0 for number in active.values()), sum(active.values())
    if groups >= LEAST_GROUPS and count >= LEAST_SEEDS:
        return None
    return f"The data holds {count} linking seeds of {groups} groups: too few to start trust from."


def _too_narrow(graph: Graph, trusted: Trust) -> str | None:
    """Counted among the reached alone: a share of all would fall with every domain that somebody makes up."""
    voted = np.diff(graph.in_offsets) > 0
    reached = int((trusted.scores[voted] > 0).sum())
    if reached >= LEAST_REACH:
        return None
    return (
        f"Seeds lead to {reached:,} of at least {LEAST_REACH} domains that anybody votes for: "
        "too few to rank by trust."
    )


def _plain(
    walked: Ranks,
    near: HarmonicRanks,
    registers: int,
    trusted: Trust | None,
    note: str | None,
    threads: int | None,
) -> Headline:
    found = authority_scores(walked.scores, near.scores)
    estimated = estimate_error(walked.scores, near.scores, near.residual)

    def score_of(graph: Graph) -> Floats:
        again = pagerank_graph(graph, tol=TOLERANCE).scores
        return authority_scores(
            again, harmonic_graph(graph, registers=registers, threads=threads).scores
        ).score

    return Headline(
        found.method, found.score, found.place, found.percentile, walked, near, registers, trusted, None,
        score_of, None, estimated, note,
    )  # fmt: skip


def _trusted(
    graph: Graph,
    walked: Ranks,
    near: HarmonicRanks,
    registers: int,
    trusted: Trust,
    seeds: Seeds,
    threads: int | None,
) -> Headline:
    everyone = np.concatenate(list(seeds.groups.values()))
    scale = first_scale(trusted.scores, everyone)
    score = scale.score(trusted.scores)
    mass = spam_mass_graph(graph, everyone).relative
    exact = np.zeros(graph.n)  # distances from seeds are searched, not estimated
    return Headline(
        trusted.method, score, places(trusted.scores), standing(score), walked, near, registers, trusted,
        mass, _scorer(scale, list(seeds.groups.values()), threads), scale, exact, None,
    )  # fmt: skip


def _scorer(scale: Scale, groups: list[Ints], threads: int | None) -> Callable[[Graph], Floats]:
    def score_of(graph: Graph) -> Floats:
        return scale.score(trust_graph(graph, groups, tol=TOLERANCE, threads=threads).scores)

    return score_of
