"""Batches: stages and contacts of many leads in one request, as a CRM sends its history."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from agreement.lives import Act
from serving.api.acts import read_acceptance, read_contact, read_refusal, read_return, read_stage_change
from serving.api.attributes import BadField, read_name
from serving.api.facts import Read
from serving.api.fields import read_object, read_optional, read_required
from serving.api.intake import Asked, read_each, read_import

MOST_FACTS = 1_000
ACTS = (Act.ACCEPTED, Act.REJECTED, Act.RETURNED)
"""What people do about a lead that was handed over; all other steps are told as stages."""

_ReadOne = Callable[[Asked, str, Mapping[str, Any]], Read]


def read_stage_batch(asked: Asked) -> Sequence[Read]:
    """Read POST /v1/stages: a stage or an act of one lead, or an array; each is taken or refused by itself."""
    batch = read_import(asked)
    return [_name_import(read, batch) for read in _read_batch(asked, _read_step)]


def read_contact_batch(asked: Asked) -> Sequence[Read]:
    """Read POST /v1/contacts: an attempt to reach one lead, or an array; each is taken or refused by itself."""
    return _read_batch(asked, _read_attempt)


def _read_batch(asked: Asked, read: _ReadOne) -> Sequence[Read]:
    if type(asked.body) is not list:
        return [_read_fact(asked, read, asked.body, "")]
    if not 0 < len(asked.body) <= MOST_FACTS:
        raise BadField("too_many_facts", f"send 1 to {MOST_FACTS:,} at once")
    return read_each(asked, partial(_read_fact, asked, read))


def _read_fact(asked: Asked, read: _ReadOne, told: Any, path: str) -> Read:
    try:
        body = read_object(told)
        lead_id = read_required(body, "lead_id", read_name, "")
        return read(asked, lead_id, {name: value for name, value in body.items() if name != "lead_id"})
    except BadField as error:
        raise BadField(error.code, str(error), path + error.path) from None


def _read_step(asked: Asked, lead_id: str, body: Mapping[str, Any]) -> Read:
    act = read_optional(body, "act", _read_act)
    if act is None:
        return read_stage_change(lead_id, body, asked.now)
    said = {name: value for name, value in body.items() if name not in ("act", "stage")}
    if act == Act.ACCEPTED:
        return read_acceptance(lead_id, said, asked.now, by=asked.by)
    read = read_refusal if act == Act.REJECTED else read_return
    return read(lead_id, said, asked.now, by=asked.by, terms=asked.terms)


def _read_attempt(asked: Asked, lead_id: str, body: Mapping[str, Any]) -> Read:
    return read_contact(lead_id, body, asked.now)


def _read_act(value: Any) -> Act:
    if value not in ACTS:
        raise BadField("unknown_act", f"act: use one of {', '.join(ACTS)}, or leave it out and tell the stage")
    return Act(value)


def _name_import(read: Read, batch: str) -> Read:
    """Have what comes in bulk told in bulk; what was refused belongs to no import."""
    named = hasattr(read.item, "batch") and batch
    return replace(read, item=replace(read.item, batch=batch)) if named else read
