"""Turning down: which leads sales did not take, why, and what that says about the criteria."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from agreement.attainment.hand_overs import HandedOver
from agreement.calendar.periods import Period
from agreement.counting.rates import Rate
from agreement.lives import Act, Life, Step
from agreement.recycling import Reason
from agreement.stages import Stage
from agreement.timers import is_beyond_sql

NOT_TOLD = "not_told"
"""Stands for the reason where nobody gave one."""

_IN_HAND = (Stage.SQL, Stage.OPPORTUNITY)
_WORDS = (("industry", ("industry",)), ("role", ("role", "seniority")), ("place", ("country", "city")))
_SIZES = ((10, "1 to 9"), (50, "10 to 49"), (250, "50 to 249"), (1_000, "250 to 999"))


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnedDown:
    """A lead that sales did not take, or gave up.

    Parameters
    ----------
    lead_id : str
        Which lead.
    at : int
        When, in microseconds since 1970.
    reason : str
        The code, `NOT_TOLD` where none was given.
    owner_id, bucket : str or None
        Of the hand-over before it; without one, the lead's owner now, and None.
    is_about_fit : bool
        Whether the reason says that the criteria were wrong about the lead.
    """

    lead_id: str
    at: int
    reason: str
    owner_id: str | None
    bucket: str | None
    is_about_fit: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """Of the decided leads with one value of a criterion, the share that was turned down because of fit."""

    criterion: str
    value: str
    rate: Rate
    lead_ids: tuple[str, ...]


def list_turned_down(
    lives: Iterable[Life], handed_over: Iterable[HandedOver], reasons: Sequence[Reason], period: Period
) -> list[TurnedDown]:
    """List what sales turned down within a period: rejections, and losses or rests, with a reason, of its leads.

    Parameters
    ----------
    lives : Iterable of Life
        With what is known.
    handed_over : Iterable of HandedOver
        Of these lives, each lead's in the order of time.
    reasons : Sequence of Reason
        Those of the agreement: they say what is about fit.
    period : Period
        In which it happened.
    """
    fit = {reason.code for reason in reasons if reason.is_about_fit}
    found = [(life, step) for life, before, step in _list_steps(lives, period) if is_turned_down(before, step)]
    by_lead: dict[str, list[HandedOver]] = {life.lead_id: [] for life, _ in found}
    for each in handed_over:
        if each.lead_id in by_lead:
            by_lead[each.lead_id].append(each)
    return [_turn_down(life, step, by_lead[life.lead_id], fit) for life, step in found]


def list_misfits(lives: Iterable[Life], turned_down: Iterable[TurnedDown], period: Period) -> list[Misfit]:
    """List the values of criteria for which leads were turned down because of fit, the highest counts first.

    Parameters
    ----------
    lives : Iterable of Life
        With what is known.
    turned_down : Iterable of TurnedDown
        Within the period.
    period : Period
        A lead was decided in it if it was turned down, accepted, or went beyond SQL then.
    """
    misfits = {each.lead_id for each in turned_down if each.is_about_fit}
    decided = {life.lead_id: life for life, before, step in _list_steps(lives, period) if _is_decided(before, step)}
    groups: dict[tuple[str, str], list[str]] = {}
    for life in decided.values():
        for key in _list_values(life.facts):
            groups.setdefault(key, []).append(life.lead_id)
    found = [_compute_misfit(key, ids, misfits) for key, ids in groups.items()]
    chosen = [misfit for misfit in found if misfit.rate.count]
    return sorted(chosen, key=lambda misfit: (-misfit.rate.count, misfit.criterion, misfit.value))


def pair_steps(life: Life, begins_at: int, ends_at: int) -> Iterator[tuple[Stage, Step]]:
    """Yield the steps of a life from one instant to before another, each with the stage before it."""
    before = Stage.LEAD
    for step in life.steps:
        if begins_at <= step.at < ends_at:
            yield before, step
        before = step.stage


def is_turned_down(before: Stage, step: Step) -> bool:
    """Tell whether a step says that sales does not take a lead, or gives it up for a reason."""
    if step.act == Act.REJECTED:
        return True
    return before in _IN_HAND and step.stage in (Stage.LOST, Stage.RECYCLED) and step.reason is not None


def _list_steps(lives: Iterable[Life], period: Period) -> Iterator[tuple[Life, Stage, Step]]:
    begins_at, ends_at = period.begins_at, period.ends_at
    recent = (life for life in lives if life.steps and life.steps[-1].at >= begins_at)
    return ((life, before, step) for life in recent for before, step in pair_steps(life, begins_at, ends_at))


def _is_decided(before: Stage, step: Step) -> bool:
    return is_turned_down(before, step) or step.act == Act.ACCEPTED or is_beyond_sql(step.stage)


def _turn_down(life: Life, step: Step, handed_over: Sequence[HandedOver], fit: set[str]) -> TurnedDown:
    handed = next((each for each in reversed(handed_over) if each.at <= step.at), None)
    return TurnedDown(
        lead_id=life.lead_id,
        at=step.at,
        reason=step.reason or NOT_TOLD,
        owner_id=life.owner_id if handed is None else handed.owner_id,
        bucket=None if handed is None else handed.bucket,
        is_about_fit=step.reason in fit,
    )


def _list_values(facts: Mapping[str, str | float]) -> Iterator[tuple[str, str]]:
    for criterion, names in _WORDS:
        known = (facts[name] for name in names if isinstance(facts.get(name), str))
        yield criterion, str(next(known, "unknown"))
    employees = facts.get("employees")
    if isinstance(employees, float):
        yield "size", next((word for above, word in _SIZES if employees < above), "1,000 and more")
    else:
        yield "size", "unknown"


def _compute_misfit(key: tuple[str, str], ids: Sequence[str], misfits: set[str]) -> Misfit:
    found = tuple(lead_id for lead_id in ids if lead_id in misfits)
    return Misfit(criterion=key[0], value=key[1], rate=Rate(count=len(found), of=len(ids)), lead_ids=found)
