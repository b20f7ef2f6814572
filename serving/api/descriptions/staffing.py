"""Staffing: the routes of people and of the channels over which they are told."""

from collections.abc import Sequence
from typing import Any

from serving.api.descriptions.operation import WITH_QUERY, WITH_STORE, Answer, Body, Codes, Operation, refer, unite
from serving.api.descriptions.parameters import CHANNEL_ID, NAME, OWNER_ID, TEXT, maybe
from serving.channels.sending import KINDS

OWNERS, CHANNELS = "People", "Channels"
_BROUGHT: Codes = unite(WITH_QUERY, WITH_STORE)
_OF_OWNER: Codes = unite(_BROUGHT, {404: ("unknown_owner",)})
_OF_CHANNEL: Codes = unite(_BROUGHT, {404: ("unknown_channel",)})
_WORDS = {"type": ["array", "null"], "items": NAME, "maxItems": 100}
_FLAG = {"type": ["boolean", "null"]}
_ANNA = {
    "name": "Anna Example",
    "zone": "Europe/Berlin",
    "working_hours": "Mon-Fri 09:00-17:00",
    "industries": ["Software"],
    "capacity_per_week": 12,
}
_HOOK = {"owner_id": "anna", "kind": "webhook", "url": "https://crm.example/hotlead"}


def list_schemas() -> dict[str, Any]:
    """List the schemas of people and channels as they are told."""
    owner = {
        "id": {"type": ["string", "null"], "description": "May be repeated from the address; no other is taken."},
        "name": maybe(NAME),
        "zone": maybe(TEXT, "The IANA name of a time zone."),
        "working_hours": maybe(TEXT, "As in Mon-Fri 09:00-17:00. Alerts wait for them."),
        "quiet_hours": maybe(TEXT, "As in 22:00-07:00. Nobody is told then."),
        "holidays_of": {
            **_WORDS,
            "description": "Countries (FI) and regions (DE-BY) whose public holidays they keep.",
        },
        "industries": {**_WORDS, "description": "Leads of these industries go to them."},
        "products": {**_WORDS, "description": "Leads that ask for these products go to them."},
        "places": {**_WORDS, "description": "Leads of these countries or cities go to them."},
        "manager_id": maybe(NAME, "To whom alerts are escalated that nobody answers."),
        "capacity_per_week": {"type": ["number", "null"], "minimum": 0, "description": "Leads they can take."},
        "is_active": {**_FLAG, "description": "Whether they are there."},
        "takes_leads": {**_FLAG, "description": "Whether routing may give them leads."},
    }
    channel = {
        "owner_id": {**NAME, "description": "Who is told over it; `team` for everybody."},
        "kind": {"type": "string", "enum": list(KINDS)},
        "url": {**TEXT, "description": "Where to; or an address of Apprise."},
        "secret": maybe(TEXT, "`whsec_…`, for webhooks; one is made and shown once if it is left out."),
    }
    return {
        "OwnerFacts": {"type": "object", "properties": owner, "additionalProperties": False},
        "ChannelFacts": {
            "type": "object",
            "required": ["owner_id", "kind", "url"],
            "properties": channel,
            "additionalProperties": False,
        },
    }


def list_operations() -> Sequence[Operation]:
    """List the operations."""
    return [*_list_owner_operations(), *_list_channel_operations()]


def _list_owner_operations() -> Sequence[Operation]:
    return [
        Operation(
            method="GET",
            path="/v1/owners",
            id="list_owners",
            tag=OWNERS,
            scope="read",
            summary="List people",
            description="Those of the agreement, and those whom a program told of.",
            answers={200: Answer(description="All of them", schema=refer("OwnersBody"))},
            problems=_BROUGHT,
        ),
        Operation(
            method="GET",
            path="/v1/owners/{owner_id}",
            id="get_owner",
            tag=OWNERS,
            scope="read",
            summary="Show a person",
            description="As in the list.",
            parameters=(OWNER_ID,),
            answers={200: Answer(description="The person", schema=refer("OneOwnerBody"))},
            problems=_OF_OWNER,
        ),
        Operation(
            method="PUT",
            path="/v1/owners/{owner_id}",
            id="put_owner",
            tag=OWNERS,
            scope="ingest",
            summary="Tell of a person",
            description="The person whole: what is left out is as the agreement has it for everybody.",
            parameters=(OWNER_ID,),
            body=Body(schema=refer("OwnerFacts"), examples={"usual": {"summary": "A sales rep", "value": _ANNA}}),
            answers={200: Answer(description="The person", schema=refer("OneOwnerBody"))},
            problems=unite(_BROUGHT, {422: _OWNER_CODES}),
        ),
        Operation(
            method="DELETE",
            path="/v1/owners/{owner_id}",
            id="delete_owner",
            tag=OWNERS,
            scope="admin",
            summary="Take back what was told of a person",
            description="Who stands in the agreement stays as there.",
            parameters=(OWNER_ID,),
            answers={200: Answer(description="Done", schema=refer("RemovedOwnerBody"))},
            problems=_OF_OWNER,
        ),
    ]


_OWNER_CODES = (
    *("bad_owner", "bad_hours", "unknown_zone", "unknown_holidays", "reserved_id", "different_id", "unknown_field"),
    *("not_text", "not_number", "not_boolean", "not_an_array", "out_of_range"),
)


def _list_channel_operations() -> Sequence[Operation]:
    return [
        Operation(
            method="GET",
            path="/v1/channels",
            id="list_channels",
            tag=CHANNELS,
            scope="read",
            summary="List channels",
            description="By owner. No address and no secret is ever told.",
            answers={200: Answer(description="All of them", schema=refer("ChannelsBody"))},
            problems=_BROUGHT,
        ),
        Operation(
            method="POST",
            path="/v1/channels",
            id="add_channel",
            tag=CHANNELS,
            scope="admin",
            summary="Add a channel",
            description="A webhook for a program, or a service that Apprise knows. Its address must be public.",
            body=Body(schema=refer("ChannelFacts"), examples={"usual": {"summary": "A webhook", "value": _HOOK}}),
            answers={201: Answer(description="Added", schema=refer("NewChannelBody"))},
            problems=unite(
                _BROUGHT,
                {422: ("bad_channel", "unknown_owner", "unknown_kind", "unknown_field", "not_text", "empty")},
            ),
        ),
        Operation(
            method="DELETE",
            path="/v1/channels/{channel_id}",
            id="remove_channel",
            tag=CHANNELS,
            scope="admin",
            summary="Take a channel out of use",
            description="Its address and secret go, and what it has not delivered is given up.",
            parameters=(CHANNEL_ID,),
            answers={200: Answer(description="Done", schema=refer("RemovedChannelBody"))},
            problems=_OF_CHANNEL,
        ),
        Operation(
            method="POST",
            path="/v1/channels/{channel_id}/test",
            id="test_channel",
            tag=CHANNELS,
            scope="admin",
            summary="Test a channel",
            description="Sends a message that says that the channel works; takes no body.",
            parameters=(CHANNEL_ID,),
            answers={200: Answer(description="How it ended", schema=refer("TriedChannelBody"))},
            problems=_OF_CHANNEL,
        ),
    ]
