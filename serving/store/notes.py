"""Notes: what people wrote down about leads, each stored once for ever."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from serving.store.facts import insert_once
from serving.store.tables import notes


def insert_notes(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> set[tuple[str, bytes]]:
    """Insert notes and return the keys of those that were not there already."""
    return insert_once(connection, notes, rows)


def list_notes(connection: Connection, lead_id: str, *, most: int) -> list[Row[Any]]:
    """List the notes about a lead, the latest first."""
    found = select(notes).where(notes.c.lead_id == lead_id)
    return list(connection.execute(found.order_by(notes.c.occurred_at.desc(), notes.c.key).limit(most)))
