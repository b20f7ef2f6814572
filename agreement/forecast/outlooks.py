"""Outlooks: what is forecast at one moment for the weeks ahead, and what came of the forecasts of the past."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agreement.counting.poisson_binomial import compute_count_distribution, find_quantile
from agreement.counting.rates import LEVEL
from agreement.forecast.revenue_draws import Draws, Prospects
from agreement.forecast.tracks import Standing
from agreement.forecast.win_chances import Window

Floats = NDArray[np.float64]

LEVELS = ((1 - LEVEL) / 2, (1 + LEVEL) / 2)
"""The quantiles between which an interval of ours lies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What is forecast at one moment for one window.

    Attributes
    ----------
    at : int
        The moment, in microseconds since 1970.
    window : Window
        The weeks ahead that it speaks of.
    standing : Standing
        The leads that were open.
    prospects : Prospects
        Their chances and values, and what comes beside them.
    chances : ndarray of float64, shape (n,)
        Of each open lead, the common factor averaged out.
    euros : ndarray of float64, shape (n,)
        What each brings if it is won; NaN where nobody can say.
    draws : Draws
        What may come.
    scored : int
        How many of the leads have a model's probability.
    measured_weeks : int
        So many weeks ahead were ever seen.
    """

    at: int
    window: Window
    standing: Standing
    prospects: Prospects
    chances: Floats
    euros: Floats
    draws: Draws
    scored: int
    measured_weeks: int

    @property
    def wins(self) -> float:
        """Return the wins to expect."""
        return float(self.chances.sum() + self.prospects.arrivals)

    @property
    def expected(self) -> Floats:
        """Return the euros to expect of each open lead, shape (n,); NaN where nobody can say."""
        return np.where(self.chances > 0, self.chances * self.euros, 0.0)

    @property
    def revenue(self) -> float | None:
        """Return the euros to expect, None where values are missing."""
        arriving = self.prospects.arrivals * (self.prospects.values.average.euros or 0.0)
        expected = float(self.expected.sum() + arriving)
        is_known = not np.isnan(self.draws.euros).any()
        return expected if is_known and math.isfinite(expected) else None

    def find_wins(self, level: float) -> float:
        """Return the wins that are not exceeded with a probability."""
        return float(np.quantile(self.draws.wins, level))

    def find_revenue(self, level: float) -> float | None:
        """Return the euros that are not exceeded with a probability, None where values are missing."""
        return None if self.revenue is None else float(np.quantile(self.draws.euros, level))

    def compute_chance_of(self, euros: float) -> float | None:
        """Return the probability of at least so many euros, None where values are missing."""
        return None if self.revenue is None else float(np.mean(self.draws.euros >= euros))

    def find_lucky_wins(self) -> tuple[int, int]:
        """Return the interval of the wins of open leads if every chance were exactly right: luck alone."""
        counted = compute_count_distribution(self.prospects.chances)
        return find_quantile(counted, LEVELS[0]), find_quantile(counted, LEVELS[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class PastForecast:
    """A forecast of an earlier moment, by what was known then, beside what came true.

    Attributes
    ----------
    outlook : Outlook
        The forecast.
    won : tuple of str
        Leads that were won in its window.
    euros : float
        What they brought; those without a value bring nothing.
    """

    outlook: Outlook
    won: tuple[str, ...]
    euros: float

    @property
    def holds(self) -> bool | None:
        """Return whether the interval held the revenue, None where it had none."""
        low, high = (self.outlook.find_revenue(level) for level in LEVELS)
        return None if low is None or high is None else low <= self.euros <= high
