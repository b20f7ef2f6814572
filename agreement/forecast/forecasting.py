"""Forecasting: what is won in a period when it is over, with an interval that holds as often as it says."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from agreement.forecast.deal_values import measure_values
from agreement.forecast.forecast_misses import Miss, measure_spread
from agreement.forecast.glances import Glance
from agreement.forecast.landmarks import WEEK_MICROS, Landmarks, count_landmarks
from agreement.forecast.outlooks import Outlook, PastForecast
from agreement.forecast.revenue_draws import N_DRAWS, Prospects, draw_revenue
from agreement.forecast.stage_trust import StageSums
from agreement.forecast.tracks import Integers, Tracks
from agreement.forecast.win_chances import Window, divide_scores, measure_chances
from agreement.forecast.win_curves import WinCurves, measure_curves
from agreement.goal import Assumptions

Floats = NDArray[np.float64]
FindScores = Callable[[int], Floats]
"""Returns, of an instant, each lead's probability as last scored by then, NaN where it was not: shape (n,)."""

_WARM_UP_WEEKS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What an earlier forecast missed, and what the model and the stages had said of its leads."""

    miss: Miss
    sums: StageSums


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
        Computes the curves as known at a landmark: see `agreement.forecast.win_curves.measure_curves`.
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
    _reviews: dict[Window, list[Review]] = field(default_factory=dict, init=False, repr=False, compare=False)

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
        """Forecast now; what earlier forecasts of about the same length missed says how to trust this one."""
        return self._draw(self.landmarks.n_weeks, window, self.find_past_window(window), rng, n_draws)

    def forecast_past(
        self, place: int, window: Window, rng: np.random.Generator, *, n_draws: int = N_DRAWS
    ) -> PastForecast:
        """Forecast at an earlier landmark by what was known then, and say what came."""
        outlook = self._draw(place, window, window, rng, n_draws)
        won = self._list_won(place, window)
        return PastForecast(
            outlook=outlook,
            won=tuple(self.tracks.lives[row].lead_id for row in won),
            euros=float(np.nansum(self.tracks.won_value[won])),
        )

    def _draw(self, place: int, window: Window, checked: Window, rng: np.random.Generator, n_draws: int) -> Outlook:
        """Forecast at a landmark, trusting as earlier forecasts of a window that could be checked deserve."""
        glance = self._glance(place, window)
        past = self._list_reviews(checked)[: max(0, place - int(checked.ends) - _WARM_UP_WEEKS + 1)]
        least = self.assumed.least_measured
        prospects = Prospects(
            chances=glance.trust([each.sums for each in past], checked, least),
            told=self.tracks.find_values(glance.at)[glance.standing.row],
            arrivals=window.count_arrival_wins(glance.curves),
            values=measure_values(self.tracks, glance.at, assumed=self.assumed.average_won_value, least=least),
            spread=measure_spread([each.miss for each in past], checked.ends - checked.begins),
        )
        return Outlook(
            at=glance.at,
            window=window,
            standing=glance.standing,
            prospects=prospects,
            chances=prospects.mean_chances,
            euros=prospects.values.expect(prospects.told),
            draws=draw_revenue(prospects, rng, n_draws=n_draws),
            scored=int(np.count_nonzero(glance.is_scored)),
            measured_weeks=glance.curves.measured_weeks,
        )

    def _glance(self, place: int, window: Window) -> Glance:
        """Look at the open leads by what was known at a landmark."""
        at, weeks = self.landmarks.find_instant(place), math.ceil(max(window.ends, self.horizon))
        curves = self.measure(place, weeks, float(self.assumed.least_measured))
        standing = self.tracks.find_standing(at)
        measured, is_measured = measure_chances(standing, at, window, curves, self.assumed)
        scored = np.full(len(measured), np.nan)
        if self.find_scores is not None:
            scores = self.find_scores(at)[standing.row]
            scored = divide_scores(scores, standing, at, window, curves, self.horizon)
        return Glance(
            at=at, curves=curves, standing=standing, measured=measured, is_measured=is_measured, scored=scored
        )

    def _list_reviews(self, window: Window) -> list[Review]:
        """Review all earlier forecasts of a window, each by what was known then, in the order of time."""
        if window not in self._reviews:
            reviews: list[Review] = []
            for place in self.list_cut_offs(window):
                over = max(0, place - int(window.ends) - _WARM_UP_WEEKS + 1)
                reviews.append(self._review(place, window, reviews[:over]))
            self._reviews[window] = reviews
        return self._reviews[window]

    def _review(self, place: int, window: Window, past: Sequence[Review]) -> Review:
        glance = self._glance(place, window)
        chances = glance.trust([each.sums for each in past], window, self.assumed.least_measured)
        arriving = window.count_arrival_wins(glance.curves)
        won = self._list_won(place, window)
        miss = Miss(
            at=glance.at,
            expected=float(chances.sum() + arriving),
            variance=float((chances * (1 - chances)).sum() + arriving),
            won=len(won),
        )
        return Review(miss=miss, sums=glance.sum_up(np.isin(glance.standing.row, won)))

    def _list_won(self, place: int, window: Window) -> Integers:
        at = self.landmarks.find_instant(place)
        begins, ends = (at + round(weeks * WEEK_MICROS) for weeks in (window.begins, window.ends))
        return self.tracks.list_won(begins, ends)
