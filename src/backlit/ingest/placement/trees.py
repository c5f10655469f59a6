"""What do boosted trees say about rows of numbers? Trees as flat arrays, in numpy alone."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.ingest.placement.tokens import Arrays

__all__ = ["Forest"]

Floats = NDArray[np.floating[Any]]

_ARRAYS = ("feature", "threshold", "left", "right", "value")


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees over named features: node `at` of a tree goes to `left` when its feature is ≤ its threshold.

    A leaf leads to itself. All arrays have the shape (trees, nodes of the largest tree).
    """

    names: tuple[str, ...]
    feature: NDArray[np.int16]
    threshold: Floats
    left: NDArray[np.int16]
    right: NDArray[np.int16]
    value: Floats
    depth: int

    @classmethod
    def unpacked(cls, arrays: Arrays, prefix: str) -> "Forest":
        """From the arrays of a model file."""
        names = tuple(arrays[f"{prefix}_names"].tobytes().decode().split("\n"))
        feature, left, right = (
            arrays[f"{prefix}_{n}"].astype(np.int16) for n in ("feature", "left", "right")
        )
        threshold, value = (arrays[f"{prefix}_{n}"].astype(np.float64) for n in ("threshold", "value"))
        return cls(names, feature, threshold, left, right, value, int(arrays[f"{prefix}_depth"]))

    def packed(self, prefix: str) -> dict[str, NDArray[np.generic]]:
        """As the arrays of a model file."""
        arrays: dict[str, NDArray[np.generic]] = {f"{prefix}_{name}": getattr(self, name) for name in _ARRAYS}
        arrays[f"{prefix}_names"] = np.frombuffer("\n".join(self.names).encode(), np.uint8)
        arrays[f"{prefix}_depth"] = np.array(self.depth)
        return arrays

    def raw(self, rows: Floats) -> Floats:
        """The sum of the leaves that each row falls into; rows have one column per name."""
        count, trees = len(rows), len(self.feature)
        at = np.zeros((count, trees), np.int64)
        every, row = np.arange(trees), np.arange(count)[:, None]
        for _ in range(self.depth):
            goes_left = rows[row, self.feature[every, at]] <= self.threshold[every, at]
            at = np.where(goes_left, self.left[every, at], self.right[every, at])
        return np.asarray(self.value[every, at].sum(axis=1), np.float64)


def sigmoid(logit: Floats) -> Floats:
    """Log-odds as a probability."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logit, -40, 40))), np.float64)
