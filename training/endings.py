"""Endings: how leads ended and when, as far as anybody wrote it down."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.times import MISSING_TIME, micros_of
from training.history import History


@dataclass(frozen=True, slots=True, kw_only=True)
class Endings:
    """How n leads ended.

    Attributes
    ----------
    decided_at
        Shape (n,), microseconds; infinite where a lead is open or its ending has no date.
    is_won
        Shape (n,).
    is_won_undated, is_lost_undated
        Shape (n,), leads that ended on a day nobody wrote down.
    """

    decided_at: NDArray[np.float64]
    is_won: NDArray[np.bool_]
    is_won_undated: NDArray[np.bool_]
    is_lost_undated: NDArray[np.bool_]

    @property
    def undated_share_of_losses(self) -> float:
        """Return the share of lost leads whose ending has no date, in [0, 1]."""
        n_dated = np.isfinite(self.decided_at[~self.is_won]).sum()
        n_undated = self.is_lost_undated.sum()
        return float(n_undated / max(n_dated + n_undated, 1))


def read_endings(history: History) -> Endings:
    """Read how the leads of a history ended."""
    outcome, at = history.leads["outcome"].to_numpy(), micros_of(history.leads["outcome_at"])
    is_won, is_lost, is_dated = outcome == "won", outcome == "lost", at != MISSING_TIME
    return Endings(
        decided_at=np.where((is_won | is_lost) & is_dated, at.astype(np.float64), math.inf),
        is_won=is_won,
        is_won_undated=is_won & ~is_dated,
        is_lost_undated=is_lost & ~is_dated,
    )
