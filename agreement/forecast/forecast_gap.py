"""The gap between a forecast and the goal, and what would close it."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from agreement.calendar.periods import Period
from agreement.counting.rates import Rate
from agreement.funnel.passages import NEVER
from agreement.goal import Assumptions, Goal
from agreement.lives import Life
from agreement.stages import Stage

Origin = Literal["measured", "assumed", "missing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """What is missing, and what would close it.

    Attributes
    ----------
    euros : float
        The goal less what is expected; 0 where more is expected.
    average_value : float or None
        Euros of a won deal.
    sql_wins : Rate
        SQLs of the past that were won within as much time as is left.
    share : float or None
        Of SQLs that come now, won in time: measured, else as assumed; None where neither is known.
    origin : {"measured", "assumed", "missing"}
        Where the share comes from.
    """

    euros: float
    average_value: float | None
    sql_wins: Rate
    share: float | None
    origin: Origin

    @property
    def wins(self) -> int | None:
        """Return how many more deals of average value it takes, None where no value is known."""
        return math.ceil(self.euros / self.average_value) if self.average_value else None

    @property
    def sqls(self) -> int | None:
        """Return how many more SQLs it takes now."""
        return self._divide(self.share)

    @property
    def least_sqls(self) -> int | None:
        """Return how many at the upper end of a measured share."""
        return self._divide(self.sql_wins.high) if self.origin == "measured" else None

    @property
    def most_sqls(self) -> int | None:
        """Return how many at the lower end of a measured share; None where it reaches no win at all."""
        return self._divide(self.sql_wins.low) if self.origin == "measured" else None

    def _divide(self, share: float | None) -> int | None:
        return None if self.wins is None or not share else math.ceil(self.wins / share)


def find_goal_revenue(goal: Goal | None, period: Period) -> float | None:
    """Return the euros of the goal that fall into a period, day by day; None where it has none of them."""
    if goal is None:
        return None
    days = (min(goal.ends, period.ends) - max(goal.begins, period.begins)).days
    return goal.revenue * days / (goal.ends - goal.begins).days if days > 0 else None


def compute_gap(
    lives: Iterable[Life],
    *,
    goal: float,
    expected: float,
    average_value: float | None,
    as_of: int,
    ends_at: int,
    since: int,
    assumed: Assumptions,
) -> Gap:
    """Compute what is missing and what would close it.

    Parameters
    ----------
    lives : iterable of Life
        All leads.
    goal, expected : float
        Euros.
    average_value : float or None
        Euros of a won deal.
    as_of, ends_at : int
        Now and the end of the period, microseconds since 1970.
    since : int
        From when on ends of leads were written down.
    assumed : Assumptions
        What is taken for true where fewer SQLs than it asks for were measured.
    """
    rate = count_sql_wins(lives, as_of=as_of, within=max(0, ends_at - as_of), since=since)
    share, origin = _choose_share(rate, assumed)
    return Gap(
        euros=max(0.0, goal - expected), average_value=average_value, sql_wins=rate, share=share, origin=origin
    )


def count_sql_wins(lives: Iterable[Life], *, as_of: int, within: int, since: int) -> Rate:
    """Count the SQLs that have had some time (microseconds) since they first were, and those won within it."""
    mature = won = 0
    for life in lives:
        begins_at = life.find_reached(Stage.SQL)
        if begins_at is None or not since <= begins_at <= as_of - within:
            continue
        won_at = life.find_reached(Stage.CUSTOMER)
        mature += 1
        won += (NEVER if won_at is None else won_at) <= begins_at + within
    return Rate(count=won, of=mature)


def _choose_share(rate: Rate, assumed: Assumptions) -> tuple[float | None, Origin]:
    if rate.of >= assumed.least_measured:
        return rate.value, "measured"
    steps = (assumed.sql_to_opportunity, assumed.opportunity_to_customer)
    if steps[0] is not None and steps[1] is not None:
        return steps[0] * steps[1], "assumed"
    return (rate.value, "measured") if rate.of else (None, "missing")
