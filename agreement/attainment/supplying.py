"""Supplying: whether marketing brought the leads that it promised."""

from bisect import bisect_left
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agreement.attainment.hand_overs import HandedOver
from agreement.calendar.periods import Period
from agreement.commitments import BUCKET_NAMES, Supply
from agreement.counting.run_rates import Outlook, find_outlook
from agreement.goal import Goal, comes_from_marketing
from agreement.lives import Life
from agreement.stages import read_stage

Arrival = tuple[int, str]
"""When a lead came to count, in microseconds since 1970, and which lead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplied:
    """What became of one promise of marketing's in one period.

    Parameters
    ----------
    supply : Supply
        The promise.
    target, target_to_date : float
        Leads promised for the whole period, and for the share of it that has passed.
    lead_ids : tuple of str
        The leads that count, each once.
    outlook : Outlook or None
        Where the count ends; None where too little of the period has passed.
    is_over : bool
        Whether the period has ended.
    """

    supply: Supply
    target: float
    target_to_date: float
    lead_ids: tuple[str, ...]
    outlook: Outlook | None
    is_over: bool

    @property
    def actual(self) -> int:
        """Return how many leads count."""
        return len(self.lead_ids)

    @property
    def attainment(self) -> float | None:
        """Return the actual leads for each that was promised for the whole period; None where none was."""
        return self.actual / self.target if self.target else None

    @property
    def attainment_to_date(self) -> float | None:
        """Return the actual leads for each that was promised until now; None where none was."""
        return self.actual / self.target_to_date if self.target_to_date else None

    @property
    def is_kept(self) -> bool | None:
        """Return whether the promise was kept; None as long as it may still be."""
        if self.actual >= self.target:
            return True
        return False if self.is_over else None


def list_arrivals(
    supply: Supply, *, lives: Iterable[Life], handed_over: Iterable[HandedOver], goal: Goal | None
) -> list[Arrival]:
    """List the leads that count for a promise, and when each came to count, in the order of time.

    Parameters
    ----------
    supply : Supply
        The promise: a stage that leads first reach, or a bucket with which they are handed over.
    lives : Iterable of Life
        With what is known; those of sales' own sources and of other channels are left out.
    handed_over : Iterable of HandedOver
        Of these lives.
    goal : Goal or None
        Says which sources are sales' own.
    """
    counted = [life for life in lives if _counts(life, supply, goal)]
    if supply.quality in BUCKET_NAMES:
        ids = {life.lead_id for life in counted}
        return sorted(
            (each.at, each.lead_id) for each in handed_over if each.bucket == supply.quality and each.lead_id in ids
        )
    stage = read_stage(supply.quality)
    reached = ((life.find_reached(stage), life.lead_id) for life in counted)
    return sorted((at, lead_id) for at, lead_id in reached if at is not None)


def judge_supply(supply: Supply, arrivals: Sequence[Arrival], *, period: Period, as_of: int) -> Supplied:
    """Return what became of a promise in a period, by those who had come by an instant.

    Parameters
    ----------
    supply : Supply
        The promise.
    arrivals : Sequence
        Of `list_arrivals`.
    period : Period
        In which they count.
    as_of : int
        Microseconds since 1970; who comes later does not count.
    """
    begins_at, ends_at = period.begins_at, period.ends_at
    first = bisect_left(arrivals, (begins_at, ""))
    last = bisect_left(arrivals, (min(ends_at, as_of + 1), ""))
    ids = tuple(dict.fromkeys(lead_id for _, lead_id in arrivals[first:last]))
    elapsed = min(1.0, max(0.0, (as_of - begins_at) / (ends_at - begins_at)))
    target = compute_target(supply, period)
    return Supplied(
        supply=supply,
        target=target,
        target_to_date=target * elapsed,
        lead_ids=ids,
        outlook=find_outlook(len(ids), elapsed),
        is_over=elapsed >= 1,
    )


def compute_target(supply: Supply, period: Period) -> float:
    """Compute the leads promised for a period: a part of a week or of a calendar month counts by its days."""
    if supply.per == "week":
        return supply.count * period.n_weeks
    months = sum((part.ends - part.begins).days / _count_days(part) for part in period.list_months())
    return supply.count * months


def _count_days(part: Period) -> int:
    return monthrange(part.begins.year, part.begins.month)[1]


def _counts(life: Life, supply: Supply, goal: Goal | None) -> bool:
    if not comes_from_marketing(life.source, goal):
        return False
    return supply.channel is None or _fold(life.source or "") == _fold(supply.channel)


def _fold(text: str) -> str:
    return text.casefold().strip()
