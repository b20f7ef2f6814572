"""Conversions: how many of the leads that reached a stage reached a later one in time, and how long it took."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from agreement.calendar.periods import Period
from agreement.counting.rates import Rate
from agreement.episodes import DAY_MICROS
from agreement.funnel.passages import FUNNEL, Passages
from agreement.stages import Stage

STEPS = tuple(pairwise(FUNNEL))
"""From each stage of the funnel to the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """From one stage of the funnel to a later one, for the leads that reached the first within a period.

    Parameters
    ----------
    begin, end : Stage
        The two stages.
    rate : Rate
        Of the leads that have had the horizon, those that reached the second stage within it.
    immature : int
        Leads that have not had the horizon yet; they are in no other figure here.
    median_days, slow_days : float or None
        Days from the first stage to the second: the median and the 90th percentile of those converted.
    lead_ids : tuple of str
        Those converted.
    """

    begin: Stage
    end: Stage
    rate: Rate
    immature: int
    median_days: float | None
    slow_days: float | None
    lead_ids: tuple[str, ...] = ()


def compute_conversion(
    passages: Passages,
    chosen: NDArray[np.bool_],
    *,
    begin: Stage,
    end: Stage,
    as_of: int,
    horizon_days: int,
) -> Conversion:
    """Compute a conversion of chosen leads, all of which have reached its first stage.

    A lead is mature once `horizon_days` have passed since it reached the first stage. Leads that are not mature
    are counted apart and in nothing else, converted or not: to count only those of them that were quick would
    make the rate too high, and to count them all would make it too low. A mature lead that took longer than the
    horizon has not converted, however far it came since.

    Parameters
    ----------
    passages : Passages
        As known at `as_of`.
    chosen : ndarray of bool, shape (n,)
        The leads in question.
    begin, end : Stage
        Of the funnel, the first before the second.
    as_of : int
        Microseconds since 1970.
    horizon_days : int
        At least 1.
    """
    rows = np.flatnonzero(chosen)
    began, ended = (passages.reached[rows, FUNNEL.index(stage)] for stage in (begin, end))
    # Taken from the later side: nothing can be added to NEVER.
    horizon = horizon_days * DAY_MICROS
    mature = began <= as_of - horizon
    converted = mature & (ended - horizon <= began)
    days = np.maximum(ended[converted] - began[converted], 0) / DAY_MICROS
    return Conversion(
        begin=begin,
        end=end,
        rate=Rate(count=int(converted.sum()), of=int(mature.sum())),
        immature=int((~mature).sum()),
        median_days=float(np.median(days)) if len(days) else None,
        slow_days=float(np.quantile(days, 0.9)) if len(days) else None,
        lead_ids=tuple(passages.ids[rows[converted]]),
    )


def compute_period_conversion(
    passages: Passages, period: Period, *, begin: Stage, end: Stage, as_of: int, horizon_days: int
) -> Conversion:
    """Compute a conversion of the leads that reached its first stage in a period."""
    chosen = passages.reached_within(begin, period)
    return compute_conversion(passages, chosen, begin=begin, end=end, as_of=as_of, horizon_days=horizon_days)
