"""The reference: what the leads looked like that a scorer learned from, to rank, doubt and watch later ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from features.engine import FeatureTable
from features.event_kinds import EventFeature
from features.lead_kinds import LeadAge
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
        known = _compute_known_share(table, encoding)
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
        low = np.searchsorted(self.ranks, probability, side="left")
        high = np.searchsorted(self.ranks, probability, side="right")
        middle = np.where(high > low, (low + high - 1) / 2, self._between(probability, low))
        return np.clip(np.rint(middle), 0, 100).astype(np.int64)

    def _between(self, probability: NDArray[np.float64], above: NDArray[np.intp]) -> NDArray[np.float64]:
        left, right = np.clip(above - 1, 0, _KNOTS - 1), np.clip(above, 0, _KNOTS - 1)
        width = self.ranks[right] - self.ranks[left]
        fraction = np.divide(
            probability - self.ranks[left], width, out=np.zeros_like(probability), where=width > 0
        )
        inside: NDArray[np.float64] = left + np.clip(fraction, 0, 1)
        return np.where(above >= _KNOTS, 100.0, np.where(above == 0, 0.0, inside))

    def is_unfamiliar(self, table: FeatureTable, encoding: Encoding) -> NDArray[np.bool_]:
        """Tell of each row whether less is known of its lead than of nearly all reference leads; shape (n,)."""
        return _compute_known_share(table, encoding) < min(self.familiar, 0.5)

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


def _compute_deciles(column: NDArray[np.float64]) -> list[float]:
    present = column[~np.isnan(column)]
    return np.quantile(present, np.linspace(0, 1, 11)).tolist() if len(present) else []


def _compute_known_share(table: FeatureTable, encoding: Encoding) -> NDArray[np.float64]:
    """Compute which share of the attributes is there and was seen before; 1 where a lead has no attributes."""
    known = [
        ~np.isnan(table.numbers[:, position])
        for position, feature in enumerate(table.feature_set.numbers)
        if not isinstance(feature, EventFeature | LeadAge)
    ]
    known += [
        vocabulary.encode(texts) < len(vocabulary.levels)
        for vocabulary, texts in zip(encoding.vocabularies, table.texts, strict=True)
    ]
    return np.mean(known, axis=0) if known else np.ones(len(table))
