"""Batches: the numbered transactions in which facts became known."""

from sqlalchemy import Connection, func, select

from serving.store.tables import batches


def open_batch(connection: Connection, at: int) -> int:
    """Open a batch, after every row it changes is locked, and return its number.

    Whoever waits for the same rows gets a higher number, so that for any one lead the numbers follow the order in
    which facts became visible.
    """
    return int(connection.execute(batches.insert().values(at=at).returning(batches.c.seq)).scalar_one())


def find_last_moment(connection: Connection) -> int | None:
    """Find when the last batch was opened."""
    found: int | None = connection.execute(
        select(batches.c.at).where(batches.c.seq == select(func.max(batches.c.seq)).scalar_subquery())
    ).scalar()
    return found
