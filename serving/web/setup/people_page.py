"""People: who owns leads, when they work and how many they take; told here, by the CRM, or in the agreement."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import Connection
from starlette.datastructures import FormData
from starlette.responses import Response
from starlette.routing import Route

from agreement.calendar.hour_texts import BadHours
from agreement.calendar.zones import UnknownZone
from agreement.capacity import ImpossibleCapacity
from agreement.people import TEAM
from agreement.terms import BadTerms, Terms
from serving.api.attributes import BadField, read_name
from serving.api.owners import describe_owner, read_owner
from serving.api.strict_json import JsonError, decode
from serving.usecases.auditing import record_audit
from serving.usecases.rights import Right
from serving.usecases.routing import count_load
from serving.usecases.staffing import find_known, list_known, read_told, record_person, remove_person
from serving.web.site import Site
from serving.web.visit import Visit
from serving.web.writing import write

_TEXTS = ("name", "zone", "working_hours", "quiet_hours", "manager_id")
_LISTS = ("holidays_of", "industries", "products", "places")
_FLAGS = ("is_active", "takes_leads")
_ENCODER = msgspec.json.Encoder(order="deterministic")


def build_people_routes(site: Site) -> Sequence[Route]:
    """Build the routes of the people who own leads."""
    return [
        site.show("/setup/people", _show, right=Right.STAFF),
        site.show("/setup/people/new", _show_new, right=Right.STAFF),
        site.show("/setup/people/change", _show_change, right=Right.STAFF),
        site.act("/setup/people", partial(_save, site), right=Right.STAFF),
        site.act("/setup/people/remove", _remove, right=Right.STAFF),
    ]


def _show(visit: Visit, connection: Connection) -> Response:
    known = [each for each in list_known(connection, visit.terms) if each.person.id != TEAM.id]
    names = {each.person.id: each.person.name or each.person.id for each in known}
    load = count_load(connection)
    return visit.render("setup/people.html", people=known, names=names, load=load, done=visit.get("done"))


def _show_new(visit: Visit, connection: Connection) -> Response:
    return _render(visit, connection, dict.fromkeys(_FLAGS, True), source="new")


def _show_change(visit: Visit, connection: Connection) -> Response:
    person_id = visit.get("id")
    known = find_known(connection, person_id, visit.terms)
    told = read_told(connection, person_id)
    owner = describe_owner(known)
    # Of somebody who was told of, blank fields go on following the agreement.
    values = {**dict.fromkeys(_FLAGS, True), **told} if told else {**owner, "id": person_id}
    return _render(visit, connection, _write_values(values), source=known.source)


def _render(
    visit: Visit,
    connection: Connection,
    values: Mapping[str, Any],
    *,
    source: str,
    wrong: Mapping[str, str] | None = None,
) -> Response:
    others = [each.person for each in list_known(connection, visit.terms) if each.person.id != values.get("id")]
    told = {"values": values, "source": source, "wrong": wrong or {}, "others": others, "terms": visit.terms}
    return visit.render("setup/person.html", status=422 if wrong else 200, **told)


async def _save(site: Site, visit: Visit, form: FormData) -> Response:
    is_new = form.get("source") == "new"
    try:
        person_id = _read_id(form)
        told = read_owner(person_id, _read_body(form))
        await write(visit, lambda c: _record(c, visit, person_id, told, is_new=is_new))
    except BadField as error:
        field = error.path.strip("/").split("/")[0]
        values: dict[str, Any] = {
            name: str(form.get(name, "")) for name in ("id", *_TEXTS, *_LISTS, "capacity_per_week")
        }
        values |= {name: name in form for name in _FLAGS}
        wrong, source = {field: str(error)}, str(form.get("source", "told"))
        return await site.read(visit, lambda v, c: _render(v, c, values, source=source, wrong=wrong))
    return visit.go("/setup/people?done=saved")


def _record(connection: Connection, visit: Visit, person_id: str, told: dict[str, Any], *, is_new: bool) -> None:
    if is_new and any(each.person.id == person_id for each in list_known(connection, visit.terms)):
        raise BadField("reserved_id", visit.words.say("people.form.taken"), "/id")
    _record_body(connection, person_id, told, visit.terms, visit.now)
    record_audit(connection, at=visit.now, who=visit.who.id, what="person.save", target=person_id)


def _record_body(connection: Connection, person_id: str, told: dict[str, Any], terms: Terms, now: int) -> None:
    try:
        record_person(connection, person_id, _ENCODER.encode(told).decode(), terms, now)
    except (BadTerms, BadHours, UnknownZone, ImpossibleCapacity):
        raise BadField("bad_owner", "zone and hours do not fit together with the agreement's holidays") from None


async def _remove(visit: Visit, form: FormData) -> Response:
    person_id = str(form.get("id", ""))

    def work(connection: Connection) -> bool:
        stays = remove_person(connection, person_id, visit.terms)
        record_audit(connection, at=visit.now, who=visit.who.id, what="person.remove", target=person_id)
        return stays

    stays = await write(visit, work)
    return visit.go("/setup/people?done=" + ("agreed" if stays else "removed"))


def _read_id(form: FormData) -> str:
    try:
        return read_name(str(form.get("id", "")).strip())
    except BadField as error:
        raise BadField(error.code, str(error), "/id") from None


def _read_body(form: FormData) -> dict[str, Any]:
    """Read the form as the body that the API takes; what is blank is left out, and follows the agreement."""
    body: dict[str, Any] = {name: str(form[name]).strip() for name in _TEXTS if str(form.get(name, "")).strip()}
    for name in _LISTS:
        if words := [word.strip() for word in str(form.get(name, "")).split(",") if word.strip()]:
            body[name] = words
    if text := str(form.get("capacity_per_week", "")).strip():
        body["capacity_per_week"] = _read_capacity(text)
    return body | {name: name in form for name in _FLAGS}


def _read_capacity(text: str) -> float | str:
    """Read what a browser sends of a number; anything else is refused where the API refuses it."""
    try:
        number = decode(text.encode())
    except JsonError:
        return text
    return number if type(number) in (int, float) else text


def _write_values(told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: ", ".join(value) if isinstance(value, list) else "" if value is None else value
        for name, value in told.items()
    }
