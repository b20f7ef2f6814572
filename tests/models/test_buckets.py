"""Buckets: never more hot leads than sales can answer, whatever the probabilities."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.buckets import BUCKETS, Thresholds, choose_thresholds, compute_shares

# Few distinct values, so that many leads tie, and the ends of the scale.
probabilities = st.lists(
    st.one_of(st.sampled_from((0.0, 0.1, 0.5, 1.0)), st.floats(0, 1)), min_size=1, max_size=60
).map(np.array)
shares = st.one_of(st.sampled_from((0.0, 0.1, 0.2, 1.0)), st.floats(0, 1))


@settings(max_examples=200, deadline=None)
@given(probabilities, shares, shares)
def test_never_more_hot_than_promised(probability, hot_share, warm_share):
    """At most the promised share is hot, at most the promised share more is warm, and ties stand together."""
    thresholds = choose_thresholds(probability, hot_share=hot_share, warm_share=warm_share)
    found = compute_shares(probability, thresholds)
    assert found["hot"] <= hot_share + 1e-9
    assert found["hot"] + found["warm"] <= min(1.0, hot_share + warm_share) + 1e-9
    assert sum(found.values()) == pytest.approx(1.0)


@settings(max_examples=200, deadline=None)
@given(probabilities, shares)
def test_no_lower_threshold_would_do(probability, hot_share):
    """The next lower probability would make more leads hot than promised."""
    hot = choose_thresholds(probability, hot_share=hot_share, warm_share=0.0).hot
    below = probability[probability < hot]
    if len(below):
        assert (probability >= below.max()).mean() > hot_share


@settings(max_examples=100, deadline=None)
@given(probabilities)
def test_one_lead_is_sorted_as_many(probability):
    """A bucket by itself and a bucket in a batch are the same."""
    thresholds = Thresholds(warm=0.1, hot=0.5)
    codes = thresholds.sort(probability)
    assert [BUCKETS[code] for code in codes] == [thresholds.bucket(p) for p in probability]


def test_leads_that_all_tie_are_hot_together_or_not_at_all():
    """A scorer that tells no leads apart makes none of them hot, unless all may be."""
    same = np.full(50, 0.3)
    assert compute_shares(same, choose_thresholds(same, hot_share=0.99, warm_share=0))["hot"] == 0
    assert compute_shares(same, choose_thresholds(same, hot_share=1.0, warm_share=0))["hot"] == 1


@pytest.mark.parametrize(
    ("probability", "bucket"), [(0.0999, "cold"), (0.1, "warm"), (0.4999, "warm"), (0.5, "hot")]
)
def test_thresholds_belong_to_the_bucket_above(probability, bucket):
    """A probability equal to a threshold has reached it."""
    assert Thresholds(warm=0.1, hot=0.5).bucket(probability) == bucket


@pytest.mark.parametrize(("warm", "hot"), [(0.5, 0.4), (-0.1, 0.4), (math.nan, 0.5), (0.1, math.nan)])
def test_thresholds_in_the_wrong_order_are_refused(warm, hot):
    """Hot lies at or above warm, and warm at or above zero."""
    with pytest.raises(ValueError, match="hot"):
        Thresholds(warm=warm, hot=hot)


@pytest.mark.parametrize(("hot", "warm"), [(-0.1, 0.1), (0.1, 1.1), (math.nan, 0.1)])
def test_shares_outside_zero_and_one_are_refused(hot, warm):
    """A share is a share."""
    with pytest.raises(ValueError, match="between 0 and 1"):
        choose_thresholds(np.array([0.5]), hot_share=hot, warm_share=warm)


def test_no_lead_is_no_choice():
    """Without a lead there is nothing to choose by."""
    with pytest.raises(ValueError, match="at least one lead"):
        choose_thresholds(np.array([]), hot_share=0.1, warm_share=0.1)


@settings(max_examples=50, deadline=None)
@given(probabilities, shares, shares)
def test_thresholds_come_back_from_json(probability, hot_share, warm_share):
    """Thresholds written as JSON read back equal, those just above 1 too."""
    thresholds = choose_thresholds(probability, hot_share=hot_share, warm_share=warm_share)
    assert Thresholds.from_json(json.loads(json.dumps(thresholds.to_json()))) == thresholds
