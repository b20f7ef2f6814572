"""Run rates: where a count ends, and how often it ends between the two that were named."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import nbinom

from agreement.counting.rates import LEVEL
from agreement.counting.run_rates import LEAST_ELAPSED, find_outlook


@settings(max_examples=60, deadline=None)
@given(count=st.integers(min_value=0, max_value=400), elapsed=st.floats(min_value=0.011, max_value=0.999))
def test_the_bounds_are_quantiles_of_what_is_still_to_come(count, elapsed):
    """The interval is that of a negative binomial, as another library computes it."""
    outlook = find_outlook(count, elapsed)
    assert outlook is not None
    outside = (1 - LEVEL) / 2
    ours = [outlook.low - count, outlook.high - count]
    for number, share in zip(ours, (outside, 1 - outside), strict=True):
        law = nbinom(count + 0.5, elapsed)
        assert law.cdf(number) >= share - 1e-9
        assert number == 0 or law.cdf(number - 1) < share + 1e-9
    assert count <= outlook.low <= outlook.high
    assert outlook.expected == count / elapsed


@pytest.mark.parametrize(("rate", "elapsed"), [(3, 0.3), (20, 0.5), (150, 0.15)])
def test_as_many_periods_end_within_as_the_level_says(rate, elapsed):
    """Of many invented periods at least four in five end within the interval named when part of them had passed."""
    random = np.random.default_rng(7)
    seen = random.poisson(rate * elapsed, 2_000)
    ended = seen + random.poisson(rate * (1 - elapsed), 2_000)
    bounds = {count: find_outlook(int(count), elapsed) for count in set(seen)}
    held = np.mean([bounds[s].low <= e <= bounds[s].high for s, e in zip(seen, ended, strict=True)])
    assert LEVEL - 0.03 <= held <= 0.97


def test_an_end_is_certain_and_a_begin_tells_nothing():
    """At the end the count is what it is, and too early there is no outlook at all."""
    ended = find_outlook(7, 1.0)
    assert ended is not None
    assert (ended.low, ended.expected, ended.high) == (7, 7, 7)
    assert find_outlook(7, LEAST_ELAPSED / 2) is None
    assert find_outlook(0, 0.0) is None
