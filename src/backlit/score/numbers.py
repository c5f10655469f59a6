"""How are columns counted, ramped and grouped without a loop over their rows?"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

__all__ = [
    "Bools",
    "Floats",
    "Ints",
    "coded",
    "distinct",
    "grouped",
    "has",
    "known",
    "ramp",
    "sized",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def ramp(values: Floats, low: float, high: float) -> Floats:
    """0 up to `low`, 1 from `high` on, straight between; `high` may lie below `low`. NaN stays."""
    return np.clip((values - low) / (high - low), 0.0, 1.0)


def has(column: pa.Array, pattern: str) -> Bools:
    """Whether a text matches somewhere (RE2, so in time linear in the text); null does not."""
    found = pc.fill_null(pc.match_substring_regex(column, pattern), False)
    return np.asarray(found.to_numpy(zero_copy_only=False), bool)


def known(column: pa.Array) -> Bools:
    """Whether a text is known."""
    return np.asarray(pc.is_valid(column).to_numpy(zero_copy_only=False), bool)


def coded(column: pa.Array) -> Ints:
    """A number for each text: equal texts have equal numbers, null has -1."""
    found = column.dictionary_encode()
    return np.asarray(found.indices.fill_null(-1).to_numpy(zero_copy_only=False), np.int64)


def grouped(*columns: Ints) -> Ints:
    """The group of each row by several codes: 0, 1, … Rows with a code of -1 are in group -1."""
    group, missing = columns[0], columns[0] < 0
    for column in columns[1:]:
        missing = missing | (column < 0)
        width = int(column.max(initial=0)) + 2
        group = np.unique(group * width + column + 1, return_inverse=True)[1].astype(np.int64)
    if len(columns) == 1:
        group = np.unique(group, return_inverse=True)[1].astype(np.int64)
    return np.where(missing, -1, group)


def sized(group: Ints) -> Floats:
    """How many rows the group of each row has; NaN in group -1."""
    counts = np.bincount(group + 1).astype(float)
    return np.where(group < 0, np.nan, counts[group + 1])


def distinct(group: Ints, member: Ints) -> Floats:
    """How many different members the group of each row has; NaN in group -1. Members of -1 are none."""
    valid = (group >= 0) & (member >= 0)
    width = int(member.max(initial=0)) + 1
    pairs = np.unique(group[valid] * width + member[valid])
    counts = np.bincount(pairs // width, minlength=int(group.max(initial=0)) + 1).astype(float)
    return np.where(group < 0, np.nan, counts[np.maximum(group, 0)])
