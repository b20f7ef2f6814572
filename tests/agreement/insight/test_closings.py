"""Closings: how leads ended, as known at a moment."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from agreement.calendar.periods import Period
from agreement.episodes import DAY_MICROS
from agreement.insight.closings import find_closing, list_closings
from agreement.lives import Life, Step
from agreement.stages import Stage

LATER = 10**18
steps = st.lists(
    st.builds(Step, stage=st.sampled_from(Stage), at=st.integers(0, 99), value=st.none() | st.floats(-1, 1e13)),
    max_size=6,
).map(lambda listed: tuple(sorted(listed, key=lambda step: step.at)))


def live(*told, **more):
    """A life with these steps."""
    return Life(lead_id="L", created_at=0, steps=told, **more)


def step(stage, at, **more):
    """A step at an instant."""
    return Step(stage=Stage(stage), at=at, **more)


def test_the_first_win_counts_whatever_came_later():
    """A customer that left stays won, on the day of the first win."""
    closing = find_closing(live(step("sql", 1), step("customer", 5), step("lost", 7), step("customer", 9)), LATER)
    assert (closing.is_won, closing.at, closing.stage_before) == (True, 5, Stage.SQL)


def test_a_loss_lasts_from_its_first_day_and_takes_the_last_reason():
    """A reason may be told after the loss; where the lead stood before is told too."""
    life = live(step("opportunity", 1), step("lost", 5), step("lost", 8, reason="competitor"))
    closing = find_closing(life, LATER)
    assert (closing.is_won, closing.at, closing.reason) == (False, 5, "competitor")
    assert closing.stage_before == Stage.OPPORTUNITY
    assert find_closing(life, 7).reason is None
    assert find_closing(life, 4) is None


def test_who_came_back_is_not_lost():
    """A lead that was lost and is open again is open, and lost from its first stage where there was no other."""
    assert find_closing(live(step("lost", 1), step("sql", 2)), LATER) is None
    assert find_closing(live(step("lost", 1)), LATER).stage_before == Stage.LEAD


def test_the_value_is_what_was_last_told_by_then():
    """A step's value prevails over the lead's own, and one told later or beyond reason is not taken."""
    told = live(step("opportunity", 1, value=7.0), step("customer", 2), facts={"value": 3.0})
    assert find_closing(told, LATER).euros == 7.0
    assert find_closing(live(step("customer", 2), facts={"value": 3.0}), LATER).euros == 3.0
    mended = live(step("customer", 2, value=7.0), step("customer", 2, value=8.0), step("lost", 3, value=9.0))
    assert find_closing(mended, LATER).euros == 8.0
    late = live(step("customer", 2), step("customer", 3, value=7.0))
    assert find_closing(late, LATER).value is None
    assert find_closing(live(step("customer", 2), facts={"value": 1e300}), LATER).euros == 0.0
    assert find_closing(live(step("lost", 2), facts={"value": 3.0}), LATER).euros == 0.0


@given(steps, st.integers(0, 99))
def test_what_happens_later_changes_nothing(told, as_of):
    """An end is found from the steps by then alone, at one of them, worth 0 or more."""
    known = tuple(step for step in told if step.at <= as_of)
    closing = find_closing(Life(lead_id="L", created_at=0, steps=told), as_of)
    other = find_closing(Life(lead_id="L", created_at=0, steps=known), as_of)
    assert (closing is None) == (other is None)
    if closing is not None:
        assert (closing.at, closing.value, closing.is_won) == (other.at, other.value, other.is_won)
        assert closing.at in {step.at for step in known}
        assert closing.euros >= 0


def test_a_period_has_the_ends_within_it():
    """The first instant of a period belongs to it, the one after its last does not."""
    period = Period(begins=date(1970, 1, 2), ends=date(1970, 1, 3))
    lives = [live(step("lost", at)) for at in (DAY_MICROS - 1, DAY_MICROS, 2 * DAY_MICROS - 1, 2 * DAY_MICROS)]
    assert [closing.at for closing in list_closings(lives, period, LATER)] == [DAY_MICROS, 2 * DAY_MICROS - 1]
