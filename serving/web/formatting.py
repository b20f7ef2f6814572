"""Formatting: numbers, euros and moments as a reader writes them, on the reader's clock."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, format_timedelta
from babel.numbers import format_compact_currency, format_currency, format_decimal

from agreement.calendar.zones import get_zone
from features.times import DAY, SECOND, to_datetime

NOTHING = "–"
_MINUTE = 60 * SECOND
_THOUSANDS = (1_000_000_000_000, 1_000_000_000, 1_000_000, 1_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """How one reader sees numbers and times.

    Attributes
    ----------
    now
        The moment from which ``ago`` and ``until`` count, microseconds since 1970.
    """

    locale: Locale
    zone: str
    now: int

    def percent(self, share: float | None, *, digits: int = 0) -> str:
        """Write a share in [0, 1] as a percentage; what is nearly nothing or nearly all says so."""
        if share is None:
            return NOTHING
        least = 10.0 ** -(2 + digits)
        if 0 < share < least:
            return f"<\u202f{_decimal(self.locale, 100 * least, digits)} %"
        if 1 - least < share < 1:
            return f">\u202f{_decimal(self.locale, 100 * (1 - least), digits)} %"
        return f"{_decimal(self.locale, 100 * share, digits)} %"

    def count(self, number: float | None, *, digits: int = 0) -> str:
        """Write a number with its groups of thousands."""
        return NOTHING if number is None else _decimal(self.locale, number, digits)

    def euros(self, amount: float | None) -> str:
        """Write whole euros."""
        if amount is None:
            return NOTHING
        return format_currency(round(amount), "EUR", "¤#,##0", locale=self.locale, currency_digits=False)

    def short_euros(self, amount: float | None) -> str:
        """Write euros in short: €12K, €3.4M, €13.3M."""
        if amount is None:
            return NOTHING
        size = abs(amount)
        digits = 1 if 1_000 <= size < 10_000 or 1_000_000 <= size < 100_000_000 else 0
        # Lists hold many amounts that are written alike.
        unit = next((each for each in _THOUSANDS if size >= each), 1)
        unit = unit // 10 if digits else unit
        return _short_euros(self.locale, round(amount / unit) * unit, digits)

    def day(self, at: int | datetime | None) -> str:
        """Write a day: 3 Mar 2026."""
        return NOTHING if at is None else format_date(self._to_local(at), "d MMM y", locale=self.locale)

    def calendar_day(self, day: date | None) -> str:
        """Write a day of the calendar, whatever the zone: 3 Mar 2026."""
        return NOTHING if day is None else format_date(day, "d MMM y", locale=self.locale)

    def month(self, day: date) -> str:
        """Write a month of the calendar: Mar 2026."""
        return format_date(day, "MMM y", locale=self.locale)

    def moment(self, at: int | datetime | None) -> str:
        """Write a moment in full, with its zone: what a title or a screen reader tells."""
        if at is None:
            return NOTHING
        minutes = (at if isinstance(at, int) else round(at.timestamp() * SECOND)) // _MINUTE
        return _moment(self.locale, self.zone, minutes)

    def clock(self, at: int | datetime | None) -> str:
        """Write a moment in short: the time alone where it is today, the weekday within six days, else the day."""
        if at is None:
            return NOTHING
        local = self._to_local(at)
        days = (local.date() - self._to_local(self.now).date()).days
        if days == 0:
            return format_time(local, "HH:mm", locale=self.locale)
        return format_datetime(local, "EEE HH:mm" if abs(days) < 7 else "d MMM y", locale=self.locale)

    def time(self, at: int) -> str:
        """Write the time of a day: 09:14."""
        return format_time(self._to_local(at), "HH:mm", locale=self.locale)

    def weekday(self, at: int) -> str:
        """Write a day with its weekday: Tue 3 Mar 2026."""
        return format_date(self._to_local(at), "EEE d MMM y", locale=self.locale)

    def tick(self, at: int, unit: str) -> str:
        """Write the label of a round moment on an axis: an hour, a day, a month or a year."""
        if unit == "hour":
            return self.time(at)
        patterns = {"day": "d MMM", "month": "MMM", "year": "y"}
        return format_date(self._to_local(at), patterns[unit], locale=self.locale)

    def ago(self, at: int | datetime | None) -> str:
        """Write how far a moment is from now, with its direction: 3 hours ago, in 2 days."""
        if at is None:
            return NOTHING
        micros = (at if isinstance(at, int) else round(at.timestamp() * SECOND)) - self.now
        return _delta(self.locale, _round_seconds(micros), True)

    def span(self, micros: int | None) -> str:
        """Write how long something takes: 3 hr, 2 days."""
        return NOTHING if micros is None else _delta(self.locale, _round_seconds(abs(micros)), False)

    def iso(self, at: int | datetime) -> str:
        """Write a moment for a machine: the datetime of a time element."""
        return self._to_local(at).isoformat(timespec="seconds")

    def is_today(self, at: int) -> bool:
        """Tell whether a moment lies on the reader's day."""
        return abs(at - self.now) < DAY and self._to_local(at).date() == self._to_local(self.now).date()

    def _to_local(self, at: int | datetime) -> datetime:
        moment = to_datetime(at) if isinstance(at, int) else at
        return moment.astimezone(get_zone(self.zone))


@lru_cache(maxsize=20_000)
def _moment(locale: Locale, zone: str, minutes: int) -> str:
    local = to_datetime(minutes * _MINUTE).astimezone(get_zone(zone))
    return format_datetime(local, "EEE d MMM y, HH:mm z", locale=locale)


@lru_cache(maxsize=20_000)
def _short_euros(locale: Locale, amount: int, digits: int) -> str:
    return format_compact_currency(amount, "EUR", locale=locale, fraction_digits=digits)


@lru_cache(maxsize=20_000)
def _decimal(locale: Locale, number: float, digits: int) -> str:
    pattern = "#,##0" if digits == 0 else f"#,##0.{'0' * digits}"
    return format_decimal(number, pattern, locale=locale)


def _round_seconds(micros: int) -> int:
    """Round to what is written: minutes where it takes hours."""
    return round(micros / SECOND) if abs(micros) < 2 * 60 * _MINUTE else 60 * round(micros / _MINUTE)


@lru_cache(maxsize=20_000)
def _delta(locale: Locale, seconds: int, has_direction: bool) -> str:
    if has_direction:
        return format_timedelta(seconds, threshold=1.2, add_direction=True, format="long", locale=locale)
    return format_timedelta(seconds, threshold=1.2, format="short", locale=locale)
