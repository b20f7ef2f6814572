"""The compiled walks through a forest: which leaf a row falls into, and what each feature adds on the way."""

from typing import Any, NamedTuple

import numpy as np
from numba import njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

# LightGBM holds everything up to here for zero (kZeroThreshold, a float).
_ZERO = float(np.float32(1e-35))


class RightTurns(NamedTuple):
    """Which splits send a value right, feature by feature, in three lists: by threshold, of NaN, of zero.

    Attributes
    ----------
    thresholds
        Rising within a feature's list by threshold.
    slots, bits
        A right turn sets ``bits`` in the key ``keys[slot]``.
    starts
        Shape (3, number of features + 1): where a feature begins in each of the three lists.
    """

    thresholds: NDArray[np.float64]
    slots: NDArray[np.int32]
    bits: NDArray[np.uint64]
    starts: NDArray[np.int32]


class Branches(NamedTuple):
    """Parts of trees: for some leaves of one tree, the sides of splits that lead to them, parents first.

    Attributes
    ----------
    starts
        Shape (number of branches + 1,): where each branch begins.
    n_points
        Of each branch: how many points make its integral exact.
    splits, turned_right
        Of each step: the split, and 1 for its right side, 0 for its left.
    features
        Of each step: the feature that the split asks for.
    parents, previous
        Of each step: the step into its split, and the last one above of the same feature; counted within
        the branch, -1 where there is none.
    cover_ratios
        Of each step: the share of training rows that kept to it, by all splits on its feature up to here.
    leaf_values
        Of each step: the value of the leaf it leads to, log-odds; 0 where it leads to a split.
    points, weights
        Row k holds the Gauss-Legendre rule on [0, 1] of k points.
    """

    starts: NDArray[np.int32]
    n_points: NDArray[np.int32]
    splits: NDArray[np.int32]
    turned_right: NDArray[np.uint64]
    features: NDArray[np.int32]
    parents: NDArray[np.int32]
    previous: NDArray[np.int32]
    cover_ratios: NDArray[np.float64]
    leaf_values: NDArray[np.float64]
    points: NDArray[np.float64]
    weights: NDArray[np.float64]


class Tables(NamedTuple):
    """Contributions of the first branches for every pattern of turns at their few splits.

    Attributes
    ----------
    feature_starts, features
        The features of each table.
    cell_starts, cells
        The contributions of each table, row by row in the order of the key.
    """

    feature_starts: NDArray[np.int32]
    features: NDArray[np.int32]
    cell_starts: NDArray[np.int64]
    cells: NDArray[np.float64]


@intrinsic
def _count_trailing_zeros(typing_context: Any, word: Any) -> Any:
    """Return the position of the lowest set bit, by the processor's own instruction."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], context.get_constant(types.boolean, True))

    return types.uint64(types.uint64), generate


@njit(cache=True, nogil=True)
def _mark_right_turns(row, thresholds, slots, bits, starts, keys):  # type: ignore[no-untyped-def]
    for feature in range(row.shape[0]):
        value = row[feature]
        if abs(value) > _ZERO:
            for k in range(starts[0, feature], starts[0, feature + 1]):
                if value <= thresholds[k]:
                    break
                keys[slots[k]] |= bits[k]
        else:
            which = 1 if value != value else 2
            for k in range(starts[which, feature], starts[which, feature + 1]):
                keys[slots[k]] |= bits[k]


@njit(cache=True, nogil=True)
def sum_marked_leaves(  # type: ignore[no-untyped-def]
    X, thresholds, slots, bits, starts, leaf_starts, leaf_values, log_odds
):
    """Sum each row's leaves, a tree's key holding the leaves that a right turn has ruled out.

    A right turn rules out the leaves on its left, so the leaf reached is the first one left over
    (Lucchese et al. 2015, "QuickScorer").
    """
    n_trees = leaf_starts.shape[0] - 1
    keys = np.empty(n_trees, np.uint64)
    for i in range(X.shape[0]):
        keys[:] = 0
        _mark_right_turns(X[i], thresholds, slots, bits, starts, keys)
        total = 0.0
        for t in range(n_trees):
            total += leaf_values[leaf_starts[t] + np.int64(_count_trailing_zeros(~keys[t]))]
        log_odds[i] = total


@njit(cache=True, nogil=True)
def sum_walked_leaves(  # type: ignore[no-untyped-def]
    X, roots, features, thresholds, zero_right, nan_right, left, right, leaf_values, log_odds
):
    """Sum each row's leaves, walking every tree from its root."""
    for i in range(X.shape[0]):
        total = 0.0
        for t in range(roots.shape[0]):
            at = np.int64(roots[t])
            while at >= 0:
                value = X[i, features[at]]
                if abs(value) > _ZERO:
                    turns_right = value > thresholds[at]
                else:
                    turns_right = nan_right[at] if value != value else zero_right[at]
                at = np.int64(right[at] if turns_right else left[at])
            total += leaf_values[~at]
        log_odds[i] = total


