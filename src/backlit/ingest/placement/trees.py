"""What do boosted trees say about rows of numbers? Trees as flat arrays, in numpy alone."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backlit.ingest.placement.tokens import Arrays

__all__ = ["Forest", "sigmoid"]

Floats = NDArray[np.floating[Any]]

#: Rows that are weighed together: what they need stays in the processor's cache.
TOGETHER = 128


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees over named features, by what each of their tests rules out.

    Test `t` of a tree asks whether its feature is ≤ its threshold; where it is not, the leaves under
    its left side are out of question: their bits are 0 in `kept[t]`. The leftmost leaf that no test
    rules out is the answer (QuickScorer; Lucchese and others, SIGIR 2015), so that no tree is walked.

    `feature`, `threshold` and `kept` have the shape (tests, trees), `value` (leaves, trees).
    """

    names: tuple[str, ...]
    feature: NDArray[np.intp]
    threshold: Floats
    kept: NDArray[np.uint32]
    value: Floats

    @classmethod
    def unpacked(cls, arrays: Arrays, prefix: str) -> "Forest":
        """From the arrays of a model file."""
        names = tuple(arrays[f"{prefix}_names"].tobytes().decode().split("\n"))
        threshold, value = (arrays[f"{prefix}_{n}"].astype(np.float64) for n in ("threshold", "value"))
        feature, kept = arrays[f"{prefix}_feature"], arrays[f"{prefix}_kept"]
        return cls(names, feature.astype(np.intp), threshold, kept.astype(np.uint32), value)

    def packed(self, prefix: str) -> dict[str, NDArray[np.generic]]:
        """As the arrays of a model file."""
        return {
            f"{prefix}_names": np.frombuffer("\n".join(self.names).encode(), np.uint8),
            f"{prefix}_feature": self.feature.astype(np.int16),
            f"{prefix}_threshold": self.threshold,
            f"{prefix}_kept": self.kept.astype(np.uint32),
            f"{prefix}_value": self.value.astype(np.float32),
        }

    def raw(self, rows: Floats) -> Floats:
        """The sum of the leaves that each row falls into; rows have one column per name."""
        parts = [self._some(rows[at : at + TOGETHER]) for at in range(0, len(rows), TOGETHER)]
        return np.concatenate(parts) if parts else np.zeros(0)

    def _some(self, rows: Floats) -> Floats:
        columns = np.ascontiguousarray(rows.T)  # (features, rows): a test reads one stretch of memory
        left = np.full((self.feature.shape[1], len(rows)), (1 << len(self.value)) - 1, np.uint32)
        for feature, threshold, out in zip(self.feature, self.threshold, ~self.kept, strict=True):
            left &= ~((columns[feature] > threshold[:, None]) * out[:, None])
        leaf = np.frexp((left & -left).astype(np.float32))[1] - 1  # the place of the lowest bit
        values = np.take_along_axis(self.value.T, leaf, axis=1)
        return np.asarray(values.sum(axis=0), np.float64)


def sigmoid(logit: Floats) -> Floats:
    """Log-odds as a probability."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(logit, -40, 40))), np.float64)
