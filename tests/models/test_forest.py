"""The forest: LightGBM's bits and contributions without LightGBM."""

import subprocess
import sys

import lightgbm as lgb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.forest import Forest
from tests.models.boosters import QUIET, assert_equal_to, draw_odd_rows, draw_rows, train


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
