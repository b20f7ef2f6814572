"""Thresholds before they are saved: what each would mean for sales, counted on rows the model had not seen."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.times import DAY

_WEEK = 7 * DAY


def compute_threshold_table(
    probability: NDArray[np.float64],
    labels: NDArray[np.float64],
    lead: NDArray[np.int32],
    as_of: NDArray[np.int64],
    thresholds: Sequence[float],
) -> pd.DataFrame:
    """Compute what would be hot at each threshold.

    Parameters
    ----------
    probability, labels, lead, as_of
        Shape (n,): snapshots the model had not seen; `lead` tells which belong together, `as_of` in microseconds.
    thresholds
        Probabilities in [0, 1].

    Returns
    -------
    DataFrame
        One row a threshold: `threshold`; `hot_leads_per_week`, leads whose snapshots reach it at least once, over
        the weeks they span; `precision`, wins among hot snapshots (NaN where none is hot); `recall`, the share of
        won leads that were hot at some time (NaN where none was won).
    """
    weeks = max((int(as_of.max()) - int(as_of.min())) / _WEEK, 1.0) if len(as_of) else 1.0
    won_leads = np.unique(lead[labels == 1])
    rows = []
    for threshold in thresholds:
        hot = probability >= threshold
        hot_leads = np.unique(lead[hot])
        caught = np.intersect1d(hot_leads, won_leads, assume_unique=True)
        rows.append(
            {
                "threshold": float(threshold),
                "hot_leads_per_week": len(hot_leads) / weeks,
                "precision": float(labels[hot].mean()) if hot.any() else np.nan,
                "recall": len(caught) / len(won_leads) if len(won_leads) else np.nan,
            }
        )
    return pd.DataFrame(rows)
