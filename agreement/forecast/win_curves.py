"""Win curves: the share of the leads of a group that is won within so many weeks, as known at a landmark."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agreement.forecast.landmarks import N_BANDS, Landmarks
from agreement.forecast.tracks import STAGES

Floats = NDArray[np.float64]

_LATE_WEEKS = 4
_RECENT_WEEKS = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class WinCurves:
    """Shares won within 0, 1, 2, … weeks; between them they rise evenly.

    Attributes
    ----------
    shares : ndarray of float64, shape (`N_GROUPS`, w + 1)
        Of the open leads of a group, in [0, 1).
    counts : ndarray of float64, shape (`N_GROUPS`,)
        Looks at leads of each stage behind them: the same lead counts at each landmark.
    arrival_shares : ndarray of float64, shape (w + 1,)
        Of the leads that come within a week, won by the end of that week, the next, …
    arrivals : float
        Leads that come in a week, the mean of the latest weeks.
    measured_weeks : int
        So many weeks ahead were seen; the wins of later ones go on as in the last of them.
    """

    shares: Floats
    counts: Floats
    arrival_shares: Floats
    arrivals: float
    measured_weeks: int

    def find_share(self, weeks: float) -> Floats:
        """Return the shares won within weeks that need not be whole, shape (`N_GROUPS`,)."""
        low = int(weeks)
        part = weeks - low
        return np.asarray((1 - part) * self.shares[:, low] + part * self.shares[:, low + 1])

    def count_arrival_wins(self, weeks: float) -> float:
        """Return how many leads that have not come yet are won within so many weeks, on average."""
        low = int(weeks)
        whole = self.arrival_shares[1 : low + 1].sum()
        return float(self.arrivals * (whole + (weeks - low) * self.arrival_shares[low + 1]))


def measure_curves(landmarks: Landmarks) -> Callable[[int, int, float], WinCurves]:
    """Return what computes the curves as known at a landmark, for so many weeks ahead.

    The chance to be won in the w-th week, of those not won before, is counted over all landmarks for which that
    week is over: the hazard of the subdistribution, which needs no account of losses where whoever is cut off is
    cut off by the calendar alone (J. P. Fine and R. J. Gray, JASA 94, 1999, section 3.1, censoring complete data).
    A group that was seldom seen leans on its stage, and a stage on all, as if `weight` more leads were like these.

    Returns
    -------
    Callable
        Of the landmark's place, the weeks ahead, and the weight.
    """
    before = np.cumsum(landmarks.wins, axis=2) - landmarks.wins
    at_risk = np.cumsum(landmarks.open_counts[:, :, None] - before, axis=0)
    wins = np.cumsum(landmarks.wins, axis=0)
    came_before = np.cumsum(landmarks.arrival_wins, axis=1) - landmarks.arrival_wins
    new_at_risk = np.cumsum(landmarks.arrivals[:, None] - came_before, axis=0)
    new_wins = np.cumsum(landmarks.arrival_wins, axis=0)

    def compute(place: int, weeks: int, weight: float) -> WinCurves:
        # One more than asked for, so that a part of the last week can be read off.
        known, ahead = min(place, weeks + 1), np.arange(min(place, weeks + 1))
        last = place - 1 - ahead
        hazards = _lean(wins[last, :, ahead].T, at_risk[last, :, ahead].T, weight)
        arriving = new_wins[last, ahead] / np.maximum(new_at_risk[last, ahead], 1)
        recent = landmarks.arrivals[max(0, place - _RECENT_WEEKS) : place]
        stages = landmarks.open_counts[:place].sum(axis=0).reshape(len(STAGES), N_BANDS).sum(axis=1)
        return WinCurves(
            shares=_accumulate(hazards, weeks + 1),
            counts=np.repeat(stages, N_BANDS),
            arrival_shares=_accumulate(arriving[None, :], weeks + 1)[0],
            arrivals=float(recent.mean()) if len(recent) else 0.0,
            measured_weeks=known,
        )

    return compute


def _lean(wins: Floats, at_risk: Floats, weight: float) -> Floats:
    """Compute the hazards of groups, shape (`N_GROUPS`, w), each drawn to those of its stage."""
    by_stage = (
        wins.reshape(len(STAGES), N_BANDS, -1).sum(axis=1),
        at_risk.reshape(len(STAGES), N_BANDS, -1).sum(axis=1),
    )
    of_all = by_stage[0].sum(axis=0) / np.maximum(by_stage[1].sum(axis=0), 1)
    of_stage = (by_stage[0] + weight * of_all) / (by_stage[1] + weight)
    return np.asarray((wins + weight * np.repeat(of_stage, N_BANDS, axis=0)) / (at_risk + weight))


def _accumulate(hazards: Floats, weeks: int) -> Floats:
    """Compute the shares won by the end of 0, 1, … weeks; weeks that nobody saw are as the last that were seen."""
    late = hazards[:, -_LATE_WEEKS:].mean(axis=1) if hazards.shape[1] else np.zeros(len(hazards))
    unseen = np.repeat(late[:, None], max(0, weeks - hazards.shape[1]), axis=1)
    stays = np.cumprod(1 - np.hstack([hazards, unseen]), axis=1)
    return np.hstack([np.zeros((len(hazards), 1)), 1 - stays])
