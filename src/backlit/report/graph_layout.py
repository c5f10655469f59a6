"""Where do the domains of a graph stand, and which of them belong together?

The same graph is always drawn in the same way, and each domain begins at a place that its name alone gives:
a month later, those that are still there stand about where they stood.
"""

from collections import defaultdict
from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

__all__ = ["Floats", "Ints", "communities", "layout"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_STEPS = 150
#: How strongly all are drawn to the middle, beside one link's pull.
_MIDDLE = 0.06
_PASSES = 20


def layout(names: Sequence[str], src: Ints, dst: Ints) -> Floats:
    """Places of n domains, float64[n, 2] within -1 … 1; the first stands in the middle.

    `src` and `dst` are links among the others. The forces are those of Fruchterman and Reingold (1991): all
    push one another away, links pull together, and steps become shorter until nothing moves.
    """
    n = len(names)
    if n <= 1:
        return np.zeros((n, 2))
    at = np.array([[0.0, 0.0], *(_beginning(name) for name in names[1:])])
    near = 1.6 / np.sqrt(n)
    for step in range(_STEPS):
        apart = at[:, None, :] - at[None, :, :]
        far = np.maximum(np.sqrt((apart**2).sum(axis=2)), 1e-3)
        force = (apart * (near**2 / far**2)[:, :, None]).sum(axis=1)
        pull = at[src] - at[dst]
        pull *= (np.sqrt((pull**2).sum(axis=1, keepdims=True)) / near) * 0.5
        np.add.at(force, src, -pull)
        np.add.at(force, dst, pull)
        force -= at * (_MIDDLE / near)
        length = np.maximum(np.sqrt((force**2).sum(axis=1, keepdims=True)), 1e-9)
        at += force / length * np.minimum(length, 0.1 * (1 - step / _STEPS))
        at[0] = 0.0
    return np.asarray(at / max(float(np.abs(at).max()), 1e-9))


def _beginning(name: str) -> tuple[float, float]:
    """A place in the ring around the middle that a name alone gives."""
    digest = blake2b(name.encode(), digest_size=8).digest()
    angle = int.from_bytes(digest[:4], "big") / 2**32 * 2 * np.pi
    radius = 0.4 + 0.5 * int.from_bytes(digest[4:], "big") / 2**32
    return radius * float(np.cos(angle)), radius * float(np.sin(angle))


def communities(n: int, src: Ints, dst: Ints) -> Ints:
    """The group of each of n domains, int64[n], from 1 on, the largest first; 0 for one without a link.

    Each moves to the group of its neighbours where modularity gains most, until none gains, and the groups
    do the same among themselves (Blondel and others, 2008, without chance: in the order of ids).
    """
    weights = _weights(src, dst)
    of = np.arange(n)
    for _ in range(_PASSES):
        moved = _moved(weights)
        if all(group == node for node, group in moved.items()):
            break
        of = np.array([moved.get(int(group), int(group)) for group in of], np.int64)
        weights = _merged(weights, moved)
    linked = np.zeros(n, np.bool_)
    linked[src], linked[dst] = True, True
    return _numbered(of, linked)


Weights = dict[int, dict[int, float]]


def _weights(src: Ints, dst: Ints) -> Weights:
    found: Weights = defaultdict(lambda: defaultdict(float))
    for a, b in zip(src.tolist(), dst.tolist(), strict=True):
        found[a][b] += 1.0
        found[b][a] += 1.0
    return found


def _moved(weights: Weights) -> dict[int, int]:
    """The group of each node, by the name of one of its members."""
    of = {node: node for node in sorted(weights)}
    degree = {node: sum(weights[node].values()) for node in of}
    total, whole = dict(degree), sum(degree.values())
    for _ in range(_PASSES):
        is_still = True
        for node, before in of.items():
            into: dict[int, float] = defaultdict(float)
            for other, weight in weights[node].items():
                if other != node:
                    into[of[other]] += weight
            total[before] -= degree[node]
            gains = {group: w - degree[node] * total[group] / whole for group, w in into.items()}
            best = max(sorted(gains), key=gains.__getitem__, default=before)
            stays = into.get(before, 0.0) - degree[node] * total[before] / whole
            chosen = best if gains and gains[best] > stays + 1e-12 else before
            of[node] = chosen
            total[chosen] += degree[node]
            is_still = is_still and chosen == before
        if is_still:
            break
    return of


def _merged(weights: Weights, of: dict[int, int]) -> Weights:
    found: Weights = defaultdict(lambda: defaultdict(float))
    for node, others in weights.items():
        for other, weight in others.items():
            found[of[node]][of[other]] += weight
    return found


def _numbered(of: Ints, linked: NDArray[np.bool_]) -> Ints:
    groups, first, sizes = np.unique(of[linked], return_index=True, return_counts=True)
    order = np.lexsort((first, -sizes))
    number = {int(groups[place]): rank + 1 for rank, place in enumerate(order)}
    return np.array(
        [number[int(group)] if is_linked else 0 for group, is_linked in zip(of, linked, strict=True)],
        np.int64,
    )
