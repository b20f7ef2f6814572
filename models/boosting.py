"""Fitting gradient-boosted trees with LightGBM, and the loss curve by which the number of trees is chosen."""

import re
from typing import Any

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from models.members import BoosterMember
from models.rows import Rows, compute_recency_weights
from models.settings import BoosterSettings

# A curve that has not improved for this many trees is taken to have turned.
_PATIENCE = 150


def fit_booster(rows: Rows, settings: BoosterSettings, *, names: list[str], threads: int) -> BoosterMember:
    """Fit trees on rows in time order."""
    booster = lgb.train(
        settings.to_lightgbm(threads),
        _dataset(rows, settings, names),
        num_boost_round=settings.rounds,
    )
    return BoosterMember.from_text(_write_text(booster))


def compute_loss_curve(
    train: Rows, valid: Rows, settings: BoosterSettings, *, threads: int
) -> tuple[NDArray[np.float64], BoosterMember]:
    """Compute the log loss on later rows after each tree.

    Returns
    -------
    curve, member
        Shape (settings.rounds,), in nats, held level after the curve has turned; and the trees grown.
    """
    names = [f"c{i}" for i in range(train.matrix.shape[1])]
    training = _dataset(train, settings, names)
    history: dict[str, Any] = {}
    booster = lgb.train(
        settings.to_lightgbm(threads),
        training,
        num_boost_round=settings.rounds,
        valid_sets=[training.create_valid(valid.matrix, valid.labels)],
        callbacks=[lgb.early_stopping(_PATIENCE, verbose=False), lgb.record_evaluation(history)],
        # Otherwise LightGBM throws away the trees after the best one.
        keep_training_booster=True,
    )
    seen = np.array(history["valid_0"]["binary_logloss"])
    curve = np.concatenate([seen, np.full(settings.rounds - len(seen), seen[-1])])
    return curve, BoosterMember.from_text(_write_text(booster))


def _write_text(booster: lgb.Booster) -> str:
    """Write every tree grown as LightGBM's text, without the threads: they change no tree, and would the hash."""
    return re.sub(r"\[num_threads: \d+\]\n", "", booster.model_to_string(num_iteration=-1))


def _dataset(rows: Rows, settings: BoosterSettings, names: list[str]) -> lgb.Dataset:
    return lgb.Dataset(
        rows.matrix,
        rows.labels,
        weight=compute_recency_weights(len(rows.labels), settings.half_life),
        feature_name=names,
        params={"max_bin": settings.max_bin, "verbose": -1},
        free_raw_data=False,
    )
