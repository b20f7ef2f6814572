"""Timelines: one lead's ledger and events, page by page, the latest first."""

from typing import Any

from sqlalchemy import Connection, Row, func, select

from serving.store.pages import Keys, read_page
from serving.store.tables import bases, events, scores, waiting_leads

_BASIS = (
    bases.c.model_version,
    bases.c.fingerprint,
    bases.c.warm,
    bases.c.hot,
    bases.c.withheld,
    bases.c.terms_version,
)
_LEDGER = select(scores, *_BASIS).join(bases, bases.c.id == scores.c.basis_id)


def list_entries(connection: Connection, lead_id: str, *, most: int, before: int | None = None) -> list[Row[Any]]:
    """List a lead's ledger entries with all of their bases, those before a number."""
    own = _LEDGER.where(scores.c.lead_id == lead_id)
    return read_page(connection, own, [scores.c.number], most=most, after=None if before is None else (before,))


def find_entry_at(connection: Connection, lead_id: str, at: int) -> Row[Any] | None:
    """Find the entry of a lead's ledger that was true at a moment, None before the first."""
    own = _LEDGER.where(scores.c.lead_id == lead_id, scores.c.as_of <= at)
    return connection.execute(own.order_by(scores.c.number.desc()).limit(1)).one_or_none()


def list_events(connection: Connection, lead_id: str, *, most: int, before: Keys | None = None) -> list[Row[Any]]:
    """List a lead's events, those before a moment and key; its stretch of the table is read as a whole."""
    own = select(events).where(events.c.lead_id == lead_id)
    return read_page(connection, own, [events.c.occurred_at, events.c.key], most=most, after=before)


def count_events(connection: Connection, lead_id: str) -> int:
    """Count the events of a lead, told of or not."""
    return int(
        connection.execute(select(func.count()).select_from(events).where(events.c.lead_id == lead_id)).scalar_one()
    )


def find_waiting_since(connection: Connection, lead_id: str) -> int | None:
    """Find since when events have been waiting for a lead."""
    found: int | None = connection.execute(
        select(waiting_leads.c.since).where(waiting_leads.c.lead_id == lead_id)
    ).scalar()
    return found
