"""Acts: from decoded JSON to what people did about a lead: stages they told, hand-overs answered, contacts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agreement.insight.spending import MOST_EUROS
from agreement.lives import Act
from agreement.recycling import Reason
from agreement.stages import Stage
from agreement.terms import Terms
from serving.api.attributes import BadField, read_name, read_number
from serving.api.facts import Read
from serving.api.fields import (
    digest_of,
    read_by,
    read_note,
    read_object,
    read_optional,
    read_required,
    read_stage_name,
    read_when,
    warn_of_other,
)
from serving.api.reading import read_moment
from serving.usecases.told import Acknowledgement, Snooze, ToldContact, ToldNote, ToldStage

KINDS_OF_CONTACT = ("call", "email", "meeting", "message", "visit", "other")
_SHARED = ("id", "occurred_at", "note", "by")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Act:
    """What an act is, beside the fields that all of them have."""

    act: Act
    stage: Stage
    reason: str | None = None
    by: str | None = None


def read_stage_change(lead_id: str, told: Any, now: int) -> Read:
    """Read a lead's new stage."""
    body = read_object(told)
    stage = read_required(body, "stage", read_stage_name, "")
    occurred_at, warnings = read_when(body, now)
    item = ToldStage(
        lead_id=lead_id,
        key=_name_fact("stage", body, stage, now),
        stage=stage,
        occurred_at=occurred_at,
        told_by=read_by(body),
        note=read_optional(body, "note", read_note),
        reason=read_optional(body, "reason", read_name),
        until=_read_until(body, occurred_at),
        value=read_optional(body, "value", _read_value),
    )
    return _finish(item, body, warnings, ("stage", "reason", "until", "value"))


def read_acceptance(lead_id: str, told: Any, now: int, *, by: str) -> Read:
    """Read that sales takes a lead; `by` is the caller, where the body names nobody."""
    return _read_act(lead_id, read_object(told), now, _Act(act=Act.ACCEPTED, stage=Stage.SQL, by=by), ())


def read_refusal(lead_id: str, told: Any, now: int, *, by: str, terms: Terms) -> Read:
    """Read that sales does not take a lead: for a reason of the agreement, which says what becomes of it.

    Raises
    ------
    BadField
        ``unknown_reason`` names the choices; ``out_of_range`` where the lead would wake before it sleeps.
    """
    body = read_object(told)
    reason = read_required(body, "reason", lambda value: _read_reason(value, terms), "")
    act = _Act(act=Act.REJECTED, stage=Stage(reason.becomes), reason=reason.code, by=by)
    return _read_act(lead_id, body, now, act, ("reason", "until"))


def read_return(lead_id: str, told: Any, now: int, *, by: str, terms: Terms) -> Read:
    """Read that sales gives a lead back to marketing, for a reason of the agreement or without one."""
    body = read_object(told)
    reason = read_optional(body, "reason", lambda value: _read_reason(value, terms))
    act = _Act(act=Act.RETURNED, stage=Stage.MQL, reason=None if reason is None else reason.code, by=by)
    return _read_act(lead_id, body, now, act, ("reason",))


def read_contact(lead_id: str, told: Any, now: int) -> Read:
    """Read an attempt to reach a lead."""
    body = read_object(told)
    kind = read_required(body, "kind", _read_kind, "")
    occurred_at, warnings = read_when(body, now)
    item = ToldContact(
        lead_id=lead_id,
        key=_name_fact("contact", body, kind, now),
        kind=kind,
        occurred_at=occurred_at,
        outcome=read_optional(body, "outcome", read_name),
        told_by=read_by(body),
        note=read_optional(body, "note", read_note),
    )
    return _finish(item, body, warnings, ("kind", "outcome"))


def read_note_about(lead_id: str, told: Any, now: int, *, by: str) -> Read:
    """Read what somebody wrote down about a lead; `by` is the caller, where the body names nobody."""
    body = read_object(told)
    text = read_required(body, "text", _read_text, "")
    occurred_at, warnings = read_when(body, now)
    item = ToldNote(
        lead_id=lead_id,
        key=_name_fact("note", body, text, now),
        text=text,
        occurred_at=occurred_at,
        told_by=read_by(body) or by,
    )
    # What is noted is the fact itself: a note beside it would say it twice.
    return Read(item=item, warnings=[*warnings, *warn_of_other(body, ("id", "occurred_at", "by", "text"))])


def read_snooze(lead_id: str, told: Any, *, by: str) -> Read:
    """Read until when nobody wants an alert of a lead; ``until`` null ends that."""
    body = _read_unnamed(told)
    until = read_optional(body, "until", read_moment)
    return Read(item=Snooze(lead_id=lead_id, until=until, told_by=read_by(body) or by))


def read_acknowledgement(alert_id: str, told: Any, *, by: str) -> Read:
    """Read that somebody takes care of an alert."""
    return Read(item=Acknowledgement(alert_id=alert_id, told_by=read_by(_read_unnamed(told)) or by))


def _read_unnamed(told: Any) -> Mapping[str, Any]:
    """Read a body as an object that is no fact, and needs no id."""
    if type(told) is not dict:
        raise BadField("not_an_object", "send a JSON object")
    return told


def _read_act(lead_id: str, body: Mapping[str, Any], now: int, act: _Act, own: Sequence[str]) -> Read:
    occurred_at, warnings = read_when(body, now)
    item = ToldStage(
        lead_id=lead_id,
        key=_name_fact(act.act, body, act.reason or "", now),
        stage=act.stage,
        occurred_at=occurred_at,
        told_by=read_by(body) or act.by,
        note=read_optional(body, "note", read_note),
        act=act.act,
        reason=act.reason,
        until=_read_until(body, occurred_at) if "until" in own else None,
    )
    return _finish(item, body, warnings, own)


def _name_fact(kind: str, body: Mapping[str, Any], what: str, now: int) -> bytes:
    """Return what tells a fact from others: its id, or else what it says and when."""
    named = () if body.get("id") else (what, body.get("occurred_at") or now)
    return digest_of(kind, body.get("id"), *named)


def _finish(item: Any, body: Mapping[str, Any], warnings: Sequence[str], own: Sequence[str]) -> Read:
    return Read(item=item, warnings=[*warnings, *warn_of_other(body, (*_SHARED, *own))])


def _read_reason(value: Any, terms: Terms) -> Reason:
    code = read_name(value)
    for reason in terms.reasons:
        if reason.code == code:
            return reason
    choices = ", ".join(reason.code for reason in terms.reasons)
    raise BadField("unknown_reason", f"reason: use one of {choices}" if choices else "no reasons were agreed on")


def _read_until(body: Mapping[str, Any], occurred_at: int) -> int | None:
    until = read_optional(body, "until", read_moment)
    if until is not None and until <= occurred_at:
        raise BadField("out_of_range", "a lead wakes after it was put aside: use a later time", "/until")
    return until


def _read_text(value: Any) -> str:
    if not (text := read_note(value).strip()):
        raise BadField("empty", "write something down")
    return text


def _read_value(value: Any) -> float:
    euros = read_number(value)
    if not 0 <= euros <= MOST_EUROS:
        raise BadField("out_of_range", f"give euros from 0 to {MOST_EUROS:,.0f}")
    return euros


def _read_kind(value: Any) -> str:
    if value not in KINDS_OF_CONTACT:
        raise BadField("unknown_kind", f"kind: use one of {', '.join(KINDS_OF_CONTACT)}")
    return str(value)
