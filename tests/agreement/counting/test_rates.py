"""Rates and their intervals, beside another way to the same numbers."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreement.counting.rates import LEVEL, ImpossibleRate, Rate

counts = st.integers(0, 5_000)
# From a table of the normal distribution: 80 % lie within so many deviations of the middle.
Z_80 = 1.2815515655446004


def find_bound(count, of, low, high):
    """Halve until the share is found that lies exactly z deviations of its own from the observed one."""

    def is_too_far(share):
        return abs(count / of - share) * math.sqrt(of) > Z_80 * math.sqrt(share * (1 - share))

    is_falling = is_too_far(low)
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if is_too_far(middle) == is_falling else (low, middle)
    return (low + high) / 2


@given(counts.flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))).filter(lambda pair: pair[1] > 0))
def test_an_interval_ends_where_the_count_would_be_just_as_far_away_as_the_level_allows(pair):
    """Wilson's ends are the shares whose own normal interval just reaches the observed share."""
    count, of = pair
    rate = Rate(count=count, of=of)
    if count:
        assert rate.low == pytest.approx(find_bound(count, of, 1e-12, count / of), abs=1e-9)
    if count < of:
        assert rate.high == pytest.approx(find_bound(count, of, count / of, 1 - 1e-12), abs=1e-9)


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [(5, 10, 0.3122, 0.6878), (0, 10, 0.0, 0.1411), (10, 10, 0.8589, 1.0), (1, 1, 0.3784, 1.0)],
)
def test_intervals_known_by_hand(count, of, low, high):
    """With z² = 1.6424: none of n ends at z² / (n + z²), and half of ten lies 0.1878 around a half."""
    rate = Rate(count=count, of=of)
    assert (rate.low, rate.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(counts.flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_a_share_lies_in_its_interval_and_both_grow_with_the_count(pair):
    """Low, value and high are in order within 0 and 1, and one more of as many moves none of them down."""
    count, of = pair
    rate = Rate(count=count, of=of)
    value = 0.5 if rate.value is None else rate.value
    assert 0 <= rate.low <= value <= rate.high <= 1
    if count < of:
        more = Rate(count=count + 1, of=of)
        assert rate.low < more.low
        assert rate.high < more.high or rate.high == 1


def test_more_of_the_same_share_is_known_better():
    """The interval of ten times as many is narrower."""
    widths = [Rate(count=of // 4, of=of).high - Rate(count=of // 4, of=of).low for of in (4, 40, 400, 4_000)]
    assert widths == sorted(widths, reverse=True)


def test_of_nothing_nothing_is_known():
    """No share is divided by zero: it has no value, and its interval is everything."""
    nothing = Rate(count=0, of=0)
    assert (nothing.value, nothing.low, nothing.high) == (None, 0.0, 1.0)


def test_an_interval_holds_the_truth_about_as_often_as_it_says():
    """Of all counts that 60 draws at 0.3 can bring, those whose interval holds 0.3 weigh about the level."""
    n, truth = 60, 0.3
    held = sum(
        math.comb(n, count) * truth**count * (1 - truth) ** (n - count)
        for count in range(n + 1)
        if Rate(count=count, of=n).low <= truth <= Rate(count=count, of=n).high
    )
    assert abs(held - LEVEL) < 0.05


@pytest.mark.parametrize(("count", "of"), [(-1, 3), (4, 3), (0, -1)])
def test_what_is_no_share_is_refused(count, of):
    """A count is neither negative nor more than what it is counted of."""
    with pytest.raises(ImpossibleRate, match="is no share"):
        Rate(count=count, of=of)
