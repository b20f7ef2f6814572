"""Deliveries: the outbox as operators see it: what waits, what came through, and what was given up."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, exists, func, select, update

from serving.store.edge_tables import channels
from serving.store.pages import read_page
from serving.store.tables import deliveries, messages

STATES = ("due", "delivered", "dead")


def list_page(
    connection: Connection, *, state: str | None, channel_id: str | None, most: int, after: tuple[int] | None
) -> list[Row[Any]]:
    """List deliveries with their messages' kinds and their channels, the latest first."""
    chosen: Select[Any] = (
        select(
            deliveries,
            messages.c.kind.label("message_kind"),
            messages.c.alert_id,
            messages.c.recipient_id,
            channels.c.kind.label("channel_kind"),
            channels.c.url,
        )
        .join(messages, messages.c.id == deliveries.c.message_id)
        .join(channels, channels.c.id == deliveries.c.channel_id)
    )
    if state is not None:
        chosen = chosen.where(deliveries.c.state == state)
    if channel_id is not None:
        chosen = chosen.where(deliveries.c.channel_id == channel_id)
    return read_page(connection, chosen, [deliveries.c.id], most=most, after=after)


def bury_deliveries(connection: Connection, channel_id: str, code: str) -> int:
    """Give up what a channel has not delivered yet, and return how many there were."""
    due = (deliveries.c.channel_id == channel_id) & (deliveries.c.state == "due")
    return connection.execute(update(deliveries).where(due).values(state="dead", code=code)).rowcount


def revive_deliveries(
    connection: Connection, now: int, *, ids: Collection[int] | None = None, channel_id: str | None = None
) -> int:
    """Make dead deliveries due again as if they were new, all or some, and return how many.

    Those of channels that are no longer in use stay dead. Their messages and their ids are what they were.
    """
    chosen = update(deliveries).where(_find_dead(ids, channel_id))
    fresh = {"state": "due", "attempts": 0, "next_at": now, "code": None, "leased_by": None, "leased_until": None}
    return connection.execute(chosen.values(**fresh)).rowcount


def count_dead(connection: Connection, channel_id: str | None = None) -> int:
    """Count the dead deliveries that can be made due again."""
    found = select(func.count()).select_from(deliveries).where(_find_dead(None, channel_id))
    return int(connection.execute(found).scalar_one())


def _find_dead(ids: Collection[int] | None, channel_id: str | None) -> ColumnElement[bool]:
    in_use = exists().where(channels.c.id == deliveries.c.channel_id, channels.c.is_active)
    dead = (deliveries.c.state == "dead") & in_use
    if ids is not None:
        dead &= deliveries.c.id.in_(sorted(ids))
    if channel_id is not None:
        dead &= deliveries.c.channel_id == channel_id
    return dead
