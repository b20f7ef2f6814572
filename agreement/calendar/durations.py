"""How people write durations: ``24 h``, ``7 d``, ``90 min``."""

import re

_UNITS = {"d": 86_400_000_000, "h": 3_600_000_000, "min": 60_000_000, "s": 1_000_000, "ms": 1_000, "us": 1}
_LONGEST = 3_650 * _UNITS["d"]
_DURATION = re.compile(r"(\d{1,15}) ?(d|h|min|s|ms|us)", re.ASCII)


class BadDuration(ValueError):
    """Nobody can tell how long this is."""


def parse_duration(text: str) -> int:
    """Return the microseconds of a text such as ``90 min``.

    Raises
    ------
    BadDuration
        If it is no whole number with one of the units d, h, min, s, ms and us, or above ten years.
    """
    match = _DURATION.fullmatch(text.strip().lower())
    if match is None:
        raise BadDuration(f"{text[:60]!r} is no duration: write it as 24 h, 7 d or 90 min")
    micros = int(match[1]) * _UNITS[match[2]]
    if micros > _LONGEST:
        raise BadDuration(f"{text[:60]!r} is too long: use at most 3650 d")
    return micros


def format_duration(micros: int) -> str:
    """Return the text in the largest unit that leaves nothing over; `parse_duration` reads it back."""
    unit, length = next((unit, length) for unit, length in _UNITS.items() if micros % length == 0)
    return f"{micros // length} {unit}"
