"""Durations as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreement.calendar.durations import BadDuration, format_duration, parse_duration


@given(st.integers(0, 10**13))
def test_a_duration_survives_its_text(micros):
    """Any number of microseconds is written in one unit and read back to the same number."""
    assert parse_duration(format_duration(micros)) == micros


@pytest.mark.parametrize(
    ("text", "seconds"), [("24 h", 86_400), ("7 d", 604_800), ("90 min", 5_400), (" 5MIN ", 300), ("0 s", 0)]
)
def test_units_are_days_hours_minutes_and_seconds(text, seconds):
    """Case and blanks do not matter."""
    assert parse_duration(text) == seconds * 1_000_000


@pytest.mark.parametrize(
    "text", ["", "24", "h", "-1 h", "1.5 h", "1 week", "1 h 30 min", "٣ h", "4000 d", "9" * 40]
)
def test_what_is_no_duration_is_refused(text):
    """Numbers without a unit, negative, broken and endless ones are refused; the error shows how to write one."""
    with pytest.raises(BadDuration, match=r"use at most|write it as 24 h"):
        parse_duration(text)
