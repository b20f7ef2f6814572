"""Run rates: where a count ends if it goes on as it came so far."""

from dataclasses import dataclass

from agreement.counting.rates import LEVEL
from agreement.counting.weekly_counts import find_count_quantile

LEAST_ELAPSED = 0.01
"""The share of a period that must have passed before anything is said of its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """A count at the end of its period: as expected, and between which two it lies with `LEVEL`."""

    expected: float
    low: int
    high: int


def find_outlook(count: int, elapsed: float) -> Outlook | None:
    """Find where a count ends; None where less than `LEAST_ELAPSED` has passed.

    Parameters
    ----------
    count : int
        How many there were so far, 0 or more.
    elapsed : float
        The share of the period that has passed, in [0, 1].

    Notes
    -----
    Arrivals are Poisson with an unknown rate. With Jeffreys' prior the rate has a gamma distribution once `count`
    came, and what is still to come is negative binomial with ``count + 1/2`` and `elapsed`; see K. Krishnamoorthy
    and J. Peng, "Improved closed-form prediction intervals for binomial and Poisson distributions" (2011).
    """
    if elapsed < LEAST_ELAPSED:
        return None
    if elapsed >= 1:
        return Outlook(expected=float(count), low=count, high=count)
    low, high = (find_count_quantile(end, count + 0.5, elapsed) for end in ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return Outlook(expected=count / elapsed, low=count + low, high=count + high)
