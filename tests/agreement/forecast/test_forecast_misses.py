"""Forecast misses: chance alone adds nothing, systematic misses widen, and few forecasts lean on the usual miss."""

import numpy as np
import pytest

from agreement.forecast.forecast_misses import Miss, Spread, measure_spread


def make_misses(factors, *, expected=400.0):
    """Make misses of forecasts of which so many times as many wins came, beside the luck of a Poisson law."""
    rng = np.random.default_rng(1)
    return [
        Miss(at=week, expected=expected, variance=expected, won=int(rng.poisson(expected * factor)))
        for week, factor in enumerate(factors)
    ]


def test_without_a_past_the_usual_miss_counts():
    """A quarter, and wider because it rests on four forecasts only."""
    spread = measure_spread([], 4)
    assert (spread.n_windows, spread.size) == (0, pytest.approx(0.25 * 1.1963, abs=2e-4))


def test_chance_alone_leaves_little_and_swings_are_found():
    """Hundreds of forecasts that miss by luck alone leave a small factor; swings of 40 % are found as such."""
    assert measure_spread(make_misses([1.0] * 400), 1).size < 0.05
    assert measure_spread(make_misses([0.6, 1.4] * 200), 1).size == pytest.approx(0.4, abs=0.02)


def test_forecasts_that_overlap_count_once():
    """Forty weekly forecasts of eight weeks are not quite six, so the usual miss weighs more."""
    misses = make_misses([1.0] * 40)
    assert measure_spread(misses, 8).n_windows == pytest.approx(1 + 39 / 8)
    assert measure_spread(misses, 8).size > measure_spread(misses, 1).size


def test_factors_have_mean_one():
    """The common uncertainty makes a forecast wider, not larger."""
    levels = np.random.default_rng(2).standard_normal(200_000)
    factors = Spread(size=0.4, n_windows=3).find_factors(levels)
    assert factors.mean() == pytest.approx(1, abs=0.01)
    assert factors.std() == pytest.approx(0.4, abs=0.02)
    assert np.all(Spread(size=0.0, n_windows=9).find_factors(levels) == 1)
