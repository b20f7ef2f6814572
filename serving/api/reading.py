"""Reading: from decoded JSON to leads that can be scored, or to the field that stands in the way."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from features.feature_set import FeatureSet
from features.times import MISSING_TIME, SECOND
from serving.api.attributes import BadField, Reader, build_readers, read_name, read_number
from serving.api.schemas import EventBody, Moment
from serving.api.strict_json import join_path
from serving.usecases.scoring import AskedLead, ToldEvents

MOST_LEADS = 1_000
_OWN_FIELDS = frozenset(("id", "account_id", "created_at", "as_of", "events"))
_EVENT_FIELDS = frozenset(EventBody.__struct_fields__)
_MOST_WARNINGS = 20
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Moments outside of these years are slips of the keyboard, and near the year 0 they no longer convert.
_EARLIEST = int((datetime(1900, 1, 1, tzinfo=UTC) - EPOCH).total_seconds()) * SECOND
_LATEST = int((datetime(2200, 1, 1, tzinfo=UTC) - EPOCH).total_seconds()) * SECOND
_PLACE = re.compile(r" - at `\$(.*)`$")
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]|\[\.\.\.\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a scorer wants to know of a lead: a reader for each attribute, and the event properties it adds up."""

    readers: Mapping[str, Reader]
    quantities: Sequence[str]

    @classmethod
    def by(cls, feature_set: FeatureSet) -> "Wanted":
        """Return what a feature set wants."""
        return cls(readers=build_readers(feature_set.schema), quantities=feature_set.quantities)


def read_leads(body: Any, wanted: Wanted, now: int) -> list[AskedLead]:
    """Read one lead, or an array of up to 1,000.

    Parameters
    ----------
    now
        Microseconds; the moment of leads that name none.

    Raises
    ------
    BadField
        With the path of the first field that does not fit.
    """
    if type(body) is not list:
        return [read_lead(body, wanted, now, "")]
    if len(body) > MOST_LEADS:
        raise BadField("too_many_leads", f"send at most {MOST_LEADS:,} leads at once")
    leads = [read_lead(lead, wanted, now, f"/{position}") for position, lead in enumerate(body)]
    _refuse_twins(leads)
    return leads


def read_lead(told: Any, wanted: Wanted, now: int, path: str) -> AskedLead:
    """Read one lead.

    Raises
    ------
    BadField
        With the path of the first field that does not fit.
    """
    if type(told) is not dict:
        raise BadField("not_an_object", "a lead is a JSON object", path)
    as_of = _read_optional(told, "as_of", read_moment, path, now)
    account_id = _read_optional(told, "account_id", read_name, path, None)
    attributes, unknown = _read_attributes(told, wanted.readers, path)
    events, warnings = _read_events(told.get("events"), wanted.quantities, f"{path}/events")
    return AskedLead(
        id=_read(told, "id", read_name, path),
        as_of=as_of,
        account_id=account_id,
        created_at=_read_optional(told, "created_at", read_moment, path, MISSING_TIME),
        attributes=attributes,
        events=events,
        warnings=[*_warn_of_unknown(unknown), *warnings, *warn_of_events(events, as_of, account_id)],
    )


def read_moment(value: Any) -> int:
    """Read an RFC 3339 time as microseconds.

    Raises
    ------
    BadField
        If it is none, lacks its offset, or lies outside of 1900 to 2199.
    """
    try:
        moment = msgspec.convert(value, Moment)
    except msgspec.ValidationError:
        raise BadField("not_time", _TIME_DETAIL) from None
    return _to_micros(moment, value)


_TIME_DETAIL = "give an RFC 3339 time with its offset, as in 2026-03-01T09:00:00Z"


def _to_micros(moment: datetime, told: str) -> int:
    # The decoder also takes +0100, which RFC 3339 does not.
    if told[-1] not in "Zz" and told[-3] != ":":
        raise BadField("not_time", _TIME_DETAIL)
    since = moment - EPOCH
    micros = (since.days * 86_400 + since.seconds) * SECOND + since.microseconds
    return check_moment(micros)


def check_moment(micros: int) -> int:
    """Return a moment that lies in the years 1900 to 2199.

    Raises
    ------
    BadField
        If it does not.
    """
    if not _EARLIEST <= micros < _LATEST:
        raise BadField("out_of_range", "give a time between 1900 and 2199")
    return micros


def _read(told: Mapping[str, Any], name: str, read: Callable[[Any], Any], path: str) -> Any:
    if told.get(name) is None:
        raise BadField("missing", f"a lead needs its {name}", join_path(path, name))
    return _read_optional(told, name, read, path, None)


def _read_optional(told: Mapping[str, Any], name: str, read: Callable[[Any], Any], path: str, default: Any) -> Any:
    value = told.get(name)
    if value is None:
        return default
    try:
        return read(value)
    except BadField as error:
        raise BadField(error.code, str(error), join_path(path, name)) from None


