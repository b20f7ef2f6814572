"""Spending: the routes of what marketing channels cost."""

from collections.abc import Sequence
from typing import Annotated, Any

from msgspec import Meta, Struct

from agreement.insight.spending import MOST_EUROS
from serving.api.descriptions.operation import (
    WITH_QUERY,
    WITH_STORE,
    Answer,
    Body,
    Codes,
    Operation,
    Parameter,
    refer,
    unite,
)
from serving.api.descriptions.parameters import NAME, maybe, put_id
from serving.api.descriptions.viewing import TAG
from serving.api.schemas import Moment

_CHANNEL = put_id("channel", "the marketing channel, matched in its normal form", "webinar")
_MONTH = Parameter(
    name="month",
    place="path",
    description="The calendar month, in the years 1900 to 2199.",
    schema={"type": "string", "pattern": "^(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])$"},
    example="2026-02",
)
_BROUGHT: Codes = unite(WITH_QUERY, WITH_STORE)
_CODES = ("bad_month", "different_id", "unknown_field", "not_number", "out_of_range")


class SpendingBody(Struct, kw_only=True):
    """What a marketing channel cost in a month."""

    channel: Annotated[str, Meta(description="in normal form")]
    month: str
    euros: Annotated[float, Meta(ge=0)]
    told_at: Moment


class OneSpendingBody(Struct, kw_only=True):
    """One channel in one month."""

    spending: SpendingBody


class AllSpendingBody(Struct, kw_only=True):
    """All that was told, by channel and month."""

    items: list[SpendingBody]


BODIES = (SpendingBody, OneSpendingBody, AllSpendingBody)


def list_schemas() -> dict[str, Any]:
    """List the schemas of spending as it is told."""
    again = "May be repeated from the address; no other is taken."
    told = {
        "channel": maybe(NAME, again),
        "month": maybe({"type": "string"}, again),
        "euros": {"type": "number", "minimum": 0, "maximum": MOST_EUROS},
    }
    facts = {"type": "object", "required": ["euros"], "properties": told, "additionalProperties": False}
    return {"SpendingFacts": facts}


def list_operations() -> Sequence[Operation]:
    """List the operations."""
    example = {"usual": {"summary": "What webinars cost", "value": {"euros": 1_200.0}}}
    return [
        Operation(
            method="GET",
            path="/v1/spending",
            id="list_spending",
            tag=TAG,
            scope="read",
            summary="List what channels cost",
            description="By channel and month.",
            answers={200: Answer(description="All of it", schema=refer("AllSpendingBody"))},
            problems=_BROUGHT,
        ),
        Operation(
            method="PUT",
            path="/v1/spending/{channel}/{month}",
            id="put_spending",
            tag=TAG,
            scope="ingest",
            summary="Tell what a channel cost in a month",
            description="The last word counts: what was told of this month before is replaced.",
            parameters=(_CHANNEL, _MONTH),
            body=Body(schema=refer("SpendingFacts"), examples=example),
            answers={200: Answer(description="As it is kept", schema=refer("OneSpendingBody"))},
            problems=unite(_BROUGHT, {422: _CODES}),
        ),
    ]
