"""The goal, and what is assumed until it is measured."""

import math
from datetime import date

import pytest

from agreement.calendar.periods import BadPeriod
from agreement.goal import Assumptions, Goal, ImpossibleGoal, comes_from_marketing

YEAR = {"begins": date(2027, 1, 1), "ends": date(2028, 1, 1)}


def test_a_goal_is_marketings_where_nobody_says_otherwise():
    """All revenue comes from marketing's leads unless a share is named."""
    goal = Goal(revenue=1_000_000, **YEAR)
    assert (goal.marketing_share, goal.own_sources) == (1.0, ())


@pytest.mark.parametrize("revenue", [0, 5e-324, -1, 1e13, 1e308, math.nan, math.inf])
def test_a_goal_names_euros(revenue):
    """No revenue, or one beyond all deals, is no goal."""
    with pytest.raises(ImpossibleGoal, match=r"^revenue: "):
        Goal(revenue=revenue, **YEAR)


@pytest.mark.parametrize("share", [-0.1, 1.1, math.nan])
def test_marketing_brings_a_share_of_it(share):
    """A share lies between nothing and all; both ends are allowed."""
    with pytest.raises(ImpossibleGoal, match=r"^marketing_share: "):
        Goal(revenue=1, marketing_share=share, **YEAR)
    assert [Goal(revenue=1, marketing_share=end, **YEAR).marketing_share for end in (0, 1)] == [0, 1]


def test_a_goal_has_a_period():
    """It begins before it ends."""
    with pytest.raises(BadPeriod):
        Goal(revenue=1, begins=date(2027, 1, 1), ends=date(2027, 1, 1))


@pytest.mark.parametrize(
    ("source", "is_marketings"),
    [("webinar", True), ("Outbound ", False), ("outbound", False), (None, True), ("", True), ("out", True)],
)
def test_sources_are_marketings_unless_they_are_named_as_sales_own(source, is_marketings):
    """Case and blanks do not matter; a lead that came from nowhere is marketing's."""
    goal = Goal(revenue=1, own_sources=(" outBound", "fair"), **YEAR)
    assert comes_from_marketing(source, goal) is is_marketings
    assert comes_from_marketing(source, None) is True


def test_nothing_is_assumed_unless_somebody_does():
    """All rates are None; a rate is measured from 30 on, and a stage may take 90 days."""
    usual = Assumptions()
    assert (usual.average_won_value, usual.lead_to_mql, usual.opportunity_to_customer) == (None, None, None)
    assert (usual.least_measured, usual.horizon_days) == (30, 90)


@pytest.mark.parametrize(
    "name", ["visit_to_lead", "lead_to_mql", "mql_to_sql", "sql_to_opportunity", "opportunity_to_customer"]
)
@pytest.mark.parametrize("share", [0.0, 5e-324, 1.01, -1.0, math.nan])
def test_assumed_rates_are_shares_of_which_something_is_left(name, share):
    """A rate of zero needs endlessly many leads: it is refused by its name."""
    with pytest.raises(ImpossibleGoal, match=rf"^{name}: use a share above 0"):
        Assumptions(**{name: share})
    assert getattr(Assumptions(**{name: 1.0}), name) == 1.0


@pytest.mark.parametrize("euros", [0, 5e-324, -5, 1e308, math.nan, math.inf])
def test_an_assumed_deal_is_worth_something(euros):
    """Revenue is divided by it."""
    with pytest.raises(ImpossibleGoal, match=r"^average_won_value: "):
        Assumptions(average_won_value=euros)


@pytest.mark.parametrize(
    "wrong", [{"least_measured": 0}, {"horizon_days": 0}, {"least_measured": 10**7}, {"horizon_days": 2**53}]
)
def test_something_is_measured_within_some_time(wrong):
    """Of nothing, or within no day, nothing can be measured, nor in time that nobody sees the end of."""
    with pytest.raises(ImpossibleGoal, match="use 1 or more"):
        Assumptions(**wrong)
