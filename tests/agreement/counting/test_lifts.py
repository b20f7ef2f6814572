"""Lifts: ratios of shares, and what chance explains."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreement.counting.lifts import compare_shares, compute_p_values, control_false_discoveries
from agreement.counting.rates import LEVEL, Rate

rates = st.integers(1, 60).flatmap(lambda of: st.builds(Rate, count=st.integers(0, of), of=st.just(of)))


def test_a_lift_is_as_computed_by_hand():
    """Of 20 of 100 against 10 of 100 the ratio is 2, with the interval of its logarithm."""
    lift = compare_shares(Rate(count=20, of=100), Rate(count=10, of=100))
    half = 1.2815515655 * math.sqrt(1 / 20 - 1 / 100 + 1 / 10 - 1 / 100)
    assert (lift.value, lift.low, lift.high) == pytest.approx((2, 2 / math.exp(half), 2 * math.exp(half)))


def test_nobody_is_compared_with_nobody():
    """Without leads on either side there is no lift."""
    assert compare_shares(Rate(count=0, of=0), Rate(count=1, of=2)) is None
    assert compare_shares(Rate(count=1, of=2), Rate(count=0, of=0)) is None


@given(rates, rates)
def test_a_lift_lies_in_its_interval_and_turns_round(some, others):
    """Whatever is counted, the interval is finite and holds the ratio; compared the other way it is its inverse."""
    lift, back = compare_shares(some, others), compare_shares(others, some)
    assert 0 < lift.low < lift.value < lift.high < math.inf
    assert lift.value * back.value == pytest.approx(1)
    assert lift.low * back.high == pytest.approx(1)


def test_the_interval_holds_the_truth_as_often_as_it_says():
    """Over many draws from known shares, the interval holds their ratio at about its level."""
    generator = np.random.default_rng(7)
    some, others = generator.binomial(400, 0.2, 4_000), generator.binomial(900, 0.1, 4_000)
    lifts = [
        compare_shares(Rate(count=a, of=400), Rate(count=b, of=900))
        for a, b in zip(some.tolist(), others.tolist(), strict=True)
    ]
    held = sum(lift.low <= 2 <= lift.high for lift in lifts) / len(lifts)
    assert held == pytest.approx(LEVEL, abs=0.03)


@given(st.data())
def test_the_exact_test_sums_tables_that_are_no_likelier(data):
    """The p-value is that of fractions without any rounding."""
    whole = data.draw(rates)
    size = data.draw(st.integers(0, whole.of))
    missed = whole.of - whole.count
    count = data.draw(st.integers(max(0, size - missed), min(size, whole.count)))
    tables = {
        hits: Fraction(math.comb(whole.count, hits) * math.comb(missed, size - hits), math.comb(whole.of, size))
        for hits in range(max(0, size - missed), min(size, whole.count) + 1)
    }
    expected = sum(share for share in tables.values() if share <= tables[count])
    (p_value,) = compute_p_values([Rate(count=count, of=size)], [whole])
    assert p_value == pytest.approx(float(expected), abs=1e-9)


def test_the_lady_tasting_tea():
    """Fisher's own example: all of four cups of eight by chance is one in seventy, on either side."""
    (p_value,) = compute_p_values([Rate(count=4, of=4)], [Rate(count=4, of=8)])
    assert p_value == pytest.approx(2 / 70)


def test_discoveries_are_those_of_the_paper():
    """Of the 15 p-values of Benjamini and Hochberg's example, the four smallest stand at 5 %."""
    told = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719]
    found = control_false_discoveries([*told, 0.6528, 0.759, 1.0], 0.05)
    assert found == [True] * 4 + [False] * 11


@given(st.lists(st.floats(0, 1), max_size=30), st.randoms(use_true_random=False))
def test_what_stands_does_not_depend_on_the_order(p_values, randomness):
    """The smallest p-values stand, in whatever order they come, and at least those that stand against all."""
    found = control_false_discoveries(p_values)
    shuffled = p_values[:]
    randomness.shuffle(shuffled)
    again = dict(zip(shuffled, control_false_discoveries(shuffled), strict=True))
    assert [again[p] for p in p_values] == found
    assert all(stands for p, stands in zip(p_values, found, strict=True) if p <= 0.1 / len(p_values))
    assert not any(stands for p, stands in zip(p_values, found, strict=True) if p > 0.1)


def test_chance_alone_is_seldom_a_discovery():
    """Where nothing differs, a family has a false discovery about as seldom as its guard promises."""
    generator = np.random.default_rng(3)
    families = [control_false_discoveries(generator.random(50).tolist()) for _ in range(1_000)]
    assert sum(any(found) for found in families) / 1_000 == pytest.approx(0.1, abs=0.03)
