"""Spans: the periods that the board offers, the ones before and after, and what they are called."""

from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_date

from agreement.calendar.periods import BadPeriod, Period
from agreement.calendar.zones import compute_local_date
from agreement.terms import Terms
from serving.usecases.views.viewing import choose_goal
from serving.web.words import Words

_SHORT_DAYS = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A period that the board offers, under a name of the catalogue."""

    name: str
    period: Period


def list_choices(now: int, terms: Terms) -> list[Choice]:
    """List the periods that the board offers at a moment."""
    week = Period.week_of(now, zone=terms.zone)
    today = compute_local_date(now, terms.zone)
    month = Period.from_text(f"{today:%Y-%m}", zone=terms.zone)
    listed = [("week", week), ("last_week", find_before(week) or week), ("month", month)]
    listed.append(("quarter", _find_quarter(today, terms.zone)))
    listed.append(("year" if terms.goal is None else "goal", choose_goal(now, terms)))
    return [Choice(name=name, period=period) for name, period in listed]


def find_before(period: Period) -> Period | None:
    """Find the period of the same kind before this one, None where no calendar has it."""
    return _move(period, -1)


def find_after(period: Period, now: int) -> Period | None:
    """Find the period of the same kind after this one, None where it has not begun."""
    after = _move(period, 1)
    return after if after is not None and after.begins_at <= now else None


def is_short(period: Period) -> bool:
    """Tell whether a period is too short for what takes weeks: conversions, revenue, channels."""
    return (period.ends - period.begins).days < _SHORT_DAYS


def name_period(period: Period, words: Words) -> str:
    """Return what people call a period: Week 47, 16 – 22 Nov 2026; November 2026; 1 Jan – 31 Dec 2026."""
    last = period.ends - timedelta(days=1)
    text = period.to_text()
    if len(text) == len("2026-11"):
        return format_date(period.begins, "MMMM y", locale=words.locale)
    dates = f"{_write(period.begins, last, words)} – {format_date(last, 'd MMM y', locale=words.locale)}"
    if "W" in text:
        return words.say("board.period.week_named", number=period.begins.isocalendar().week, dates=dates)
    return dates


def _write(first: date, last: date, words: Words) -> str:
    if (first.year, first.month) == (last.year, last.month):
        return str(first.day)
    return format_date(first, "d MMM" if first.year == last.year else "d MMM y", locale=words.locale)


def _move(period: Period, by: int) -> Period | None:
    """Return the period of the same length in months, where it has whole ones, or in days, before or after."""
    first, end = period.begins, period.ends
    months = (end.year - first.year) * 12 + end.month - first.month
    try:
        if first.day == end.day == 1 and months:
            return Period(
                begins=_add_months(first, by * months), ends=_add_months(end, by * months), zone=period.zone
            )
        return Period(begins=first + by * (end - first), ends=end + by * (end - first), zone=period.zone)
    except (BadPeriod, ValueError, OverflowError):
        return None


def _add_months(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _find_quarter(day: date, zone: str) -> Period:
    begins = day.replace(month=day.month - (day.month - 1) % 3, day=1)
    return Period(begins=begins, ends=_add_months(begins, 3), zone=zone)
