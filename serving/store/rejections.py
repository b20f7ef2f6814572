"""Rejections: items that were refused, kept for thirty days, to be sent again once the cause is mended."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from serving.store.edge_tables import rejections


def insert_rejections(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert refused items; one that is refused again is kept once."""
    if rows:
        ordered = sorted(rows, key=lambda row: row["digest"])
        connection.execute(insert(rejections).on_conflict_do_nothing(), ordered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which refused items are meant: by ids, by code, refused since a moment; all where nothing is said."""

    ids: Collection[int] | None = None
    code: str | None = None
    since: int | None = None


def list_rejections(connection: Connection, choice: Choice, *, most: int, after: int = 0) -> list[Row[Any]]:
    """List refused items in the order in which they came."""
    found = select(rejections).where(rejections.c.id > after, *_chosen(choice))
    return list(connection.execute(found.order_by(rejections.c.id).limit(most)))


def list_placed(connection: Connection, place: str, *, most: int, after: int = 0) -> list[Row[Any]]:
    """List refused items whose kind is below a place, in the order in which they came."""
    below = rejections.c.kind.startswith(f"{place}/", autoescape=True)
    found = select(rejections).where(rejections.c.id > after, below)
    return list(connection.execute(found.order_by(rejections.c.id).limit(most)))


def count_chosen(connection: Connection, choice: Choice, *, after: int = 0) -> int:
    """Count refused items."""
    found = select(func.count()).select_from(rejections).where(rejections.c.id > after, *_chosen(choice))
    return int(connection.execute(found).scalar_one())


def count_rejections(connection: Connection) -> dict[str, int]:
    """Count refused items by code."""
    found = select(rejections.c.code, func.count()).group_by(rejections.c.code)
    return dict(connection.execute(found).all())


def delete_rejections(connection: Connection, ids: Collection[int]) -> int:
    """Delete items that were taken in after all."""
    return connection.execute(delete(rejections).where(rejections.c.id.in_(sorted(ids)))).rowcount if ids else 0


def save_verdicts(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Save why items were refused once more: its_id, code and path."""
    if rows:
        verdict: dict[str, Any] = {"code": bindparam("new_code"), "path": bindparam("new_path")}
        ordered = sorted(rows, key=lambda row: row["its_id"])
        connection.execute(
            update(rejections).where(rejections.c.id == bindparam("its_id")).values(verdict),
            [{"its_id": row["its_id"], "new_code": row["code"], "new_path": row["path"]} for row in ordered],
        )


def purge_rejections(connection: Connection, before: int) -> int:
    """Delete items refused before a moment."""
    return connection.execute(delete(rejections).where(rejections.c.at < before)).rowcount


def _chosen(choice: Choice) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if choice.ids is not None:
        conditions.append(rejections.c.id.in_(sorted(choice.ids)))
    if choice.code is not None:
        conditions.append(rejections.c.code == choice.code)
    if choice.since is not None:
        conditions.append(rejections.c.at >= choice.since)
    return conditions
