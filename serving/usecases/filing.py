"""Filing: facts into the store, each once, and to the leads they are of, also those that have only just come."""

from collections.abc import Iterable, Sequence
from typing import Any

from serving.store.events import forget_waiting, insert_events
from serving.store.facts import insert_contacts, insert_stage_changes
from serving.store.leads import LeadRecord
from serving.store.notes import insert_notes
from serving.usecases.applying import Desk, answer_alerts
from serving.usecases.histories import Happening, Reading
from serving.usecases.staging import settle_stages
from serving.usecases.told import Answer, Command, ToldContact, ToldEvent, ToldNote, ToldStage

# Who answered an alert by an act that names nobody.
_SALES = "sales"


def file_facts(
    desk: Desk, answers: Sequence[Sequence[Answer]], commands: Sequence[Command], reading: Reading | None
) -> int:
    """Store events, stages, contacts and notes, learn which of them are new, and say so in the answers."""
    fresh = _file_events(desk, reading)
    fresh_stages = insert_stage_changes(
        desk.connection, [_row_of_stage(desk, told) for told in desk.stages.values()]
    )
    fresh_contacts = insert_contacts(
        desk.connection, [_row_of_contact(desk, told) for told in desk.contacts.values()]
    )
    fresh_notes = insert_notes(desk.connection, [_row_of_note(desk, told) for told in desk.notes.values()])
    known = {ToldEvent: fresh, ToldStage: fresh_stages, ToldContact: fresh_contacts, ToldNote: fresh_notes}
    for command, replies in zip(commands, answers, strict=True):
        for item, answer in zip(command.items, replies, strict=True):
            keys = known.get(type(item))
            if keys is not None and (item.lead_id, item.key) not in keys:  # type: ignore[union-attr]
                answer.status = "duplicate"
    settle_stages(desk, fresh_stages, fresh_contacts)
    answer_alerts(desk, {lead_id for lead_id, _ in fresh_contacts}, "contact")
    _answer_acts(desk, fresh_stages)
    forget_waiting(desk.connection, {lead_id for lead_id in desk.claimed if desk.find_lead(lead_id) is not None})
    return len(fresh)


def _file_events(desk: Desk, reading: Reading | None) -> set[tuple[str, bytes]]:
    fresh = insert_events(desk.connection, [_row_of_event(desk, told) for told in desk.events.values()], desk.seq)
    by_lead: dict[str, list[ToldEvent]] = {}
    for key in fresh:
        told = desk.events[key]
        by_lead.setdefault(told.lead_id, []).append(told)
    for lead_id, told_events in by_lead.items():
        record = desk.find_lead(lead_id)
        if record is not None:
            _add_events(desk, record, told_events, reading)
    return fresh


def _add_events(desk: Desk, record: LeadRecord, told: Sequence[ToldEvent], reading: Reading | None) -> None:
    happenings: list[Happening] = [(t.key, t.type, t.occurred_at, t.properties) for t in told]
    if reading is not None and record.id not in desk.newcomers:
        reading.extend(record.id, before=record.facts_seq, seq=desk.seq, happenings=happenings)
    record.facts_seq = desk.seq
    latest = max(told, key=lambda event: event.occurred_at)
    batch = latest.batch if all(event.batch for event in told) else ""
    desk.ask_for_look(record, desk.explain(latest.occurred_at, batch))


def _answer_acts(desk: Desk, fresh: Iterable[tuple[str, bytes]]) -> None:
    """Acknowledge the alerts of leads that sales took, refused or gave back."""
    for key in sorted(fresh):
        told = desk.stages[key]
        if told.act is not None:
            answer_alerts(desk, {told.lead_id}, told.told_by or _SALES)


def _row_of_event(desk: Desk, told: ToldEvent) -> dict[str, Any]:
    return {
        "lead_id": told.lead_id,
        "key": told.key,
        "type": told.type,
        "occurred_at": told.occurred_at,
        "recorded_at": desk.standing.now,
        "properties": told.properties,
        "seq": desk.seq,
    }


def _row_of_stage(desk: Desk, told: ToldStage) -> dict[str, Any]:
    return {
        "lead_id": told.lead_id,
        "key": told.key,
        "stage": told.stage,
        "occurred_at": told.occurred_at,
        "recorded_at": desk.standing.now,
        "told_by": told.told_by,
        "note": told.note,
        "act": told.act,
        "reason": told.reason,
        "until": told.until,
        "value": told.value,
        "seq": desk.seq,
    }


def _row_of_contact(desk: Desk, told: ToldContact) -> dict[str, Any]:
    return {
        "lead_id": told.lead_id,
        "key": told.key,
        "kind": told.kind,
        "outcome": told.outcome,
        "occurred_at": told.occurred_at,
        "recorded_at": desk.standing.now,
        "told_by": told.told_by,
        "note": told.note,
        "seq": desk.seq,
    }


def _row_of_note(desk: Desk, told: ToldNote) -> dict[str, Any]:
    return {
        "lead_id": told.lead_id,
        "key": told.key,
        "text": told.text,
        "occurred_at": told.occurred_at,
        "recorded_at": desk.standing.now,
        "told_by": told.told_by,
        "seq": desk.seq,
    }
