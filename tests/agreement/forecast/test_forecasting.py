"""Forecasting: only what is known counts, and a forecast of the past is the one that would have been made then."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreement.forecast.forecast_misses import Miss, measure_spread
from agreement.forecast.forecasting import Forecaster
from agreement.forecast.outlooks import LEVELS
from agreement.forecast.score_ledger import ScoreLedger
from agreement.forecast.win_chances import Window
from agreement.goal import Assumptions
from agreement.lives import Life, Step
from agreement.stages import Stage
from tests.agreement.markets import NOW, WEEK, ago, follow, invent_market

MARKET = invent_market(11, n_leads=1_500)
FOUR = Window(begins=0, ends=4)


def build(lives, at=NOW, **more):
    """Build what forecasts at an instant."""
    return Forecaster.from_tracks(follow(lives, at), Assumptions(), **more)


def forecast(lives, at=NOW, window=FOUR, **more):
    """Forecast the revenue of a window at an instant: expectation, interval and wins."""
    outlook = build(lives, at, **more).forecast(window, np.random.default_rng(1), n_draws=300)
    return (outlook.revenue, *(outlook.find_revenue(level) for level in LEVELS), outlook.wins)


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_later_facts_change_nothing(data):
    """Whatever is added after the moment, the forecast made as of it is the same."""
    day = data.draw(st.integers(0, 200))
    at = ago(day)
    rows = data.draw(st.lists(st.integers(0, len(MARKET) - 1), max_size=5, unique=True))
    later = Step(stage=data.draw(st.sampled_from(list(Stage))), at=at + 1, value=5e9)
    told = list(MARKET)
    for row in rows:
        known = tuple(step for step in told[row].steps if step.at <= at)
        told[row] = replace(told[row], steps=(*known, later))
    told += [Life(lead_id=f"new{n}", created_at=at + 1 + n) for n in range(data.draw(st.integers(0, 30)))]
    assert forecast(told, at) == forecast(MARKET, at)


@pytest.mark.parametrize("back", [3, 11, 30])
def test_a_past_forecast_is_the_one_made_then(back):
    """Looking back, chances, values, the common uncertainty and the draws are those of that day."""
    forecaster = build(MARKET)
    place = forecaster.landmarks.n_weeks - back
    window = Window(begins=0, ends=2)
    past = forecaster.forecast_past(place, window, np.random.default_rng(1), n_draws=300)
    then = build(MARKET, NOW - back * WEEK).forecast(window, np.random.default_rng(1), n_draws=300)
    assert past.outlook.at == NOW - back * WEEK
    assert past.outlook.prospects.spread == then.prospects.spread
    np.testing.assert_allclose(past.outlook.chances, then.chances, rtol=1e-12)
    np.testing.assert_array_equal(past.outlook.draws.euros, then.draws.euros)


def test_the_common_uncertainty_is_that_of_the_forecasts_that_were_made():
    """Misses are of earlier forecasts as they were then, also in how far the model was trusted by then."""
    ids = [life.lead_id for life in MARKET]
    luck = np.random.default_rng(9).beta(1, 9, len(ids))
    entries = [(lead_id, ago(420), float(score)) for lead_id, score in zip(ids, luck, strict=True)]
    ledger = ScoreLedger.from_entries(ids, entries)
    forecaster = build(MARKET, find_scores=ledger.find_scores, horizon_days=56)
    past = [
        forecaster.forecast_past(place, FOUR, np.random.default_rng(1), n_draws=5)
        for place in forecaster.list_cut_offs(FOUR)
    ]
    misses = []
    for each in past:
        prospects = each.outlook.prospects
        luck_alone = float((prospects.chances * (1 - prospects.chances)).sum() + prospects.arrivals)
        expected = float(prospects.chances.sum() + prospects.arrivals)
        misses.append(Miss(at=each.outlook.at, expected=expected, variance=luck_alone, won=len(each.won)))
    outlook = forecaster.forecast(FOUR, np.random.default_rng(1), n_draws=5)
    assert outlook.scored == len(outlook.chances)
    assert outlook.prospects.spread.size == pytest.approx(measure_spread(misses, 4).size, rel=1e-9)


def test_what_came_is_counted_in_the_window():
    """Wins after the moment and no later than the window's end, with what they brought."""
    forecaster = build(MARKET)
    place = forecaster.landmarks.n_weeks - 10
    past = forecaster.forecast_past(place, FOUR, np.random.default_rng(1), n_draws=50)
    begins, ends = NOW - 10 * WEEK, NOW - 6 * WEEK
    won = [
        (life.lead_id, step.value)
        for life in MARKET
        for step in life.steps
        if step.stage == Stage.CUSTOMER and begins < step.at <= ends
    ]
    assert set(past.won) == {lead_id for lead_id, _ in won}
    assert past.euros == pytest.approx(sum(value for _, value in won))


