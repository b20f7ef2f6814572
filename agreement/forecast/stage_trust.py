"""Stage trust: a model that does not know the stage says which leads will be won; the stage says how many."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from agreement.forecast.tracks import STAGES, Integers

Floats = NDArray[np.float64]

_MOST = 0.98
# Newton's method on a concave function: ten steps are more than it ever took.
_STEPS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSums:
    """Scored leads of a moment by stage, shape (number of stages,) each.

    Attributes
    ----------
    scored, measured : ndarray of float64
        Wins to expect of them by the model, and by the measured shares of their groups; NaN where none is measured.
    won : ndarray of float64
        Wins that came; 0 where the window is not over.
    leads : ndarray of float64
        How many they are.
    """

    scored: Floats
    measured: Floats
    won: Floats
    leads: Floats

    @classmethod
    def empty(cls) -> Self:
        """Return sums over nobody."""
        return cls(**{name: np.zeros(len(STAGES)) for name in ("scored", "measured", "won", "leads")})

    def add(self, other: Self) -> Self:
        """Return the sums of both."""
        return type(self)(
            scored=self.scored + other.scored,
            measured=self.measured + other.measured,
            won=self.won + other.won,
            leads=self.leads + other.leads,
        )


def sum_by_stage(values: Floats, stages: Integers) -> Floats:
    """Return the sums of values by stage, shape (number of stages,)."""
    return np.bincount(stages, weights=values, minlength=len(STAGES)).astype(np.float64)


def choose_targets(now: StageSums, past: StageSums, *, weeks: float, weight: float) -> Floats:
    """Return how many wins to expect of the scored leads of each stage, shape (number of stages,).

    Where scores of the past can be checked, the wins that came for each win that the model expected say how far to
    trust it; where they cannot, or hardly, the measured share of the stage does. Where nothing is measured either,
    the model is believed. The estimate is that of a ratio with a gamma prior worth `weight` expected wins
    (A. Gelman et al., Bayesian Data Analysis, 3rd ed., section 2.6).

    Parameters
    ----------
    now, past : StageSums
        Of this moment, and of all earlier ones whose window is over.
    weeks : float
        The length of the window: weekly moments that overlap count once.
    weight : float
        Above 0.
    """
    is_measured = ~np.isnan(now.measured) & (now.scored > 0)
    ratio = np.where(is_measured, now.measured / np.where(is_measured, now.scored, 1.0), 1.0)
    trust = (past.won / weeks + weight * ratio) / (past.scored / weeks + weight)
    return np.minimum(trust * now.scored, _MOST * now.leads)


def scale_to_targets(chances: Floats, stages: Integers, targets: Floats) -> Floats:
    """Scale the hazards of all leads of a stage alike, so that their chances sum up to the stage's target.

    Parameters
    ----------
    chances : ndarray of float64, shape (n,)
        In [0, 1).
    stages : ndarray of int64, shape (n,)
        Places in `agreement.forecast.tracks.STAGES`.
    targets : ndarray of float64, shape (number of stages,)
        Below the number of leads of each stage.
    """
    hazards = -np.log1p(-chances)
    factors = targets / np.maximum(sum_by_stage(hazards, stages), 1e-12)
    for _ in range(_STEPS):
        scaled = -np.expm1(-factors[stages] * hazards)
        slopes = sum_by_stage(hazards * (1 - scaled), stages)
        missing = targets - sum_by_stage(scaled, stages)
        if np.all(np.abs(missing) <= 1e-6 * targets + 1e-9):
            break
        factors = np.maximum(factors + missing / np.maximum(slopes, 1e-12), factors / 8)
    return np.asarray(-np.expm1(-factors[stages] * hazards))
