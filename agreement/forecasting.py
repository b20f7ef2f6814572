"""Forecasting: what is won in a period when it is over, with an interval that holds as often as it says."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from agreement.deal_values import measure_values
from agreement.forecast_misses import Miss, Spread, measure_spread
from agreement.goal import Assumptions
from agreement.landmarks import WEEK_MICROS, Landmarks, count_landmarks
from agreement.outlooks import Outlook, PastForecast
from agreement.revenue_draws import N_DRAWS, Prospects, draw_revenue
from agreement.tracks import Integers, Standing, Tracks
from agreement.win_chances import Window, compute_chances
from agreement.win_curves import WinCurves, measure_curves

Floats = NDArray[np.float64]
FindScores = Callable[[int], Floats]
"""Returns, of an instant, each lead's probability as last scored by then, NaN where it was not: shape (n,)."""

_WARM_UP_WEEKS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecaster:
    """Forecasts at a moment, and at earlier ones as if it were then.

    Attributes
    ----------
    tracks, landmarks
        The leads, and what became of them.
    assumed : Assumptions
        What is taken for true where history is too short.
    measure : Callable
        Computes the curves as known at a landmark: see `agreement.win_curves.measure_curves`.
    find_scores : Callable or None
        Of an instant, the probabilities known then; None where no model published any.
    horizon : float
        Weeks of which the probabilities speak; 0 without them.
    """

    tracks: Tracks
    landmarks: Landmarks
    assumed: Assumptions
    measure: Callable[[int, int, float], WinCurves] = field(repr=False)
    find_scores: FindScores | None = None
    horizon: float = 0.0
    _misses: dict[Window, list[Miss]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def from_tracks(
        cls,
        tracks: Tracks,
        assumed: Assumptions,
        *,
        find_scores: FindScores | None = None,
        horizon_days: float = 0.0,
    ) -> Self:
        """Measure what is known of leads."""
        landmarks = count_landmarks(tracks)
        return cls(
            tracks=tracks,
            landmarks=landmarks,
            assumed=assumed,
            measure=measure_curves(landmarks),
            find_scores=find_scores if horizon_days > 0 else None,
            horizon=horizon_days / 7,
        )

    def find_window(self, begins_at: int, ends_at: int) -> Window:
        """Return the part of a period that lies ahead."""
        ahead = [max(0.0, (at - self.tracks.as_of) / WEEK_MICROS) for at in (begins_at, ends_at)]
        return Window(begins=ahead[0], ends=ahead[1])

    def find_past_window(self, window: Window) -> Window:
        """Return what earlier moments are asked about: whole weeks, and no more of them than can be checked."""
        begins = round(window.begins)
        ends = max(round(window.ends), begins + 1)
        most = max(1, (self.landmarks.n_weeks - _WARM_UP_WEEKS) // 2)
        return Window(begins=begins, ends=ends) if ends <= most else Window(begins=0, ends=min(most, ends - begins))

    def list_cut_offs(self, window: Window) -> range:
        """List the places of earlier landmarks at which a window of whole weeks can be checked."""
        return range(_WARM_UP_WEEKS, self.landmarks.n_weeks - int(window.ends) + 1)

    def forecast(self, window: Window, rng: np.random.Generator, *, n_draws: int = N_DRAWS) -> Outlook:
        """Forecast now; the common uncertainty is that of earlier forecasts of about the same length."""
        place = self.landmarks.n_weeks
        spread = self._measure_spread(place, self.find_past_window(window))
        return self._draw(place, window, spread, rng, n_draws)

    def forecast_past(
        self, place: int, window: Window, rng: np.random.Generator, *, n_draws: int = N_DRAWS
    ) -> PastForecast:
        """Forecast at an earlier landmark by what was known then, and say what came."""
        outlook = self._draw(place, window, self._measure_spread(place, window), rng, n_draws)
        won = self._list_won(place, window)
        return PastForecast(
            outlook=outlook,
            won=tuple(self.tracks.lives[row].lead_id for row in won),
            euros=float(np.nansum(self.tracks.won_value[won])),
        )

    def _draw(self, place: int, window: Window, spread: Spread, rng: np.random.Generator, n_draws: int) -> Outlook:
        at = self.landmarks.find_instant(place)
        curves, standing, scores, chances = self._look(place, window)
        told = self.tracks.find_values(at)[standing.row]
        prospects = Prospects(
            chances=chances,
            told=told,
            arrivals=window.count_arrival_wins(curves),
            values=measure_values(
                self.tracks, at, assumed=self.assumed.average_won_value, least=self.assumed.least_measured
            ),
            spread=spread,
        )
        return Outlook(
            at=at,
            window=window,
            standing=standing,
            prospects=prospects,
            chances=prospects.mean_chances,
            euros=prospects.values.expect(told),
            draws=draw_revenue(prospects, rng, n_draws=n_draws),
            scored=0 if scores is None else int(np.count_nonzero(~np.isnan(scores))),
            measured_weeks=curves.measured_weeks,
        )

    def _look(self, place: int, window: Window) -> tuple[WinCurves, Standing, Floats | None, Floats]:
        """Return the curves, the open leads, their scores and their chances, as known at a landmark."""
        at = self.landmarks.find_instant(place)
        weeks = math.ceil(max(window.ends, self.horizon))
        curves = self.measure(place, weeks, float(self.assumed.least_measured))
        standing = self.tracks.find_standing(at)
        scores = None if self.find_scores is None else self.find_scores(at)[standing.row]
        chances = compute_chances(standing, at, window, curves, self.assumed, scores=scores, horizon=self.horizon)
        return curves, standing, scores, chances

    def _measure_spread(self, place: int, window: Window) -> Spread:
        """Measure the common uncertainty on forecasts whose windows were over at a landmark."""
        if window not in self._misses:
            self._misses[window] = [self._miss(each, window) for each in self.list_cut_offs(window)]
        n_over = max(0, place - int(window.ends) - _WARM_UP_WEEKS + 1)
        return measure_spread(self._misses[window][:n_over], window.ends - window.begins)

    def _miss(self, place: int, window: Window) -> Miss:
        curves, _, _, chances = self._look(place, window)
        arriving = window.count_arrival_wins(curves)
        return Miss(
            at=self.landmarks.find_instant(place),
            expected=float(chances.sum() + arriving),
            variance=float((chances * (1 - chances)).sum() + arriving),
            won=len(self._list_won(place, window)),
        )

    def _list_won(self, place: int, window: Window) -> Integers:
        at = self.landmarks.find_instant(place)
        begins, ends = (at + round(weeks * WEEK_MICROS) for weeks in (window.begins, window.ends))
        return self.tracks.list_won(begins, ends)
