"""What does a farm of throw-away domains buy: by plain PageRank and its kin, and by the headline authority?

A target in the middle of a graph gets a farm of 10 to 5,000 domains that link to it and that nobody links to
but the target itself: one-way, two-way, in a chain, in three layers. With links bought from real sites the
question is what the farm adds to what the bought links bring anyway.

Run as a module it prints the chart of docs/concepts/authority.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from benchmarks.realgraph import HAS_REAL, political_blogs, real_domains
from numpy.typing import NDArray

from backlit.rank.authority import trust_graph
from backlit.rank.graph import Graph
from backlit.rank.pagerank import pagerank_graph
from backlit.rank.scale import Scale, first_scale
from backlit.rank.seeds import built_in_seeds, find_seeds
from backlit.rank.trust import inverse_pagerank, min_k_ppr, truncated_pagerank, trustrank

__all__ = [
    "FARMS",
    "SIZES",
    "Case",
    "Outcome",
    "attack",
    "beside",
    "bought",
    "chart",
    "judge",
    "real_cases",
    "run",
    "synthetic",
]

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Links = tuple[Ints, Ints]

SIZES = (10, 100, 1000, 5000)
FARMS = ("one-way", "two-way", "chain", "three layers")


@dataclass(frozen=True, eq=False)
class Case:
    """A graph, its seeds, and the target in the middle of what they reach."""

    src: Ints
    dst: Ints
    n: int
    groups: Sequence[Ints]
    target: int
    raw: Floats
    scale: Scale
    pagerank: Floats

    @classmethod
    def of(cls, src: Ints, dst: Ints, n: int, groups: Sequence[Ints] | None = None) -> "Case":
        """Without groups: the 200 nodes (at most a thirtieth) of the best inverse PageRank, in five."""
        graph = Graph.from_edges(src, dst, n)
        if groups is None:
            reach = np.argsort(-inverse_pagerank(graph).scores, kind="stable")
            groups = [reach[: min(200, n // 30)][at::5] for at in range(5)]
        raw = trust_graph(graph, groups).scores
        order = np.flatnonzero(raw > 0)[np.argsort(-raw[raw > 0], kind="stable")]
        ours = first_scale(raw, np.concatenate(list(groups)))
        return cls(src, dst, n, groups, int(order[len(order) // 2]), raw, ours, pagerank_graph(graph).scores)


@dataclass(frozen=True)
class Outcome:
    """What an attack did for its target."""

    gain: float  # of the raw score
    points: float  # of 100
    before: int  # places, 1 is best
    after: int
    percentile: float  # afterwards, among all domains that the seeds reach
    pagerank_before: int
    pagerank_after: int


def synthetic(n: int = 30_000, edges: int = 240_957, seed: int = 0) -> tuple[Ints, Ints, int]:
    """A web with skewed degrees on both sides, without communities."""
    random = np.random.default_rng(seed)
    src, dst = (n * random.random(edges) ** 1.3).astype(int), (n * random.random(edges) ** 2.2).astype(int)
    names = random.permutation(n)
    return names[src], names[dst], n


def attack(farm: str, size: int, target: int, first: int) -> Links:
    """The links of a farm whose domains are numbered from `first`."""
    domains = np.arange(first, first + size)
    to_target = np.full(size, target)
    if farm == "one-way":
        return domains, to_target
    if farm == "two-way":
        return np.concatenate((domains, to_target)), np.concatenate((to_target, domains))
    if farm == "chain":
        return np.concatenate(([target], domains)), np.concatenate((domains, [target]))
    return _layers(domains, target)


def _layers(domains: Ints, target: int) -> Links:
    """The target feeds the first layer, each layer the next, three links each, and the last the target."""
    layers = np.array_split(domains, 3)
    src, dst = [np.full(len(layers[0]), target)], [layers[0]]
    for near, far in pairwise(layers):
        most = max(len(near), len(far))
        for turn in range(3):
            src.append(np.resize(near, most))
            dst.append(np.roll(np.resize(far, most), turn))
    return np.concatenate([*src, layers[2]]), np.concatenate([*dst, np.full(len(layers[2]), target)])


def bought(case: Case, many: int) -> Links:
    """Links to the target from domains a quarter of the way down."""
    order = np.argsort(-case.raw, kind="stable")
    sellers = order[order != case.target][int((case.raw > 0).sum()) // 4 :][:many]
    return sellers, np.full(many, case.target)


def real_cases() -> dict[str, Case]:
    """The real graphs that farms are tried on, where they are.

    The real domains are ranked from the seeds that come with Backlit, as an index of them would be.
    """
    if not HAS_REAL:
        return {}
    src, dst, names = real_domains()
    seeds = find_seeds(built_in_seeds(), names)
    return {
        "political blogs": Case.of(*political_blogs()),
        "real domains": Case.of(src, dst, len(names), list(seeds.groups.values())),
    }


def beside(case: Case, links: Links, many: int) -> dict[str, tuple[int, int]]:
    """The target's place before and after, by ranks that others use."""
    before = Graph.from_edges(case.src, case.dst, case.n)
    after = Graph.from_edges(np.append(case.src, links[0]), np.append(case.dst, links[1]), case.n + many)
    was, now = (_ranks(graph, case.groups) for graph in (before, after))
    return {name: (_place(was[name], case.target), _place(now[name], case.target)) for name in was}


