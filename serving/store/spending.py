"""Spending: what marketing channels cost, a row for each channel and calendar month; the last word counts."""

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from agreement.insight.spending import Spending
from serving.store.promise_tables import spending


def save_spending(connection: Connection, told: Spending, now: int) -> None:
    """Save what a channel cost in a month, in place of what was told before."""
    row = insert(spending).values(channel=told.channel, month=told.month, euros=told.euros, told_at=now)
    changed = {name: row.excluded[name] for name in ("euros", "told_at")}
    connection.execute(row.on_conflict_do_update(index_elements=["channel", "month"], set_=changed))


def list_spending(connection: Connection) -> list[tuple[Spending, int]]:
    """List what was spent, with when it was told, by channel and month."""
    found = select(spending).order_by(spending.c.channel, spending.c.month)
    return [
        (Spending(channel=row.channel, month=row.month, euros=row.euros), row.told_at)
        for row in connection.execute(found)
    ]
