"""Windows: what a way of fitting, or a constant, predicts for rows later than those it was fitted on."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from features.engine import FeatureTable
from models.calibration import Window
from models.estimator import TrainableScorer
from models.log_odds import compute_losses, to_log_odds
from models.rows import compute_recency_weights
from models.settings import AdditiveSettings, BoosterSettings
from training.splits import Fold

_HALF_LIVES = (None, 0.3)


def predict_windows(
    table: FeatureTable,
    labels: NDArray[np.float64],
    folds: Sequence[Fold],
    settings: BoosterSettings,
    additive: AdditiveSettings | None = None,
    *,
    workers: int,
) -> list[Window]:
    """Predict each fold's later rows by a scorer fitted on the rows before them, not calibrated."""

    def predict(fold: Fold) -> Window:
        scorer = TrainableScorer(table.feature_set, settings, additive)
        scorer.fit(table.take(fold.train), labels[fold.train])
        return Window(log_odds=scorer.predict_raw_log_odds(table.take(fold.valid)), labels=labels[fold.valid])

    job: Any = delayed(predict)
    return list(Parallel(n_jobs=workers, prefer="threads")(job(fold) for fold in folds))


def choose_base_rates(labels: NDArray[np.float64], folds: Sequence[Fold]) -> list[float]:
    """Choose the base rate of each fold's training rows, in (0, 1): fading like a scorer's memory where that helps.

    A scorer that forgets follows a moving base rate; a constant that may not would lose to it without any signal.
    """
    tried = [[_compute_rate(labels[fold.train], half_life) for fold in folds] for half_life in _HALF_LIVES]
    return min(tried, key=lambda rates: _measure(rates, labels, folds))


def _compute_rate(labels: NDArray[np.float64], half_life: float | None) -> float:
    return float(np.average(labels, weights=compute_recency_weights(len(labels), half_life)))


def _measure(rates: list[float], labels: NDArray[np.float64], folds: Sequence[Fold]) -> float:
    losses = [
        compute_losses(np.full(len(fold.valid), to_log_odds(rate)), labels[fold.valid])
        for rate, fold in zip(rates, folds, strict=True)
    ]
    return float(np.concatenate(losses).mean())
