from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.importing.moments import looks_like_moments, read_moments

UTC = ZoneInfo("UTC")
HELSINKI = ZoneInfo("Europe/Helsinki")


def read(texts, zone=UTC, day_first=None):
    """Read texts as a column of times."""
    return read_moments(pd.Series(texts, dtype="str"), zone=zone, day_first=day_first)


def iso(moments, edge="start"):
    """Return times as ISO texts, None where missing."""
    return [None if pd.isna(moment) else moment.isoformat() for moment in moments.at(edge)]


def test_offsets_are_obeyed_and_zoneless_times_are_of_the_zone():
    """A time with an offset means that moment; one without is the wall clock of the zone."""
    moments = read(["2026-03-01T09:00:00Z", "2026-03-01 09:00", "2026-03-01T09:00:00.5+05:30"], zone=HELSINKI)
    assert iso(moments) == [
        "2026-03-01T09:00:00+00:00",
        "2026-03-01T07:00:00+00:00",
        "2026-03-01T03:30:00.500000+00:00",
    ]


@pytest.mark.parametrize(
    "text", ["2026-02-30", "2026-13-01", "2026-01-01T25:00:00Z", "9999-01-01", "soon", "2026", "12"]
)
def test_what_is_no_time_is_unreadable(text):
    """Impossible dates and other texts are unreadable, and do not become some other time."""
    moments = read([text, None, ""])
    assert moments.is_unreadable.tolist() == [True, False, False]
    assert moments.values.isna().all()


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["3.4.2026", "31.12.2025"], "2026-04-03"),
        (["03/04/2026", "13/04/2026"], "2026-04-03"),
        (["03/04/2026", "04/13/2026"], "2026-03-04"),
        (["03/04/2026 1:05 PM"], "2026-03-04"),
        (["2026/04/03"], "2026-04-03"),
        (["03-04-26", "28-04-26"], "2026-04-03"),
        (["3 Apr 2026"], "2026-04-03"),
        (["April 3, 2026"], "2026-04-03"),
        (["03-Apr-26"], "2026-04-03"),
    ],
)
def test_national_formats_are_decided_from_the_whole_column(texts, expected):
    """Day and month are told apart by the other dates of the column, by dots, or by AM and PM."""
    moments = read(texts)
    assert iso(moments)[0][:10] == expected
    assert moments.notes == ()


def test_ambiguous_dates_are_said_and_can_be_settled():
    """Where nothing tells day from month the first is the day, a sentence says so, and the recipe can object."""
    moments = read(["03/04/2026", "05/06/2026"])
    assert iso(moments)[0][:10] == "2026-04-03"
    assert "day_first" in moments.notes[0]
    assert iso(read(["03/04/2026"], day_first=False))[0][:10] == "2026-03-04"


def test_noon_and_midnight_of_the_twelve_hour_clock():
    """12 AM is midnight and 12 PM is noon."""
    assert [text[11:16] for text in iso(read(["01/31/2026 12:00 AM", "01/31/2026 12:30 PM"]))] == ["00:00", "12:30"]


def test_bare_date_ends_when_its_day_is_over():
    """The end of a bare date is the last microsecond of that day in the zone, also when the clocks change."""
    moments = read(["2026-03-29", "2026-10-25", "2026-10-25 10:00"], zone=HELSINKI)
    assert moments.is_date_only.tolist() == [True, True, False]
    assert iso(moments, "end") == [
        "2026-03-29T20:59:59.999999+00:00",
        "2026-10-25T21:59:59.999999+00:00",
        "2026-10-25T08:00:00+00:00",
    ]


def test_times_that_a_change_of_clocks_skips_or_repeats():
    """A skipped wall-clock time moves on to the first that exists; a repeated one is the later."""
    moments = read(["2026-03-29 03:30", "2026-10-25 03:30"], zone=HELSINKI)
    assert iso(moments) == ["2026-03-29T01:00:00+00:00", "2026-10-25T01:30:00+00:00"]


def test_native_times_of_midnight_are_bare_dates_only_together():
    """A native column in which every time is midnight holds dates; one with an hour holds times."""
    dates = pd.Series(pd.to_datetime(["2026-01-01", "2026-01-02", None]))
    times = pd.Series(pd.to_datetime(["2026-01-01 00:00", "2026-01-02 08:00"]))
    assert read_moments(dates, zone=UTC).is_date_only.tolist() == [True, True, False]
    assert not read_moments(times, zone=UTC).is_date_only.any()


def test_seconds_since_1970_need_the_whole_column():
    """Numbers are seconds or milliseconds only if all of them look so, and a sentence says it."""
    moments = read(["1763719200", "1763719201"])
    assert iso(moments)[0] == "2025-11-21T10:00:00+00:00"
    assert moments.notes
    assert read(["1763719200", "12"]).is_unreadable.all()
    assert iso(read_moments(pd.Series([1763719200000.0, None]), zone=UTC))[0] == "2025-11-21T10:00:00+00:00"


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["2016-10-20", None], True),
        (["21.11.2026", "1.12.2026"], True),
        (["45-54", "65+"], False),
        (["1.5", "2016"], False),
        (["02.Medium"], False),
        (["GTX Pro", "MG Special"], False),
        ([None], False),
    ],
)
def test_dates_are_told_from_other_texts(texts, expected):
    """Columns of dates are recognised; numbers, ranges, codes and names are not taken for dates."""
    assert looks_like_moments(pd.Series(texts, dtype="str")) is expected


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(st.none() | st.text(st.sampled_from("0123456789-/.: TZapmJanMay+"), max_size=12), max_size=8))
def test_any_text_is_read_or_unreadable(texts):
    """Every value is missing, a time or unreadable, and reading never fails."""
    moments = read(texts)
    given_up = moments.is_unreadable | moments.values.notna().to_numpy()
    assert given_up.tolist() == [bool(text and text.strip()) for text in texts]
