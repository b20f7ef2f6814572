"""Won values: a mean with an interval that holds what it promises."""

import math

import numpy as np
import pytest
from scipy.stats import t

from agreement.funnel.won_values import compute_average_value, compute_t_quantile


@pytest.mark.parametrize("degrees", [1, 2, 3, 5, 10, 30, 1_000])
def test_quantiles_of_student_are_right(degrees):
    """They agree with SciPy's to a thousandth."""
    assert compute_t_quantile(degrees) == pytest.approx(t.ppf(0.9, degrees), rel=1e-3)


def test_a_mean_is_measured_once_there_is_enough():
    """Below the least number the assumed mean counts, without an interval, and n still says what was measured."""
    measured = compute_average_value([100.0, 300.0, math.nan, -5.0], assumed=50.0)
    assert (measured.euros, measured.n, measured.origin) == (200.0, 2, "measured")
    assert 0 < measured.low < 200 < measured.high
    assumed = compute_average_value([100.0, 300.0], assumed=50.0, least_measured=3)
    assert (assumed.euros, assumed.n, assumed.origin, assumed.low) == (50.0, 2, "assumed", None)
    assert compute_average_value([0.0]).origin == "missing"
    assert compute_average_value([7.0]).low is None
    with pytest.raises(ValueError, match="cannot be drawn"):
        compute_average_value([]).draw(np.random.default_rng(1), 3)


def test_the_interval_holds_the_mean_as_often_as_it_says():
    """Of skewed deals, twenty at a time, about eight in ten intervals hold the true mean."""
    rng = np.random.default_rng(3)
    samples = rng.lognormal(9, 0.8, (1_500, 20))
    averages = [compute_average_value(sample.tolist()) for sample in samples]
    held = np.mean([each.low <= math.exp(9 + 0.32) <= each.high for each in averages])
    assert 0.74 <= held <= 0.86


def test_draws_have_the_quantiles_of_the_interval():
    """A tenth of the draws lies below the interval, and a tenth above it."""
    average = compute_average_value([8_000.0, 12_000.0, 9_000.0, 20_000.0, 11_000.0])
    drawn = average.draw(np.random.default_rng(5), 40_000)
    assert np.quantile(drawn, [0.1, 0.9]) == pytest.approx([average.low, average.high], rel=0.02)
