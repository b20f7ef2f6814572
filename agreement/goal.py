"""The goal: the revenue that marketing and sales signed for, and what is assumed until it is measured."""

from dataclasses import dataclass
from datetime import date

from agreement.calendar.periods import Period
from agreement.insight.spending import MOST_EUROS

LEAST_EUROS = 0.01
LEAST_SHARE = 1e-6
"""A goal is divided by what a deal brings and by the shares on the way: with less, no float holds the leads."""
MOST_DAYS = 3_650
MOST_MEASURED = 1_000_000


class ImpossibleGoal(ValueError):
    """Nobody could reach this goal, or tell whether it was reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """The revenue to be won within a period.

    Parameters
    ----------
    revenue : float
        Euros, from `LEAST_EUROS` to `agreement.insight.spending.MOST_EUROS`.
    begins, ends : datetime.date
        The first day, and the day after the last.
    marketing_share : float
        The share of the revenue that comes from marketing's leads, in [0, 1]; the rest is sales' own prospecting.
    own_sources : tuple of str
        The sources that are sales' own prospecting; all others are marketing's.

    Raises
    ------
    ImpossibleGoal
        If the revenue or the share is out of its range.
    BadPeriod
        If the period does not begin before it ends.
    """

    revenue: float
    begins: date
    ends: date
    marketing_share: float = 1.0
    own_sources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not LEAST_EUROS <= self.revenue <= MOST_EUROS:
            raise ImpossibleGoal(f"revenue: name the euros to be won, from {LEAST_EUROS} to {MOST_EUROS:,.0f}")
        if not 0 <= self.marketing_share <= 1:
            raise ImpossibleGoal("marketing_share: use a share from 0 to 1")
        Period(begins=self.begins, ends=self.ends)


def comes_from_marketing(source: str | None, goal: Goal | None) -> bool:
    """Tell whether a source is marketing's; leads without one are, and all are where there is no goal."""
    if source is None or goal is None:
        return True
    return source.casefold().strip() not in {own.casefold().strip() for own in goal.own_sources}


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What is taken for true where history is too short to measure it; None where nobody assumed anything.

    Parameters
    ----------
    average_won_value : float or None
        Euros of a won deal, in the range of a goal's revenue.
    visit_to_lead, lead_to_mql, mql_to_sql, sql_to_opportunity, opportunity_to_customer : float or None
        Shares, from `LEAST_SHARE` to 1, of those at one stage that reach the next.
    least_measured : int
        From so many on, a measured rate takes the place of an assumed one; 1 to `MOST_MEASURED`.
    horizon_days : int
        How long a lead may take from one stage to the next and still counts; 1 to `MOST_DAYS`.

    Raises
    ------
    ImpossibleGoal
        If a number is out of its range.
    """

    average_won_value: float | None = None
    visit_to_lead: float | None = None
    lead_to_mql: float | None = None
    mql_to_sql: float | None = None
    sql_to_opportunity: float | None = None
    opportunity_to_customer: float | None = None
    least_measured: int = 30
    horizon_days: int = 90

    def __post_init__(self) -> None:
        if self.average_won_value is not None and not LEAST_EUROS <= self.average_won_value <= MOST_EUROS:
            raise ImpossibleGoal(f"average_won_value: name euros, from {LEAST_EUROS} to {MOST_EUROS:,.0f}")
        for name in ("visit_to_lead", "lead_to_mql", "mql_to_sql", "sql_to_opportunity", "opportunity_to_customer"):
            share = getattr(self, name)
            if share is not None and not LEAST_SHARE <= share <= 1:
                raise ImpossibleGoal(f"{name}: use a share above 0, from a millionth to 1")
        if not 1 <= self.least_measured <= MOST_MEASURED or not 1 <= self.horizon_days <= MOST_DAYS:
            raise ImpossibleGoal(
                f"least_measured and horizon_days: use 1 or more, at most {MOST_MEASURED:,} and {MOST_DAYS:,}"
            )
