"""Buckets: cold, warm and hot, by thresholds that follow from what sales can honour."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

Bucket = Literal["cold", "warm", "hot"]
BUCKETS: tuple[Bucket, ...] = ("cold", "warm", "hot")


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """The probabilities from which a lead is warm and hot.

    Raises
    ------
    ValueError
        If hot does not lie above warm. A threshold above 1 keeps its bucket empty.
    """

    warm: float
    hot: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.warm <= self.hot:
            raise ValueError(f"hot ({self.hot:g}) must lie at or above warm ({self.warm:g})")

    def sort(self, probability: NDArray[np.float64]) -> NDArray[np.int8]:
        """Return positions in `BUCKETS`, shape (n,)."""
        return ((probability >= self.warm).astype(np.int8) + (probability >= self.hot)).astype(np.int8)

    def bucket(self, probability: float) -> Bucket:
        """Return the bucket of one probability."""
        return BUCKETS[int(probability >= self.warm) + int(probability >= self.hot)]

    def to_json(self) -> dict[str, Any]:
        """Return plain data that `from_json` reads back."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Read back what `to_json` wrote."""
        return cls(**stored)


def choose_thresholds(probability: NDArray[np.float64], *, hot_share: float, warm_share: float) -> Thresholds:
    """Choose thresholds so that at most `hot_share` of leads are hot and at most `warm_share` more are warm.

    Leads that tie stand together: rather fewer than promised than more than sales can answer.

    Parameters
    ----------
    probability
        Shape (n,), of recent leads that the scorer was not trained on.
    hot_share, warm_share
        Shares in [0, 1].

    Raises
    ------
    ValueError
        If a share is outside [0, 1] or there is no lead to choose by.
    """
    if not (0 <= hot_share <= 1 and 0 <= warm_share <= 1):
        raise ValueError("shares of hot and warm leads lie between 0 and 1")
    if len(probability) == 0:
        raise ValueError("choosing thresholds needs at least one lead")
    hot = _lowest_with_share(probability, hot_share)
    return Thresholds(warm=min(_lowest_with_share(probability, min(1.0, hot_share + warm_share)), hot), hot=hot)


def compute_shares(probability: NDArray[np.float64], thresholds: Thresholds) -> Mapping[Bucket, float]:
    """Compute the share of leads in each bucket."""
    counts = np.bincount(thresholds.sort(probability), minlength=len(BUCKETS))
    return {bucket: float(counts[code] / max(len(probability), 1)) for code, bucket in enumerate(BUCKETS)}


def _lowest_with_share(probability: NDArray[np.float64], share: float) -> float:
    """Return the lowest probability that at most `share` of the leads reach."""
    values, counts = np.unique(probability, return_counts=True)
    reaching = counts[::-1].cumsum()[::-1] / len(probability)
    fits = reaching <= share + 1e-12
    return float(values[fits][0]) if fits.any() else math.nextafter(float(values[-1]), math.inf)
