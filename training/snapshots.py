"""Training snapshots: the moments at which past leads are looked at, and what came of them."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.tables import EventLog, LeadTable, SnapshotTable
from features.times import DAY, MISSING_TIME, to_micros
from training.endings import Endings, read_endings
from training.flooding import Floods, find_floods
from training.history import History

_WEEK = 7
# Half a year after its creation a lead that still waits says little about the leads of today.
MAX_AGE_DAYS = 182
# Horizons that a team can talk about, in days.
_HORIZONS = (7, 14, 30, 60, 90, 120, 180, 365)
_MAX_SHARE_OF_SPAN = 0.25
_FEW_UNDATED_LOSSES = 0.05


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
    decided_at
        Shape (number of leads,), microseconds, infinite for open leads and where there are no dates.
    n_censored
        How many snapshots were left out because their horizon was not over.
    horizon_days
        The horizon, None where outcomes carry no date.
    notes
        Sentences on what the dates at hand did not allow.
    floods
        Sentences on sources that burst in; a model that met any is promoted by nobody but a person who says so.
    """

    leads: LeadTable
    events: EventLog
    snapshots: SnapshotTable
    labels: NDArray[np.float64]
    order: NDArray[np.float64]
    known_at: NDArray[np.float64]
    decided_at: NDArray[np.float64]
    n_censored: int
    horizon_days: int | None
    notes: tuple[str, ...] = ()
    floods: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.labels)


def build_training_rows(history: History, *, horizon_days: int | None, seed: int) -> TrainingRows:
    """Build the snapshots of a history with their labels.

    A dated lead is looked at when it is created and, for weekly snapshots, once a week from then on at a moment of
    the week drawn for it, until it is decided. It is positive where it was won in ``[as_of, as_of + horizon)``.
    A snapshot whose horizon was not over when the history ends is censored: it has no label and is left out,
    won or not, as leaving out the losses alone would flatter the rate.

    What has no date is never taken to have gone on for ever. A lead won on an unknown day has no label and is left
    out. A lead lost on an unknown day is looked at once, when it was created and surely open; where more than one
    loss in twenty is like that, every lead is, or having waited would mark the won ones.

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
    rows = _leave_out_floods(rows, find_floods(history, seed=seed))
    if len(np.unique(rows.labels)) < 2:
        raise TooLittleHistory(
            f"learning needs won and lost leads, but of {len(rows)} rows {int(rows.labels.sum())} are won "
            f"({rows.n_censored} more are too recent to tell)" + "".join(f"; {note}" for note in rows.notes)
        )
    return rows


def _leave_out_floods(rows: TrainingRows, floods: Floods) -> TrainingRows:
    if not floods.sentences:
        return rows
    kept = ~floods.is_left_out[rows.snapshots.lead]
    return replace(
        rows,
        snapshots=rows.snapshots.take(kept),
        labels=rows.labels[kept],
        order=rows.order[kept],
        known_at=rows.known_at[kept],
        floods=floods.sentences,
    )


def derive_horizon(history: History) -> int:
    """Derive a horizon in days: nine wins in ten come within it, but at most a quarter of the history's span."""
    leads = history.leads
    won = leads[(leads["outcome"] == "won") & (leads["outcome_at"] >= leads["created_at"])]
    if won.empty:
        raise TooLittleHistory("no won lead has a date: say in the recipe where the outcome's date is")
    days = (won["outcome_at"] - won["created_at"]).dt.total_seconds() / 86_400
    span = (pd.Timestamp(get_observed_until(history)) - leads["created_at"].min()).days
    most_wins = float(days.quantile(0.9, interpolation="higher"))
    wanted = min((h for h in _HORIZONS if h >= most_wins), default=_HORIZONS[-1])
    allowed = max((h for h in _HORIZONS if h <= span * _MAX_SHARE_OF_SPAN), default=_HORIZONS[0])
    return min(wanted, allowed)


def get_observed_until(history: History) -> datetime:
    """Get the last moment a history knows of.

    Raises
    ------
    TooLittleHistory
        If nothing in it has a date.
    """
    if history.about.observed_until is None:
        raise TooLittleHistory("the history has no date at all: say time.observed_until in the recipe")
    return history.about.observed_until


