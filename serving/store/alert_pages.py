"""Alert pages: alerts as people look through them, with their messages, deliveries and attempts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from serving.store.edge_tables import channels
from serving.store.pages import Keys, read_page
from serving.store.tables import alerts, attempts, deliveries, digests, messages


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFilter:
    """Which alerts are listed; None lets all through."""

    state: str | None = None
    recipient_id: str | None = None
    is_acknowledged: bool | None = None
    lead_id: str | None = None


def list_alerts(
    connection: Connection, chosen: AlertFilter, *, most: int, before: Keys | None = None
) -> list[Row[Any]]:
    """List alerts, the latest first, those before a moment and id."""
    query = select(alerts).where(*_list_conditions(chosen))
    return read_page(connection, query, [alerts.c.created_at, alerts.c.id], most=most, after=before)


def read_alert(connection: Connection, alert_id: str) -> Row[Any] | None:
    """Read an alert without locking it."""
    return connection.execute(select(alerts).where(alerts.c.id == alert_id)).one_or_none()


def find_latest_alert(connection: Connection, lead_id: str) -> Row[Any] | None:
    """Find the alert of a lead's latest episode that has one."""
    own = select(alerts).where(alerts.c.lead_id == lead_id).order_by(alerts.c.episode.desc()).limit(1)
    return connection.execute(own).one_or_none()


def read_digest(connection: Connection, digest_id: str) -> Row[Any] | None:
    """Read a digest without locking it."""
    return connection.execute(select(digests).where(digests.c.id == digest_id)).one_or_none()


def list_messages(connection: Connection, alert: Row[Any]) -> list[Row[Any]]:
    """List what was told of an alert, by itself or in its digest, in that order."""
    own = messages.c.alert_id == alert.id
    if alert.digest_id is not None:
        own |= messages.c.digest_id == alert.digest_id
    return list(connection.execute(select(messages).where(own).order_by(messages.c.created_at, messages.c.id)))


def list_sendings(connection: Connection, message_ids: Collection[str]) -> list[Row[Any]]:
    """List the deliveries of messages with their channels' kinds, addresses and circuits."""
    channel = (channels.c.kind, channels.c.url, channels.c.is_active, channels.c.rests_until)
    found = select(deliveries, *channel).join(channels, channels.c.id == deliveries.c.channel_id)
    named = found.where(deliveries.c.message_id.in_(sorted(message_ids)))
    return list(connection.execute(named.order_by(deliveries.c.id)))


def list_attempts(connection: Connection, delivery_ids: Collection[int]) -> list[Row[Any]]:
    """List every attempt at deliveries, the first one first."""
    found = select(attempts).where(attempts.c.delivery_id.in_(sorted(delivery_ids)))
    return list(connection.execute(found.order_by(attempts.c.id)))


def _list_conditions(chosen: AlertFilter) -> Sequence[ColumnElement[bool]]:
    equal = (
        (alerts.c.state, chosen.state),
        (alerts.c.recipient_id, chosen.recipient_id),
        (alerts.c.lead_id, chosen.lead_id),
    )
    conditions = [column == value for column, value in equal if value is not None]
    if chosen.is_acknowledged is not None:
        answered = alerts.c.acknowledged_at
        conditions.append(answered.is_not(None) if chosen.is_acknowledged else answered.is_(None))
    return conditions
