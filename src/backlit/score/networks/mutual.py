"""Who links to one another so much that it looks agreed?

Two domains that link to each other are nothing to speak of: three sites in four have some such links. A
*farm* is a group in which at least half of all pairs do. An *exchange* is a mutual link that both sides keep
in a template, or a circle of three of which two are in one hand.
"""

import numpy as np
from numba import njit

from backlit.score.networks.material import Ints, Material

__all__ = ["DENSE", "FEWEST", "circles", "dense_groups", "mutual_pairs", "swapped"]

#: Members of a farm, and the share of their pairs that link both ways.
FEWEST, DENSE = 5, 0.5


def mutual_pairs(material: Material) -> tuple[Ints, Ints]:
    """The pairs of judged domains that link to each other, a < b."""
    n = max(len(material.names), 1)
    src, offsets = material.inner
    dst = np.repeat(np.arange(len(material.names)), np.diff(offsets))
    keys = dst * n + src  # ascending
    turned = src * n + dst
    at = np.minimum(np.searchsorted(keys, turned), max(len(keys) - 1, 0))
    both = (keys[at] == turned) & (src < dst) if len(keys) else np.zeros(0, np.bool_)
    return src[both], dst[both]


def dense_groups(material: Material) -> list[tuple[frozenset[int], float]]:
    """Groups of at least FEWEST judged domains of whose pairs DENSE or more are mutual, and that share.

    Cores are peeled: the more neighbours each must have within, the denser what is left. A group is taken
    from the first core in which it is dense enough, so that it is as large as can be.
    """
    a, b = mutual_pairs(material)
    if not len(a):
        return []
    n = len(material.names)
    core = _core_numbers(*_csr(n, a, b))
    found: list[tuple[frozenset[int], float]] = []
    taken = np.zeros(n, np.bool_)
    for k in range(FEWEST - 1, int(core.max()) + 1):
        inside = (core >= k) & ~taken
        keep = inside[a] & inside[b]
        for part, links in _components(n, a[keep], b[keep]):
            density = 2 * links / (len(part) * (len(part) - 1))
            if len(part) >= FEWEST and density >= DENSE:
                found.append((frozenset(part.tolist()), density))
                taken[part] = True
    return found


def swapped(material: Material) -> Ints:
    """The judged domains that link to the target from a template and are linked to from its template."""
    if material.target is None or material.template is None:
        return np.empty(0, np.int64)
    held = material.template
    theirs = material.src[held & (material.dst == material.target)]
    ours = material.dst[held & (material.src == material.target)]
    both = np.intersect1d(theirs, ours)
    judged: Ints = both[material.is_among[both]]
    return judged


def circles(material: Material, hand: Ints) -> list[tuple[int, int]]:
    """Domains s that link to the target, with u to which the target links and which links to s, where s and
    u are in one hand (int64[n], −1 unknown): the target pays one with a link to the other."""
    if material.target is None:
        return []
    ours = np.unique(material.dst[material.src == material.target])
    ours = ours[hand[ours] >= 0]
    if not len(ours):
        return []
    paid = np.isin(material.src, ours) & material.is_among[material.dst]
    paid &= (hand[material.src] == hand[material.dst]) & (material.src != material.dst)
    return sorted({(int(s), int(u)) for s, u in zip(material.dst[paid], material.src[paid], strict=True)})


def _csr(n: int, a: Ints, b: Ints) -> tuple[Ints, Ints]:
    src, dst = np.concatenate([a, b]), np.concatenate([b, a])
    order = np.lexsort((dst, src))
    offsets = np.zeros(n + 1, np.int64)
    np.cumsum(np.bincount(src, minlength=n), out=offsets[1:])
    return offsets, dst[order]


def _components(n: int, a: Ints, b: Ints) -> list[tuple[Ints, int]]:
    """The connected parts of a graph of pairs: their nodes, and how many pairs each holds."""
    if not len(a):
        return []
    root = _roots(n, a, b)
    nodes = np.unique(np.concatenate([a, b]))
    order = nodes[np.argsort(root[nodes], kind="stable")]
    starts = np.flatnonzero(np.diff(root[order], prepend=-1))
    links = np.bincount(root[a], minlength=n)
    return [(part, int(links[root[part[0]]])) for part in np.split(order, starts[1:])]


@njit(cache=True, nogil=True)
def _roots(n: int, a: Ints, b: Ints) -> Ints:
    """The lowest node of each node's part."""
    root = np.arange(n)
    for edge in range(len(a)):
        x, y = a[edge], b[edge]
        while root[x] != x:
            root[x] = root[root[x]]
            x = root[x]
        while root[y] != y:
            root[y] = root[root[y]]
            y = root[y]
        if x < y:
            root[y] = x
        elif y < x:
            root[x] = y
    for node in range(n):
        x = node
        while root[x] != x:
            x = root[x]
        root[node] = x
    return root


@njit(cache=True, nogil=True)
def _core_numbers(offsets: Ints, neighbours: Ints) -> Ints:
    """How deep each node lies: the largest k such that it is in a part where all have k neighbours within
    (Batagelj and Zaveršnik 2003, linear in the links)."""
    n = len(offsets) - 1
    degree = np.diff(offsets)
    most = degree.max() if n else 0
    start = np.zeros(most + 2, np.int64)
    for node in range(n):
        start[degree[node] + 1] += 1
    for at in range(1, most + 2):
        start[at] += start[at - 1]
    place, order, free = np.empty(n, np.int64), np.empty(n, np.int64), start[:-1].copy()
    for node in range(n):
        place[node] = free[degree[node]]
        order[place[node]] = node
        free[degree[node]] += 1
    first = start[:-1].copy()
    for at in range(n):
        node = order[at]
        for edge in range(offsets[node], offsets[node + 1]):
            other = neighbours[edge]
            if degree[other] > degree[node]:
                front = order[first[degree[other]]]
                if front != other:
                    order[place[other]], order[place[front]] = front, other
                    place[other], place[front] = place[front], place[other]
                first[degree[other]] += 1
                degree[other] -= 1
    return degree
