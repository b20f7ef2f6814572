"""Telling: the routes by which a CRM and a website tell facts; each answers once what was told is on disk."""

from collections.abc import Sequence
from typing import Any

from features.contract import FIRMOGRAPHICS
from features.feature_set import FeatureSet
from serving.api.acts import KINDS_OF_CONTACT
from serving.api.descriptions import batching, deciding
from serving.api.descriptions.operation import WITH_QUERY, WITH_STORE, Answer, Body, Codes, Operation, refer, unite
from serving.api.descriptions.parameters import (
    ACCOUNT_ID,
    ALERT_ID,
    IDEMPOTENCY_KEY,
    IMPORT,
    LEAD_ID,
    MOMENT,
    NAME,
    STAGES,
    maybe,
)
from serving.api.examples import describe_columns, invent_attributes, invent_event
from serving.api.facts import MOST_EVENTS
from serving.api.fields import MOST_NOTE

TAG = "Telling facts"
_BROUGHT: Codes = unite(
    WITH_QUERY,
    WITH_STORE,
    {400: ("bad_idempotency_key",), 422: ("key_reused",), 503: ("overloaded",)},
)
_FIELDS: Codes = {
    422: ("not_text", "not_time", "out_of_range", "in_the_future", "empty", "too_long", "bad_name", "missing")
}
_ATTRIBUTES: Codes = {422: ("not_number", "not_integer", "not_email", "different_id")}
_DONE = Answer(description="Done, durable and scored", schema=refer("FactAnswerBody"))
_PARKED = Answer(
    description="Durable; it waits for the lead, which nobody has told of yet", schema=refer("FactAnswerBody")
)
_NOTE = {"type": "string", "maxLength": MOST_NOTE}
_WHEN = maybe(
    MOMENT,
    "When it happened; now, if left out. A clock up to five minutes ahead is taken as it is, up to a day ahead as "
    "now with a warning, beyond that it is refused.",
)
_THEIR_ID = maybe(NAME, "Your id of it, by which a repetition is known; without one, all that it says.")
_BY = maybe(NAME, "Who did it.")


def list_operations(feature_set: FeatureSet | None) -> Sequence[Operation]:
    """List the operations."""
    return [
        _describe_events(feature_set),
        _describe_accounts(feature_set),
        _describe_leads(feature_set),
        *deciding.list_operations(TAG, unite(_BROUGHT, _FIELDS), {200: _DONE, 202: _PARKED}),
        _describe_contacts(),
        _describe_notes(),
        *batching.list_operations(TAG, unite(_BROUGHT, _FIELDS), _PARKED),
        _describe_snoozes(),
        _describe_acknowledgements(),
    ]


def list_schemas(feature_set: FeatureSet | None) -> dict[str, Any]:
    """List the schemas of what is told, by name."""
    own = describe_columns(() if feature_set is None else feature_set.schema.columns)
    attributes = {**describe_columns(tuple(FIRMOGRAPHICS.values())), **own}
    its_id = {"type": ["string", "null"], "description": "May be repeated from the address; no other is taken."}
    updated = maybe(MOMENT, "As of when your system says so. What is older than what is stored is passed over.")
    other = {"description": "Further attributes are kept as they come, and told back."}
    account = {"id": its_id, "updated_at": updated, **attributes}
    lead = {
        **account,
        "account_id": maybe(NAME, "The company; it may be told later."),
        "created_at": maybe(MOMENT, "When your system first knew it."),
        "owner_id": maybe(NAME, "Who it belongs to; left out, it stays with whom it has, or routing decides."),
        "stage": maybe({"type": "string", "enum": STAGES}, "Left out, it stays."),
    }
    of_one_lead = _list_facts_of_one_lead()
    return {
        "AccountFacts": {"type": "object", "properties": account, "additionalProperties": other},
        "LeadFacts": {"type": "object", "properties": lead, "additionalProperties": other},
        "EventFacts": _describe_event(),
        **of_one_lead,
        **batching.list_schemas(of_one_lead),
        "NoteFacts": _describe_object(
            ("text",),
            id=_THEIR_ID,
            text={**_NOTE, "minLength": 1},
            occurred_at=_WHEN,
            by=maybe(NAME, "Who wrote it; your key's name, if left out."),
        ),
        "SnoozeFacts": _describe_object((), until=maybe(MOMENT, "Null ends the snooze."), by=_BY),
        "AcknowledgementFacts": _describe_object((), by=maybe(NAME, "Who takes it; your key's name, if left out.")),
    }


