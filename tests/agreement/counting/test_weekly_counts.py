"""Weekly counts: the interval of a week to come."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nbinom

from agreement.counting.weekly_counts import forecast_week

counts = st.lists(st.integers(0, 200), min_size=1, max_size=12)


def test_calm_weeks_follow_poisson():
    """Weeks that scatter less than chance are forecast as Poisson, with the doubt about their mean."""
    forecast = forecast_week([4, 5, 5, 6])
    assert (forecast.law, forecast.mean) == ("Poisson", 5)
    assert [forecast.low, forecast.high] == nbinom.ppf([0.1, 0.9], 20.5, 4 / 5).tolist()


def test_wild_weeks_have_a_wider_interval():
    """Weeks that scatter more than chance are forecast as negative binomial of that variance."""
    wild, calm = forecast_week([0, 1, 9, 10]), forecast_week([5, 5, 5, 5])
    assert wild.law == "negative binomial"
    assert (wild.low, wild.high) != (calm.low, calm.high)
    assert wild.low <= calm.low < calm.high <= wild.high


def test_weeks_without_any_leave_room_for_some():
    """No week says nothing; weeks without any lead say nearly none; a single week is uncertain."""
    assert forecast_week([]) is None
    assert (forecast_week([0] * 8).low, forecast_week([0] * 8).high) == (0, 0)
    assert forecast_week([0]).high == nbinom.ppf(0.9, 0.5, 1 / 2)
    assert forecast_week([100_000]).low < 100_000 < forecast_week([100_000]).high


@given(counts)
def test_an_interval_is_never_upside_down(weeks):
    """Both ends are counts, the lower one first, and more of everything raises both."""
    forecast, more = forecast_week(weeks), forecast_week([week + 50 for week in weeks])
    assert 0 <= forecast.low <= forecast.high
    assert more.high > forecast.high


@pytest.mark.parametrize("scatter", [None, 2.0])
def test_the_interval_holds_a_week_as_often_as_it_says(scatter):
    """Eight weeks forecast the ninth right in about eight of ten cases, calm or wild."""
    rng = np.random.default_rng(2)
    rates = rng.gamma(scatter, 20 / scatter, (1_500, 9)) if scatter else np.full((1_500, 9), 20.0)
    weeks = rng.poisson(rates).tolist()
    forecasts = [forecast_week(each[:8]) for each in weeks]
    held = np.mean([f.low <= each[8] <= f.high for f, each in zip(forecasts, weeks, strict=True)])
    assert 0.74 <= held <= 0.9
