"""Contributions: exact Shapley values, however long the paths and however small the tables."""

from fractions import Fraction
from math import factorial

import lightgbm as lgb
import numpy as np
import pytest

from models import forest_paths
from models.forest import Forest
from tests.models.boosters import QUIET, assert_equal_to, draw_odd_rows, train


def test_a_feature_asked_many_times_on_one_path_is_explained_exactly():
    """On one feature and many leaves each path asks the same question again and again."""
    rng = np.random.default_rng(4)
    X = rng.normal(size=(1500, 2))
    booster = lgb.train({**QUIET, "num_leaves": 50}, lgb.Dataset(X, (np.sin(9 * X[:, 0]) > 0).astype(int)), 10)
    assert_equal_to(booster)


def list_conditions(trees, x, side=0, conditions=None):
    """Yield each leaf of the first tree with its features' exact cover ratios and whether the row meets them."""
    conditions = conditions or {}
    if side < 0:
        yield Fraction(trees.leaf_value[~side]), conditions
        return
    feature = int(trees.feature[side])
    turns_right = bool(x[feature] > trees.threshold[side])
    for child, is_met in ((int(trees.left[side]), not turns_right), (int(trees.right[side]), turns_right)):
        count = trees.split_count[child] if child >= 0 else trees.leaf_count[~child]
        ratio, met = conditions.get(feature, (Fraction(1), True))
        narrower = ratio * Fraction(int(count), int(trees.split_count[side])), met and is_met
        yield from list_conditions(trees, x, child, {**conditions, feature: narrower})


def compute_exact_shares(forest, x):
    """Compute the Shapley values of the first tree exactly, coalitions gathered by their size."""
    shares = [Fraction(0)] * forest.n_features
    for value, conditions in list_conditions(forest.trees, x):
        m = len(conditions)
        for feature, (ratio, met) in conditions.items():
            # Whole numbers over one denominator: fractions that are reduced at each step take far longer.
            by_size, denominator = [1], factorial(m)
            for other, (z, o) in conditions.items():
                if other != feature:
                    kept = [weight * z.numerator for weight in by_size] + [0]
                    joined = [0, *(weight * z.denominator * o for weight in by_size)]
                    by_size = [a + b for a, b in zip(kept, joined, strict=True)]
                    denominator *= z.denominator
            orders = sum(w * factorial(size) * factorial(m - 1 - size) for size, w in enumerate(by_size))
            shares[feature] += value * (met - ratio) * Fraction(orders, denominator)
    return [float(share) for share in shares]


def test_long_paths_over_many_features_are_explained_exactly():
    """A chain of forty features keeps all its digits, where LightGBM's own algorithm loses half of them."""
    rng = np.random.default_rng(5)
    X = rng.random(size=(4000, 40))
    y = (X < 0.97).all(axis=1).astype(int)
    params = {**QUIET, "num_leaves": 60, "min_data_in_leaf": 1}
    booster = lgb.train(params, lgb.Dataset(X, y), 1)
    forest = Forest.from_text(booster.model_to_string())
    assert forest_paths.build_explanation(forest.trees, 40).branches.n_points.max() >= 15
    contributions = forest.compute_contributions(X[:5])
    exact = [compute_exact_shares(forest, x) for x in X[:5]]
    np.testing.assert_allclose(contributions[:, :-1], exact, rtol=0, atol=1e-14)
    np.testing.assert_allclose(contributions.sum(axis=1), forest.predict_log_odds(X[:5]), rtol=0, atol=1e-13)
    np.testing.assert_allclose(contributions, booster.predict(X[:5], pred_contrib=True), rtol=0, atol=1e-5)


@pytest.mark.parametrize(("splits", "cells"), [(1, 4_000_000), (4, 4_000_000), (9, 0), (9, 3_000)])
def test_contributions_are_the_same_with_fewer_tables(monkeypatch, splits, cells):
    """Leaves that find no room in a table are worked out one row at a time, to the same numbers."""
    booster = train(7, n_trees=15, num_leaves=24)
    full = Forest.from_text(booster.model_to_string())
    monkeypatch.setattr(forest_paths, "TABLE_SPLITS", splits)
    monkeypatch.setattr(forest_paths, "MOST_CELLS", cells)
    tables = forest_paths.build_explanation(full.trees, full.n_features).tables
    assert len(tables.cells) <= cells
    lean = assert_equal_to(booster)
    X = draw_odd_rows(8, 50, booster)
    np.testing.assert_allclose(lean.compute_contributions(X), full.compute_contributions(X), rtol=0, atol=1e-12)


def compute_shapley_values(forest, x):
    """Compute Shapley values of the first tree by their definition, over every coalition of features."""
    trees, n = forest.trees, forest.n_features

    def count(side):
        return trees.split_count[side] if side >= 0 else trees.leaf_count[~side]

    def expect(side, known):
        if side < 0:
            return trees.leaf_value[~side]
        left, right = trees.left[side], trees.right[side]
        if known >> int(trees.feature[side]) & 1:
            return expect(right if x[trees.feature[side]] > trees.threshold[side] else left, known)
        return (count(left) * expect(left, known) + count(right) * expect(right, known)) / count(side)

    worth = [expect(0, known) for known in range(1 << n)]
    share = [1 / (n * float(np.prod([(n - 1 - i) / (i + 1) for i in range(size)]))) for size in range(n)]
    return [
        sum(
            share[known.bit_count()] * (worth[known | 1 << f] - worth[known])
            for known in range(1 << n)
            if not known >> f & 1
        )
        for f in range(n)
    ]


def test_contributions_are_shapley_values():
    """The contributions of one tree are what the definition over all coalitions gives."""
    rng = np.random.default_rng(3)
    X = rng.normal(size=(500, 5))
    y = (X[:, 0] * X[:, 1] + X[:, 2] > 0.3).astype(int)
    booster = lgb.train({**QUIET, "num_leaves": 20}, lgb.Dataset(X, y), 1)
    forest = Forest.from_text(booster.model_to_string())
    for x in X[:10]:
        got = forest.compute_contributions(x[None])[0, :-1]
        np.testing.assert_allclose(got, compute_shapley_values(forest, x), rtol=0, atol=1e-12)
