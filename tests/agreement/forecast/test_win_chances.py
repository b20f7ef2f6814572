"""Win chances: a model's probability is divided over time as wins of the past were; assumptions fill in."""

import numpy as np
import pytest

from agreement.forecast.landmarks import count_landmarks
from agreement.forecast.win_chances import Window, divide_scores, measure_chances
from agreement.forecast.win_curves import measure_curves
from agreement.goal import Assumptions
from tests.agreement.markets import NOW, follow, invent_market, make_life

ASSUMED = Assumptions(
    lead_to_mql=0.5, mql_to_sql=0.5, sql_to_opportunity=0.5, opportunity_to_customer=0.4, horizon_days=70
)
UNASSUMED = Assumptions()


def look(lives, window, assumed=UNASSUMED):
    """Measure the chances of the leads that are open now."""
    return measure_chances(*gather(lives), window, find_curves(lives, window.ends), assumed)[0]


def divide(lives, window, score, horizon):
    """Divide one probability of all leads that are open now."""
    standing, at = gather(lives)
    curves = find_curves(lives, max(window.ends, horizon))
    return divide_scores(np.full(len(standing.row), score), standing, at, window, curves, horizon)


def gather(lives):
    """Return who is open now, and the moment."""
    return follow(lives).find_standing(NOW), NOW


def find_curves(lives, weeks):
    """Return the curves as known now."""
    marks = count_landmarks(follow(lives))
    return measure_curves(marks)(marks.n_weeks, int(weeks) + 1, 30.0)


def test_a_probability_is_divided_as_past_wins_were():
    """Over its whole horizon a probability stays what it is; its parts add up, and follow the law of past wins."""
    lives = invent_market(2, n_leads=8_000, hazard=0.01)
    whole = divide(lives, Window(begins=0, ends=12), 0.2, 12.0)
    early = divide(lives, Window(begins=0, ends=4), 0.2, 12.0)
    late = divide(lives, Window(begins=4, ends=12), 0.2, 12.0)
    assert whole == pytest.approx(np.full(len(whole), 0.2))
    assert early + late == pytest.approx(whole)
    law = (1 - np.exp(-0.04 * 28)) / (1 - np.exp(-0.04 * 84))
    assert early.mean() == pytest.approx(0.2 * law, rel=0.12)


def test_without_any_win_a_probability_is_spread_evenly():
    """Half of the horizon gets half of the probability; beyond the horizon nothing more comes."""
    lives = [make_life("a", 30)]
    assert divide(lives, Window(begins=0, ends=6), 0.2, 12.0) == pytest.approx([0.1])
    assert divide(lives, Window(begins=0, ends=40), 0.2, 12.0) == pytest.approx([0.2])


def test_assumed_shares_fill_in_where_little_was_measured():
    """The shares on the way are multiplied and spread over one horizon a stage; a measured stage ignores them."""
    lives = [make_life("lead", 9), make_life("opp", 9, ("opportunity", 8)), make_life("rests", 9, ("recycled", 3))]
    chances = look(lives, Window(begins=0, ends=5), ASSUMED)
    assert chances == pytest.approx([0.05 * 5 / 40, 0.4 * 5 / 10, 0.05 * 5 / 40])
    half_told = Assumptions(opportunity_to_customer=0.4)
    assert look(lives, Window(begins=0, ends=5), half_told)[0] == 0
    market = invent_market(2, n_leads=2_000)
    np.testing.assert_array_equal(
        look(market, Window(begins=0, ends=5), ASSUMED), look(market, Window(begins=0, ends=5))
    )
