"""Staffing: who is here to answer leads: told by the CRM, named in the agreement, or both."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection

from agreement.calendar.hour_texts import format_days, format_span
from agreement.people import Person
from agreement.terms import Terms
from serving.store.people import count_channels_of, delete_person, list_changes, list_people, save_person
from serving.usecases.standing import gather_people, read_person

Source = Literal["told", "agreement", "built_in"]


class UnknownOwner(LookupError):
    """Nobody of this id was told of or is named in the agreement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Somebody, where we know them from, and over how many channels they are reached."""

    person: Person
    source: Source
    n_channels: int
    changed_at: int | None

    @property
    def working_hours(self) -> str:
        """Return the hours as people write them; "" where they do not matter."""
        hours = self.person.working_hours
        return "" if hours is None else format_days(hours.days)

    @property
    def quiet_hours(self) -> str:
        """Return the hours as people write them; "" where there are none."""
        hours = self.person.quiet_hours
        return "" if hours is None else format_span(hours.starts, hours.ends)

    @property
    def holidays_of(self) -> tuple[str, ...]:
        """Return the countries and regions on whose public holidays they do not work."""
        hours = self.person.working_hours
        return () if hours is None else hours.holidays_of


def record_person(connection: Connection, person_id: str, body: str, terms: Terms, now: int) -> None:
    """Record what was told of somebody, once it is known that it reads back.

    Raises
    ------
    BadTerms
        If it does not.
    """
    read_person(body, terms)
    save_person(connection, person_id, body, now)


def remove_person(connection: Connection, person_id: str, terms: Terms) -> bool:
    """Remove what was told of somebody; return whether the agreement still names them.

    Raises
    ------
    UnknownOwner
        If nothing was told of anybody of this id.
    """
    if not delete_person(connection, person_id):
        raise _unknown()
    return any(person.id == person_id for person in terms.people)


def list_known(connection: Connection, terms: Terms) -> list[Known]:
    """List everybody, the team too, by id."""
    changes, counts = list_changes(connection), count_channels_of(connection)
    people = gather_people(connection, terms)
    return [_know(people[person_id], changes, counts, terms) for person_id in sorted(people)]


def find_known(connection: Connection, person_id: str, terms: Terms) -> Known:
    """Find somebody.

    Raises
    ------
    UnknownOwner
        If nobody has this id.
    """
    person = gather_people(connection, terms).get(person_id)
    if person is None:
        raise _unknown()
    return _know(person, list_changes(connection), count_channels_of(connection), terms)


def read_told(connection: Connection, person_id: str) -> dict[str, Any]:
    """Read what was told of somebody, as it was told; empty where nothing was."""
    body = list_people(connection).get(person_id)
    return {} if body is None else json.loads(body)


def _know(person: Person, changes: Mapping[str, int], counts: Mapping[str, int], terms: Terms) -> Known:
    is_agreed = any(agreed.id == person.id for agreed in terms.people)
    source: Source = "told" if person.id in changes else "agreement" if is_agreed else "built_in"
    return Known(
        person=person,
        source=source,
        n_channels=counts.get(person.id, 0),
        changed_at=changes.get(person.id),
    )


def _unknown() -> UnknownOwner:
    return UnknownOwner("nobody has this id: tell of them with PUT /v1/owners, or name them in the agreement")
