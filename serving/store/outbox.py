"""The outbox: messages as they are told, their deliveries channel by channel, and every attempt."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from serving.store.edge_tables import channels
from serving.store.tables import attempts, deliveries, messages


def insert_messages(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert messages; one that is there already stays as it was told."""
    if rows:
        connection.execute(insert(messages).on_conflict_do_nothing(), list(rows))


def list_known_messages(connection: Connection, ids: Collection[str]) -> set[str]:
    """List those of some ids that are a message's."""
    found = select(messages.c.id).where(messages.c.id.in_(sorted(ids)))
    return set(connection.execute(found).scalars())


def read_message(connection: Connection, message_id: str) -> str | None:
    """Read the body of a message, None where it is not there."""
    body: str | None = connection.execute(select(messages.c.body).where(messages.c.id == message_id)).scalar()
    return body


def save_message(connection: Connection, row: Mapping[str, Any]) -> None:
    """Save a message that is still being written, in place of what it said before."""
    statement = insert(messages)
    again = {name: statement.excluded[name] for name in ("body", "created_at")}
    connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=again), dict(row))


def insert_deliveries(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert what has to be delivered; a message goes to a channel once."""
    if rows:
        connection.execute(insert(deliveries).on_conflict_do_nothing(), list(rows))


def lease_deliveries(
    connection: Connection, *, now: int, until: int, worker: str, is_retry: bool, most: int
) -> list[Row[Any]]:
    """Lease deliveries that are due, with their messages and channels; nobody else sends them until the lease ends.

    First attempts and retries are asked for apart, so that a dead receiver's queue holds up nobody. Channels whose
    circuit is open are passed over.
    """
    free = or_(deliveries.c.leased_until.is_(None), deliveries.c.leased_until <= now)
    lane = deliveries.c.attempts > 0 if is_retry else deliveries.c.attempts == 0
    rests = and_(channels.c.rests_until.is_not(None), channels.c.rests_until > now)
    found = (
        select(deliveries.c.id)
        .join(channels, channels.c.id == deliveries.c.channel_id)
        .where(deliveries.c.state == "due", deliveries.c.next_at <= now, free, lane, ~rests)
        .order_by(deliveries.c.next_at, deliveries.c.id)
        .limit(most)
        .with_for_update(skip_locked=True, of=deliveries)
    )
    ids = list(connection.execute(found).scalars())
    if not ids:
        return []
    connection.execute(
        update(deliveries).where(deliveries.c.id.in_(ids)).values(leased_by=worker, leased_until=until)
    )
    whole = (
        select(deliveries, messages.c.body, messages.c.alert_id, channels.c.kind, channels.c.url, channels.c.secret)
        .join(messages, messages.c.id == deliveries.c.message_id)
        .join(channels, channels.c.id == deliveries.c.channel_id)
        .where(deliveries.c.id.in_(ids))
        .order_by(deliveries.c.next_at, deliveries.c.id)
    )
    return list(connection.execute(whole))


def settle_delivery(connection: Connection, delivery_id: int, worker: str, values: Mapping[str, Any]) -> bool:
    """Record what became of a delivery, if its lease is still ours; return whether it was."""
    ours = (deliveries.c.id == delivery_id) & (deliveries.c.leased_by == worker) & (deliveries.c.state == "due")
    changed = update(deliveries).where(ours).values(leased_by=None, leased_until=None, **values)
    return connection.execute(changed).rowcount == 1


def record_attempt(connection: Connection, row: Mapping[str, Any]) -> None:
    """Record an attempt."""
    connection.execute(attempts.insert(), row)


def lock_failures(connection: Connection, channel_id: str) -> int:
    """Lock a channel's circuit breaker, and return how often it has failed in a row."""
    found = select(channels.c.failures).where(channels.c.id == channel_id).with_for_update()
    return connection.execute(found).scalar() or 0


def rest_channel(connection: Connection, channel_id: str, *, failures: int, rests_until: int | None) -> None:
    """Set a channel's circuit breaker."""
    changed = update(channels).where(channels.c.id == channel_id)
    connection.execute(changed.values(failures=failures, rests_until=rests_until))


def count_outbox(connection: Connection) -> Mapping[str, int]:
    """Count deliveries by state."""
    found = select(deliveries.c.state, func.count()).group_by(deliveries.c.state)
    return dict(connection.execute(found).all())


def find_oldest_due(connection: Connection) -> int | None:
    """Find since when the oldest first attempt has been waiting."""
    waiting = (deliveries.c.state == "due") & (deliveries.c.attempts == 0)
    found: int | None = connection.execute(select(func.min(deliveries.c.created_at)).where(waiting)).scalar()
    return found


def list_deliveries(connection: Connection, message_ids: Sequence[str]) -> list[Row[Any]]:
    """List the deliveries of messages with the kind of their channels."""
    found = select(deliveries, channels.c.kind).join(channels, channels.c.id == deliveries.c.channel_id)
    return list(connection.execute(found.where(deliveries.c.message_id.in_(list(message_ids)))))
