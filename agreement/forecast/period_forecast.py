"""The forecast of a period: what was won so far, what is still to come, and what closes the gap to the goal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from agreement.calendar.periods import Period
from agreement.counting.rates import Rate
from agreement.forecast.forecast_gap import Gap, compute_gap, find_goal_revenue
from agreement.forecast.forecasting import FindScores, Forecaster
from agreement.forecast.landmarks import WEEK_MICROS
from agreement.forecast.outlooks import Outlook, PastForecast
from agreement.forecast.tracks import Tracks
from agreement.forecast.win_chances import Window
from agreement.goal import Goal, comes_from_marketing
from agreement.insight.closings import Closing, list_closings
from agreement.lives import Life
from agreement.terms import Terms

# Ends of intervals scatter by a twentieth of the spread then, which nobody sees in a table of the past.
_PAST_DRAWS = 1_000
_YEAR_WEEKS = 52


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """What a model said of the leads of some tracks.

    Attributes
    ----------
    horizon_days : float
        The time within which its probabilities count a win, above 0.
    find : Callable
        Of an instant, each lead's probability as last scored by then.
    """

    horizon_days: float
    find: FindScores


@dataclass(frozen=True, slots=True, kw_only=True)
class SideForecast:
    """One side's part: marketing's leads, or those of sales' own prospecting.

    Attributes
    ----------
    side : str
        marketing or sales.
    won : tuple of Closing
        Its deals of the period so far.
    lead_ids : tuple of str
        Its open leads.
    wins : float
        Wins to expect in the rest of the period, also of leads to come.
    euros : float or None
        What these bring; None where values are missing.
    goal : float or None
        Its part of the goal.
    """

    side: str
    won: tuple[Closing, ...]
    lead_ids: tuple[str, ...]
    wins: float
    euros: float | None
    goal: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodForecast:
    """The forecast of a period.

    Attributes
    ----------
    won : tuple of Closing
        Deals won in the period so far.
    outlook : Outlook
        The rest of it.
    sides : tuple of SideForecast
        Marketing's and sales' own; they add up to the whole.
    goal : float or None
        Euros of the goal that fall into the period.
    gap : Gap or None
        None where there is no goal, or no value.
    past : tuple of PastForecast
        Forecasts of earlier moments for windows of about the same length, the latest last.
    """

    won: tuple[Closing, ...]
    outlook: Outlook
    sides: tuple[SideForecast, ...]
    goal: float | None
    gap: Gap | None
    past: tuple[PastForecast, ...]

    @property
    def won_euros(self) -> float:
        """Return what the deals won so far brought."""
        return sum_euros(self.won)

    @property
    def expected(self) -> float | None:
        """Return the euros to expect of the whole period, None where values are missing."""
        return self._add(self.outlook.revenue)

    @property
    def chance(self) -> float | None:
        """Return the probability that the goal is reached, None without one or where values are missing."""
        return None if self.goal is None else self.outlook.compute_chance_of(self.goal - self.won_euros)

    @property
    def held(self) -> Rate:
        """Return how many intervals of the past held what came true."""
        held = [each.holds for each in self.past if each.holds is not None]
        return Rate(count=sum(held), of=len(held))

    def find_revenue(self, level: float) -> float | None:
        """Return the euros of the whole period that are not exceeded with a probability."""
        return self._add(self.outlook.find_revenue(level))

    def _add(self, rest: float | None) -> float | None:
        return None if rest is None else self.won_euros + rest


def sum_euros(won: Sequence[Closing]) -> float:
    """Return what deals brought together; those without a value bring nothing."""
    return float(sum(closing.euros for closing in won))


def compute_period_forecast(
    tracks: Tracks,
    period: Period,
    terms: Terms,
    rng: np.random.Generator,
    *,
    scores: Scores | None = None,
    n_past: int = 0,
) -> PeriodForecast:
    """Compute the forecast of a period.

    Parameters
    ----------
    tracks : Tracks
        All leads as known now.
    period : Period
        It may be over, under way or ahead.
    terms : Terms
        With the goal, and what is assumed.
    rng : numpy.random.Generator
        Seeded by the caller.
    scores : Scores or None
        Of a model that publishes its probabilities.
    n_past : int
        So many forecasts of the past are made beside it, spread over all that can be checked.
    """
    forecaster = Forecaster.from_tracks(
        tracks,
        terms.assumed,
        find_scores=None if scores is None else scores.find,
        horizon_days=0.0 if scores is None else scores.horizon_days,
    )
    window = forecaster.find_window(period.begins_at, period.ends_at)
    outlook = forecaster.forecast(window, rng)
    won = tuple(closing for closing in list_closings(tracks.lives, period, tracks.as_of) if closing.is_won)
    goal = find_goal_revenue(terms.goal, period)
    return PeriodForecast(
        won=won,
        outlook=outlook,
        sides=tuple(_divide_sides(tracks, outlook, won, terms.goal, goal)),
        goal=goal,
        gap=_find_gap(tracks, outlook, period, terms, goal, sum_euros(won)),
        past=tuple(list_past(forecaster, forecaster.find_past_window(window), rng, n_past)),
    )


def list_past(forecaster: Forecaster, window: Window, rng: np.random.Generator, n_past: int) -> list[PastForecast]:
    """List forecasts of earlier moments, spread evenly over all that can be checked."""
    places = forecaster.list_cut_offs(window)
    chosen = np.unique(np.linspace(0, len(places) - 1, min(n_past, len(places))).round().astype(int))
    return [forecaster.forecast_past(places[each], window, rng, n_draws=_PAST_DRAWS) for each in chosen]


def _find_gap(
    tracks: Tracks, outlook: Outlook, period: Period, terms: Terms, goal: float | None, so_far: float
) -> Gap | None:
    if goal is None or outlook.revenue is None:
        return None
    return compute_gap(
        tracks.lives,
        goal=goal,
        expected=so_far + outlook.revenue,
        average_value=outlook.prospects.values.average.euros,
        as_of=tracks.as_of,
        ends_at=period.ends_at,
        since=tracks.closed_at,
        assumed=terms.assumed,
    )


def _divide_sides(
    tracks: Tracks, outlook: Outlook, won: Sequence[Closing], signed: Goal | None, goal: float | None
) -> Iterable[SideForecast]:
    is_marketing = np.array([comes_from_marketing(life.source, signed) for life in tracks.lives], bool)
    recent = tracks.list_won(tracks.as_of - _YEAR_WEEKS * WEEK_MICROS, tracks.as_of)
    share = float(is_marketing[recent].mean()) if len(recent) else 1.0
    part = 1.0 if signed is None else signed.marketing_share
    for side, arriving, promised in (("marketing", share, part), ("sales", 1 - share, 1 - part)):
        chosen = is_marketing[outlook.standing.row] == (side == "marketing")
        arrivals = arriving * outlook.prospects.arrivals
        average = outlook.prospects.values.average.euros or 0.0
        yield SideForecast(
            side=side,
            won=tuple(each for each in won if _is_of(each.life, side, signed)),
            lead_ids=tuple(tracks.lives[row].lead_id for row in outlook.standing.row[chosen]),
            wins=float(outlook.chances[chosen].sum()) + arrivals,
            euros=None if outlook.revenue is None else float(outlook.expected[chosen].sum()) + arrivals * average,
            goal=None if goal is None else promised * goal,
        )


def _is_of(life: Life, side: str, signed: Goal | None) -> bool:
    return comes_from_marketing(life.source, signed) == (side == "marketing")
