"""The audit log: who did what to what; rows are only added."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from serving.store.web_tables import audit


def insert_audit(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert entries."""
    if rows:
        connection.execute(audit.insert(), list(rows))


def list_audit(
    connection: Connection,
    *,
    most: int,
    before: int | None = None,
    who: str | None = None,
    what: str | None = None,
    target: str | None = None,
) -> list[Row[Any]]:
    """List entries, the latest first; `what` is all of an entry's word, or what it begins with before a dot."""
    found = select(audit).order_by(audit.c.id.desc()).limit(most)
    if before is not None:
        found = found.where(audit.c.id < before)
    if who is not None:
        found = found.where(audit.c.who == who)
    if what is not None:
        found = found.where((audit.c.what == what) | audit.c.what.startswith(f"{what}.", autoescape=True))
    if target is not None:
        found = found.where(audit.c.target == target)
    return list(connection.execute(found))
