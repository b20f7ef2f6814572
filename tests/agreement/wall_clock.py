"""Wall clocks: when they jump in 2027, and working minutes counted one at a time, as slowly as anybody could."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

SECOND = 1_000_000
MINUTE, HOUR = 60 * SECOND, 3_600 * SECOND
DAY, WEEK = 24 * HOUR, 7 * 24 * HOUR
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
YEAR_2027 = (57 * 365 + 14) * DAY
ZONES = sorted(available_timezones() - {"localtime"})
ODD_ZONES = [
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Europe/Dublin",
    "Africa/Cairo",
    "America/Santiago",
    "Pacific/Apia",
    "Pacific/Chatham",
    "America/Havana",
    "Atlantic/Azores",
    "America/Scoresbysund",
    "Africa/Casablanca",
    "Europe/Helsinki",
]


def utc(year, month, day, hour=0, minute=0):
    """Return an instant in microseconds since 1970."""
    return (datetime(year, month, day, hour, minute, tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)


def local(at, zone):
    """Return what a clock shows at an instant."""
    return (EPOCH + timedelta(microseconds=at)).astimezone(ZoneInfo(zone))


def find_changes(zone):
    """Return the instants of 2027 at which the zone's clock jumps, found by halving days."""
    changes = []
    for day in range(366):
        low, high = YEAR_2027 + day * DAY, YEAR_2027 + (day + 1) * DAY
        before = local(low, zone).utcoffset()
        if local(high, zone).utcoffset() == before:
            continue
        while high - low > SECOND:
            middle = (low + high) // 2 // SECOND * SECOND
            low, high = (middle, high) if local(middle, zone).utcoffset() == before else (low, middle)
        changes.append(high)
    return changes


CHANGES = {zone: find_changes(zone) for zone in ZONES}
MOMENTS = [(zone, at) for zone in ZONES for at in CHANGES[zone] or [YEAR_2027 + 100 * DAY]]
AROUND = [-13 * HOUR, -HOUR, -30 * MINUTE, -1, 0, 1, 29 * MINUTE, HOUR, 2 * HOUR, 11 * HOUR]


@lru_cache(maxsize=64)
def list_clock(zone, start, end):
    """List by local date the instants of all minutes and the minutes of the day that the clock shows."""
    shown = {}
    for at in range(start, end, MINUTE):
        clock = local(at, zone)
        shown.setdefault(clock.date(), []).append((at, clock.hour * 60 + clock.minute))
    return shown


def count_minutes(hours, start, end):
    """Count the working minutes one at a time, by looking at the clock on the wall.

    A span of a day begins when its clock first shows the begin or later, and ends when it last shows the end, or
    after the last minute before it where the clock leaves the end out.
    """
    shown = list_clock(hours.zone, start - 3 * DAY, end + 3 * DAY)
    worked = set()
    for day, minutes in shown.items():
        spans = () if day in hours.holidays else hours.days[day.weekday()]
        for begin, finish in spans:
            inside = [at for at, minute in minutes if begin <= minute < finish]
            there = shown.get(day + timedelta(days=1), []) if finish == 1440 else minutes
            ends = [at for at, minute in there if minute == finish % 1440]
            if inside:
                worked.update(range(inside[0], ends[-1] if ends else inside[-1] + MINUTE, MINUTE))
    return sum(start <= at < end for at in worked)
