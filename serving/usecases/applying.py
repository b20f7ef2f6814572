"""Applying: what each thing told changes in the locked rows, and which rows it adds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, TypeVar

from sqlalchemy import Connection

from agreement.alerting import Origin, choose_origin
from agreement.lives import Step
from serving.store.accounts import AccountRecord
from serving.store.alerts import acknowledge_alerts, find_alert, update_alerts
from serving.store.leads import LeadRecord
from serving.usecases.histories import Reading
from serving.usecases.staging import is_news
from serving.usecases.standing import Standing
from serving.usecases.told import (
    Acknowledgement,
    Answer,
    Forgotten,
    Item,
    Rejected,
    Snooze,
    Status,
    ToldAccount,
    ToldContact,
    ToldEvent,
    ToldLead,
    ToldNote,
    ToldStage,
)
from serving.usecases.turning import Why, note

Row = dict[str, Any]
_Fact = TypeVar("_Fact", ToldEvent, ToldStage, ToldContact, ToldNote)


@dataclass(slots=True, kw_only=True)
class Desk:
    """The work of one transaction: locked rows, rows to be added, and leads to be looked at."""

    connection: Connection
    standing: Standing
    seq: int
    leads: dict[str, LeadRecord]
    accounts: dict[str, AccountRecord]
    # What is remembered of events, where there is a scorer.
    reading: Reading | None = None
    # Leads that had no row to lock, and are locked by their names.
    claimed: set[str] = field(default_factory=set)
    lead_versions: list[Row] = field(default_factory=list)
    account_versions: list[Row] = field(default_factory=list)
    events: dict[tuple[str, bytes], ToldEvent] = field(default_factory=dict)
    stages: dict[tuple[str, bytes], ToldStage] = field(default_factory=dict)
    contacts: dict[tuple[str, bytes], ToldContact] = field(default_factory=dict)
    notes: dict[tuple[str, bytes], ToldNote] = field(default_factory=dict)
    newcomers: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    moved_accounts: set[str] = field(default_factory=set)
    whys: dict[str, Why] = field(default_factory=dict)
    # The steps that hold, of leads that somebody asked for.
    steps: dict[str, list[Step]] = field(default_factory=dict)
    # Leads whose steps or contacts this transaction adds to: their timers are followed.
    followed: set[str] = field(default_factory=set)
    decisions: list[Row] = field(default_factory=list)
    rejections: list[Row] = field(default_factory=list)

    def find_lead(self, lead_id: str) -> LeadRecord | None:
        """Find a lead that somebody has told us of."""
        record = self.leads.get(lead_id)
        return record if record is not None and record.is_told else None

    def ask_for_look(self, record: LeadRecord, why: Why) -> None:
        """Have a lead looked at; what is live prevails over what came in bulk."""
        self.changed.add(record.id)
        if record.account_id is not None:
            self.moved_accounts.add(record.account_id)
        before = self.whys.get(record.id)
        if before is None or before.origin != Origin.LIVE:
            self.whys[record.id] = why

    def explain(self, happened_at: int, batch: str) -> Why:
        """Return why something that happened then is looked at."""
        if batch:
            return Why(origin=Origin.IMPORT, batch=batch)
        rules = self.standing.terms.alerts
        return Why(origin=choose_origin(happened_at=happened_at, now=self.standing.now, rules=rules))


def apply_item(desk: Desk, item: Item) -> Answer:
    """Apply one thing told; events, stages, contacts and notes wait until it is known which of them are new."""
    return _RULES[type(item)](desk, item)


def _apply_account(desk: Desk, told: ToldAccount) -> Answer:
    record = desk.accounts[told.id]
    told_at = desk.standing.now if told.told_at is None else told.told_at
    if (status := _compare(record, told, told_at)) != "accepted":
        return Answer(status)
    record.version += 1
    record.attributes, record.told_at = told.attributes, told_at
    desk.moved_accounts.add(told.id)
    desk.account_versions.append(
        {
            "account_id": told.id,
            "version": record.version,
            "attributes": told.attributes,
            "told_at": told_at,
            "seq": desk.seq,
        }
    )
    return Answer("accepted")


def _apply_lead(desk: Desk, told: ToldLead) -> Answer:
    record, now = desk.leads[told.id], desk.standing.now
    told_at = now if told.told_at is None else told.told_at
    is_new = not record.is_told
    answer = Answer(_compare(record, told, told_at), told.id)
    if answer.status == "accepted":
        _write_lead(desk, record, told, told_at)
    if is_new:
        record.received_at, record.facts_seq, record.stage_at = now, desk.seq, 0
        desk.newcomers.add(told.id)
    if answer.status != "stale_ignored" and told.owner_id is not None and told.owner_id != record.owner_id:
        record.owner_id = told.owner_id
        desk.changed.add(told.id)
    # A stage has a time of its own: an older version may bring the latest stage there is.
    if (
        told.stage is not None
        and told.stage != record.stage
        and (is_new or is_news(desk.connection, record, told.stage))
    ):
        _put_down(desk, desk.stages, _name_stage(told, told.stage, told_at))
    if answer.status == "accepted":
        began_at = record.created_at if is_new and record.created_at is not None else now
        desk.ask_for_look(record, desk.explain(began_at, told.batch))
    return answer


def _write_lead(desk: Desk, record: LeadRecord, told: ToldLead, told_at: int) -> None:
    if record.account_id is not None:
        desk.moved_accounts.add(record.account_id)
    record.version += 1
    record.attributes, record.account_id = told.attributes, told.account_id
    record.created_at, record.told_at = told.created_at, told_at
    desk.lead_versions.append(
        {
            "lead_id": told.id,
            "version": record.version,
            "account_id": told.account_id,
            "attributes": told.attributes,
            "created_at": told.created_at,
            "told_at": told_at,
            "seq": desk.seq,
        }
    )


def _name_stage(told: ToldLead, stage: str, told_at: int) -> ToldStage:
    """Return the step that a lead's version tells of."""
    key = blake2b(f"lead\n{stage}\n{told_at}".encode(), digest_size=16).digest()
    return ToldStage(lead_id=told.id, key=key, stage=stage, occurred_at=told_at, batch=told.batch)


