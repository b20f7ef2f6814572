"""Standing: all that decides what a fact means at this moment, gathered once a transaction."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from sqlalchemy import Connection

from agreement.people import TEAM, Person
from agreement.terms import Terms
from serving.championing import ScorerInForce
from serving.store.people import list_people
from serving.store.scores import find_basis, insert_basis
from serving.store.secrets import LINKS, find_secret, keep_secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is in force in one transaction.

    Attributes
    ----------
    now
        Microseconds since 1970 in UTC.
    in_force
        The scorer, None where there is none yet: facts are kept then, and scored later.
    terms
        What was agreed.
    people
        Everybody who can be told, by id, the team among them.
    basis_id
        The store's number for scorer and terms together, None without a scorer.
    address
        Where people find the service, for links; "" for none.
    link_secret
        Signs those links; empty without an address.
    """

    now: int
    in_force: ScorerInForce | None
    terms: Terms
    people: Mapping[str, Person]
    basis_id: int | None
    address: str = ""
    link_secret: bytes = field(default=b"", repr=False)


def take_standing(
    connection: Connection, *, now: int, in_force: ScorerInForce | None, terms: Terms, address: str = ""
) -> Standing:
    """Take what stands at this moment."""
    basis_id = None if in_force is None else _record_basis(connection, in_force, terms, now)
    return Standing(
        now=now,
        in_force=in_force,
        terms=terms,
        people=gather_people(connection, terms),
        basis_id=basis_id,
        address=address,
        link_secret=_take_link_secret(connection) if address else b"",
    )


def _take_link_secret(connection: Connection) -> bytes:
    found = find_secret(connection, LINKS)
    return keep_secret(connection, LINKS, secrets.token_bytes(32)) if found is None else found


def gather_people(connection: Connection, terms: Terms) -> Mapping[str, Person]:
    """Gather everybody: of the agreement, and of those whom the CRM told us about, who win where both speak."""
    return _read_people(terms, tuple(list_people(connection).values()))


@lru_cache(maxsize=16)
def _read_people(terms: Terms, bodies: tuple[str, ...]) -> Mapping[str, Person]:
    told = [read_person(body, terms) for body in bodies]
    return {person.id: person for person in (TEAM, *terms.people, *told)}


def read_person(body: str, terms: Terms) -> Person:
    """Read a person as stored: JSON as under ``[[people]]`` in the agreement, whose usual zone and hours count."""
    usual = {name: getattr(terms, name) for name in ("zone", "working_hours", "quiet_hours")}
    holidays = sorted(day.isoformat() for day in terms.holidays)
    told = {**usual, "holidays": holidays, "holidays_of": list(terms.holidays_of), "people": [json.loads(body)]}
    return Terms.from_json(json.dumps(told)).people[0]


def find_basis_in_force(connection: Connection, in_force: ScorerInForce | None, terms: Terms) -> int | None:
    """Find the number of what is in force, None where nothing was scored by it yet."""
    if in_force is None:
        return None
    return find_basis(connection, in_force.champion.version, in_force.champion.fingerprint, terms.version)


def _record_basis(connection: Connection, in_force: ScorerInForce, terms: Terms, now: int) -> int:
    champion, thresholds = in_force.champion, in_force.scorer.thresholds_
    found = find_basis_in_force(connection, in_force, terms)
    if found is not None:
        return found
    basis = {
        "model_version": champion.version,
        "fingerprint": champion.fingerprint,
        "warm": thresholds.warm,
        "hot": thresholds.hot,
        "withheld": in_force.scorer.withheld,
        "terms_version": terms.version,
        "terms": terms.to_json(),
        "since": now,
    }
    insert_basis(connection, basis)
    found = find_basis_in_force(connection, in_force, terms)
    assert found is not None
    return found
