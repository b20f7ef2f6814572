"""Fields: how every body of a fact is read: what is required, what may be left out, times, notes, other names."""

from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from typing import Any, TypeVar

import msgspec

from agreement.stages import UnknownStage, read_stage
from features.times import DAY, SECOND
from serving.api.attributes import BadField, read_name, read_text
from serving.api.reading import read_moment
from serving.api.strict_json import join_path

MOST_NOTE = 2_000
# Clocks differ a little; hours are a wrong zone; days are a slip.
AS_IS_MICROS = 5 * 60 * SECOND
CLAMPED_MICROS = DAY
_MOST_WARNINGS = 20
_ENCODER = msgspec.json.Encoder(order="deterministic")
_T = TypeVar("_T")


def read_required(told: Mapping[str, Any], name: str, read: Callable[[Any], _T], path: str) -> _T:
    """Read a field that must be there."""
    value = read_optional(told, name, read, path)
    if value is None:
        raise BadField("missing", f"{name} is required", join_path(path, name))
    return value


def read_optional(told: Mapping[str, Any], name: str, read: Callable[[Any], _T], path: str = "") -> _T | None:
    """Read a field that may be left out, or null."""
    value = told.get(name)
    if value is None:
        return None
    try:
        return read(value)
    except BadField as error:
        raise BadField(error.code, str(error), join_path(path, name) + error.path) from None


def read_object(told: Any) -> Mapping[str, Any]:
    """Read a body as an object, with an id of its own at most."""
    if type(told) is not dict:
        raise BadField("not_an_object", "send a JSON object")
    read_event_id(told)
    return told


def read_event_id(told: Mapping[str, Any]) -> str | None:
    """Read what its sender calls a fact."""
    return read_optional(told, "id", read_name)


def read_by(told: Mapping[str, Any]) -> str | None:
    """Read who says so, where that is told."""
    return read_optional(told, "by", read_name)


def read_when(told: Mapping[str, Any], now: int) -> tuple[int, list[str]]:
    """Read when something happened: now, where nobody says, and warnings."""
    occurred_at = read_optional(told, "occurred_at", read_moment)
    return (now, []) if occurred_at is None else clamp(occurred_at, now, "")


def clamp(occurred_at: int, now: int, path: str) -> tuple[int, list[str]]:
    """Return a time that may lie a little ahead as it counts, and warnings."""
    if occurred_at <= now + AS_IS_MICROS:
        return occurred_at, []
    if occurred_at > now + CLAMPED_MICROS:
        raise BadField("in_the_future", "this has not happened yet: check the zone", f"{path}/occurred_at")
    return now, ["occurred_at lies in the future and was taken as now: check the zone"]


def read_stage_name(value: Any) -> str:
    """Read the name of a stage."""
    try:
        return read_stage(read_text(value)).value
    except UnknownStage as error:
        raise BadField("unknown_stage", str(error)) from None


def read_note(value: Any) -> str:
    """Read a note."""
    if len(text := read_text(value)) > MOST_NOTE:
        raise BadField("too_long", f"give at most {MOST_NOTE:,} characters")
    return text.replace("\x00", "")


def digest_of(*parts: Any) -> bytes:
    """Return what tells a fact from others: a digest of what names it."""
    return blake2b(_ENCODER.encode(parts), digest_size=16).digest()


def warn_of(unknown: Sequence[str]) -> list[str]:
    """Return a warning for each name that nobody knows."""
    said = [f"unknown field: {name[:80]}" for name in unknown[:_MOST_WARNINGS]]
    return [*said, "more unknown fields"] if len(unknown) > _MOST_WARNINGS else said


def warn_of_other(told: Mapping[str, Any], own: Sequence[str]) -> list[str]:
    """Return a warning for each name of a body that is none of its own."""
    return warn_of([name for name in told if name not in own])
