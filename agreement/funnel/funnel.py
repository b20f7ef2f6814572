"""The funnel: how many leads reached each stage, how many went on, how long it took, and who stands where."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agreement.calendar.periods import Period
from agreement.funnel.conversions import STEPS, Conversion, compute_conversion, compute_period_conversion
from agreement.funnel.passages import FUNNEL, Passages
from agreement.funnel.waking import Waking, compute_wakings
from agreement.funnel.won_values import AverageValue, compute_average_value
from agreement.lives import Life
from agreement.stages import Stage

UNKNOWN_SOURCE = "unknown"
NOBODY = "nobody"
REST = "all others"
"""Sources or owners behind the largest, taken together."""

_MOST_GROUPS = 50
_SPANS = (
    (Stage.SQL, Stage.CUSTOMER),
    (Stage.MQL, Stage.CUSTOMER),
    (Stage.LEAD, Stage.CUSTOMER),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageFigures:
    """A stage of the funnel.

    Parameters
    ----------
    stage : Stage
        Of `agreement.funnel.passages.FUNNEL`.
    reached : tuple of str
        Leads that first reached it, or one beyond, in the period.
    conversion : Conversion or None
        To the next stage; None for customers.
    standing : tuple of str
        Leads that stand there at `as_of`, whenever they came.
    euros : float or None
        What those are worth: the value told last of each, else the average won value; None where a value is
        missing and there is no average either.
    unvalued : int
        How many of those have no value of their own.
    recycled, lost : tuple of str
        Leads that were recycled, or lost, from there in the period.
    """

    stage: Stage
    reached: tuple[str, ...]
    conversion: Conversion | None
    standing: tuple[str, ...]
    euros: float | None
    unvalued: int
    recycled: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupStage:
    """A stage for one source or owner: who reached it in the period, and the conversion to the next."""

    group: str
    stage: Stage
    reached: tuple[str, ...]
    conversion: Conversion | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """The funnel of a period as known at an instant.

    Parameters
    ----------
    stages : tuple of StageFigures
        In the order of the way.
    spans : tuple of Conversion
        Over more than one stage: from SQL, from MQL and from lead to customer.
    average_value : AverageValue
        Of the deals won in the period.
    wakings : tuple of Waking
        Of the leads recycled in the period; the first is of all.
    by_source, by_owner : tuple of GroupStage
        The largest groups first, each with all stages.
    """

    stages: tuple[StageFigures, ...]
    spans: tuple[Conversion, ...]
    average_value: AverageValue
    wakings: tuple[Waking, ...]
    by_source: tuple[GroupStage, ...]
    by_owner: tuple[GroupStage, ...]

    def get_stage(self, stage: Stage) -> StageFigures:
        """Get the figures of a stage of the funnel."""
        return self.stages[FUNNEL.index(stage)]


def compute_funnel(
    lives: Iterable[Life], period: Period, *, as_of: int, horizon_days: int, assumed_value: float | None = None
) -> Funnel:
    """Compute the funnel of a period.

    What is not known yet. A lead that came after `as_of`, and a step that was made after it, do not exist. A lead
    counts for a stage when it first reached it, or one beyond it, within the period: who skips a stage has passed
    it at the same instant, and who was recycled and comes back reaches nothing anew (see `wakings`). Of those, a
    lead is mature for a conversion once `horizon_days` have passed since; only mature leads are in the rate and
    in the days, and only what they reached within the horizon counts. The others are counted as immature. So a
    rate does not fall because a period is young, and two periods can be compared. Days are those of converted
    leads alone, never more than the horizon. Who stands where, and the euros, are of all leads at `as_of`.

    Parameters
    ----------
    lives : iterable of Life
        All leads.
    period : Period
        The days in question; they may lie ahead in part.
    as_of : int
        Microseconds since 1970.
    horizon_days : int
        At least 1: how long a lead may take from one stage to the next, and over a span of stages.
    assumed_value : float or None
        Euros of a won deal where none was won in the period with its value.
    """
    return compute_funnel_of(
        Passages.from_lives(lives, as_of=as_of),
        period,
        as_of=as_of,
        horizon_days=horizon_days,
        assumed_value=assumed_value,
    )


def compute_funnel_of(
    passages: Passages, period: Period, *, as_of: int, horizon_days: int, assumed_value: float | None = None
) -> Funnel:
    """Compute the funnel of a period, as `compute_funnel` does, from what leads passed by `as_of`."""
    won = passages.reached_within(Stage.CUSTOMER, period)
    average = compute_average_value(_list_values(passages, won), assumed=assumed_value)
    spans = tuple(
        compute_period_conversion(passages, period, begin=begin, end=end, as_of=as_of, horizon_days=horizon_days)
        for begin, end in _SPANS
    )
    sources = [life.source or UNKNOWN_SOURCE for life in passages.lives]
    owners = [life.owner_id or NOBODY for life in passages.lives]
    return Funnel(
        stages=_compute_stages(passages, period, average, as_of, horizon_days),
        spans=spans,
        average_value=average,
        wakings=compute_wakings(passages, period, as_of=as_of, horizon_days=horizon_days),
        by_source=_compute_groups(passages, period, sources, as_of, horizon_days),
        by_owner=_compute_groups(passages, period, owners, as_of, horizon_days),
    )


def _compute_stages(
    passages: Passages, period: Period, average: AverageValue, as_of: int, horizon_days: int
) -> tuple[StageFigures, ...]:
    recycled, lost = (_list_left(passages, period, stage) for stage in (Stage.RECYCLED, Stage.LOST))
    figures = []
    for place, stage in enumerate(FUNNEL):
        reached = passages.reached_within(stage, period)
        stands = passages.standing == place
        unvalued = stands & np.isnan(passages.value)
        figures.append(
            StageFigures(
                stage=stage,
                reached=passages.name(reached),
                conversion=_convert(passages, reached, stage, as_of, horizon_days),
                standing=passages.name(stands),
                euros=_sum_euros(_list_values(passages, stands), int(unvalued.sum()), average.euros),
                unvalued=int(unvalued.sum()),
                recycled=recycled[place],
                lost=lost[place],
            )
        )
    return tuple(figures)


def _compute_groups(
    passages: Passages, period: Period, names: Sequence[str], as_of: int, horizon_days: int
) -> tuple[GroupStage, ...]:
    reached = {stage: passages.reached_within(stage, period) for stage in FUNNEL}
    touched = np.flatnonzero(np.logical_or.reduce(list(reached.values()))).tolist()
    counted = Counter(names[row] for row in touched)
    largest = sorted(counted, key=lambda name: (-counted[name], name))
    shown = largest if len(largest) <= _MOST_GROUPS else [*largest[: _MOST_GROUPS - 1], REST]
    place_of = {name: place for place, name in enumerate(shown)}
    places = np.array([place_of.get(name, len(shown) - 1) for name in names], np.int64)
    return tuple(
        GroupStage(
            group=name,
            stage=stage,
            reached=passages.name(chosen := reached[stage] & (places == place)),
            conversion=_convert(passages, chosen, stage, as_of, horizon_days),
        )
        for place, name in enumerate(shown)
        for stage in FUNNEL
    )


def _convert(
    passages: Passages, chosen: NDArray[np.bool_], stage: Stage, as_of: int, horizon_days: int
) -> Conversion | None:
    following = dict(STEPS).get(stage)
    if following is None:
        return None
    return compute_conversion(passages, chosen, begin=stage, end=following, as_of=as_of, horizon_days=horizon_days)


def _list_left(passages: Passages, period: Period, stage: Stage) -> list[tuple[str, ...]]:
    """List, for each stage of the funnel, the leads that left it; each once."""
    left: list[dict[int, None]] = [{} for _ in FUNNEL]
    for each in passages.list_exits(period, stage):
        left[each.place].setdefault(each.row)
    return [tuple(passages.ids[list(rows)]) if rows else () for rows in left]


def _list_values(passages: Passages, chosen: NDArray[np.bool_]) -> list[float]:
    values = passages.value[chosen]
    told: list[float] = values[~np.isnan(values)].tolist()
    return told


def _sum_euros(told: Sequence[float], unvalued: int, average: float | None) -> float | None:
    if unvalued and average is None:
        return None
    return float(sum(told)) + unvalued * (average or 0.0)
