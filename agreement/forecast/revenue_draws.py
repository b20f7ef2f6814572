"""Revenue draws: what the rest of a period may bring, drawn from chances, values and the doubts about both."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agreement.forecast.deal_values import DealValues
from agreement.forecast.forecast_misses import Spread

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

N_DRAWS = 2_000
# Leads without a told value differ by their odds only; up to a twentieth in the logarithm they are taken together.
_BIN_WIDTH = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospects:
    """What may still be won within a period.

    Attributes
    ----------
    chances : ndarray of float64, shape (n,)
        Of each open lead to be won in the rest of the period, in [0, 1).
    told : ndarray of float64, shape (n,)
        Euros told of it; NaN where nobody told.
    arrivals : float
        Wins to expect of leads that have not come yet.
    values : DealValues
        What won deals bring.
    spread : Spread
        How uncertain the chances are together.
    """

    chances: Floats
    told: Floats
    arrivals: float
    values: DealValues
    spread: Spread

    @property
    def mean_chances(self) -> Floats:
        """Return the chances averaged over the common factor, shape (n,)."""
        # Gauss and Hermite's rule: exact for polynomials of degree 17, and odds are smooth in the factor.
        nodes, weights = np.polynomial.hermite_e.hermegauss(9)
        factors = self.spread.find_factors(nodes)
        summed = sum(
            (weight * _scale_odds(self.chances, factor) for factor, weight in zip(factors, weights, strict=True)),
            start=np.zeros(len(self.chances)),
        )
        return np.asarray(summed / weights.sum())


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """What may come: wins and euros of each draw, shape (d,); euros are NaN where values are missing."""

    wins: Integers
    euros: Floats


def draw_revenue(prospects: Prospects, rng: np.random.Generator, *, n_draws: int = N_DRAWS) -> Draws:
    """Draw what the rest of a period brings.

    Each draw has one factor on all odds, wins of each lead by its chance, a Poisson number of wins of leads to
    come, and values: as told, else those of past deals drawn anew.

    Parameters
    ----------
    prospects : Prospects
        What may be won.
    rng : numpy.random.Generator
        Seeded by the caller.
    n_draws : int
        At least 1.
    """
    factors = prospects.spread.find_factors(rng.standard_normal(n_draws))
    is_told = ~np.isnan(prospects.told)
    worth = prospects.values.expect(prospects.told[is_told])
    told_wins, euros = _draw_told(prospects.chances[is_told], worth, factors, rng)
    wins = _draw_alike(prospects.chances[~is_told], factors, rng) + rng.poisson(prospects.arrivals * factors)
    return Draws(wins=told_wins + wins, euros=euros + prospects.values.draw_sums(wins, rng))


def _draw_told(
    chances: Floats, worth: Floats, factors: Floats, rng: np.random.Generator
) -> tuple[Integers, Floats]:
    """Draw wins and euros of leads each of which has a value of its own."""
    # Half the digits are enough to tell luck from a chance, and take half the time.
    odds = (chances / (1 - chances)).astype(np.float32)
    wins, euros = np.zeros(len(factors), np.int64), np.zeros(len(factors))
    for draw, factor in enumerate(factors.astype(np.float32)):
        scaled = odds * factor
        won = np.flatnonzero(rng.random(len(odds), dtype=np.float32) * (1 + scaled) < scaled)
        wins[draw], euros[draw] = len(won), worth[won].sum()
    return wins, euros


def _draw_alike(chances: Floats, factors: Floats, rng: np.random.Generator) -> Integers:
    """Draw how many leads are won whose values nobody told: all that matters of them is their chance."""
    chances = chances[chances > 0]
    bins = np.round(np.log(chances / (1 - chances)) / _BIN_WIDTH).astype(np.int64)
    _, place, counts = np.unique(bins, return_inverse=True, return_counts=True)
    means = np.bincount(place, weights=chances, minlength=len(counts)) / np.maximum(counts, 1)
    return np.asarray(rng.binomial(counts, _scale_odds(means, factors[:, None])).sum(axis=1), np.int64)


def _scale_odds(chances: Floats, factor: Floats) -> Floats:
    scaled = chances * factor
    return np.asarray(scaled / (1 - chances + scaled))