def _read_events(history: History, leads: LeadTable) -> EventLog:
    if history.events.empty:
        return EventLog.empty()
    return EventLog.from_frame(history.events, leads, history.about.quantities)


def _build_undated(
    history: History, leads: LeadTable, events: EventLog, horizon_days: int | None, seed: int
) -> TrainingRows:
    outcome, order = history.leads["outcome"].to_numpy(), history.leads["order"].to_numpy(np.float64)
    decided = np.flatnonzero((outcome == "won") | (outcome == "lost"))
    if history.about.time_basis == "ordered":
        placed = decided[~np.isnan(order[decided])]
        decided = placed[np.argsort(order[placed], kind="stable")]
        order = order[decided]
    else:
        decided = np.random.default_rng(seed).permutation(decided)
        order = np.arange(len(decided), dtype=np.float64)
    return TrainingRows(
        leads=leads,
        events=events,
        snapshots=SnapshotTable(lead=decided.astype(np.int32), as_of=np.zeros(len(decided), np.int64)),
        labels=(outcome[decided] == "won").astype(np.float64),
        order=order,
        known_at=order,
        decided_at=np.full(len(leads), math.inf),
        n_censored=len(history.leads) - len(decided),
        horizon_days=None,
    )


def _build_dated(
    history: History, leads: LeadTable, events: EventLog, horizon_days: int | None, seed: int
) -> TrainingRows:
    horizon = horizon_days or derive_horizon(history)
    until = to_micros(get_observed_until(history))
    endings = read_endings(history)
    snapshots = _list_snapshots(history, leads, endings, until, seed)
    over = snapshots.as_of + horizon * DAY <= until
    open_then = (snapshots.as_of <= endings.decided_at[snapshots.lead]) & ~endings.is_won_undated[snapshots.lead]
    kept = snapshots.take(np.flatnonzero(over & open_then))
    kept = kept.take(np.argsort(kept.as_of, kind="stable"))
    known_at = kept.as_of + horizon * DAY
    labels = endings.is_won[kept.lead] & (endings.decided_at[kept.lead] < known_at)
    return TrainingRows(
        leads=leads,
        events=events,
        snapshots=kept,
        labels=labels.astype(np.float64),
        order=kept.as_of.astype(np.float64),
        known_at=known_at.astype(np.float64),
        decided_at=endings.decided_at,
        n_censored=int((~over & open_then).sum()),
        horizon_days=horizon,
        notes=tuple(_say_undated(history, endings)),
    )


def _list_snapshots(history: History, leads: LeadTable, endings: Endings, until: int, seed: int) -> SnapshotTable:
    known = np.flatnonzero(leads.created_at != MISSING_TIME)
    at_creation = SnapshotTable(lead=known.astype(np.int32), as_of=leads.created_at[known])
    if not _is_weekly(history, endings):
        return at_creation
    last = np.minimum(endings.decided_at[known], leads.created_at[known] + MAX_AGE_DAYS * DAY)
    last[endings.is_lost_undated[known]] = -math.inf
    phase = np.random.default_rng(seed).integers(1, _WEEK * DAY, len(known))
    first = leads.created_at[known] + phase
    weeks = np.ceil(np.maximum(0.0, np.minimum(last, until) - first) / (_WEEK * DAY)).astype(np.int64)
    week = np.arange(weeks.sum()) - np.repeat(np.cumsum(weeks) - weeks, weeks)
    return SnapshotTable(
        lead=np.concatenate([at_creation.lead, np.repeat(known, weeks).astype(np.int32)]),
        as_of=np.concatenate([at_creation.as_of, np.repeat(first, weeks) + week * _WEEK * DAY]),
    )


def _is_weekly(history: History, endings: Endings) -> bool:
    return history.about.snapshots == "weekly" and endings.undated_share_of_losses <= _FEW_UNDATED_LOSSES


def _say_undated(history: History, endings: Endings) -> Iterator[str]:
    if n_won := int(endings.is_won_undated.sum()):
        yield f"{n_won:,} won leads were left out because nobody wrote down when: the true rate is higher"
    if history.about.snapshots == "weekly" and not _is_weekly(history, endings):
        n_lost = int(endings.is_lost_undated.sum())
        yield f"{n_lost:,} lost leads have no date of loss, so every lead was looked at once, when it was created"
