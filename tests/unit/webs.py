"""The true links of virtual webs as material for networks, and who is made for links."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

import numpy as np

from backlit.score.networks import Footprint, Material
from backlit.urls import registrable_domain
from backlit.vweb import Site, VirtualWeb

__all__ = ["Web", "web_of"]

TEMPLATE = ("footer",)


@cache
def domain_of(url: str) -> str:
    host = urlsplit(url).hostname or ""
    return registrable_domain(host) or host


@dataclass(frozen=True)
class Web:
    """One crawl of a virtual web, by domain."""

    names: list[str]
    src: np.ndarray[tuple[int], np.dtype[np.int64]]
    dst: np.ndarray[tuple[int], np.dtype[np.int64]]
    template: np.ndarray[tuple[int], np.dtype[np.bool_]]
    votes: np.ndarray[tuple[int], np.dtype[np.int64]]
    sites: dict[str, Site]
    words: dict[tuple[int, int], str]
    labels: dict[tuple[int, int], set[str]]

    def kind(self, node: int) -> str:
        return self.sites[self.names[node]].kind

    def node(self, name: str) -> int:
        return self.names.index(name)

    def targets(self, least: int) -> list[int]:
        """The domains that at least so many domains link to."""
        pairs = np.unique(self.dst * len(self.names) + self.src) // len(self.names)
        return [int(node) for node in np.flatnonzero(np.bincount(pairs) >= least)]

    def material(self, target: int, known: Collection[str]) -> Material:
        """Whoever links to a target, with these footprints: network, tracker, template."""
        among = np.unique(self.src[self.dst == target])
        edges = np.isin(self.src, among) | (self.src == target)
        return Material(
            self.names,
            self.src[edges],
            self.dst[edges],
            among,
            target,
            in_degree=self.votes,
            template=self.template[edges],
            words={s: self.words[s, target] for s in among.tolist() if (s, target) in self.words},
            footprints={name: self.footprint(name) for name in known},
        )

    def footprint(self, name: str) -> Footprint:
        def value(site: Site) -> str | None:
            if name == "network":
                return site.ip.rpartition(".")[0] + ".0/24"
            return site.tracker if name == "tracker" else str(site.template)

        found = [(node, value(self.sites[each])) for node, each in enumerate(self.names)]
        known = [(node, text) for node, text in found if text is not None]
        nodes = np.array([node for node, _ in known], np.int64)
        return Footprint(nodes, [text for _, text in known], owned=name == "tracker")


@cache
def web_of(seed: int, pages: int) -> Web:
    """The links that people can click at the first crawl, one per pair of domains and place."""
    web = VirtualWeb(seed=seed, pages=pages)
    sites = {site.domain: site for site in web.sites()}
    names = sorted(sites)
    place = {name: node for node, name in enumerate(names)}
    rows, words = set(), Counter[tuple[int, int, str]]()
    voted, labels = set(), dict[tuple[int, int], set[str]]()
    for link in web.truth(0):
        ends = place.get(domain_of(link.source_url)), place.get(domain_of(link.target_url))
        if link.kind not in ("a", "area") or None in ends or ends[0] == ends[1]:
            continue
        s, t = ends[0] or 0, ends[1] or 0
        labels.setdefault((s, t), set()).add(link.label)
        rows.add((s, t, link.placement in TEMPLATE))
        words[s, t, (link.anchor or link.alt).casefold()] += 1
        vouches = not link.rel & {"nofollow", "ugc", "sponsored"} and not link.hidden
        if vouches and link.placement not in ("footer", "comment"):
            voted.add((s, t))
    src, dst, template = (np.array(part) for part in zip(*sorted(rows), strict=True))
    best: dict[tuple[int, int], str] = {}
    for (s, t, text), _ in sorted(words.items(), key=lambda each: (each[1], each[0])):
        best[s, t] = text
    votes = np.bincount([t for _, t in voted], minlength=len(names)).astype(np.int64)
    return Web(
        names, src.astype(np.int64), dst.astype(np.int64), template.astype(bool), votes, sites, best, labels
    )
