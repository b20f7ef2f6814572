"""Revenue draws: their law is the exact one where that is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreement.counting.poisson_binomial import compute_count_distribution
from agreement.forecast.deal_values import DealValues
from agreement.forecast.forecast_misses import Spread
from agreement.forecast.revenue_draws import Prospects, draw_revenue
from agreement.funnel.won_values import AverageValue

SURE = Spread(size=0.0, n_windows=99)
HUNDRED = DealValues(
    average=AverageValue(euros=100.0, n=0, error=0.0, origin="assumed"), sample=np.zeros(0), told_ratio=1.0
)


def hope(chances, told=None, *, arrivals=0.0, spread=SURE):
    """Make prospects whose untold values are a hundred euros."""
    told = np.full(len(chances), np.nan) if told is None else np.array(told, float)
    return Prospects(chances=np.array(chances), told=told, arrivals=arrivals, values=HUNDRED, spread=spread)


def test_counts_follow_the_poisson_binomial_law():
    """Whether values are told or not, wins come as often as the exact distribution says."""
    chances = np.random.default_rng(4).beta(1, 4, 40)
    exact = np.cumsum(compute_count_distribution(chances))
    for told in (np.full(40, np.nan), np.full(40, 5.0), np.where(np.arange(40) % 2, 5.0, np.nan)):
        wins = draw_revenue(hope(chances, told), np.random.default_rng(5), n_draws=20_000).wins
        found = [np.mean(wins <= count) for count in range(41)]
        np.testing.assert_allclose(found, exact, atol=0.02)


def test_euros_are_those_of_the_leads_that_win():
    """A sure lead brings its told value, another the usual one, and leads to come theirs."""
    draws = draw_revenue(hope([0.9999999, 0.0], [700.0, 50.0]), np.random.default_rng(1), n_draws=50)
    assert np.all(draws.euros == 700)
    draws = draw_revenue(hope([], arrivals=4.0), np.random.default_rng(1), n_draws=5_000)
    assert draws.wins.mean() == pytest.approx(4, abs=0.15)
    np.testing.assert_array_equal(draws.euros, 100.0 * draws.wins)


def test_the_common_factor_widens_and_hardly_moves():
    """With a common factor the spread is that of the factor, however many leads there are."""
    spread = Spread(size=0.3, n_windows=9)
    prospects = hope(np.full(5_000, 0.02), spread=spread)
    wins = draw_revenue(prospects, np.random.default_rng(6), n_draws=4_000).wins
    assert wins.mean() == pytest.approx(prospects.mean_chances.sum(), rel=0.02)
    assert wins.std() == pytest.approx(np.hypot(30, 10), rel=0.06)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(0, 0.999), max_size=30), st.floats(0, 0.8), st.integers(0, 9))
def test_the_same_seed_draws_the_same_and_chances_stay_chances(chances, size, seed):
    """Draws repeat; no more leads are won than there are; the averaged chances lie in [0, 1]."""
    prospects = hope(chances, spread=Spread(size=size, n_windows=1))
    first, second = (draw_revenue(prospects, np.random.default_rng(seed), n_draws=20) for _ in range(2))
    np.testing.assert_array_equal(first.euros, second.euros)
    assert np.all((first.wins >= 0) & (first.wins <= len(chances)))
    assert np.all((prospects.mean_chances >= 0) & (prospects.mean_chances <= 1))
