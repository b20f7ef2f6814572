"""Capacity: how many hot leads sales can honour, from which the hot threshold follows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """How many people answer hot leads, and how many each of them can answer well in a week.

    Raises
    ------
    ValueError
        If either is negative.
    """

    reps: int
    hot_leads_per_rep: float

    def __post_init__(self) -> None:
        if self.reps < 0 or self.hot_leads_per_rep < 0:
            raise ValueError("capacity counts reps and leads a rep: neither can be negative")

    @property
    def hot_leads_per_week(self) -> float:
        """Return how many leads may turn hot in a week."""
        return self.reps * self.hot_leads_per_rep
