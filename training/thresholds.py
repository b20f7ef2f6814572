"""Thresholds: chosen by what sales can honour, and the moments at which a live service would look at leads."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.tables import UNKNOWN, SnapshotTable
from features.times import MISSING_TIME
from models.buckets import Thresholds, choose_thresholds
from training.snapshots import TrainingRows


def choose_thresholds_by_capacity(
    probability: NDArray[np.float64],
    lead: NDArray[np.int32],
    *,
    weeks: float,
    hot_per_week: float,
    warm_share: float,
) -> Thresholds:
    """Choose thresholds so that at most `hot_per_week` leads would have turned hot a week.

    Parameters
    ----------
    probability, lead
        Shape (n,): of leads scored after each of their events, as a live service does, not once a week; what counts
        is how high each one came.
    weeks
        How long that took; less than one counts as one.
    warm_share
        Share of the leads that are warm besides, in [0, 1].
    """
    peaks = np.asarray(pd.Series(probability).groupby(lead).max(), dtype=np.float64)
    hot_share = min(1.0, hot_per_week * max(weeks, 1.0) / len(peaks))
    return choose_thresholds(peaks, hot_share=hot_share, warm_share=warm_share)


def list_live_snapshots(rows: TrainingRows, start: int, end: int) -> SnapshotTable:
    """List the moments in ``[start, end)`` at which a live service would have scored an open lead.

    That is when a lead is created, right after each event of its own is recorded, and whenever the rows look at it.
    """
    events, leads = rows.events, rows.leads
    known = np.flatnonzero(events.lead != UNKNOWN)
    created = np.flatnonzero(leads.created_at != MISSING_TIME)
    lead = np.concatenate([events.lead[known], created.astype(np.int32), rows.snapshots.lead])
    after = np.maximum(events.recorded_at[known], events.occurred_at[known] + 1)
    as_of = np.concatenate([after, leads.created_at[created], rows.snapshots.as_of])
    is_open = (as_of >= leads.created_at[lead]) & (as_of <= rows.decided_at[lead])
    kept = np.flatnonzero((as_of >= start) & (as_of < end) & is_open)
    return SnapshotTable(lead=lead[kept], as_of=as_of[kept])