def _ranks(graph: Graph, groups: Sequence[Ints]) -> Mapping[str, Floats]:
    return {
        "plain PageRank": pagerank_graph(graph).scores,
        "truncated PageRank": truncated_pagerank(graph, 1).scores,
        "TrustRank": trustrank(graph, np.concatenate(list(groups))).scores,
        f"Min-{len(groups)}-PPR": min_k_ppr(graph, groups).scores,
    }


def judge(case: Case, links: Links, many: int, *, paid: Links | None = None) -> Outcome:
    """Add links and `many` domains to a case; `paid` links are in the graph before and after."""
    src, dst, raw, ranks = case.src, case.dst, case.raw, case.pagerank
    if paid is not None:
        src, dst = np.append(src, paid[0]), np.append(dst, paid[1])
        graph = Graph.from_edges(src, dst, case.n)
        raw, ranks = trust_graph(graph, case.groups).scores, pagerank_graph(graph).scores
    graph = Graph.from_edges(np.append(src, links[0]), np.append(dst, links[1]), case.n + many)
    after, ranked = trust_graph(graph, case.groups).scores, pagerank_graph(graph).scores
    x = case.target
    score, was = case.scale.score(after), case.scale.score(raw)
    return Outcome(
        gain=float(after[x] / raw[x]),
        points=float(score[x] - was[x]),
        before=_place(raw, x),
        after=_place(after, x),
        percentile=float(100 * (score[score > 0] < score[x]).mean()),
        pagerank_before=_place(ranks, x),
        pagerank_after=_place(ranked, x),
    )


def _place(values: Floats, node: int) -> int:
    """Ties to within rounding count as equal."""
    return int((values > values[node] * (1 + 1e-9)).sum()) + 1


def run(sizes: Iterable[int] = SIZES) -> list[dict[str, Any]]:
    """The place of the target after each attack: ours, and by the ranks of others as peers."""
    return [
        _row(f"{name}, {farm} farm of {size:,}", case, attack(farm, size, case.target, case.n), size)
        for name, case in ({"a made-up web": Case.of(*synthetic())} | real_cases()).items()
        for farm in FARMS
        for size in sizes
    ]


def _row(name: str, case: Case, links: Links, many: int) -> dict[str, Any]:
    found = judge(case, links, many)
    peers = {f"{peer} (from {was:,})": float(now) for peer, (was, now) in beside(case, links, many).items()}
    return {
        "name": f"{name}: place from {found.before:,} to",
        "figure": float(found.after),
        "unit": f"of {case.n + many:,}",
        "runs": 1,
        "peers": peers,
        "ratio": {peer: found.after / place for peer, place in peers.items()},
    }


def chart(sizes: Iterable[int] = SIZES) -> str:
    """A two-way farm of each size, as bars: the share of domains that the target outranks."""
    from backlit.report.charts import Part, bars

    case = Case.of(*synthetic())
    parts = []
    for size in sizes:
        found = judge(case, attack("two-way", size, case.target, case.n), size)
        for name, place in (("PageRank", found.pagerank_after), ("authority", found.after)):
            above = 100 * (1 - (place - 1) / case.n)
            parts.append(Part(f"farm of {size:,}: {name}", max(above, 0.0), f"place {place:,}"))
    title = "A domain in the middle of 30,000 buys a farm"
    return str(bars(title, parts, desc="Share of domains outranked, by plain PageRank and by authority."))


if __name__ == "__main__":
    import sys

    sys.stdout.write(chart())
