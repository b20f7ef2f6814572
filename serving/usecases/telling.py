"""Telling: from alerts whose time has come to messages in the outbox, one delivery a channel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
from sqlalchemy import Connection, Row

from agreement.alerting import defer_alert, name_snooze, plan_recheck
from agreement.escalating import Escalation, next_escalation
from agreement.people import TEAM, Person
from features.times import to_datetime
from serving.channels.message import LeadLine, Message
from serving.store import alerts as store
from serving.store.accounts import read_accounts
from serving.store.edge_tables import channels
from serving.store.journal import record_decisions
from serving.store.leads import LeadRecord, read_leads
from serving.store.outbox import insert_deliveries, insert_messages
from serving.store.people import list_channels
from serving.store.scores import list_scores
from serving.usecases.alerting import name_alert, name_digest
from serving.usecases.linking import write_token
from serving.usecases.looking import merge_attributes
from serving.usecases.standing import Standing
from serving.usecases.turning import decode_reasons, note

MOST_LISTED = 20
_REASONS_TOLD = 3
_ENCODER = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A message and what it tells of: an alert, or a digest."""

    message: Message
    alert_id: str | None = None
    digest_id: str | None = None


def tell_alerts(connection: Connection, alerts: Sequence[Row[Any]], standing: Standing) -> int:
    """Tell single alerts that are due, each checked once more; return how many were told."""
    records = read_leads(connection, {alert.lead_id for alert in alerts})
    going = [alert for alert in alerts if _may_go(connection, alert, records.get(alert.lead_id), standing)]
    for alert in going:
        escalation = _find_escalation(alert.recipient_id, 0, standing.now, standing)
        person = _find_person(alert.recipient_id, standing)
        line = describe_lead(connection, records[alert.lead_id], standing, escalation)
        message = _compose(alert.id, "lead.became_hot", person, [line], standing)
        n_channels = send_off(connection, Told(message=message, alert_id=alert.id), standing)
        _mark_told(connection, alert, escalation, n_channels, standing)
    return len(going)


def tell_digest(connection: Connection, digest: Row[Any], standing: Standing) -> int:
    """Tell a digest that is due: the leads that are still hot, the best first; return how many it tells of."""
    person = _find_person(digest.recipient_id, standing)
    due_at = defer_alert(now=standing.now, person=person, snoozed_until=None)
    if due_at > standing.now:
        store.update_digest(connection, digest.id, due_at=due_at)
        return 0
    waiting = store.list_alerts_of_digest(connection, digest.id)
    records = read_leads(connection, {alert.lead_id for alert in waiting})
    going = [alert for alert in waiting if _stays(connection, alert, records.get(alert.lead_id), standing)]
    if going:
        ranked = sorted(going, key=lambda alert: (-(records[alert.lead_id].score or 0), alert.lead_id))
        lines = [
            describe_lead(connection, records[alert.lead_id], standing, None) for alert in ranked[:MOST_LISTED]
        ]
        message = _compose(digest.id, "lead.digest", person, lines, standing)
        message = replace(message, more=len(going) - len(lines), cause=digest.cause.partition(":")[0])
        n_channels = send_off(connection, Told(message=message, digest_id=digest.id), standing)
        for alert in going:
            _mark_told(connection, alert, None, n_channels, standing)
    state = "told" if going else "dropped"
    store.update_digest(connection, digest.id, state=state, told_at=standing.now)
    return len(going)


def tell_escalation(connection: Connection, alert: Row[Any], standing: Standing) -> bool:
    """Tell the next in line of an alert on which nobody acted; return whether somebody was told."""
    record = read_leads(connection, {alert.lead_id}).get(alert.lead_id)
    if record is None or not record.is_open or not record.episode_is_open or alert.state == "dropped":
        store.update_alerts(connection, [alert.id], escalate_at=None)
        return False
    if record.snoozed_until is not None and record.snoozed_until > standing.now:
        store.update_alerts(connection, [alert.id], escalate_at=record.snoozed_until)
        return False
    person = _find_person(alert.escalate_to or TEAM.id, standing)
    # Who has no manager is passed over: the team is the last level, and hears of it once.
    level = 2 if person.id == TEAM.id else alert.level + 1
    following = _find_escalation(alert.recipient_id, level, alert.told_at, standing)
    line = describe_lead(connection, record, standing, following)
    message = _compose(f"{alert.id}-e{level}", "lead.escalated", person, [line], standing)
    send_off(connection, Told(message=message, alert_id=alert.id), standing)
    store.update_alerts(connection, [alert.id], level=level, **_schedule(following))
    told = note(record.id, standing.now, "escalated", alert=alert.id, level=level, recipient=person.id)
    record_decisions(connection, [told])
    return True


def send_off(connection: Connection, told: Told, standing: Standing) -> int:
    """Put a message into the outbox for every channel of its recipient; return how many there are.

    Who has no channel is reached through the team's. Where nobody has one, the list of alerts is all there is.
    """
    message = told.message
    listed = list_channels(connection, {message.recipient_id, TEAM.id})
    reached = listed.get(message.recipient_id) or listed.get(TEAM.id, [])
    row = {
        "id": message.id,
        "alert_id": told.alert_id,
        "digest_id": told.digest_id,
        "recipient_id": message.recipient_id,
        "kind": message.kind,
        "created_at": standing.now,
        "body": _ENCODER.encode(message).decode(),
    }
    insert_messages(connection, [row])
    insert_deliveries(connection, [_address(message.id, channel, standing.now) for channel in reached])
    return len(reached)


