"""Glances: the open leads of a moment with what their groups and a model say of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from agreement.forecast.stage_trust import StageSums, choose_targets, scale_to_targets, sum_by_stage
from agreement.forecast.tracks import Standing
from agreement.forecast.win_chances import Window
from agreement.forecast.win_curves import WinCurves

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What was known of the open leads at a moment.

    Attributes
    ----------
    at : int
        The moment, in microseconds since 1970.
    curves : WinCurves
        As known then.
    standing : Standing
        The leads, n of them.
    measured : ndarray of float64, shape (n,)
        Their chances to be won in a window by their groups alone.
    is_measured : ndarray of bool, shape (n,)
        Whether enough of their stage was seen for that.
    scored : ndarray of float64, shape (n,)
        The part of their probabilities that falls into the window; NaN where a lead has none.
    """

    at: int
    curves: WinCurves
    standing: Standing
    measured: Floats
    is_measured: Flags
    scored: Floats

    @property
    def is_scored(self) -> Flags:
        """Return which leads have a probability."""
        return ~np.isnan(self.scored)

    def sum_up(self, won: Flags) -> StageSums:
        """Sum up the scored leads by stage, with those of them that were won in the window."""
        chosen = self.is_scored
        stages = self.standing.stage[chosen]
        unmeasured = sum_by_stage((~self.is_measured[chosen]).astype(np.float64), stages)
        measured = sum_by_stage(self.measured[chosen], stages)
        return StageSums(
            scored=sum_by_stage(self.scored[chosen], stages),
            measured=np.where(unmeasured > 0, np.nan, measured),
            won=sum_by_stage(won[chosen].astype(np.float64), stages),
            leads=sum_by_stage(np.ones(len(stages)), stages),
        )

    def trust(self, past: Sequence[StageSums], window: Window, least: int) -> Floats:
        """Return the chances of the leads, shape (n,): by their groups, and by the model as far as it deserves.

        Parameters
        ----------
        past : sequence of StageSums
            Of earlier moments whose window was over by now.
        window : Window
            Theirs.
        least : int
            The weight of what the stages say, in wins.
        """
        chosen = self.is_scored
        if not chosen.any():
            return self.measured
        now = self.sum_up(np.zeros(len(chosen), bool))
        before = reduce(StageSums.add, past, StageSums.empty())
        targets = choose_targets(now, before, weeks=window.ends - window.begins, weight=float(least))
        chances = self.measured.copy()
        chances[chosen] = scale_to_targets(self.scored[chosen], self.standing.stage[chosen], targets)
        return chances
