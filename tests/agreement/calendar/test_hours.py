"""Working hours and quiet hours, over every clock change of a year in every zone."""

import pickle
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreement.calendar.hours import BadHours, NeverOpen, QuietHours, UnknownZone, WorkingHours
from tests.agreement.wall_clock import (
    AROUND,
    CHANGES,
    DAY,
    HOUR,
    MINUTE,
    MOMENTS,
    ODD_ZONES,
    WEEK,
    YEAR_2027,
    count_minutes,
    utc,
)

WEEKS = [
    "Mon-Fri 09:00-17:00",
    "Sat-Sun 00:30-03:30, Sun 22:00-24:00",
    "always",
    "Fri-Sun 00:00-00:45, Mon 02:15-02:20",
]


@pytest.mark.parametrize("zone", ODD_ZONES)
def test_a_week_has_the_minutes_that_a_wall_clock_shows(zone):
    """Over each clock change, working time is what walking minute by minute counts."""
    holidays = frozenset([date(2027, 3, 29)])
    for change in CHANGES[zone] or [YEAR_2027 + 100 * DAY]:
        start = change // MINUTE * MINUTE - 3 * DAY
        for text in WEEKS:
            hours = WorkingHours.from_text(zone, text, holidays)
            minutes = count_minutes(hours, start, start + WEEK)
            assert hours.working_time_between(start, start + WEEK) == minutes * MINUTE, (change, text)


@pytest.mark.parametrize("text", ["22:00-07:00", "01:30-02:30", "02:00-03:00", "00:00-00:30", "23:45-00:15"])
def test_quiet_hours_end_at_one_instant_around_every_change_of_every_zone(text):
    """The end is the first instant that is not quiet, and it comes once a day, whatever the clock does."""
    for zone, change in MOMENTS:
        quiet = QuietHours.from_text(text, zone=zone)
        ends = set()
        for at in [change + step for step in AROUND]:
            end = quiet.ends_after(at)
            assert not quiet.is_quiet(end)
            assert (end > at) == quiet.is_quiet(at)
            if quiet.is_quiet(at):
                assert quiet.is_quiet(end - 1)
                ends.add(end)
        assert all(later - earlier > 20 * HOUR for earlier, later in pairwise(sorted(ends))), zone


def test_quiet_hours_are_the_hours_of_the_same_text():
    """Quiet hours over midnight are as long as working hours of the same text, minute for minute."""
    for zone, change in MOMENTS[::3]:
        quiet = QuietHours.from_text("22:00-07:00", zone=zone)
        hours = WorkingHours.from_text(zone, "Mon-Sun 22:00-07:00")
        for at in range(change - DAY, change + DAY, 55 * MINUTE):
            assert quiet.is_quiet(at) == hours.is_open(at), (zone, at)


@pytest.mark.parametrize("part", range(4))
def test_working_time_adds_up_around_every_change_of_every_zone(part):
    """Adding time and counting it are inverse, and what is added is there at the first instant possible."""
    for number, (zone, change) in enumerate(MOMENTS):
        hours = WorkingHours.from_text(zone, WEEKS[(number + part) % 4])
        ends = []
        for at in [change + step for step in AROUND]:
            for micros in (0, 1, 7 * MINUTE, 9 * HOUR):
                end = hours.add_working_time(at, micros)
                assert hours.working_time_between(at, end) == micros
                assert not micros or hours.working_time_between(at, end - 1) == micros - 1
            ends.append(end)
        assert ends == sorted(ends)


instants = st.integers(YEAR_2027 - 400 * DAY, YEAR_2027 + 800 * DAY)
amounts = st.one_of(st.integers(0, 40 * HOUR), st.sampled_from([HOUR, 8 * HOUR, 40 * HOUR]))
spans = st.integers(0, 1439).flatmap(lambda begin: st.tuples(st.just(begin), st.integers(begin + 1, 1440)))
weeks = st.lists(st.lists(spans, max_size=3).map(tuple), min_size=7, max_size=7).map(tuple).filter(any)
any_hours = st.builds(
    WorkingHours,
    zone=st.sampled_from(ODD_ZONES),
    days=weeks,
    holidays=st.frozensets(st.dates(date(2026, 1, 1), date(2028, 12, 31)), max_size=20),
)


@settings(max_examples=100, deadline=None)
@given(any_hours, instants, amounts, amounts)
def test_adding_in_two_steps_is_adding_at_once(hours, at, first, second):
    """Working time adds up, whatever the week, the zone and the holidays."""
    end = hours.add_working_time(at, first)
    assert hours.working_time_between(at, end) == first
    assert hours.add_working_time(end, second) == hours.add_working_time(at, first + second)


@settings(max_examples=100, deadline=None)
@given(any_hours, instants, instants, instants)
def test_working_time_is_additive_and_has_a_direction(hours, start, middle, end):
    """From here to there and on is from here to the end; backwards is negative; it never exceeds the clock."""
    parts = hours.working_time_between(start, middle) + hours.working_time_between(middle, end)
    assert parts == hours.working_time_between(start, end) == -hours.working_time_between(end, start)
    assert abs(parts) <= abs(end - start)