def describe_lead(
    connection: Connection, record: LeadRecord, standing: Standing, escalation: Escalation | None
) -> LeadLine:
    """Describe a lead as messages tell of it."""
    account = read_accounts(connection, {record.account_id}).get(record.account_id) if record.account_id else None
    told = merge_attributes(record.attributes, account.attributes if account else None)
    latest = list_scores(connection, record.id, most=1)
    reasons = decode_reasons(latest[0].reasons) if latest else []
    is_withheld = standing.in_force is not None and standing.in_force.scorer.withheld is not None
    return LeadLine(
        lead_id=record.id,
        name=find_name(told),
        company=find_company(told),
        role=str(told.get("role") or ""),
        probability=None if is_withheld else record.probability,
        score=record.score or 0,
        bucket=record.bucket or "cold",
        reasons=tuple(reason.to_text() for reason in reasons[:_REASONS_TOLD]),
        link=_write_link(record, standing),
        action=standing.terms.action,
        until=None if escalation is None else to_datetime(escalation.at),
        model_version=latest[0].model_version if latest else "",
        account_id=record.account_id,
    )


def _write_link(record: LeadRecord, standing: Standing) -> str:
    """Write the link to the alert of a lead's latest episode, "" where there is nowhere to go."""
    if not standing.link_secret or record.episode == 0:
        return ""
    token = write_token(standing.link_secret, name_alert(record.id, record.episode), standing.now)
    return f"{standing.address}/a/{token}"


def find_name(told: Mapping[str, Any]) -> str:
    """Find what a lead is called among its attributes, "" where nobody said."""
    whole = told.get("name") or " ".join(str(told[part]) for part in ("first_name", "last_name") if told.get(part))
    return str(whole or told.get("email") or "")


def find_company(told: Mapping[str, Any]) -> str:
    """Find what a lead's company is called among its attributes and its account's."""
    return str(told.get("company") or told.get("account_name") or told.get("website") or "")


def _may_go(connection: Connection, alert: Row[Any], record: LeadRecord | None, standing: Standing) -> bool:
    """Check a single alert once more, and put it off where its recipient wants to hear nothing just now."""
    if not _recheck(connection, alert, record, standing):
        return False
    assert record is not None
    person = _find_person(alert.recipient_id, standing)
    at = defer_alert(now=standing.now, person=person, snoozed_until=record.snoozed_until)
    if at <= standing.now:
        return True
    store.update_alerts(connection, [alert.id], deliver_at=at)
    record_decisions(connection, [note(alert.lead_id, standing.now, "alert_deferred", alert=alert.id, until=at)])
    return False


def _stays(connection: Connection, alert: Row[Any], record: LeadRecord | None, standing: Standing) -> bool:
    """Check an alert of a digest once more, and put it into the digest of its lead's snooze where there is one."""
    if not _recheck(connection, alert, record, standing):
        return False
    assert record is not None
    until = record.snoozed_until
    if until is None or until <= standing.now:
        return True
    person, cause = _find_person(alert.recipient_id, standing), name_snooze(until)
    digest = {
        "id": name_digest(person.id, cause),
        "recipient_id": person.id,
        "cause": cause,
        "due_at": defer_alert(now=until, person=person, snoozed_until=None),
        "state": "waiting",
    }
    joined = store.join_digest(connection, digest)
    if joined.state != "waiting":
        return True
    store.update_alerts(connection, [alert.id], digest_id=joined.id, deliver_at=joined.due_at)
    put_off = note(alert.lead_id, standing.now, "alert_deferred", alert=alert.id, until=joined.due_at)
    record_decisions(connection, [put_off])
    return False


def _recheck(connection: Connection, alert: Row[Any], record: LeadRecord | None, standing: Standing) -> bool:
    """Check once more what was true when the alert was raised; a lead that cooled down meanwhile is dropped."""
    is_same = record is not None and record.episode == alert.episode and record.episode_is_open
    why = plan_recheck(is_hot=is_same, is_open=record is not None and record.is_open)
    if why is None:
        return True
    store.update_alerts(connection, [alert.id], state="dropped", told_at=standing.now, escalate_at=None)
    record_decisions(connection, [note(alert.lead_id, standing.now, "alert_dropped", alert=alert.id, why=why)])
    return False


def _compose(message_id: str, kind: Any, person: Person, lines: Sequence[LeadLine], standing: Standing) -> Message:
    return Message(
        id=message_id,
        kind=kind,
        at=to_datetime(standing.now),
        zone=person.zone,
        recipient_id=person.id,
        recipient=person.name or person.id,
        lines=tuple(lines),
    )


def _mark_told(
    connection: Connection, alert: Row[Any], escalation: Escalation | None, n_channels: int, standing: Standing
) -> None:
    later = {} if alert.acknowledged_at is not None else _schedule(escalation)
    store.update_alerts(connection, [alert.id], state="told", told_at=standing.now, **later)
    told = note(alert.lead_id, standing.now, "alert_told", alert=alert.id, form=alert.form, channels=n_channels)
    record_decisions(connection, [told])


def _find_escalation(recipient_id: str, level: int, told_at: int, standing: Standing) -> Escalation | None:
    person = _find_person(recipient_id, standing)
    rules = standing.terms.escalation
    return next_escalation(level=level, told_at=told_at, person=person, people=standing.people, rules=rules)


def _schedule(escalation: Escalation | None) -> dict[str, Any]:
    if escalation is None:
        return {"escalate_at": None, "escalate_to": None}
    return {"escalate_at": escalation.at, "escalate_to": escalation.recipient_id}


def _find_person(person_id: str, standing: Standing) -> Person:
    return standing.people.get(person_id, TEAM)


def _address(message_id: str, channel: Row[Any], now: int) -> dict[str, Any]:
    return {
        "message_id": message_id,
        "channel_id": channel._mapping[channels.c.id],
        "state": "due",
        "attempts": 0,
        "created_at": now,
        "next_at": now,
    }
