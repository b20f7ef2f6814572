"""LightGBM's text of a model, read without LightGBM, whose own reader kills the process over a damaged text."""

import re
from dataclasses import dataclass, fields, replace
from itertools import accumulate
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

_END = "end of trees\n"
_TREE_END = "\n\n\n"
# Narrower than int() and float(), which also take "1_000", "nan" and the digits of other scripts.
_INTEGERS = re.compile(r"[-0-9 ]*")
_NUMBERS = re.compile(r"(?:[-+.e0-9 ]|inf)*")
_LINEAR_BINARY = "binary sigmoid:1"
_DEFAULT_LEFT = 2
_MISSING_NONE, _MISSING_ZERO, _MISSING_NAN = 0, 1, 2


class DamagedForest(ValueError):
    """The text is not one that LightGBM has written: cut off, edited, or no model at all."""


class UnsupportedForest(ValueError):
    """The text is sound, but the model is of a kind that is not served here."""


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


def parse_forest(text: str) -> tuple[tuple[str, ...], TreeTable]:
    """Read what ``Booster.model_to_string()`` wrote.

    Returns
    -------
    The names of the features in the order of the columns, and the trees.

    Raises
    ------
    DamagedForest
        Something is missing, out of range or does not fit together.
    UnsupportedForest
        Not one numerical binary classifier whose raw score is a sum of constant leaves in log-odds.
    """
    head, _, body = text.partition("\n\n")
    header = _read_pairs(head.split("\n"), "the header")
    names = _check_header(header)
    trees, at = [], 0
    for i, size in enumerate(_get_integers(header, "tree_sizes", "the header")):
        block = body[at : at + size] if size > 0 else ""
        trees.append(_parse_tree(block, i, len(names)))
        at += size
    if not body.startswith(_END, at):
        raise DamagedForest(
            "There is no 'end of trees' after the trees that the header names: save the model again."
        )
    return names, _join_trees(trees)