def _list_facts_of_one_lead() -> dict[str, Any]:
    shared = {"id": _THEIR_ID, "occurred_at": _WHEN, "by": _BY, "note": maybe(_NOTE)}
    kind = {"type": "string", "enum": list(KINDS_OF_CONTACT)}
    outcome = maybe(NAME, "How it ended, in a word of yours.")
    return {
        **deciding.list_schemas(shared),
        "ContactFacts": _describe_object(("kind",), kind=kind, outcome=outcome, **shared),
    }


def _describe_event() -> dict[str, Any]:
    properties = {
        "type": ["object", "null"],
        "description": "Numbers that the model adds up, and whatever else you want to see.",
        "additionalProperties": {},
    }
    return _describe_object(
        ("lead_id", "type", "occurred_at"),
        id=_THEIR_ID,
        source=maybe(NAME, "Where the id comes from, if ids of several systems may meet."),
        lead_id=NAME,
        type=NAME,
        occurred_at={**MOMENT, "description": _WHEN["description"]},
        properties=properties,
    )


def _describe_object(required: Sequence[str], **properties: Any) -> dict[str, Any]:
    others = {"description": "Unknown fields are answered with a warning."}
    told = {"type": "object", "properties": properties, "additionalProperties": others}
    return {**told, "required": list(required)} if required else told


def _describe_events(feature_set: FeatureSet | None) -> Operation:
    event = {"id": "e-1", "lead_id": "L-1", **invent_event(feature_set)}
    other = {**event, "id": "e-2", "lead_id": "L-2"}
    many = {"type": "array", "items": refer("EventFacts"), "minItems": 1, "maxItems": MOST_EVENTS}
    return Operation(
        method="POST",
        path="/v1/events",
        id="tell_events",
        tag=TAG,
        scope="ingest",
        summary="Tell what leads did",
        description=(
            f"One event, or an array of up to {MOST_EVENTS:,}. In an array each is taken or refused by itself: "
            "the answer is 200, and `items` says what became of each. Events may come before their lead: they are "
            "`parked`, and count as soon as it is told. An event that came before is a `duplicate`."
        ),
        parameters=(IMPORT, IDEMPOTENCY_KEY),
        body=Body(
            schema={"anyOf": [refer("EventFacts"), many]},
            examples={
                "event": {"summary": "One event", "value": event},
                "events": {"summary": "Many events", "value": [event, other]},
            },
        ),
        answers={
            200: Answer(
                description="Done, durable and scored",
                schema={"anyOf": [refer("FactAnswerBody"), refer("FactAnswersBody")]},
            ),
            202: _PARKED,
        },
        problems=unite(_BROUGHT, _FIELDS, {422: ("too_many_events",)}),
    )


def _describe_accounts(feature_set: FeatureSet | None) -> Operation:
    return Operation(
        method="PUT",
        path="/v1/accounts/{account_id}",
        id="tell_account",
        tag=TAG,
        scope="ingest",
        summary="Tell of a company",
        description="The company whole: what is left out is no longer known. Its leads are scored anew.",
        parameters=(ACCOUNT_ID, IDEMPOTENCY_KEY),
        body=_body("AccountFacts", "A company", {"industry": "Software", "employees": 240, "country": "DE"}),
        answers={200: _DONE},
        problems=unite(_BROUGHT, _FIELDS, _ATTRIBUTES),
    )


