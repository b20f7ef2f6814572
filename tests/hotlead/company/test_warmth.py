"""Warmth: the same as adding up by hand, event after event."""

import math

import pandas as pd
import pytest

from hotlead.company import CompanyHistory
from hotlead.company.hazards import TRUTH
from hotlead.company.journeys import FADE
from hotlead.company.warmth import compute_warmth

_BEGIN = pd.Timestamp("2026-03-02T09:00Z")


def test_warmth_adds_up_what_a_lead_did_and_fades() -> None:
    """Two days after a visit and a look at prices both have faded, and a new demo counts whole."""
    moments = [_BEGIN, _BEGIN + pd.Timedelta(minutes=1), _BEGIN + pd.Timedelta(days=2)]
    events = pd.DataFrame(
        {
            "lead_id": "a",
            "type": ["page_visit", "pricing_visit", "demo_requested"],
            "occurred_at": pd.Series(moments).astype("datetime64[us, UTC]"),
        }
    )
    warmth = compute_warmth(events, pd.DataFrame({"lead_id": ["a"], "appetite": [0.5]}))["warmth"]
    own = TRUTH.appetite * 0.5
    left = FADE**2
    assert warmth[0] == pytest.approx(own + TRUTH.visits * math.log(2))
    later = FADE ** (2 - 1 / 1440)
    assert warmth[2] == pytest.approx(
        own + TRUTH.visits * math.log1p(left) + TRUTH.pricing * math.log1p(later) + TRUTH.demos
    )


def test_pages_of_one_sitting_are_one_visit() -> None:
    """Two pages within half an hour warm no more than one, two an hour apart do."""
    events = pd.DataFrame({"lead_id": ["a", "a", "b", "b"], "type": "page_visit"})
    minutes = pd.to_timedelta([0, 10, 0, 60], unit="min")
    events["occurred_at"] = pd.Series(_BEGIN + minutes).astype("datetime64[us, UTC]")
    warmth = compute_warmth(events, pd.DataFrame({"lead_id": ["a", "b"], "appetite": 0.0}))["warmth"]
    assert warmth[1] <= warmth[0] < warmth[3]


def test_who_is_won_was_warm(history: CompanyHistory) -> None:
    """The warmest moment of the won lies above that of nearly all others."""
    known = history.leads[["lead_id"]].assign(appetite=history.world.crowd.appetite)
    most = compute_warmth(history.events, known).groupby("lead_id")["warmth"].max().reindex(known["lead_id"])
    won = history.leads.query("status == 'Closed Won'")["lead_id"]
    assert most[won].median() > most.drop(won).quantile(0.9)