def _read_pairs(lines: list[str], where: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for line in lines:
        key, _, value = line.partition("=")
        if key in pairs:
            raise DamagedForest(f"'{key}' stands twice in {where}: save the model again.")
        pairs[key] = value
    return pairs


def _get_value(pairs: dict[str, str], key: str, where: str) -> str:
    if key not in pairs:
        raise DamagedForest(f"'{key}' is missing in {where}: save the model again.")
    return pairs[key]


def _get_integers(pairs: dict[str, str], key: str, where: str) -> list[int]:
    value = _get_value(pairs, key, where)
    try:
        if (
            _INTEGERS.fullmatch(value)
            and abs(max(numbers := [int(v) for v in value.split()], key=abs, default=0)) < 2**31
        ):
            return numbers
    except ValueError:
        pass
    raise DamagedForest(f"'{key}' in {where} is not a list of integers: save the model again.")


def _get_numbers(pairs: dict[str, str], key: str, where: str) -> NDArray[np.float64]:
    value = _get_value(pairs, key, where)
    try:
        if _NUMBERS.fullmatch(value):
            return np.array([float(v) for v in value.split()], np.float64)
    except ValueError:
        pass
    raise DamagedForest(f"'{key}' in {where} is not a list of numbers: save the model again.")


def _check_header(header: dict[str, str]) -> tuple[str, ...]:
    where = "the header"
    if "tree" not in header:
        raise DamagedForest("The text does not begin as a LightGBM model: save the model again.")
    if "average_output" in header:
        raise UnsupportedForest("A random forest is not served: train with boosting=gbdt.")
    for key, wanted in (("version", "v4"), ("num_class", "1"), ("num_tree_per_iteration", "1")):
        if (value := _get_value(header, key, where)) != wanted:
            raise UnsupportedForest(f"A model of {key}={value} is not served: it must be {wanted}.")
    if (objective := header.get("objective", "unknown")) != _LINEAR_BINARY:
        raise UnsupportedForest(f"The objective '{objective}' is not served: it must be '{_LINEAR_BINARY}'.")
    names = tuple(_get_value(header, "feature_names", where).split(" "))
    if _get_integers(header, "max_feature_idx", where) != [len(names) - 1] or len(set(names)) < len(names):
        raise DamagedForest("'feature_names' does not name each feature once: save the model again.")
    return names


def _parse_tree(block: str, number: int, n_features: int) -> TreeTable:
    where = f"tree {number}"
    if not (block.startswith(f"Tree={number}\n") and block.endswith(_TREE_END) and block.isascii()):
        raise DamagedForest(f"{where} is not where 'tree_sizes' puts it: save the model again.")
    pairs = _read_pairs(block.removesuffix(_TREE_END).split("\n"), where)
    if (_get_integers(pairs, "num_cat", where), _get_integers(pairs, "is_linear", where)) != ([0], [0]):
        raise UnsupportedForest(f"{where} has categorical splits or linear leaves: train with neither.")
    if len(leaves := _get_integers(pairs, "num_leaves", where)) != 1 or leaves[0] < 1:
        raise DamagedForest(f"'num_leaves' in {where} is not a positive number: save the model again.")
    n_leaves = leaves[0]
    split_keys = ("split_feature", "decision_type", "left_child", "right_child", "internal_count")
    columns: dict[str, Any] = {key: _get_integers(pairs, key, where) for key in (*split_keys, "leaf_count")}
    columns |= {key: _get_numbers(pairs, key, where) for key in ("threshold", "leaf_value")}
    for key, column in columns.items():
        if len(column) != n_leaves - (not key.startswith("leaf")):
            raise DamagedForest(f"'{key}' does not fit the number of leaves in {where}: save the model again.")
    if not all(0 <= f < n_features for f in columns["split_feature"]):
        raise DamagedForest(f"{where} splits on a feature that the header does not name: save the model again.")
    if not np.isfinite(columns["leaf_value"]).all():
        raise DamagedForest(f"A leaf of {where} has no finite value: save the model again.")
    _check_shape(columns["left_child"], columns["right_child"], n_leaves, where)
    _check_counts(columns, where)
    return _build_table(columns, where)


def _check_shape(left: list[int], right: list[int], n_leaves: int, where: str) -> None:
    # Later than its parent and reached once: then nothing loops and nothing is cut off.
    later = all(side < 0 or side > i for sides in (left, right) for i, side in enumerate(sides))
    each_once = sorted([*left, *right]) == [*range(-n_leaves, 0), *range(1, n_leaves - 1)]
    if not (later and (each_once or n_leaves == 1)):
        raise DamagedForest(f"The splits of {where} do not make a tree: save the model again.")


def _check_counts(columns: dict[str, Any], where: str) -> None:
    splits, leaves = columns["internal_count"], columns["leaf_count"]
    for i, sides in enumerate(zip(columns["left_child"], columns["right_child"], strict=True)):
        counts = [splits[side] if side >= 0 else leaves[~side] for side in sides]
        if min(counts) < 1 or sum(counts) != splits[i]:
            raise DamagedForest(f"The row counts of {where} do not add up: save the model again.")


def _find_directions(columns: dict[str, Any], where: str) -> dict[str, NDArray[np.bool_]]:
    decision = np.array(columns["decision_type"], np.int64)
    if (decision & 1).any():
        raise UnsupportedForest(f"{where} has categorical splits: encode categories as numbers.")
    missing = decision >> 2
    if ((decision < 0) | (missing > _MISSING_NAN)).any():
        raise DamagedForest(f"{where} has an unknown 'decision_type': save the model again.")
    default_right = (decision & _DEFAULT_LEFT) == 0
    compared = columns["threshold"] < 0.0
    return {
        "zero_right": np.where(missing == _MISSING_ZERO, default_right, compared),
        "nan_right": np.where(missing == _MISSING_NONE, compared, default_right),
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


def _build_table(columns: dict[str, Any], where: str) -> TreeTable:
    left, right = columns["left_child"], columns["right_child"]
    first, middle, place = _order_leaves(left, right)
    from_left = np.argsort(place)
    return TreeTable(
        feature=np.array(columns["split_feature"], np.int32),
        threshold=columns["threshold"],
        **_find_directions(columns, where),
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


def _join_trees(trees: list[TreeTable]) -> TreeTable:
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
