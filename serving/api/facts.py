"""Facts: from decoded JSON to what callers tell of accounts, leads and events."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from features.contract import FIRMOGRAPHICS, LeadSchema
from serving.api.attributes import MOST_CHARACTERS, BadField, Reader, build_readers, read_name, read_text
from serving.api.fields import (
    CLAMPED_MICROS,
    clamp,
    digest_of,
    read_optional,
    read_required,
    read_stage_name,
    warn_of,
)
from serving.api.reading import read_moment
from serving.api.strict_json import MOST_KEYS, join_path
from serving.usecases.told import ToldAccount, ToldEvent, ToldLead

MOST_EVENTS = 1_000
_BATCH = re.compile(r"[\w .:-]{1,60}")
# What people are called and reached by: read by no model, told in every alert.
_NOT_UNKNOWN = frozenset(("name", "first_name", "last_name", "phone", "product", "source", "language", "value"))
_PLACES = ("email",)
_ENCODER = msgspec.json.Encoder(order="deterministic")


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
        created_at = read_optional(told, "created_at", read_moment)
        if created_at is not None and created_at > now + CLAMPED_MICROS:
            raise BadField("in_the_future", "a lead cannot be created after tomorrow", "/created_at")
        item = ToldLead(
            id=lead_id,
            attributes=attributes,
            account_id=read_optional(told, "account_id", read_name),
            created_at=None if created_at is None else min(created_at, now),
            told_at=_read_told_at(told, now),
            owner_id=read_optional(told, "owner_id", read_name),
            stage=read_optional(told, "stage", read_stage_name),
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
        return body, _ENCODER.encode(attributes).decode(), warn_of(unknown)

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
    occurred_at, warnings = clamp(read_required(told, "occurred_at", read_moment, path), now, path)
    lead_id, kind = read_required(told, "lead_id", read_name, path), read_required(told, "type", read_name, path)
    properties = read_optional(told, "properties", _read_properties, path)
    written = None if properties is None else _ENCODER.encode(properties).decode()
    event_id = read_optional(told, "id", read_name, path)
    source = read_optional(told, "source", read_name, path)
    # Without an id the moment as sent counts, so that a clamped event is the same when it is sent again.
    named = [source, event_id] if event_id is not None else [kind, told["occurred_at"], written, source]
    unknown = [name for name in told if name not in _EVENT_FIELDS]
    item = ToldEvent(
        lead_id=lead_id,
        key=digest_of(*named),
        type=kind,
        occurred_at=occurred_at,
        properties=written,
        batch=batch,
    )
    return Read(item=item, warnings=[*warnings, *warn_of(unknown)])


def read_batch(name: str) -> str:
    """Read the name of an import."""
    if not _BATCH.fullmatch(name):
        raise BadField("bad_parameter", "an import's name takes up to 60 letters, digits, blanks and . : _ -")
    return name


_EVENT_FIELDS = frozenset(("id", "source", "lead_id", "type", "occurred_at", "properties"))


def _read_told_at(told: Mapping[str, Any], now: int) -> int | None:
    told_at = read_optional(told, "updated_at", read_moment)
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
