"""The Poisson-binomial distribution: equal to multiplying one lead after another, whatever the probabilities."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreement.counting.poisson_binomial import ImpossibleProbability, compute_count_distribution, find_quantile


@settings(max_examples=40)
@given(st.lists(st.floats(0, 1), max_size=60))
def test_it_equals_adding_one_lead_after_another(probabilities):
    """A direct convolution, lead by lead, gives the same distribution; it sums up to 1."""
    slow = np.ones(1)
    for probability in probabilities:
        slow = np.convolve(slow, [1 - probability, probability])
    fast = compute_count_distribution(np.array(probabilities, float))
    np.testing.assert_allclose(fast, slow, atol=1e-12)
    assert math.isclose(fast.sum(), 1)


def test_equal_probabilities_are_binomial_and_quantiles_are_read_off():
    """Ten coins follow the binomial law; four heads or fewer come in 38 % of the cases."""
    coins = compute_count_distribution(np.full(10, 0.5))
    np.testing.assert_allclose(coins, [math.comb(10, k) / 1024 for k in range(11)], atol=1e-14)
    assert (find_quantile(coins, 0.37), find_quantile(coins, 0.38), find_quantile(coins, 1.0)) == (4, 5, 10)
    assert find_quantile(compute_count_distribution(np.zeros(0)), 0.9) == 0


def test_many_leads_keep_mean_and_variance():
    """With twenty thousand unequal leads, mean and variance are those of the sum."""
    p = np.random.default_rng(3).beta(0.5, 9, 20_000)
    counted = compute_count_distribution(p)
    counts = np.arange(len(counted))
    mean = float(counted @ counts)
    assert math.isclose(mean, p.sum(), rel_tol=1e-9)
    assert math.isclose(float(counted @ (counts - mean) ** 2), (p * (1 - p)).sum(), rel_tol=1e-6)


@pytest.mark.parametrize("wrong", [-0.1, 1.1, np.nan])
def test_what_is_no_probability_is_refused(wrong):
    """A missing value is none either."""
    with pytest.raises(ImpossibleProbability):
        compute_count_distribution(np.array([0.5, wrong]))
