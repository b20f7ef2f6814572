"""Periods: the spans of local days over which promises are counted."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from agreement.calendar.zones import UnknownZone, compute_instant, compute_local_date, get_zone

_WEEK = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_SPAN = re.compile(r"(\d{4}-\d{2}-\d{2})/(\d{4}-\d{2}-\d{2})", re.ASCII)
WEEK_DAYS = 7
# Far from these, calendars overflow, and weeks are more rows than anybody reads.
FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2200, 1, 1)


class BadPeriod(ValueError):
    """Nobody can tell which days these are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Local days from one date to another, which is no part of it.

    Parameters
    ----------
    begins, ends : datetime.date
        The first day, and the day after the last.
    zone : str
        An IANA name: where the days begin.

    Raises
    ------
    BadPeriod
        If it does not begin before it ends, or lies outside 1900 to 2199.
    UnknownZone
        If nobody knows the zone.
    """

    begins: date
    ends: date
    zone: str = "UTC"

    def __post_init__(self) -> None:
        get_zone(self.zone)
        if not self.begins < self.ends:
            raise BadPeriod(f"a period begins before it ends: {self.begins} is not before {self.ends}")
        if not FIRST_DAY <= self.begins < self.ends <= _LAST_DAY:
            raise BadPeriod("use years from 1900 to 2199")

    @classmethod
    def from_text(cls, text: str, *, zone: str = "UTC") -> Self:
        """Return the period of ``2026-W47``, ``2026-11``, or ``2026-01-01/2027-01-01`` (the end is exclusive).

        Raises
        ------
        BadPeriod
            If the text cannot be read.
        """
        try:
            if match := _WEEK.fullmatch(text):
                begins = date.fromisocalendar(int(match[1]), int(match[2]), 1)
                return cls(begins=begins, ends=begins + timedelta(days=WEEK_DAYS), zone=zone)
            if match := _MONTH.fullmatch(text):
                begins = date(int(match[1]), int(match[2]), 1)
                return cls(begins=begins, ends=_find_next_month(begins), zone=zone)
            if match := _SPAN.fullmatch(text):
                return cls(begins=date.fromisoformat(match[1]), ends=date.fromisoformat(match[2]), zone=zone)
        except (BadPeriod, UnknownZone):
            raise
        except (ValueError, OverflowError):
            pass
        raise BadPeriod(f"{text[:60]!r} is no period: write 2026-W47, 2026-11 or 2026-01-01/2027-01-01")

    @classmethod
    def week_of(cls, at: int, *, zone: str) -> Self:
        """Return the week, Monday to Sunday, in which an instant (microseconds since 1970) lies."""
        day = compute_local_date(at, zone)
        monday = day - timedelta(days=day.weekday())
        return cls(begins=monday, ends=monday + timedelta(days=WEEK_DAYS), zone=zone)

    @classmethod
    def year_before(cls, at: int, *, zone: str) -> Self:
        """Return the 365 days that end with the day of an instant (microseconds since 1970)."""
        ends = compute_local_date(at, zone) + timedelta(days=1)
        return cls(begins=ends - timedelta(days=365), ends=ends, zone=zone)

    @property
    def begins_at(self) -> int:
        """Return the first instant, in microseconds since 1970 in UTC."""
        return _find_midnight(self.begins, self.zone)

    @property
    def ends_at(self) -> int:
        """Return the first instant after it, in microseconds since 1970 in UTC."""
        return _find_midnight(self.ends, self.zone)

    @property
    def n_weeks(self) -> float:
        """Return how many weeks it has; a day is a seventh of one."""
        return (self.ends - self.begins).days / WEEK_DAYS

    def contains(self, at: int) -> bool:
        """Return whether an instant lies in it."""
        return self.begins_at <= at < self.ends_at

    def list_weeks(self) -> list[Self]:
        """List the weeks, Monday to Sunday, that it touches, cut at its ends."""
        return list(self._cut(self.begins - timedelta(days=self.begins.weekday()), _find_next_week))

    def list_months(self) -> list[Self]:
        """List the calendar months that it touches, cut at its ends."""
        return list(self._cut(self.begins.replace(day=1), _find_next_month))

    def to_text(self) -> str:
        """Return the shortest text from which `from_text` makes the same days."""
        year, week, weekday = self.begins.isocalendar()
        if weekday == 1 and self.ends - self.begins == timedelta(days=WEEK_DAYS):
            return f"{year:04d}-W{week:02d}"
        if self.begins.day == 1 and self.ends == _find_next_month(self.begins):
            return f"{self.begins:%Y-%m}"
        return f"{self.begins.isoformat()}/{self.ends.isoformat()}"

    def _cut(self, begins: date, find_next: Callable[[date], date]) -> Iterator[Self]:
        while begins < self.ends:
            ends = find_next(begins)
            yield type(self)(begins=max(begins, self.begins), ends=min(ends, self.ends), zone=self.zone)
            begins = ends


def _find_next_week(begins: date) -> date:
    return begins + timedelta(days=WEEK_DAYS)


def _find_next_month(begins: date) -> date:
    return (begins.replace(day=1) + timedelta(days=32)).replace(day=1)


def _find_midnight(day: date, zone: str) -> int:
    return compute_instant(get_zone(zone), day.toordinal(), 0, is_end=False)
