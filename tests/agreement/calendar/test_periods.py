"""Periods: which days a text means, when they begin and end, and how they are cut into weeks and months."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agreement.calendar.periods import BadPeriod, Period
from agreement.calendar.zones import UnknownZone
from tests.agreement.wall_clock import DAY, HOUR, local, utc

zones = st.sampled_from(["UTC", "Europe/Helsinki", "America/Santiago", "Pacific/Apia", "Asia/Kathmandu"])
periods = st.builds(
    lambda begins, days, zone: Period(begins=begins, ends=begins + timedelta(days=days), zone=zone),
    st.dates(date(1900, 1, 1), date(2197, 1, 1)),
    st.integers(1, 800),
    zones,
)


@pytest.mark.parametrize(
    ("text", "begins", "ends"),
    [
        ("2026-W47", date(2026, 11, 16), date(2026, 11, 23)),
        ("2020-W53", date(2020, 12, 28), date(2021, 1, 4)),
        ("2026-W01", date(2025, 12, 29), date(2026, 1, 5)),
        ("2026-11", date(2026, 11, 1), date(2026, 12, 1)),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1)),
        ("2026-01-01/2027-01-01", date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_a_text_names_days_without_the_last(text, begins, ends):
    """Weeks are those of ISO 8601, months of the calendar, and the end is the first day that is no part of it."""
    period = Period.from_text(text, zone="Europe/Helsinki")
    assert (period.begins, period.ends, period.zone) == (begins, ends, "Europe/Helsinki")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "2026-W54",
        "2027-W53",
        "2026-W00",
        "2026-13",
        "2026-00",
        "0000-01",
        "9999-12",
        "9999-W52",
        "2026-02-30/2026-03-01",
        "2026-1-1/2027-1-1",
        "2026-11\n",
        "٢٠٢٦-11",
        "2026-01-01",
        "2026-01-01/",
    ],
)
def test_a_text_that_names_no_days_is_refused(text):
    """The error shows how to write a period, in one line."""
    with pytest.raises(BadPeriod, match=r"^[^\n]* is no period: write 2026-W47[^\n]*$"):
        Period.from_text(text)


@pytest.mark.parametrize("text", ["2027-01-01/2026-01-01", "2026-01-01/2026-01-01"])
def test_a_period_begins_before_it_ends(text):
    """No days, or fewer than none, are no period, and the error names both dates."""
    with pytest.raises(BadPeriod, match="is not before 2026-01-01"):
        Period.from_text(text)


@pytest.mark.parametrize("text", ["0001-01", "1899-12", "0001-01-01/2026-01-01", "2026-01-01/2200-01-02"])
def test_a_period_lies_in_times_that_somebody_lives_to_see(text):
    """Days far away, for which clocks have no zones and figures no rows, are refused."""
    with pytest.raises(BadPeriod, match="use years from 1900 to 2199"):
        Period.from_text(text)


def test_a_period_lies_somewhere():
    """A zone that nobody knows is refused."""
    with pytest.raises(UnknownZone):
        Period.from_text("2026-11", zone="Mars/Base")


@given(periods)
@example(Period.from_text("2020-W53"))
@example(Period.from_text("2021-02-01/2021-03-01"))
def test_a_period_is_read_back_from_its_text(period):
    """However short the text, it names the same days."""
    assert Period.from_text(period.to_text(), zone=period.zone) == period


def test_the_shortest_text_is_chosen():
    """Whole weeks and whole months are called what people call them."""
    texts = ["2026-W47", "2026-11", "2026-11-02/2026-11-03"]
    assert [Period.from_text(text).to_text() for text in texts] == texts
    assert Period.from_text("2021-02-01/2021-03-01").to_text() == "2021-02"
    assert Period.from_text("2026-11-16/2026-11-23").to_text() == "2026-W47"


@given(periods)
def test_parts_cover_the_period_without_gaps_and_keep_to_their_weeks_and_months(period):
    """Cut into weeks or months, each day is in one part, and no part reaches over a Monday or a first."""
    for parts in (period.list_weeks(), period.list_months()):
        assert (parts[0].begins, parts[-1].ends) == (period.begins, period.ends)
        assert all(earlier.ends == later.begins for earlier, later in pairwise(parts))
        assert {part.zone for part in parts} == {period.zone}
    assert all(len({day.isocalendar()[:2] for day in list_days(week)}) == 1 for week in period.list_weeks())
    assert all(len({(day.year, day.month) for day in list_days(month)}) == 1 for month in period.list_months())
    assert all(week.begins.weekday() == 0 for week in period.list_weeks()[1:])
    assert all(month.begins.day == 1 for month in period.list_months()[1:])


def list_days(period):
    """List the days of a period."""
    return [period.begins + timedelta(days=n) for n in range((period.ends - period.begins).days)]


@given(st.integers(utc(1971, 1, 1), utc(2199, 1, 1)), zones)
def test_the_week_of_a_moment_holds_it(at, zone):
    """A moment lies in its local week, Monday to Sunday, and on the last day of the year before it."""
    local_day = local(at, zone).date()
    week, year = Period.week_of(at, zone=zone), Period.year_before(at, zone=zone)
    assert week.begins_at <= at < week.ends_at
    assert week.begins <= local_day < week.ends
    assert (week.begins.weekday(), (week.ends - week.begins).days) == (0, 7)
    assert (year.ends - timedelta(days=1), (year.ends - year.begins).days) == (local_day, 365)


def test_days_begin_at_midnight_where_the_agreement_lives():
    """In Helsinki a week begins two hours before that of UTC, and the week with the clock change is longer."""
    week = Period.from_text("2027-W43", zone="Europe/Helsinki")
    assert week.begins_at == utc(2027, 10, 24, 21)
    assert week.ends_at - week.begins_at == 7 * DAY + HOUR


def test_a_day_whose_midnight_the_clock_leaves_out_begins_at_the_jump():
    """In Santiago clocks jump at midnight: the day begins when the jump is done."""
    day = Period(begins=date(2027, 9, 5), ends=date(2027, 9, 6), zone="America/Santiago")
    assert day.begins_at == utc(2027, 9, 5, 4)
    assert day.ends_at - day.begins_at == 23 * HOUR
