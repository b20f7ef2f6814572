"""The reference: what the leads looked like that a scorer learned from, to rank, doubt and watch later ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numba import njit
from numpy.typing import NDArray

from features.engine import FeatureTable
from models.buckets import Thresholds, choose_thresholds
from models.encoding import Encoding

_KNOTS = 101
# Fewer than one in a hundred training leads were known this little.
_UNFAMILIAR_SHARE = 0.01
_HOT_SHARE, _WARM_SHARE = 0.1, 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The distribution of the reference leads.

    Attributes
    ----------
    ranks
        Shape (101,), the percentiles 0 to 100 of the probabilities.
    quantiles
        For each numeric feature its deciles, 11 numbers; empty where it was always missing.
    level_shares
        For each text feature the share of rows in each column of its vocabulary.
    missing_shares
        For each numeric feature the share of rows without it.
    familiar
        The lowest share of known attributes that is not unusual, in [0, 1].
    """

    ranks: NDArray[np.float64]
    quantiles: Sequence[Sequence[float]]
    level_shares: Sequence[Sequence[float]]
    missing_shares: Sequence[float]
    familiar: float

    @classmethod
    def learn(cls, table: FeatureTable, encoding: Encoding, probability: NDArray[np.float64]) -> Self:
        """Learn from reference leads and their probabilities, shape (n,)."""
        known = _compute_known_share(encoding.encode(table), encoding)
        return cls(
            ranks=np.quantile(probability, np.linspace(0, 1, _KNOTS)),
            quantiles=[_compute_deciles(column) for column in table.numbers.T],
            level_shares=[
                (np.bincount(vocabulary.encode(texts), minlength=vocabulary.width) / len(texts)).tolist()
                for vocabulary, texts in zip(encoding.vocabularies, table.texts, strict=True)
            ],
            missing_shares=np.isnan(table.numbers).mean(axis=0).tolist(),
            familiar=float(np.quantile(known, _UNFAMILIAR_SHARE)),
        )

    def rank(self, probability: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return how many of a hundred reference leads rank below, in [0, 100], shape (n,)."""
        scores = np.empty(len(probability), dtype=np.int64)
        _rank(self.ranks, probability, scores)
        return scores

    def is_unfamiliar(self, matrix: NDArray[np.float64], encoding: Encoding) -> NDArray[np.bool_]:
        """Tell of each encoded row whether less is known of its lead than of nearly all reference leads; (n,)."""
        return _compute_known_share(matrix, encoding) < min(self.familiar, 0.5)

    def default_thresholds(self) -> Thresholds:
        """Return thresholds for one hot lead in ten and two warm ones, where no agreement says better."""
        return choose_thresholds(self.ranks, hot_share=_HOT_SHARE, warm_share=_WARM_SHARE)

    def to_json(self) -> dict[str, Any]:
        """Return plain data that `from_json` reads back."""
        return {
            "ranks": self.ranks.tolist(),
            "quantiles": [list(deciles) for deciles in self.quantiles],
            "level_shares": [list(shares) for shares in self.level_shares],
            "missing_shares": list(self.missing_shares),
            "familiar": self.familiar,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Read back what `to_json` wrote."""
        return cls(**{**stored, "ranks": np.array(stored["ranks"], dtype=np.float64)})


@njit(cache=True, nogil=True)
def _rank(ranks, probability, scores):  # type: ignore[no-untyped-def]
    """Place each probability among the percentiles: amid those it equals, else between its neighbours."""
    for row in range(len(probability)):
        low = np.searchsorted(ranks, probability[row], side="left")
        high = np.searchsorted(ranks, probability[row], side="right")
        if high > low:
            place = (low + high - 1) / 2
        elif low == 0 or low == len(ranks):
            place = min(low, len(ranks) - 1) * 1.0
        else:
            place = low - 1 + (probability[row] - ranks[low - 1]) / (ranks[low] - ranks[low - 1])
        scores[row] = round(place)


def _compute_deciles(column: NDArray[np.float64]) -> list[float]:
    present = column[~np.isnan(column)]
    return np.quantile(present, np.linspace(0, 1, 11)).tolist() if len(present) else []


def _compute_known_share(matrix: NDArray[np.float64], encoding: Encoding) -> NDArray[np.float64]:
    """Compute which share of the attributes is there and was seen before; 1 where a lead has no attributes."""
    numbers, n_texts = encoding.attribute_columns, len(encoding.vocabularies)
    if len(numbers) + n_texts == 0:
        return np.ones(len(matrix))
    known = (~np.isnan(matrix[:, numbers])).sum(axis=1) + n_texts - matrix[:, encoding.unknown_columns].sum(axis=1)
    share: NDArray[np.float64] = known / (len(numbers) + n_texts)
    return share
