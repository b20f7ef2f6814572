"""Tuning: how trees are grown and how many, chosen by the mean loss curve over forward windows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from features.engine import FeatureTable
from models.boosting import compute_loss_curve
from models.encoding import Encoding
from models.rows import Rows
from models.settings import BoosterSettings
from training.splits import Fold

Progress = Callable[[int, int], None]
Encoded = tuple[Rows, Rows]
"""Rows to fit on, and rows to measure on, as one encoding learned from the former sees both."""

MAX_ROUNDS = 1_500
# From the smallest trees with fading memory, which suit few and drifting rows, to larger ones without.
CANDIDATES = (
    BoosterSettings(num_leaves=3, learning_rate=0.06, half_life=0.3),
    BoosterSettings(num_leaves=3, learning_rate=0.06),
    BoosterSettings(num_leaves=7, learning_rate=0.04, half_life=0.3),
    BoosterSettings(num_leaves=7, learning_rate=0.04),
    BoosterSettings(num_leaves=15, learning_rate=0.03, min_data_in_leaf=40, lambda_l2=10.0),
    BoosterSettings(num_leaves=31, learning_rate=0.03, min_data_in_leaf=60, lambda_l2=20.0, feature_fraction=0.3),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A candidate and its mean loss curve over the windows, shape (rounds,), each window weighing by its rows."""

    settings: BoosterSettings
    curve: NDArray[np.float64]
    fold_curves: tuple[NDArray[np.float64], ...]

    @property
    def best_rounds(self) -> int:
        """Return the number of trees with the lowest mean loss."""
        return int(self.curve.argmin()) + 1

    @property
    def loss(self) -> float:
        """Return the lowest mean loss in nats."""
        return float(self.curve.min())


def choose_settings(
    table: FeatureTable,
    labels: NDArray[np.float64],
    folds: Sequence[Fold],
    *,
    candidates: Sequence[BoosterSettings] = CANDIDATES,
    seed: int,
    workers: int,
    on_progress: Progress = lambda done, total: None,
) -> tuple[BoosterSettings, tuple[Trial, ...]]:
    """Choose how to grow trees.

    Parameters
    ----------
    table, labels
        The development rows in time order.
    folds
        Where to fit and where to measure.

    Returns
    -------
    settings, trials
        The candidate with the lowest mean loss, its number of trees set, and what was measured of each.
    """
    encoded = encode_folds(table, labels, folds)
    trials = []
    for done, candidate in enumerate(candidates):
        on_progress(done, len(candidates))
        trials.append(_try(replace(candidate, rounds=MAX_ROUNDS, seed=seed), encoded, workers))
    on_progress(len(candidates), len(candidates))
    best = min(trials, key=lambda trial: trial.loss)
    return replace(best.settings, rounds=best.best_rounds), tuple(trials)


def encode_folds(table: FeatureTable, labels: NDArray[np.float64], folds: Sequence[Fold]) -> list[Encoded]:
    """Encode the rows of each fold, learning vocabularies from what is fitted on alone."""
    return [_encode(table, labels, fold) for fold in folds]


def _encode(table: FeatureTable, labels: NDArray[np.float64], fold: Fold) -> Encoded:
    train, valid = table.take(fold.train), table.take(fold.valid)
    encoding = Encoding.learn(train)
    return (
        Rows(matrix=encoding.encode(train), labels=labels[fold.train]),
        Rows(matrix=encoding.encode(valid), labels=labels[fold.valid]),
    )


def _try(settings: BoosterSettings, encoded: Sequence[Encoded], workers: int) -> Trial:
    # Threads, not processes: LightGBM lets go of the interpreter lock, and a fork after it has run can hang.
    grow: Any = delayed(compute_loss_curve)
    grown = Parallel(n_jobs=workers, prefer="threads")(
        grow(train, valid, settings, threads=1) for train, valid in encoded
    )
    curves = tuple(curve for curve, _ in grown)
    weights = [len(valid.labels) for _, valid in encoded]
    return Trial(settings=settings, curve=np.average(curves, axis=0, weights=weights), fold_curves=curves)
