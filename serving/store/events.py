"""Events: each stored once for ever, found again by lead; those of leads nobody has told of yet wait among them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from serving.store.tables import events, waiting_leads

_INSERT = insert(events).on_conflict_do_nothing()
_HISTORY = select(events.c.lead_id, events.c.key, events.c.type, events.c.occurred_at, events.c.properties)
# SQLite takes about 32,000 parameters a statement.
_IDS_AT_ONCE = 10_000

Key = tuple[str, bytes]
"""A lead and what tells its event from its others: together unique."""


def insert_events(connection: Connection, rows: Sequence[Mapping[str, Any]], seq: int) -> set[Key]:
    """Insert events of a batch and return the keys of those that were not there already.

    Parameters
    ----------
    rows
        Values of every column of the table, each key once.
    seq
        The batch they all carry.
    """
    if not rows:
        return set()
    ordered = sorted(rows, key=lambda row: (row["lead_id"], row["key"]))
    # Asking which rows are new costs more than inserting them; mostly all of them are.
    if connection.execute(_INSERT, ordered).rowcount == len(rows):
        return {(row["lead_id"], row["key"]) for row in rows}
    lead_ids = sorted({row["lead_id"] for row in rows})
    fresh = select(events.c.lead_id, events.c.key).where(events.c.lead_id.in_(lead_ids), events.c.seq == seq)
    return {(lead_id, bytes(key)) for lead_id, key in connection.execute(fresh)}


def read_histories(
    connection: Connection, lead_ids: Collection[str], *, by_seq: int | None = None
) -> Iterator[tuple[str, bytes, str, int, str | None]]:
    """Read the events of leads as (lead, key, type, occurred_at, properties), each lead's in the order of the keys.

    Parameters
    ----------
    by_seq
        Only what was known when this batch was committed.
    """
    wanted = sorted(lead_ids)
    for start in range(0, len(wanted), _IDS_AT_ONCE):
        found = _HISTORY.where(events.c.lead_id.in_(wanted[start : start + _IDS_AT_ONCE]))
        if by_seq is not None:
            found = found.where(events.c.seq <= by_seq)
        yield from connection.execute(found.order_by(events.c.lead_id, events.c.key))


def find_latest(
    connection: Connection, lead_ids: Collection[str], types: Collection[str], since: int
) -> dict[str, dict[str, int]]:
    """Find when leads last did things of some types, since a moment: by lead and type."""
    latest: dict[str, dict[str, int]] = {}
    if not lead_ids or not types:
        return latest
    chosen = (
        events.c.lead_id.in_(sorted(lead_ids)),
        events.c.type.in_(sorted(types)),
        events.c.occurred_at > since,
    )
    found = select(events.c.lead_id, events.c.type, func.max(events.c.occurred_at)).where(*chosen)
    for lead_id, kind, at in connection.execute(found.group_by(events.c.lead_id, events.c.type)):
        latest.setdefault(lead_id, {})[kind] = at
    return latest


def find_last_doings(connection: Connection, lead_ids: Collection[str]) -> dict[str, tuple[str, int]]:
    """Find what leads did last, and when, by id; absent where they did nothing."""
    if not lead_ids:
        return {}
    found = select(events.c.lead_id, events.c.type, func.max(events.c.occurred_at))
    own = found.where(events.c.lead_id.in_(sorted(lead_ids))).group_by(events.c.lead_id, events.c.type)
    last: dict[str, tuple[str, int]] = {}
    for lead_id, kind, at in connection.execute(own.order_by(events.c.lead_id, events.c.type)):
        if lead_id not in last or at > last[lead_id][1]:
            last[lead_id] = kind, at
    return last


def claim_waiting(connection: Connection, lead_ids: Collection[str], since: int) -> None:
    """Lock the names of leads that have no row to lock yet, in their order.

    Whoever tells of such a lead and whoever tells what it did then come one after the other, and the second sees
    what the first one did.
    """
    record_waiting(connection, lead_ids, since)
    claimed = select(waiting_leads.c.lead_id).where(waiting_leads.c.lead_id.in_(sorted(lead_ids)))
    connection.execute(claimed.order_by(waiting_leads.c.lead_id).with_for_update()).all()


def record_waiting(connection: Connection, lead_ids: Collection[str], since: int) -> None:
    """Note that events wait for leads nobody has told of."""
    if lead_ids:
        rows = [{"lead_id": lead_id, "since": since} for lead_id in sorted(lead_ids)]
        connection.execute(insert(waiting_leads).on_conflict_do_nothing(), rows)


def forget_waiting(connection: Connection, lead_ids: Collection[str]) -> None:
    """Note that the leads have come."""
    if lead_ids:
        connection.execute(delete(waiting_leads).where(waiting_leads.c.lead_id.in_(sorted(lead_ids))))


def list_overdue(connection: Connection, before: int, *, most: int) -> list[str]:
    """Lock and list leads that events have waited for since before a moment."""
    found = select(waiting_leads.c.lead_id).where(waiting_leads.c.since < before)
    return list(connection.execute(found.limit(most).with_for_update(skip_locked=True)).scalars())


def read_first_moments(connection: Connection, lead_ids: Collection[str]) -> dict[str, int]:
    """Read when leads first did anything, by id; absent where they did nothing."""
    wanted, found = sorted(lead_ids), select(events.c.lead_id, func.min(events.c.occurred_at))
    moments: dict[str, int] = {}
    for start in range(0, len(wanted), _IDS_AT_ONCE):
        of_some = found.where(events.c.lead_id.in_(wanted[start : start + _IDS_AT_ONCE]))
        moments.update(connection.execute(of_some.group_by(events.c.lead_id)).all())
    return moments
