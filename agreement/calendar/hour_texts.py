"""How people write hours: ``Mon-Fri 09:00-17:00``, ``22:00-07:00``, ``always``."""

import re
from collections.abc import Iterator
from itertools import groupby

from agreement.calendar.timetable import Days, Span, join_spans

DAY_MINUTES = 1_440
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
ALWAYS: Days = (((0, DAY_MINUTES),),) * 7

_DASHES = str.maketrans("–—−", "---")
_PART = re.compile(r"(?:([a-z]{3})(?: ?- ?([a-z]{3}))? )?(\d{1,2}:\d\d ?- ?\d{1,2}:\d\d)", re.ASCII)


class BadHours(ValueError):
    """These are no hours of a week."""


def parse_days(text: str) -> Days:
    """Return the spans of Monday to Sunday that a text names, in minutes of the day, joined and in order.

    A part without days means every day; a span that runs over midnight goes on on the next day.

    Raises
    ------
    BadHours
        If a part cannot be read.

    >>> parse_days("Fri 09:00-12:00, Fri 13:00-17:00")[4]
    ((540, 720), (780, 1020))
    """
    plain = " ".join(text.translate(_DASHES).lower().split())
    if plain == "always":
        return ALWAYS
    spans: list[list[Span]] = [[] for _ in WEEKDAYS]
    for part in plain.split(","):
        for weekday, span in _parse_part(part.strip()):
            spans[weekday % 7].append(span)
    return tuple(join_spans(sorted(day)) for day in spans)


def parse_span(text: str) -> Span:
    """Return the two times of a text such as ``22:00-07:00``, in minutes of the day.

    Raises
    ------
    BadHours
        If it cannot be read.
    """
    begin, _, end = text.translate(_DASHES).partition("-")
    return _parse_time(begin.strip()), _parse_time(end.strip())


def format_span(begin: int, end: int) -> str:
    """Return two minutes of the day as people write them: ``22:00-07:00``."""
    return f"{begin // 60:02d}:{begin % 60:02d}-{end // 60:02d}:{end % 60:02d}"


def format_days(days: Days) -> str:
    """Return the text of a week, which `parse_days` reads back to the same week."""
    if days == ALWAYS:
        return "always"
    runs = [list(run) for _, run in groupby(range(7), key=lambda weekday: days[weekday])]
    return ", ".join(f"{_name_run(run)} {format_span(*span)}" for run in runs for span in days[run[0]])


def _parse_part(part: str) -> Iterator[tuple[int, Span]]:
    match = _PART.fullmatch(part)
    if match is None:
        raise BadHours(f"{part[:60]!r} names no hours: write them as Mon-Fri 09:00-17:00")
    first, last, times = match.groups()
    begin, end = parse_span(times)
    if begin == end:
        raise BadHours(f"{part[:60]!r} ends where it begins: write 00:00-24:00 for a whole day")
    for weekday in _list_weekdays(first, last):
        if begin < end:
            yield weekday, (begin, end)
            continue
        yield weekday, (begin, DAY_MINUTES)
        if end:
            yield weekday + 1, (0, end)


def _list_weekdays(first: str | None, last: str | None) -> range:
    if first is None:
        return range(7)
    begin = _find_weekday(first)
    end = begin if last is None else _find_weekday(last)
    return range(begin, end + 1 if begin <= end else end + 8)


def _find_weekday(name: str) -> int:
    try:
        return WEEKDAYS.index(name.capitalize())
    except ValueError:
        raise BadHours(f"no day is named {name!r}: use {', '.join(WEEKDAYS)}") from None


def _parse_time(text: str) -> int:
    match = re.fullmatch(r"(\d{1,2}):([0-5]\d)", text, re.ASCII)
    minute = DAY_MINUTES + 1 if match is None else int(match[1]) * 60 + int(match[2])
    if minute > DAY_MINUTES:
        raise BadHours(f"{text[:60]!r} is no time of the day: write it as 09:00, at most 24:00")
    return minute


def _name_run(run: list[int]) -> str:
    return WEEKDAYS[run[0]] if len(run) == 1 else f"{WEEKDAYS[run[0]]}-{WEEKDAYS[run[-1]]}"
