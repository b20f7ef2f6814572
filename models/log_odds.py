"""Probabilities as log-odds and back, the scale on which every part of a score adds up."""

import numpy as np
from numpy.typing import NDArray

# Keeps the log-odds of a probability of 0 or 1 finite: one in a billion.
_EDGE = 1e-9


def to_probability(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Convert log-odds to probabilities in (0, 1): ``1 / (1 + exp(-x))`` without overflow."""
    fraction = np.exp(-np.abs(log_odds))
    return np.where(log_odds >= 0, 1.0, fraction) / (1.0 + fraction)


def to_log_odds(probability: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Convert probabilities in [0, 1] to finite log-odds."""
    p = np.clip(np.asarray(probability, dtype=np.float64), _EDGE, 1 - _EDGE)
    return np.log(p) - np.log1p(-p)


def compute_losses(log_odds: NDArray[np.float64], labels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Compute each row's log loss in nats: ``log(1 + exp(x)) - y * x``, shape (n,)."""
    return np.logaddexp(0.0, log_odds) - labels * log_odds
