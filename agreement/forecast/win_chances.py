"""Win chances: of each open lead, to be won within a window of weeks ahead; measured, or a model's, or assumed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agreement.forecast.landmarks import find_groups
from agreement.forecast.tracks import STAGES, Standing
from agreement.forecast.win_curves import WinCurves
from agreement.goal import Assumptions
from agreement.stages import Stage

Floats = NDArray[np.float64]

_MOST = 0.999
_NEXT: Sequence[tuple[Stage, str]] = (
    (Stage.LEAD, "lead_to_mql"),
    (Stage.MQL, "mql_to_sql"),
    (Stage.SQL, "sql_to_opportunity"),
    (Stage.OPPORTUNITY, "opportunity_to_customer"),
)
# Whoever comes back has to go the way from its beginning.
_BEGINS_AS: Mapping[Stage, Stage] = {Stage.PROSPECT: Stage.LEAD, Stage.RECYCLED: Stage.LEAD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch ahead, in weeks from now: from 0 on where it has begun.

    Attributes
    ----------
    begins, ends : float
        With ``0 <= begins <= ends``.
    """

    begins: float
    ends: float

    def share(self, curves: WinCurves) -> Floats:
        """Return the share of each group that is won in the window."""
        return curves.find_share(self.ends) - curves.find_share(self.begins)

    def count_arrival_wins(self, curves: WinCurves) -> float:
        """Return how many leads to come are won in the window, on average."""
        return curves.count_arrival_wins(self.ends) - curves.count_arrival_wins(self.begins)


def measure_chances(
    standing: Standing, at: int, window: Window, curves: WinCurves, assumed: Assumptions
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the chance of each open lead to be won in a window by its group alone, and whether it was measured.

    Parameters
    ----------
    standing : Standing
        The leads that are open at `at`, n of them.
    at : int
        Microseconds since 1970.
    window : Window
        From `at`.
    curves : WinCurves
        As known at `at`, for at least as many weeks as the window.
    assumed : Assumptions
        For stages that were seen less often than it asks for, where it names all shares on the way.
    """
    groups = find_groups(standing, at)
    is_measured = curves.counts[groups] >= assumed.least_measured
    of_stage = np.array([_assume(stage, window, assumed) for stage in STAGES])[standing.stage]
    chances = np.where(is_measured | np.isnan(of_stage), window.share(curves)[groups], of_stage)
    return np.clip(chances, 0.0, _MOST), is_measured


def divide_scores(
    scores: Floats, standing: Standing, at: int, window: Window, curves: WinCurves, horizon: float
) -> Floats:
    """Return which part of each lead's probability of a win within the horizon falls into a window, shape (n,).

    It is read off the curve of the lead's group: the share of the group that is won in the window over the share
    that is won within the horizon. No constant hazard is assumed; only where no win was ever measured are they
    spread evenly.

    Parameters
    ----------
    scores : ndarray of float64, shape (n,)
        NaN where a lead has none.
    standing, at, window, curves
        As in `measure_chances`; the curves go as far as the horizon.
    horizon : float
        Weeks, above 0.
    """
    whole = curves.find_share(horizon)
    evenly = (min(window.ends, horizon) - min(window.begins, horizon)) / horizon
    parts = np.where(whole > 0, window.share(curves) / np.where(whole > 0, whole, 1.0), evenly)
    return np.clip(scores * parts[find_groups(standing, at)], 0.0, _MOST)


def _assume(stage: Stage, window: Window, assumed: Assumptions) -> float:
    """Return the assumed chance of a stage: its shares, spread evenly over one horizon a stage; else NaN."""
    names = [name for _, name in _NEXT]
    begins = [each for each, _ in _NEXT]
    at = _BEGINS_AS.get(stage, stage)
    if at not in begins:
        return np.nan
    shares = [getattr(assumed, name) for name in names[begins.index(at) :]]
    if any(share is None for share in shares):
        return np.nan
    weeks = len(shares) * assumed.horizon_days / 7
    return float(np.prod(shares)) * (min(window.ends, weeks) - min(window.begins, weeks)) / weeks
