"""Secrets of a store: each is made once by whoever needs it first, and never leaves it."""

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from serving.store.edge_tables import secrets

LINKS = "links"
"""Signs the links in messages."""


def find_secret(connection: Connection, name: str) -> bytes | None:
    """Find a secret, None where nobody has made it yet."""
    value = connection.execute(select(secrets.c.value).where(secrets.c.name == name)).scalar()
    return None if value is None else bytes(value)


def keep_secret(connection: Connection, name: str, value: bytes) -> bytes:
    """Keep a secret unless there is one of this name already; return the one that is kept."""
    connection.execute(insert(secrets).values(name=name, value=value).on_conflict_do_nothing())
    kept = find_secret(connection, name)
    assert kept is not None
    return kept
