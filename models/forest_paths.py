"""The tables behind contributions, built from a forest's trees."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models import forest_kernels
from models.forest_kernels import Branches, RightTurns, Tables
from models.forest_trees import TreeTable
from models.forest_turns import build_right_turns

# Measured on 300 trees: ten are a fifth faster with 15 leaves, a tenth slower with 31, and fill the memory sooner.
TABLE_SPLITS = 9
# 32 MB.
MOST_CELLS = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Explanation:
    """What contributions are computed from.

    Attributes
    ----------
    expected_value
        The mean of the forest over its training rows, log-odds.
    n_keys
        How many keys the turns set.
    """

    expected_value: float
    n_keys: int
    turns: RightTurns
    tables: Tables
    branches: Branches


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ascent:
    """What stands above. A step is written as twice its split, plus one on the right side; -1 is none.

    Attributes
    ----------
    parents, previous
        Of each split: the step into it, and the last step above it of the same feature.
    depths, n_features
        Of each split: how many splits, and how many features, the way down has asked with it.
    leaf_parents
        Of each leaf: the step into it.
    cover_ratios
        Of each step: the share of training rows that kept to it by all splits on its feature up to here.
    """

    parents: list[int]
    previous: list[int]
    depths: list[int]
    n_features: list[int]
    leaf_parents: list[int]
    cover_ratios: list[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Branch:
    """All steps to some leaves of one tree, parents first."""

    steps: tuple[int, ...]
    splits: tuple[int, ...]
    features: tuple[int, ...]

    @property
    def n_cells(self) -> int:
        return len(self.features) << len(self.splits)


def build_explanation(trees: TreeTable, n_features: int) -> Explanation:
    """Build and fill the tables behind contributions."""
    ascent = _ascend(trees)
    tabled, untabled = _divide_branches(trees, ascent)
    branches = _build_branches(trees, ascent, [*tabled, *untabled])
    tables = Tables(
        feature_starts=_find_starts([len(branch.features) for branch in tabled], np.int32),
        features=np.array([f for branch in tabled for f in branch.features], np.int32),
        cell_starts=_find_starts([branch.n_cells for branch in tabled], np.int64),
        cells=np.empty(sum(branch.n_cells for branch in tabled)),
    )
    split_starts = _find_starts([len(branch.splits) for branch in tabled], np.int64)
    splits = np.array([split for branch in tabled for split in branch.splits], np.int64)
    forest_kernels.fill_tables(n_features, len(trees.feature), split_starts, splits, branches, tables)
    return Explanation(
        expected_value=_compute_expected_value(trees),
        n_keys=len(tabled) + len(trees.feature) * bool(untabled),
        turns=_build_key_turns(trees, n_features, tabled, untabled),
        tables=tables,
        branches=branches,
    )


def _find_starts(lengths: list[int], dtype: type) -> NDArray[Any]:
    return np.cumsum([0, *lengths]).astype(dtype)


def _pair_sides(trees: TreeTable) -> NDArray[np.int32]:
    return np.stack([trees.left, trees.right], axis=1)


def _ascend(trees: TreeTable) -> _Ascent:
    n_splits, n_leaves, feature = len(trees.feature), len(trees.leaf_value), trees.feature.tolist()
    parents, previous, leaf_parents = [-1] * n_splits, [-1] * n_splits, [-1] * n_leaves
    depths, n_features, ratios = [0] * n_splits, [0] * n_splits, _compute_side_ratios(trees)
    for split, sides in enumerate(_pair_sides(trees).tolist()):
        parent = above = parents[split]
        while above >= 0 and feature[above >> 1] != feature[split]:
            above = parents[above >> 1]
        previous[split] = above
        depths[split] = 1 + (depths[parent >> 1] if parent >= 0 else 0)
        n_features[split] = (above < 0) + (n_features[parent >> 1] if parent >= 0 else 0)
        for step, side in enumerate(sides, 2 * split):
            ratios[step] *= ratios[above] if above >= 0 else 1.0
            (parents if side >= 0 else leaf_parents)[side if side >= 0 else ~side] = step
    return _Ascent(
        parents=parents,
        previous=previous,
        depths=depths,
        n_features=n_features,
        leaf_parents=leaf_parents,
        cover_ratios=ratios,
    )


def _compute_side_ratios(trees: TreeTable) -> list[float]:
    """Compute which share of a split's training rows each of its sides got."""
    # A leaf stands before all splits, counted backwards, as its negative number does.
    counts = np.concatenate([trees.leaf_count[::-1], trees.split_count])[_pair_sides(trees) + len(trees.leaf_count)]
    ratios: list[float] = (counts / trees.split_count[:, None]).ravel().tolist()
    return ratios


