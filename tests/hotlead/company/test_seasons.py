"""When things happen: moments survive conversion, and webinars come every four weeks."""

from datetime import UTC, datetime

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hotlead.company.seasons import DAY, HOUR, find_webinar, to_microseconds, to_timestamps

WEBINAR = 28 * DAY + 13 * HOUR


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1), timezones=st.timezones()))  # noqa: DTZ001
@settings(max_examples=50, deadline=None)
def test_moments_survive_the_way_there_and_back(moment: datetime) -> None:
    """A moment turned into microseconds and back is the same moment."""
    assert to_timestamps(np.array([to_microseconds(moment)]))[0] == moment.astimezone(UTC)


@given(st.integers(min_value=0, max_value=2**53))
@example(WEBINAR)
@settings(max_examples=50, deadline=None)
def test_each_four_weeks_hold_one_webinar(begin: int) -> None:
    """Whatever the time of day at which days are cut, no webinar is lost or held twice."""
    found = [find_webinar(begin + i * DAY) for i in range(28)]
    assert sum(moment is not None for moment in found) == 1
