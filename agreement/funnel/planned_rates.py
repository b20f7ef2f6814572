"""Planned rates: what a plan counts with from one stage to the next, and what would be different under a change."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from agreement.counting.rates import Rate
from agreement.funnel.conversions import STEPS
from agreement.funnel.won_values import Origin
from agreement.goal import Assumptions
from agreement.stages import Stage

VISIT = "visit"
"""Somebody on the website whom nobody knows yet: what comes before a lead."""


class ImpossibleWhatIf(ValueError):
    """Nothing can be planned under this change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """What would be different.

    Parameters
    ----------
    close_rate_plus : float
        Percentage points added to the rate from opportunity to customer, in [-100, 100].
    value_plus : float
        Percent added to the average won value, above -100.
    reps_plus : float
        People more, or fewer, who take leads, each with the average capacity of those who do.

    Raises
    ------
    ImpossibleWhatIf
        If a number is out of its range.
    """

    close_rate_plus: float = 0.0
    value_plus: float = 0.0
    reps_plus: float = 0.0

    def __post_init__(self) -> None:
        if not -100 <= self.close_rate_plus <= 100:
            raise ImpossibleWhatIf("close_rate_plus: use -100 to 100 percentage points")
        if not -100 < self.value_plus < np.inf:
            raise ImpossibleWhatIf("value_plus: use more than -100 percent")
        if not -np.inf < self.reps_plus < np.inf:
            raise ImpossibleWhatIf("reps_plus: use a number of people")


AS_IS = WhatIf()


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedRate:
    """A rate of the plan: from one thing to the next, its value, where it comes from, and what was measured."""

    begin: str
    end: str
    value: float | None
    origin: Origin
    measured: Rate


def choose_rate(begin: str, end: str, measured: Rate, assumed: float | None, least_measured: int) -> UsedRate:
    """Choose what a plan counts with: the measured rate where enough was measured, else the assumed one."""
    if measured.of >= least_measured:
        return UsedRate(begin=begin, end=end, value=measured.value, origin="measured", measured=measured)
    origin: Origin = "missing" if assumed is None else "assumed"
    return UsedRate(begin=begin, end=end, value=assumed, origin=origin, measured=measured)


def list_rates(assumed: Assumptions, measured: Mapping[Stage, Rate]) -> tuple[UsedRate, ...]:
    """List the rates of a plan in the order of the way; visits of strangers are never measured.

    Parameters
    ----------
    assumed : Assumptions
        What counts where too few were measured.
    measured : Mapping
        To the next stage, by the stage before.
    """
    visits = choose_rate(VISIT, Stage.LEAD, Rate(count=0, of=0), assumed.visit_to_lead, assumed.least_measured)
    return (
        visits,
        *(
            choose_rate(begin, end, measured[begin], getattr(assumed, f"{begin}_to_{end}"), assumed.least_measured)
            for begin, end in STEPS
        ),
    )


def draw_rate(rate: UsedRate, rng: np.random.Generator, size: int) -> NDArray[np.float64]:
    """Draw rates that history allows, shape (size,): from the posterior of a measured one, else always the same."""
    measured = rate.measured
    drawn = rng.beta(measured.count + 0.5, measured.of - measured.count + 0.5, size)
    return drawn if rate.origin == "measured" else np.full(size, np.nan if rate.value is None else rate.value)


def change_rate(
    rate: UsedRate, drawn: NDArray[np.float64], what_if: WhatIf
) -> tuple[UsedRate, NDArray[np.float64]]:
    """Return a rate and its draws under a change."""
    if rate.value is None or rate.begin != Stage.OPPORTUNITY:
        return rate, drawn
    plus = what_if.close_rate_plus / 100
    value = min(1.0, max(0.0, rate.value + plus))
    changed = replace(rate, value=value)
    return changed, np.clip(drawn + plus, 0.0, 1.0)
