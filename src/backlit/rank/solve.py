"""How is (I − αPᵀ)y = b solved on a graph, fast, and the same on any number of threads?

By sweeps over the core (see `backlit.rank.core`, which sets the order of nodes and the blocks they are in):
- Gauss–Seidel uses each new value at once: half the sweeps of the power method. A node reads new values of
  its own block, and of the others those of the sweep before, so blocks can be swept side by side;
- how much mass each block must hold follows from the flows between blocks and from b alone, four equations,
  so each sweep starts by scaling blocks to it (iterative aggregation): R-MAT 2^20 to 1e-6 takes 8 sweeps, 10
  with one scale for all, 43 without;
- the error is bounded by what is really left over, not by what the last sweep changed: changes that a later
  row of the same sweep has read are settled. On a graph of closed corners (cnr-2000) the bound is 1.1 times
  the true error, not 8 times, and saves half of the sweeps; on R-MAT 2^20 it is 50 times.

Sums are added in the order of the blocks: the same input gives the same bits on any number of threads.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit

from backlit.rank.core import Core, Each, pull, workers
from backlit.rank.graph import Floats, Graph, Ids, Ints

__all__ = ["Goal", "solve"]

_SCALED_SWEEPS = 40  # scaling is not proven to converge on every graph; plain sweeps after these are


@dataclass(frozen=True, slots=True)
class Goal:
    """When to stop."""

    damping: float
    tol: float
    max_iterations: int


@dataclass(frozen=True, slots=True)
class _Swept:
    """What a sweep found, per block, in sums."""

    left: float  # at most so much is left over: changes that were not read in the same sweep
    masses: Floats  # [blocks]: the values of each block
    flows: Floats  # [blocks, blocks]: what each (second) sends to each (first)


def solve(
    graph: Graph, core: Core, goal: Goal, right: Floats, *, threads: int | None = None
) -> tuple[Floats, int, float]:
    """y = (I − αPᵀ)⁻¹ right, the sweeps made, and a bound on the L1 error of y / Σy."""
    solution = right.copy()
    with workers(threads, len(core.cuts) - 1) as each:
        fixed = _given(core, right, each)
        values, sweeps, error = _sweep_until(core, goal, fixed, float(right.sum()), each)
    solution[core.ids] = values
    solution[core.leaves] += pull(graph, solution * core.step, core.leaves)
    return solution, sweeps, error


def _given(core: Core, right: Floats, each: Each) -> Floats:
    """What each core node has of its own, and gets from nodes without in-links."""
    fixed = np.empty(len(core.ids))
    arrays = (core.ids, core.starts, core.ends, core.sources, core.weights, core.step, right, fixed)
    each(lambda at: _from_outside(core.cuts[at], core.cuts[at + 1], *arrays), len(core.cuts) - 1)
    return fixed


def _error_bound(found: _Swept, mass: float, damping: float, given: float) -> float:
    """How far in L1 y / Σy can be from the truth.

    With r = b + αPᵀy − y and p = y / Σy, one step of the power method takes p to p + (r − Σr · b/Σb) / Σy,
    and the truth is 1/(1 − α) times as far at most. r is what changed values still send on to rows that
    read older ones: it is 0 outside the core, whose values follow from those inside. |Σr| is at most Σ|r|,
    and where scaling has made it small, that much less. `given` + αΣx is the least that Σy can be.
    """
    held = float(found.masses.sum())
    surplus = min(found.left, abs(mass + float(found.flows.sum()) - held))
    return (found.left + surplus) / (1 - damping) / (given + damping * held)


def _sweep_until(
    core: Core, goal: Goal, fixed: Floats, given: float, each: Each
) -> tuple[Floats, int, float]:
    """Sweep the core until the error bound holds."""
    blocks = [slice(first, last) for first, last in zip(core.cuts[:-1], core.cuts[1:], strict=True)]
    wanted = np.array([fixed[block].sum() for block in blocks])
    mass = float(wanted.sum())
    if not mass:
        return fixed, 0, 0.0
    columns = [np.einsum("n,nb->b", fixed[block], core.flow[block]) for block in blocks]
    found = _Swept(np.inf, wanted, np.array(columns).T)
    values, step, even = fixed.copy(), core.step[core.ids], np.ones(len(blocks))
    shares = (fixed * step, np.empty_like(fixed))
    desks = [np.empty_like(fixed) for _ in blocks]
    error = np.inf
    for sweep in range(1, goal.max_iterations + 1):
        scales = _scales(found, wanted) if sweep <= _SCALED_SWEEPS else even
        arrays = (fixed, step, core.flow, core.late, values, *shares)
        found = _swept(core, scales, arrays, desks, each)
        error = _error_bound(found, mass, goal.damping, given)
        if error <= goal.tol:
            return values, sweep, error
        shares = shares[::-1]
    return values, goal.max_iterations, error


def _scales(found: _Swept, wanted: Floats) -> Floats:
    """By what to multiply each block so that all hold what they are given and what flows in; 1 for none."""
    equations = np.diag(found.masses) - found.flows
    empty = np.flatnonzero(found.masses <= 0)
    right = wanted.copy()
    equations[empty], right[empty] = 0, 1
    equations[empty, empty] = 1
    return np.linalg.solve(equations, right).astype(np.float64)


def _swept(core: Core, scales: Floats, arrays: tuple[Floats, ...], desks: list[Floats], each: Each) -> _Swept:
    """One sweep of all blocks, each with shares of its own to renew."""
    given = (core.cuts, core.starts, core.ends, core.sources, core.weights, scales, *arrays)

    def sweep(at: int) -> object:
        block: Any = (at, *given, desks[at])
        return _sweep(*block)

    sums = np.array(each(sweep, len(desks)))
    return _Swept(float(sums[:, 0].sum()), sums[:, 1], sums[:, 2:].T)


@njit(cache=True, nogil=True)
def _from_outside(
    first: int,
    last: int,
    ids: Ints,
    starts: Ints,
    ends: Ints,
    sources: Ids,
    weights: Floats,
    step: Floats,
    right: Floats,
    fixed: Floats,
) -> None:
    """Fill `fixed` for the rows of one block."""
    for row in range(first, last):
        total = right[ids[row]]
        for edge in range(ends[row], starts[row + 1]):
            source = sources[edge]
            total += right[source] * step[source] * (weights[edge] if len(weights) else 1.0)
        fixed[row] = total


@njit(cache=True, nogil=True)
def _sweep(
    block: int,
    cuts: Ints,
    starts: Ints,
    ends: Ints,
    sources: Ids,
    weights: Floats,
    scales: Floats,
    right: Floats,
    step: Floats,
    flow: Floats,
    late: Floats,
    values: Floats,
    before: Floats,
    after: Floats,
    share: Floats,
) -> Floats:
    """Sweep one block in place. Shares are read in `before`, scaled into `share`, renewed, kept in `after`.

    Returns what its changes leave over, its mass, and what it sends to each block.
    """
    blocks = len(cuts) - 1
    for other in range(blocks):
        scale = scales[other]
        for node in range(cuts[other], cuts[other + 1]):
            share[node] = before[node] * scale
    sent, scale, weighted = np.zeros(blocks), scales[block], len(weights) > 0
    left, mass = 0.0, 0.0
    for node in range(cuts[block], cuts[block + 1]):
        edge, end = starts[node], ends[node]
        a, b, c, d = 0.0, 0.0, 0.0, 0.0  # four sums, which need not wait for one another
        if weighted:
            for at in range(edge, end):
                a += weights[at] * share[sources[at]]
            edge = end
        while edge + 4 <= end:
            a += share[sources[edge]]
            b += share[sources[edge + 1]]
            c += share[sources[edge + 2]]
            d += share[sources[edge + 3]]
            edge += 4
        while edge < end:
            a += share[sources[edge]]
            edge += 1
        total = right[node] + ((a + b) + (c + d))
        left += abs(total - values[node] * scale) * late[node]
        mass += total
        for other in range(blocks):
            sent[other] += total * flow[node, other]
        values[node] = total
        share[node] = total * step[node]
        after[node] = share[node]
    return np.append(np.array([left, mass]), sent)
