"""The past: the ledger from its beginning, and the facts as they were known when a batch was committed."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select

from serving.store.edge_tables import forgotten
from serving.store.pages import Keys, read_page
from serving.store.tables import account_versions, bases, batches, events, lead_versions, leads, scores

# SQLite takes about 32,000 parameters a statement.
_IDS_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFilter:
    """Which entries of the ledger are meant: of one lead, as of a moment or later; None lets all through."""

    lead_id: str | None = None
    since: int | None = None


def count_entries(connection: Connection, chosen: EntryFilter) -> int:
    """Count entries of the ledger."""
    counted = select(func.count()).select_from(scores).where(*_list_conditions(chosen))
    return int(connection.execute(counted).scalar_one())


def list_entries_in_order(
    connection: Connection, chosen: EntryFilter, *, most: int, after: Keys | None = None
) -> list[Row[Any]]:
    """List entries with their models and the moments of their batches, lead by lead, behind a lead and number."""
    query = (
        select(scores, bases.c.model_version, bases.c.fingerprint, batches.c.at)
        .join(bases, bases.c.id == scores.c.basis_id)
        .join(batches, batches.c.seq == scores.c.seq)
    )
    query = query.where(*_list_conditions(chosen))
    keys = [scores.c.lead_id, scores.c.number]
    return read_page(connection, query, keys, most=most, after=after, is_rising=True)


def find_last_erasure(connection: Connection) -> int | None:
    """Find when somebody was last forgotten."""
    found: int | None = connection.execute(select(func.max(forgotten.c.at))).scalar()
    return found


def count_known_events(connection: Connection, lead_id: str) -> int:
    """Count the events of a lead and of everybody of its account."""
    own = select(leads.c.account_id).where(leads.c.id == lead_id).scalar_subquery()
    whose = select(leads.c.id).where((leads.c.id == lead_id) | (leads.c.account_id == own))
    counted = select(func.count()).select_from(events).where(events.c.lead_id.in_(whose))
    return int(connection.execute(counted).scalar_one())


def list_ever_members(connection: Connection, account_ids: Collection[str]) -> set[str]:
    """List the leads that have ever been of one of these accounts."""
    found = select(lead_versions.c.lead_id).distinct()
    return {row.lead_id for row in _read_in_parts(connection, found, lead_versions.c.account_id, account_ids)}


def read_lead_versions(connection: Connection, lead_ids: Collection[str], *, by_seq: int) -> list[Row[Any]]:
    """Read what was told of leads until a batch, each lead's versions in order."""
    found = select(lead_versions).where(lead_versions.c.seq <= by_seq)
    order = found.order_by(lead_versions.c.lead_id, lead_versions.c.version)
    return list(_read_in_parts(connection, order, lead_versions.c.lead_id, lead_ids))


def read_account_versions(connection: Connection, account_ids: Collection[str], *, by_seq: int) -> list[Row[Any]]:
    """Read what was told of accounts until a batch, each account's versions in order."""
    found = select(account_versions).where(account_versions.c.seq <= by_seq)
    order = found.order_by(account_versions.c.account_id, account_versions.c.version)
    return list(_read_in_parts(connection, order, account_versions.c.account_id, account_ids))


def read_events_until(connection: Connection, lead_ids: Collection[str], *, by_seq: int) -> Iterator[Row[Any]]:
    """Read the events of leads that were known by a batch, each with the batch it came in."""
    columns = (events.c.lead_id, events.c.key, events.c.type, events.c.occurred_at, events.c.properties)
    found = select(*columns, events.c.seq).where(events.c.seq <= by_seq)
    return _read_in_parts(connection, found, events.c.lead_id, lead_ids)


def _list_conditions(chosen: EntryFilter) -> Sequence[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if chosen.lead_id is not None:
        conditions.append(scores.c.lead_id == chosen.lead_id)
    if chosen.since is not None:
        conditions.append(scores.c.as_of >= chosen.since)
    return conditions


def _read_in_parts(
    connection: Connection, query: Select[Any], column: ColumnElement[Any], ids: Collection[str]
) -> Iterator[Row[Any]]:
    wanted = sorted(ids)
    for start in range(0, len(wanted), _IDS_AT_ONCE):
        yield from connection.execute(query.where(column.in_(wanted[start : start + _IDS_AT_ONCE])))