def test_a_model_that_knows_beats_the_measured_shares():
    """With scores that tell winners from losers the forecast of earlier weeks misses less."""
    won = {life.lead_id: [s.at for s in life.steps if s.stage == Stage.CUSTOMER] for life in MARKET}
    entries = []
    for life in MARKET:
        for week in range(60):
            at = NOW - week * WEEK
            if life.created_at <= at:
                soon = any(at < each <= at + 8 * WEEK for each in won[life.lead_id])
                entries.append((life.lead_id, at, 0.9 if soon else 0.01))
    ledger = ScoreLedger.from_entries([life.lead_id for life in MARKET], sorted(entries))
    blind, knowing = build(MARKET), build(MARKET, find_scores=ledger.find_scores, horizon_days=56)

    def measure_error(forecaster):
        places = forecaster.list_cut_offs(FOUR)[-20:]
        past = [forecaster.forecast_past(place, FOUR, np.random.default_rng(1), n_draws=20) for place in places]
        assert all(each.outlook.scored in (0, len(each.outlook.chances)) for each in past)
        return np.mean([abs(each.outlook.wins - len(each.won)) for each in past])

    assert measure_error(knowing) < 0.75 * measure_error(blind)


def test_luck_alone_is_narrower_than_the_whole_uncertainty():
    """The exact distribution of open leads' wins lies within what the draws say of all."""
    outlook = build(MARKET).forecast(FOUR, np.random.default_rng(1))
    low, high = outlook.find_lucky_wins()
    assert outlook.find_wins(LEVELS[1]) - outlook.find_wins(LEVELS[0]) > high - low > 0
    assert outlook.compute_chance_of(0) == 1
    assert outlook.compute_chance_of(outlook.find_revenue(0.5)) == pytest.approx(0.5, abs=0.01)


def test_windows_lie_ahead_and_can_be_checked():
    """A period under way counts from now, one ahead from its beginning; the past is asked what it can answer."""
    forecaster = build(MARKET)
    assert forecaster.find_window(ago(7), ago(-14)) == FOUR.__class__(begins=0, ends=2)
    assert forecaster.find_window(ago(-7), ago(-14)) == Window(begins=1, ends=2)
    assert forecaster.find_window(ago(9), ago(7)) == Window(begins=0, ends=0)
    assert forecaster.find_past_window(Window(begins=0.2, ends=3.6)) == FOUR
    most = (forecaster.landmarks.n_weeks - 8) // 2
    assert forecaster.find_past_window(Window(begins=40, ends=90)) == Window(begins=0, ends=most)


@pytest.mark.parametrize("lives", [[], MARKET[:1], [Life(lead_id="new", created_at=NOW)]])
def test_too_little_history_is_no_mistake(lives):
    """Without past wins there is nothing to expect, and nothing fails."""
    forecaster = build(lives)
    outlook = forecaster.forecast(Window(begins=0, ends=9.5), np.random.default_rng(1), n_draws=10)
    assert outlook.wins >= 0
    assert list(forecaster.list_cut_offs(FOUR)) == []


def test_a_period_that_is_over_brings_nothing_more():
    """Nothing is expected of no time."""
    outlook = build(MARKET).forecast(Window(begins=0, ends=0), np.random.default_rng(1), n_draws=10)
    assert (outlook.wins, outlook.revenue, outlook.find_revenue(0.9)) == (0, 0, 0)
