"""A timetable: spans of local time that come back every week, as spans of instants."""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from agreement.calendar.public_holidays import is_public_holiday
from agreement.calendar.zones import DAY_MICROS, EPOCH_ORDINAL, compute_instant, get_zone

Span = tuple[int, int]
Days = tuple[tuple[Span, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """Spans for Monday to Sunday, in minutes since the local 00:00 (up to 2,880), left out on holidays.

    Holidays are the dates that are listed, and the public ones of countries and regions.
    """

    zone: str
    days: Days
    holidays: frozenset[date] = frozenset()
    holidays_of: tuple[str, ...] = ()
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Found once, because every look at the clock needs it; of numbers only, so that it outlives a process.
        key = (zlib.crc32(self.zone.encode()), self.days, len(self.holidays), len(self.holidays_of))
        object.__setattr__(self, "_hash", hash(key))

    def __hash__(self) -> int:
        return self._hash

    def is_inside(self, at: int) -> bool:
        """Return whether an instant lies in a span; a span holds its begin and not its end."""
        # Asked at every alert: a generator would take longer than all the rest.
        for begin, end in list_spans(self, at // DAY_MICROS):  # noqa: SIM110
            if begin <= at < end:
                return True
        return False

    def find_begin(self, at: int) -> int:
        """Return the first instant at or after `at` that lies in a span."""
        return next(max(at, begin) for begin, end in self.walk(at) if at < end)

    def find_end(self, at: int) -> int:
        """Return the first instant at or after `at` that lies in no span."""
        for begin, end in self.walk(at):
            if at < begin:
                break
            at = max(at, end)
        return at

    def walk(self, at: int) -> Iterator[Span]:
        """Yield spans in order, cut at UTC midnights, from the day of `at` on, without end."""
        day = at // DAY_MICROS
        while True:
            yield from list_spans(self, day)
            day += 1


@lru_cache(maxsize=16_384)
def list_spans(timetable: Timetable, day: int) -> tuple[Span, ...]:
    """Return the spans within one UTC day, joined where they touch or overlap.

    Parameters
    ----------
    timetable : Timetable
        What comes back every week.
    day : int
        Days since 1970 in UTC.

    Returns
    -------
    tuple[Span, ...]
        Begins and ends in microseconds since 1970 in UTC, in order, cut at the midnights of the UTC day.
    """
    # A local day is at most one day away from the UTC day, a span ends on the next day, and a zone that
    # crosses the date line leaves a whole day out.
    near = range(EPOCH_ORDINAL + day - 3, EPOCH_ORDINAL + day + 2)
    spans = sorted(span for ordinal in near for span in _list_local_spans(timetable, ordinal))
    begin, end = day * DAY_MICROS, (day + 1) * DAY_MICROS
    cut = ((max(first, begin), min(last, end)) for first, last in spans)
    return join_spans(span for span in cut if span[0] < span[1])


def join_spans(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return spans, which come in order of their begins, joined where they touch or overlap."""
    joined: list[Span] = []
    for begin, end in spans:
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return tuple(joined)


def _list_local_spans(timetable: Timetable, ordinal: int) -> Iterator[Span]:
    day = date.fromordinal(ordinal)
    if day in timetable.holidays or is_public_holiday(day, timetable.holidays_of):
        return
    zone = get_zone(timetable.zone)
    for begin, end in timetable.days[day.weekday()]:
        first = compute_instant(zone, ordinal, begin, is_end=False)
        yield first, compute_instant(zone, ordinal, end, is_end=True)
