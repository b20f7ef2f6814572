"""Facts: from decoded JSON to what callers tell of accounts, leads, events, stages and contacts."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, TypeVar

import msgspec

from agreement.stages import UnknownStage, read_stage
from features.contract import FIRMOGRAPHICS, LeadSchema
from features.times import DAY, SECOND
from serving.api.attributes import MOST_CHARACTERS, BadField, Reader, build_readers, read_name, read_text
from serving.api.reading import read_moment
from serving.api.strict_json import MOST_KEYS, join_path
from serving.usecases.told import ToldAccount, ToldContact, ToldEvent, ToldLead, ToldStage

MOST_EVENTS = 1_000
MOST_NOTE = 2_000
# Clocks differ a little; hours are a wrong zone; days are a slip.
AS_IS_MICROS = 5 * 60 * SECOND
CLAMPED_MICROS = DAY
_MOST_WARNINGS = 20
KINDS_OF_CONTACT = ("call", "email", "meeting", "message", "visit", "other")
_BATCH = re.compile(r"[\w .:-]{1,60}")
# What people are called and reached by: read by no model, told in every alert.
_NOT_UNKNOWN = frozenset(("name", "first_name", "last_name", "phone", "product", "source", "language", "value"))
_PLACES = ("email",)
_ENCODER = msgspec.json.Encoder(order="deterministic")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """An item read, with what its sender should know."""

    item: Any
    warnings: Sequence[str] = ()


class FactReader:
    """Reads facts strictly where a model or a common name says what a field holds, and keeps the rest as it came.

    Parameters
    ----------
    schema
        Of the scorer in force, None where there is none.
    """

    def __init__(self, schema: LeadSchema | None) -> None:
        common = build_readers(LeadSchema(tuple(FIRMOGRAPHICS.values())))
        self._readers: Mapping[str, Reader] = {**common, **({} if schema is None else build_readers(schema))}

    def read_account(self, account_id: str, body: Any, now: int) -> Read:
        """Read an account."""
        told, attributes, warnings = self._read_body(account_id, body, ("id", "updated_at"))
        return Read(
            item=ToldAccount(id=account_id, attributes=attributes, told_at=_read_told_at(told, now)),
            warnings=warnings,
        )

    def read_lead(self, lead_id: str, body: Any, now: int, batch: str) -> Read:
        """Read a lead."""
        own = ("id", "account_id", "created_at", "updated_at", "owner_id", "stage")
        told, attributes, warnings = self._read_body(lead_id, body, own)
        created_at = _read_optional(told, "created_at", read_moment)
        if created_at is not None and created_at > now + CLAMPED_MICROS:
            raise BadField("in_the_future", "a lead cannot be created after tomorrow", "/created_at")
        item = ToldLead(
            id=lead_id,
            attributes=attributes,
            account_id=_read_optional(told, "account_id", read_name),
            created_at=None if created_at is None else min(created_at, now),
            told_at=_read_told_at(told, now),
            owner_id=_read_optional(told, "owner_id", read_name),
            stage=_read_optional(told, "stage", _read_stage),
            batch=batch,
        )
        return Read(item=item, warnings=warnings)

    def _read_body(self, its_id: str, body: Any, own: Sequence[str]) -> tuple[Mapping[str, Any], str, list[str]]:
        if type(body) is not dict:
            raise BadField("not_an_object", "send a JSON object")
        if body.get("id") not in (None, its_id):
            raise BadField("different_id", "the body's id is not that of the address", "/id")
        attributes, unknown = {}, []
        for name, value in body.items():
            if name in own or value is None:
                continue
            attributes[name] = self._read_attribute(name, value)
            if name not in self._readers and name not in _NOT_UNKNOWN:
                unknown.append(name)
        return body, _ENCODER.encode(attributes).decode(), _warn_of(unknown)

    def _read_attribute(self, name: str, value: Any) -> Any:
        reader = self._readers.get(name)
        try:
            if reader is not None:
                return reader(value)
            return read_text(value) if type(value) is str else value
        except BadField as error:
            raise BadField(error.code, str(error), join_path("", name)) from None


def read_event(told: Any, now: int, batch: str, path: str = "") -> Read:
    """Read an event.

    Its key is the digest of its id, and of its source where ids of several sources may meet; without an id, of
    everything it says.
    """
    if type(told) is not dict:
        raise BadField("not_an_object", "an event is a JSON object", path)
    occurred_at, warnings = _clamp(_read_required(told, "occurred_at", read_moment, path), now, path)
    lead_id, kind = _read_required(told, "lead_id", read_name, path), _read_required(told, "type", read_name, path)
    properties = _read_optional(told, "properties", _read_properties, path)
    written = None if properties is None else _ENCODER.encode(properties).decode()
    event_id = _read_optional(told, "id", read_name, path)
    source = _read_optional(told, "source", read_name, path)
    # Without an id the moment as sent counts, so that a clamped event is the same when it is sent again.
    named = [source, event_id] if event_id is not None else [kind, told["occurred_at"], written, source]
    unknown = [name for name in told if name not in _EVENT_FIELDS]
    item = ToldEvent(
        lead_id=lead_id,
        key=_digest(*named),
        type=kind,
        occurred_at=occurred_at,
        properties=written,
        batch=batch,
    )
    return Read(item=item, warnings=[*warnings, *_warn_of(unknown)])


def read_stage_change(lead_id: str, told: Any, now: int) -> Read:
    """Read a lead's new stage."""
    body = _read_object(told)
    stage = _read_required(body, "stage", _read_stage, "")
    occurred_at, warnings = _read_when(body, now)
    note, told_by = _read_optional(body, "note", _read_note), _read_optional(body, "by", read_name)
    key = _digest("stage", body.get("id"), *([stage, body.get("occurred_at") or now] if not body.get("id") else []))
    item = ToldStage(lead_id=lead_id, key=key, stage=stage, occurred_at=occurred_at, told_by=told_by, note=note)
    return Read(
        item=item, warnings=[*warnings, *_warn_of_other(body, ("id", "stage", "occurred_at", "note", "by"))]
    )


