"""The audit log: who did what to what; rows are only added."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, or_, select, update

from serving.store.web_tables import audit

_NOT_OF_LEADS = ("user", "session", "key")
# SQLite nests an expression a thousand deep at most.
_AT_ONCE = 200


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


def erase_from_audit(connection: Connection, lead_ids: Collection[str]) -> None:
    """Take leads out of the entries that speak of them; that something was done, by whom and when, stays."""
    # Ids of users and of leads are told apart by what was done: an address may be both.
    is_of_leads = ~or_(*(audit.c.what.startswith(f"{place}.", autoescape=True) for place in _NOT_OF_LEADS))
    ids = sorted(lead_ids)
    for start in range(0, len(ids), _AT_ONCE):
        chosen = ids[start : start + _AT_ONCE]
        told = [audit.c.details.contains(encode_text(lead_id), autoescape=True) for lead_id in chosen]
        speaks = audit.c.target.in_(chosen) | or_(*told)
        connection.execute(update(audit).where(is_of_leads, speaks).values(target=None, details="{}"))


def encode_text(text: str) -> str:
    """Return a text as it stands in the details of an entry, quotes and all."""
    return msgspec.json.encode(text).decode()
