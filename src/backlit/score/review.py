"""Which links should somebody look at first, in groups that have one cause, and what may be ignored?

Links that read as unnatural are put together by the network that their domain belongs to, else by the network
of addresses that flagged domains share, else by their words, else by domain. What reads as spam alone is
noise, and told in one row. A link is in one group, whatever was decided of others. Decisions hold for ids, so
both links of a page that links twice to another are in the group of the clearer one.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np

from backlit.model import link_id
from backlit.score.assess import finding_of
from backlit.score.batch import Batch
from backlit.score.findings import LIMIT, Marker, weighted
from backlit.score.links import Links
from backlit.score.numbers import Bools, Floats, Ints
from backlit.score.readings import Strengths, strengths_of
from backlit.urls import url_of_key

__all__ = [
    "ALL_CLUSTERS",
    "CLUSTERS",
    "Flagged",
    "Noise",
    "clusters_of",
    "digest_of",
    "flag",
    "ids_of",
    "noise_in",
    "noise_of",
    "quiet_anchors",
    "review_of",
]

Row = dict[str, Any]

#: Clusters that are told; more would not be read. Their number is.
CLUSTERS = 20
#: Clusters that are looked at, where some may be decided by rule or are asked for by their id.
ALL_CLUSTERS = 1_000
#: Flagged domains that share words or a network before these name a cluster.
_SEVERAL = 3
#: Share of the linking domains of a network of addresses that are flagged, from which on it is no hosting
#: firm.
_PURE = 0.7
#: Clusters whose domains may have other links, which a decision on them leaves open.
_BY_LINK = ("words", "addresses")
#: Findings and links that a cluster quotes.
_QUOTED = 3
#: What a marker adds to the logit, on the mean over a cluster, from which on it is told of it.
_TELLING = 0.3
#: Share of the domains with one text that are noise, from which on the text is noise.
_MOSTLY = 0.8

_PLACED = (
    "Open one of the pages. If you bought, placed or arranged these links, ask for rel=sponsored or for "
    "their removal. If strangers did, there is nothing to do."
)
_SUGGESTIONS = {
    "LS-08": (
        "Open one of the pages and look for the link. If you had it placed, ask for it to be shown or "
        "removed. If strangers hid it, there is nothing to do."
    ),
    "LS-09": (
        "If you made the template, or paid for the place, ask for the name of your site as text, or for "
        "rel=nofollow. If not, there is nothing to do."
    ),
    "LS-03": (
        "Many domains took up the same words at once. If you or an agency had links made, stop it and ask "
        "what else was made. If somebody else did, there is nothing to do."
    ),
}


def ids_of(links: Links) -> list[str]:
    """The ids of links."""
    ends = links.text("source_key").to_pylist(), links.text("target_key").to_pylist()
    kinds = np.nan_to_num(links.number("kind")).astype(int).tolist()
    return [
        str(link_id(str(source), str(target), kind))
        for source, target, kind in zip(*ends, kinds, strict=True)
    ]


@dataclass(frozen=True, eq=False)
class Flagged:
    """The links that read as unnatural, with their place in the batch and their markers."""

    batch: Batch
    spam: Floats
    unnatural: Floats
    strengths: Strengths
    #: of each domain with one of them, how many links it has in all
    in_all: Mapping[str, int]

    @cached_property
    def ids(self) -> list[str]:
        """The ids of the links."""
        return ids_of(self.batch.links)

    @cached_property
    def domains(self) -> list[str]:
        """Of each link its domain."""
        return [str(name) for name in self.batch.links.text("source_domain").to_pylist()]

    @cached_property
    def groups(self) -> dict[tuple[str, str], list[int]]:
        """The links of each group, by its kind and name; each id is in one."""
        names, clearest = _names(self), dict[str, int]()
        for at in np.argsort(-self.unnatural, kind="stable").tolist():
            clearest.setdefault(self.ids[at], at)
        found: dict[tuple[str, str], list[int]] = {}
        for at, link in enumerate(self.ids):
            found.setdefault(names[clearest[link]], []).append(at)
        return found

    @cached_property
    def scattered(self) -> frozenset[str]:
        """Domains with links in several groups: a decision on one of these is not about the domain."""
        pairs = {(self.domains[at], name) for name, members in self.groups.items() for at in members}
        counts = Counter(domain for domain, _ in pairs)
        return frozenset(domain for domain, groups in counts.items() if groups > 1)


def review_of(batch: Batch, spam: Floats, unnatural: Floats) -> tuple[list[Row], int]:
    """The clusters to look at, those with most to lose first, and how many there are in all."""
    return clusters_of(flag(batch, spam, unnatural))


def flag(batch: Batch, spam: Floats, unnatural: Floats) -> Flagged:
    """The links that read as unnatural."""
    rows = np.flatnonzero(unnatural >= LIMIT)
    chosen = batch.take(rows)
    names = set(chosen.links.text("source_domain").to_pylist())
    everywhere = Counter(str(name) for name in batch.links.text("source_domain").to_pylist() if name in names)
    return Flagged(chosen, spam[rows], unnatural[rows], strengths_of(chosen), everywhere)


def clusters_of(
    flagged: Flagged, is_open: Bools | None = None, most: int = CLUSTERS
) -> tuple[list[Row], int]:
    """The same of links that were flagged, `most` of them; only of those that are open, where somebody
    decided on others. What was decided of some groups leaves the others as they are."""
    found = flagged.groups
    left = (
        found if is_open is None else {name: [at for at in own if is_open[at]] for name, own in found.items()}
    )
    stakes = {name: _stake(flagged, members) for name, members in left.items() if members}
    order = sorted(stakes, key=lambda name: (-stakes[name], name))
    return [_cluster(flagged, name, left[name]) for name in order[:most]], len(order)


def _names(flagged: Flagged) -> list[tuple[str, str]]:
    """By what each link is put together with others: a kind of cluster and its name."""
    links = flagged.batch.links
    domains = links.text("source_domain").to_pylist()
    networks = links.number("network")
    nets = [_network(ip) for ip in links.text("source_ip").to_pylist()]
    words = [(anchor or "").strip().lower() for anchor in links.text("anchor").to_pylist()]
    by_net, by_words = _shared(nets, domains), _shared(words, domains)
    all_there = np.nan_to_num(flagged.batch.crowd.subnet_domains)
    found = []
    for at, domain in enumerate(domains):
        if not np.isnan(networks[at]):
            found.append(("network", f"{int(networks[at])}"))
        elif by_net.get(nets[at] or "", 0) >= max(_SEVERAL, _PURE * all_there[at]):
            found.append(("addresses", str(nets[at])))
        elif words[at] and by_words[words[at]] >= _SEVERAL:
            found.append(("words", words[at]))
        else:
            found.append(("domain", str(domain)))
    return found


def _network(ip: str | None) -> str | None:
    parts = (ip or "").split(".")
    return ".".join([*parts[:3], "0/24"]) if len(parts) == 4 else None


def _shared(values: Sequence[str | None], domains: Sequence[str]) -> dict[str, int]:
    """How many different domains have each value."""
    pairs = {(value, domain) for value, domain in zip(values, domains, strict=True) if value}
    counts: dict[str, int] = {}
    for value, _ in pairs:
        counts[value] = counts.get(value, 0) + 1
    return counts


def _stake(flagged: Flagged, members: Sequence[int]) -> float:
    """How surely unnatural times how strong: a network of nobodies comes after one paid link on a good
    site."""
    authority = np.nan_to_num(flagged.batch.number("authority")[members]) + 1.0
    return float((flagged.unnatural[members] * authority).max() + len(members) / 1_000)


def _cluster(flagged: Flagged, name: tuple[str, str], members: Sequence[int]) -> Row:
    rows = np.asarray(members, np.int64)
    domains = flagged.batch.links.take(rows).text("source_domain").to_pylist()
    findings = list(_findings(flagged, rows, against=True))
    clauses = [finding["policy"] for finding in findings if finding["policy"]]
    authority = flagged.batch.number("authority")[rows]
    ids = list(dict.fromkeys(flagged.ids[at] for at in members))
    is_by_link = name[0] in _BY_LINK or not flagged.scattered.isdisjoint(domains)
    return {
        "id": _id(name, [flagged.domains[at] for at in flagged.groups[name]]),
        "cluster": _called(name, len(set(domains))),
        "kind": name[0],
        #: what a decision on it holds for: whole domains, where it is about these, else its links
        "members": sorted(set(domains)),
        "member_links": ids if is_by_link else [],
        #: all of its links that are flagged
        "link_ids": ids,
        "covers": _covers(flagged, sorted(set(domains)), None if is_by_link else len(rows), len(ids)),
        "digest": digest_of(ids),
        #: of a network its number among those that were found, and its picture's domains and links
        "network": int(name[1]) if name[0] == "network" else None,
        "graph": None,
        "links": len(rows),
        "domains": len(set(domains)),
        "authority": None if np.isnan(authority).all() else float(np.nanmax(authority)),
        "spam": round(float(np.median(flagged.spam[rows])), 1),
        "unnatural": round(float(np.median(flagged.unnatural[rows])), 1),
        "findings": findings,
        "in_favour": list(_findings(flagged, rows, against=False)),
        "examples": _examples(flagged, rows),
        "filter": _filter(name, sorted(set(domains))),
        "suggestion": _SUGGESTIONS.get(clauses[0] if clauses else "", _PLACED),
    }


def _covers(flagged: Flagged, domains: Sequence[str], flagged_links: int | None, ids: int) -> Row:
    """What a decision holds for: so many links by their ids, or whole domains with so many links in all, of
    which some are not flagged."""
    if flagged_links is None:
        return {"links": ids, "domains": 0, "more": 0}
    in_all = sum(flagged.in_all[domain] for domain in domains)
    return {"links": in_all, "domains": len(domains), "more": in_all - flagged_links}


def digest_of(ids: Sequence[str]) -> str:
    """What tells whether a group has the same links as when it was shown, 16 hexadecimal digits."""
    return hashlib.blake2b("\0".join(sorted(set(ids))).encode(), digest_size=8).hexdigest()


def _id(name: tuple[str, str], domains: Sequence[str]) -> str:
    """What a cluster is decided on by, as long as it is about the same. Of a network, whose number is
    another in the next data, its domains."""
    kind, value = name
    about = "\0".join((kind, *sorted(set(domains)))) if kind == "network" else f"{kind}\0{value}"
    return "c" + hashlib.blake2b(about.encode("utf-8", "surrogatepass"), digest_size=5).hexdigest()


def _called(name: tuple[str, str], domains: int) -> str:
    kind, value = name
    if kind == "network":
        return f"A network of {domains} domains"
    if kind == "addresses":
        return f"{domains} domains that answer from {value}"
    return f"{domains} domains with the words “{value}”" if kind == "words" else value


def _filter(name: tuple[str, str], domains: Sequence[str]) -> str | None:
    """What chooses the links of a cluster in lists, where one line can."""
    kind, value = name
    if kind == "domain":
        return f"domain:{value} unnatural:>={LIMIT:.0f}"
    if kind == "addresses":
        return f"network:{value} unnatural:>={LIMIT:.0f}"
    if kind == "words" and '"' not in value:
        return f'anchor:"{value}" unnatural:>={LIMIT:.0f}'
    return f"domain:({','.join(domains)}) unnatural:>={LIMIT:.0f}" if len(domains) <= CLUSTERS else None


def _findings(flagged: Flagged, rows: Ints, *, against: bool) -> Iterator[Row]:
    """What is told of a cluster: the weightiest markers over its links, each quoted from its clearest
    link."""
    told: list[tuple[float, Marker, Floats]] = []
    for marker in weighted():
        weight = marker.weight("unnatural")
        seen = np.nan_to_num(flagged.strengths[marker.code][rows])
        mean = float(seen.mean()) * (weight if against else -weight)
        if mean >= _TELLING:
            told.append((mean, marker, seen))
    for _, marker, seen in sorted(told, key=lambda each: -each[0])[: 2 * _QUOTED]:
        best = int(rows[int(np.argmax(seen))])
        found = asdict(finding_of(marker, flagged.batch, flagged.strengths, best))
        names = ("id", "level", "sentence", "policy", "evidence")
        yield {name: found[name] for name in names} | {"links": int((seen > 0).sum())}


def _examples(flagged: Flagged, rows: Ints) -> list[Row]:
    """Some links of a cluster, one of each domain, the surest first."""
    order = rows[np.argsort(-flagged.unnatural[rows], kind="stable")]
    links, seen, found = flagged.batch.links, set[str](), []
    for at in order.tolist():
        domain = links.text("source_domain")[at].as_py()
        if domain in seen:
            continue
        seen.add(domain)
        found.append(
            {
                "source_url": url_of_key(links.text("source_key")[at].as_py()),
                "anchor": links.text("anchor")[at].as_py(),
                "unnatural": round(float(flagged.unnatural[at]), 1),
            }
        )
        if len(found) == _QUOTED:
            break
    return found


# noise -----------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Noise:
    """The links that may be ignored, and of each the finding that weighs most. `with_others` counts those
    that read so, too, but whose page links to the same by a link that is flagged: decided with that."""

    links: Links
    kinds: Sequence[str]
    with_others: int = 0

    @cached_property
    def domains(self) -> list[str]:
        """Of each link its domain."""
        return [str(name) for name in self.links.text("source_domain").to_pylist()]

    @cached_property
    def ids(self) -> list[str]:
        """The ids of the links."""
        return ids_of(self.links)

    def told(self, is_open: Bools | None = None) -> Row | None:
        """How much there is and of which kinds, of the links that are open; None where there is nothing."""
        left = range(len(self.kinds)) if is_open is None else np.flatnonzero(is_open).tolist()
        if not left:
            return None
        counts = Counter(self.kinds[at] for at in left)
        kinds = dict(sorted(counts.items(), key=lambda each: (-each[1], each[0]))[: 2 * _QUOTED])
        domains = {self.domains[at] for at in left}
        told = {"links": len(left), "domains": len(domains), "kinds": kinds, "filter": _NOISE}
        return told | {"with_others": self.with_others, "digest": digest_of([self.ids[at] for at in left])}


def noise_of(batch: Batch, spam: Floats, unnatural: Floats) -> Row | None:
    """What may be ignored, in one row: how much, and of which kinds; None where there is nothing."""
    return noise_in(batch, spam, unnatural).told()


def noise_in(batch: Batch, spam: Floats, unnatural: Floats) -> Noise:
    """The links that are noise."""
    noisy = np.flatnonzero(_is_noise(spam, unnatural))
    rows = noisy[~_same_as(batch.links, noisy, np.flatnonzero(unnatural >= LIMIT))]
    chosen, with_others = batch.take(rows), len(noisy) - len(rows)
    if not len(rows):
        return Noise(chosen.links, (), with_others)
    strengths = strengths_of(chosen)
    added = np.stack([m.weight("spam") * np.nan_to_num(strengths[m.code]) for m in weighted()])
    kinds = [weighted()[at].id for at in added.argmax(axis=0).tolist()]
    return Noise(chosen.links, kinds, with_others)


def _same_as(links: Links, rows: Ints, others: Ints) -> Bools:
    """Which links have the id of one of some others. Ids are made only of pages that have both."""
    there = links.take(others)
    pages = set(there.text("source_key").to_pylist())
    near = np.array([page in pages for page in links.take(rows).text("source_key").to_pylist()], bool)
    ids = set(ids_of(there)) if near.any() else set[str]()
    same = np.zeros(len(rows), bool)
    same[near] = [link in ids for link in ids_of(links.take(rows[near]))]
    return same


_NOISE = f"spam:>={LIMIT:.0f} unnatural:<{LIMIT:.0f}"


def quiet_anchors(batch: Batch, spam: Floats, unnatural: Floats) -> frozenset[str]:
    """Texts that mostly noise uses: no reason to look at a profile."""
    noise = _is_noise(spam, unnatural)
    anchors = batch.links.text("anchor").to_pylist()
    domains = batch.links.text("source_domain").to_pylist()
    users: dict[str, set[str]] = {}
    noisy: dict[str, set[str]] = {}
    for anchor, domain, is_noise in zip(anchors, domains, noise.tolist(), strict=True):
        users.setdefault(anchor or "", set()).add(domain)
        if is_noise:
            noisy.setdefault(anchor or "", set()).add(domain)
    return frozenset(text for text, by in noisy.items() if len(by) >= _MOSTLY * len(users[text]))


def _is_noise(spam: Floats, unnatural: Floats) -> Bools:
    found: Bools = (spam >= LIMIT) & (unnatural < LIMIT)
    return found
