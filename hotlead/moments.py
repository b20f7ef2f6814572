"""Moments and spans of time as people type them: ``2026-11-01``, ``2026-11-01T09:00:00Z``, ``7d``."""

import re
from datetime import UTC, datetime

_SPAN = re.compile(r"([1-9][0-9]{0,4})([mhd])")
_MICROS = {"m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000}


class BadMoment(ValueError):
    """A text names no moment."""


def read_since(text: str, now: int) -> int:
    """Return the moment a text names, in microseconds since 1970 in UTC; without a zone it is taken as UTC.

    Raises
    ------
    BadMoment
        If it names none.
    """
    if span := _SPAN.fullmatch(text.strip()):
        return now - int(span[1]) * _MICROS[span[2]]
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadMoment(
            f"{text[:40]!r} is no moment: write 2026-11-01, 2026-11-01T09:00:00Z, or 7d for a week"
        ) from None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1_000_000)
