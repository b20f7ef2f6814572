"""Values: how people write numbers and days in cells, as the numbers and times that the API takes.

What fits no rule is handed on as it is, so that the one reader of leads refuses it with its own words.
"""

import math
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Literal, get_args
from zoneinfo import ZoneInfo

DayOrder = Literal["iso", "dmy", "mdy"]
DAY_ORDERS: tuple[DayOrder, ...] = get_args(DayOrder)
DecimalMark = Literal[".", ","]
MARKS: tuple[DecimalMark, ...] = get_args(DecimalMark)

MISSING = frozenset(("", "null", "n/a", "#n/a", "nan"))
"""What programs write into a cell of which nothing is known, in small letters."""

_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](.+))?", re.ASCII)
_PARTS = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})(?:,?[ T](.+))?", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?: ?([AaPp])\.?[Mm]\.?)?", re.ASCII)
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)
_BLANKS = re.compile("[\\s\u00a0\u202f'’€$£]|EUR|USD")
_PLAIN = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?", re.ASCII)
_RANGE = re.compile(r"(\d+(?:\.\d+)?)(?:-|–|to)(\d+(?:\.\d+)?)", re.ASCII)
_OPEN = re.compile(r">?=?(\d+(?:\.\d+)?)\+?", re.ASCII)
_NOON = 12
_MOST_DIGITS = 300


def read_number(text: str, mark: DecimalMark) -> float | int | str:
    """Read a number as people write it: ``1 250,50 €``, ``50-200`` (its middle), ``1000+`` (its lower end)."""
    thousands = "," if mark == "." else "."
    plain = _BLANKS.sub("", text)
    if len(plain) > _MOST_DIGITS:
        return text
    if re.search(rf"\d{re.escape(thousands)}(?:\d{{1,2}}|\d{{4,}})(?!\d)", plain):
        # No group of thousands has another length: which mark was meant is anybody's guess.
        return text
    plain = plain.replace(thousands, "").replace(mark, ".")
    if _PLAIN.fullmatch(plain):
        number = float(plain)
        return int(plain) if plain.lstrip("+-").isdigit() else _shorten(number) if math.isfinite(number) else text
    if (found := _RANGE.fullmatch(plain)) is not None:
        return _shorten((float(found[1]) + float(found[2])) / 2)
    found = _OPEN.fullmatch(plain)
    return text if found is None else _shorten(float(found[1]))


def guess_mark(separator: str) -> DecimalMark:
    """Guess the decimal mark: where cells are parted by semicolons, commas are taken by numbers."""
    return "," if separator == ";" else "."


def read_time(text: str, order: DayOrder, zone: ZoneInfo) -> str:
    """Read a day or a time as RFC 3339; without an offset it is of the zone, and a day alone begins at midnight."""
    told = text.strip()
    if _RFC_3339.fullmatch(told):
        return told
    found = _ISO.fullmatch(told)
    if found is not None:
        year, month, day, clock = found.groups()
    elif order != "iso" and (found := _PARTS.fullmatch(told)) is not None:
        day, month, year, clock = found.groups()
        day, month = (month, day) if order == "mdy" else (day, month)
    else:
        return text
    return _write_time(text, (int(year), int(month), int(day)), clock, zone)


def guess_day_order(texts: Iterable[str]) -> tuple[DayOrder, bool]:
    """Guess how days are written, and tell whether that is certain: 03/04/2026 may be March or April."""
    firsts, seconds, has_dots = [], [], False
    for text in texts:
        found = _PARTS.fullmatch(text.strip())
        if found is not None:
            firsts.append(int(found[1]))
            seconds.append(int(found[2]))
            has_dots = has_dots or "." in text.split(" ")[0]
    if not firsts:
        return "iso", True
    if max(seconds) > _NOON:
        return "mdy", True
    return "dmy", has_dots or max(firsts) > _NOON


def _write_time(text: str, day: tuple[int, int, int], clock: str | None, zone: ZoneInfo) -> str:
    offset, hours = "", (0, 0, 0)
    if clock is not None:
        with_offset = re.fullmatch(r"(.*?) ?([Zz]|[+-]\d\d:\d\d)", clock)
        clock, offset = (with_offset[1], with_offset[2]) if with_offset is not None else (clock, "")
        found = _CLOCK.fullmatch(clock)
        if found is None:
            return text
        hours = _read_clock(*found.groups())
    try:
        moment = datetime(*day, *hours, tzinfo=zone)
    except ValueError:
        return text
    return moment.replace(tzinfo=None).isoformat() + offset if offset else moment.isoformat()


def _read_clock(hour: str, minute: str, second: str | None, half: str | None) -> tuple[int, int, int]:
    told = int(hour)
    if half is not None:
        told = told % _NOON + (_NOON if half in "pP" else 0)
    return told, int(minute), int(second or 0)


def _shorten(number: float) -> float | int:
    """Return a whole number as such, as JSON and the API tell them apart."""
    return int(number) if number.is_integer() else number