def _compare(record: AccountRecord | LeadRecord, told: ToldAccount | ToldLead, told_at: int) -> Status:
    """Tell what is news; of two versions of one moment the same one wins whichever comes first."""
    if record.version < 0:
        return "accepted"
    known, news = _list_contents(record), _list_contents(told)
    if known == news:
        record.told_at = max(record.told_at, told_at)
        return "unchanged"
    return "accepted" if (told_at, news) >= (record.told_at, known) else "stale_ignored"


def _list_contents(version: AccountRecord | LeadRecord | ToldAccount | ToldLead) -> tuple[Any, ...]:
    """List what tells versions apart, so that any two can be put in order."""
    if isinstance(version, AccountRecord | ToldAccount):
        return (version.attributes,)
    began_at = version.created_at
    return version.attributes, version.account_id or "", began_at is not None, began_at or 0


def _apply_event(desk: Desk, told: ToldEvent) -> Answer:
    return _put_down(desk, desk.events, told)


def _apply_stage(desk: Desk, told: ToldStage) -> Answer:
    return _put_down(desk, desk.stages, told)


def _apply_contact(desk: Desk, told: ToldContact) -> Answer:
    return _put_down(desk, desk.contacts, told)


def _apply_note(desk: Desk, told: ToldNote) -> Answer:
    return _put_down(desk, desk.notes, told)


def _put_down(desk: Desk, kept: dict[tuple[str, bytes], _Fact], told: _Fact) -> Answer:
    """Put a fact down to be stored, unless this very batch has told it already."""
    name = told.lead_id, told.key
    if name in kept:
        return Answer("duplicate", told.lead_id)
    kept[name] = told
    return Answer("accepted" if desk.find_lead(told.lead_id) else "parked", told.lead_id)


def _apply_snooze(desk: Desk, told: Snooze) -> Answer:
    record = desk.find_lead(told.lead_id)
    if record is None:
        return Answer("unknown", told.lead_id)
    if record.snoozed_until == told.until:
        return Answer("unchanged", told.lead_id)
    record.snoozed_until = told.until
    desk.changed.add(record.id)
    by = told.told_by or ""
    desk.decisions.append(note(record.id, desk.standing.now, "snoozed", until=told.until, by=by))
    return Answer("accepted", told.lead_id)


def _apply_acknowledgement(desk: Desk, told: Acknowledgement) -> Answer:
    alert = find_alert(desk.connection, told.alert_id)
    if alert is None:
        return Answer("unknown")
    if alert.acknowledged_at is not None:
        return Answer("unchanged", alert.lead_id)
    taken = {"acknowledged_at": desk.standing.now, "acknowledged_by": told.told_by, "escalate_at": None}
    update_alerts(desk.connection, [alert.id], **taken)
    taken_by = note(alert.lead_id, desk.standing.now, "acknowledged", alert=alert.id, by=told.told_by)
    desk.decisions.append(taken_by)
    return Answer("accepted", alert.lead_id)


def _apply_rejected(desk: Desk, told: Rejected) -> Answer:
    desk.rejections.append(
        {
            "at": desk.standing.now,
            "kind": told.kind,
            "code": told.code,
            # A key may hold what PostgreSQL takes in no text.
            "path": told.path.replace("\x00", ""),
            "body": told.body,
            "digest": blake2b(f"{told.kind}\n{told.body}".encode(), digest_size=16).digest(),
        }
    )
    return Answer("rejected")


def answer_alerts(desk: Desk, lead_ids: set[str], told_by: str) -> None:
    """Acknowledge the alerts of leads that somebody has contacted."""
    for alert_id in acknowledge_alerts(desk.connection, lead_ids, desk.standing.now, told_by):
        alert = find_alert(desk.connection, alert_id)
        if alert is not None:
            taken_by = note(alert.lead_id, desk.standing.now, "acknowledged", alert=alert_id, by=told_by)
            desk.decisions.append(taken_by)


_RULES: Mapping[type, Callable[[Desk, Any], Answer]] = {
    ToldAccount: _apply_account,
    ToldLead: _apply_lead,
    ToldEvent: _apply_event,
    ToldStage: _apply_stage,
    ToldContact: _apply_contact,
    ToldNote: _apply_note,
    Snooze: _apply_snooze,
    Acknowledgement: _apply_acknowledgement,
    Rejected: _apply_rejected,
    Forgotten: lambda _desk, _told: Answer("forgotten"),
}
