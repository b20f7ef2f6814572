"""The right turns of a forest, sorted feature by feature for the kernels."""

import numpy as np
from numpy.typing import NDArray

from models.forest_kernels import RightTurns
from models.forest_trees import TreeTable


def build_right_turns(
    trees: TreeTable,
    n_features: int,
    splits: NDArray[np.int64],
    slots: NDArray[np.int64],
    bits: NDArray[np.uint64],
) -> RightTurns:
    """Sort turns into the three lists: a right turn at ``splits[i]`` sets ``bits[i]`` in the key ``slots[i]``."""
    order = np.lexsort((trees.threshold[splits], trees.feature[splits]))
    picks = [order, order[trees.nan_right[splits[order]]], order[trees.zero_right[splits[order]]]]
    begins = np.cumsum([0, *map(len, picks[:-1])])
    bounds = np.arange(n_features + 1)
    starts = [
        begin + np.searchsorted(trees.feature[splits[pick]], bounds)
        for begin, pick in zip(begins, picks, strict=True)
    ]
    picked = np.concatenate(picks)
    return RightTurns(
        thresholds=trees.threshold[splits[picked]],
        slots=slots[picked].astype(np.int32),
        bits=bits[picked].astype(np.uint64),
        starts=np.array(starts, np.int32),
    )


def build_leaf_turns(trees: TreeTable, n_features: int) -> RightTurns:
    """Let each right turn rule out the leaves on its left, in one key a tree: at most 64 leaves."""
    n_splits = len(trees.feature)
    splits = np.arange(n_splits)
    tree = np.repeat(np.arange(len(trees.split_starts) - 1), np.diff(trees.split_starts))
    widths = (trees.middle_leaf - trees.first_leaf).astype(np.uint64)
    shifts = (trees.first_leaf - trees.leaf_starts[tree]).astype(np.uint64)
    bits = ((np.uint64(1) << widths) - np.uint64(1)) << shifts
    return build_right_turns(trees, n_features, splits, tree, bits)
