"""The tables behind prediction and contributions, built from a forest's trees."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models import forest_kernels
from models.forest_kernels import BLOCK, Branches, RightTurns, Tables
from models.forest_text import TreeTable

TABLE_SPLITS = 8
MOST_CELLS = 4_000_000


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
class _Branch:
    """Some leaves of one tree. A step is written as twice its split, plus one on the right side."""

    steps: tuple[int, ...]
    splits: tuple[int, ...]
    features: tuple[int, ...]
    leaves: frozenset[int]

    @property
    def n_cells(self) -> int:
        return len(self.features) << len(self.splits)


def build_explanation(trees: TreeTable, n_features: int) -> Explanation:
    """Build and fill the tables behind contributions."""
    tabled, untabled = _divide_branches(trees)
    branches = _build_branches(trees, [*tabled, *untabled])
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


def _list_leaf_steps(trees: TreeTable) -> list[tuple[int, ...]]:
    """List the steps from the root to each leaf."""
    to_split: list[tuple[int, ...]] = [()] * len(trees.feature)
    to_leaf: list[tuple[int, ...]] = [()] * len(trees.leaf_value)
    for split, sides in enumerate(zip(trees.left.tolist(), trees.right.tolist(), strict=True)):
        for turned_right, side in enumerate(sides):
            steps, at = (to_split, side) if side >= 0 else (to_leaf, ~side)
            steps[at] = (*to_split[split], 2 * split + turned_right)
    return to_leaf


def _divide_branches(trees: TreeTable) -> tuple[list[_Branch], list[_Branch]]:
    """Divide the leaves into branches that get a table, while there is room, and one more a tree for the rest."""
    leaf_steps = _list_leaf_steps(trees)
    tabled, untabled = [], []
    cells_left = MOST_CELLS
    for first, end in pairwise(trees.leaf_starts.tolist()):
        rest: frozenset[int] = frozenset()
        for branch in _gather_leaves(trees, leaf_steps, range(first, end)):
            if len(branch.splits) > TABLE_SPLITS or branch.n_cells > cells_left:
                rest |= branch.leaves
            elif branch.splits:
                tabled.append(branch)
                cells_left -= branch.n_cells
        if rest:
            untabled.append(_build_branch(trees, leaf_steps, rest))
    return tabled, untabled


def _gather_leaves(trees: TreeTable, leaf_steps: list[tuple[int, ...]], leaves: range) -> Iterator[_Branch]:
    """Gather neighbours while the splits above them fit into one table."""
    begin, gathered = leaves.start, set[int]()
    for leaf in leaves:
        above = {step >> 1 for step in leaf_steps[leaf]}
        if leaf > begin and len(gathered | above) > TABLE_SPLITS:
            yield _build_branch(trees, leaf_steps, frozenset(range(begin, leaf)))
            begin, gathered = leaf, set()
        gathered |= above
    yield _build_branch(trees, leaf_steps, frozenset(range(begin, leaves.stop)))


def _build_branch(trees: TreeTable, leaf_steps: list[tuple[int, ...]], leaves: frozenset[int]) -> _Branch:
    steps = sorted({step for leaf in leaves for step in leaf_steps[leaf]})
    splits = sorted({step >> 1 for step in steps})
    features = sorted(set(trees.feature[splits].tolist()))
    return _Branch(steps=tuple(steps), splits=tuple(splits), features=tuple(features), leaves=leaves)


def _build_key_turns(
    trees: TreeTable, n_features: int, tabled: list[_Branch], untabled: list[_Branch]
) -> RightTurns:
    turns = [(split, t, 1 << b) for t, branch in enumerate(tabled) for b, split in enumerate(branch.splits)]
    turns += [(split, len(tabled) + split, 1) for branch in untabled for split in branch.splits]
    splits, slots, bits = np.array(turns, np.int64).reshape(-1, 3).T
    return build_right_turns(trees, n_features, splits, slots, bits.astype(np.uint64))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Climb:
    """What stands above each split (a list over splits) or belongs to each step (a list over steps)."""

    parents: list[int]
    previous: list[int]
    n_features: list[int]
    cover_ratios: list[float]


def _climb(trees: TreeTable) -> _Climb:
    n_splits, feature = len(trees.feature), trees.feature.tolist()
    climb = _Climb(
        parents=[-1] * n_splits,
        previous=[-1] * n_splits,
        n_features=[0] * n_splits,
        cover_ratios=_compute_side_ratios(trees),
    )
    sides = np.stack([trees.left, trees.right], axis=1).tolist()
    for split in range(n_splits):
        parent = step = climb.parents[split]
        while step >= 0 and feature[step >> 1] != feature[split]:
            step = climb.parents[step >> 1]
        climb.previous[split] = step
        climb.n_features[split] = (climb.n_features[parent >> 1] if parent >= 0 else 0) + (step < 0)
        for turned_right, side in enumerate(sides[split]):
            if step >= 0:
                climb.cover_ratios[2 * split + turned_right] *= climb.cover_ratios[step]
            if side >= 0:
                climb.parents[side] = 2 * split + turned_right
    return climb


def _compute_side_ratios(trees: TreeTable) -> list[float]:
    """Compute which share of a split's training rows each of its sides got."""
    sides = np.stack([trees.left, trees.right], axis=1)
    counts = np.concatenate([trees.leaf_count[::-1], trees.split_count])[sides + len(trees.leaf_count)]
    return (counts / trees.split_count[:, None]).ravel().tolist()


def _build_branches(trees: TreeTable, branches: list[_Branch]) -> Branches:
    climb = _climb(trees)
    blocks = [-(-max(climb.n_features[s] for s in branch.splits) // (2 * BLOCK)) for branch in branches]
    steps = np.array([step for branch in branches for step in branch.steps], np.int64)
    splits, turned_right = steps >> 1, steps & 1
    sides = np.stack([trees.left, trees.right], axis=1).reshape(-1)[steps]
    points, weights = _compute_rules(max(blocks, default=0))
    return Branches(
        starts=_find_starts([len(branch.steps) for branch in branches], np.int32),
        blocks=np.array(blocks, np.int32),
        splits=splits.astype(np.int32),
        turned_right=turned_right.astype(np.uint64),
        features=trees.feature[splits],
        parents=_place_above(climb.parents, branches),
        previous=_place_above(climb.previous, branches),
        cover_ratios=np.array(climb.cover_ratios)[steps],
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


def _compute_rules(most_blocks: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Compute the Gauss-Legendre rules on [0, 1]: with k points, exact up to degree 2 k - 1."""
    points = np.zeros((most_blocks + 1, most_blocks * BLOCK))
    weights = np.zeros_like(points)
    for blocks in range(1, most_blocks + 1):
        k = blocks * BLOCK
        x, w = np.polynomial.legendre.leggauss(k)
        points[blocks, :k], weights[blocks, :k] = (x + 1.0) / 2.0, w / 2.0
    return points, weights


def _compute_expected_value(trees: TreeTable) -> float:
    bounds = pairwise(trees.leaf_starts.tolist())
    return sum(float(np.average(trees.leaf_value[a:b], weights=trees.leaf_count[a:b])) for a, b in bounds)
