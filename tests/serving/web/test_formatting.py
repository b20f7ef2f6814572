"""Formatting: numbers never say more than they know, and times are those on the reader's wall."""

from datetime import UTC, date, datetime, timedelta

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from features.times import DAY, to_micros
from serving.web.formatting import NOTHING, Format

_EN = Locale.parse("en")
_FIRST, _LAST = datetime.fromisoformat("1975-01-01"), datetime.fromisoformat("2100-01-01")


def at(*parts: int) -> int:
    """Return a moment in UTC."""
    return to_micros(datetime(*parts, tzinfo=UTC))  # type: ignore[misc, arg-type]


def make_format(zone: str = "Europe/Helsinki", now: int = at(2026, 3, 28, 12)) -> Format:
    """Make the format of a reader."""
    return Format(locale=_EN, zone=zone, now=now)


@pytest.mark.parametrize(
    ("share", "digits", "written"),
    [
        (None, 0, NOTHING),
        (0.0, 0, "0 %"),
        (1.0, 0, "100 %"),
        (1e-9, 0, "<\u202f1 %"),
        (0.0099, 0, "<\u202f1 %"),
        (0.01, 0, "1 %"),
        (0.99, 0, "99 %"),
        (0.995, 0, ">\u202f99 %"),
        (1 - 1e-12, 0, ">\u202f99 %"),
        (0.0004, 1, "<\u202f0.1 %"),
        (0.1234, 1, "12.3 %"),
        (0.9999, 1, ">\u202f99.9 %"),
    ],
)
def test_a_share_is_never_rounded_to_certainty(share: float | None, digits: int, written: str) -> None:
    """Nearly nothing and nearly all say so; only nothing is 0 and only all is 100."""
    assert make_format().percent(share, digits=digits) == written


@given(st.floats(0, 1))
def test_only_all_is_written_as_all(share: float) -> None:
    """Whatever the share, 0 % and 100 % are said of 0 and 1 alone."""
    written = make_format().percent(share)
    assert (written == "0 %") == (share == 0)
    assert (written == "100 %") == (share == 1)


@pytest.mark.parametrize(
    ("amount", "whole", "short"),
    [
        (None, NOTHING, NOTHING),
        (0, "€0", "€0"),
        (999.5, "€1,000", "€1,000"),
        (1_234, "€1,234", "€1.2K"),
        (12_345, "€12,345", "€12K"),
        (3_400_000, "€3,400,000", "€3.4M"),
        (-1_234, "-€1,234", "-€1.2K"),
    ],
)
def test_euros_are_whole_or_short(amount: float | None, whole: str, short: str) -> None:
    """In full with groups of thousands, or with the least letters."""
    form = make_format()
    assert form.euros(amount) == whole
    if amount != 999.5:
        assert form.short_euros(amount) == short


def test_times_are_of_the_readers_zone_on_both_sides_of_a_change_of_clocks() -> None:
    """The night in which Helsinki's clocks go forward: an hour of UTC later it is two hours later on the wall."""
    form = make_format(now=at(2026, 3, 29, 0))
    before, after = at(2026, 3, 29, 0, 30), at(2026, 3, 29, 1, 30)
    assert (form.clock(before), form.clock(after)) == ("02:30", "04:30")
    assert form.iso(before) == "2026-03-29T02:30:00+02:00"
    assert form.iso(after) == "2026-03-29T04:30:00+03:00"
    assert "29 Mar 2026" in form.moment(before)
    assert make_format("Pacific/Kiritimati").day(at(2026, 3, 28, 12)) == "29 Mar 2026"
    assert make_format("America/Los_Angeles").day(at(2026, 3, 28, 5)) == "27 Mar 2026"


def test_a_moment_is_as_short_as_it_can_be() -> None:
    """Today the time, within the week the weekday, else the day; today is the reader's."""
    form = make_format(now=at(2026, 3, 28, 21, 30))
    assert form.clock(at(2026, 3, 28, 6)) == "08:00"
    assert form.clock(at(2026, 3, 28, 22, 30)) == "Sun 00:30"
    assert form.clock(at(2026, 3, 22, 12)) == "Sun 14:00"
    assert form.clock(at(2026, 3, 21, 12)) == "21 Mar 2026"
    assert form.is_today(at(2026, 3, 28, 21, 59))
    assert not form.is_today(at(2026, 3, 28, 22))
    assert form.clock(None) == form.day(None) == form.ago(None) == form.span(None) == NOTHING


def test_distances_have_a_direction_and_lengths_none() -> None:
    """Three hours ago, in two days; three hours."""
    form = make_format()
    assert form.ago(form.now - DAY // 8) == "3 hours ago"
    assert form.ago(form.now + 2 * DAY) == "in 2 days"
    assert form.span(-DAY // 8) == form.span(DAY // 8) == "3 hr"


@given(
    st.datetimes(_FIRST, _LAST),
    st.sampled_from(["UTC", "Asia/Kathmandu", "Europe/Rome"]),
)
def test_what_a_machine_reads_is_the_same_moment(naive: datetime, zone: str) -> None:
    """The datetime of a time element leads back to the second."""
    moment = naive.replace(tzinfo=UTC)
    read = datetime.fromisoformat(make_format(zone).iso(moment))
    assert timedelta(0) <= moment - read < timedelta(seconds=1)


def test_days_of_the_calendar_know_no_zone() -> None:
    """A date is that date everywhere."""
    for zone in ("Pacific/Kiritimati", "America/Los_Angeles"):
        assert make_format(zone).calendar_day(date(2026, 3, 1)) == "1 Mar 2026"
        assert make_format(zone).month(date(2026, 3, 31)) == "Mar 2026"
