"""Held acts: what people did on a page a moment ago and may still take back; whoever deletes the row decides."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert

from serving.store.tables import leads
from serving.store.web_tables import held_acts

_NO_ANSWER = ("note", "snooze", "wake")
_ORDER = (held_acts.c.made_at, held_acts.c.id)


def insert_held(connection: Connection, row: Mapping[str, Any]) -> bool:
    """Insert an act; return whether it was not there already."""
    fresh = insert(held_acts).on_conflict_do_nothing().returning(held_acts.c.id)
    return connection.execute(fresh, row).one_or_none() is not None


def find_held(connection: Connection, held_id: str) -> Row[Any] | None:
    """Find an act that can still be undone, and lock it; whoever applies it is waited for."""
    return connection.execute(select(held_acts).where(held_acts.c.id == held_id).with_for_update()).one_or_none()


def delete_held(connection: Connection, ids: Collection[str]) -> None:
    """Delete acts."""
    connection.execute(delete(held_acts).where(held_acts.c.id.in_(sorted(ids))))


def list_due_held(
    connection: Connection, now: int, *, most: int, ids: Collection[str] | None = None
) -> list[Row[Any]]:
    """Lock and list the acts that are due, all or those of some ids, in the order in which they were done."""
    due = select(held_acts).where(held_acts.c.due_at <= now)
    chosen = due if ids is None else due.where(held_acts.c.id.in_(sorted(ids)))
    return list(connection.execute(chosen.order_by(*_ORDER).limit(most).with_for_update()))


def put_off_held(connection: Connection, held_id: str, due_at: int) -> None:
    """Have an act applied later."""
    connection.execute(update(held_acts).where(held_acts.c.id == held_id).values(due_at=due_at))


def list_held(connection: Connection, lead_ids: Collection[str]) -> list[Row[Any]]:
    """List the acts that wait on some leads, in the order in which they were done."""
    found = select(held_acts).where(held_acts.c.lead_id.in_(sorted(lead_ids)))
    return list(connection.execute(found.order_by(*_ORDER)))


def list_held_of(connection: Connection, user_id: str) -> list[Row[Any]]:
    """List the acts of a user that wait, the latest first, each with what is known of its lead."""
    found = select(held_acts, leads.c.attributes).join(leads, leads.c.id == held_acts.c.lead_id, isouter=True)
    own = found.where(held_acts.c.user_id == user_id)
    return list(connection.execute(own.order_by(held_acts.c.made_at.desc(), held_acts.c.id)))


def is_answered(lead_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Return the condition under which somebody has just answered for a lead: nobody is told that nobody did."""
    return exists().where(held_acts.c.lead_id == lead_id, held_acts.c.kind.not_in(_NO_ANSWER))
