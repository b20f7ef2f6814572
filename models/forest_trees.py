"""The trees of a forest in flat tables."""

from dataclasses import dataclass, fields, replace
from itertools import accumulate
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

# The bits of LightGBM's decision_type: default left, and above it the missing type.
_DEFAULT_LEFT = 2
_MISSING_NONE, _MISSING_ZERO, MISSING_NAN = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TreeTable:
    """All trees of a forest in flat read-only arrays. Splits and leaves count through the whole forest.

    A split's two sides are ``left`` and ``right``: a split where not negative, otherwise the leaf ``~side``.
    A side always stands after its parent. The leaves of a tree stand from left to right.

    Attributes
    ----------
    feature, threshold
        A split sends a value right where it is greater than the threshold, otherwise left.
    zero_right, nan_right
        Where a zero and a NaN go; LightGBM's missing types and default directions come down to these two.
    first_leaf, middle_leaf
        The leaves left of a split are ``first_leaf`` up to, without, ``middle_leaf``.
    split_count, leaf_count
        How many training rows came by.
    leaf_value
        Log-odds.
    split_starts, leaf_starts
        Shape (number of trees + 1,): where each tree begins.
    """

    feature: NDArray[np.int32]
    threshold: NDArray[np.float64]
    zero_right: NDArray[np.bool_]
    nan_right: NDArray[np.bool_]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    first_leaf: NDArray[np.int32]
    middle_leaf: NDArray[np.int32]
    split_count: NDArray[np.int64]
    leaf_value: NDArray[np.float64]
    leaf_count: NDArray[np.int64]
    split_starts: NDArray[np.int64]
    leaf_starts: NDArray[np.int64]

    def __post_init__(self) -> None:
        for field in fields(self):
            getattr(self, field.name).setflags(write=False)


_EMPTY: dict[str, NDArray[Any]] = {
    field.name: np.zeros(0, get_args(get_args(field.type)[1])[0]) for field in fields(TreeTable)
}


def _order_leaves(left: list[int], right: list[int]) -> tuple[list[int], list[int], list[int]]:
    """Return each split's first and middle leaf, and each leaf's place, counted from left to right."""
    leaves_under = [0] * len(left)
    for i in reversed(range(len(left))):
        leaves_under[i] = sum(leaves_under[side] if side >= 0 else 1 for side in (left[i], right[i]))
    first, middle, place = [0] * len(left), [0] * len(left), [0] * (len(left) + 1)
    for i, sides in enumerate(zip(left, right, strict=True)):
        middle[i] = first[i] + (leaves_under[left[i]] if left[i] >= 0 else 1)
        for side, begin in zip(sides, (first[i], middle[i]), strict=True):
            if side >= 0:
                first[side] = begin
            else:
                place[~side] = begin
    return first, middle, place


def _find_directions(decisions: list[int], thresholds: NDArray[np.float64]) -> dict[str, NDArray[np.bool_]]:
    decision = np.array(decisions, np.int64)
    missing, default_right = decision >> 2, (decision & _DEFAULT_LEFT) == 0
    # What is not held for missing is compared, a NaN as zero.
    compared = thresholds < 0.0
    return {
        "zero_right": np.where(missing == _MISSING_ZERO, default_right, compared),
        "nan_right": np.where(missing == _MISSING_NONE, compared, default_right),
    }


def build_table(columns: dict[str, Any]) -> TreeTable:
    """Build the table of one tree from the columns of LightGBM's text, already checked."""
    left, right = columns["left_child"], columns["right_child"]
    first, middle, place = _order_leaves(left, right)
    from_left = np.argsort(place)
    return TreeTable(
        feature=np.array(columns["split_feature"], np.int32),
        threshold=columns["threshold"],
        **_find_directions(columns["decision_type"], columns["threshold"]),
        left=np.array([side if side >= 0 else ~place[~side] for side in left], np.int32),
        right=np.array([side if side >= 0 else ~place[~side] for side in right], np.int32),
        first_leaf=np.array(first, np.int32),
        middle_leaf=np.array(middle, np.int32),
        split_count=np.array(columns["internal_count"], np.int64),
        leaf_value=columns["leaf_value"][from_left],
        leaf_count=np.array(columns["leaf_count"], np.int64)[from_left],
        split_starts=np.array([0, len(left)]),
        leaf_starts=np.array([0, len(place)]),
    )


def join_trees(trees: list[TreeTable]) -> TreeTable:
    """Join the tables of single trees, counting splits and leaves on."""
    splits = [*accumulate((len(tree.feature) for tree in trees), initial=0)]
    leaves = [*accumulate((len(tree.leaf_value) for tree in trees), initial=0)]
    parts = [
        replace(
            tree,
            left=_shift_sides(tree.left, split, leaf),
            right=_shift_sides(tree.right, split, leaf),
            first_leaf=tree.first_leaf + np.int32(leaf),
            middle_leaf=tree.middle_leaf + np.int32(leaf),
        )
        for tree, split, leaf in zip(trees, splits, leaves, strict=False)
    ]
    joined = {
        field.name: np.concatenate([_EMPTY[field.name], *(getattr(part, field.name) for part in parts)])
        for field in fields(TreeTable)
    }
    return TreeTable(**{**joined, "split_starts": np.array(splits), "leaf_starts": np.array(leaves)})


def _shift_sides(sides: NDArray[np.int32], split: int, leaf: int) -> NDArray[np.int32]:
    # ~(i + leaf) is ~i - leaf.
    return np.where(sides >= 0, sides + split, sides - leaf).astype(np.int32)
