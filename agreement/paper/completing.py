"""Completing: the tables of people, with everybody's zone, hours and holidays where they have none of their own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from agreement.calendar.hour_texts import parse_days, parse_span
from agreement.calendar.hours import QuietHours
from agreement.calendar.public_holidays import read_codes
from agreement.calendar.zones import get_zone
from agreement.paper.mistakes import BadTerms, Mistake, Place
from agreement.paper.term_tables import Table, call_plainly, read_value

_OWN = ("zone", "working_hours", "quiet_hours", "holidays_of")
_SHARED = (*_OWN, "holidays")


def complete_people(table: Table) -> tuple[Table, list[Mistake]]:
    """Return the whole table with complete people, and the mistakes in their zones, hours and holidays.

    What is wrong is left out of the table, so that it is told once, and not again of each person.

    Raises
    ------
    BadTerms
        If people are no tables.
    """
    people = table.get("people", [])
    if not isinstance(people, list) or not all(isinstance(person, dict) for person in people):
        raise BadTerms(Mistake(place=("people",), says="write each as a table under [[people]]"))
    usual, mistakes = _set_right(table, (), _SHARED)
    completed = []
    for number, person in enumerate(people):
        own, wrong = _set_right(person, ("people", number), _OWN)
        completed.append(_complete(own, usual))
        mistakes += wrong
    return {**usual, **({"people": completed} if people else {})}, mistakes


def _set_right(table: Table, place: Place, keys: Sequence[str]) -> tuple[Table, list[Mistake]]:
    """Return a table without the keys that are wrong, and what is wrong with them."""
    mistakes = {key: list(_list_mistakes(key, table[key], (*place, key))) for key in keys if key in table}
    right = {key: value for key, value in table.items() if not mistakes.get(key)}
    return right, [each for found in mistakes.values() for each in found]


def _list_mistakes(key: str, value: object, place: Place) -> Iterator[Mistake]:
    kind, check = _CHECKS[key]
    # JSON has the hours of a person as a table, or as null; the codec of the person reads them.
    if value is None or isinstance(value, dict):
        return
    try:
        call_plainly(place, check, read_value(kind, value, place))
    except BadTerms as error:
        yield from error.mistakes


def _check_hours(text: str) -> None:
    if text.strip():
        parse_days(text)


def _check_quiet_hours(text: str) -> None:
    if text.strip():
        QuietHours.from_text(text, zone="UTC")


_CHECKS: Mapping[str, tuple[Any, Callable[[Any], object]]] = {
    "zone": (str, get_zone),
    "working_hours": (str, _check_hours),
    "quiet_hours": (str, _check_quiet_hours),
    "holidays": (frozenset[date], len),
    "holidays_of": (tuple[str, ...], read_codes),
}


def _complete(person: Table, usual: Table) -> Table:
    full = {**{key: usual[key] for key in _OWN if key in usual}, **person}
    zone = full.get("zone", "UTC")
    working, quiet, codes = full.get("working_hours"), full.get("quiet_hours"), full.pop("holidays_of", [])
    if isinstance(working, str):
        table = {"zone": zone, "days": working, "holidays": usual.get("holidays", []), "holidays_of": codes}
        full["working_hours"] = table if working.strip() else None
    if isinstance(quiet, str):
        starts, ends = parse_span(quiet) if quiet.strip() else (0, 0)
        full["quiet_hours"] = {"zone": zone, "starts": starts, "ends": ends} if quiet.strip() else None
    return full
