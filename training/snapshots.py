"""Training snapshots: the moments at which past leads are looked at, and what came of them."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.tables import EventLog, LeadTable, SnapshotTable
from features.times import DAY, MISSING_TIME, micros_of, to_micros
from training.history import History

_WEEK = 7
# Half a year after its creation a lead that still waits says little about the leads of today.
MAX_AGE_DAYS = 182
# Horizons that a team can talk about, in days.
_HORIZONS = (7, 14, 30, 60, 90, 120, 180, 365)
_MAX_SHARE_OF_SPAN = 0.25


class TooLittleHistory(ValueError):
    """There are not enough decided leads to learn from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRows:
    """Snapshots with labels, in time order.

    Attributes
    ----------
    snapshots
        n snapshots; `as_of` is 0 where the history has no dates.
    labels
        Shape (n,), 1 where the lead was won within the horizon.
    order
        Shape (n,), what rows are ordered by: microseconds, or the history's own order.
    known_at
        Shape (n,), on the same scale, when the label was known.
    n_censored
        How many snapshots were left out because their horizon was not over.
    horizon_days
        The horizon, None where outcomes carry no date.
    """

    leads: LeadTable
    events: EventLog
    snapshots: SnapshotTable
    labels: NDArray[np.float64]
    order: NDArray[np.float64]
    known_at: NDArray[np.float64]
    n_censored: int
    horizon_days: int | None

    def __len__(self) -> int:
        return len(self.labels)


def build_training_rows(history: History, *, horizon_days: int | None, seed: int) -> TrainingRows:
    """Build the snapshots of a history with their labels.

    A dated lead is looked at when it is created and, for weekly snapshots, once a week from then on at a moment of
    the week drawn for it, until it is decided. It is positive where it was won in ``[as_of, as_of + horizon)``.
    A snapshot whose horizon was not over when the history ends is censored: it has no label and is left out,
    won or not, as leaving out the losses alone would flatter the rate.

    Parameters
    ----------
    horizon_days
        None takes the recipe's, or derives one from the days that wins took.

    Raises
    ------
    TooLittleHistory
        If fewer than one won and one lost row remain.
    """
    leads = LeadTable.from_frame(history.leads, history.about.schema)
    events = _read_events(history, leads)
    dated = history.about.time_basis == "dated"
    build = _build_dated if dated else _build_undated
    rows = build(history, leads, events, horizon_days or history.about.horizon_days, seed)
    if len(np.unique(rows.labels)) < 2:
        raise TooLittleHistory(
            f"learning needs won and lost leads, but of {len(rows)} rows {int(rows.labels.sum())} are won "
            f"({rows.n_censored} more are too recent to tell)"
        )
    return rows


def derive_horizon(history: History) -> int:
    """Derive a horizon in days: nine wins in ten come within it, but at most a quarter of the history's span."""
    leads = history.leads
    won = leads[(leads["outcome"] == "won") & leads["outcome_at"].notna() & leads["created_at"].notna()]
    if won.empty:
        raise TooLittleHistory("no won lead has a date: say in the recipe where the outcome's date is")
    days = (won["outcome_at"] - won["created_at"]).dt.total_seconds() / 86_400
    span = (pd.Timestamp(history.about.observed_until) - leads["created_at"].min()).days
    wanted = min(float(days.quantile(0.9)), span * _MAX_SHARE_OF_SPAN)
    return min((h for h in _HORIZONS if h >= wanted), default=_HORIZONS[-1])


def _read_events(history: History, leads: LeadTable) -> EventLog:
    if history.events.empty:
        return EventLog.empty()
    return EventLog.from_frame(history.events, leads, history.about.quantities)


def _build_undated(
    history: History, leads: LeadTable, events: EventLog, horizon_days: int | None, seed: int
) -> TrainingRows:
    decided = np.flatnonzero(history.leads["outcome"].isin(["won", "lost"]))
    order = history.leads["order"].to_numpy(np.float64)[decided]
    if history.about.time_basis == "ordered":
        decided = decided[np.argsort(order, kind="stable")]
    else:
        decided = np.random.default_rng(seed).permutation(decided)
    position = np.arange(len(decided), dtype=np.float64)
    return TrainingRows(
        leads=leads,
        events=events,
        snapshots=SnapshotTable(lead=decided.astype(np.int32), as_of=np.zeros(len(decided), np.int64)),
        labels=(history.leads["outcome"].to_numpy()[decided] == "won").astype(np.float64),
        order=position,
        known_at=position,
        n_censored=len(history.leads) - len(decided),
        horizon_days=None,
    )


def _build_dated(
    history: History, leads: LeadTable, events: EventLog, horizon_days: int | None, seed: int
) -> TrainingRows:
    horizon = horizon_days or derive_horizon(history)
    until = to_micros(history.about.observed_until)
    decided_at = _decided_at(history)
    snapshots = _list_snapshots(history, leads, decided_at, until, seed)
    over = snapshots.as_of + horizon * DAY <= until
    open_then = snapshots.as_of <= decided_at[snapshots.lead]
    kept = snapshots.take(np.flatnonzero(over & open_then))
    kept = kept.take(np.argsort(kept.as_of, kind="stable"))
    won_at = np.where(history.leads["outcome"].to_numpy() == "won", decided_at, math.inf)
    labels = won_at[kept.lead] < kept.as_of + horizon * DAY
    return TrainingRows(
        leads=leads,
        events=events,
        snapshots=kept,
        labels=labels.astype(np.float64),
        order=kept.as_of.astype(np.float64),
        known_at=(kept.as_of + horizon * DAY).astype(np.float64),
        n_censored=int((~over & open_then).sum()),
        horizon_days=horizon,
    )


def _decided_at(history: History) -> NDArray[np.float64]:
    """Return when each lead was decided, infinity where it is open or nobody wrote the date down."""
    at = micros_of(history.leads["outcome_at"])
    decided = (history.leads["outcome"].to_numpy() != "open") & (at != MISSING_TIME)
    return np.where(decided, at.astype(np.float64), math.inf)


def _list_snapshots(
    history: History, leads: LeadTable, decided_at: NDArray[np.float64], until: int, seed: int
) -> SnapshotTable:
    known = np.flatnonzero(leads.created_at != MISSING_TIME)
    at_creation = SnapshotTable(lead=known.astype(np.int32), as_of=leads.created_at[known])
    if history.about.snapshots == "created":
        return at_creation
    last = np.minimum(decided_at[known], leads.created_at[known] + MAX_AGE_DAYS * DAY)
    phase = np.random.default_rng(seed).integers(1, _WEEK * DAY, len(known))
    first = leads.created_at[known] + phase
    weeks = np.maximum(0, np.ceil((np.minimum(last, until) - first) / (_WEEK * DAY))).astype(np.int64)
    week = np.arange(weeks.sum()) - np.repeat(np.cumsum(weeks) - weeks, weeks)
    return SnapshotTable(
        lead=np.concatenate([at_creation.lead, np.repeat(known, weeks).astype(np.int32)]),
        as_of=np.concatenate([at_creation.as_of, np.repeat(first, weeks) + week * _WEEK * DAY]),
    )


def describe_rows(rows: TrainingRows) -> dict[str, Any]:
    """Describe training rows in plain numbers for logs and reports."""
    return {
        "rows": len(rows),
        "leads": len(np.unique(rows.snapshots.lead)),
        "positives": int(rows.labels.sum()),
        "censored": rows.n_censored,
        "horizon_days": rows.horizon_days,
    }
