"""Public holidays: the days on which a country or a region does not work, by codes such as ``FI`` and ``DE-BY``."""

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

_CODE = re.compile(r"([A-Z]{2})(?:-(.+))?", re.ASCII)
# Any year: whether a code is known does not depend on it.
_SOME_YEAR = 2027


class UnknownHolidays(ValueError):
    """Nobody keeps a calendar of this name."""


def read_codes(codes: Iterable[str]) -> tuple[str, ...]:
    """Return codes without blanks around them, each once.

    Raises
    ------
    UnknownHolidays
        If one is no country of ISO 3166-1 or region of ISO 3166-2, or nobody knows its holidays.
    """
    plain = tuple(dict.fromkeys(code.strip() for code in codes))
    for code in plain:
        list_public_holidays(code, _SOME_YEAR)
    return plain


def is_public_holiday(day: date, codes: Iterable[str]) -> bool:
    """Return whether a day is a public holiday of any of some countries or regions."""
    return any(day in list_public_holidays(code, day.year) for code in codes)


@lru_cache(maxsize=4_096)
def list_public_holidays(code: str, year: int) -> frozenset[date]:
    """Return the public holidays of a country or region in a year, those that are moved to a workday too.

    Raises
    ------
    UnknownHolidays
        If nobody knows them.
    """
    # Imported only where somebody names a country: it takes a tenth of a second.
    from holidays import country_holidays

    match = _CODE.fullmatch(code)
    try:
        if match is not None:
            return frozenset(country_holidays(match[1], subdiv=match[2], years=year))
    except NotImplementedError:
        pass
    raise UnknownHolidays(
        f"nobody knows the public holidays of {code[:60]!r}: name a country as FI, or a region as DE-BY"
    )