@settings(max_examples=100, deadline=None)
@given(any_hours, instants)
def test_the_next_opening_is_open_and_nothing_before_it(hours, at):
    """No time is worked before the next opening, which is `at` itself where it is open."""
    opening = hours.next_opening(at)
    assert hours.is_open(opening)
    assert hours.working_time_between(at, opening) == 0
    assert (opening == at) == hours.is_open(at)


@settings(max_examples=100, deadline=None)
@given(any_hours)
def test_hours_survive_their_text_and_a_pickle(hours):
    """What is written is read back to the same hours, and hours that are equal have one hash."""
    again = WorkingHours.from_text(hours.zone, hours.to_text(), hours.holidays)
    assert again == hours == pickle.loads(pickle.dumps(hours))
    assert hash(again) == hash(hours)


@given(st.integers(0, 1440), st.integers(0, 1440))
def test_quiet_hours_survive_their_text(starts, ends):
    """Any two different times of the day are quiet hours, written and read back; equal ones are none."""
    if starts % 1440 == ends % 1440:
        with pytest.raises(BadHours, match="never end"):
            QuietHours(zone="UTC", starts=starts, ends=ends)
        return
    quiet = QuietHours(zone="UTC", starts=starts, ends=ends)
    assert QuietHours.from_text(quiet.to_text(), zone="UTC") == quiet
    assert quiet.is_quiet(starts * MINUTE)
    assert not quiet.is_quiet(ends * MINUTE)


@pytest.mark.parametrize(
    ("zone", "text", "at", "end"),
    [
        # The clock goes from 03:00 to 04:00 at 01:00 UTC, and back from 04:00 to 03:00 at 01:00 UTC.
        ("Europe/Helsinki", "22:00-03:30", utc(2027, 3, 27, 23), utc(2027, 3, 28, 1)),
        ("Europe/Helsinki", "22:00-03:30", utc(2027, 10, 30, 23), utc(2027, 10, 31, 1, 30)),
        ("Europe/Helsinki", "22:00-07:00", utc(2027, 10, 30, 23), utc(2027, 10, 31, 5)),
        # The day before the island crossed the date line was the last but one of the year.
        ("Pacific/Apia", "22:00-07:00", utc(2011, 12, 30, 9), utc(2011, 12, 30, 17)),
    ],
)
def test_known_nights_end_when_they_should(zone, text, at, end):
    """A time left out is the jump, a time shown twice its last, a day left out belongs to one night."""
    assert QuietHours.from_text(text, zone=zone).ends_after(at) == end


def test_a_span_begins_at_the_first_and_ends_at_the_last_of_two():
    """Where the clock shows 03:30 twice, hours from then on have begun, and hours until then go on."""
    begins = WorkingHours.from_text("Europe/Helsinki", "Sun 03:30-05:00")
    ends = WorkingHours.from_text("Europe/Helsinki", "Sun 02:00-03:30")
    assert begins.next_opening(utc(2027, 10, 30)) == utc(2027, 10, 31, 0, 30)
    assert begins.working_time_between(utc(2027, 10, 31), utc(2027, 11, 1)) == 2 * HOUR + 30 * MINUTE
    assert ends.working_time_between(utc(2027, 10, 30), utc(2027, 11, 1)) == 2 * HOUR + 30 * MINUTE


def test_years_of_holidays_come_to_an_end():
    """Somebody away for three years is back on the first working day after."""
    away = frozenset(date(2027, 1, 1) + timedelta(days=day) for day in range(1_096))
    hours = WorkingHours.from_text("UTC", "Mon-Fri 09:00-17:00", away)
    assert hours.next_opening(utc(2027, 1, 1)) == utc(2030, 1, 1, 9)
    assert hours.add_working_time(utc(2026, 12, 31, 16), 2 * HOUR) == utc(2030, 1, 1, 10)


@pytest.mark.parametrize("days", [((),) * 7, ((),) * 6, (((0, 1441),),) * 7, (((5, 5),),) * 7, (((-1, 5),),) * 7])
def test_a_week_without_hours_is_refused(days):
    """Hours that never open, or that are no hours of seven days, are refused when they are made."""
    with pytest.raises(NeverOpen if days == ((),) * 7 else BadHours):
        WorkingHours(zone="UTC", days=days)


@pytest.mark.parametrize(
    "zone",
    ["", "Mars/Base", "Europe", "../etc/passwd", "/etc/localtime", "right/UTC", "localtime", "a\0b", "x" * 5000],
)
def test_a_zone_that_nobody_knows_is_refused(zone):
    """A name that is no IANA name is an `UnknownZone`, for both kinds of hours."""
    with pytest.raises(UnknownZone, match="Europe/Helsinki"):
        WorkingHours.from_text(zone, "always")
    with pytest.raises(UnknownZone):
        QuietHours(zone=zone, starts=0, ends=60)


def test_working_time_is_never_taken_away():
    """A negative amount is refused."""
    with pytest.raises(BadHours, match="never taken away"):
        WorkingHours.from_text("UTC", "always").add_working_time(0, -1)
