"""Small boosters and odd rows, for the tests of what reads LightGBM's forests."""

import warnings

import lightgbm as lgb
import numpy as np

from models.forest import Forest

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
