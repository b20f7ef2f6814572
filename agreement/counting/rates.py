"""Rates: a share is never shown without its count and its interval."""

import math
from dataclasses import dataclass
from statistics import NormalDist

LEVEL = 0.8
"""How often an interval of ours should hold what it speaks of."""

_Z = NormalDist().inv_cdf(0.5 + LEVEL / 2)


class ImpossibleRate(ValueError):
    """No count can be negative, or larger than what it is counted of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A share of a count.

    Parameters
    ----------
    count, of : int
        How many of how many; nothing is divided where `of` is 0.

    Raises
    ------
    ImpossibleRate
        If ``0 <= count <= of`` does not hold.
    """

    count: int
    of: int

    def __post_init__(self) -> None:
        if not 0 <= self.count <= self.of:
            raise ImpossibleRate(f"{self.count} of {self.of} is no share")

    @property
    def value(self) -> float | None:
        """Return the share in [0, 1], None of nothing."""
        return self.count / self.of if self.of else None

    @property
    def low(self) -> float:
        """Return the lower end of the interval, in [0, 1]; 0 of nothing."""
        return self._bounds()[0]

    @property
    def high(self) -> float:
        """Return the upper end of the interval, in [0, 1]; 1 of nothing."""
        return self._bounds()[1]

    def _bounds(self) -> tuple[float, float]:
        """Compute the score interval of E. B. Wilson (JASA 22, 1927), formula 2, at `LEVEL`."""
        if not self.of:
            return 0.0, 1.0
        n, p, z = self.of, self.count / self.of, _Z
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        # At the ends the formula is exact, its arithmetic is not.
        low = 0.0 if self.count == 0 else max(0.0, middle - half)
        high = 1.0 if self.count == self.of else min(1.0, middle + half)
        return low, high
