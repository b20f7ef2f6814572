"""Deliveries: what waits to be sent, what was given up, and how the latter is sent once more."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row

from features.times import to_datetime
from serving.api.attributes import BadField, read_name
from serving.api.cursors import read_cursor, write_cursor
from serving.api.errands import Errand, read_object
from serving.api.lookups import Answering, Asked
from serving.api.parameters import read_choice, read_limit, read_word
from serving.api.strict_json import join_path
from serving.channels.apprising import describe_channel
from serving.store.deliveries import STATES, list_page, revive_deliveries

MOST_IDS = 1_000
_PLACE = "/v1/deliveries"


def list_deliveries(asked: Asked) -> Answering:
    """Answer GET /v1/deliveries: state (due, delivered, dead), channel, limit, cursor; the latest first.

    Answers ``{"items": [{"id", "state", "code", "attempts", "created_at", "next_at", "delivered_at",
    "message": {"id", "kind", "alert_id", "recipient_id"}, "channel": {"id", "kind", "description"}}],
    "next": cursor or null}``.
    """
    state, channel_id = read_choice(asked.query, "state", STATES), read_word(asked.query, "channel")
    limit, after = read_limit(asked.query), read_cursor(_PLACE, asked.query, (int,))

    def answer(connection: Connection) -> Mapping[str, Any]:
        rows = list_page(connection, state=state, channel_id=channel_id, most=limit + 1, after=after)
        more = len(rows) > limit
        following = write_cursor(_PLACE, asked.query, (rows[limit - 1].id,)) if more else None
        return {"items": [describe(row) for row in rows[:limit]], "next": following}

    return answer


def replay_deliveries(errand: Errand) -> tuple[int, Mapping[str, Any]]:
    """Do POST /v1/deliveries/replay: ids, or channel_id; dead deliveries are due again with the ids they had.

    Answers ``{"revived": how many}``; those of channels out of use stay dead.
    """
    told = read_object(errand.body, ("ids", "channel_id"))
    if len(told) != 1:
        raise BadField("missing", "say which: ids, or channel_id", "/ids")
    ids = read_ids(told["ids"]) if "ids" in told else None
    channel_id = _read_channel_id(told["channel_id"]) if "channel_id" in told else None
    with errand.service.database.writing() as connection:
        revived = revive_deliveries(connection, errand.now, ids=ids, channel_id=channel_id)
    errand.service.worker.wake()
    return 200, {"revived": revived}


def read_ids(told: Any) -> list[int]:
    """Read the numbers of rows.

    Raises
    ------
    BadField
        If it is no array of 1 to 1,000 numbers.
    """
    if type(told) is not list or not 0 < len(told) <= MOST_IDS:
        raise BadField("not_an_array", f"give an array of 1 to {MOST_IDS:,} numbers", "/ids")
    for position, number in enumerate(told):
        if type(number) is not int or not 0 < number < 2**63:
            raise BadField("not_integer", "give a whole number", join_path("/ids", position))
    return told


def describe(row: Row[Any]) -> dict[str, Any]:
    """Describe a delivery as callers see it."""
    return {
        "id": row.id,
        "state": row.state,
        "code": row.code,
        "attempts": row.attempts,
        "created_at": to_datetime(row.created_at),
        "next_at": to_datetime(row.next_at) if row.state == "due" else None,
        "delivered_at": None if row.delivered_at is None else to_datetime(row.delivered_at),
        "message": {
            "id": row.message_id,
            "kind": row.message_kind,
            "alert_id": row.alert_id,
            "recipient_id": row.recipient_id,
        },
        "channel": {
            "id": row.channel_id,
            "kind": row.channel_kind,
            "description": describe_channel(row.channel_kind, row.url) if row.url else "out of use",
        },
    }


def _read_channel_id(told: Any) -> str:
    try:
        return read_name(told)
    except BadField as error:
        raise BadField(error.code, str(error), "/channel_id") from None
