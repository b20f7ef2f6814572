"""Stage changes and contacts: each stored once for ever, by lead."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Table, select
from sqlalchemy.dialects.postgresql import insert

from serving.store.tables import contacts, stage_changes


def insert_stage_changes(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> set[tuple[str, bytes]]:
    """Insert stage changes and return the keys of those that were not there already."""
    return insert_once(connection, stage_changes, rows)


def insert_contacts(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> set[tuple[str, bytes]]:
    """Insert contacts and return the keys of those that were not there already."""
    return insert_once(connection, contacts, rows)


def read_stage_changes(connection: Connection, lead_ids: Collection[str]) -> list[Row[Any]]:
    """Read the stage changes of leads, in the order in which they happened."""
    found = select(stage_changes).where(stage_changes.c.lead_id.in_(sorted(lead_ids)))
    order = (stage_changes.c.occurred_at, stage_changes.c.stage, stage_changes.c.key)
    return list(connection.execute(found.order_by(*order)))


def read_contacts(connection: Connection, lead_ids: Collection[str]) -> list[Row[Any]]:
    """Read the contacts of leads, in the order in which they were made."""
    found = select(contacts).where(contacts.c.lead_id.in_(sorted(lead_ids)))
    return list(connection.execute(found.order_by(contacts.c.occurred_at, contacts.c.key)))


def list_contacts(connection: Connection, lead_id: str, *, most: int) -> list[Row[Any]]:
    """List the contacts of a lead, the latest first."""
    found = select(contacts).where(contacts.c.lead_id == lead_id)
    return list(connection.execute(found.order_by(contacts.c.occurred_at.desc()).limit(most)))


def insert_once(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> set[tuple[str, bytes]]:
    """Insert facts told by their lead and key, and return the keys of those that were not there already."""
    if not rows:
        return set()
    ordered = sorted(rows, key=lambda row: (row["lead_id"], row["key"]))
    statement = insert(table).on_conflict_do_nothing().returning(table.c.lead_id, table.c.key)
    return {(lead_id, bytes(key)) for lead_id, key in connection.execute(statement, ordered)}
