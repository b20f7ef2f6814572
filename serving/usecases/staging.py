"""Staging: where a lead stands, from every step that is known of it, in whatever order they came."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row

from agreement.lives import Step
from agreement.prevailing import AUTOMATIC, list_prevailing
from agreement.recycling import Reason
from agreement.stages import IS_OPEN, Stage
from agreement.terms import Terms
from serving.store.chronicle import complete_steps, read_step
from serving.store.facts import read_stage_changes
from serving.store.leads import LeadRecord
from serving.usecases.turning import note

if TYPE_CHECKING:
    from serving.usecases.applying import Desk

Key = tuple[str, bytes]


def settle_stages(desk: "Desk", fresh_stages: Collection[Key], fresh_contacts: Collection[Key]) -> None:
    """Let leads stand where all their steps say: those that new stages or contacts are of, and newcomers."""
    moved = {lead_id for lead_id, _ in fresh_stages} | desk.newcomers
    touched = moved | {lead_id for lead_id, _ in fresh_contacts}
    known = {lead_id for lead_id in touched if desk.find_lead(lead_id) is not None}
    if not known:
        return
    batches = {lead_id: desk.stages[lead_id, key].batch for lead_id, key in sorted(fresh_stages)}
    take_steps(desk, known)
    # Who never took a step was never handed over, and is owed nothing.
    desk.followed |= {lead_id for lead_id in known if desk.steps[lead_id]}
    for lead_id in sorted(known & moved):
        _stand(desk, desk.leads[lead_id], batches.get(lead_id, ""))


def take_steps(desk: "Desk", lead_ids: Collection[str]) -> None:
    """Read the steps that hold, of leads that have been told."""
    rows = _gather(read_stage_changes(desk.connection, lead_ids))
    for lead_id in lead_ids:
        record = desk.leads[lead_id]
        steps = complete_steps(rows.get(lead_id, []), record.stage, record.stage_at)
        desk.steps[lead_id] = list_prevailing(steps)


def stand_at(record: LeadRecord, step: Step, terms: Terms) -> None:
    """Write into a record where a step leaves it, and when it wakes."""
    record.stage, record.stage_at = step.stage.value, step.at
    record.is_open = step.stage in IS_OPEN
    record.wake_at = find_wake(step, terms)


def find_wake(step: Step, terms: Terms) -> int | None:
    """Find when a lead wakes after a step: never where nobody agreed on it, and nobody asked for it."""
    if step.stage != Stage.RECYCLED:
        return None
    if terms.handover is None and step.act is None and step.until is None:
        return None
    return terms.recycling.find_wake(step.at, find_reason(step.reason, terms), step.until)


def find_reason(code: str | None, terms: Terms) -> Reason | None:
    """Find what was agreed about a reason."""
    return next((reason for reason in terms.reasons if reason.code == code), None)


def is_news(connection: Connection, record: LeadRecord, stage: str) -> bool:
    """Tell whether a stage that comes with a lead is another than people told last.

    A CRM sends its leads whole. One that knows nothing of a hand-over of ours does not take it back by saying
    what it said before.
    """
    steps = complete_steps([read_step(r) for r in read_stage_changes(connection, {record.id})], *_quote(record))
    told = [step for step in list_prevailing(steps) if step.act not in AUTOMATIC]
    return stage != (told[-1].stage if told else Stage.LEAD)


def _quote(record: LeadRecord) -> tuple[str, int]:
    return record.stage, record.stage_at


def _gather(rows: Sequence[Row[Any]]) -> Mapping[str, list[Step]]:
    gathered: dict[str, list[Step]] = {}
    for row in rows:
        gathered.setdefault(row.lead_id, []).append(read_step(row))
    return gathered


def _stand(desk: "Desk", record: LeadRecord, batch: str) -> None:
    steps = desk.steps[record.id]
    if not steps:
        return
    last, before = steps[-1], record.stage
    if (last.at, last.stage) != (record.stage_at, before):
        desk.decisions.append(note(record.id, desk.standing.now, "stage", before=before, **_say(last)))
        desk.ask_for_look(record, desk.explain(last.at, batch))
    stand_at(record, last, desk.standing.terms)
    desk.changed.add(record.id)


def _say(step: Step) -> dict[str, Any]:
    """Return what the journal keeps of a step; what nobody told is left out."""
    told = {"act": step.act, "reason": step.reason, "until": step.until, "value": step.value, "by": step.told_by}
    is_act = step.act is not None
    kept = {name: value for name, value in told.items() if value is not None and (is_act or name != "by")}
    return {"stage": step.stage.value, **kept}
