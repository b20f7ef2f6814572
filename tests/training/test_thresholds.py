"""Thresholds by capacity and their preview."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.snapshots import build_training_rows
from training.thresholds import choose_thresholds_by_capacity, list_live_snapshots


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


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.floats(0.001, 0.999)), min_size=1, max_size=40),
    st.floats(0, 12),
    st.floats(0.1, 8),
)
def test_no_more_leads_come_as_high_as_hot_than_can_be_answered(seen, hot_per_week, weeks):
    """However often each was looked at, it counts once, by how high it came; a week begun counts as whole."""
    lead, probability = np.array([who for who, _ in seen], np.int32), np.array([p for _, p in seen])
    chosen = choose_thresholds_by_capacity(
        probability, lead, weeks=weeks, hot_per_week=hot_per_week, warm_share=0.2
    )
    n_hot = len(np.unique(lead[probability >= chosen.hot]))
    assert chosen.warm <= chosen.hot
    assert n_hot <= hot_per_week * max(weeks, 1.0) + 1e-9
