"""People who answer leads: their hours, their field, and who stands above them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from agreement.calendar.hours import QuietHours, WorkingHours
from agreement.calendar.zones import get_zone
from agreement.capacity import ImpossibleCapacity


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who can own leads, or whom an escalation can reach.

    Parameters
    ----------
    id, name : str
        The stable key, and what people call them.
    zone : str
        An IANA name: where their day begins.
    working_hours, quiet_hours : WorkingHours or None, QuietHours or None
        When they work, and when they want to hear nothing. None means that it does not matter.
    industries, products, places : tuple of str
        Their own field; empty means any.
    manager_id : str or None
        Whom to tell where they do not answer.
    capacity_per_week : float or None
        Hot leads they can answer well in a week, 0 or more. None where nobody said.
    is_active, takes_leads : bool
        Whether they are here at all, and whether new leads may become theirs.

    Raises
    ------
    UnknownZone
        If nobody knows the zone.
    ImpossibleCapacity
        If the capacity is negative or no finite number.
    """

    id: str
    name: str = ""
    zone: str = "UTC"
    working_hours: WorkingHours | None = None
    quiet_hours: QuietHours | None = None
    industries: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    manager_id: str | None = None
    capacity_per_week: float | None = None
    is_active: bool = True
    takes_leads: bool = True

    def __post_init__(self) -> None:
        get_zone(self.zone)
        if self.capacity_per_week is not None and not 0 <= self.capacity_per_week < math.inf:
            raise ImpossibleCapacity("capacity_per_week counts leads: it can be neither negative nor endless")


TEAM = Person(id="team", name="The team", takes_leads=False)
"""The recipient of last resort."""


def choose_recipient(owner_id: str | None, people: Mapping[str, Person]) -> str:
    """Return who is told: the owner if active, else the nearest active manager above them, else the team.

    Somebody unknown is nobody; managers who manage each other are asked once.
    """
    asked: set[str] = set()
    while owner_id is not None and owner_id not in asked:
        person = people.get(owner_id)
        if person is None:
            break
        if person.is_active:
            return owner_id
        asked.add(owner_id)
        owner_id = person.manager_id
    return TEAM.id
