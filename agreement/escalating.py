"""Escalating: who is told when nobody acts on an alert. All instants are microseconds since 1970 in UTC."""

from collections.abc import Mapping
from dataclasses import dataclass

from agreement.episodes import HOUR_MICROS
from agreement.people import TEAM, Person, choose_recipient


class ImpossibleEscalationRules(ValueError):
    """The team cannot be told before the manager, nor anybody before the alert."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationRules:
    """How much of the owner's working time may pass without an answer.

    Parameters
    ----------
    to_manager_micros, to_team_micros : int
        Microseconds of working time since the alert, 0 or more; the team is never told before the manager.

    Raises
    ------
    ImpossibleEscalationRules
        If one is negative, or the first is the longer.
    """

    to_manager_micros: int = 4 * HOUR_MICROS
    to_team_micros: int = 8 * HOUR_MICROS

    def __post_init__(self) -> None:
        if not 0 <= self.to_manager_micros <= self.to_team_micros:
            raise ImpossibleEscalationRules("to_manager and to_team: use 0 or more, and tell the manager first")


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """The level an alert reaches, when, and who is told: 1 the manager, 2 the team."""

    level: int
    at: int
    recipient_id: str


def next_escalation(
    *, level: int, told_at: int, person: Person, people: Mapping[str, Person], rules: EscalationRules
) -> Escalation | None:
    """Return what happens next to an alert that nobody answers, or None where nobody is left to tell.

    Parameters
    ----------
    level : int
        Reached so far: 0 the owner, 1 the manager, 2 the team.
    told_at : int
        Microseconds since 1970 at which the owner was told, or was due to be; the same at every level.
    person : Person
        The owner, in whose working hours the time is counted; on the plain clock where they have none.
    people : Mapping
        Everybody, by id.
    rules : EscalationRules
        The rules in force.
    """
    if level >= 2 or person.id == TEAM.id:
        return None
    manager_id = choose_recipient(person.manager_id, people)
    if level <= 0 and manager_id not in (TEAM.id, person.id):
        at = _add_time(told_at, rules.to_manager_micros, person)
        return Escalation(level=1, at=at, recipient_id=manager_id)
    return Escalation(level=2, at=_add_time(told_at, rules.to_team_micros, person), recipient_id=TEAM.id)


def _add_time(at: int, micros: int, person: Person) -> int:
    hours = person.working_hours
    return at + micros if hours is None else hours.add_working_time(at, micros)
