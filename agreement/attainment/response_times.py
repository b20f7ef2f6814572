"""Response times: how long leads waited for a first contact.

A lead without a contact yet has waited longer than any other, so a quantile may be "not yet" (None).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from agreement.attainment.hand_overs import HandedOver
from agreement.episodes import HOUR_MICROS
from agreement.lives import Life
from agreement.people import Person
from agreement.timers import is_beyond_sql

EDGES_HOURS = (1, 4, 8, 16, 40)
"""The upper ends, in hours and included, by which response times are put into classes."""

_MEDIAN, _P90 = 5, 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """How long a lead waited, in microseconds; None as long as nobody contacted it.

    Parameters
    ----------
    lead_id : str
        Which lead.
    plain : int or None
        On the plain clock.
    working : int or None
        In working time of its owner; on the plain clock where they have no hours, or nobody owns it.
    has_left : bool
        Whether it left sales before anybody contacted it.
    """

    lead_id: str
    plain: int | None
    working: int | None
    has_left: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitSummary:
    """Waits at a glance: the smallest times within which half, and nine tenths, were contacted; in microseconds.

    Each is one of the waits (the nearest rank), None where it is "not yet".
    """

    lead_ids: tuple[str, ...]
    n_unanswered: int
    n_left: int
    median_working: int | None
    p90_working: int | None
    median_plain: int | None
    p90_plain: int | None


def compute_waits(handed_over: Iterable[HandedOver], people: Mapping[str, Person]) -> list[Wait]:
    """Compute how long leads waited from each hand-over to its first contact.

    Parameters
    ----------
    handed_over : Iterable of HandedOver
        Those in question.
    people : Mapping
        By id, with the hours that they have now.
    """
    return [_wait(each, people.get(each.owner_id or "")) for each in handed_over]


def compute_first_waits(
    handed_over: Iterable[HandedOver], lives: Mapping[str, Life], first_touches: Mapping[str, int]
) -> list[Wait]:
    """Compute how long leads waited from their first touch on: their speed to lead, on the plain clock.

    Parameters
    ----------
    handed_over : Iterable of HandedOver
        Those in question; only a lead's first hand-over counts.
    lives : Mapping
        Of their leads, by id.
    first_touches : Mapping
        When leads first did anything, by id, in microseconds since 1970; absent where they did nothing. The clock
        starts then or when the lead came to be, whichever was first.
    """
    return [
        _wait_from_start(lives[each.lead_id], first_touches.get(each.lead_id), has_left=each.left_at is not None)
        for each in handed_over
        if each.number == 1
    ]


def summarise_waits(waits: Sequence[Wait]) -> WaitSummary:
    """Return waits at a glance."""
    unanswered = [wait for wait in waits if wait.plain is None]
    working, plain = [wait.working for wait in waits], [wait.plain for wait in waits]
    return WaitSummary(
        lead_ids=tuple(dict.fromkeys(wait.lead_id for wait in waits)),
        n_unanswered=len(unanswered),
        n_left=sum(wait.has_left for wait in unanswered),
        median_working=find_quantile(working, _MEDIAN),
        p90_working=find_quantile(working, _P90),
        median_plain=find_quantile(plain, _MEDIAN),
        p90_plain=find_quantile(plain, _P90),
    )


def find_quantile(waits: Sequence[int | None], tenths: int) -> int | None:
    """Find the smallest wait within which so many tenths of all ended; None where they have not.

    Parameters
    ----------
    waits : Sequence
        None is longer than any.
    tenths : int
        From 1 to 9.
    """
    ended = sorted(wait for wait in waits if wait is not None)
    # In whole numbers: nine tenths of ten are nine, which a product of floats may miss.
    rank = (tenths * len(waits) + 9) // 10
    return ended[rank - 1] if 0 < rank <= len(ended) else None


def group_by_length(waits: Iterable[Wait]) -> Mapping[int | None, list[str]]:
    """Group leads by working time: up to each of `EDGES_HOURS`, 0 for longer ones, None for no contact yet."""
    groups: dict[int | None, list[str]] = {edge: [] for edge in (*EDGES_HOURS, 0, None)}
    for wait in waits:
        groups[_find_edge(wait.working)].append(wait.lead_id)
    return groups


def _find_edge(wait: int | None) -> int | None:
    if wait is None:
        return None
    return next((edge for edge in EDGES_HOURS if wait <= edge * HOUR_MICROS), 0)


def _wait(each: HandedOver, owner: Person | None) -> Wait:
    if each.answered_at is None:
        return Wait(lead_id=each.lead_id, plain=None, working=None, has_left=each.left_at is not None)
    hours = None if owner is None else owner.working_hours
    plain = each.answered_at - each.at
    working = plain if hours is None else hours.working_time_between(each.at, each.answered_at)
    return Wait(lead_id=each.lead_id, plain=plain, working=working)


def _wait_from_start(life: Life, touched_at: int | None, *, has_left: bool) -> Wait:
    start = life.created_at if touched_at is None else min(life.created_at, touched_at)
    answers = [contact.at for contact in life.contacts if contact.at >= start][:1]
    answers += [step.at for step in life.steps if step.at >= start and is_beyond_sql(step.stage)][:1]
    waited = min(answers) - start if answers else None
    return Wait(lead_id=life.lead_id, plain=waited, working=waited, has_left=has_left)
