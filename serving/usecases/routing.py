"""Routing: whose lead it would be, by the rules in force and by how busy people are now; nothing is changed."""

from collections.abc import Mapping

from sqlalchemy import Connection

from agreement.people import Person
from agreement.routing import Assignment, assign_owner
from agreement.terms import Terms
from features.text import normal_form
from serving.store.alerts import count_open_episodes
from serving.usecases.standing import gather_people

ROUTED_BY = ("industry", "product", "country", "city")
"""What routes look at of a lead."""


def count_load(connection: Connection) -> dict[str, int]:
    """Count the open hot leads of each owner; who has none is absent."""
    return count_open_episodes(connection)


def try_routing(connection: Connection, told: Mapping[str, str], terms: Terms) -> tuple[Assignment, Person]:
    """Return whose a lead would be of which this is told, with the rule's sentence, and that person.

    Parameters
    ----------
    told
        Some of `ROUTED_BY`; blank where unknown.
    """
    people = gather_people(connection, terms)
    facts = {name: normal_form(told[name]) for name in ROUTED_BY if told.get(name, "").strip()}
    assigned = assign_owner(facts, routes=terms.routes, people=people, load=count_load(connection))
    return assigned, people[assigned.owner_id]
