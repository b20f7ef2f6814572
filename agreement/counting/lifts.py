"""Lifts: how many times as often something happens to some as to others, and whether that may be chance."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from agreement.counting.rates import LEVEL, Rate

FALSE_DISCOVERIES = 0.1
"""The share of false ones, on average, among what is said to differ."""

_Z = NormalDist().inv_cdf(0.5 + LEVEL / 2)
# Tables as likely as the one found count as extreme, whatever their arithmetic leaves behind.
_AS_LIKELY = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True)
class Lift:
    """A ratio of two shares, above 0, with the ends of its interval at `agreement.counting.rates.LEVEL`."""

    value: float
    low: float
    high: float


def compare_shares(some: Rate, others: Rate) -> Lift | None:
    """Compute how many times as often something happens to `some` as to `others`; None where either is nobody.

    The interval is that of the log risk ratio, after D. Katz, J. Baptista, S. P. Azen and M. C. Pike
    (Biometrics 34, 1978). Where a cell of the table is empty, a half is added to each of the four
    (J. B. S. Haldane, Annals of Human Genetics 20, 1956), which draws the ratio towards 1.
    """
    if not some.of or not others.of:
        return None
    cells = (some.count, some.of - some.count, others.count, others.of - others.count)
    added = 0.5 if 0 in cells else 0.0
    a, rest_a, b, rest_b = (cell + added for cell in cells)
    log_ratio = math.log(a / (a + rest_a)) - math.log(b / (b + rest_b))
    half = _Z * math.sqrt(1 / a - 1 / (a + rest_a) + 1 / b - 1 / (b + rest_b))
    return Lift(value=math.exp(log_ratio), low=math.exp(log_ratio - half), high=math.exp(log_ratio + half))


def compute_p_values(parts: Sequence[Rate], wholes: Sequence[Rate]) -> list[float]:
    """Compute for parts of wholes how likely chance alone makes each as unlike the rest of its whole as it is.

    The exact test of R. A. Fisher (Statistical Methods for Research Workers, 5th ed. 1934), two-sided: the
    probabilities of all tables that are no likelier than the one found. Each is in [0, 1].
    """
    most = max((whole.of for whole in wholes), default=0)
    logs = np.concatenate(([0.0], np.cumsum(np.log(np.arange(1, most + 1)))))
    return [_test(part, whole, logs) for part, whole in zip(parts, wholes, strict=True)]


def control_false_discoveries(p_values: Sequence[float], share: float = FALSE_DISCOVERIES) -> list[bool]:
    """Tell which of many findings stand, so that at most `share` of them are false on average.

    The procedure of Y. Benjamini and Y. Hochberg (JRSS B 57, 1995); it holds for independent tests, and for tests
    that depend positively on each other (Y. Benjamini and D. Yekutieli, Annals of Statistics 29, 2001).
    """
    ordered = sorted(p_values)
    last = max((n for n, p in enumerate(ordered, start=1) if p <= share * n / len(ordered)), default=0)
    return [bool(last) and p <= ordered[last - 1] for p in p_values]


def _test(part: Rate, whole: Rate, logs: NDArray[np.float64]) -> float:
    """Sum the hypergeometric probabilities up to that of a part; `logs` are the logarithms of factorials."""
    missed = whole.of - whole.count
    low, high = max(0, part.of - missed), min(part.of, whole.count)
    hits = np.arange(low, high + 1)
    log_p = -(logs[hits] + logs[whole.count - hits] + logs[part.of - hits] + logs[missed - part.of + hits])
    log_p += logs[whole.count] + logs[missed] + logs[part.of] + logs[whole.of - part.of] - logs[whole.of]
    return float(min(1.0, np.exp(log_p[log_p <= log_p[part.count - low] + _AS_LIKELY]).sum()))
