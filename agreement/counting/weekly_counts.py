"""Weekly counts: how many of something a week to come may bring, from the weeks that were."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, variance
from typing import Literal

from agreement.counting.rates import LEVEL

Law = Literal["Poisson", "negative binomial"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyForecast:
    """What one week to come may bring.

    Parameters
    ----------
    mean : float
        Of the weeks that were.
    low, high : int
        The interval of a single week's count.
    law : {"Poisson", "negative binomial"}
        How single weeks scatter: as much as chance makes them, or more.
    """

    mean: float
    low: int
    high: int
    law: Law


def forecast_week(counts: Sequence[int]) -> WeeklyForecast | None:
    """Forecast the count of a single week, None where no week was counted.

    Weeks scatter as a Poisson law says where their variance is at most their mean. The week to come then follows
    its posterior predictive law under the prior of Jeffreys, a negative binomial of shape ``sum + 1/2`` and odds
    ``1 / n`` (A. Gelman et al., Bayesian Data Analysis, 3rd ed., sections 2.6 and 2.8). Where they scatter more,
    its variance is multiplied by variance over mean, and the negative binomial law of that mean and variance is
    taken (method of moments). That variance is known from a few weeks only: where they scatter very much, the
    interval of eight weeks holds the ninth in three of four cases rather than four of five.

    Parameters
    ----------
    counts : sequence of int, shape (n,)
        Of whole weeks, each 0 or more.
    """
    if not counts:
        return None
    mean = fmean(counts)
    spread = variance(counts) / mean if len(counts) > 1 and mean > 0 else 1.0
    expected = (sum(counts) + 0.5) / len(counts)
    # Above 1 in any case: the mean of so few weeks is not known exactly.
    excess = max(1.0, spread) * (1 + 1 / len(counts))
    shape = expected / (excess - 1)
    ends = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)
    low, high = (find_count_quantile(end, shape, 1 / excess) for end in ends)
    return WeeklyForecast(mean=mean, low=low, high=high, law="negative binomial" if spread > 1.0 else "Poisson")


def find_count_quantile(level: float, shape: float, chance: float) -> int:
    """Find the least count that a negative binomial law does not exceed with a probability of `level`."""
    log_part = shape * math.log(chance)
    reached, count = math.exp(log_part), 0
    while reached < level:
        log_part += math.log(shape + count) - math.log(count + 1) + math.log1p(-chance)
        count += 1
        reached += math.exp(log_part)
    return count
