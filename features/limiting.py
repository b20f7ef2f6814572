"""Limiting: how many events of one type and one day count, so that no robot makes a lead hot by clicking."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.ordering import find_crowded
from features.tables import UNKNOWN, EventLog
from features.times import DAY, MISSING_TIME
from features.walking import plain


def limit_events(events: EventLog, most_per_day: int | None) -> EventLog:
    """Return the events without those that are one too many of their lead, type and day.

    A day is one of UTC, by when an event occurred. Of too many the first to be known count, so that what a snapshot
    reads is the same whatever becomes known after it. Events of no lead are counted by their account.

    Parameters
    ----------
    events
        In any order.
    most_per_day
        1 or more; None for all.

    Returns
    -------
    EventLog
        The log itself where nothing is too many, which costs one count of the events of each lead.
    """
    if most_per_day is None or len(events) <= most_per_day:
        return events
    suspects = find_crowded(plain(events.lead), plain(events.account), most_per_day)
    suspects = suspects[events.occurred_at[suspects] != MISSING_TIME]
    if len(suspects) <= most_per_day:
        return events
    surplus = suspects[_rank_by_knowledge(events, suspects) >= most_per_day]
    return _drop(events, surplus) if len(surplus) else events


def _rank_by_knowledge(events: EventLog, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return shape (len(rows),): how many events of the same lead, type and day count before each does."""
    lead, account = events.lead[rows].astype(np.int64), events.account[rows].astype(np.int64)
    occurred = events.occurred_at[rows]
    # An event counts for every snapshot from this moment on.
    counts_from = np.maximum(occurred + 1, events.recorded_at[rows])
    account = np.where(lead == UNKNOWN, account, UNKNOWN)
    group = (lead, account, events.type[rows].astype(np.int64), occurred // DAY)
    ties = [_order_amounts(amounts[rows]) for amounts in events.properties]
    order = np.lexsort((*ties[::-1], occurred, counts_from, *group[::-1]))
    begins = np.ones(len(rows), dtype=bool)
    begins[1:] = np.logical_or.reduce([np.diff(part[order]) != 0 for part in group])
    places = np.arange(len(rows))
    first = np.maximum.accumulate(np.where(begins, places, 0))
    ranks = np.empty(len(rows), dtype=np.int64)
    ranks[order] = places - first
    return ranks


def _order_amounts(amounts: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.isnan(amounts), -np.inf, amounts)


def _drop(events: EventLog, rows: NDArray[np.int64]) -> EventLog:
    kept = np.ones(len(events), dtype=bool)
    kept[rows] = False
    columns: dict[str, Any] = {
        name: getattr(events, name)[kept] for name in ("lead", "account", "type", "occurred_at", "recorded_at")
    }
    properties = events.properties[:, kept] if len(events.property_names) else events.properties
    return replace(events, **columns, properties=properties)
