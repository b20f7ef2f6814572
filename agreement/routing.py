"""Routing: who becomes the owner of a lead that has none."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from agreement.people import TEAM, Person, choose_recipient

__all__ = ["Assignment", "Route", "assign_owner", "choose_recipient"]

Facts = Mapping[str, str | None]
# Which facts of a lead each condition of a rule looks at.
_CONDITIONS = (
    ("industries", "industry", ("industry",)),
    ("products", "product", ("product",)),
    ("places", "place", ("country", "city")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Which leads go to whom.

    Parameters
    ----------
    name : str
        What people call it.
    industries, products, places : tuple of str
        What a lead must be; empty means any. A place is a country or a city.
    owners : tuple of str
        Ids of people; empty means everybody who takes leads and whose own field fits.
    """

    name: str
    industries: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Whose lead it is, and the sentence that says why."""

    owner_id: str
    sentence: str


def assign_owner(
    facts: Facts, *, routes: Sequence[Route], people: Mapping[str, Person], load: Mapping[str, int]
) -> Assignment:
    """Return the owner of a lead without one.

    The first route that fits and has somebody decides, then people whose own field fits, then anybody; among
    several the one with the fewest open hot leads for their capacity. Nobody who is inactive or takes no
    leads is chosen, except the team.

    Parameters
    ----------
    facts : Mapping
        "industry", "product", "country" and "city" of the lead, in normal form; None or absent where unknown.
    routes : Sequence of Route
        In the order in which they are tried.
    people : Mapping
        Everybody, by id.
    load : Mapping
        Open hot leads by owner id; absent means 0.
    """
    takers = [person for _, person in sorted(people.items()) if person.is_active and person.takes_leads]
    for reason, candidates in _list_choices(facts, routes, takers):
        if candidates:
            return _choose(reason, candidates, load)
    return Assignment(owner_id=TEAM.id, sentence="Nobody takes leads: it stays with the team")


def _list_choices(
    facts: Facts, routes: Sequence[Route], takers: list[Person]
) -> Iterator[tuple[str, list[Person]]]:
    for route in routes:
        told = _find_match(route, facts)
        if told is not None:
            yield f"Route '{route.name}': {told or 'any lead'}", _list_owners(route, takers, facts)
    fields = [(person, _find_match(person, facts)) for person in takers]
    yield "No route: it fits their own field", [person for person, told in fields if told]
    yield "No route and nobody's own field fits", takers


def _list_owners(route: Route, takers: list[Person], facts: Facts) -> list[Person]:
    if not route.owners:
        return [person for person in takers if _find_match(person, facts) is not None]
    named = [person for person in takers if person.id in route.owners]
    return named or ([TEAM] if TEAM.id in route.owners else [])


def _find_match(rule: Route | Person, facts: Facts) -> str | None:
    """Return what a rule asked for and found, "" where it asks for nothing, None where it does not fit."""
    found: list[str] = []
    for condition, word, names in _CONDITIONS:
        wanted = _fold_all(getattr(rule, condition))
        if not wanted:
            continue
        match = next((text for text in map(facts.get, names) if text and _fold(text) in wanted), None)
        if match is None:
            return None
        found.append(f"{word} {match}")
    return ", ".join(found)


@lru_cache(maxsize=4_096)
def _fold_all(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(_fold(text) for text in words)


def _fold(text: str) -> str:
    return text.casefold().strip()


def _choose(reason: str, candidates: list[Person], load: Mapping[str, int]) -> Assignment:
    known = [person.capacity_per_week for person in candidates if person.capacity_per_week is not None]
    usual = (sum(known) / len(known) if known else 0.0) or 1.0
    owner = min(candidates, key=lambda person: (_compute_strain(person, load, usual), person.id))
    leads = load.get(owner.id, 0)
    among = f", the least of {len(candidates)}" if len(candidates) > 1 else ""
    sentence = f"{reason}; {leads} open hot {'lead' if leads == 1 else 'leads'}{among}"
    return Assignment(owner_id=owner.id, sentence=sentence)


def _compute_strain(person: Person, load: Mapping[str, int], usual: float) -> float:
    capacity = usual if person.capacity_per_week is None else person.capacity_per_week
    return load.get(person.id, 0) / capacity if capacity else math.inf
