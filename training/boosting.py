"""How do LightGBM's trees become the plain arrays that ship? And how are they grown?"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from backlit.ingest.placement.trees import Forest

__all__ = ["Floats", "forest_of", "grown", "stumps_of", "written"]

Floats = NDArray[np.floating[Any]]

_COMMON = {
    "objective": "binary",
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "lambda_l2": 5.0,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}


def grown(
    rows: Floats, labels: NDArray[np.bool_], weight: Floats, rounds: int, seed: int, **parameters: float
) -> lgb.Booster:
    """Boosted trees; the same input and seed give the same trees."""
    data = lgb.Dataset(rows.astype(np.float32), labels.astype(np.int32), weight=weight)
    return lgb.train({**_COMMON, "seed": seed, **parameters}, data, rounds)


def forest_of(booster: lgb.Booster, names: Sequence[str]) -> Forest:
    """The trees as arrays; a tree of fewer tests than others is filled up with one that all pass."""
    trees = [_tests(tree["tree_structure"]) for tree in booster.dump_model()["tree_info"]]
    shape = (max(len(tests) for tests, _ in trees), len(trees))
    feature, threshold = np.zeros(shape, np.intp), np.full(shape, np.inf)
    kept, value = np.zeros(shape, np.uint32), np.zeros((shape[0] + 1, shape[1]))
    for at, (tests, leaves) in enumerate(trees):
        for row, (which, limit, out) in enumerate(tests):
            feature[row, at], threshold[row, at], kept[row, at] = which, limit, ~out & 0xFFFFFFFF
        value[: len(leaves), at] = leaves
    return Forest(tuple(names), feature, threshold, kept, value.astype(np.float32).astype(np.float64))


_Test = tuple[int, float, int]


def _tests(structure: Mapping[str, Any], first: int = 0) -> tuple[list[_Test], list[float]]:
    """(feature, threshold, bits of the leaves on its left) of each test; and the leaves, left to right."""
    if "split_feature" not in structure:
        return [], [float(structure["leaf_value"])]
    tests, leaves = _tests(structure["left_child"], first)
    out = ((1 << len(leaves)) - 1) << first
    more, others = _tests(structure["right_child"], first + len(leaves))
    own = (int(structure["split_feature"]), float(structure["threshold"]), out)
    return [own, *tests, *more], [*leaves, *others]


def stumps_of(booster: lgb.Booster) -> list[tuple[int, float, float, float]]:
    """(feature, threshold, value up to it, value above it) of trees with one split each."""
    found = []
    for tree in booster.dump_model()["tree_info"]:
        root = tree["tree_structure"]
        if "split_feature" in root:
            low, high = root["left_child"]["leaf_value"], root["right_child"]["leaf_value"]
            found.append((int(root["split_feature"]), float(root["threshold"]), float(low), float(high)))
    return found


def written(path: Path, arrays: Mapping[str, NDArray[np.generic]]) -> None:
    """Write a model file, the same bytes for the same arrays, in the place of the old one at once."""
    whole = path.with_suffix(".new.npz")
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(arrays):
            member = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            buffer = io.BytesIO()
            np.save(buffer, arrays[name], allow_pickle=False)
            archive.writestr(member, buffer.getvalue())
    whole.replace(path)
