"""Times: exact microseconds, always with a zone."""

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.times import DAY, MISSING_TIME, ZonelessTime, micros_of, times_of, to_datetime, to_micros

zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
aware = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=zones)  # noqa: DTZ001 - zones are drawn


@settings(max_examples=200, deadline=None)
@given(aware)
def test_moments_come_back(moment):
    """An aware time in any zone comes back as the same moment, to the microsecond."""
    back = to_datetime(to_micros(moment))
    assert back == moment
    assert back.tzinfo is UTC


def test_micros_count_from_1970():
    """The count begins in 1970, in UTC, and is negative before."""
    assert to_micros(datetime(1970, 1, 2, tzinfo=UTC)) == DAY
    assert to_micros(datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)) == -1


@settings(max_examples=50, deadline=None)
@given(st.lists(st.one_of(st.none(), aware), min_size=1, max_size=8))
def test_columns_equal_single_moments(moments):
    """A column converts as its moments do one by one, and what is empty is missing."""
    column = pd.Series(pd.to_datetime(moments, utc=True)).astype("datetime64[us, UTC]")
    expected = [MISSING_TIME if moment is None else to_micros(moment) for moment in moments]
    assert micros_of(column).tolist() == expected
    assert micros_of(pd.Series(times_of(np.array(expected)))).tolist() == expected


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_units_and_zones_of_a_column_do_not_matter(unit):
    """Seconds or nanoseconds, Helsinki or UTC: the moment is the same."""
    column = pd.Series(pd.to_datetime(["2026-03-01T09:00:00Z"])).astype(f"datetime64[{unit}, UTC]")
    expected = [to_micros(datetime(2026, 3, 1, 9, tzinfo=UTC))]
    assert micros_of(column).tolist() == expected
    assert micros_of(column.dt.tz_convert("Europe/Helsinki")).tolist() == expected


def test_zoneless_times_are_refused():
    """A time that does not say its zone means no moment, alone or in a column."""
    with pytest.raises(ZonelessTime):
        to_micros(datetime(2026, 3, 1))  # noqa: DTZ001 - that is the point
    with pytest.raises(ZonelessTime, match="signed_up"):
        micros_of(pd.Series(pd.to_datetime(["2026-03-01"]), name="signed_up"))
