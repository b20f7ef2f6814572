"""Accounts: what is known of each company now, and every version of what was told of it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from serving.store.tables import account_versions, accounts

NOBODY_TOLD = -1
"""The version of an account that a lead named before anybody told of it."""


@dataclass(slots=True, kw_only=True)
class AccountRecord:
    """An account's row, changed in place while it is locked and saved once at the end of its transaction."""

    id: str
    version: int = NOBODY_TOLD
    attributes: str = "{}"
    told_at: int = 0
    moved_at: int = 0
    moved_batch: str | None = None


_CHANGEABLE = [column.name for column in accounts.c if column.name != "id"]
_SAVE = (
    accounts.update()
    .where(accounts.c.id == bindparam("its_id"))
    .values({column.name: bindparam(column.name) for column in accounts.c if column.name != "id"})
)


def lock_accounts(connection: Connection, ids: Collection[str]) -> dict[str, AccountRecord]:
    """Lock accounts in the order of their ids, making those that a lead names before anybody told of them."""
    if not ids:
        return {}
    wanted = sorted(ids)
    found = select(accounts).where(accounts.c.id.in_(wanted)).order_by(accounts.c.id).with_for_update()
    records = {row.id: AccountRecord(**row._mapping) for row in connection.execute(found)}
    missing = [asdict(AccountRecord(id=account_id)) for account_id in wanted if account_id not in records]
    if not missing:
        return records
    connection.execute(insert(accounts).on_conflict_do_nothing(), missing)
    return {row.id: AccountRecord(**row._mapping) for row in connection.execute(found)}


def read_accounts(connection: Connection, ids: Collection[str]) -> dict[str, AccountRecord]:
    """Read accounts without locking them."""
    found = select(accounts).where(accounts.c.id.in_(sorted(ids)))
    return {row.id: AccountRecord(**row._mapping) for row in connection.execute(found)}


def save_accounts(connection: Connection, records: Iterable[AccountRecord]) -> None:
    """Save changed records."""
    rows = [{"its_id": record.id, **{name: getattr(record, name) for name in _CHANGEABLE}} for record in records]
    if rows:
        connection.execute(_SAVE, rows)


def insert_versions(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert what was told of accounts."""
    if rows:
        connection.execute(account_versions.insert(), list(rows))
