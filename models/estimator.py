"""The scorer as scikit-learn knows it: a binary classifier that can be fitted, cloned and cross-validated."""

from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin

from features.engine import FeatureTable
from models.calibration import Calibrator
from models.encoding import Encoding
from models.fitting_members import fit_members
from models.log_odds import to_log_odds
from models.members import Member
from models.reference import Reference
from models.rows import Rows
from models.scorer import LeadScorer


class UnusableLabels(ValueError):
    """The outcomes to learn from are not one 0 or 1 a row."""


class TrainableScorer(ClassifierMixin, BaseEstimator, LeadScorer):
    """A scorer that can be fitted, over a frame (or `FeatureTable`) of computed features."""

    def fit(self, X: FeatureTable | pd.DataFrame, y: ArrayLike) -> Self:
        """Fit on rows in time order, the latest last.

        Parameters
        ----------
        X
            Features of n snapshots.
        y
            Shape (n,), 1 where the lead was won within the horizon, else 0.

        Raises
        ------
        UnusableLabels
            If there is no row, or not one 0 or 1 for each.
        """
        table, labels = self._table(X), np.asarray(y, dtype=np.float64)
        _check_labels(labels, len(table))
        self.classes_ = np.array([0, 1])
        self.encoding_ = Encoding.learn(table, self.max_levels)
        self.calibrator_ = Calibrator()
        self.intercept_, self.members_ = self._fit_members(table, labels)
        self.reference_ = Reference.learn(table, self.encoding_, self.predict_proba(table)[:, 1])
        self.thresholds_ = self.reference_.default_thresholds()
        self.about_ = {}
        return self

    def _fit_members(self, table: FeatureTable, labels: NDArray[np.float64]) -> tuple[float, tuple[Member, ...]]:
        has_nothing_to_learn = self.encoding_.width == 0 or len(np.unique(labels)) < 2
        if self.settings is None or self.settings.rounds == 0 or has_nothing_to_learn:
            # Half a win and half a loss are added, so that no base rate is 0 or 1.
            return float(to_log_odds((labels.sum() + 0.5) / (len(labels) + 1))), ()
        rows = Rows(matrix=self.encoding_.encode(table), labels=labels)
        return 0.0, fit_members(rows, self.settings, self.additive, threads=self.threads)


def _check_labels(labels: NDArray[np.float64], n_rows: int) -> None:
    if labels.shape != (n_rows,) or n_rows == 0:
        raise UnusableLabels(f"{n_rows} rows need one label each, and at least one row: labels are {labels.shape}")
    if not np.isin(labels, (0.0, 1.0)).all():
        raise UnusableLabels("labels are 1 for won and 0 for not won: leave out the rows that are neither yet")
