"""Portraying: all that is known of one lead, as plain data: who it is, its score, what changed, what is open."""

from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Row

from agreement.calendar.zones import get_zone
from agreement.people import Person
from agreement.terms import Terms
from agreement.timers import Timer
from serving.store.accounts import read_accounts
from serving.store.alert_pages import find_latest_alert
from serving.store.facts import list_contacts
from serving.store.journal import list_decisions
from serving.store.leads import LeadRecord, read_leads
from serving.store.notes import list_notes
from serving.store.timelines import list_entries
from serving.store.timers import list_timers_of
from serving.usecases.browsing import UnknownLead, describe_entry, tell_moment
from serving.usecases.comparing import compare_entries
from serving.usecases.handing_over import BEFORE_SALES
from serving.usecases.looking import merge_attributes
from serving.usecases.overseeing import describe_alert
from serving.usecases.qualifying import judge_lead
from serving.usecases.standing import gather_people
from serving.usecases.telling import find_company, find_name

_MOST_CONTACTS = _MOST_NOTES = 10
_MOST_DECISIONS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """A lead as one transaction sees it: its row, its latest entries (at most two), its alert and its owner."""

    record: LeadRecord
    entries: list[Row[Any]]
    alert: Row[Any] | None
    owner: Person | None
    zone: str


def take_sight(connection: Connection, lead_id: str, terms: Terms) -> Sight:
    """Take a lead into sight.

    Raises
    ------
    UnknownLead
        If nobody has told us of it.
    """
    record = read_leads(connection, {lead_id}).get(lead_id)
    if record is None or not record.is_told:
        raise UnknownLead("there is no lead of this id: tell of it with PUT /v1/leads/{id}")
    people = gather_people(connection, terms)
    owner = people.get(record.owner_id or "")
    return Sight(
        record=record,
        entries=list_entries(connection, lead_id, most=2),
        alert=find_latest_alert(connection, lead_id),
        owner=owner,
        zone=terms.zone if owner is None else owner.zone,
    )


def portray_lead(connection: Connection, lead_id: str, *, now: int, terms: Terms) -> dict[str, Any]:
    """Portray a lead.

    Raises
    ------
    UnknownLead
        If nobody has told us of it.
    """
    sight = take_sight(connection, lead_id, terms)
    record = sight.record
    return {
        "id": record.id,
        **_describe_attributes(connection, record),
        "created_at": tell_moment(record.created_at),
        "received_at": tell_moment(record.received_at),
        "owner": _describe_owner(connection, sight),
        "stage": {
            "stage": record.stage,
            "since": tell_moment(record.stage_at or None),
            "is_open": record.is_open,
        },
        "score": _describe_score(sight),
        "change": _describe_change(sight, now),
        "episode": _describe_episode(record, terms),
        "contacts": [_describe_contact(row) for row in list_contacts(connection, lead_id, most=_MOST_CONTACTS)],
        "notes": [_describe_note(row) for row in list_notes(connection, lead_id, most=_MOST_NOTES)],
        "alert": _describe_open_alert(sight),
        "snoozed_until": tell_moment(record.snoozed_until),
        "handover": _describe_hand_over(connection, record, terms, now),
        "timers": [_describe_timer(timer, now) for timer in list_timers_of(connection, record.id)],
        "wake_at": tell_moment(record.wake_at),
    }


def _describe_hand_over(
    connection: Connection, record: LeadRecord, terms: Terms, now: int
) -> dict[str, Any] | None:
    """Describe what marketing's lead still needs; null for all others, and where nobody agreed on criteria."""
    if record.stage not in BEFORE_SALES:
        return None
    verdict = judge_lead(connection, record, terms, now)
    if verdict is None:
        return None
    waits_until = tell_moment(record.hand_over_at)
    lacks = {"unmet": list(verdict.unmet), "missing": list(verdict.missing)}
    return {"is_ready": verdict.is_ready, **lacks, "waits_until": waits_until}


def _describe_timer(timer: Timer, now: int) -> dict[str, Any]:
    return {
        "duty": timer.duty.value,
        "started_at": tell_moment(timer.started_at),
        "due_at": tell_moment(timer.due_at),
        "state": timer.judge(now),
        "met_at": tell_moment(timer.met_at),
        "wanted": timer.wanted,
        "owner_id": timer.owner_id,
        "bucket": timer.bucket,
        "terms_version": timer.terms_version,
    }


def _describe_attributes(connection: Connection, record: LeadRecord) -> dict[str, Any]:
    found = read_accounts(connection, {record.account_id}) if record.account_id is not None else {}
    account = found.get(record.account_id or "")
    told = merge_attributes(record.attributes, None if account is None else account.attributes)
    return {
        "name": find_name(told),
        "company": find_company(told),
        "attributes": msgspec.Raw(record.attributes.encode()),
        "account": None
        if account is None
        else {"id": account.id, "attributes": msgspec.Raw(account.attributes.encode())},
    }


def _describe_owner(connection: Connection, sight: Sight) -> dict[str, Any] | None:
    owner_id = sight.record.owner_id
    if owner_id is None:
        return None
    return {
        "id": owner_id,
        "name": owner_id if sight.owner is None else sight.owner.name or owner_id,
        "why": _find_assignment(connection, sight.record.id, owner_id) or "Told with the lead.",
    }


def _find_assignment(connection: Connection, lead_id: str, owner_id: str) -> str | None:
    """Find the sentence with which the routing rules gave a lead to its owner."""
    for decision in list_decisions(connection, lead_id, most=_MOST_DECISIONS):
        if decision.what == "assigned":
            told = msgspec.json.decode(decision.details)
            return str(told["sentence"]) if told["owner"] == owner_id else None
    return None


def _describe_score(sight: Sight) -> dict[str, Any] | None:
    if not sight.entries:
        return None
    # Looks that brought no news leave no entry: the score was true at this later moment too.
    return {**describe_entry(sight.entries[0]), "scored_at": tell_moment(sight.record.scored_at)}


def _describe_change(sight: Sight, now: int) -> dict[str, Any] | None:
    if len(sight.entries) < 2:
        return None
    return compare_entries(sight.entries[0], sight.entries[1], now=now, zone=get_zone(sight.zone))


def _describe_episode(record: LeadRecord, terms: Terms) -> dict[str, Any]:
    left_at = None if record.episode_is_open else record.left_at
    cools_until = None if left_at is None else left_at + terms.episodes.cool_down_micros
    return {
        "number": record.episode,
        "is_open": record.episode_is_open,
        "entered_at": tell_moment(record.entered_at),
        "below_since": tell_moment(record.below_since),
        "left_at": tell_moment(left_at),
        "cools_until": tell_moment(cools_until),
    }


def _describe_contact(row: Row[Any]) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "outcome": row.outcome,
        "occurred_at": tell_moment(row.occurred_at),
        "told_by": row.told_by,
        "note": row.note,
    }


def _describe_note(row: Row[Any]) -> dict[str, Any]:
    return {"text": row.text, "occurred_at": tell_moment(row.occurred_at), "told_by": row.told_by}


def _describe_open_alert(sight: Sight) -> dict[str, Any] | None:
    """Describe the alert that still asks for an answer."""
    alert = sight.alert
    if alert is None or alert.state == "dropped" or alert.acknowledged_at is not None:
        return None
    return describe_alert(alert)
