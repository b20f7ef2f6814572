"""Deal values: what leads that are not won yet will bring if they are, from what won deals brought."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agreement.forecast.landmarks import MOST_WEEKS, WEEK_MICROS
from agreement.forecast.tracks import Tracks
from agreement.funnel.won_values import AverageValue, compute_average_value

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class DealValues:
    """What is known of the values of deals.

    Attributes
    ----------
    average : AverageValue
        Of a deal of which nobody has told the value.
    sample : ndarray of float64, shape (n,)
        Euros of won deals; empty where the average is not measured.
    told_ratio : float
        What won deals brought for each euro that had been told of them before; 1 where it was not measured.
    """

    average: AverageValue
    sample: Floats
    told_ratio: float = 1.0

    def expect(self, told: Floats) -> Floats:
        """Return the euros to expect of each lead if it is won; NaN where nobody can say."""
        usual = np.nan if self.average.euros is None else self.average.euros
        return np.where(np.isnan(told), usual, told * self.told_ratio)

    def draw_sums(self, counts: NDArray[np.int64], rng: np.random.Generator) -> Floats:
        """Draw the sum of so many deals without a told value, shape (n,): won values drawn anew, with repetition.

        Each sum also has a mean of its own, drawn from those that history allows: whoever knows twenty deals does
        not know their mean exactly.
        """
        if self.average.euros is None:
            return np.where(counts > 0, np.nan, 0.0)
        means = self.average.draw(rng, len(counts))
        if not len(self.sample):
            return means * counts
        drawn = self.sample[rng.integers(len(self.sample), size=int(counts.sum()))]
        ends = np.concatenate([[0.0], np.cumsum(drawn)])[np.concatenate([[0], np.cumsum(counts)])]
        return np.asarray(np.diff(ends) * means / self.average.euros)


def measure_values(tracks: Tracks, at: int, *, assumed: float | None, least: int) -> DealValues:
    """Measure what deals bring, from the deals won in the two years until an instant.

    Parameters
    ----------
    tracks : Tracks
        Leads as known at `at` or later.
    at : int
        Microseconds since 1970: deals won later are not known.
    assumed : float or None
        Euros: the average where fewer deals than `least` have a value.
    least : int
        From so many deals on, values and the ratio to what was told are measured.
    """
    won = tracks.list_won(at - MOST_WEEKS * WEEK_MICROS, at)
    values, told = tracks.won_value[won], tracks.estimate[won]
    known = values[np.isfinite(values) & (values >= 0)]
    average = compute_average_value(
        known.tolist(), assumed=assumed, least_measured=least if assumed is not None else 1
    )
    both = np.isfinite(values) & (told > 0)
    is_measured = np.count_nonzero(both) >= least
    return DealValues(
        average=average,
        sample=known if average.origin == "measured" else np.zeros(0),
        told_ratio=float(values[both].sum() / told[both].sum()) if is_measured else 1.0,
    )
