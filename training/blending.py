"""Blending: whether bent lines beside the trees help on forward windows, and with which share of the sum."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from models.additive import fit_additive
from models.calibration import Window
from models.log_odds import compute_losses
from models.rows import Rows
from models.settings import AdditiveSettings
from training.tuning import Encoded

LINES = tuple(
    AdditiveSettings(strength=strength, half_life=half_life)
    for strength in (0.03, 0.1)
    for half_life in (None, 0.3)
)
_SHARES = (0.25, 0.5, 0.75)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlendTrial:
    """A way of fitting lines with its share, None for trees alone, and the mean loss over the windows in nats."""

    additive: AdditiveSettings | None
    loss: float


def choose_additive(
    encoded: Sequence[Encoded], trees: Sequence[Window], *, workers: int
) -> tuple[AdditiveSettings | None, tuple[BlendTrial, ...]]:
    """Choose the lines and their share that have the lowest loss beside the trees.

    Parameters
    ----------
    encoded
        For each window the rows to fit on and the rows to measure on.
    trees
        What the chosen trees predict for each window.

    Returns
    -------
    additive, trials
        The winner, None where trees alone do best, and what was measured of each.
    """
    trials = [BlendTrial(additive=None, loss=_measure(trees, trees, 0.0))]
    for settings in LINES:
        lines = _predict(encoded, settings, workers)
        trials += [
            BlendTrial(additive=replace(settings, weight=share), loss=_measure(trees, lines, share))
            for share in _SHARES
        ]
    return min(trials, key=lambda trial: trial.loss).additive, tuple(trials)


def _predict(encoded: Sequence[Encoded], settings: AdditiveSettings, workers: int) -> list[Window]:
    predict: Any = delayed(_predict_window)
    return list(Parallel(n_jobs=workers, prefer="threads")(predict(t, v, settings) for t, v in encoded))


def _predict_window(train: Rows, valid: Rows, settings: AdditiveSettings) -> Window:
    return Window(log_odds=fit_additive(train, settings).predict_log_odds(valid.matrix), labels=valid.labels)


def _measure(trees: Sequence[Window], lines: Sequence[Window], share: float) -> float:
    """Measure the mean loss over all rows of the windows."""
    losses: list[NDArray[np.float64]] = [
        compute_losses((1.0 - share) * tree.log_odds + share * line.log_odds, tree.labels)
        for tree, line in zip(trees, lines, strict=True)
    ]
    return float(np.concatenate(losses).mean())
