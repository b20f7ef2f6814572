"""Promotion: the gate between a challenger and the champion, measured on the same snapshots."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.engine import compute_features
from features.tables import EventLog, LeadTable, SnapshotTable
from models.log_odds import compute_losses
from models.scorer import LeadScorer
from training.history import History
from training.snapshots import TrainingRows
from training.splits import TooFewRows, split_rows

# The lower edge of a one-sided 95 % interval: worse only where the snapshots say so.
_ERRORS = 1.645


class DifferentHorizons(ValueError):
    """Two scorers predict wins within different times, so their losses say nothing about each other."""


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


def find_unseen_rows(rows: TrainingRows, time_basis: str, scorers: Sequence[LeadScorer]) -> NDArray[np.intp]:
    """Find the rows that were in the test of every scorer, so that none has learned from them.

    Each scorer knows the share and the seed of its own test; the later of two tests in time lies within the other.

    Returns
    -------
    NDArray
        Ascending positions in `rows`.

    Raises
    ------
    TooFewRows
        If a test would be too small to compare on.
    """
    tests = [_find_test(rows, time_basis, scorer.about_) for scorer in scorers]
    return functools.reduce(np.intersect1d, tests)


def _find_test(rows: TrainingRows, time_basis: str, about: Mapping[str, Any]) -> NDArray[np.intp]:
    return split_rows(rows, time_basis, test_share=about.get("test_share", 0.2), seed=about.get("seed", 0)).test


def compare_with_champion(
    challenger: LeadScorer, champion: LeadScorer, history: History, rows: TrainingRows, test: NDArray[np.intp]
) -> PromotionDecision:
    """Compare two scorers on the same snapshots, each computing its own features.

    Parameters
    ----------
    rows, test
        The snapshots of the history, and the positions of those that neither has learned from.

    Raises
    ------
    TooFewRows
        If there is no such snapshot.
    DifferentHorizons
        If the two predict different things.
    """
    if len(test) == 0:
        raise TooFewRows("there is no lead that neither model has learned from")
    _check_horizons(challenger, champion)
    labels, snapshots = rows.labels[test], rows.snapshots.take(test)
    losses = [
        compute_losses(_predict(scorer, history, rows.events, snapshots), labels)
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


def _check_horizons(challenger: LeadScorer, champion: LeadScorer) -> None:
    ours, theirs = (scorer.about_.get("horizon_days") for scorer in (challenger, champion))
    if ours != theirs:
        raise DifferentHorizons(f"it predicts wins within {ours} days, the champion within {theirs}")


def _predict(
    scorer: LeadScorer, history: History, events: EventLog, snapshots: SnapshotTable
) -> NDArray[np.float64]:
    """Predict log-odds; a column that the scorer knows and this history lacks is missing for every lead."""
    schema = scorer.feature_set.schema
    absent = [column.name for column in schema.columns if column.name not in history.leads.columns]
    leads = LeadTable.from_frame(history.leads.assign(**dict.fromkeys(absent)), schema)
    table = compute_features(leads, events, snapshots, feature_set=scorer.feature_set)
    return scorer.predict_log_odds(table)
