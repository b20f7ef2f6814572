"""Deal values: told ones are corrected by what came of told ones, others are drawn from won deals."""

import numpy as np
import pytest

from agreement.forecast.deal_values import DealValues, measure_values
from agreement.funnel.won_values import compute_average_value
from tests.agreement.markets import NOW, ago, follow, make_life


def win(number, told, won, day=30.0):
    """Make a deal told at one value and won at another."""
    return make_life(f"{number}-{day}", 300, ("opportunity", day + 20, told), ("customer", day, won))


def test_values_are_those_known_then():
    """Deals won later, and those won more than two years before, are no part of the sample."""
    lives = [win(n, 100.0, 50.0 + n) for n in range(40)] + [win(n, 100.0, 9e6, day=1) for n in range(40)]
    values = measure_values(follow(lives), ago(10), assumed=None, least=30)
    assert (values.average.origin, values.average.n) == ("measured", 40)
    assert values.average.euros == pytest.approx(69.5)
    assert values.told_ratio == pytest.approx(0.695)
    np.testing.assert_allclose(values.expect(np.array([200.0, np.nan])), [139, 69.5])
    late = measure_values(follow(lives), ago(-800), assumed=None, least=30)
    assert (late.average.origin, len(late.sample)) == ("missing", 0)


def test_too_few_deals_give_way_to_what_was_assumed():
    """With five deals the assumed average counts and told values stay as told; without any assumption, the five."""
    tracks = follow([win(n, 100.0, 50.0) for n in range(5)])
    assumed = measure_values(tracks, NOW, assumed=800.0, least=30)
    assert (assumed.average.euros, assumed.average.origin, assumed.told_ratio) == (800, "assumed", 1)
    assert measure_values(tracks, NOW, assumed=None, least=30).average.euros == 50


def test_sums_have_the_spread_of_deals_and_of_their_mean():
    """Drawn sums of many deals have the right mean; with few known deals their mean is uncertain too."""
    sample = np.random.default_rng(1).lognormal(8, 0.8, 60)
    values = DealValues(average=compute_average_value(sample.tolist()), sample=sample)
    sums = values.draw_sums(np.full(4_000, 25), np.random.default_rng(2))
    assert sums.mean() == pytest.approx(25 * sample.mean(), rel=0.03)
    luck = sample.std() / sample.mean() / 5
    assert np.log(sums).std() == pytest.approx(np.hypot(luck, values.average.error), rel=0.15)
    assert values.draw_sums(np.array([0, 3, 0]), np.random.default_rng(2))[[0, 2]].tolist() == [0, 0]


def test_missing_values_stay_missing():
    """Without any deal or assumption a win brings nobody knows what, and no win brings nothing."""
    values = DealValues(average=compute_average_value([]), sample=np.zeros(0))
    np.testing.assert_array_equal(values.draw_sums(np.array([0, 2]), np.random.default_rng(1)), [0, np.nan])
    assumed = DealValues(average=compute_average_value([], assumed=7.0), sample=np.zeros(0))
    np.testing.assert_array_equal(assumed.draw_sums(np.array([0, 2]), np.random.default_rng(1)), [0, 14])
