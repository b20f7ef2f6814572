"""The days after the history: open leads go on, new ones join, and the history stays as it is."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from hotlead.company import LOST, OPEN, WON, CompanyHistory, LiveDays, generate_history, generate_live
from hotlead.company.live import NoDays, StartsTooEarly
from tests.hotlead.company.past import UNTIL


def test_live_events_follow_the_start_in_the_order_of_recording(history: CompanyHistory, live: LiveDays) -> None:
    """Live events occur within the asked days, come in replay order, and carry new numbers."""
    assert live.events["occurred_at"].between(UNTIL, UNTIL + timedelta(days=14), inclusive="left").all()
    assert live.events["recorded_at"].is_monotonic_increasing
    assert not live.events["event_id"].isin(history.events["event_id"]).any()
    assert list(live.events.columns) == list(history.events.columns)


def test_live_events_touch_open_and_new_leads_only(history: CompanyHistory, live: LiveDays) -> None:
    """Closed leads stay silent; open ones go on, and new ones, which are known as created, join in."""
    still_open = history.leads.loc[history.leads["status"].isin(OPEN), "lead_id"]
    of_old = live.events["lead_id"].isin(still_open)
    assert (of_old | live.events["lead_id"].isin(live.leads["lead_id"])).all()
    assert of_old.mean() > 0.5
    assert live.leads["status"].eq(OPEN[0]).all()
    assert live.leads["closed_at"].isna().all()
    assert list(live.leads.columns) == list(history.leads.columns)
    accounts = pd.concat([history.accounts, live.accounts])["account_id"]
    assert accounts.is_unique
    assert live.leads["account_id"].dropna().isin(accounts).all()


def test_live_leads_close_and_then_fall_silent(live: LiveDays) -> None:
    """Some leads are won or lost in the live days, and no event occurs after that."""
    assert live.closings["status"].isin(WON).any()
    assert live.closings["status"].isin(LOST).any()
    assert live.closings["closed_at"].between(UNTIL, UNTIL + timedelta(days=14)).all()
    life = live.events.merge(live.closings[["lead_id", "closed_at"]], on="lead_id")
    assert (life["occurred_at"] < life["closed_at"]).all()


def test_some_cold_leads_turn_hot_in_the_live_days(history: CompanyHistory, live: LiveDays) -> None:
    """Several open leads that had left no trace for two weeks come back and look at prices or ask for a demo."""
    recent = history.events[history.events["occurred_at"] >= UNTIL - timedelta(days=14)]
    keen = live.events[live.events["type"].isin(["pricing_visit", "demo_requested"])]
    counts = keen["lead_id"][keen["lead_id"].isin(history.leads["lead_id"])].value_counts()
    woken = counts[(counts >= 2) & ~counts.index.isin(recent["lead_id"])]
    assert len(woken) >= 3


def test_live_days_may_start_later_and_without_new_leads(history: CompanyHistory) -> None:
    """The world stands still until the start, and new leads can be left out."""
    start = UNTIL + timedelta(days=40)
    later = generate_live(history=history, start=start, days=2, new_leads=0)
    assert len(later.leads) == len(later.accounts) == 0
    assert later.events["occurred_at"].min() >= start


def test_generating_live_days_leaves_the_history_alone() -> None:
    """The history's hidden state is the same before and after."""
    history = generate_history(until=UNTIL, leads=80)
    before = history.world.pulse.interest.copy(), history.leads.copy()
    generate_live(history=history, start=UNTIL)
    np.testing.assert_array_equal(before[0], history.world.pulse.interest)
    pd.testing.assert_frame_equal(before[1], history.leads)


def test_live_days_before_the_end_of_the_history_are_refused(history: CompanyHistory) -> None:
    """The future cannot start in the past, nor last no day at all."""
    with pytest.raises(StartsTooEarly):
        generate_live(history=history, start=UNTIL - timedelta(seconds=1))
    with pytest.raises(NoDays):
        generate_live(history=history, start=UNTIL, days=0)


@pytest.mark.parametrize(("leads", "months"), [(1, 1), (7, 3)])
def test_tiny_companies_live_too(leads: int, months: int) -> None:
    """Even one lead in one month gives tables, and days after them."""
    history = generate_history(until=UNTIL, months=months, leads=leads)
    assert len(history.leads) == leads
    assert len(generate_live(history=history, start=UNTIL, days=1, new_leads=1).leads) == 1
