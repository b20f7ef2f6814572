"""The peers of ingestion: the same events into the same kind of table, and nothing else done with them."""

import time
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from serving.api.reading import read_moment
from serving.store.database import Database
from serving.store.tables import events

_AT_ONCE = 500


def measure_bulk(database: Database, told: Sequence[Mapping[str, Any]]) -> float:
    """Insert events 500 a transaction, without scoring; return events a second."""
    rows = [_to_row(event) for event in told]
    started = time.perf_counter()
    for start in range(0, len(rows), _AT_ONCE):
        with database.writing() as connection:
            connection.execute(insert(events).on_conflict_do_nothing(), rows[start : start + _AT_ONCE])
    return len(rows) / (time.perf_counter() - started)


def measure_one_by_one(database: Database, told: Sequence[Mapping[str, Any]]) -> float:
    """Insert events one a transaction, without scoring; return events a second."""
    rows = [_to_row(event) for event in told]
    started = time.perf_counter()
    for row in rows:
        with database.writing() as connection:
            connection.execute(insert(events).on_conflict_do_nothing(), row)
    return len(rows) / (time.perf_counter() - started)


def _to_row(told: Mapping[str, Any]) -> dict[str, Any]:
    occurred_at = read_moment(told["occurred_at"])
    return {
        "lead_id": told["lead_id"],
        "key": blake2b(told["id"].encode(), digest_size=16).digest(),
        "type": told["type"],
        "occurred_at": occurred_at,
        "recorded_at": occurred_at,
        "properties": '{"pages":3}',
        "seq": 1,
    }
