"""Which domains belong together? Signs of one hand, confirmed by marks of being made to link.

A group is a *seed*: domains with a footprint in common that chance does not explain, pages that are copies,
places that only they link to, or links among nearly all of them. Of a seed those stay for whom the sign and
their marks together make sure enough: 1 − Π(1 − strength). Seeds that share half of the smaller one are one
cluster. What it is called hangs on what speaks for it; that domains share an owner is a fact and no fault.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import prod

import numpy as np

from backlit.score.networks.material import KINDS, Cluster, Clusters, Evidence, Ints, Material
from backlit.score.networks.mutual import circles, dense_groups, swapped
from backlit.score.networks.rarity import LEAST, Group, groups_of
from backlit.score.networks.shared_targets import communities
from backlit.score.networks.signs import STRENGTH, Signs

__all__ = ["ENOUGH", "networks_of"]

#: How sure a domain's place in a cluster must be.
ENOUGH = 0.8
#: One in so many members who call the target by its name makes a group one of neighbours, or of friends.
_NATURAL = 3
#: Links of a cluster's picture.
_DRAWN = 200
#: Seeds whose intersections are looked at; the rarest first.
_MOST_SEEDS = 2_000

_HAND = ("tracker", "ad-account", "favicon", "ip", "network", "template", "author", "name", "week")
_MADE = ("unsupported", "words", "sells", "few-targets")


@dataclass(frozen=True, slots=True)
class _Seed:
    """Domains with signs in common."""

    members: frozenset[int]
    signs: tuple[Evidence, ...]


def networks_of(material: Material) -> Clusters:
    """The clusters among the judged domains of a material.

    The same material gives the same clusters. Memory and time are bounded: values that over 500 domains
    share, targets of over 300 votes, and pairs beyond five millions are left out.
    """
    signs = Signs(material)
    seeds = [*_seeds(material, signs)]
    kept = [seed for seed in (_confirmed(seed, signs) for seed in seeds) if seed is not None]
    found = [_cluster(seed, signs) for seed in _merged(kept)]
    found += _exchanges(material, _hands(found, len(material.names)))
    found.sort(key=lambda each: (KINDS.index(each.kind), -each.confidence, -len(each.members), each.members))
    return Clusters(tuple(found), _hands(found, len(material.names)), tuple(_unknown(material)))


# seeds -----------------------------------------------------------------------


def _seeds(material: Material, signs: Signs) -> Iterator[_Seed]:
    """What the judged domains share, and what those of them share that look made to link: they may be few
    among many, so that chance explains the group among all and not among them.
    """
    groups = [
        group
        for name, footprint in sorted(material.footprints.items())
        for judged in (material.is_among, signs.bare)
        for group in groups_of(material, name, footprint, judged, signs.unsupported)
    ]
    plain = [_Seed(group.members, (_footprint_told(group),)) for group in groups]
    shared = Evidence("shared-targets", "", {"domains": 0}, STRENGTH["shared-targets"])
    plain += [_Seed(members, (shared,)) for members in communities(material, LEAST)]
    yield from plain
    yield from _together(plain)
    for members, density in dense_groups(material):
        yield _Seed(members, (_dense_told(members, density),))


def _together(seeds: Sequence[_Seed]) -> Iterator[_Seed]:
    """What two seeds of different signs share: the signs of both speak for it."""
    by_member: dict[int, list[int]] = {}
    for at, seed in enumerate(seeds[:_MOST_SEEDS]):
        for member in seed.members:
            by_member.setdefault(member, []).append(at)
    pairs = {pair for places in by_member.values() for pair in combinations(places, 2)}
    for one, other in sorted(pairs):
        a, b = seeds[one], seeds[other]
        both = a.members & b.members
        if len(both) >= LEAST and a.signs[0].id != b.signs[0].id:
            yield _Seed(both, (*a.signs, *b.signs))


def _footprint_told(group: Group) -> Evidence:
    words = {
        "tracker": "have the same tracker",
        "ad-account": "show advertisements of the same account",
        "favicon": "show the same icon",
        "template": "are made from the same template",
        "author": "name the same author",
        "ip": "answer from the same address",
        "network": "answer from the same network",
        "name": "have names of one pattern",
        "week": "began to link in the same week",
        "mirror": "link with the same words from a page of the same title and path",
    }
    said = words.get(group.footprint, f"share {group.footprint}")
    sentence = f"{len(group.members)} domains {said}: {group.value[:80]}."
    numbers = {"domains": len(group.members), "everywhere": group.everywhere, "value": group.value[:200]}
    if group.chance:
        numbers["by_chance"] = group.chance
    return Evidence(group.footprint, sentence, numbers, STRENGTH.get(group.footprint, 0.4))


def _shared_told(material: Material, members: frozenset[int]) -> Evidence:
    _, dst = material.led_to(sorted(members))
    targets, many = np.unique(dst[dst != material.target], return_counts=True)
    best = targets[np.lexsort((targets, -many))][:5]
    names = [material.names[target] for target in best.tolist()]
    sentence = f"{len(members)} domains lead to the same places, which few others do: {', '.join(names[:3])}."
    return Evidence(
        "shared-targets", sentence, {"domains": len(members), "targets": names}, STRENGTH["shared-targets"]
    )


def _dense_told(members: frozenset[int], density: float) -> Evidence:
    sentence = f"{density:.0%} of the pairs among {len(members)} domains link to each other."
    return Evidence(
        "dense", sentence, {"domains": len(members), "density": round(density, 3)}, STRENGTH["dense"]
    )


# confirming ------------------------------------------------------------------


def _confirmed(seed: _Seed, signs: Signs) -> _Seed | None:
    """The members of whom the signs of the seed and their own marks make sure; None where too few are left.

    Who is trusted most stays out, whose link is a credit in a template (an agency's clients share its host),
    and who calls the target by its name; where a third do that, all stay out. A sign that belongs to one
    owner by its nature needs no such care.
    """
    members = seed.members
    if not any(sign.id in ("tracker", "favicon") for sign in seed.signs):
        if sum(bool(signs.natural[member]) for member in members) * _NATURAL >= len(members):
            return None
        apart = signs.trusted | signs.credits | signs.natural
        members = frozenset(member for member in members if not apart[member])
    marks = signs.marks(members)
    doubt = prod(1 - sign.strength for sign in seed.signs)
    sure = frozenset(
        member
        for member in members
        if 1 - doubt * prod(1 - STRENGTH[name] for name, who in marks.items() if member in who) >= ENOUGH
    )
    return _Seed(sure, seed.signs) if len(sure) >= LEAST else None


def _merged(seeds: Sequence[_Seed]) -> list[_Seed]:
    """Seeds that share half of the smaller one, or more, as one."""
    merged: list[_Seed] = []
    for seed in sorted(seeds, key=lambda each: (-len(each.members), sorted(each.members))):
        home = next(
            (
                at
                for at, each in enumerate(merged)
                if 2 * len(each.members & seed.members) >= len(seed.members)
            ),
            None,
        )
        if home is None:
            merged.append(seed)
            continue
        known = {(sign.id, str(sign.numbers.get("value"))) for sign in merged[home].signs}
        fresh = [sign for sign in seed.signs if (sign.id, str(sign.numbers.get("value"))) not in known]
        merged[home] = _Seed(merged[home].members | seed.members, (*merged[home].signs, *fresh))
    return merged


def _cluster(seed: _Seed, signs: Signs) -> Cluster:
    marks = signs.evidence(seed.members)
    best: dict[str, Evidence] = {}
    for each in seed.signs:  # the same sign with another value is the same reason once more
        sign = _shared_told(signs.material, seed.members) if each.id == "shared-targets" else each
        if sign.id not in best or sign.numbers["domains"] > best[sign.id].numbers["domains"]:
            best[sign.id] = sign
    told = sorted([*best.values(), *marks], key=lambda each: -each.strength)
    confidence = 1 - prod(1 - each.strength for each in told)
    members = tuple(sorted(seed.members))
    return Cluster(_kind(told), members, confidence, tuple(told), _edges(signs.material, members))


def _kind(told: Sequence[Evidence]) -> str:
    ids = {each.id for each in told}
    made = len(ids & set(_MADE))
    if "dense" in ids:
        return "farm"
    if made >= 2 or (made and "shared-targets" in ids):
        return "network"
    return "mirror" if "mirror" in ids else "owner" if ids & set(_HAND) else "network"


def _edges(material: Material, members: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """The links among members, then those to the target, then to what several of them lead to."""
    src, dst = material.led_to(members)
    within = np.isin(dst, list(members))
    targets, many = np.unique(dst, return_counts=True)
    common = np.isin(dst, targets[many >= LEAST])
    order = np.where(within, 0, np.where(dst == material.target, 1, 2))
    shown = np.flatnonzero(within | common | (order == 1))
    shown = shown[np.lexsort((dst[shown], src[shown], order[shown]))][:_DRAWN]
    return tuple((int(src[at]), int(dst[at])) for at in shown.tolist())


# exchanges -------------------------------------------------------------------


def _exchanges(material: Material, hand: Ints) -> list[Cluster]:
    found = []
    both = swapped(material)
    if len(both) and material.target is not None:
        many = len(both)
        sentence = f"{many} of the domains and the target link to each other from their templates."
        told = Evidence("swapped", sentence, {"domains": many}, min(0.5 + 0.05 * (many - 1), 0.7))
        edges = [pair for s in both.tolist() for pair in ((s, material.target), (material.target, s))]
        found.append(Cluster("exchange", tuple(both.tolist()), told.strength, (told,), tuple(edges[:_DRAWN])))
    if round_trips := circles(material, hand):
        found.append(_circle(material, round_trips))
    return found


def _circle(material: Material, trips: Sequence[tuple[int, int]]) -> Cluster:
    assert material.target is not None
    sources = sorted({s for s, _ in trips})
    s, u = (material.names[end] for end in trips[0])
    sentence = (
        f"{len(sources)} domains link to the target, which links to others in the same hand: {s} links here, "
        f"and gets a link from {u}."
    )
    told = Evidence("circle", sentence, {"domains": len(sources), "circles": len(trips)}, 0.75)
    edges = [edge for s, u in trips for edge in ((s, material.target), (material.target, u), (u, s))]
    return Cluster("exchange", tuple(sources), 0.75, (told,), tuple(dict.fromkeys(edges))[:_DRAWN])


def _hands(found: Sequence[Cluster], n: int) -> Ints:
    """int64[n]: of each domain the first cluster that it is in, −1 where it is in none."""
    hand = np.full(n, -1, np.int64)
    for at in range(len(found) - 1, -1, -1):
        hand[list(found[at].members)] = at
    return hand


def _unknown(material: Material) -> Iterator[str]:
    """What was not looked at, and what would allow it."""
    for name, told in (
        ("tracker", "trackers are not known: WARC files of the linking pages tell them"),
        ("network", "addresses are not known: WARC files of a crawl tell them"),
    ):
        footprint = material.footprints.get(name)
        if footprint is None or not len(footprint.domains):
            yield told
    if material.template is None:
        yield "placements are not known: exchanges were not looked for"
    if material.trust is None:
        yield "trust is not known: `backlit rank` tells it"
