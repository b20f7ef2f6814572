"""Scoring: the routes that answer from the model in force and store nothing."""

from collections.abc import Sequence
from typing import Any

from features.feature_set import FeatureSet
from serving.api.descriptions.operation import WITH_QUERY, Answer, Body, Operation, refer, unite
from serving.api.descriptions.parameters import ask
from serving.api.examples import build_examples, describe_attributes
from serving.api.reading import MOST_LEADS
from serving.api.score import MOST_REASONS

TAG = "Scoring"
_SCORING = (
    "Nothing is stored. One lead object answers one object, an array of up to "
    f"{MOST_LEADS:,} answers an array in the same order. Leads of one account in an array see each other's "
    "events; a lead that stands in the array speaks for itself, so what others tell of it is passed over."
)
_FIELDS = ("not_text", "not_number", "not_integer", "not_time", "not_email", "not_an_array", "out_of_range")
_REASONS = ask(
    "reasons",
    "How many reasons a score may have.",
    {"type": "integer", "minimum": 0, "maximum": MOST_REASONS, "default": 3},
)


def list_operations(feature_set: FeatureSet | None) -> Sequence[Operation]:
    """List the operations."""
    return [_describe_score(feature_set), _describe_model()]


def list_schemas(feature_set: FeatureSet | None) -> dict[str, Any]:
    """List the schema of a lead that is to be scored."""
    moment = {"type": ["string", "null"], "format": "date-time"}
    properties = {
        "id": {"type": "string", "minLength": 1, "maxLength": 200},
        "account_id": {"type": ["string", "null"], "minLength": 1, "maxLength": 200},
        "created_at": moment,
        "as_of": {**moment, "description": "The moment to look; now where it is left out."},
        "events": {"anyOf": [{"type": "array", "items": refer("EventBody")}, {"type": "null"}]},
        **describe_attributes(feature_set),
    }
    lead = {
        "title": "LeadBody",
        "type": "object",
        "required": ["id"],
        "properties": properties,
        "additionalProperties": {"description": "Unknown fields are answered with a warning."},
    }
    return {"LeadBody": lead}


def _describe_score(feature_set: FeatureSet | None) -> Operation:
    lead, score = refer("LeadBody"), refer("ScoreBody")
    many = {"type": "array", "items": lead, "maxItems": MOST_LEADS}
    return Operation(
        method="POST",
        path="/v1/score",
        id="score",
        tag=TAG,
        scope="score",
        summary="Score leads",
        description=_SCORING,
        parameters=(_REASONS,),
        body=Body(schema={"anyOf": [lead, many]}, examples=build_examples(feature_set)),
        answers={
            200: Answer(description="The scores", schema={"anyOf": [score, {"type": "array", "items": score}]})
        },
        problems=unite(
            WITH_QUERY,
            {422: (*_FIELDS, "empty", "too_long", "bad_name", "duplicate_id", "too_many_leads")},
            {503: ("no_champion",)},
        ),
    )


def _describe_model() -> Operation:
    return Operation(
        method="GET",
        path="/v1/model",
        id="get_model",
        tag=TAG,
        scope="read",
        summary="Show the model in force",
        description="What it reads, how it did on leads it had not seen, and from where on leads are warm and hot.",
        answers={200: Answer(description="The model", schema=refer("ModelBody"))},
        problems={503: ("no_champion",)},
    )
