"""Taking: how many leads the people who take them can answer, and what the plan asks of them."""

from collections.abc import Iterable
from dataclasses import dataclass

from agreement.funnel.planned_rates import AS_IS, WhatIf
from agreement.funnel.planning import Amount, SidePlan
from agreement.people import Person
from agreement.stages import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class TakingCapacity:
    """What people can answer in a week, without holidays.

    Parameters
    ----------
    takers : float
        People who are active and take leads.
    untold : int
        Those among them of whom nobody said how many they can answer; they count with none.
    per_taker, per_week : float or None
        Leads that one of them answers in a week on average, and all of them; None where nobody said it of anybody.
    """

    takers: float
    untold: int
    per_taker: float | None
    per_week: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """What the plan asks of those who take leads.

    Parameters
    ----------
    capacity : TakingCapacity
        What they can answer.
    needed_per_week : float or None
        Leads to be handed over in each week that is left, of all sides.
    takers_needed : float or None
        People that this takes, each with the average capacity.
    reachable : Amount or None
        Euros that can still be won where as many leads are handed over as can be answered, if all of them are
        marketing's; as wide as the plan's own figures.
    """

    capacity: TakingCapacity
    needed_per_week: float | None
    takers_needed: float | None
    reachable: Amount | None


def compute_capacity(people: Iterable[Person], what_if: WhatIf = AS_IS) -> TakingCapacity:
    """Compute how many leads can be answered in a week.

    Parameters
    ----------
    people : iterable of Person
        Everybody; who is inactive or takes no leads is left out.
    what_if : WhatIf
        Its `reps_plus` have the average capacity of those of whom it was told.
    """
    takers = [person for person in people if person.is_active and person.takes_leads]
    told = [person.capacity_per_week for person in takers if person.capacity_per_week is not None]
    mean = sum(told) / len(told) if told else None
    count = max(0.0, len(takers) + what_if.reps_plus)
    per_week = None if mean is None else max(0.0, sum(told) + what_if.reps_plus * mean)
    return TakingCapacity(takers=count, untold=len(takers) - len(told), per_taker=mean, per_week=per_week)


def compute_workload(plans: Iterable[SidePlan], capacity: TakingCapacity, weeks_left: float) -> Workload:
    """Compute what a plan asks of those who take leads: each SQL is a lead that one of them answers.

    Parameters
    ----------
    plans : iterable of SidePlan
        Marketing's first, as `plan_backwards` gives them.
    capacity : TakingCapacity
        What they can answer.
    weeks_left : float
        0 or more.
    """
    sides = list(plans)
    weekly = [plan.needs[Stage.SQL].per_week for plan in sides]
    known = [need.value for need in weekly if need is not None]
    needed = sum(known) if known and len(known) == len(weekly) else None
    return Workload(
        capacity=capacity,
        needed_per_week=needed,
        takers_needed=None if needed is None or not capacity.per_taker else needed / capacity.per_taker,
        reachable=_reach(sides[0], capacity, weeks_left) if sides else None,
    )


def _reach(plan: SidePlan, capacity: TakingCapacity, weeks_left: float) -> Amount | None:
    needed = plan.needs[Stage.SQL].total
    if needed is None or capacity.per_week is None:
        return None
    euros = capacity.per_week * weeks_left * plan.revenue
    # More SQLs a euro are fewer euros: the ends change places.
    low, high = (None if end is None else euros / end for end in (needed.high, needed.low))
    return Amount(value=euros / needed.value, low=low, high=high)
