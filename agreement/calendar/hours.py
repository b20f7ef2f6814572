"""Working hours and quiet hours of people, in their zone, also on days when clocks change.

Where a clock leaves a time out, it means the instant of the jump; where it shows a time twice, a span begins at
the first and ends at the last. All instants are whole microseconds since 1970 in UTC.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Self

from agreement.calendar.hour_texts import DAY_MINUTES, BadHours, format_days, format_span, parse_days, parse_span
from agreement.calendar.public_holidays import UnknownHolidays, read_codes
from agreement.calendar.timetable import Days, Timetable, join_spans
from agreement.calendar.zones import UnknownZone, get_zone

__all__ = ["BadHours", "NeverOpen", "QuietHours", "UnknownHolidays", "UnknownZone", "WorkingHours"]


class NeverOpen(BadHours):
    """Nobody works in a week of these hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkingHours:
    """The hours in which somebody answers leads.

    Parameters
    ----------
    zone : str
        An IANA name.
    days : Days
        For Monday to Sunday the spans in minutes of the local day, each in [0, 1440]; they are put in order,
        and joined where they touch.
    holidays : frozenset of datetime.date
        Local dates without any work.
    holidays_of : tuple of str
        Countries and regions, such as ``FI`` and ``DE-BY``, on whose public holidays there is no work either.

    Raises
    ------
    UnknownZone
        If nobody knows the zone.
    UnknownHolidays
        If nobody knows the public holidays of a country or region.
    NeverOpen
        If no day has a span.
    BadHours
        If there are not seven days, or a span does not begin before it ends within one day.
    """

    zone: str
    days: Days
    holidays: frozenset[date] = frozenset()
    holidays_of: tuple[str, ...] = ()
    _timetable: Timetable = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        get_zone(self.zone)
        days = tuple(join_spans(sorted((begin, end) for begin, end in day)) for day in self.days)
        if len(days) != 7:
            raise BadHours("working hours name seven days, Monday to Sunday")
        if not all(0 <= begin < end <= DAY_MINUTES for spans in self.days for begin, end in spans):
            raise BadHours("working hours: each span begins before it ends, within 0 to 1440 minutes of the day")
        if not any(days):
            raise NeverOpen("working hours that never open: name at least one span")
        object.__setattr__(self, "days", days)
        object.__setattr__(self, "holidays_of", read_codes(self.holidays_of))
        timetable = Timetable(zone=self.zone, days=days, holidays=self.holidays, holidays_of=self.holidays_of)
        object.__setattr__(self, "_timetable", timetable)

    @classmethod
    def from_text(
        cls, zone: str, text: str, holidays: frozenset[date] = frozenset(), holidays_of: tuple[str, ...] = ()
    ) -> Self:
        """Return the hours of a text such as ``Mon-Thu 09:00-17:00, Fri 09:00-15:00`` or ``always``.

        Raises
        ------
        BadHours
            If the text cannot be read.
        UnknownZone
            If nobody knows the zone.
        UnknownHolidays
            If nobody knows the public holidays of a country or region.
        """
        return cls(zone=zone, days=parse_days(text), holidays=holidays, holidays_of=holidays_of)

    def to_text(self) -> str:
        """Return the text from which `from_text` makes the same days."""
        return format_days(self.days)

    def is_open(self, at: int) -> bool:
        """Return whether somebody works at an instant."""
        return self._timetable.is_inside(at)

    def next_opening(self, at: int) -> int:
        """Return the first instant at or after `at` at which somebody works."""
        return self._timetable.find_begin(at)

    def add_working_time(self, at: int, micros: int) -> int:
        """Return the first instant by which so much has been worked since `at`.

        Raises
        ------
        BadHours
            If `micros` is negative.
        """
        if micros < 0:
            raise BadHours("working time is added, never taken away: use 0 microseconds or more")
        if micros == 0:
            return at
        for begin, end in self._timetable.walk(at):
            worked = max(0, end - max(at, begin))
            if micros <= worked:
                return end - worked + micros
            micros -= worked
        raise AssertionError("a timetable has no end")

    def working_time_between(self, start: int, end: int) -> int:
        """Return the microseconds worked from `start` to `end`, negative where `end` is the earlier."""
        if end < start:
            return -self.working_time_between(end, start)
        worked = 0
        for first, last in self._timetable.walk(start):
            if first >= end:
                break
            worked += max(0, min(last, end) - max(first, start))
        return worked


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """The hours of every day in which somebody wants to hear nothing.

    Parameters
    ----------
    zone : str
        An IANA name.
    starts, ends : int
        Minutes of the local day, in [0, 1440]; where `ends` is the smaller, it is on the next day.

    Raises
    ------
    UnknownZone
        If nobody knows the zone.
    BadHours
        If a minute is out of range, or the two are the same time of the day.
    """

    zone: str
    starts: int
    ends: int
    _timetable: Timetable = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        get_zone(self.zone)
        if not (0 <= self.starts <= DAY_MINUTES and 0 <= self.ends <= DAY_MINUTES):
            raise BadHours("quiet hours: use minutes of the day, 0 to 1440")
        if self.starts % DAY_MINUTES == self.ends % DAY_MINUTES:
            raise BadHours("quiet hours that never end: let them end at another time than they start")
        length = (self.ends - self.starts) % DAY_MINUTES
        spans = ((self.starts % DAY_MINUTES, self.starts % DAY_MINUTES + length),)
        object.__setattr__(self, "_timetable", Timetable(zone=self.zone, days=(spans,) * 7))

    @classmethod
    def from_text(cls, text: str, zone: str) -> Self:
        """Return the hours of a text such as ``22:00-07:00``.

        Raises
        ------
        BadHours
            If the text cannot be read.
        UnknownZone
            If nobody knows the zone.
        """
        starts, ends = parse_span(text)
        return cls(zone=zone, starts=starts, ends=ends)

    def to_text(self) -> str:
        """Return the text from which `from_text` makes the same hours."""
        return format_span(self.starts, self.ends)

    def is_quiet(self, at: int) -> bool:
        """Return whether an instant is quiet."""
        return self._timetable.is_inside(at)

    def ends_after(self, at: int) -> int:
        """Return the first instant at or after `at` that is not quiet."""
        return self._timetable.find_end(at)
