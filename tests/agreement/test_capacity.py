"""Capacity: reps times what each can answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreement.capacity import Capacity, ImpossibleCapacity

AMOUNTS = st.floats(0, 1_000)


@given(st.integers(0, 500), AMOUNTS)
def test_capacity_is_reps_times_leads_a_rep(reps, each):
    """Nobody, or nobody with time, answers nothing; one more rep answers as much more as each does."""
    capacity = Capacity(reps=reps, hot_leads_per_rep=each).hot_leads_per_week
    assert capacity == reps * each
    more = Capacity(reps=reps + 1, hot_leads_per_rep=each).hot_leads_per_week
    assert more - capacity == pytest.approx(each, abs=1e-6)


@pytest.mark.parametrize(("reps", "each"), [(-1, 5.0), (3, -0.5), (3, float("nan")), (3, float("inf"))])
def test_capacity_that_nobody_can_have_is_refused(reps, each):
    """Neither negative nor endless nor unknown numbers make a capacity."""
    with pytest.raises(ImpossibleCapacity, match="capacity counts reps and leads a rep"):
        Capacity(reps=reps, hot_leads_per_rep=each)
