"""Hours of people, worked out by walking quarter hours: slow, plain, and written apart from the product's."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from features.times import SECOND, to_datetime, to_micros

QUARTER = 900 * SECOND
_MORNING = 9
_OFFICE = range(9, 17)

Someone = dict[str, Any]
"""A person as a plain dict: zone, quiet (two hours of the day, or None), works (office hours or none), manager."""


def may_hear(person: Someone, at: int) -> bool:
    """Tell whether a person may be told something at a moment."""
    local = read_clock(person, at)
    if person["quiet"] is not None and _is_between(local.hour, *person["quiet"]):
        return False
    return is_at_work(person, at)


def is_at_work(person: Someone, at: int) -> bool:
    """Tell whether a person works at a moment; who has no working hours always does."""
    local = read_clock(person, at)
    return not person["works"] or (local.weekday() < 5 and local.hour in _OFFICE)


def find_hearing(person: Someone, at: int) -> int:
    """Find the first moment from this one on at which a person may be told something."""
    while not may_hear(person, at):
        at = (at // QUARTER + 1) * QUARTER
    return at


def find_tomorrow(person: Someone, at: int) -> int:
    """Find when a person's next day begins: at work, or at nine for who has no working hours."""
    date = read_clock(person, at).date() + timedelta(days=1)
    hour = 0 if person["works"] else _MORNING
    morning = to_micros(datetime.combine(date, time(hour), ZoneInfo(person["zone"])))
    while not is_at_work(person, morning):
        morning += QUARTER
    return morning


def add_work(person: Someone, at: int, micros: int) -> int:
    """Find the moment by which a person has worked so long since another."""
    while True:
        end = (at // QUARTER + 1) * QUARTER
        if is_at_work(person, at):
            if micros <= end - at:
                return at + micros
            micros -= end - at
        at = end


def read_clock(person: Someone, at: int) -> datetime:
    """Read the clock on a person's wall."""
    return to_datetime(at).astimezone(ZoneInfo(person["zone"]))


def _is_between(hour: int, begin: int, end: int) -> bool:
    return begin <= hour < end if begin < end else hour >= begin or hour < end
