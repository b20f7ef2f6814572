"""Landmarks: who was open at the end of each past week, and in which of the weeks after it they were won.

Looking from fixed moments at whoever is open then, and grouping by what was known then, is the landmark method of
J. R. Anderson, K. C. Cain and R. D. Gelber (Journal of Clinical Oncology 1, 1983): no later fact chooses the group.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agreement.episodes import DAY_MICROS
from agreement.forecast.tracks import STAGES, Integers, Standing, Tracks
from agreement.funnel.passages import NEVER

Floats = NDArray[np.float64]

WEEK_MICROS = 7 * DAY_MICROS
MOST_WEEKS = 104
"""What is older says little of today."""

_BANDS = np.array([1, 2, 4, 8, 13, 26]) * WEEK_MICROS
N_BANDS = len(_BANDS) + 1
N_GROUPS = len(STAGES) * N_BANDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Landmarks:
    """Counts by landmark; the last landmark is `as_of`, the others lie whole weeks before it.

    A group is a stage and how long a lead has stood there: up to 1, 2, 4, 8, 13, 26 weeks, or longer.

    Attributes
    ----------
    as_of : int
        Microseconds since 1970.
    open_counts : ndarray of float64, shape (m + 1, `N_GROUPS`)
        Leads that were open at each landmark.
    wins : ndarray of float64, shape (m + 1, `N_GROUPS`, m)
        How many of them were won in the first, second, … week after it, by `as_of`.
    arrivals : ndarray of float64, shape (m,)
        Leads that came in the week after each landmark.
    arrival_wins : ndarray of float64, shape (m, m)
        How many of those were won in that week, the next, …
    """

    as_of: int
    open_counts: Floats
    wins: Floats
    arrivals: Floats
    arrival_wins: Floats

    @property
    def n_weeks(self) -> int:
        """Return how many whole weeks there are."""
        return len(self.arrivals)

    def find_instant(self, place: int) -> int:
        """Return the instant of a landmark, counted from the first."""
        return self.as_of - (self.n_weeks - place) * WEEK_MICROS


def count_landmarks(tracks: Tracks) -> Landmarks:
    """Count who was open and who was won, back to the first end of a lead that is known.

    Before that nobody wrote ends down, and to count those weeks as weeks without wins would be wrong.
    """
    n_weeks = 0
    if tracks.closed_at != NEVER:
        n_weeks = min((tracks.as_of - tracks.closed_at) // WEEK_MICROS, MOST_WEEKS)
    open_counts = np.zeros((n_weeks + 1, N_GROUPS))
    wins = np.zeros((n_weeks + 1, N_GROUPS, n_weeks))
    arrivals, arrival_wins = np.zeros(n_weeks), np.zeros((n_weeks, n_weeks))
    for place in range(n_weeks + 1):
        at = tracks.as_of - (n_weeks - place) * WEEK_MICROS
        standing = tracks.find_standing(at)
        groups = find_groups(standing, at)
        open_counts[place] = np.bincount(groups, minlength=N_GROUPS)
        wins[place] = _count_wins(groups, tracks.won_at[standing.row], at, n_weeks)
        if place < n_weeks:
            came = (tracks.created_at > at) & (tracks.created_at <= at + WEEK_MICROS)
            arrivals[place] = np.count_nonzero(came)
            together = np.zeros(int(arrivals[place]), np.int64)
            arrival_wins[place] = _count_wins(together, tracks.won_at[came], at, n_weeks)[0]
    return Landmarks(
        as_of=tracks.as_of, open_counts=open_counts, wins=wins, arrivals=arrivals, arrival_wins=arrival_wins
    )


def find_groups(standing: Standing, at: int) -> Integers:
    """Return the group of each open lead at an instant, shape (n,)."""
    bands = np.searchsorted(_BANDS, at - standing.begins_at, side="right")
    return np.asarray(standing.stage * N_BANDS + bands, np.int64)


def _count_wins(groups: Integers, won_at: Integers, at: int, n_weeks: int) -> Floats:
    """Count wins after an instant by group and week."""
    won = won_at != NEVER
    weeks = np.maximum(won_at[won] - at - 1, 0) // WEEK_MICROS
    cells = groups[won] * n_weeks + weeks
    return np.bincount(cells, minlength=N_GROUPS * n_weeks).reshape(N_GROUPS, n_weeks).astype(np.float64)
