"""Spending: months of costs, and the part that falls into a period."""

import math
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreement.calendar.periods import Period
from agreement.insight.spending import ImpossibleSpending, Spending, compute_costs


@pytest.mark.parametrize(
    "month", ["2026-13", "2026-1", "2026-W07", "2026-11-01/2026-12-01", "1899-12", "", "٢٠٢٦-١١"]
)
def test_only_calendar_months_are_taken(month):
    """Weeks, spans and months that are none are refused."""
    with pytest.raises(ImpossibleSpending, match="month"):
        Spending(channel="web", month=month, euros=1.0)


@pytest.mark.parametrize("euros", [-0.01, math.nan, math.inf, 1e13])
def test_only_euros_are_taken(euros):
    """Nobody spends less than nothing, or more than there is."""
    with pytest.raises(ImpossibleSpending, match="euros"):
        Spending(channel="web", month="2026-11", euros=euros)


def test_a_month_is_shared_by_its_days():
    """Ten of thirty days cost a third; channels without a day in the period are left out."""
    told = [
        Spending(channel="web", month="2026-11", euros=300.0),
        Spending(channel="web", month="2026-12", euros=31.0),
        Spending(channel="fair", month="2026-10", euros=500.0),
    ]
    period = Period(begins=date(2026, 11, 21), ends=date(2026, 12, 3))
    assert compute_costs(told, period) == {"web": pytest.approx(100.0 + 2.0)}


@given(
    st.lists(st.tuples(st.integers(1, 12), st.floats(0, 1e6)), max_size=8),
    st.integers(1, 364),
)
def test_parts_of_a_year_cost_what_the_year_cost(months, day):
    """Wherever a year is cut in two, both parts cost what the whole cost, and the whole what was told."""
    told = [Spending(channel="web", month=f"2026-{month:02d}", euros=euros) for month, euros in months]
    begins, ends = date(2026, 1, 1), date(2027, 1, 1)
    cut = begins + timedelta(days=day)
    parts = [
        compute_costs(told, Period(begins=a, ends=b)).get("web", 0.0)
        for a, b in ((begins, cut), (cut, ends), (begins, ends))
    ]
    assert parts[0] + parts[1] == pytest.approx(parts[2])
    assert parts[2] == pytest.approx(math.fsum(euros for _, euros in months))
