"""Windows: constants that may fade as a scorer's memory does."""

import numpy as np

from training.splits import Fold
from training.windows import choose_base_rates


def make_folds(n):
    """Two forward windows."""
    half, most = n // 2, 3 * n // 4
    return [
        Fold(train=np.arange(half), valid=np.arange(half, most)),
        Fold(train=np.arange(most), valid=np.arange(most, n)),
    ]


def test_a_steady_rate_is_the_plain_mean():
    """Where nothing moves, forgetting only adds noise."""
    labels = np.tile([1.0, 0.0, 0.0, 0.0], 200)
    assert choose_base_rates(labels, make_folds(800)) == [0.25, 0.25]


def test_a_rising_rate_is_followed():
    """Where the rate rises, the recent rows speak louder than the mean does."""
    labels = (np.random.default_rng(0).random(4_000) < np.linspace(0.05, 0.5, 4_000)).astype(float)
    folds = make_folds(4_000)
    for rate, fold in zip(choose_base_rates(labels, folds), folds, strict=True):
        assert rate > labels[fold.train].mean() + 0.02
