"""LightGBM's text of a model, read without LightGBM, whose own reader kills the process over a damaged text."""

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.forest_trees import MISSING_NAN, TreeTable, build_table, join_trees

_END = "end of trees\n"
_TREE_END = "\n\n\n"
# Narrower than int() and float(), which also take "1_000", "nan" and the digits of other scripts.
_INTEGERS = re.compile(r"[-0-9 ]*")
_NUMBERS = re.compile(r"(?:[-+.e0-9 ]|inf)*")
_TOO_LARGE = 2**31
_INTEGER_COLUMNS = ("split_feature", "decision_type", "left_child", "right_child", "internal_count", "leaf_count")
_OBJECTIVE = "binary sigmoid:1"
# Keeps a made-up tree of one endless path from taking hours to explain.
_MOST_LEAVES = 4096


class DamagedForest(ValueError):
    """The text is not one that LightGBM has written: cut off, edited, or no model at all."""


class UnsupportedForest(ValueError):
    """The text is sound, but the model is of a kind that is not served here."""


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
    return names, join_trees(trees)


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
        numbers = [int(v) for v in value.split()] if _INTEGERS.fullmatch(value) else [_TOO_LARGE]
    except ValueError:
        numbers = [_TOO_LARGE]
    if all(abs(number) < _TOO_LARGE for number in numbers):
        return numbers
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
    if (objective := header.get("objective", "unknown")) != _OBJECTIVE:
        raise UnsupportedForest(f"The objective '{objective}' is not served: it must be '{_OBJECTIVE}'.")
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
    columns = _read_columns(pairs, _get_leaf_count(pairs, where), where)
    if not all(0 <= f < n_features for f in columns["split_feature"]):
        raise DamagedForest(f"{where} splits on a feature that the header does not name: save the model again.")
    if not np.isfinite(columns["leaf_value"]).all():
        raise DamagedForest(f"A leaf of {where} has no finite value: save the model again.")
    _check_shape(columns["left_child"], columns["right_child"], where)
    _check_counts(columns, where)
    _check_decisions(columns["decision_type"], where)
    return build_table(columns)


def _get_leaf_count(pairs: dict[str, str], where: str) -> int:
    if len(numbers := _get_integers(pairs, "num_leaves", where)) != 1 or numbers[0] < 1:
        raise DamagedForest(f"'num_leaves' in {where} is not a positive number: save the model again.")
    if numbers[0] > _MOST_LEAVES:
        raise UnsupportedForest(f"{where} has more than {_MOST_LEAVES} leaves: train with fewer.")
    return numbers[0]


def _read_columns(pairs: dict[str, str], n_leaves: int, where: str) -> dict[str, Any]:
    columns: dict[str, Any] = {key: _get_integers(pairs, key, where) for key in _INTEGER_COLUMNS}
    columns |= {key: _get_numbers(pairs, key, where) for key in ("threshold", "leaf_value")}
    for key, column in columns.items():
        if len(column) != n_leaves - (not key.startswith("leaf")):
            raise DamagedForest(f"'{key}' does not fit the number of leaves in {where}: save the model again.")
    return columns


def _check_shape(left: list[int], right: list[int], where: str) -> None:
    # Each side later than its parent and reached once: then nothing loops and nothing is cut off.
    is_later = all(side < 0 or side > split for sides in (left, right) for split, side in enumerate(sides))
    n_splits = len(left)
    every_side = [*range(-n_splits - 1, 0), *range(1, n_splits)]
    if n_splits and not (is_later and sorted([*left, *right]) == every_side):
        raise DamagedForest(f"The splits of {where} do not make a tree: save the model again.")


def _check_counts(columns: dict[str, Any], where: str) -> None:
    splits, leaves = columns["internal_count"], columns["leaf_count"]
    for i, sides in enumerate(zip(columns["left_child"], columns["right_child"], strict=True)):
        counts = [splits[side] if side >= 0 else leaves[~side] for side in sides]
        if min(counts) < 1 or sum(counts) != splits[i]:
            raise DamagedForest(f"The row counts of {where} do not add up: save the model again.")


def _check_decisions(decisions: list[int], where: str) -> None:
    if any(decision & 1 for decision in decisions):
        raise UnsupportedForest(f"{where} has categorical splits: encode categories as numbers.")
    if not all(0 <= decision >> 2 <= MISSING_NAN for decision in decisions):
        raise DamagedForest(f"{where} has an unknown 'decision_type': save the model again.")
