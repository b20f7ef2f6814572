"""Owners: the people whom a CRM tells us of: who they are, when they work, and what they answer for."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection

from agreement.calendar.hour_texts import BadHours
from agreement.calendar.hours import QuietHours, WorkingHours
from agreement.calendar.public_holidays import UnknownHolidays, read_codes
from agreement.calendar.zones import UnknownZone, get_zone
from agreement.capacity import ImpossibleCapacity
from agreement.paper.term_tables import BadTerms
from agreement.people import TEAM
from features.times import to_datetime
from serving.api.attributes import BadField, read_name, read_number, read_text
from serving.api.errands import Errand, read_object
from serving.api.lookups import Answering, Asked
from serving.api.strict_json import join_path
from serving.usecases.staffing import Known, find_known, list_known, record_person, remove_person

_MOST_WORDS = 100
_ENCODER = msgspec.json.Encoder(order="deterministic")


def put_owner(errand: Errand) -> tuple[int, Mapping[str, Any]]:
    """Do PUT /v1/owners/{owner_id}: the person whole; what is left out is as the agreement has it for everybody.

    Answers ``{"owner": {…}}`` as GET does.
    """
    person_id = errand.ids[0]
    told = read_owner(person_id, errand.body)
    terms = errand.service.agreeing.get()
    with errand.service.database.writing() as connection:
        try:
            record_person(connection, person_id, _ENCODER.encode(told).decode(), terms, errand.now)
        except (BadTerms, BadHours, UnknownZone, ImpossibleCapacity):
            raise BadField(
                "bad_owner", "zone and hours do not fit together with the agreement's holidays"
            ) from None
        known = find_known(connection, person_id, terms)
    return 200, {"owner": describe_owner(known)}


def delete_owner(errand: Errand) -> tuple[int, Mapping[str, Any]]:
    """Do DELETE /v1/owners/{owner_id}: what was told of somebody goes; who stands in the agreement stays as there.

    Answers ``{"status": "removed", "stays": true where the agreement names them}``.
    """
    with errand.service.database.writing() as connection:
        stays = remove_person(connection, errand.ids[0], errand.service.agreeing.get())
    return 200, {"status": "removed", "stays": stays}


def list_owners(asked: Asked) -> Answering:
    """Answer GET /v1/owners: ``{"items": [owner, …]}``, in the order of ids."""
    terms = asked.service.agreeing.get()

    def answer(connection: Connection) -> Mapping[str, Any]:
        return {"items": [describe_owner(known) for known in list_known(connection, terms)]}

    return answer


def get_owner(asked: Asked) -> Answering:
    """Answer GET /v1/owners/{owner_id}: ``{"owner": {…}}``; 404 ``unknown_owner``."""
    terms = asked.service.agreeing.get()
    return lambda connection: {"owner": describe_owner(find_known(connection, asked.id, terms))}


def read_owner(person_id: str, body: Any) -> dict[str, Any]:
    """Read a person as under ``[[people]]`` in the agreement.

    Raises
    ------
    BadField
        With the field in the way.
    """
    if person_id == TEAM.id:
        raise BadField("reserved_id", f"{TEAM.id!r} stands for everybody: take another id")
    told = read_object(body, ("id", *_READERS))
    if told.get("id", person_id) != person_id:
        raise BadField("different_id", "the body's id is not that of the address", "/id")
    return {"id": person_id, **{name: _read(name, told[name]) for name in _READERS if name in told}}


def describe_owner(known: Known) -> dict[str, Any]:
    """Describe somebody as callers see them."""
    person = known.person
    return {
        "id": person.id,
        "name": person.name,
        "zone": person.zone,
        "working_hours": known.working_hours,
        "quiet_hours": known.quiet_hours,
        "holidays_of": list(known.holidays_of),
        "industries": list(person.industries),
        "products": list(person.products),
        "places": list(person.places),
        "manager_id": person.manager_id,
        "capacity_per_week": person.capacity_per_week,
        "is_active": person.is_active,
        "takes_leads": person.takes_leads,
        "source": known.source,
        "channels": known.n_channels,
        "changed_at": None if known.changed_at is None else to_datetime(known.changed_at),
    }


def _read(name: str, value: Any) -> Any:
    try:
        return _READERS[name](value)
    except BadField as error:
        raise BadField(error.code, str(error), join_path("", name) + error.path) from None


def _read_zone(value: Any) -> str:
    try:
        get_zone(zone := read_text(value))
    except UnknownZone:
        raise BadField("unknown_zone", "give the IANA name of a time zone, as in Europe/Helsinki") from None
    return zone


def _read_hours(example: str, parse: Callable[[str], Any]) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        try:
            if (text := read_text(value)).strip():
                parse(text)
        except BadHours:
            raise BadField("bad_hours", f"write hours as in {example}") from None
        return text

    return read


def _read_words(value: Any) -> list[str]:
    if type(value) is not list:
        raise BadField("not_an_array", "give an array of texts")
    if len(value) > _MOST_WORDS:
        raise BadField("too_long", f"give at most {_MOST_WORDS} texts")
    words = []
    for position, word in enumerate(value):
        try:
            words.append(read_name(word))
        except BadField as error:
            raise BadField(error.code, str(error), join_path("", position)) from None
    return words


def _read_countries(value: Any) -> list[str]:
    try:
        return list(read_codes(_read_words(value)))
    except UnknownHolidays:
        raise BadField("unknown_holidays", "name countries as FI, and regions as DE-BY") from None


def _read_flag(value: Any) -> bool:
    if type(value) is not bool:
        raise BadField("not_boolean", "give true or false")
    return value


def _read_capacity(value: Any) -> float:
    number = read_number(value)
    if number < 0:
        raise BadField("out_of_range", "a capacity counts leads: it cannot be negative")
    return number


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "name": read_name,
    "zone": _read_zone,
    "working_hours": _read_hours(
        "Mon-Fri 09:00-17:00", lambda text: WorkingHours.from_text("UTC", text, frozenset())
    ),
    "quiet_hours": _read_hours("22:00-07:00", lambda text: QuietHours.from_text(text, zone="UTC")),
    "holidays_of": _read_countries,
    "industries": _read_words,
    "products": _read_words,
    "places": _read_words,
    "manager_id": read_name,
    "capacity_per_week": _read_capacity,
    "is_active": _read_flag,
    "takes_leads": _read_flag,
}
