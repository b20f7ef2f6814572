import subprocess
import sys
import warnings
from fractions import Fraction
from math import comb

import lightgbm as lgb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import forest_paths
from models.forest import DamagedForest, Forest, UnsupportedForest

QUIET = {"objective": "binary", "num_threads": 1, "verbose": -1, "deterministic": True, "min_data_in_leaf": 3}
ZERO = float(np.float32(1e-35))
ODD_VALUES = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-36, -1e-36, ZERO, -ZERO, 1.1e-35, 5e-324, 1e300, -1e308]


def draw_rows(rng, n_rows, n_features=5):
    """Draw rows of continuous, whole and mostly empty columns with many NaN and zeros."""
    X = rng.normal(size=(n_rows, n_features))
    X[:, 1::3] = rng.integers(-2, 4, size=X[:, 1::3].shape)
    X[rng.random(X.shape) < 0.15] = np.nan
    X[rng.random(X.shape) < 0.15] = 0.0
    return X


def train(seed=0, n_rows=400, n_features=5, n_trees=20, labels=None, **params):
    """Train a small booster on seeded rows."""
    rng = np.random.default_rng(seed)
    X = draw_rows(rng, n_rows, n_features)
    logit = np.nan_to_num(X[:, 0]) + np.nan_to_num(X[:, 1] * X[:, 2]) - np.isnan(X[:, 3])
    y = (logit + rng.normal(size=n_rows) > 0.4).astype(float) if labels is None else labels(n_rows)
    params = {**QUIET, "seed": seed, **params}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return lgb.train(params, lgb.Dataset(X, y, params=params), n_trees)


def draw_odd_rows(seed, n_rows, booster):
    """Draw rows that hold odd values, and the very thresholds of the trees and their neighbours."""
    rng = np.random.default_rng(seed)
    X = draw_rows(rng, n_rows, booster.num_feature())
    lines = [line for line in booster.model_to_string().split("\n") if line.startswith("threshold=")]
    thresholds = [float(v) for line in lines for v in line.removeprefix("threshold=").split()]
    values = np.array([*ODD_VALUES, *thresholds, *np.nextafter(thresholds, np.inf)])
    return np.where(rng.random(X.shape) < 0.5, rng.choice(values, X.shape), X)


def assert_equal_to(booster, seed=0, n_rows=60):
    """Compare predictions to the bit and contributions closely, on rows as odd as they come."""
    forest = Forest.from_text(booster.model_to_string())
    X = draw_odd_rows(seed, n_rows, booster)
    log_odds = forest.predict_log_odds(X)
    np.testing.assert_array_equal(log_odds, booster.predict(X, raw_score=True))
    contributions = forest.compute_contributions(X)
    np.testing.assert_allclose(contributions, booster.predict(X, pred_contrib=True), rtol=0, atol=1e-9)
    np.testing.assert_allclose(contributions.sum(axis=1), log_odds, rtol=0, atol=1e-9)
    return forest


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**31 - 1),
    n_leaves=st.integers(2, 63),
    n_trees=st.integers(1, 40),
    n_rows=st.integers(20, 600),
    n_features=st.integers(4, 12),
    missing=st.sampled_from([{}, {"zero_as_missing": True}, {"use_missing": False}]),
    learning_rate=st.sampled_from([0.01, 0.1, 0.7]),
)
def test_equals_lightgbm(seed, n_leaves, n_trees, n_rows, n_features, missing, learning_rate):
    """A forest predicts LightGBM's bits and explains them with LightGBM's contributions, whatever the shape."""
    params = {
        "num_leaves": n_leaves,
        "learning_rate": learning_rate,
        "boost_from_average": bool(seed % 3),
        **missing,
    }
    assert_equal_to(train(seed, n_rows, n_features, n_trees, **params), seed)