def _describe_leads(feature_set: FeatureSet | None) -> Operation:
    lead = {
        "account_id": "A-1",
        "created_at": "2026-02-01T08:30:00Z",
        "owner_id": "anna",
        "stage": "lead",
        "name": "Ada Example",
        **invent_attributes(feature_set),
    }
    return Operation(
        method="PUT",
        path="/v1/leads/{lead_id}",
        id="tell_lead",
        tag=TAG,
        scope="ingest",
        summary="Tell of a lead",
        description=(
            "The lead whole: what is left out is no longer known; owner and stage stay. Attributes are "
            "read strictly where the model in force or a common name says what they hold."
        ),
        parameters=(LEAD_ID, IMPORT, IDEMPOTENCY_KEY),
        body=_body("LeadFacts", "A lead", lead),
        answers={200: _DONE},
        problems=unite(_BROUGHT, _FIELDS, _ATTRIBUTES, {422: ("unknown_stage",)}),
    )


def _describe_contacts() -> Operation:
    call = {"id": "call-1", "kind": "call", "outcome": "reached", "by": "anna", "note": "Wants an offer."}
    return Operation(
        method="POST",
        path="/v1/leads/{lead_id}/contacts",
        id="tell_contact",
        tag=TAG,
        scope="ingest",
        summary="Tell that somebody tried to reach a lead",
        description="It answers the lead's open alerts, which are escalated no further.",
        parameters=(LEAD_ID, IDEMPOTENCY_KEY),
        body=_body("ContactFacts", "A call", call),
        answers={200: _DONE, 202: _PARKED},
        problems=unite(_BROUGHT, _FIELDS, {422: ("unknown_kind",)}),
    )


def _describe_notes() -> Operation:
    note = {"id": "note-1", "text": "Asks for the price of forty seats.", "by": "anna"}
    return Operation(
        method="POST",
        path="/v1/leads/{lead_id}/notes",
        id="tell_note",
        tag=TAG,
        scope="ingest",
        summary="Write something down about a lead",
        description="It is no contact: it answers no alert and stops no clock.",
        parameters=(LEAD_ID, IDEMPOTENCY_KEY),
        body=_body("NoteFacts", "A note", note),
        answers={200: _DONE, 202: _PARKED},
        problems=unite(_BROUGHT, _FIELDS),
    )


def _describe_snoozes() -> Operation:
    return Operation(
        method="POST",
        path="/v1/leads/{lead_id}/snooze",
        id="snooze_lead",
        tag=TAG,
        scope="ingest",
        summary="Want no alerts of a lead for a while",
        description="Until the moment in `until`. What turns hot meanwhile is told then.",
        parameters=(LEAD_ID, IDEMPOTENCY_KEY),
        body=_body("SnoozeFacts", "Until after the fair", {"until": "2026-03-09T08:00:00Z", "by": "anna"}),
        answers={200: _DONE},
        problems=unite(_BROUGHT, _FIELDS, {404: ("unknown_lead",)}),
    )


def _describe_acknowledgements() -> Operation:
    return Operation(
        method="POST",
        path="/v1/alerts/{alert_id}/acknowledge",
        id="acknowledge_alert",
        tag=TAG,
        scope="ingest",
        summary="Take an alert",
        description="Somebody takes care of it: it is escalated no further. A second time is `unchanged`.",
        parameters=(ALERT_ID, IDEMPOTENCY_KEY),
        body=_body("AcknowledgementFacts", "Anna takes it", {"by": "anna"}),
        answers={200: _DONE},
        problems=unite(_BROUGHT, _FIELDS, {404: ("unknown_alert",)}),
    )


def _body(name: str, summary: str, value: dict[str, Any]) -> Body:
    return Body(schema=refer(name), examples={"usual": {"summary": summary, "value": value}})
