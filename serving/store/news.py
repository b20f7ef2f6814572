"""News: the newest rows of what people look at, read in a few short looks along the keys."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, func, select

from serving.store.tables import batches, journal, leads
from serving.store.web_tables import audit, held_acts

_STATE = (
    leads.c.id,
    leads.c.version,
    leads.c.facts_seq,
    leads.c.score_number,
    leads.c.stage,
    leads.c.stage_at,
    leads.c.owner_id,
    leads.c.snoozed_until,
)


def list_latest_decisions(connection: Connection, *, most: int) -> list[Row[Any]]:
    """List the latest decisions about leads."""
    found = select(journal.c.id, journal.c.at, journal.c.lead_id).order_by(journal.c.id.desc()).limit(most)
    return list(connection.execute(found))


def list_latest_deeds(connection: Connection, *, most: int) -> list[Row[Any]]:
    """List the latest entries of the audit log."""
    found = select(audit.c.id, audit.c.at, audit.c.what, audit.c.target).order_by(audit.c.id.desc()).limit(most)
    return list(connection.execute(found))


def list_held_leads(connection: Connection, *, most: int) -> list[Row[Any]]:
    """List the held acts by id, each with its lead."""
    return list(
        connection.execute(select(held_acts.c.id, held_acts.c.lead_id).order_by(held_acts.c.id).limit(most))
    )


def find_latest_batch(connection: Connection) -> int:
    """Find the number of the latest transaction that brought facts, 0 before the first."""
    return connection.execute(select(func.max(batches.c.seq))).scalar() or 0


def read_states(connection: Connection, lead_ids: Collection[str]) -> dict[str, Row[Any]]:
    """Read what changes of leads while they are looked at, by id."""
    found = select(*_STATE).where(leads.c.id.in_(sorted(lead_ids)))
    rows: list[Row[Any]] = list(connection.execute(found))
    return {row.id: row for row in rows}
