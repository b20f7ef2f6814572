"""Timers: the duties of hand-overs, each a row that is fixed when it starts and followed with every fact."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from agreement.timers import Duty, Timer
from serving.store.holds import is_answered
from serving.store.promise_tables import timers

_FIXED = ("due_at", "owner_id", "bucket", "terms_version", "wanted")


def read_timers(connection: Connection, lead_ids: Collection[str]) -> dict[str, list[Timer]]:
    """Read the timers of leads, for each in the order in which they started."""
    found = select(timers).where(timers.c.lead_id.in_(sorted(lead_ids)))
    listed: dict[str, list[Timer]] = {}
    for row in connection.execute(found.order_by(timers.c.lead_id, timers.c.started_at, timers.c.duty)):
        listed.setdefault(row.lead_id, []).append(read_timer(row))
    return listed


def list_timers_of(connection: Connection, lead_id: str) -> list[Timer]:
    """List the timers of a lead, in the order in which they started."""
    return read_timers(connection, {lead_id}).get(lead_id, [])


def list_timers(connection: Connection, *, begins_at: int, ends_at: int) -> list[tuple[str, Timer]]:
    """List the timers that run at any time from one instant to before another, with their leads."""
    runs = (timers.c.started_at < ends_at, timers.c.due_at >= begins_at)
    found = select(timers).where(*runs).order_by(timers.c.lead_id, timers.c.started_at, timers.c.duty)
    return [(row.lead_id, read_timer(row)) for row in connection.execute(found)]


def save_timers(connection: Connection, followed: Iterable[tuple[str, Timer]]) -> None:
    """Save timers: new ones whole, of those that are there only what became of them."""
    rows = [_write(lead_id, timer) for lead_id, timer in followed]
    if not rows:
        return
    statement = insert(timers)
    changed = {name: statement.excluded[name] for name in ("met_at", "ended_at")}
    keys = [timers.c.lead_id, timers.c.started_at, timers.c.duty]
    rows.sort(key=lambda row: (row["lead_id"], row["started_at"], row["duty"]))
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed), rows)


def mark_timers_told(connection: Connection, keys: Iterable[tuple[str, int, str]], now: int) -> None:
    """Note that somebody was told of timers that were not kept."""
    its = [dict(zip(("of", "since", "owed"), key, strict=True)) for key in keys]
    if its:
        whose = (timers.c.lead_id == bindparam("of"), timers.c.started_at == bindparam("since"))
        told = update(timers).where(*whose, timers.c.duty == bindparam("owed")).values(told_at=now)
        connection.execute(told, its)


def delete_timers(connection: Connection, hand_overs: Iterable[tuple[str, int]]) -> None:
    """Delete the timers of hand-overs that never were: a lead, and when they started."""
    its = [{"of": lead_id, "since": started_at} for lead_id, started_at in hand_overs]
    if its:
        whose = (timers.c.lead_id == bindparam("of"), timers.c.started_at == bindparam("since"))
        connection.execute(delete(timers).where(*whose), its)


def list_overdue(connection: Connection, now: int, *, since: int, most: int) -> list[Row[Any]]:
    """Lock and list timers that ran out since a moment and of which nobody was told, the oldest first.

    Those that another worker holds are passed over.
    """
    found = select(timers).where(is_overdue(now, since)).order_by(timers.c.due_at, timers.c.lead_id, timers.c.duty)
    return list(connection.execute(found.limit(most).with_for_update(skip_locked=True)))


def is_overdue(now: int, since: int) -> ColumnElement[bool]:
    """Return the condition under which a timer ran out since a moment and nobody was told of it."""
    is_open = timers.c.met_at.is_(None) & timers.c.ended_at.is_(None) & timers.c.told_at.is_(None)
    return timers.c.due_at.between(since, now) & is_open & ~is_answered(timers.c.lead_id)


def read_timer(row: Row[Any]) -> Timer:
    """Read a timer from its row."""
    return Timer(
        duty=Duty(row.duty),
        started_at=row.started_at,
        met_at=row.met_at,
        ended_at=row.ended_at,
        **{name: getattr(row, name) for name in _FIXED},
    )


def _write(lead_id: str, timer: Timer) -> dict[str, Any]:
    fixed = {name: getattr(timer, name) for name in _FIXED}
    what_became = {"met_at": timer.met_at, "ended_at": timer.ended_at}
    return {
        "lead_id": lead_id,
        "started_at": timer.started_at,
        "duty": timer.duty.value,
        **fixed,
        **what_became,
        "told_at": None,
    }