def read_contact(lead_id: str, told: Any, now: int) -> Read:
    """Read an attempt to reach a lead."""
    body = _read_object(told)
    kind = _read_required(body, "kind", _read_kind, "")
    occurred_at, warnings = _read_when(body, now)
    fields = {name: _read_optional(body, name, read_name) for name in ("outcome", "by")}
    key = _digest(
        "contact", body.get("id"), *([kind, body.get("occurred_at") or now] if not body.get("id") else [])
    )
    item = ToldContact(
        lead_id=lead_id,
        key=key,
        kind=kind,
        occurred_at=occurred_at,
        outcome=fields["outcome"],
        told_by=fields["by"],
        note=_read_optional(body, "note", _read_note),
    )
    own = ("id", "kind", "outcome", "occurred_at", "note", "by")
    return Read(item=item, warnings=[*warnings, *_warn_of_other(body, own)])


def read_batch(name: str) -> str:
    """Read the name of an import."""
    if not _BATCH.fullmatch(name):
        raise BadField("bad_parameter", "an import's name takes up to 60 letters, digits, blanks and . : _ -")
    return name


def read_instant(told: Mapping[str, Any], name: str) -> int | None:
    """Read a time that may be left out."""
    return _read_optional(told, name, read_moment)


def read_by(told: Mapping[str, Any]) -> str | None:
    """Read who says so, where that is told."""
    return _read_optional(told, "by", read_name)


_EVENT_FIELDS = frozenset(("id", "source", "lead_id", "type", "occurred_at", "properties"))


def _digest(*parts: Any) -> bytes:
    return blake2b(_ENCODER.encode(parts), digest_size=16).digest()


def _read_object(told: Any) -> Mapping[str, Any]:
    if type(told) is not dict:
        raise BadField("not_an_object", "send a JSON object")
    read_event_id(told)
    return told


def read_event_id(told: Mapping[str, Any]) -> str | None:
    """Read what its sender calls a fact."""
    return _read_optional(told, "id", read_name)


def _read_when(told: Mapping[str, Any], now: int) -> tuple[int, list[str]]:
    occurred_at = _read_optional(told, "occurred_at", read_moment)
    return (now, []) if occurred_at is None else _clamp(occurred_at, now, "")


def _clamp(occurred_at: int, now: int, path: str) -> tuple[int, list[str]]:
    if occurred_at <= now + AS_IS_MICROS:
        return occurred_at, []
    if occurred_at > now + CLAMPED_MICROS:
        raise BadField("in_the_future", "this has not happened yet: check the zone", f"{path}/occurred_at")
    return now, ["occurred_at lies in the future and was taken as now: check the zone"]


def _read_told_at(told: Mapping[str, Any], now: int) -> int | None:
    told_at = _read_optional(told, "updated_at", read_moment)
    if told_at is not None and told_at > now + CLAMPED_MICROS:
        raise BadField("in_the_future", "updated_at lies in the future: check the zone", "/updated_at")
    return told_at


def _read_properties(value: Any) -> Mapping[str, Any]:
    if type(value) is not dict:
        raise BadField("not_an_object", "properties are a JSON object")
    if len(value) > MOST_KEYS:
        raise BadField("too_many_keys", f"an object may have at most {MOST_KEYS:,} keys")
    for name, inner in value.items():
        if type(inner) is str and len(inner) > MOST_CHARACTERS:
            raise BadField("too_long", f"give at most {MOST_CHARACTERS:,} characters", join_path("", name))
    return value


def _read_stage(value: Any) -> str:
    try:
        return read_stage(read_text(value)).value
    except UnknownStage as error:
        raise BadField("unknown_stage", str(error)) from None


def _read_kind(value: Any) -> str:
    if value not in KINDS_OF_CONTACT:
        raise BadField("unknown_kind", f"kind: use one of {', '.join(KINDS_OF_CONTACT)}")
    return str(value)


def _read_note(value: Any) -> str:
    if len(text := read_text(value)) > MOST_NOTE:
        raise BadField("too_long", f"give at most {MOST_NOTE:,} characters")
    return text.replace("\x00", "")


def _read_required(told: Mapping[str, Any], name: str, read: Callable[[Any], _T], path: str) -> _T:
    value = _read_optional(told, name, read, path)
    if value is None:
        raise BadField("missing", f"{name} is required", join_path(path, name))
    return value


def _read_optional(told: Mapping[str, Any], name: str, read: Callable[[Any], _T], path: str = "") -> _T | None:
    value = told.get(name)
    if value is None:
        return None
    try:
        return read(value)
    except BadField as error:
        raise BadField(error.code, str(error), join_path(path, name) + error.path) from None


def _warn_of(unknown: Sequence[str]) -> list[str]:
    said = [f"unknown field: {name[:80]}" for name in unknown[:_MOST_WARNINGS]]
    return [*said, "more unknown fields"] if len(unknown) > _MOST_WARNINGS else said


def _warn_of_other(told: Mapping[str, Any], own: Sequence[str]) -> list[str]:
    return _warn_of([name for name in told if name not in own])
