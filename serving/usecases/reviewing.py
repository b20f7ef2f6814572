"""Reviewing: open leads are marked to be looked at now, page by page; the worker looks at them."""

from sqlalchemy import ColumnElement, Connection, func, or_, select, update

from serving.store.agenda import IS_SCORABLE
from serving.store.database import Database
from serving.store.tables import leads

PAGE = 1_000


def count_open(database: Database, *, scored_before: int | None = None) -> int:
    """Count the open leads that `mark_for_look` would mark."""
    with database.reading() as connection:
        found = select(func.count()).select_from(leads).where(*_chosen(scored_before))
        return int(connection.execute(found).scalar_one())


def mark_for_look(
    connection: Connection, now: int, *, after: str = "", scored_before: int | None = None
) -> tuple[str, int]:
    """Mark the next page of open leads; return the last id of it and how many they were, 0 at the end.

    Parameters
    ----------
    after
        The last id of the page before.
    scored_before
        Only leads last scored before this moment, or never; None for all.
    """
    chosen = select(leads.c.id).where(leads.c.id > after, *_chosen(scored_before))
    # In the order of ids, as everybody locks them.
    ids = list(connection.execute(chosen.order_by(leads.c.id).limit(PAGE).with_for_update()).scalars())
    if ids:
        connection.execute(update(leads).where(leads.c.id.in_(ids)).values(look_at=now))
    return (ids[-1], len(ids)) if ids else (after, 0)


def _chosen(scored_before: int | None) -> list[ColumnElement[bool]]:
    if scored_before is None:
        return [IS_SCORABLE]
    return [IS_SCORABLE, or_(leads.c.scored_at.is_(None), leads.c.scored_at < scored_before)]
