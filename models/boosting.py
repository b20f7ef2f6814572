"""Fitting gradient-boosted trees with LightGBM, and the loss curve by which the number of trees is chosen."""

import re
from dataclasses import asdict, dataclass
from typing import Any

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from models.members import BoosterMember

# A curve that has not improved for this many trees is taken to have turned.
_PATIENCE = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class BoosterSettings:
    """How trees are grown. Few leaves and strong sampling suit the few thousand leads most companies have.

    `half_life`, a share of the training rows, lets older rows weigh less: half after every such share; None weighs
    all alike. `rounds` is the number of trees.
    """

    rounds: int = 300
    num_leaves: int = 7
    learning_rate: float = 0.05
    min_data_in_leaf: int = 20
    lambda_l2: float = 5.0
    feature_fraction: float = 0.5
    bagging_fraction: float = 0.8
    max_bin: int = 255
    half_life: float | None = None
    seed: int = 0

    def to_lightgbm(self, threads: int) -> dict[str, Any]:
        """Return LightGBM's parameters."""
        own = {name: value for name, value in asdict(self).items() if name not in ("rounds", "half_life")}
        return {
            **own,
            "objective": "binary",
            "metric": "binary_logloss",
            "bagging_freq": 1,
            "deterministic": True,
            "force_row_wise": True,
            "num_threads": threads,
            "verbose": -1,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Encoded rows in time order: matrix (n, width), labels (n,) of 0 and 1."""

    matrix: NDArray[np.float64]
    labels: NDArray[np.float64]


def compute_recency_weights(n: int, half_life: float | None) -> NDArray[np.float64]:
    """Compute weights for rows in time order: the last weighs 1, one `half_life * n` before it 1/2; shape (n,)."""
    if half_life is None:
        return np.ones(n)
    return np.exp2(-(np.arange(n)[::-1] / (half_life * max(n, 1))))


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
