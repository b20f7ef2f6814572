"""Time zones: which instant a wall clock means, also where clocks jump."""

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

SECOND_MICROS = 1_000_000
MINUTE_MICROS = 60 * SECOND_MICROS
DAY_MICROS = 1_440 * MINUTE_MICROS
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_ORDINAL = EPOCH.toordinal()

# Files beside the zones: another count of seconds, copies, and whatever this one machine is set to.
_NO_ZONES = ("right/", "posix/", "localtime", "posixrules")


class UnknownZone(ValueError):
    """No time zone has this name."""


@lru_cache(maxsize=1_024)
def get_zone(name: str) -> ZoneInfo:
    """Return the time zone of an IANA name such as ``Europe/Helsinki``.

    Raises
    ------
    UnknownZone
        If nobody knows the name.
    """
    try:
        if name.startswith(_NO_ZONES):
            raise KeyError(name)
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise UnknownZone(f"no time zone is named {name[:60]!r}: use a name such as Europe/Helsinki") from None


def compute_local_date(at: int, zone: str) -> date:
    """Return the date that a calendar in the zone shows at an instant in microseconds since 1970."""
    return (EPOCH + timedelta(microseconds=at)).astimezone(get_zone(zone)).date()


def compute_instant(zone: ZoneInfo, ordinal: int, minute: int, *, is_end: bool) -> int:
    """Return the instant at which a local clock shows a minute of a day.

    Parameters
    ----------
    zone : ZoneInfo
        The zone of the clock.
    ordinal : int
        The day, as `date.toordinal` counts.
    minute : int
        Minutes on the clock since that day's 00:00; 1,440 and more are on the next day.
    is_end : bool
        Which of two to take where the clock shows this minute twice: the last if a span ends, else the first.

    Returns
    -------
    int
        Microseconds since 1970 in UTC. A minute that the clock leaves out is the instant of its jump.
    """
    wall = datetime.combine(date.fromordinal(ordinal), time.min, tzinfo=zone) + timedelta(minutes=minute)
    micros = (ordinal - EPOCH_ORDINAL) * DAY_MICROS + minute * MINUTE_MICROS
    earlier, later = _offset_micros(wall), _offset_micros(wall.replace(fold=1))
    if earlier < later:
        return _find_jump(zone, micros - later, micros - earlier, before=earlier)
    return micros - (later if is_end else earlier)


def _find_jump(zone: ZoneInfo, low: int, high: int, before: int) -> int:
    seconds = range(low, high + 1, SECOND_MICROS)
    return seconds[bisect_left(seconds, True, key=lambda at: _offset_at(at, zone) != before)]


def _offset_at(at: int, zone: ZoneInfo) -> int:
    return _offset_micros((EPOCH + timedelta(microseconds=at)).astimezone(zone))


def _offset_micros(wall: datetime) -> int:
    offset = wall.utcoffset()
    assert offset is not None
    return offset // timedelta(microseconds=1)