def _divide_branches(trees: TreeTable, ascent: _Ascent) -> tuple[list[_Branch], list[_Branch]]:
    """Divide the leaves into branches that get a table, while there is room, and one more a tree for the rest."""
    tabled: list[_Branch] = []
    untabled: list[_Branch] = []
    cells_left = MOST_CELLS
    for first, end in pairwise(trees.leaf_starts.tolist()):
        rest: list[int] = []
        for leaves in _gather_leaves(ascent, range(first, end)):
            branch = _build_branch(trees, ascent, leaves)
            if len(branch.splits) > TABLE_SPLITS or branch.n_cells > cells_left:
                rest.extend(leaves)
            elif branch.splits:
                tabled.append(branch)
                cells_left -= branch.n_cells
        if rest:
            untabled.append(_build_branch(trees, ascent, rest))
    return tabled, untabled


def _gather_leaves(ascent: _Ascent, leaves: range) -> Iterator[range]:
    """Gather neighbours while the splits above them fit into one table; a leaf with too many stands alone."""
    begin, gathered = leaves.start, set[int]()
    for leaf in leaves:
        parent = ascent.leaf_parents[leaf]
        is_long = parent >= 0 and ascent.depths[parent >> 1] > TABLE_SPLITS
        above = set() if is_long else {step >> 1 for step in _list_steps(ascent, [leaf])}
        if leaf > begin and (is_long or len(gathered | above) > TABLE_SPLITS):
            yield range(begin, leaf)
            begin, gathered = leaf, set()
        gathered |= above
        if is_long:
            yield range(leaf, leaf + 1)
            begin = leaf + 1
    if begin < leaves.stop:
        yield range(begin, leaves.stop)


def _list_steps(ascent: _Ascent, leaves: Iterable[int]) -> list[int]:
    steps = set[int]()
    for leaf in leaves:
        step = ascent.leaf_parents[leaf]
        while step >= 0 and step not in steps:
            steps.add(step)
            step = ascent.parents[step >> 1]
    return sorted(steps)


def _build_branch(trees: TreeTable, ascent: _Ascent, leaves: Iterable[int]) -> _Branch:
    steps = _list_steps(ascent, leaves)
    splits = sorted({step >> 1 for step in steps})
    features = sorted(set(trees.feature[splits].tolist()))
    return _Branch(steps=tuple(steps), splits=tuple(splits), features=tuple(features))


def _build_key_turns(
    trees: TreeTable, n_features: int, tabled: list[_Branch], untabled: list[_Branch]
) -> RightTurns:
    turns = [(split, t, 1 << b) for t, branch in enumerate(tabled) for b, split in enumerate(branch.splits)]
    turns += [(split, len(tabled) + split, 1) for branch in untabled for split in branch.splits]
    splits, slots, bits = np.array(turns, np.int64).reshape(-1, 3).T
    return build_right_turns(trees, n_features, splits, slots, bits.astype(np.uint64))


def _build_branches(trees: TreeTable, ascent: _Ascent, branches: list[_Branch]) -> Branches:
    steps = np.array([step for branch in branches for step in branch.steps], np.int64)
    splits, sides = steps >> 1, _pair_sides(trees).reshape(-1)[steps]
    n_points = [(1 + max(ascent.n_features[split] for split in branch.splits)) // 2 for branch in branches]
    points, weights = _compute_rules(set(n_points))
    return Branches(
        starts=_find_starts([len(branch.steps) for branch in branches], np.int32),
        n_points=np.array(n_points, np.int32),
        splits=splits.astype(np.int32),
        turned_right=(steps & 1).astype(np.uint64),
        features=trees.feature[splits],
        parents=_place_above(ascent.parents, branches),
        previous=_place_above(ascent.previous, branches),
        cover_ratios=np.array(ascent.cover_ratios)[steps],
        leaf_values=np.where(sides < 0, trees.leaf_value[np.maximum(~sides, 0)], 0.0),
        points=points,
        weights=weights,
    )


def _place_above(above: list[int], branches: list[_Branch]) -> NDArray[np.int32]:
    """Turn the steps above into places within the branch."""
    found: list[int] = []
    for branch in branches:
        places = {step: i for i, step in enumerate(branch.steps)}
        found.extend(places.get(above[step >> 1], -1) for step in branch.steps)
    return np.array(found, np.int32)


def _compute_rules(sizes: set[int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Compute the Gauss-Legendre rules on [0, 1]: with k points, exact up to degree 2 k - 1."""
    most = max(sizes, default=0)
    points, weights = np.zeros((2, most + 1, most))
    for k in sizes:
        x, w = np.polynomial.legendre.leggauss(k)
        points[k, :k], weights[k, :k] = (x + 1.0) / 2.0, w / 2.0
    return points, weights


def _compute_expected_value(trees: TreeTable) -> float:
    trees_of_leaves = pairwise(trees.leaf_starts.tolist())
    return sum(_compute_mean(trees.leaf_value[a:b], trees.leaf_count[a:b]) for a, b in trees_of_leaves)


def _compute_mean(values: NDArray[np.float64], counts: NDArray[np.int64]) -> float:
    # A tree of one leaf may have been counted on no row.
    return float(values @ counts / counts.sum()) if len(values) > 1 else float(values[0])
