"""The journal: what was decided about leads, in order, for whoever asks why."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from serving.store.tables import journal


def record_decisions(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Record decisions: lead_id, at, what and details (JSON)."""
    if rows:
        connection.execute(journal.insert(), list(rows))


def list_decisions(connection: Connection, lead_id: str, *, most: int) -> list[Any]:
    """List what was decided about a lead, the latest first."""
    found = select(journal).where(journal.c.lead_id == lead_id).order_by(journal.c.id.desc()).limit(most)
    return list(connection.execute(found))
