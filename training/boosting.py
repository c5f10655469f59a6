"""How do LightGBM's trees become the plain arrays that ship? And how are they grown?"""

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
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
    """The trees as arrays."""
    trees = [list(_nodes(tree["tree_structure"])) for tree in booster.dump_model()["tree_info"]]
    size = max(map(len, trees))
    shape = (len(trees), size)
    feature, left, right = (np.zeros(shape, np.int16) for _ in range(3))
    threshold, value = np.zeros(shape), np.zeros(shape)
    depth = 0
    for at, tree in enumerate(trees):
        for node, (level, which, limit, low, high, leaf) in enumerate(tree):
            feature[at, node], threshold[at, node], value[at, node] = which, limit, leaf
            left[at, node], right[at, node] = low, high
            depth = max(depth, level)
    return Forest(tuple(names), feature, threshold, left, right, value, depth)


_Node = tuple[int, int, float, int, int, float]


def _nodes(structure: Mapping[str, Any]) -> Iterator[_Node]:
    """(level, feature, threshold, left, right, value) of each node, the root first."""
    pending: list[tuple[int, Mapping[str, Any]]] = [(0, structure)]
    given = 1
    while pending:
        here = given - len(pending)
        level, node = pending.pop(0)
        if "split_feature" in node:
            limit = float(node["threshold"])
            yield level, int(node["split_feature"]), limit, given, given + 1, 0.0
            pending += [(level + 1, node["left_child"]), (level + 1, node["right_child"])]
            given += 2
        else:
            yield level, 0, np.inf, here, here, float(node["leaf_value"])


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
