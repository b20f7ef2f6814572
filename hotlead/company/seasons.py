"""When things happen: hours, weekdays, fairs, webinars and the slow drift of the market.

Inside the simulation a moment is an integer: microseconds since 1970 in UTC.
"""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from hotlead.company.arrays import Flags, Floats, Integers

HOUR = 3_600_000_000
DAY = 24 * HOUR
NEVER = np.iinfo(np.int64).max

# Thursday to Wednesday, because 1 January 1970 was a Thursday.
_BROWSING = np.array([1.0, 0.85, 0.18, 0.22, 0.95, 1.05, 1.05])
_WEBINAR_EVERY = 28
_WEBINAR_HOUR = 13
# First day of each fair in the year, three days each: spring, early summer, autumn.
_FAIR_STARTS = (112, 161, 278)
_FAIR_DAYS = 3


class NaiveTime(ValueError):
    """A moment was given without a time zone."""


def to_microseconds(moment: datetime) -> int:
    """Return the moment as microseconds since 1970 in UTC, exactly.

    Raises
    ------
    NaiveTime
        If the moment has no time zone.
    """
    if moment.utcoffset() is None:
        raise NaiveTime(f"{moment.isoformat()} has no time zone: pass an aware time, for example in UTC.")
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def to_timestamps(moments: Integers) -> pd.DatetimeIndex:
    """Return moments as ``datetime64[us, UTC]``; ``NEVER`` becomes NaT."""
    stamps = np.where(moments == NEVER, np.iinfo(np.int64).min, moments).astype("datetime64[us]")
    return pd.DatetimeIndex(stamps).tz_localize("UTC")


def compute_weekday_factor(moments: Integers) -> Floats:
    """Return how busy the weekday of each moment is, from 0.18 (Saturday) to 1.05 (Tuesday)."""
    return _BROWSING[(moments // DAY) % 7]


def is_working_day(moments: Integers) -> Flags:
    """Tell for each moment whether it falls on Monday to Friday."""
    return compute_weekday_factor(moments) > 0.5


def draw_browsing(rng: np.random.Generator, tick: int | Integers, size: int) -> Integers:
    """Draw moments in the 24 hours from ``tick``: mostly office hours, some in the evening."""
    evening = rng.random(size) < 0.15
    hour = np.where(evening, rng.normal(19.5, 1.3, size), rng.normal(11.2, 2.6, size))
    return _place(tick, hour % 24)


def draw_working(rng: np.random.Generator, tick: int | Integers, size: int) -> Integers:
    """Draw moments in the 24 hours from ``tick`` between 7 and 16 o'clock UTC."""
    return _place(tick, rng.uniform(7, 16, size))


def find_webinar(tick: int) -> int | None:
    """Return the moment of the webinar in the 24 hours from ``tick``, if there is one."""
    first = tick // DAY * DAY + _WEBINAR_HOUR * HOUR
    moments = [m for m in (first, first + DAY) if tick <= m < tick + DAY and m // DAY % _WEBINAR_EVERY == 0]
    return moments[0] if moments else None


def list_fair_days(begin: int, end: int) -> Integers:
    """Return midnight of every day of a trade fair that lies wholly in ``[begin, end)``."""
    days = np.arange(-(-begin // DAY), end // DAY, dtype=np.int64)
    of_year = pd.DatetimeIndex((days * DAY).astype("datetime64[us]")).day_of_year.to_numpy()
    at_fair = np.zeros(len(days), dtype=bool)
    for start in _FAIR_STARTS:
        at_fair |= (of_year >= start) & (of_year < start + _FAIR_DAYS)
    return days[at_fair] * DAY


def compute_drift(moment: int, origin: int) -> float:
    """Return what the market adds to the log hazard of a win: a slow decline, a lift as a quarter ends."""
    date = pd.Timestamp(moment, unit="us")
    days_left = ((date + pd.offsets.QuarterEnd(0)).normalize() - date.normalize()).days
    return -0.35 * (moment - origin) / (365 * DAY) + (0.2 if days_left < 14 else 0.0)


def _place(tick: int | Integers, hour: Floats) -> Integers:
    within = np.floor(hour * HOUR).astype(np.int64)
    return tick + (within - tick) % DAY
