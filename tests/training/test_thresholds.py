"""Thresholds by capacity and their preview."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.times import DAY
from training.snapshots import build_training_rows
from training.thresholds import compute_threshold_table, list_live_snapshots

PROBABILITY = np.array([0.9, 0.2, 0.6, 0.1])
LABELS = np.array([1.0, 0.0, 0.0, 1.0])
LEAD = np.array([0, 0, 1, 2], dtype=np.int32)
AS_OF = np.array([0, 7, 10, 14]) * DAY


def test_the_preview_counts_leads_not_snapshots():
    """Over two weeks two leads reach one half, one of them rightly, and one of two winners is among them."""
    (row,) = compute_threshold_table(PROBABILITY, LABELS, LEAD, AS_OF, [0.5]).to_dict("records")
    assert row == {"threshold": 0.5, "hot_leads_per_week": 1.0, "precision": 0.5, "recall": 0.5}


def test_a_threshold_that_nobody_reaches_has_no_precision():
    """Nothing is divided by zero: precision is missing, recall is none."""
    (row,) = compute_threshold_table(PROBABILITY, LABELS, LEAD, AS_OF, [0.95]).to_dict("records")
    assert np.isnan(row["precision"])
    assert row["recall"] == row["hot_leads_per_week"] == 0.0


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_a_higher_threshold_never_makes_more_leads_hot(probability):
    """Hot leads and recall only fall as the threshold rises."""
    n = len(probability)
    lead, as_of = np.arange(n, dtype=np.int32) // 2, np.arange(n) * DAY
    table = compute_threshold_table(np.array(probability), np.ones(n), lead, as_of, np.linspace(0, 1, 11))
    assert table["hot_leads_per_week"].is_monotonic_decreasing
    assert table["recall"].is_monotonic_decreasing


@pytest.fixture(scope="module")
def rows(history):
    """The rows of the seeded history."""
    return build_training_rows(history, horizon_days=30, seed=0)


def test_live_snapshots_see_open_leads_right_after_their_events(rows):
    """Every moment lies in the window, at or after the lead's creation, and no later than its decision."""
    start, end = int(np.quantile(rows.order, 0.4)), int(np.quantile(rows.order, 0.6))
    live = list_live_snapshots(rows, start, end)
    assert len(live) > (np.array(rows.order >= start) & np.array(rows.order < end)).sum()
    assert ((live.as_of >= start) & (live.as_of < end)).all()
    assert (live.as_of >= rows.leads.created_at[live.lead]).all()
    assert (live.as_of <= rows.decided_at[live.lead]).all()
    seen = set(zip(live.lead.tolist(), live.as_of.tolist(), strict=True))
    events = rows.events
    inside = np.flatnonzero((events.recorded_at >= start) & (events.recorded_at < end - 1))
    moments = np.maximum(events.recorded_at, events.occurred_at + 1)
    for event in inside[:200]:
        lead, moment = int(events.lead[event]), int(moments[event])
        if rows.leads.created_at[lead] <= moment <= rows.decided_at[lead]:
            assert (lead, moment) in seen
