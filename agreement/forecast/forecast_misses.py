"""Forecast misses: how far earlier forecasts missed, beyond chance, and how wide the next one has to be for it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from agreement.counting.rates import LEVEL
from agreement.funnel.won_values import compute_t_quantile

_USUAL_MISS = 0.25
_USUAL_WEIGHT = 4
_NORMAL = NormalDist().inv_cdf(0.5 + LEVEL / 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """What was forecast at an earlier moment, and what came.

    Attributes
    ----------
    at : int
        The moment, in microseconds since 1970.
    expected, variance : float
        Of the number of wins, if every probability had been right and all leads independent; above 0.
    won : int
        The wins that came.
    """

    at: int
    expected: float
    variance: float
    won: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How uncertain all probabilities are together: a factor on their odds, log-normal with mean 1.

    Attributes
    ----------
    size : float
        The standard deviation of the factor, 0 or more.
    n_windows : float
        How many forecasts that do not overlap it was measured on.
    """

    size: float
    n_windows: float

    def find_factors(self, levels: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the factors at standard normal deviates."""
        sigma = math.sqrt(math.log1p(self.size**2))
        return np.asarray(np.exp(sigma * levels - sigma**2 / 2))


def measure_spread(misses: Sequence[Miss], weeks: float) -> Spread:
    """Measure the common uncertainty on forecasts that looked so many weeks ahead, one a week.

    Chance alone makes ``(won - expected)² / expected²`` as large as ``variance / expected²`` on average; what is
    above it, averaged over all earlier forecasts, is the variance of the common factor (method of moments, as for
    random effects: R. DerSimonian and N. Laird, Controlled Clinical Trials 7, 1986). Forecasts that overlap
    say the same thing several times, so their number counts as the length that they cover over their own length.
    A usual miss of 25 % counts as four forecasts beside them: next month's sales are seldom known better, and few
    past forecasts may all have been lucky. Because the size is itself estimated, it grows by Student's t over the
    normal law.

    Parameters
    ----------
    misses : sequence of Miss
        One for each past week, in the order of time; may be empty.
    weeks : float
        How far they looked ahead, above 0.
    """
    told = [miss for miss in misses if miss.expected > 0]
    n_windows = 1 + (len(told) - 1) / weeks if told else 0.0
    beyond = [((m.won - m.expected) ** 2 - m.variance) / m.expected**2 for m in told]
    measured = max(0.0, float(np.mean(beyond))) if told else 0.0
    pooled = (n_windows * measured + _USUAL_WEIGHT * _USUAL_MISS**2) / (n_windows + _USUAL_WEIGHT)
    wider = compute_t_quantile(math.floor(n_windows + _USUAL_WEIGHT)) / _NORMAL
    return Spread(size=math.sqrt(pooled) * wider, n_windows=n_windows)
