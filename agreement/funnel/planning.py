"""Planning: from the revenue that is wanted backwards to the deals, leads and visits that it takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from agreement.calendar.periods import WEEK_DAYS, Period
from agreement.calendar.zones import DAY_MICROS
from agreement.counting.rates import LEVEL
from agreement.funnel.measuring import TrackRecord
from agreement.funnel.passages import FUNNEL
from agreement.funnel.planned_rates import AS_IS, VISIT, UsedRate, WhatIf, change_rate, draw_rate, list_rates
from agreement.funnel.won_values import AverageValue, compute_average_value
from agreement.goal import Assumptions, Goal
from agreement.stages import Stage

WAY = (VISIT, *FUNNEL)
"""What a plan counts, from the first visit of a website to the customer."""

N_DRAWS = 10_000
# A rate drawn as 0 would need endless leads; one in a billion already needs more than there are.
_LEAST_RATE = 1e-9
_QUANTILES = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)


class Side(StrEnum):
    """Who brings the leads: marketing, or sales by its own prospecting."""

    MARKETING = "marketing"
    SALES = "sales"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A number with its interval; the ends are None where nothing was measured that could vary."""

    value: float
    low: float | None = None
    high: float | None = None

    def times(self, factor: float) -> "Amount":
        """Return so many times the amount; `factor` is 0 or more."""
        low, high = (None if end is None else end * factor for end in (self.low, self.high))
        return Amount(value=self.value * factor, low=low, high=high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """How many of something the goal takes.

    Parameters
    ----------
    what : str
        "visit", or a stage of the funnel.
    total, left, per_week : Amount or None
        For the whole goal, for what is still to be won, and that in each week that is left; None where a rate or
        the average value is missing, and the last too where no time is left.
    """

    what: str
    total: Amount | None
    left: Amount | None
    per_week: Amount | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SidePlan:
    """The plan of one side.

    Parameters
    ----------
    side : Side
        Whose.
    revenue, won, left : float
        Euros: its part of the goal, what it has won of it, and what is still to be won, 0 or more.
    average_value : AverageValue
        Of a deal.
    rates : tuple of UsedRate
        From visits to customers.
    needs : Mapping
        By what is needed.
    missing : tuple of str
        Sentences: what hinders the plan.
    """

    side: Side
    revenue: float
    won: float
    left: float
    average_value: AverageValue
    rates: tuple[UsedRate, ...]
    needs: Mapping[str, Need]
    missing: tuple[str, ...]


def compute_weeks_left(period: Period, as_of: int) -> float:
    """Return how many weeks of a period lie after an instant; a day is a seventh of one."""
    left = period.ends_at - max(as_of, period.begins_at)
    return max(0.0, left / (WEEK_DAYS * DAY_MICROS))


def plan_backwards(
    goal: Goal,
    assumed: Assumptions,
    records: Mapping[Side, TrackRecord],
    *,
    weeks_left: float,
    rng: np.random.Generator,
    what_if: WhatIf = AS_IS,
) -> tuple[SidePlan, ...]:
    """Plan backwards from the goal: customers, opportunities, SQLs, MQLs, leads and visits.

    Customers are the revenue divided by the average value; each stage before is the next one divided by the rate
    between them. A rate is the measured one where `assumed.least_measured` leads or more were measured, else the
    assumed one, else missing: then nothing is said of the stages before. A measured rate of 0 hinders as well.

    Intervals hold what the goal takes in `LEVEL` of the draws of a simulation: rates from their posteriors under
    the prior of Jeffreys, Beta(count + 1/2, of - count + 1/2) (L. Brown, T. Cai, A. DasGupta, Statistical Science
    16, 2001, section 4.3), the average value as in `AverageValue.draw`. Assumed figures do not vary. Intervals
    speak of how well the rates are known, not of the luck of a single period. They are widened to hold the plan's
    own number, which lies outside only at rates near 1.

    Parameters
    ----------
    goal : Goal
        Euros, period, and marketing's share.
    assumed : Assumptions
        What counts where history is too short.
    records : Mapping
        Of each side that has a part in the goal.
    weeks_left : float
        Of the goal's period, 0 or more.
    rng : numpy.random.Generator
        The same state gives the same plan; draws do not depend on `what_if`, so two plans can be compared.
    what_if : WhatIf
        What would be different.

    Returns
    -------
    tuple of SidePlan
        Marketing's first; a side without a part in the goal has no plan.
    """
    shares = {Side.MARKETING: goal.marketing_share, Side.SALES: 1 - goal.marketing_share}
    return tuple(
        _plan_side(side, goal.revenue * share, assumed, records[side], weeks_left, rng, what_if)
        for side, share in shares.items()
        if share > 0
    )


def _plan_side(
    side: Side,
    revenue: float,
    assumed: Assumptions,
    record: TrackRecord,
    weeks_left: float,
    rng: np.random.Generator,
    what_if: WhatIf,
) -> SidePlan:
    usual = compute_average_value(
        record.won_values, assumed=assumed.average_won_value, least_measured=assumed.least_measured
    )
    measured = {stage.stage: stage.conversion.rate for stage in record.funnel.stages if stage.conversion}
    used = list_rates(assumed, measured)
    # All is drawn before anything is changed: the same state of `rng` gives the same draws under every change.
    value, values = _change_value(usual, rng, what_if)
    rates = [change_rate(rate, draw_rate(rate, rng, N_DRAWS), what_if) for rate in used]
    won = record.won_euros + record.won_unvalued * (usual.euros or 0.0)
    left = max(0.0, revenue - won)
    per_euro = _chain(value, values, rates)
    return SidePlan(
        side=side,
        revenue=revenue,
        won=won,
        left=left,
        average_value=value,
        rates=tuple(rate for rate, _ in rates),
        needs={what: _need(what, per_euro[what], revenue, left, weeks_left) for what in WAY},
        missing=_list_missing(side, value, [rate for rate, _ in rates], assumed.least_measured),
    )


def _change_value(
    usual: AverageValue, rng: np.random.Generator, what_if: WhatIf
) -> tuple[AverageValue, NDArray[np.float64]]:
    factor = 1 + what_if.value_plus / 100
    if usual.euros is None:
        return usual, np.full(N_DRAWS, np.nan)
    values = usual.draw(rng, N_DRAWS) * factor
    euros = usual.euros * factor
    return AverageValue(euros=euros, n=usual.n, error=usual.error, origin=usual.origin), values


def _chain(
    value: AverageValue,
    values: NDArray[np.float64],
    rates: "list[tuple[UsedRate, NDArray[np.float64]]]",
) -> dict[str, Amount | None]:
    """Compute how many of each the goal takes for one euro, from customers backwards."""
    point = None if value.euros is None else 1 / value.euros
    draws, varies = 1 / values, value.origin == "measured" and value.n > 1
    chained: dict[str, Amount | None] = {Stage.CUSTOMER: _span(point, draws, varies)}
    for rate, drawn in reversed(rates):
        point = None if point is None or not rate.value else point / rate.value
        draws = draws / np.maximum(drawn, _LEAST_RATE)
        varies = varies or rate.origin == "measured"
        chained[rate.begin] = _span(point, draws, varies)
    return chained


def _span(point: float | None, draws: NDArray[np.float64], varies: bool) -> Amount | None:
    if point is None or not varies:
        return None if point is None else Amount(value=point)
    low, high = (float(end) for end in np.quantile(draws, _QUANTILES))
    return Amount(value=point, low=min(low, point), high=max(high, point))


def _need(what: str, per_euro: Amount | None, revenue: float, left: float, weeks_left: float) -> Need:
    if per_euro is None:
        return Need(what=what, total=None, left=None, per_week=None)
    per_week = per_euro.times(left / weeks_left) if weeks_left > 0 else None
    return Need(what=what, total=per_euro.times(revenue), left=per_euro.times(left), per_week=per_week)


def _list_missing(side: Side, value: AverageValue, rates: list[UsedRate], least: int) -> tuple[str, ...]:
    said = []
    if value.euros is None:
        said.append(
            f"The average won value of {side}'s deals: {value.n} measured, fewer than {least}, none assumed"
        )
    for rate in rates:
        name = f"{rate.begin} to {rate.end} of {side}'s leads"
        if rate.begin == VISIT:
            if rate.value is None:
                said.append("Visits are not counted: strangers are not followed, and no visit_to_lead is assumed")
        elif rate.value is None:
            said.append(f"The rate from {name}: {rate.measured.of} measured, fewer than {least}, none assumed")
        elif rate.value == 0:
            said.append(
                f"The rate from {name} is 0 ({rate.measured.count} of {rate.measured.of}): no number is enough"
            )
    return tuple(said)