@pytest.mark.parametrize(
    "params",
    [
        {"n_trees": 200, "num_leaves": 31, "n_rows": 1500},
        {"n_trees": 5, "num_leaves": 64, "n_rows": 3000, "min_data_in_leaf": 1},
        {"n_trees": 5, "num_leaves": 65, "n_rows": 3000, "min_data_in_leaf": 1},
        {"n_trees": 3, "num_leaves": 300, "n_rows": 4000, "min_data_in_leaf": 1},
        {"n_trees": 10, "num_leaves": 15, "bagging_fraction": 0.4, "bagging_freq": 1},
        {"n_trees": 10, "num_leaves": 15, "boosting": "dart"},
        {"n_trees": 10, "num_leaves": 15, "extra_trees": True, "scale_pos_weight": 7.0},
        {"n_trees": 10, "num_leaves": 15, "use_quantized_grad": True},
    ],
)
def test_equals_lightgbm_on_larger_and_other_forests(params):
    """Many trees, more leaves than bits in a word, and other ways of boosting are scored alike."""
    assert_equal_to(train(**params))


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
    turns_right = x[feature] > trees.threshold[side]
    for child, is_met in ((int(trees.left[side]), not turns_right), (int(trees.right[side]), turns_right)):
        count = trees.split_count[child] if child >= 0 else trees.leaf_count[~child]
        ratio, met = conditions.get(feature, (Fraction(1), True))
        narrower = ratio * Fraction(int(count), int(trees.split_count[side])), met and is_met
        yield from list_conditions(trees, x, child, {**conditions, feature: narrower})


def compute_exact_shares(forest, x):
    """Compute the Shapley values of the first tree in fractions, coalitions gathered by their size."""
    shares = [Fraction(0)] * forest.n_features
    for value, conditions in list_conditions(forest.trees, x):
        m = len(conditions)
        for feature, (ratio, met) in conditions.items():
            by_size = [Fraction(1)]
            for other, (z, o) in conditions.items():
                if other != feature:
                    kept = [weight * z for weight in by_size] + [Fraction(0)]
                    by_size = [a + b * o for a, b in zip(kept, [Fraction(0), *by_size], strict=True)]
            expected = sum(weight / (m * comb(m - 1, size)) for size, weight in enumerate(by_size))
            shares[feature] += value * (met - ratio) * expected
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


@pytest.mark.parametrize("labels", [np.ones, np.zeros])
def test_constant_labels_make_a_tree_of_one_leaf(labels):
    """Where there is nothing to learn LightGBM writes one leaf, and every row gets its value."""
    forest = assert_equal_to(train(labels=labels))
    assert (forest.n_trees, len(forest.trees.feature)) == (1, 0)


def test_a_forest_without_trees_predicts_zero():
    """A booster that has never been updated predicts even odds and explains them with nothing."""
    X = np.random.default_rng(0).normal(size=(50, 3))
    booster = lgb.Booster(QUIET, lgb.Dataset(X, (X[:, 0] > 0).astype(int)))
    forest = Forest.from_text(booster.model_to_string())
    assert forest.n_trees == 0
    assert not forest.predict_log_odds(X).any()
    assert not forest.compute_contributions(X).any()


def test_the_average_is_folded_into_the_first_tree():
    """With and without boosting from the average the bits are LightGBM's, on rare wins."""
    for from_average in (True, False):
        booster = train(labels=lambda n: (np.arange(n) % 19 == 0).astype(float), boost_from_average=from_average)
        assert_equal_to(booster)


def test_names_and_sizes_are_read_from_the_text():
    """The columns' names keep their order, other scripts included."""
    X = np.random.default_rng(1).normal(size=(100, 3))
    data = lgb.Dataset(X, (X[:, 0] > 0).astype(int), feature_name=["größe", "a=b", "件数"])
    forest = Forest.from_text(lgb.train(QUIET, data, 7).model_to_string())
    assert forest.feature_names == ("größe", "a=b", "件数")
    assert (forest.n_features, forest.n_trees) == (3, 7)


def test_one_row_gets_the_bits_it_gets_in_a_batch():
    """A row's numbers do not depend on its neighbours."""
    booster = train(n_trees=30, num_leaves=31)
    forest = Forest.from_text(booster.model_to_string())
    X = draw_odd_rows(2, 20, booster)
    one_by_one = np.concatenate([forest.compute_contributions(X[i : i + 1]) for i in range(20)])
    np.testing.assert_array_equal(one_by_one, forest.compute_contributions(X))
    assert forest.predict_log_odds(X[:0]).shape == (0,)
    assert forest.compute_contributions(X[:0]).shape == (0, 6)


def test_read_only_rows_are_taken_after_warming_up():
    """Arrays out of pandas are read-only, and are scored like others."""
    booster = train()
    forest = Forest.from_text(booster.model_to_string())
    forest.warm_up()
    X = draw_rows(np.random.default_rng(0), 10)
    expected = forest.predict_log_odds(X)
    X.setflags(write=False)
    np.testing.assert_array_equal(forest.predict_log_odds(X), expected)


