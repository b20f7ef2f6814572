"""Forecasts of many past weeks beside what came: ours, a naive one and last period's revenue, scored alike."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from agreement.counting.rates import LEVEL, Rate
from agreement.forecast.forecasting import Forecaster
from agreement.forecast.outlooks import LEVELS, Outlook
from agreement.forecast.win_chances import Window

_REACH = NormalDist().inv_cdf(LEVELS[1])
OURS, NAIVE, LAST = "ours", "chances × values, luck alone", "as the last weeks, ± their spread"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The intervals of one forecaster, shape (n, 2) in euros, its means (n,), and what came (n,)."""

    bounds: NDArray[np.float64]
    means: NDArray[np.float64]
    came: NDArray[np.float64]

    @property
    def holds(self) -> NDArray[np.bool_]:
        """Return which intervals held what came."""
        return np.asarray((self.bounds[:, 0] <= self.came) & (self.came <= self.bounds[:, 1]))

    def count_held(self, step: int = 1) -> Rate:
        """Count how many intervals held, of every so many."""
        held = self.holds[::step]
        return Rate(count=int(held.sum()), of=len(held))

    @property
    def width(self) -> float:
        """Return the mean width in euros."""
        return float(np.mean(self.bounds[:, 1] - self.bounds[:, 0]))

    @property
    def score(self) -> float:
        """Return the mean interval score over the mean revenue, lower is better.

        T. Gneiting and A. E. Raftery (JASA 102, 2007), equation 43: the width, and 2 / (1 - level) times the
        distance by which it misses; wide intervals and missed ones both cost.
        """
        low, high = self.bounds.T
        missed = np.maximum(low - self.came, 0) + np.maximum(self.came - high, 0)
        return float(np.mean(high - low + 2 / (1 - LEVEL) * missed) / self.came.mean())

    @property
    def error(self) -> float:
        """Return the mean absolute error of the means over the mean revenue."""
        return float(np.mean(np.abs(self.means - self.came)) / self.came.mean())


def compete(forecaster: Forecaster, *, weeks: int, warm_up: int, seed: int) -> dict[str, Entry]:
    """Forecast the next weeks at every week after the warm-up, each by what was known then.

    Raises
    ------
    ValueError
        If there are fewer than two such weeks.
    """
    window, rng = Window(begins=0, ends=weeks), np.random.default_rng(seed)
    places = [place for place in forecaster.list_cut_offs(window) if place >= warm_up]
    if len(places) < 2:
        raise ValueError(f"{len(places)} moments can be checked: use fewer weeks, or a shorter warm-up")
    past = [forecaster.forecast_past(place, window, rng) for place in places]
    came = np.array([each.euros for each in past])
    last = [_repeat_last(forecaster, place, weeks) for place in places]
    ours = [[each.outlook.find_revenue(level) for level in LEVELS] for each in past]
    naive = [_reckon_naively(each.outlook) for each in past]
    return {
        OURS: _enter(ours, [each.outlook.revenue for each in past], came),
        NAIVE: _enter([bounds for _, bounds in naive], [mean for mean, _ in naive], came),
        LAST: _enter([bounds for _, bounds in last], [mean for mean, _ in last], came),
    }


def _enter(
    bounds: Sequence[Sequence[float | None]], means: Sequence[float | None], came: NDArray[np.float64]
) -> Entry:
    return Entry(bounds=np.array(bounds, np.float64), means=np.array(means, np.float64), came=came)


def _reckon_naively(outlook: Outlook) -> tuple[float, list[float]]:
    """Reckon with chances times values, and the variance of a Poisson-binomial count alone."""
    prospects = outlook.prospects
    euros, average = outlook.euros, prospects.values.average.euros or 0.0
    mean = float((prospects.chances * euros).sum() + prospects.arrivals * average)
    variance = float((prospects.chances * (1 - prospects.chances) * euros**2).sum())
    reach = _REACH * math.sqrt(variance + prospects.arrivals * average**2)
    return mean, [mean - reach, mean + reach]


def _repeat_last(forecaster: Forecaster, place: int, weeks: int) -> tuple[float, list[float]]:
    """Take the revenue of as many weeks before, and the spread of all such stretches until then."""
    whole = [_sum_weeks(forecaster, end - weeks, end) for end in range(weeks, place + 1)]
    spread = float(np.std(whole, ddof=1)) if len(whole) > 1 else 0.0
    return whole[-1], [whole[-1] - _REACH * spread, whole[-1] + _REACH * spread]


def _sum_weeks(forecaster: Forecaster, begin: int, end: int) -> float:
    tracks, marks = forecaster.tracks, forecaster.landmarks
    won = tracks.list_won(marks.find_instant(begin), marks.find_instant(end))
    return float(np.nansum(tracks.won_value[won]))
