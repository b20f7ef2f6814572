"""Sessions: bursts of events within the life of a lead, recorded as they occur or later."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from hotlead.company import CompanyHistory
from hotlead.company.sessions import Sessions, unfold


def test_no_event_lies_outside_the_life_of_its_lead(history: CompanyHistory) -> None:
    """Events start with the lead and stop before its outcome, so none can betray it."""
    life = history.events.merge(history.leads[["lead_id", "created_at", "closed_at"]], on="lead_id")
    assert (life["occurred_at"] >= life["created_at"]).all()
    assert (life["occurred_at"] < life["closed_at"])[life["closed_at"].notna()].all()


def test_events_are_recorded_as_they_occur_or_later(history: CompanyHistory) -> None:
    """Most events are recorded within seconds, some hours later, none before they occur."""
    lag = history.events["recorded_at"] - history.events["occurred_at"]
    assert (lag >= pd.Timedelta(0)).all()
    assert (lag == pd.Timedelta(0)).mean() > 0.2
    assert 0.01 < (lag > pd.Timedelta(hours=1)).mean() < 0.10


def test_events_come_in_bursts(history: CompanyHistory) -> None:
    """Most events of a lead follow the one before within minutes, although days lie between sessions."""
    gaps = history.events.groupby("lead_id")["occurred_at"].diff().dropna()
    assert (gaps < pd.Timedelta(minutes=20)).mean() > 0.5
    assert (gaps > pd.Timedelta(days=1)).mean() > 0.1


@given(st.lists(st.lists(st.integers(0, 3), min_size=10, max_size=10), min_size=1, max_size=8), st.integers(0, 99))
@settings(max_examples=50, deadline=None)
def test_sessions_unfold_into_all_their_events(counts: list[list[int]], seed: int) -> None:
    """Each counted event appears once, not before its session starts nor after it is recorded."""
    size = len(counts)
    sessions = Sessions(lead=np.arange(size), start=np.arange(size) * 10**9, counts=np.array(counts))
    events = unfold(np.random.default_rng(seed), sessions)
    assert len(events) == np.sum(counts)
    assert (events["occurred"] >= events["lead"] * 10**9).all()
    assert (events["recorded"] >= events["occurred"]).all()
    assert events["occurred"].is_monotonic_increasing
