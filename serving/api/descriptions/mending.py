"""Mending: the routes by which an operator sends again what was refused or given up, and forgets a person."""

from collections.abc import Sequence
from typing import Any

from serving.api.deliveries import MOST_IDS
from serving.api.descriptions.operation import WITH_QUERY, WITH_STORE, Answer, Body, Codes, Operation, refer, unite
from serving.api.descriptions.parameters import LEAD_ID, NAME, PAGE, ask_choice, ask_word, maybe
from serving.store.deliveries import STATES

TAG = "Operating"
_BROUGHT: Codes = unite(WITH_QUERY, WITH_STORE)
_REPLAY: Codes = {
    422: ("unknown_field", "not_an_array", "not_integer", "not_text", "empty", "too_long", "bad_name")
}
_IDS = {
    "type": ["array", "null"],
    "items": {"type": "integer", "minimum": 1, "maximum": 2**63 - 1},
    "minItems": 1,
    "maxItems": MOST_IDS,
}


def list_schemas() -> dict[str, Any]:
    """List the schemas of what is to be sent again."""
    return {
        "RejectionChoice": {
            "type": "object",
            "properties": {"ids": _IDS, "code": maybe(NAME)},
            "additionalProperties": False,
        },
        "DeliveryChoice": {
            "type": "object",
            "properties": {"ids": _IDS, "channel_id": maybe(NAME)},
            "additionalProperties": False,
            "description": "One of the two.",
        },
    }


def list_operations() -> Sequence[Operation]:
    """List the operations."""
    return [_describe_erasure(), *_list_rejection_operations(), *_list_delivery_operations()]


def _describe_erasure() -> Operation:
    return Operation(
        method="DELETE",
        path="/v1/leads/{lead_id}",
        id="forget_lead",
        tag=TAG,
        scope="admin",
        summary="Forget a lead",
        description=(
            "A person asks to be forgotten: the lead, others with its e-mail address, and all that speaks of them. "
            "Whoever tells of it later is answered 200 with the status `forgotten`, and nothing is kept."
        ),
        parameters=(LEAD_ID,),
        answers={200: Answer(description="Forgotten, also where it never came", schema=refer("ErasedBody"))},
        problems=unite(_BROUGHT, {503: ("erasure_log_unwritable",)}),
    )


def _list_rejection_operations() -> Sequence[Operation]:
    return [
        Operation(
            method="GET",
            path="/v1/rejections",
            id="list_rejections",
            tag=TAG,
            scope="read",
            summary="List what was refused",
            description="In the order in which it came, kept for thirty days; names and types, never values.",
            parameters=(ask_word("code", "Only what was refused with this code."), *PAGE),
            answers={200: Answer(description="A page of refused items", schema=refer("RejectionPageBody"))},
            problems=_BROUGHT,
        ),
        Operation(
            method="POST",
            path="/v1/rejections/replay",
            id="replay_rejections",
            tag=TAG,
            scope="admin",
            summary="Send what was refused once more",
            description="By ids or by code, or all of it; about 10,000 at once. What is taken is no longer listed.",
            body=Body(
                schema=refer("RejectionChoice"),
                examples={
                    "ids": {"summary": "These", "value": {"ids": [1, 2]}},
                    "code": {"summary": "All with this code", "value": {"code": "not_integer"}},
                },
            ),
            answers={200: Answer(description="What became of it", schema=refer("ReplayedBody"))},
            problems=unite(_BROUGHT, _REPLAY),
        ),
    ]


def _list_delivery_operations() -> Sequence[Operation]:
    return [
        Operation(
            method="GET",
            path="/v1/deliveries",
            id="list_deliveries",
            tag=TAG,
            scope="read",
            summary="List deliveries",
            description="Messages on their way over a channel, the latest first; `dead` ones were given up.",
            parameters=(
                ask_choice("state", "Only deliveries in this state.", STATES),
                ask_word("channel", "Only deliveries over this channel."),
                *PAGE,
            ),
            answers={200: Answer(description="A page of deliveries", schema=refer("DeliveryPageBody"))},
            problems=_BROUGHT,
        ),
        Operation(
            method="POST",
            path="/v1/deliveries/replay",
            id="replay_deliveries",
            tag=TAG,
            scope="admin",
            summary="Send what was given up once more",
            description="Dead deliveries are due again under their ids; those of channels out of use stay dead.",
            body=Body(
                schema=refer("DeliveryChoice"),
                examples={
                    "ids": {"summary": "These", "value": {"ids": [1, 2]}},
                    "channel": {"summary": "All of a channel", "value": {"channel_id": "ch_1"}},
                },
            ),
            answers={200: Answer(description="How many", schema=refer("RevivedBody"))},
            problems=unite(_BROUGHT, _REPLAY),
        ),
    ]
