"""Wins and losses: how leads ended, by reason, by owner and by kind of lead."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median

from agreement.counting.rates import Rate
from agreement.episodes import DAY_MICROS
from agreement.insight.closings import Closing
from agreement.stages import Stage

UNKNOWN = "unknown"
"""The name of what nobody told."""
SEGMENTS = ("industry", "employees", "country", "role", "seniority", "source", "product")
"""The attributes by which leads are told apart; employees in classes."""
LOST_FROM = tuple(stage for stage in Stage if stage not in (Stage.CUSTOMER, Stage.LOST))
"""The stages from which a lead can be lost."""

# The limits of micro, small and medium companies in the European Union (Recommendation 2003/361/EC), and one more.
_SIZES = ((10, "fewer than 10"), (50, "10 to 49"), (250, "50 to 249"), (1_000, "250 to 999"))
_LARGEST = "1,000 and more"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndFigures:
    """How the leads of one owner or one kind ended.

    Attributes
    ----------
    wins
        How many of the closed were won.
    euros
        Won.
    days_to_win, days_to_loss
        Medians from when a lead came to be; None of none.
    lead_ids
        Of all closed.
    """

    wins: Rate
    euros: float
    days_to_win: float | None
    days_to_loss: float | None
    lead_ids: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonFigures:
    """Why leads were lost.

    Attributes
    ----------
    code
        Of the reason; `UNKNOWN` where nobody told one.
    losses
        How many of all losses.
    lost_from
        How many by the stage they were lost from.
    days_to_loss
        The median.
    lead_ids
        Of the lost.
    """

    code: str
    losses: Rate
    lost_from: Mapping[Stage, int]
    days_to_loss: float | None
    lead_ids: Sequence[str]


def compute_ends(closings: Sequence[Closing]) -> EndFigures:
    """Compute how some leads ended."""
    won = [closing for closing in closings if closing.is_won]
    return EndFigures(
        wins=Rate(count=len(won), of=len(closings)),
        euros=math.fsum(closing.euros for closing in won),
        days_to_win=_compute_days(won),
        days_to_loss=_compute_days(closing for closing in closings if not closing.is_won),
        lead_ids=[closing.life.lead_id for closing in closings],
    )


def compute_reasons(closings: Iterable[Closing]) -> list[ReasonFigures]:
    """Compute why leads were lost, the most frequent reason first."""
    lost = [closing for closing in closings if not closing.is_won]
    by_reason = _group(lost, lambda closing: closing.reason or UNKNOWN)
    figures = [
        ReasonFigures(
            code=code,
            losses=Rate(count=len(some), of=len(lost)),
            lost_from=Counter(closing.stage_before for closing in some),
            days_to_loss=_compute_days(some),
            lead_ids=[closing.life.lead_id for closing in some],
        )
        for code, some in by_reason.items()
    ]
    return sorted(figures, key=lambda each: -each.losses.count)


def compute_owners(closings: Iterable[Closing]) -> dict[str, EndFigures]:
    """Compute how the leads of each owner ended, most euros first; the owner is whose a lead is now."""
    return _compute_each(closings, lambda closing: closing.life.owner_id or UNKNOWN)


def compute_segments(closings: Sequence[Closing]) -> dict[str, dict[str, EndFigures]]:
    """Compute how leads of each kind ended, by attribute and value; those of nobody are left out."""
    known = [name for name in SEGMENTS if any(name in closing.life.facts for closing in closings)]
    return {name: _compute_each(closings, partial(_find_kind, name)) for name in known}


def name_size(employees: float) -> str:
    """Return the size class of a company."""
    return next((name for limit, name in _SIZES if employees < limit), _LARGEST)


def _find_kind(name: str, closing: Closing) -> str:
    fact = closing.life.facts.get(name)
    if fact is None:
        return UNKNOWN
    if isinstance(fact, str):
        return fact
    return name_size(fact) if name == "employees" else f"{fact:g}"


def _compute_each(closings: Iterable[Closing], name: Callable[[Closing], str]) -> dict[str, EndFigures]:
    figures = {kind: compute_ends(some) for kind, some in _group(closings, name).items()}
    return dict(sorted(figures.items(), key=lambda each: (-each[1].euros, -each[1].wins.of)))


def _group(closings: Iterable[Closing], name: Callable[[Closing], str]) -> dict[str, list[Closing]]:
    groups: dict[str, list[Closing]] = {}
    for closing in closings:
        groups.setdefault(name(closing), []).append(closing)
    return dict(sorted(groups.items()))


def _compute_days(closings: Iterable[Closing]) -> float | None:
    days = [max(0, closing.at - closing.life.created_at) / DAY_MICROS for closing in closings]
    return median(days) if days else None