@pytest.mark.parametrize(
    "X",
    [np.zeros(5), np.zeros((2, 4)), np.zeros((2, 6)), np.zeros((2, 5), np.float32), np.zeros((5, 3)).T],
)
def test_an_array_of_another_shape_is_refused(X):
    """Nothing but float64 rows of the right width reaches the kernels, which do not look."""
    forest = Forest.from_text(train().model_to_string())
    for compute in (forest.predict_log_odds, forest.compute_contributions):
        with pytest.raises(ValueError, match="C-contiguous float64"):
            compute(X)


def test_serving_does_not_load_lightgbm():
    """Reading and scoring a forest loads no native LightGBM."""
    text = train(n_trees=2).model_to_string()
    code = (
        "import sys, numpy as np; from models.forest import Forest\n"
        "forest = Forest.from_text(sys.stdin.read())\n"
        "print(forest.predict_log_odds(np.zeros((1, 5)))[0], 'lightgbm' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], input=text, capture_output=True, text=True, check=True)
    log_odds, is_loaded = done.stdout.split()
    assert is_loaded == "False"
    assert float(log_odds) == Forest.from_text(text).predict_log_odds(np.zeros((1, 5)))[0]


@pytest.mark.parametrize(
    "params",
    [
        {"objective": "cross_entropy"},
        {"objective": "regression"},
        {"objective": "multiclass", "num_class": 2},
        {"sigmoid": 2.0},
        {"linear_tree": True},
        {"categorical_feature": [1], "min_data_per_group": 1, "cat_smooth": 1},
        {"boosting": "rf", "bagging_fraction": 0.5, "bagging_freq": 1},
    ],
)
def test_other_kinds_of_model_are_refused(params):
    """What is not a numerical binary classifier in log-odds is refused by name."""
    with pytest.raises(UnsupportedForest):
        Forest.from_text(train(**params).model_to_string())


def read_or_refuse(text):
    """Read a text that may be damaged; where it is taken, score it and see that it hangs together."""
    try:
        forest = Forest.from_text(text)
    except (DamagedForest, UnsupportedForest):
        return None
    X = np.zeros((1, forest.n_features))
    contributions = forest.compute_contributions(X)
    # An edited leaf may be worth 1e17 and leave the others no digits.
    largest = 1.0 + np.abs(forest.trees.leaf_value).max()
    np.testing.assert_allclose(contributions.sum() / largest, forest.predict_log_odds(X)[0] / largest, atol=1e-9)
    return forest


@pytest.fixture(scope="module")
def text():
    """Return the text of a small sound model, up to and with its last tree's end."""
    whole = train(n_trees=4, num_leaves=6).model_to_string()
    return whole[: whole.index("end of trees\n") + len("end of trees\n")]


def test_a_text_cut_anywhere_is_refused(text):
    """However much is missing at the end, nothing is served."""
    assert read_or_refuse(text) is not None
    for end in range(0, len(text), 3):
        assert read_or_refuse(text[:end]) is None


def test_a_text_without_one_of_its_lines_is_refused_or_whole(text):
    """No line of a tree can be missing; the header may lose only what is not used."""
    lines = text.split("\n")
    spare = ("label_index", "feature_infos")
    for i, line in enumerate(lines[:-1]):
        if not line.startswith(spare):
            assert read_or_refuse("\n".join([*lines[:i], *lines[i + 1 :]])) is None, line


@settings(max_examples=400, deadline=None)
@given(edit=st.data())
def test_an_edited_text_is_refused_or_hangs_together(text, edit):
    """Characters replaced, put in or taken out never crash or hang the reader."""
    at = edit.draw(st.integers(0, len(text) - 1))
    length = edit.draw(st.integers(0, 3))
    read_or_refuse(text[:at] + edit.draw(st.text("0123456789-. e\n=n_é٣", max_size=3)) + text[at + length :])


def test_a_flipped_digit_in_an_index_is_refused_or_hangs_together(text):
    """Each digit of a child, a feature and a count is changed in turn; a child never passes."""
    at = 0
    for line in text.split("\n"):
        key, _, value = line.partition("=")
        if key in ("left_child", "right_child", "split_feature", "leaf_count", "internal_count", "num_leaves"):
            for i in (i for i, digit in enumerate(value) if digit.isdigit()):
                where = at + len(key) + 1 + i
                flipped = read_or_refuse(text[:where] + str((int(text[where]) + 1) % 10) + text[where + 1 :])
                assert flipped is None or key == "split_feature", line
        at += len(line) + 1


def replace_value(text, key, value):
    """Replace a line of the first tree and correct ``tree_sizes``, as a careful forger would."""
    start = text.index("Tree=0\n")
    lines = text[start:].split("\n")
    i = next(i for i, line in enumerate(lines) if line.startswith(f"{key}="))
    size = int(text.split("tree_sizes=")[1].split(" ")[0])
    grown = size + len(f"{key}={value}") - len(lines[i])
    lines[i] = f"{key}={value}"
    return text[:start].replace(f"tree_sizes={size} ", f"tree_sizes={grown} ") + "\n".join(lines)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("num_leaves", "99999999999999"),
        ("num_leaves", "0"),
        ("num_leaves", "-6"),
        ("num_leaves", "4097"),
        ("left_child", "0 0 0 0 0"),
        ("left_child", "-1 -1 -1 -1 -1"),
        ("right_child", "4 3 2 1 0"),
        ("right_child", "1_0 2 3 4 5"),
        ("right_child", "٣ 2 3 4 5"),
        ("split_feature", "5 0 0 0 0"),
        ("split_feature", "-1 0 0 0 0"),
        ("split_feature", "9" * 5000),
        ("threshold", "nan 0 0 0 0"),
        ("threshold", "1 2 3"),
        ("threshold", "infinf 0 0 0 0"),
        ("leaf_value", "inf 0 0 0 0 0"),
        ("leaf_value", "1e999 0 0 0 0 0"),
        ("leaf_value", "0 0 0 0 0 0 0"),
        ("decision_type", "12 2 2 2 2"),
        ("decision_type", "3 2 2 2 2"),
        ("decision_type", "-2 2 2 2 2"),
        ("leaf_count", "0 0 0 0 0 0"),
        ("internal_count", "0 0 0 0 0"),
        ("num_cat", "1"),
        ("is_linear", "1"),
        ("shrinkage", "0.1\nnum_leaves=6"),
    ],
)
def test_a_forged_tree_of_the_right_size_is_refused(text, key, value):
    """Sizes in order do not help a tree that is none."""
    assert text.count("num_leaves=6") >= 1
    assert read_or_refuse(replace_value(text, "shrinkage", "0.25")) is not None
    with pytest.raises((DamagedForest, UnsupportedForest)):
        Forest.from_text(replace_value(text, key, value))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("version=v4", "version=v3"),
        ("num_class=1", "num_class=3"),
        ("max_feature_idx=4", "max_feature_idx=999999999"),
        ("Column_1", "Column_0"),
        ("tree_sizes=", "tree_sizes=-1 "),
        ("tree_sizes=", "tree_sizes=0 "),
        ("Tree=1", "Tree=2"),
        ("tree\n", "forest\n"),
        ("end of trees", "end of tree"),
    ],
)
def test_a_forged_header_is_refused(text, old, new):
    """The header has to name what follows."""
    assert old in text
    with pytest.raises((DamagedForest, UnsupportedForest)):
        Forest.from_text(text.replace(old, new, 1))


def test_splits_that_stand_before_their_parents_are_refused(text):
    """The same tree numbered backwards adds up, but LightGBM never writes it and the tables rely on the order."""
    first_tree = text[text.index("Tree=0\n") : text.index("Tree=1\n")]
    columns = dict(line.partition("=")[::2] for line in first_tree.split("\n"))
    order = [0, *reversed(range(1, int(columns["num_leaves"]) - 1))]
    moved = {str(split): str(place) for place, split in enumerate(order)}
    renumbered = text
    for key in ("split_feature", "threshold", "decision_type", "left_child", "right_child", "internal_count"):
        values = [columns[key].split(" ")[split] for split in order]
        if key.endswith("child"):
            values = [moved.get(value, value) for value in values]
        renumbered = replace_value(renumbered, key, " ".join(values))
    with pytest.raises(DamagedForest, match="do not make a tree"):
        Forest.from_text(renumbered)
