"""Encoded rows to fit on, and how much each of them weighs."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Encoded rows in time order: matrix (n, width), labels (n,) of 0 and 1."""

    matrix: NDArray[np.float64]
    labels: NDArray[np.float64]


def compute_recency_weights(n: int, half_life: float | None) -> NDArray[np.float64]:
    """Compute weights of rows in time order, (n,): the last weighs 1, one ``half_life * n`` before it 1/2."""
    if half_life is None:
        return np.ones(n)
    return np.exp2(-(np.arange(n)[::-1] / (half_life * max(n, 1))))
