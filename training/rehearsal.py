"""Rehearsal: the latest window before the test, scored as a live service would have, by what was known before it.

Thresholds are chosen and tried on it, again and again, so that nobody has to look at the test for that.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.engine import FeatureTable, compute_features
from features.tables import SnapshotTable
from features.times import DAY
from models.calibration import Calibrator
from models.estimator import TrainableScorer
from models.log_odds import to_probability
from training.snapshots import TrainingRows
from training.splits import Fold
from training.thresholds import list_live_snapshots

# Who has been above a threshold for weeks does not turn hot on the first day that is looked at.
_BEFORE = 28 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """Scores of leads at moments in a window that the scorer had not seen.

    Attributes
    ----------
    snapshots
        n moments; where there are dates, also those of the four weeks before the window, which tell no more than
        who stood above a threshold already: the scorer may have learned from some of them.
    probability
        Shape (n,), calibrated.
    start, end
        The window in microseconds, None where the rows have no dates.
    """

    snapshots: SnapshotTable
    probability: NDArray[np.float64]
    start: int | None = None
    end: int | None = None

    @property
    def is_inside(self) -> NDArray[np.bool_]:
        """Tell which moments lie within the window, shape (n,)."""
        return (
            np.ones(len(self.snapshots), dtype=bool) if self.start is None else self.snapshots.as_of >= self.start
        )


def rehearse(
    scorer: TrainableScorer,
    calibrator: Calibrator,
    development: FeatureTable,
    rows: TrainingRows,
    development_rows: NDArray[np.intp],
    latest: Fold,
) -> Rehearsal:
    """Fit a scorer on the rows before the latest window, and score the leads of the window.

    Where rows are dated, leads are scored after each of their events, not once a week.

    Parameters
    ----------
    scorer
        Not fitted yet.
    development, development_rows
        The features of the development rows, and their places among all rows.
    latest
        The last fold; its places are among the development rows.
    """
    scorer.fit(development.take(latest.train), rows.labels[development_rows][latest.train])
    window = rows.snapshots.take(development_rows[latest.valid])
    if rows.horizon_days is None:
        return Rehearsal(snapshots=window, probability=_predict(scorer, calibrator, development.take(latest.valid)))
    start, end = int(window.as_of.min()), int(window.as_of.max()) + 1
    live = list_live_snapshots(rows, start - _BEFORE, end)
    table = compute_features(rows.leads, rows.events, live, feature_set=scorer.feature_set)
    return Rehearsal(snapshots=live, probability=_predict(scorer, calibrator, table), start=start, end=end)


def _predict(scorer: TrainableScorer, calibrator: Calibrator, table: FeatureTable) -> NDArray[np.float64]:
    return to_probability(calibrator.apply(scorer.predict_raw_log_odds(table)))
