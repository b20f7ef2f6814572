"""Batching: the routes by which a CRM tells the stages and contacts of many leads at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from serving.api.batches import ACTS, MOST_FACTS
from serving.api.descriptions.operation import Answer, Body, Codes, Operation, refer, unite
from serving.api.descriptions.parameters import IDEMPOTENCY_KEY, IMPORT, NAME, maybe

_EACH = (
    f"One, or an array of up to {MOST_FACTS:,}. In an array each is taken or refused by itself: the answer is 200, "
    "and `items` says what became of each."
)
_DONE = Answer(
    description="Done, durable and scored",
    schema={"anyOf": [refer("FactAnswerBody"), refer("FactAnswersBody")]},
)


def list_operations(tag: str, brought: Codes, parked: Answer) -> Sequence[Operation]:
    """List the operations; what they share with other facts is handed in."""
    won = {"lead_id": "L-1", "stage": "customer", "value": 12500, "occurred_at": "2026-02-20T10:00:00Z"}
    taken = {"lead_id": "L-2", "act": "accepted", "by": "anna", "occurred_at": "2026-02-21T08:15:00Z"}
    called = {"lead_id": "L-1", "kind": "call", "outcome": "reached", "occurred_at": "2026-02-19T09:00:00Z"}
    written = {"lead_id": "L-2", "kind": "email", "outcome": "no_answer", "occurred_at": "2026-02-19T09:10:00Z"}
    answers = {200: _DONE, 202: parked}
    return [
        Operation(
            method="POST",
            path="/v1/stages",
            id="tell_stages",
            tag=tag,
            scope="ingest",
            summary="Tell the stages of many leads",
            description=f"{_EACH} With `act` it is what sales made of a hand-over, and the stage follows from it.",
            parameters=(IMPORT, IDEMPOTENCY_KEY),
            body=_show("StageOfLeadFacts", won, taken),
            answers=answers,
            problems=unite(
                brought,
                {
                    422: (
                        "too_many_facts",
                        "unknown_act",
                        "unknown_reason",
                        "unknown_stage",
                        "not_number",
                        "not_finite",
                    )
                },
            ),
        ),
        Operation(
            method="POST",
            path="/v1/contacts",
            id="tell_contacts",
            tag=tag,
            scope="ingest",
            summary="Tell the contacts with many leads",
            description=f"{_EACH} They answer open alerts of their leads.",
            parameters=(IDEMPOTENCY_KEY,),
            body=_show("ContactOfLeadFacts", called, written),
            answers=answers,
            problems=unite(brought, {422: ("too_many_facts", "unknown_kind")}),
        ),
    ]


def list_schemas(told: Mapping[str, Any]) -> dict[str, Any]:
    """List the schemas of what is told, by name, from those of one lead."""
    act = maybe(
        {"type": "string", "enum": [act.value for act in ACTS]},
        "What sales did; then `stage` may be left out. A rejection takes a reason of the agreement.",
    )
    return {
        "StageOfLeadFacts": {
            **_add(told["StageFacts"], lead_id=NAME, act=act),
            "required": ["lead_id"],
            "anyOf": [{"required": ["stage"]}, {"required": ["act"]}],
        },
        "ContactOfLeadFacts": {**_add(told["ContactFacts"], lead_id=NAME), "required": ["lead_id", "kind"]},
    }


def _add(schema: Mapping[str, Any], **properties: Any) -> dict[str, Any]:
    return {**schema, "properties": {**properties, **schema["properties"]}}


def _show(name: str, first: dict[str, Any], second: dict[str, Any]) -> Body:
    many = {"type": "array", "items": refer(name), "minItems": 1, "maxItems": MOST_FACTS}
    return Body(
        schema={"anyOf": [refer(name), many]},
        examples={
            "one": {"summary": "Of one lead", "value": first},
            "many": {"summary": "Of many leads", "value": [first, second]},
        },
    )
