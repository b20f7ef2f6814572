"""Pages: a long list in parts, each found by the keys of the row before it and never by counting rows."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, literal, tuple_

Keys = tuple[Any, ...]
"""What a row is found by again: the values of the columns that a list is ordered by."""


def read_page(
    connection: Connection,
    chosen: Select[Any],
    keys: Sequence[ColumnElement[Any]],
    *,
    most: int,
    after: Keys | None = None,
    is_rising: bool = False,
) -> list[Row[Any]]:
    """Read the next rows of a list; all keys go the same way, so that one index serves both directions.

    Parameters
    ----------
    keys
        Columns without NULL that together name a row.
    after
        The keys of the last row of the page before; None for the first page.
    """
    if after is not None:
        here = tuple_(*keys)
        there = tuple_(*(literal(value, key.type) for value, key in zip(after, keys, strict=True)))
        chosen = chosen.where(here > there if is_rising else here < there)
    order = [key.asc() if is_rising else key.desc() for key in keys]
    return list(connection.execute(chosen.order_by(*order).limit(most)))
