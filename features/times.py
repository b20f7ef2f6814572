"""Moments as whole microseconds since 1970 in UTC, so that windows are exact."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray

SECOND = 1_000_000
DAY = 86_400 * SECOND
MISSING_TIME: int = int(np.iinfo(np.int64).min)
"""What numpy calls NaT; no moment of a lead is this early."""


class ZonelessTime(ValueError):
    """A time came without its offset from UTC, so the moment it means is unknown."""


def to_micros(moment: datetime) -> int:
    """Convert an aware datetime to microseconds since 1970 in UTC.

    Raises
    ------
    ZonelessTime
        If `moment` carries no offset.
    """
    if moment.tzinfo is None:
        raise ZonelessTime("give the time an offset, as in 2026-03-01T09:00:00Z")
    delta = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * SECOND + delta.microseconds


def to_datetime(micros: int) -> datetime:
    """Convert microseconds since 1970 in UTC to an aware datetime."""
    return datetime.fromtimestamp(micros // SECOND, UTC).replace(microsecond=micros % SECOND)


def micros_of(times: "pd.Series[pd.Timestamp]") -> NDArray[np.int64]:
    """Convert a column of aware timestamps to int64 microseconds, `MISSING_TIME` where it is empty.

    Parameters
    ----------
    times
        Shape (n,), dtype ``datetime64[*, zone]``.

    Raises
    ------
    ZonelessTime
        If the column has no zone.
    """
    if not isinstance(times.dtype, pd.DatetimeTZDtype):
        raise ZonelessTime(f"column {times.name!r} needs aware times, it holds {times.dtype}")
    naive = times.dt.tz_convert("UTC").dt.tz_localize(None)
    return naive.to_numpy(dtype="datetime64[us]").view(np.int64)


def times_of(micros: NDArray[np.int64]) -> pd.DatetimeIndex:
    """Convert int64 microseconds to aware timestamps; `MISSING_TIME` becomes NaT."""
    return pd.DatetimeIndex(micros.view("datetime64[us]")).tz_localize("UTC")
