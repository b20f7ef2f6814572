"""Run rates: where a count ends if it goes on as it came so far."""

import math
from dataclasses import dataclass

import numpy as np

from agreement.rates import LEVEL

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
    low, high = _find_bounds(count + 0.5, elapsed)
    return Outlook(expected=count / elapsed, low=count + low, high=count + high)


def _find_bounds(shape: float, share: float) -> tuple[int, int]:
    """Return the two quantiles of a negative binomial between which `LEVEL` of it lies."""
    mean, spread = shape * (1 - share) / share, math.sqrt(shape * (1 - share)) / share
    numbers = np.arange(int(mean + 12 * spread) + 50, dtype=np.float64)
    # In logarithms: the first probability of a large count is below what a float holds.
    ratios = np.log((numbers + shape) / (numbers + 1) * (1 - share))
    logs = shape * math.log(share) + np.concatenate(([0.0], np.cumsum(ratios)))
    below = np.cumsum(np.exp(logs))
    outside = (1 - LEVEL) / 2
    low, high = np.searchsorted(below, (outside, 1 - outside))
    return int(low), int(high)
