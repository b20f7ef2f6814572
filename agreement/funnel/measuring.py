"""Measuring: what history says of one side's leads, from which a plan is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agreement.calendar.periods import Period
from agreement.episodes import DAY_MICROS
from agreement.funnel.funnel import Funnel, compute_funnel_of
from agreement.funnel.passages import FUNNEL, Passages
from agreement.goal import Goal
from agreement.lives import Life
from agreement.stages import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeToWin:
    """How long customers of the past took from a stage to their win: the median in days, of how many."""

    median_days: float | None
    n: int

    def find_latest_start(self, ends_at: int) -> int | None:
        """Return until when a lead has to be at the stage so that half of such leads win before an instant."""
        return None if self.median_days is None else ends_at - round(self.median_days * DAY_MICROS)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackRecord:
    """What is known of one side's leads.

    Parameters
    ----------
    period : Period
        The days whose leads are in the funnel: the 365 that end a horizon before now, so that all had their time.
    funnel : Funnel
        Of these days.
    won_values : tuple of float
        Euros of the deals won in the 365 days until now, where they are known.
    to_win : Mapping
        By stage of the funnel, for those deals.
    won_ids : tuple of str
        Leads won in the goal's period until now.
    won_unvalued : int
        Those among them whose value nobody told.
    won_euros : float
        What the others are worth.
    """

    period: Period
    funnel: Funnel
    won_values: tuple[float, ...]
    to_win: Mapping[Stage, TimeToWin]
    won_ids: tuple[str, ...]
    won_unvalued: int
    won_euros: float


def measure_track_record(
    lives: Sequence[Life], *, goal_period: Period, as_of: int, horizon_days: int
) -> TrackRecord:
    """Measure what history says of some leads.

    Rates come from leads that have all had the horizon, so they are a horizon old. Values and the time to a win
    come from the latest wins instead: among those who have won nobody is cut off, but where business grows, quick
    wins are over-represented among them.

    Parameters
    ----------
    lives : sequence of Life
        The leads of one side.
    goal_period : Period
        In which wins count towards the goal.
    as_of : int
        Microseconds since 1970.
    horizon_days : int
        At least 1.
    """
    zone = goal_period.zone
    mature = Period.year_before(as_of - horizon_days * DAY_MICROS, zone=zone)
    passages = Passages.from_lives(lives, as_of=as_of)
    latest = passages.reached_within(Stage.CUSTOMER, Period.year_before(as_of, zone=zone))
    counting = passages.reached_within(Stage.CUSTOMER, goal_period)
    counted = passages.value[counting]
    values = passages.value[latest]
    return TrackRecord(
        period=mature,
        funnel=compute_funnel_of(passages, mature, as_of=as_of, horizon_days=horizon_days),
        won_values=tuple(values[~np.isnan(values)].tolist()),
        to_win=_measure_times(passages.reached[latest]),
        won_ids=passages.name(counting),
        won_unvalued=int(np.isnan(counted).sum()),
        won_euros=float(np.nansum(counted)),
    )


def divide_sides(lives: Sequence[Life], goal: Goal) -> tuple[list[Life], list[Life]]:
    """Divide leads into marketing's and those of sales' own prospecting, by their sources."""
    own = {source.casefold().strip() for source in goal.own_sources}
    is_own = [(life.source or "").casefold().strip() in own for life in lives]
    marketing = [life for life, its_own in zip(lives, is_own, strict=True) if not its_own]
    return marketing, [life for life, its_own in zip(lives, is_own, strict=True) if its_own]


def _measure_times(reached: NDArray[np.int64]) -> Mapping[Stage, TimeToWin]:
    won = reached[:, FUNNEL.index(Stage.CUSTOMER)]
    times = {}
    for place, stage in enumerate(FUNNEL):
        days = np.maximum(won - reached[:, place], 0) / DAY_MICROS
        times[stage] = TimeToWin(median_days=float(np.median(days)) if len(days) else None, n=len(days))
    return times
