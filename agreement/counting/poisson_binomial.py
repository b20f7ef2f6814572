"""How many of some leads are won, when each has a probability of its own: the Poisson-binomial distribution."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class ImpossibleProbability(ValueError):
    """No probability is below 0, above 1, or missing."""


def compute_count_distribution(probabilities: Floats) -> Floats:
    """Compute the distribution of the number of wins among independent leads.

    Neighbours are multiplied as polynomials, then their products, and so on, with Fourier transforms: exact up to
    rounding (about 1e-15), in n log² n steps (W. Biscarri, S. D. Zhao and R. J. Brunner, A simple and fast method
    for computing the Poisson binomial distribution function, Computational Statistics & Data Analysis 122, 2018).

    Parameters
    ----------
    probabilities : ndarray
        Shape (n,), of a win, in [0, 1].

    Returns
    -------
    ndarray
        Shape (n + 1,): the probability of 0, 1, … n wins; it sums up to 1.

    Raises
    ------
    ImpossibleProbability
        If one is no probability.
    """
    if not np.all((probabilities >= 0) & (probabilities <= 1)):
        raise ImpossibleProbability("each probability lies in [0, 1]")
    n = len(probabilities)
    padded = np.zeros(1 << (n - 1).bit_length() if n else 1)
    padded[:n] = probabilities
    factors = np.column_stack([1 - padded, padded])
    while len(factors) > 1:
        factors = _multiply_neighbours(factors)
    counted = np.clip(factors[0, : n + 1], 0.0, None)
    return np.asarray(counted / counted.sum())


def find_quantile(distribution: Floats, level: float) -> int:
    """Return the smallest count that is not exceeded with at least a probability in (0, 1)."""
    place = int(np.searchsorted(np.cumsum(distribution), level))
    return min(place, len(distribution) - 1)


def _multiply_neighbours(factors: Floats) -> Floats:
    """Multiply polynomials of one length, the first by the second, the third by the fourth, and so on."""
    length = 2 * factors.shape[1] - 1
    size = 1 << (length - 1).bit_length()
    transformed = np.fft.rfft(factors, size, axis=1)
    return np.asarray(np.fft.irfft(transformed[0::2] * transformed[1::2], size, axis=1)[:, :length])
