"""Who leads to the same few places that hardly anybody else leads to?

Domains are joined by the targets they share, each weighing 1 / ln(1 + votes for it): two that both link to a
well-known site have nothing in common (the weights of Marginalia's similarity graph). What is joined is told
apart into communities by moving each domain to the neighbour's that raises modularity most (the first phase
of Blondel et al. 2008), in a fixed order, so that the same links give the same ones.
"""

import numpy as np
from numba import njit

from backlit.score.networks.material import Floats, Ints, Material

__all__ = ["communities", "labelled", "shared_edges"]

#: Targets that two must share, and how alike they must be at least.
LEAST_SHARED, LEAST_COSINE = 4, 0.3
#: Places of a community's own: how many it must have, and the share of all that lead there which it makes up.
OWN_PLACES, OWN_SHARE = 2, 1 / 3
#: A target of more votes than that joins nobody.
_WIDEST = 300
#: Pairs that are looked at at most; the widest targets are left out first.
_MOST_PAIRS = 5_000_000
_ROUNDS = 20


def communities(material: Material, least: int) -> list[frozenset[int]]:
    """The judged domains that share targets, in groups of at least so many."""
    a, b, weight = shared_edges(material)
    if not len(a):
        return []
    label = labelled(len(material.names), a, b, weight)
    touched = np.unique(np.concatenate([a, b]))
    order = touched[np.argsort(label[touched], kind="stable")]
    starts = np.flatnonzero(np.diff(label[order], prepend=-1))
    parts = (part for part in np.split(order, starts[1:]) if len(part) >= least)
    reach = np.maximum(material.votes, np.bincount(material.pairs[1], minlength=len(material.names)))
    return [frozenset(part.tolist()) for part in parts if _own_places(material, part, reach) >= OWN_PLACES]


def _own_places(material: Material, members: Ints, reach: Ints) -> int:
    """How many places at least three of them lead to, and hardly anybody else."""
    _, dst = material.led_to(members.tolist())
    places, many = np.unique(dst[dst != material.target], return_counts=True)
    return int(((many >= 3) & (many >= OWN_SHARE * reach[places])).sum())


def shared_edges(material: Material) -> tuple[Ints, Ints, Floats]:
    """The pairs of judged domains that share enough targets: a < b, and the cosine of what they lead to."""
    n = max(len(material.names), 1)
    src, dst = material.pairs
    keep = material.is_among[src] & (dst != (-1 if material.target is None else material.target))
    order = np.argsort(dst[keep], kind="stable")
    src, dst = src[keep][order], dst[keep][order]
    votes = np.maximum(np.bincount(dst, minlength=n), material.votes)
    worth = 1 / np.log1p(np.maximum(votes, 1))
    norm = np.sqrt(np.bincount(src, worth[dst] ** 2, minlength=n))
    starts = np.flatnonzero(np.diff(dst, prepend=-1))
    ends = np.append(starts[1:], len(dst))
    sizes = ends - starts
    able = np.flatnonzero((votes[dst[starts]] <= _WIDEST) & (sizes >= 2)) if len(starts) else starts
    able = able[np.argsort(sizes[able], kind="stable")]
    able = able[np.cumsum(sizes[able] * (sizes[able] - 1) // 2) <= _MOST_PAIRS]
    pairs = int((sizes[able] * (sizes[able] - 1) // 2).sum())
    left, right, gain = _pairs(starts[able], ends[able], src, worth[dst[starts[able]]] ** 2, pairs)
    return _enough(left, right, gain, norm, n)


def _enough(left: Ints, right: Ints, gain: Floats, norm: Floats, n: int) -> tuple[Ints, Ints, Floats]:
    keys = left * n + right
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    if not len(starts):
        return keys, keys, gain
    shared = np.diff(np.append(starts, len(keys)))
    a, b = np.divmod(keys[starts], n)
    cosine = np.add.reduceat(gain[order], starts) / (norm[a] * norm[b])
    keep = (shared >= LEAST_SHARED) & (cosine >= LEAST_COSINE)
    return a[keep], b[keep], cosine[keep]


def labelled(n: int, a: Ints, b: Ints, weight: Floats) -> Ints:
    """int64[n]: the community of each node of a graph of weighted pairs."""
    src, dst = np.concatenate([a, b]), np.concatenate([b, a])
    weights = np.concatenate([weight, weight])
    order = np.lexsort((dst, src))
    offsets = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(src, minlength=n), out=offsets[1:])
    label = np.arange(n)
    strength = np.bincount(src, weights, minlength=n).astype(np.float64)
    _move(offsets, dst[order], weights[order], strength, label, _ROUNDS)
    return label


@njit(cache=True, nogil=True)
def _pairs(starts: Ints, ends: Ints, src: Ints, worth: Floats, pairs: int) -> tuple[Ints, Ints, Floats]:
    """Every pair of sources of each target, and what the target weighs."""
    left, right, gain = np.empty(pairs, np.int64), np.empty(pairs, np.int64), np.empty(pairs)
    at = 0
    for target in range(len(starts)):
        for one in range(starts[target], ends[target]):
            for other in range(one + 1, ends[target]):
                left[at], right[at], gain[at] = src[one], src[other], worth[target]
                at += 1
    return left, right, gain


@njit(cache=True, nogil=True)
def _move(
    offsets: Ints, neighbours: Ints, weights: Floats, strength: Floats, label: Ints, rounds: int
) -> None:
    """Each node moves where its links weigh most above what chance would give, until nothing moves."""
    total, whole = strength.copy(), strength.sum()
    weight_of = np.zeros(len(label))
    for _ in range(rounds):
        moved = False
        for node in range(len(label)):
            if offsets[node] == offsets[node + 1]:
                continue
            own = label[node]
            total[own] -= strength[node]
            for edge in range(offsets[node], offsets[node + 1]):
                weight_of[label[neighbours[edge]]] += weights[edge]
            best, most = own, weight_of[own] - strength[node] * total[own] / whole
            for edge in range(offsets[node], offsets[node + 1]):
                other = label[neighbours[edge]]
                gain = weight_of[other] - strength[node] * total[other] / whole
                if gain > most + 1e-12:
                    best, most = other, gain
            for edge in range(offsets[node], offsets[node + 1]):
                weight_of[label[neighbours[edge]]] = 0.0
            total[best] += strength[node]
            label[node] = best
            moved |= best != own
        if not moved:
            return
