"""Capacity: how many hot leads sales can honour, from which the hot threshold follows."""

import math
from dataclasses import dataclass


class ImpossibleCapacity(ValueError):
    """Nobody can answer a negative or an endless number of leads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """How many people answer hot leads, and how many each of them can answer well in a week.

    Raises
    ------
    ImpossibleCapacity
        If either is negative or no finite number.
    """

    reps: int
    hot_leads_per_rep: float

    def __post_init__(self) -> None:
        if not (self.reps >= 0 and 0 <= self.hot_leads_per_rep < math.inf):
            raise ImpossibleCapacity("capacity counts reps and leads a rep: neither can be negative or endless")

    @property
    def hot_leads_per_week(self) -> float:
        """Return how many leads may turn hot in a week."""
        return self.reps * self.hot_leads_per_rep
