"""Hours as people write them."""

import pytest

from agreement.calendar.hours import BadHours, QuietHours, WorkingHours


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Mon-Thu 09:00-12:00, Mon-Thu 13:00-17:00, Fri 09:00-15:00",) * 2,
        ("always", "always"),
        (" ALWAYS ", "always"),
        ("00:00-24:00", "always"),
        ("mon – fri 9:00 – 17:00", "Mon-Fri 09:00-17:00"),
        ("Fri-Mon 10:00-12:00", "Mon 10:00-12:00, Fri-Sun 10:00-12:00"),
        ("Sun 22:00-06:00", "Mon 00:00-06:00, Sun 22:00-24:00"),
        ("Mon 10:00-11:00, Mon 09:00-15:00", "Mon 09:00-15:00"),
        ("Mon 09:00-12:00, Mon 11:00-14:00, Mon 14:00-15:00", "Mon 09:00-15:00"),
    ],
)
def test_hours_are_written_in_one_way(text, plain):
    """Whatever way people write a week, it is told in one."""
    assert WorkingHours.from_text("UTC", text).to_text() == plain


@pytest.mark.parametrize(
    "text",
    ["", ",", "Mon", "Mon 9-17", "Mon 09:00-09:00", "Fry 09:00-17:00", "Mon 09:60-17:00", "Mon 09:00-25:00"],
)
def test_hours_that_nobody_can_read_are_refused_in_one_line(text):
    """A text that names no hours says so, and how to write them."""
    with pytest.raises(BadHours, match=r"^[^\n]*(write|use)[^\n]*$"):
        WorkingHours.from_text("UTC", text)


@pytest.mark.parametrize("text", ["22:00", "", "22-07", "08:00-08:00", "00:00-24:00", "22:00-24:01", "a-b"])
def test_quiet_hours_that_nobody_can_read_are_refused(text):
    """Quiet hours are two different times of the day."""
    with pytest.raises(BadHours):
        QuietHours.from_text(text, zone="UTC")
