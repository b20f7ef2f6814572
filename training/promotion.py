"""Promotion: the gate between a challenger and the champion, measured on the same snapshots."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.engine import compute_features
from models.log_odds import compute_losses
from models.scorer import LeadScorer
from training.snapshots import TrainingRows

# The lower edge of a one-sided 95 % interval: worse only where the snapshots say so.
_ERRORS = 1.645


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionDecision:
    """How a challenger did beside the champion.

    `difference` is the challenger's mean log loss less the champion's, in nats (below zero: better); its
    standard error counts the rows of one lead as one.
    """

    is_worse: bool
    difference: float
    standard_error: float
    n: int

    def to_sentence(self) -> str:
        """Return the decision in words."""
        verdict = "is worse than" if self.is_worse else "is not worse than"
        return (
            f"The challenger {verdict} the champion on the same {self.n:,} snapshots: "
            f"log loss {self.difference:+.4f} ± {self.standard_error:.4f}."
        )

    def to_json(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "is_worse": self.is_worse,
            "difference": self.difference,
            "standard_error": self.standard_error,
            "n": self.n,
        }


def compare_with_champion(
    challenger: LeadScorer, champion: LeadScorer, rows: TrainingRows, test: NDArray[np.intp]
) -> PromotionDecision:
    """Compare two scorers on the same snapshots, each computing its own features.

    Parameters
    ----------
    rows, test
        The snapshots, and the positions of those that neither should have learned from.
    """
    labels, snapshots = rows.labels[test], rows.snapshots.take(test)
    losses = [
        compute_losses(
            scorer.predict_log_odds(
                compute_features(rows.leads, rows.events, snapshots, feature_set=scorer.feature_set)
            ),
            labels,
        )
        for scorer in (challenger, champion)
    ]
    extra = losses[0] - losses[1]
    difference = float(extra.mean())
    _, lead = np.unique(snapshots.lead, return_inverse=True)
    error = float(np.sqrt((np.bincount(lead, extra - difference) ** 2).sum()) / len(extra))
    return PromotionDecision(
        is_worse=difference > _ERRORS * error and difference > 0,
        difference=difference,
        standard_error=error,
        n=len(extra),
    )
