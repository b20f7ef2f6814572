"""The journal: what was decided about leads, in order, for whoever asks why."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from serving.store.tables import journal


def record_decisions(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Record decisions: lead_id, at, what and details (JSON)."""
    if rows:
        connection.execute(journal.insert(), list(rows))


def list_decisions(connection: Connection, lead_id: str, *, most: int) -> list[Any]:
    """List what was decided about a lead, the latest first."""
    found = select(journal).where(journal.c.lead_id == lead_id).order_by(journal.c.id.desc()).limit(most)
    return list(connection.execute(found))


def find_last_decisions(
    connection: Connection, lead_ids: Collection[str], whats: Collection[str]
) -> dict[str, Any]:
    """Find the last decision of some kinds about each of some leads."""
    if not lead_ids:
        return {}
    chosen = (journal.c.lead_id.in_(sorted(lead_ids)), journal.c.what.in_(sorted(whats)))
    last = select(func.max(journal.c.id)).where(*chosen).group_by(journal.c.lead_id)
    return {row.lead_id: row for row in connection.execute(select(journal).where(journal.c.id.in_(last)))}
