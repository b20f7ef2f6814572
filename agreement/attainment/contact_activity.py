"""Contact activity: who tries to reach leads, how, how often, and with what success."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from agreement.attainment.hand_overs import HandedOver
from agreement.calendar.periods import Period
from agreement.counting.rates import Rate
from agreement.lives import Contact, Life
from agreement.people import Person
from agreement.timers import has_reached

MOST_ATTEMPTS = 6
"""From so many attempts on, hand-overs are counted together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """Contacts of one kind by one person; `reached` are those that reached the lead."""

    owner_id: str | None
    kind: str
    reached: Rate
    lead_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """Hand-overs with so many attempts (`MOST_ATTEMPTS`: or more), and how many of them reached the lead."""

    count: int
    share: Rate
    reached: Rate
    lead_ids: tuple[str, ...]


def count_contacts(lives: Iterable[Life], people: Mapping[str, Person], period: Period) -> list[Activity]:
    """Count the contacts within a period, by person and kind.

    Parameters
    ----------
    lives : Iterable of Life
        With what is known.
    people : Mapping
        By id. A contact is of the person who told of it, else of the lead's owner now.
    period : Period
        In which the contacts happened.
    """
    begins_at, ends_at = period.begins_at, period.ends_at
    made: dict[tuple[str, str], list[tuple[str, bool]]] = {}
    for life in lives:
        if not life.contacts or life.contacts[-1].at < begins_at:
            continue
        for contact in life.contacts:
            if begins_at <= contact.at < ends_at:
                key = (_find_maker(contact, life, people) or "", contact.kind)
                made.setdefault(key, []).append((life.lead_id, has_reached(contact)))
    return [_count(owner_id or None, kind, made[owner_id, kind]) for owner_id, kind in sorted(made)]


def count_attempts(handed_over: Sequence[HandedOver]) -> list[Attempts]:
    """Count hand-overs by the attempts that were made after each, from none to `MOST_ATTEMPTS` or more."""
    groups: list[list[HandedOver]] = [[] for _ in range(MOST_ATTEMPTS + 1)]
    for each in handed_over:
        groups[min(len(each.contacts), MOST_ATTEMPTS)].append(each)
    return [
        Attempts(
            count=count,
            share=Rate(count=len(group), of=len(handed_over)),
            reached=compute_reached(group),
            lead_ids=tuple(dict.fromkeys(each.lead_id for each in group)),
        )
        for count, group in enumerate(groups)
    ]


def compute_reached(handed_over: Sequence[HandedOver]) -> Rate:
    """Compute the share of hand-overs after which somebody spoke with the lead."""
    return Rate(count=sum(each.is_reached for each in handed_over), of=len(handed_over))


def _find_maker(contact: Contact, life: Life, people: Mapping[str, Person]) -> str | None:
    return contact.told_by if contact.told_by in people else life.owner_id


def _count(owner_id: str | None, kind: str, made: Sequence[tuple[str, bool]]) -> Activity:
    return Activity(
        owner_id=owner_id,
        kind=kind,
        reached=Rate(count=sum(is_reached for _, is_reached in made), of=len(made)),
        lead_ids=tuple(dict.fromkeys(lead_id for lead_id, _ in made)),
    )
