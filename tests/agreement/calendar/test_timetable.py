"""Spans of local time as spans of instants."""

from agreement.calendar.timetable import Timetable, join_spans, list_spans
from agreement.calendar.zones import DAY_MICROS, MINUTE_MICROS

NIGHTS = Timetable(zone="UTC", days=(((1_320, 1_800),),) * 7)


def test_spans_are_cut_at_the_midnights_of_utc_and_joined_in_between():
    """A night over midnight is two parts of two days: each day has the end of one and the begin of the next."""
    assert list_spans(NIGHTS, 3) == (
        (3 * DAY_MICROS, 3 * DAY_MICROS + 360 * MINUTE_MICROS),
        (3 * DAY_MICROS + 1_320 * MINUTE_MICROS, 4 * DAY_MICROS),
    )


def test_a_span_holds_its_begin_and_not_its_end():
    """Of the instants around six in the morning the last of the night is the one before it."""
    six = 3 * DAY_MICROS + 360 * MINUTE_MICROS
    assert [NIGHTS.is_inside(six + step) for step in (-1, 0, 1)] == [True, False, False]
    assert NIGHTS.find_begin(six) == NIGHTS.find_end(six) + 960 * MINUTE_MICROS


def test_spans_are_joined_where_they_touch_overlap_or_lie_within():
    """What remains are spans with time between them."""
    assert join_spans([(0, 9), (1, 2), (9, 10), (12, 13)]) == ((0, 10), (12, 13))
