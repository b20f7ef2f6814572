"""Spending: one figure a channel and month, and a return that differs as in life."""

import pandas as pd

from hotlead.company import WON, CompanyHistory
from hotlead.company.arrivals import SOURCES
from hotlead.company.seasons import DAY
from hotlead.company.spending import draw_spending


def test_every_channel_has_a_figure_for_every_month(history: CompanyHistory) -> None:
    """Thirteen calendar months, the first and the last cut short; letters cost something too."""
    spending = history.spending
    assert len(spending) == 13 * (len(SOURCES) + 1)
    assert not spending.duplicated(["channel", "month"]).any()
    assert (spending["euros"] >= 0).all()
    search = spending.query("channel == 'organic search'").set_index("month")["euros"]
    assert search["2026-11"] < 0.2 * search["2026-10"]


def test_money_comes_back_unevenly(history: CompanyHistory) -> None:
    """Referrals cost nothing; webinars bring back far more than search words and fairs."""
    spent = history.spending.groupby("channel")["euros"].sum()
    won = history.leads[history.leads["status"].isin(WON)].groupby("source")["value"].sum()
    returned = (won - spent) / spent
    assert spent["referral"] == 0
    assert returned["webinar"] > 3 * returned["paid search"]
    assert returned["fair"] < returned["content"]


def test_a_company_twice_the_size_spends_twice_as_much() -> None:
    """Spending grows with the leads it brings."""
    small, large = (draw_spending(begin=0, end=90 * DAY, leads_a_year=n, seed=1) for n in (6_000, 12_000))
    pd.testing.assert_series_equal(2 * small["euros"], large["euros"], check_exact=False, atol=2.0)
