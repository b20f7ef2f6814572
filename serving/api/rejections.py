"""Rejections: what was refused, without what it said, and how it is sent once more."""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, Row

from features.times import to_datetime
from serving.api.attributes import BadField, read_name
from serving.api.cursors import read_cursor, write_cursor
from serving.api.deliveries import read_ids
from serving.api.errands import Errand, read_object
from serving.api.lookups import Answering, Asked
from serving.api.parameters import read_limit, read_word
from serving.api.replays import replay_rejections
from serving.store.rejections import Choice, count_chosen, count_rejections
from serving.store.rejections import list_rejections as list_stored

MOST_AT_ONCE = 10_000
_PLACE = "/v1/rejections"
_MOST_FIELDS, _MOST_NAME, _MOST_DEPTH = 100, 80, 4
_NAMES = {str: "text", bool: "boolean", int: "number", float: "number", type(None): "null"}
_DECODER = msgspec.json.Decoder()


def list_rejections(asked: Asked) -> Answering:
    """Answer GET /v1/rejections: code, limit, cursor; in the order in which they came.

    Answers ``{"items": [{"id", "at", "sent_to", "code", "path", "shape"}], "counts": {code: how many}, "next":
    cursor or null}``; ``shape`` has the fields' names and the types of their values, and no value.
    """
    choice, limit = Choice(code=read_word(asked.query, "code")), read_limit(asked.query)
    after = read_cursor(_PLACE, asked.query, (int,))

    def answer(connection: Connection) -> Mapping[str, Any]:
        rows = list_stored(connection, choice, most=limit + 1, after=(after[0] or 0) if after else 0)
        more = len(rows) > limit
        following = write_cursor(_PLACE, asked.query, (rows[limit - 1].id,)) if more else None
        items = [describe(row) for row in rows[:limit]]
        return {"items": items, "counts": count_rejections(connection), "next": following}

    return answer


def replay(errand: Errand) -> tuple[int, Mapping[str, Any]]:
    """Do POST /v1/rejections/replay: ids, or code, or neither for all; 10,000 at once.

    Answers ``{"taken": {status: how many}, "refused": {code: how many}, "skipped", "left"}``; what is refused again
    stays with its new code, and ``skipped`` counts leads that never came.
    """
    told = read_object(errand.body, ("ids", "code"))
    ids = read_ids(told["ids"]) if "ids" in told else None
    choice = Choice(ids=ids, code=_read_code(told["code"]) if "code" in told else None)
    service = errand.service
    replayed = replay_rejections(service.database, service.take_force, choice, most=MOST_AT_ONCE)
    service.worker.wake()
    with service.database.reading() as connection:
        left = count_chosen(connection, choice, after=replayed.last_id)
    return 200, {
        "taken": dict(replayed.taken),
        "refused": dict(replayed.refused),
        "skipped": replayed.skipped,
        "left": left,
    }


def describe(row: Row[Any]) -> dict[str, Any]:
    """Describe a refused item as callers see it."""
    return {
        "id": row.id,
        "at": to_datetime(row.at),
        "sent_to": row.kind,
        "code": row.code,
        "path": row.path,
        "shape": describe_shape(_DECODER.decode(row.body)),
    }


def describe_shape(value: Any, depth: int = 0) -> Any:
    """Describe what a value is made of: names of fields and types of values, so that nothing personal is shown."""
    if isinstance(value, dict) and depth < _MOST_DEPTH:
        shown = list(value.items())[:_MOST_FIELDS]
        return {str(name)[:_MOST_NAME]: describe_shape(inner, depth + 1) for name, inner in shown}
    if isinstance(value, dict):
        return "object"
    return f"array of {len(value)}" if isinstance(value, list) else _NAMES[type(value)]


def _read_code(told: Any) -> str:
    try:
        return read_name(told)
    except BadField as error:
        raise BadField(error.code, str(error), "/code") from None
