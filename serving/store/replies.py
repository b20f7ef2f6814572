"""Replies: what a request was answered, kept for a day under its Idempotency-Key."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, Row, delete, select
from sqlalchemy.dialects.postgresql import insert

from serving.store.edge_tables import replies


def read_replies(connection: Connection, keys: Collection[bytes]) -> dict[bytes, Row[Any]]:
    """Read what requests were answered."""
    if not keys:
        return {}
    found = select(replies).where(replies.c.key.in_(sorted(keys)))
    return {bytes(row.key): row for row in connection.execute(found)}


def insert_reply(connection: Connection, row: Mapping[str, Any]) -> bool:
    """Insert an answer, and return whether its key was free."""
    statement = insert(replies).values(row).on_conflict_do_nothing().returning(replies.c.key)
    return connection.execute(statement).one_or_none() is not None


def delete_replies(connection: Connection, before: int) -> int:
    """Delete answers given before a moment."""
    return connection.execute(delete(replies).where(replies.c.at < before)).rowcount
