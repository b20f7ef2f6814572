"""Scales: labels of an axis are round, evenly apart and cover it, of numbers and of times on a local clock."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreement.calendar.zones import get_zone
from features.times import DAY, to_datetime, to_micros
from serving.web.charts.scales import LinearScale, NoScale, list_ticks, list_time_ticks

_VALUES = st.floats(min_value=-1e12, max_value=1e12).map(lambda value: round(value, 6))
_ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "America/Sao_Paulo"])
_MOMENTS = st.integers(to_micros(datetime(1990, 1, 1, tzinfo=UTC)), to_micros(datetime(2090, 1, 1, tzinfo=UTC)))


@given(_VALUES, _VALUES, st.integers(1, 12))
def test_ticks_cover_a_range_evenly(one: float, other: float, most: int) -> None:
    """The first tick is at most the least value, the last at least the largest; they rise by one round step."""
    low, high = min(one, other), max(one, other)
    ticks = list_ticks(low, high, most)
    slack = 1e-6 * (high - low)
    assert ticks[0] <= low + slack
    assert ticks[-1] >= high - slack
    assert all(before < after for before, after in pairwise(ticks))
    steps = [after - before for before, after in pairwise(ticks)]
    assert max(steps) == pytest.approx(min(steps), rel=1e-6)
    if low < high:
        assert len(ticks) <= most + 2


@given(_VALUES, _VALUES)
def test_steps_are_round(one: float, other: float) -> None:
    """A step is 1, 2, 2.5 or 5 times a power of ten."""
    ticks = list_ticks(min(one, other), max(one, other))
    leading = float(f"{ticks[1] - ticks[0]:.3e}".split("e")[0])
    assert min(abs(leading - step) for step in (1, 2, 2.5, 5, 10)) < 0.01


@pytest.mark.parametrize(
    ("low", "high", "wanted"),
    [
        (0, 58, [0, 20, 40, 60]),
        (0, 0, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (0.02, 0.031, [0.02, 0.0225, 0.025, 0.0275, 0.03, 0.0325]),
        (-5, 7, [-5, -2.5, 0, 2.5, 5, 7.5]),
    ],
)
def test_ticks_are_those_that_people_would_choose(low: float, high: float, wanted: list[float]) -> None:
    """Small, negative and empty ranges have round labels too."""
    assert list_ticks(low, high) == wanted


@given(_VALUES, st.floats(0.01, 1e9), st.floats(0, 1), st.floats(0, 1))
def test_places_keep_the_order_of_values(low: float, width: float, one: float, other: float) -> None:
    """A larger value lies further along, and what is beyond the ends lies at the nearest one."""
    scale = LinearScale(low=low, high=low + width, start=10, end=90)
    first, second = sorted((low + one * width, low + other * width))
    assert 10 <= scale.place(first) <= scale.place(second) <= 90
    assert (scale.place(low - width), scale.place(low + 2 * width)) == (10, 90)


@pytest.mark.parametrize(("low", "high"), [(1, 1), (2, 1), (float("nan"), 1), (0, float("inf"))])
def test_no_axis_goes_from_nowhere_to_nowhere(low: float, high: float) -> None:
    """Ends in the wrong order, and what is no number, make no scale."""
    with pytest.raises(NoScale):
        LinearScale(low=low, high=high)


def test_ticks_of_no_number_are_refused() -> None:
    """A range that is no number has no labels."""
    with pytest.raises(NoScale):
        list_ticks(float("nan"), 1)
    with pytest.raises(NoScale):
        list_time_ticks(5, 5, zone="UTC")


@given(_MOMENTS, st.integers(DAY // 24, 5_000 * DAY), _ZONES, st.integers(3, 10))
def test_times_are_round_on_the_local_clock(begins_at: int, length: int, zone: str, most: int) -> None:
    """Every label lies within the span, in order, and on the hour, day, month or year that its unit names."""
    ticks = list_time_ticks(begins_at, begins_at + length, zone=zone, most=most)
    assert len(ticks) <= most
    assert [tick.at for tick in ticks] == sorted({tick.at for tick in ticks})
    for tick in ticks:
        assert begins_at <= tick.at < begins_at + length
        local = to_datetime(tick.at).astimezone(get_zone(zone))
        assert local.second == 0
        if tick.unit in ("month", "year"):
            assert local.day == 1
        if tick.unit == "year":
            assert local.month == 1


@given(_MOMENTS, st.integers(8 * DAY, 3_000 * DAY), _ZONES)
def test_a_span_of_more_than_a_week_is_labelled(begins_at: int, length: int, zone: str) -> None:
    """However long a span is, it has some labels."""
    assert list_time_ticks(begins_at, begins_at + length, zone=zone)


def test_a_label_is_at_midnight_where_clocks_jump() -> None:
    """In the week in which clocks go forward, each day's label is its own midnight."""
    begins_at = to_micros(datetime(2026, 3, 27, 23, tzinfo=UTC))
    ticks = list_time_ticks(begins_at, begins_at + 5 * DAY, zone="Europe/Berlin", most=6)
    told = [to_datetime(tick.at).astimezone(get_zone("Europe/Berlin")) for tick in ticks if tick.unit == "day"]
    assert [moment.hour for moment in told] == [0] * len(told)
    assert len(told) >= 4
