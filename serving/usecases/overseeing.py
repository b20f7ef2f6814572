"""Overseeing: alerts as plain data, with what was told of each, to whom, and how every attempt ended."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row

from serving.channels.apprising import describe_channel
from serving.store.alert_pages import (
    AlertFilter,
    list_alerts,
    list_attempts,
    list_messages,
    list_sendings,
    read_alert,
)
from serving.store.pages import Keys
from serving.usecases.browsing import Page, tell_moment


class UnknownAlert(LookupError):
    """There is no alert of this id."""


def browse_alerts(connection: Connection, chosen: AlertFilter, *, most: int, before: Keys | None) -> Page:
    """Return a page of alerts, the latest first."""
    rows = list_alerts(connection, chosen, most=most + 1, before=before)
    items = [describe_alert(row) for row in rows[:most]]
    return Page(items=items, last=(rows[most - 1].created_at, rows[most - 1].id) if len(rows) > most else None)


def oversee_alert(connection: Connection, alert_id: str) -> dict[str, Any]:
    """Return an alert with its messages, their deliveries and every attempt.

    Raises
    ------
    UnknownAlert
        If there is none of this id.
    """
    alert = read_alert(connection, alert_id)
    if alert is None:
        raise UnknownAlert("there is no alert of this id: GET /v1/alerts lists them")
    told = list_messages(connection, alert)
    sendings = list_sendings(connection, [message.id for message in told])
    attempts = list_attempts(connection, [sending.id for sending in sendings])
    messages = [_describe_message(message, sendings, attempts) for message in told]
    return {**describe_alert(alert), "messages": messages}


def describe_alert(row: Row[Any]) -> dict[str, Any]:
    """Describe an alert."""
    return {
        "id": row.id,
        "lead_id": row.lead_id,
        "episode": row.episode,
        "score_number": row.score_number,
        "origin": row.origin,
        "recipient_id": row.recipient_id,
        "form": row.form,
        "digest_id": row.digest_id,
        "state": row.state,
        "notes": msgspec.json.decode(row.notes),
        "created_at": tell_moment(row.created_at),
        "deliver_at": tell_moment(row.deliver_at),
        "told_at": tell_moment(row.told_at),
        "acknowledged_at": tell_moment(row.acknowledged_at),
        "acknowledged_by": row.acknowledged_by,
        "level": row.level,
        "escalate_at": tell_moment(row.escalate_at),
        "escalate_to": row.escalate_to,
    }


def _describe_message(
    message: Row[Any], sendings: Sequence[Row[Any]], attempts: Sequence[Row[Any]]
) -> Mapping[str, Any]:
    own = [sending for sending in sendings if sending.message_id == message.id]
    return {
        "id": message.id,
        "kind": message.kind,
        "recipient_id": message.recipient_id,
        "created_at": tell_moment(message.created_at),
        "told": msgspec.Raw(message.body.encode()),
        "deliveries": [_describe_sending(sending, attempts) for sending in own],
    }


def _describe_sending(sending: Row[Any], attempts: Sequence[Row[Any]]) -> Mapping[str, Any]:
    own = [attempt for attempt in attempts if attempt.delivery_id == sending.id]
    return {
        "id": sending.id,
        "channel": {"id": sending.channel_id, "description": describe_channel(sending.kind, sending.url)},
        "state": sending.state,
        "next_at": tell_moment(sending.next_at) if sending.state == "due" else None,
        "delivered_at": tell_moment(sending.delivered_at),
        "code": sending.code,
        "attempts": [_describe_attempt(attempt) for attempt in own],
    }


def _describe_attempt(attempt: Row[Any]) -> Mapping[str, Any]:
    return {
        "at": tell_moment(attempt.at),
        "seconds": attempt.seconds,
        "code": attempt.code,
        "status": attempt.status,
    }
