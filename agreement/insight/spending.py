"""Spending: what marketing channels cost in calendar months, and in any other period."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from agreement.calendar.periods import Period

MOST_EUROS = 1e12
"""More than any deal or channel is worth: beyond it somebody mistyped, and sums would lose their cents."""

_MONTH = re.compile(r"(?:19|20|21)\d{2}-(?:0[1-9]|1[0-2])", re.ASCII)


class ImpossibleSpending(ValueError):
    """Nobody can have spent this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What a channel cost in a month.

    Parameters
    ----------
    channel : str
        In normal form.
    month : str
        A calendar month, as in 2026-11.
    euros : float
        0 to `MOST_EUROS`.

    Raises
    ------
    ImpossibleSpending
        If the month is none, or the euros are out of their range.
    """

    channel: str
    month: str
    euros: float

    def __post_init__(self) -> None:
        read_month(self.month)
        if not 0 <= self.euros <= MOST_EUROS:
            raise ImpossibleSpending("euros: name what was spent, from 0 to a million millions")


def read_month(text: str) -> Period:
    """Return the days of a calendar month such as 2026-11, in the years 1900 to 2199.

    Raises
    ------
    ImpossibleSpending
        If it is none.
    """
    if not _MONTH.fullmatch(text):
        raise ImpossibleSpending("month: write it as 2026-11, in the years 1900 to 2199")
    return Period.from_text(text)


def compute_costs(spendings: Iterable[Spending], period: Period) -> dict[str, float]:
    """Compute the euros by channel that fall into a period; every day of a month costs the same."""
    parts: dict[str, list[float]] = {}
    for spending in spendings:
        month = read_month(spending.month)
        days = (min(month.ends, period.ends) - max(month.begins, period.begins)).days
        if days > 0:
            share = days / (month.ends - month.begins).days
            parts.setdefault(spending.channel, []).append(spending.euros * share)
    return {channel: math.fsum(euros) for channel, euros in sorted(parts.items())}
