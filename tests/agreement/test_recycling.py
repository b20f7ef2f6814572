"""Recycling: why leads do not go on, and when they wake."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreement.recycling import NO_ANSWER, USUAL_REASONS, ImpossibleRecycling, Reason, RecyclingRules
from agreement.stages import Stage
from tests.agreement.wall_clock import DAY

RULES = RecyclingRules(rest_micros=90 * DAY)


@pytest.mark.parametrize(
    ("reason", "until", "wakes"),
    [
        (None, None, 190),
        (Reason(code="not_now"), None, 190),
        (Reason(code="next_year", rest_micros=180 * DAY), None, 280),
        (Reason(code="at_once", rest_micros=0), None, 100),
        (Reason(code="next_year", rest_micros=180 * DAY), 150 * DAY, 150),
        (None, 50 * DAY, 100),
    ],
)
def test_a_date_counts_before_the_reason_and_the_reason_before_the_rules(reason, until, wakes):
    """Somebody who named a day knows better; a day that is over wakes at once."""
    assert RULES.find_wake(100 * DAY, reason, until) == wakes * DAY


@given(st.integers(0, 10**15), st.none() | st.integers(0, 10**15), st.none() | st.integers(0, 10**13))
def test_no_lead_wakes_before_it_was_put_aside(at, until, rest):
    """Whatever was said, it rests from now on."""
    assert RULES.find_wake(at, Reason(code="x", rest_micros=rest), until) >= at


@pytest.mark.parametrize("code", ["", " ", "Not_now", "not now", " not_now", "not_now\n", "not\tnow"])
def test_a_reason_has_a_code_that_programs_can_hold_on_to(code):
    """No capitals and no blanks."""
    with pytest.raises(ImpossibleRecycling, match=r"^code: "):
        Reason(code=code)


@pytest.mark.parametrize("becomes", ["sql", "customer", "prospect", "", "Lost"])
def test_a_reason_leads_out_of_sales(becomes):
    """A lead that is not taken rests, is lost, or is marketing's again; the error names the choices."""
    with pytest.raises(ImpossibleRecycling, match=r"^becomes: use one of recycled, lost, lead, mql$"):
        Reason(code="x", becomes=becomes)


def test_nobody_rests_for_less_than_no_time():
    """A reason's rest is 0 or more."""
    with pytest.raises(ImpossibleRecycling, match=r"^rest: "):
        Reason(code="x", rest_micros=-1)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"after_attempts": 0}, "^after_attempts: use 1 or more"),
        ({"rest_micros": -1}, "rest: use 0 or more"),
        ({"wakes_at_bucket": "cold"}, '^wakes_at_bucket: use warm, hot or ""$'),
    ],
)
def test_rules_that_cannot_be_followed_are_refused(wrong, says):
    """The error names the key; "" wakes by date only."""
    with pytest.raises(ImpossibleRecycling, match=says):
        RecyclingRules(**wrong)
    assert RecyclingRules(wakes_at_bucket="").wakes_at_bucket == ""


def test_the_usual_reasons_hold_what_the_rules_need():
    """One is for leads that nobody reached, which rest; one says that the criteria were wrong; codes differ."""
    by_code = {reason.code: reason for reason in USUAL_REASONS}
    assert len(by_code) == len(USUAL_REASONS)
    assert by_code[NO_ANSWER].becomes == Stage.RECYCLED
    assert [reason.code for reason in USUAL_REASONS if reason.is_about_fit] == ["not_a_fit"]
    assert all(reason.means for reason in USUAL_REASONS)
