"""Agreements: what was signed, a row a signature; rows are only added."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, select, text

from serving.store.pages import read_page
from serving.store.promise_tables import agreements

Stamp = tuple[int, str, int] | None
"""The number, the version and the moment of the latest signature, None where nobody has signed."""


def read_stamp(connection: Connection) -> Stamp:
    """Read which signature is the latest, along the primary key.

    The number alone would not do: where a transaction is undone, it is given again.
    """
    found = select(agreements.c.id, agreements.c.version, agreements.c.signed_at)
    row = connection.execute(found.order_by(agreements.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else (row.id, row.version, row.signed_at)


def list_agreements(connection: Connection) -> list[Row[Any]]:
    """List all that was signed, in the order of signing."""
    return list(connection.execute(select(agreements).order_by(agreements.c.id)))


def find_version(connection: Connection, version: str) -> Row[Any] | None:
    """Find the latest signature of a version."""
    found = select(agreements).where(agreements.c.version == version).order_by(agreements.c.id.desc())
    return connection.execute(found.limit(1)).one_or_none()


def lock_signing(connection: Connection) -> None:
    """Keep others from signing until this transaction ends: numbers become visible in their order."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("LOCK TABLE agreements IN SHARE ROW EXCLUSIVE MODE"))


def list_page(connection: Connection, *, most: int, after: tuple[int] | None) -> list[Row[Any]]:
    """List what was signed, the latest first."""
    return read_page(connection, select(agreements), [agreements.c.id], most=most, after=after)


def insert_agreement(connection: Connection, row: Mapping[str, Any]) -> int:
    """Insert a signature, and return its number."""
    inserted = connection.execute(agreements.insert().returning(agreements.c.id), row)
    return int(inserted.scalar_one())
