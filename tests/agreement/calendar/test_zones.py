"""Which instant a wall clock means."""

from datetime import UTC, date, datetime, timedelta

import pytest

from agreement.calendar.zones import EPOCH, UnknownZone, compute_instant, compute_local_date, get_zone


def show(zone, day, minute, is_end):
    """Return in UTC what a clock in the zone means."""
    at = compute_instant(get_zone(zone), day.toordinal(), minute, is_end=is_end)
    return EPOCH + timedelta(microseconds=at)


@pytest.mark.parametrize(
    ("zone", "day", "minute", "first", "last"),
    [
        ("UTC", date(2027, 1, 1), 90, (2027, 1, 1, 1, 30), (2027, 1, 1, 1, 30)),
        ("Europe/Helsinki", date(2027, 3, 28), 210, (2027, 3, 28, 1), (2027, 3, 28, 1)),
        ("Europe/Helsinki", date(2027, 10, 31), 210, (2027, 10, 31, 0, 30), (2027, 10, 31, 1, 30)),
        ("Australia/Lord_Howe", date(2027, 4, 4), 100, (2027, 4, 3, 14, 40), (2027, 4, 3, 15, 10)),
        ("Africa/Cairo", date(2027, 4, 30), 0, (2027, 4, 29, 22), (2027, 4, 29, 22)),
        ("America/Havana", date(2027, 11, 6), 1_440, (2027, 11, 7, 4), (2027, 11, 7, 5)),
        ("Pacific/Apia", date(2011, 12, 30), 600, (2011, 12, 30, 10), (2011, 12, 30, 10)),
    ],
)
def test_a_local_time_has_one_first_and_one_last_instant(zone, day, minute, first, last):
    """A time left out is the instant of the jump, a time shown twice has two, any other one."""
    assert show(zone, day, minute, is_end=False) == datetime(*first, tzinfo=UTC)
    assert show(zone, day, minute, is_end=True) == datetime(*last, tzinfo=UTC)


def test_the_local_date_is_that_of_the_calendar_on_the_wall():
    """At the same instant it is another day in Auckland than in Honolulu."""
    assert compute_local_date(0, "Pacific/Auckland") == date(1970, 1, 1)
    assert compute_local_date(0, "Pacific/Honolulu") == date(1969, 12, 31)


@pytest.mark.parametrize("name", ["", "Mars/Base", "Europe", "../UTC", "right/UTC", "posix/UTC", "localtime"])
def test_a_name_that_is_no_zone_is_refused(name):
    """What is no IANA name is an `UnknownZone` that shows one."""
    with pytest.raises(UnknownZone, match="Europe/Helsinki"):
        get_zone(name)
