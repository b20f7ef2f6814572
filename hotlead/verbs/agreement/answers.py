"""Answers of an interview: how each kind is read, and what is wrong with one that cannot be.

Each reader takes a text and the answers before, and raises a `ValueError` that says how to write it.
"""

import math
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from agreement.calendar.durations import format_duration, parse_duration
from agreement.calendar.hour_texts import parse_days
from agreement.calendar.public_holidays import read_codes
from agreement.calendar.zones import get_zone
from agreement.commitments import BUCKET_NAMES

Told = Mapping[str, Any]
_MOST_SIGNS = 100
# No business plan reaches further, and calendars do not either.
_FIRST_YEAR, _LAST_YEAR = 2000, 2199


class BadAnswer(ValueError):
    """Nobody can hold to this answer."""


def read_name(text: str, _: Told) -> str:
    """Read a name on one line."""
    if not text or len(text) > _MOST_SIGNS or not text.isprintable():
        raise BadAnswer(f"use 1 to {_MOST_SIGNS} signs on one line")
    return text


def read_zone(text: str, _: Told) -> str:
    """Read the IANA name of a time zone."""
    return get_zone(text).key


def read_hours(text: str, _: Told) -> str:
    """Read working hours, "" for none."""
    if _is_none(text):
        return ""
    parse_days(text)
    return text


def read_date(text: str, _: Told) -> date:
    """Read a day on which a period may begin or end."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadAnswer(f"{text[:60]!r} is no date: write it as 2027-01-01") from None
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise BadAnswer(f"use years from {_FIRST_YEAR} to {_LAST_YEAR}")
    return day


def read_end(text: str, told: Told) -> date:
    """Read the day after the last one of the goal."""
    ends = read_date(text, told)
    if ends <= told["begins"]:
        raise BadAnswer(f"it ends after it begins, on {told['begins']}")
    return ends


def _read_number(text: str) -> float:
    plain = text.replace("_", "").replace("'", "").replace(" ", "")
    try:
        number = float(plain)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise BadAnswer(f"{text[:60]!r} is no number: write it as 1000000 or 0.5")
    return number


def above(least: float) -> Callable[[str, Told], float]:
    """Return what reads a number above another."""

    def read(text: str, _: Told) -> float:
        if (number := _read_number(text)) <= least:
            raise BadAnswer(f"use more than {least:g}")
        return number

    return read


def least(least: float) -> Callable[[str, Told], float]:
    """Return what reads a number that is another or more."""

    def read(text: str, _: Told) -> float:
        if (number := _read_number(text)) < least:
            raise BadAnswer(f"use {least:g} or more")
        return number

    return read


def or_none(read: Callable[[str, Told], Any]) -> Callable[[str, Told], Any]:
    """Return what reads `None` where somebody says none."""
    return lambda text, told: None if _is_none(text) else read(text, told)


def read_share(text: str, _: Told) -> float:
    """Read a share as 0.6 or 60%."""
    share = _read_number(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    if not 0 <= share <= 1:
        raise BadAnswer("use a share from 0 to 1, or a part of 100 %")
    return share


def read_countries(text: str, _: Told) -> tuple[str, ...]:
    """Read countries and regions whose public holidays are known."""
    return read_codes(split(text))


def read_words(text: str, _: Told) -> tuple[str, ...]:
    """Read words with commas between them."""
    return split(text)


def read_bucket(text: str, _: Told) -> str:
    """Read cold, warm or hot."""
    if text.lower() not in BUCKET_NAMES:
        raise BadAnswer(f"use one of {', '.join(BUCKET_NAMES)}")
    return text.lower()


def read_required(text: str, _: Told) -> tuple[str, ...]:
    """Read names of attributes, or of several of which one is enough."""
    names = split(text)
    if not all(part.strip() for name in names for part in name.split("|")):
        raise BadAnswer("name attributes, such as email|phone")
    return names


def read_attempts(text: str, _: Told) -> int:
    """Read a whole number, at least 1."""
    number = _read_number(text)
    if not number.is_integer() or number < 1:
        raise BadAnswer("use a whole number, at least 1")
    return int(number)


def read_time(text: str, _: Told) -> int:
    """Read a duration that is some time, in microseconds."""
    if (micros := parse_duration(text)) <= 0:
        raise BadAnswer("promise more than no time")
    return micros


def read_time_of_attempts(text: str, told: Told) -> int:
    """Read the time for all attempts, which holds the first."""
    micros = read_time(text, told)
    if micros < told["hot_within_micros"]:
        raise BadAnswer(f"the first contact may take {format_duration(told['hot_within_micros'])} alone")
    return micros


def split(text: str) -> tuple[str, ...]:
    """Return the parts of a text with commas, each once; none of none."""
    return () if _is_none(text) else tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


def _is_none(text: str) -> bool:
    return text.strip().lower() in ("", "none", "-")
