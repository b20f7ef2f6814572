"""Won values: what a won deal is worth on average, and how sure that is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, stdev
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from agreement.counting.rates import LEVEL

Origin = Literal["measured", "assumed", "missing"]
"""Where a figure comes from: history, the agreement's assumptions, or nowhere."""

_UPPER = 0.5 + LEVEL / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class AverageValue:
    """The mean value of won deals.

    Parameters
    ----------
    euros : float or None
        The mean, above 0; None where it was neither measured nor assumed.
    n : int
        Deals with a value in history, also where an assumed mean is used.
    error : float
        The standard error of a measured mean as a part of it, 0 or more; 0 where nothing is known of it.
    origin : {"measured", "assumed", "missing"}
        Where the mean comes from.
    """

    euros: float | None
    n: int
    error: float
    origin: Origin

    @property
    def low(self) -> float | None:
        """Return the lower end of the interval in euros, None where there is none."""
        return self._reach(-1)

    @property
    def high(self) -> float | None:
        """Return the upper end of the interval in euros, None where there is none."""
        return self._reach(1)

    def draw(self, rng: np.random.Generator, size: int) -> NDArray[np.float64]:
        """Draw means that history allows, in euros, shape (size,); an assumed one is always the same.

        Raises
        ------
        ValueError
            If there is no mean.
        """
        if self.euros is None:
            raise ValueError("an average value that is missing cannot be drawn")
        # Drawn even where it is not needed, so that what is drawn afterwards stays the same.
        spread = rng.standard_t(max(self.n - 1, 1), size)
        return np.asarray(self.euros * np.exp(np.clip(spread * self.error, -_FARTHEST, _FARTHEST)))

    def _reach(self, sign: int) -> float | None:
        if self.euros is None or self.origin != "measured" or self.n < 2:
            return None
        reach = compute_t_quantile(self.n - 1) * self.error
        return self.euros * math.exp(sign * min(reach, _FARTHEST))


# A few wild deals make Student's t reach where no float follows.
_FARTHEST = 50.0


def compute_average_value(
    values: Sequence[float], *, assumed: float | None = None, least_measured: int = 1
) -> AverageValue:
    """Compute the mean of won values, with the means for its interval.

    The interval is Student's t on the logarithm of the mean, whose standard error is that of the mean divided by
    the mean (the delta method: G. Casella, R. Berger, Statistical Inference, 2nd ed., section 5.5.4). So it is
    never below zero, and longer upwards, as the values of deals are.

    Parameters
    ----------
    values : sequence of float, shape (n,)
        Euros; what is negative or no number is left out.
    assumed : float or None
        Euros: the mean where fewer than `least_measured` were measured.
    least_measured : int
        At least 1.
    """
    told = [value for value in values if value >= 0 and math.isfinite(value)]
    mean = fmean(told) if told else 0.0
    if len(told) >= least_measured and mean > 0:
        error = stdev(told) / (mean * math.sqrt(len(told))) if len(told) > 1 else 0.0
        return AverageValue(euros=mean, n=len(told), error=error, origin="measured")
    return AverageValue(euros=assumed, n=len(told), error=0.0, origin="missing" if assumed is None else "assumed")


def compute_t_quantile(degrees: int) -> float:
    """Return the quantile of Student's t that leaves (1 - `LEVEL`) / 2 above it.

    Exact for one and two degrees of freedom; from three on the expansion 26.7.5 of M. Abramowitz, I. Stegun,
    Handbook of Mathematical Functions, which is then right to a thousandth.

    Parameters
    ----------
    degrees : int
        Of freedom, at least 1.
    """
    if degrees == 1:
        return math.tan(math.pi * (_UPPER - 0.5))
    if degrees == 2:
        return float((2 * _UPPER - 1) * math.sqrt(2 / (4 * _UPPER * (1 - _UPPER))))
    z = NormalDist().inv_cdf(_UPPER)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1_482 * z**5 - 1_920 * z**3 - 945 * z) / 92_160,
    )
    return z + math.fsum(term / degrees**power for power, term in enumerate(terms, start=1))
