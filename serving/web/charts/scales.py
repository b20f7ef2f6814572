"""Scales: where a value or a moment lies on an axis, and at which round ones the axis is labelled."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from agreement.calendar.zones import compute_instant, compute_local_date, get_zone

Unit = Literal["hour", "day", "month", "year"]

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_DAY_MINUTES = 1_440
_HOURS, _DAYS, _WEEKS, _MONTHS = (1, 2, 3, 6, 12), (1, 2), (1, 2), (1, 2, 3, 6)
_LAST_YEAR = 9_998


class NoScale(ValueError):
    """These values lie on no axis."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearScale:
    """Lays values from `low` to `high` evenly between two places; `start` may lie behind `end`.

    Raises
    ------
    NoScale
        If `low` is not below `high`, or one of them is no number.
    """

    low: float
    high: float
    start: float = 0.0
    end: float = 100.0

    def __post_init__(self) -> None:
        if not -math.inf < self.low < self.high < math.inf:
            raise NoScale(f"an axis goes from a number to a larger one, not from {self.low} to {self.high}")

    def place(self, value: float) -> float:
        """Return the place of a value; one beyond the ends lies at the nearest end."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeTick:
    """A moment at which an axis of time is labelled, and the unit that its label names."""

    at: int
    unit: Unit


def list_ticks(low: float, high: float, most: int = 5) -> list[float]:
    """List round numbers, evenly apart, that cover a range: the first is at most `low`, the last at least `high`.

    Parameters
    ----------
    most
        So many steps at most, at least 1; there is one more where a round step begins before the range.

    Raises
    ------
    NoScale
        If an end is no number, or they are in the wrong order.
    """
    if not -math.inf < low <= high < math.inf:
        raise NoScale(f"an axis goes from a number to a larger one, not from {low} to {high}")
    if low == high:
        low, high = min(low, 0.0), max(high, 0.0) if high else 1.0
    step = _find_step((high - low) / max(1, most))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [_round_to(number * step, step) for number in range(first, max(last, first + 1) + 1)]


def list_time_ticks(begins_at: int, ends_at: int, *, zone: str, most: int = 6) -> list[TimeTick]:
    """List round moments of a span on the clock of a zone: hours, days, Mondays, months or years, `most` at most.

    Raises
    ------
    NoScale
        If the span does not begin before it ends.
    """
    if not begins_at < ends_at:
        raise NoScale("an axis of time begins before it ends")
    for finer in _list_units(begins_at, ends_at, zone):
        ticks: list[TimeTick] = []
        for tick in finer:
            if begins_at <= tick.at < ends_at:
                ticks.append(tick)
            if tick.at >= ends_at or len(ticks) > most:
                break
        if len(ticks) <= most:
            return ticks
    return []


def _list_units(begins_at: int, ends_at: int, zone: str) -> Iterator[Iterator[TimeTick]]:
    """List the rounds of moments from the finest on, each going on beyond the end."""
    first, last = compute_local_date(begins_at, zone), compute_local_date(ends_at, zone)
    days = (last - first).days
    if days <= 3 * max(_HOURS):
        for hours in _HOURS:
            yield _list_minutes(first, last, 60 * hours, zone)
    for step in _DAYS:
        yield _list_days(first.toordinal(), last, step, zone, "day")
    for weeks in _WEEKS:
        yield _list_days(first.toordinal() - first.weekday(), last, 7 * weeks, zone, "day")
    for months in _MONTHS:
        yield _list_months(first, last, months, zone, "month")
    years = 1
    while years <= _LAST_YEAR:
        yield _list_months(
            first.replace(month=1, year=first.year - first.year % years or 1), last, 12 * years, zone
        )
        years = round(_find_step(years + 1))


def _list_minutes(first: date, last: date, step: int, zone: str) -> Iterator[TimeTick]:
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        for minute in range(0, _DAY_MINUTES, step):
            at = compute_instant(get_zone(zone), ordinal, minute, is_end=False)
            yield TimeTick(at=at, unit="hour" if minute else "day")


def _list_days(first: int, last: date, step: int, zone: str, unit: Unit) -> Iterator[TimeTick]:
    for ordinal in range(max(1, first), last.toordinal() + 1, step):
        yield TimeTick(at=_find_midnight(ordinal, zone), unit=unit)


def _list_months(first: date, last: date, step: int, zone: str, unit: Unit = "year") -> Iterator[TimeTick]:
    number = first.year * 12 + (first.month - 1) // step * step if step < 12 else first.year * 12
    while number < (_LAST_YEAR + 1) * 12:
        day = date(number // 12, number % 12 + 1, 1)
        if day > last:
            return
        # A January names its year: months alone would not tell which.
        yield TimeTick(at=_find_midnight(day.toordinal(), zone), unit="year" if day.month == 1 else unit)
        number += step


def _find_midnight(ordinal: int, zone: str) -> int:
    return compute_instant(get_zone(zone), ordinal, 0, is_end=False)


def _find_step(least: float) -> float:
    """Find the smallest round step that is not below a number."""
    size = 10.0 ** math.floor(math.log10(least)) if least > 0 else 1.0
    if size == 0.0:
        raise NoScale("these values are too close to each other for an axis")
    return next((step * size for step in _STEPS if step * size >= least * (1 - 1e-9)), 10.0 * size)


def _round_to(value: float, step: float) -> float:
    digits = 2 - math.floor(math.log10(step))
    return round(value, digits) + 0.0 if abs(digits) < 300 else value