def _read_attributes(
    told: Mapping[str, Any], readers: Mapping[str, Reader], path: str
) -> tuple[dict[str, float | str], list[str]]:
    attributes, unknown = {}, []
    name = ""
    try:
        for name, value in told.items():
            read = readers.get(name)
            if read is None:
                if name not in _OWN_FIELDS:
                    unknown.append(name)
            elif value is not None:
                attributes[name] = read(value)
    except BadField as error:
        raise BadField(error.code, str(error), join_path(path, name)) from None
    return attributes, unknown


def _read_events(told: Any, quantities: Sequence[str], path: str) -> tuple[ToldEvents, list[str]]:
    if not told:
        if told is None or told == []:
            return ToldEvents(), []
        raise BadField("not_an_array", "events are a JSON array", path)
    try:
        bodies = msgspec.convert(told, list[EventBody])
    except msgspec.ValidationError as error:
        raise _translate(error, path) from None
    occurred_at = _read_moments(told, bodies, "occurred_at", path)
    unknown = {name for event in told if not event.keys() <= _EVENT_FIELDS for name in event}
    lead_ids = [body.lead_id for body in bodies]
    events = ToldEvents(
        types=[body.type for body in bodies],
        lead_ids=lead_ids if lead_ids.count(None) < len(lead_ids) else (),
        occurred_at=occurred_at,
        recorded_at=_read_moments(told, bodies, "recorded_at", path, otherwise=occurred_at),
        amounts=[_read_amounts(bodies, quantity, path) for quantity in quantities],
    )
    _refuse_bad_names(events.types, lead_ids, path)
    return events, [f"{said} in events" for said in _warn_of_unknown(sorted(unknown - _EVENT_FIELDS))]


def _read_moments(
    told: Sequence[Mapping[str, Any]],
    bodies: Sequence[EventBody],
    field: str,
    path: str,
    otherwise: Sequence[int] = (),
) -> list[int]:
    micros, position = [], 0
    try:
        for position, body in enumerate(bodies):
            moment = getattr(body, field)
            micros.append(otherwise[position] if moment is None else _to_micros(moment, told[position][field]))
    except BadField as error:
        raise BadField(error.code, str(error), f"{path}/{position}/{field}") from None
    return micros


def _read_amounts(bodies: Sequence[EventBody], quantity: str, path: str) -> list[float]:
    amounts: list[float] = []
    for body in bodies:
        told = None if body.properties is None else body.properties.get(quantity)
        try:
            amounts.append(math.nan if told is None else read_number(told))
        except BadField as error:
            place = join_path(f"{path}/{len(amounts)}/properties", quantity)
            raise BadField(error.code, str(error), place) from None
    return amounts


def _refuse_bad_names(types: Sequence[str], lead_ids: Sequence[str | None], path: str) -> None:
    for field, names in (("type", types), ("lead_id", lead_ids)):
        for name in set(names) - {None}:
            try:
                read_name(name)
            except BadField as error:
                place = f"{path}/{list(names).index(name)}/{field}"
                raise BadField(error.code, str(error), place) from None


def _refuse_twins(leads: Sequence[AskedLead]) -> None:
    seen: set[str] = set()
    for position, lead in enumerate(leads):
        if lead.id in seen:
            raise BadField("duplicate_id", "an array names each lead once", f"/{position}/id")
        seen.add(lead.id)


def _translate(error: msgspec.ValidationError, path: str) -> BadField:
    """Turn the converter's message into a code and a path; its text names types, never values."""
    said = str(error)
    place = _PLACE.search(said)
    steps = [step for match in _STEP.finditer(place[1] if place else "") for step in match.groups() if step]
    for step in steps:
        path = join_path(path, step)
    if missing := re.search(r"missing required field `(\w+)`", said):
        return BadField("missing", f"an event needs its {missing[1]}", join_path(path, missing[1]))
    code, detail = _CODES_OF_EVENT_FIELDS[steps[1] if len(steps) > 1 else "event" if steps else "events"]
    return BadField(code, detail, path)


_CODES_OF_EVENT_FIELDS = {
    "events": ("not_an_array", "events are a JSON array"),
    "event": ("not_an_object", "an event is a JSON object"),
    "type": ("not_text", "give a text in quotes"),
    "lead_id": ("not_text", "give a text in quotes"),
    "occurred_at": ("not_time", _TIME_DETAIL),
    "recorded_at": ("not_time", _TIME_DETAIL),
    "properties": ("not_an_object", "properties are a JSON object"),
}


def _warn_of_unknown(names: Sequence[str]) -> list[str]:
    said = [f"unknown field: {name[:80]}" for name in names[:_MOST_WARNINGS]]
    return [*said, "more unknown fields"] if len(names) > _MOST_WARNINGS else said


def warn_of_events(events: ToldEvents, as_of: int, account_id: str | None) -> list[str]:
    """Warn of events that are not read: later ones, and those of others where there is no account."""
    said = []
    if events.types and (max(events.occurred_at) >= as_of or max(events.recorded_at) > as_of):
        said.append("events that occurred or were recorded after as_of were not read")
    if account_id is None and any(events.lead_ids):
        said.append("events of other leads need an account_id to be read")
    return said
