"""People and their channels."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from serving.store.edge_tables import channels, people


def list_people(connection: Connection) -> dict[str, str]:
    """List what was told of people, JSON by their ids."""
    return {row.id: row.body for row in connection.execute(select(people).order_by(people.c.id))}


def list_changes(connection: Connection) -> dict[str, int]:
    """List when people were last told of, by id."""
    return dict(connection.execute(select(people.c.id, people.c.changed_at)).all())


def save_person(connection: Connection, person_id: str, body: str, now: int) -> None:
    """Save what was told of somebody."""
    row = insert(people).values(id=person_id, body=body, changed_at=now)
    told = {"body": row.excluded.body, "changed_at": row.excluded.changed_at}
    connection.execute(row.on_conflict_do_update(index_elements=["id"], set_=told))


def list_channels(connection: Connection, person_ids: Collection[str] | None = None) -> dict[str, list[Row[Any]]]:
    """List the active channels of some people or of all, by person."""
    found = select(channels).where(channels.c.is_active)
    if person_ids is not None:
        found = found.where(channels.c.person_id.in_(sorted(person_ids)))
    listed: dict[str, list[Row[Any]]] = {}
    for row in connection.execute(found.order_by(channels.c.id)):
        listed.setdefault(row.person_id, []).append(row)
    return listed


def insert_channel(connection: Connection, row: Mapping[str, Any]) -> None:
    """Insert a channel."""
    connection.execute(channels.insert(), row)


def find_channel(connection: Connection, channel_id: str) -> Row[Any] | None:
    """Find an active channel."""
    found = select(channels).where(channels.c.id == channel_id, channels.c.is_active)
    return connection.execute(found).one_or_none()


def delete_channel(connection: Connection, channel_id: str) -> bool:
    """Take a channel out of use, and return whether there was one; its row stays, without address and secret."""
    changed = channels.update().where(channels.c.id == channel_id, channels.c.is_active)
    return connection.execute(changed.values(is_active=False, url="", secret=None)).rowcount == 1


def delete_person(connection: Connection, person_id: str) -> bool:
    """Delete what was told of somebody."""
    return connection.execute(delete(people).where(people.c.id == person_id)).rowcount == 1


def count_channels_of(connection: Connection) -> dict[str, int]:
    """Count the channels in use, by person."""
    found = select(channels.c.person_id, func.count()).where(channels.c.is_active)
    return dict(connection.execute(found.group_by(channels.c.person_id)).all())
