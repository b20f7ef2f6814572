"""Rejections: items that were refused, kept for thirty days, to be sent again once the cause is mended."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from serving.store.edge_tables import rejections


def insert_rejections(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert refused items; one that is refused again is kept once."""
    if rows:
        ordered = sorted(rows, key=lambda row: row["digest"])
        connection.execute(insert(rejections).on_conflict_do_nothing(), ordered)


def list_rejections(
    connection: Connection, *, most: int, after: int = 0, code: str | None = None
) -> list[Row[Any]]:
    """List refused items in the order in which they came."""
    found = select(rejections).where(rejections.c.id > after)
    if code is not None:
        found = found.where(rejections.c.code == code)
    return list(connection.execute(found.order_by(rejections.c.id).limit(most)))


def count_rejections(connection: Connection) -> dict[str, int]:
    """Count refused items by code."""
    found = select(rejections.c.code, func.count()).group_by(rejections.c.code)
    return dict(connection.execute(found).all())


def delete_rejections(connection: Connection, ids: Collection[int]) -> int:
    """Delete items that were taken in after all."""
    return connection.execute(delete(rejections).where(rejections.c.id.in_(sorted(ids)))).rowcount if ids else 0


def purge_rejections(connection: Connection, before: int) -> int:
    """Delete items refused before a moment."""
    return connection.execute(delete(rejections).where(rejections.c.at < before)).rowcount
