"""Forecasting: the view of what a period will have brought when it is over, and how honest past forecasts were."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from agreement.calendar.periods import Period
from agreement.calendar.zones import compute_local_date
from agreement.forecast.period_forecast import PeriodForecast, Scores, compute_period_forecast
from agreement.forecast.score_ledger import ScoreLedger
from agreement.forecast.tracks import Tracks
from agreement.terms import Terms
from features.times import DAY
from serving.store.past_scores import list_published
from serving.usecases.views.figures import BadOption, Cell, Figures, read_number, spread_rate
from serving.usecases.views.forecast_tables import list_tables, spread_total

if TYPE_CHECKING:
    from serving.championing import ScorerInForce
    from serving.usecases.views.viewing import Question

OPTIONS: Mapping[str, str] = {"cut_offs": "So many past forecasts are shown beside what came true (0 to 52)."}

MOST_YEARS = 5
"""Longer ahead nobody knows who will come, and what is drawn of it grows with every year."""
_USUAL_CUT_OFFS = 8
# Asked twice, the same question gets the same answer.
_SEED = 20_260


def choose_ahead(now: int, terms: Terms) -> Period:
    """Return the period of the goal, or the quarter under way where there is none."""
    if terms.goal is not None:
        return Period(begins=terms.goal.begins, ends=terms.goal.ends, zone=terms.zone)
    day = compute_local_date(now, terms.zone)
    begins = day.replace(month=day.month - (day.month - 1) % 3, day=1)
    # The fourth month from a first day begins within 95 days, whatever their lengths.
    ends = (begins + timedelta(days=95)).replace(day=1)
    return Period(begins=begins, ends=ends, zone=terms.zone)


def look_at_forecast(question: "Question") -> Figures:
    """Forecast the revenue of the period.

    Raises
    ------
    BadOption
        If the number of past forecasts is none, or the period goes on for too long.
    """
    if question.period.ends_at > question.now + MOST_YEARS * 365 * DAY:
        raise BadOption(f"period: a forecast looks at most {MOST_YEARS} years ahead")
    n_past = _USUAL_CUT_OFFS
    if "cut_offs" in question.options:
        n_past = round(read_number(question.options, "cut_offs", low=0, high=52))
    tracks = Tracks.from_lives(question.lives, as_of=question.now)
    forecast = compute_period_forecast(
        tracks,
        question.period,
        question.terms,
        np.random.default_rng(_SEED),
        scores=_gather_scores(question, tracks),
        n_past=n_past,
    )
    return Figures(
        view="forecast",
        period=question.period,
        as_of=question.now,
        terms=question.terms,
        totals=_sum_up(forecast),
        tables=list_tables(forecast, tracks, question.period),
        notes=list(_list_notes(forecast, question)),
    )


def find_horizon(in_force: "ScorerInForce | None") -> float | None:
    """Find the days within which a win counts for the model in force, None where it publishes no probability."""
    if in_force is None or in_force.scorer.withheld is not None:
        return None
    days = in_force.scorer.about_.get("horizon_days")
    return float(days) if isinstance(days, int | float) and days > 0 else None


def _gather_scores(question: "Question", tracks: Tracks) -> Scores | None:
    """Gather what the model says now, and what was said at any earlier moment."""
    horizon = find_horizon(question.in_force)
    if horizon is None:
        return None
    entries = list_published(question.connection, until=question.now)
    ledger = ScoreLedger.from_entries([life.lead_id for life in tracks.lives], entries)
    current = np.array([life.probability for life in tracks.lives], np.float64)

    def find(at: int) -> Any:
        return current if at == tracks.as_of else ledger.find_scores(at)

    return Scores(horizon_days=horizon, find=find)


def _sum_up(forecast: PeriodForecast) -> dict[str, Cell]:
    outlook = forecast.outlook
    return {
        **spread_total(forecast),
        **spread_rate("past_held", forecast.held),
        "weeks_ahead": outlook.window.ends - outlook.window.begins,
        "open": len(outlook.chances),
        "open_scored": outlook.scored,
        "common_miss": outlook.prospects.spread.size,
        "told_ratio": outlook.prospects.values.told_ratio,
    }


def _list_notes(forecast: PeriodForecast, question: "Question") -> Iterator[str]:
    outlook = forecast.outlook
    yield _tell_probabilities(forecast, question)
    if question.now >= question.period.ends_at:
        yield "The period is over: what was won is all there is."
    unvalued = sum(closing.value is None for closing in forecast.won)
    if unvalued:
        yield f"{unvalued:,} deals won in the period have no value, and count with nothing."
    if outlook.revenue is None:
        yield "Euros are missing: no deal was won with a value, and the agreement assumes no average_won_value."
    elif outlook.prospects.values.average.origin == "assumed":
        yield "Leads without a value of their own count with the value that the agreement assumes."
    if outlook.measured_weeks < outlook.window.ends:
        yield (
            f"History shows what becomes of leads for {outlook.measured_weeks} weeks; later wins are taken to go "
            "on as in the last of them."
        )
    if forecast.past:
        window = forecast.past[0].outlook.window
        yield (
            f"Past forecasts look {window.ends - window.begins:g} weeks ahead, by what was known at their moments. "
            "Those that overlap say partly the same."
        )


def _tell_probabilities(forecast: PeriodForecast, question: "Question") -> str:
    measured = "shares that were measured by stage and by the time that leads have stood there"
    in_force, outlook = question.in_force, forecast.outlook
    if in_force is not None and in_force.scorer.withheld is not None:
        return f"The model tells no probabilities ({in_force.scorer.withheld}): chances are {measured}."
    horizon = find_horizon(in_force)
    if horizon is None:
        return f"No model says within what time it expects a win: chances are {measured}."
    return (
        f"Of {len(outlook.chances):,} open leads, {outlook.scored:,} have a probability of a win within "
        f"{horizon:g} days; what part of it falls into the period is measured. Other chances are {measured}."
    )
