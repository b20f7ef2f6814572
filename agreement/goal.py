"""The goal: the revenue that marketing and sales signed for, and what is assumed until it is measured."""

import math
from dataclasses import dataclass
from datetime import date

from agreement.periods import Period


class ImpossibleGoal(ValueError):
    """Nobody could reach this goal, or tell whether it was reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """The revenue to be won within a period.

    Parameters
    ----------
    revenue : float
        Euros, above 0.
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
        if not 0 < self.revenue < math.inf:
            raise ImpossibleGoal("revenue: name the euros to be won, more than 0")
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
        Euros of a won deal, above 0.
    visit_to_lead, lead_to_mql, mql_to_sql, sql_to_opportunity, opportunity_to_customer : float or None
        Shares in (0, 1] of those at one stage that reach the next.
    least_measured : int
        From so many on, a measured rate takes the place of an assumed one; at least 1.
    horizon_days : int
        How long a lead may take from one stage to the next and still counts; at least 1.

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
        if self.average_won_value is not None and not 0 < self.average_won_value < math.inf:
            raise ImpossibleGoal("average_won_value: name euros, more than 0")
        for name in ("visit_to_lead", "lead_to_mql", "mql_to_sql", "sql_to_opportunity", "opportunity_to_customer"):
            share = getattr(self, name)
            if share is not None and not 0 < share <= 1:
                raise ImpossibleGoal(f"{name}: use a share above 0, and at most 1")
        if self.least_measured < 1 or self.horizon_days < 1:
            raise ImpossibleGoal("least_measured and horizon_days: use 1 or more")