@njit(cache=True, nogil=True, inline="always")
def _walk_down(branch, went_right, branches, met, reached):  # type: ignore[no-untyped-def]
    """Multiply, step by step and point by point, what comes through from the root.

    Where each feature is known with probability t, a row comes through the condition of a feature with
    t + (1 - t) z where it meets it and (1 - t) z where not (z: the cover ratio), here z + t (met - z).
    """
    start, n_points = branches.starts[branch], branches.n_points[branch]
    for i in range(branches.starts[branch + 1] - start):
        step = start + i
        parent, previous, ratio = branches.parents[step], branches.previous[step], branches.cover_ratios[step]
        met[i] = 1.0 if went_right[branches.splits[step]] == branches.turned_right[step] else 0.0
        if previous >= 0:
            met[i] *= met[previous]
        slope = met[i] - ratio
        for p in range(n_points):
            above = reached[parent, p] if parent >= 0 else branches.weights[n_points, p]
            reached[i, p] = above * (ratio + branches.points[n_points, p] * slope)
        if previous >= 0:
            ratio = branches.cover_ratios[start + previous]
            slope = met[previous] - ratio
            for p in range(n_points):
                reached[i, p] /= ratio + branches.points[n_points, p] * slope


@njit(cache=True, nogil=True, inline="always")
def _walk_up(branch, branches, met, reached, below, contributions):  # type: ignore[no-untyped-def]
    """Gather the leaves below each step, and give its feature their derivative in that feature."""
    start, n_points = branches.starts[branch], branches.n_points[branch]
    n_steps = branches.starts[branch + 1] - start
    below[:n_steps] = 0.0
    for i in range(n_steps - 1, -1, -1):
        step = start + i
        parent, previous, ratio = branches.parents[step], branches.previous[step], branches.cover_ratios[step]
        slope, share = met[i] - ratio, 0.0
        for p in range(n_points):
            below[i, p] += branches.leaf_values[step] * reached[i, p]
            share += below[i, p] / (ratio + branches.points[n_points, p] * slope)
        contributions[branches.features[step]] += share * slope
        if parent >= 0:
            for p in range(n_points):
                below[parent, p] += below[i, p]
        if previous >= 0:
            # The step above of the same feature counts these leaves too, by its wider condition.
            ratio = branches.cover_ratios[start + previous]
            slope, share = met[previous] - ratio, 0.0
            for p in range(n_points):
                share += below[i, p] / (ratio + branches.points[n_points, p] * slope)
            contributions[branches.features[step]] -= share * slope


@njit(cache=True, nogil=True)
def _count_most_steps(starts):  # type: ignore[no-untyped-def]
    most = 0
    for branch in range(starts.shape[0] - 1):
        most = max(most, starts[branch + 1] - starts[branch])
    return most


@njit(cache=True, nogil=True)
def fill_tables(n_features, n_splits, split_starts, splits, branches, tables):  # type: ignore[no-untyped-def]
    """Fill the cells of every table: the branch's contributions under each pattern of turns."""
    went_right, contributions = np.zeros(n_splits, np.uint64), np.zeros(n_features)
    most_steps, most_points = _count_most_steps(branches.starts), branches.points.shape[1]
    met, reached = np.empty(most_steps), np.empty((most_steps, most_points))
    below = np.empty((most_steps, most_points))
    for table in range(tables.feature_starts.shape[0] - 1):
        asked = splits[split_starts[table] : split_starts[table + 1]]
        features = tables.features[tables.feature_starts[table] : tables.feature_starts[table + 1]]
        cell = tables.cell_starts[table]
        for key in range(1 << asked.shape[0]):
            for b in range(asked.shape[0]):
                went_right[asked[b]] = (key >> b) & 1
            _walk_down(table, went_right, branches, met, reached)
            _walk_up(table, branches, met, reached, below, contributions)
            for feature in features:
                tables.cells[cell] = contributions[feature]
                contributions[feature] = 0.0
                cell += 1


@njit(cache=True, nogil=True)
def add_contributions(X, n_keys, turns, tables, branches, contributions):  # type: ignore[no-untyped-def]
    """Add each row's contributions: one row of cells from each table, and the branches without one in full.

    The keys of the tables come first, then, where there are branches without one, one key for each split.
    A contribution is the integral over t of the derivative of what comes through in one feature (Owen 1972,
    "Multilinear Extensions of Games"): a polynomial, for which the Gauss-Legendre rule is exact.
    """
    n_tables, n_branches = tables.feature_starts.shape[0] - 1, branches.starts.shape[0] - 1
    keys = np.empty(n_keys, np.uint64)
    most_steps, most_points = _count_most_steps(branches.starts), branches.points.shape[1]
    met, reached = np.empty(most_steps), np.empty((most_steps, most_points))
    below = np.empty((most_steps, most_points))
    for i in range(X.shape[0]):
        keys[:] = 0
        _mark_right_turns(X[i], turns.thresholds, turns.slots, turns.bits, turns.starts, keys)
        for table in range(n_tables):
            begin, end = tables.feature_starts[table], tables.feature_starts[table + 1]
            cell = tables.cell_starts[table] + np.int64(keys[table]) * (end - begin)
            for k in range(begin, end):
                contributions[i, tables.features[k]] += tables.cells[cell + k - begin]
        for branch in range(n_tables, n_branches):
            _walk_down(branch, keys[n_tables:], branches, met, reached)
            _walk_up(branch, branches, met, reached, below, contributions[i])
