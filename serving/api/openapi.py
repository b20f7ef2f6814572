"""The OpenAPI document, built for the model in force, so that its examples work as written."""

from collections.abc import Mapping
from typing import Any

from serving.api.examples import build_examples, describe_attributes
from serving.api.reading import MOST_LEADS
from serving.api.schemas import describe_structs
from serving.api.score import MOST_REASONS
from serving.championing import ScorerInForce

_INTRODUCTION = (
    "Hotlead predicts the probability that a lead closes, sorts leads into cold, warm and hot, and says why. "
    "Attributes that are left out or null are missing, never a mistake. Unknown fields are answered with a "
    "warning. Mistakes are answered as application/problem+json with a stable code and the field's path, and "
    "the connection serves on."
)
_SCORING = (
    "Nothing is stored. One lead object answers one object, an array of up to "
    f"{MOST_LEADS:,} answers an array in the same order. Leads of one account in an array see each other's "
    "events; a lead that stands in the array speaks for itself, so what others tell of it is passed over."
)
_CODES = ("400", "413", "415", "422", "503")


def build_openapi(in_force: ScorerInForce | None, version: str) -> dict[str, Any]:
    """Build the document."""
    feature_set = None if in_force is None else in_force.scorer.feature_set
    return {
        "openapi": "3.1.0",
        "info": {"title": "Hotlead", "version": version, "description": _INTRODUCTION},
        "paths": {
            "/v1/score": {"post": _describe_scoring(in_force)},
            "/v1/model": {"get": _describe_get("The model in force", "What it reads and how it did", "503")},
            "/healthz": {"get": _describe_get("Is the process alive?", "It is")},
            "/readyz": {"get": _describe_get("Can it score?", "It can", "503")},
            "/metrics": {"get": _describe_get("Counts, for Prometheus", "Prometheus' text format")},
        },
        "components": {"schemas": {**describe_structs(), "LeadBody": _describe_lead(feature_set)}},
    }


def _describe_scoring(in_force: ScorerInForce | None) -> dict[str, Any]:
    feature_set = None if in_force is None else in_force.scorer.feature_set
    lead, score = _refer("LeadBody"), _refer("ScoreBody")
    many = {"type": "array", "items": lead, "maxItems": MOST_LEADS}
    return {
        "operationId": "score",
        "summary": "Score leads",
        "description": _SCORING,
        "parameters": [
            {
                "name": "reasons",
                "in": "query",
                "description": "How many reasons a score may have.",
                "schema": {"type": "integer", "minimum": 0, "maximum": MOST_REASONS, "default": 3},
            }
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"anyOf": [lead, many]},
                    "examples": build_examples(feature_set),
                }
            },
        },
        "responses": {
            "200": {
                "description": "The scores",
                "content": {"application/json": {"schema": {"anyOf": [score, {"type": "array", "items": score}]}}},
            },
            **{code: _describe_problem() for code in _CODES},
        },
    }


def _describe_lead(feature_set: Any) -> dict[str, Any]:
    moment = {"type": ["string", "null"], "format": "date-time"}
    return {
        "title": "LeadBody",
        "type": "object",
        "required": ["id"],
        "properties": {
            "id": {"type": "string", "minLength": 1, "maxLength": 200},
            "account_id": {"type": ["string", "null"], "minLength": 1, "maxLength": 200},
            "created_at": moment,
            "as_of": {**moment, "description": "The moment to look; now where it is left out."},
            "events": {"anyOf": [{"type": "array", "items": _refer("EventBody")}, {"type": "null"}]},
            **describe_attributes(feature_set),
        },
        "additionalProperties": {"description": "Unknown fields are answered with a warning."},
    }


def _describe_get(summary: str, good: str, *problems: str) -> dict[str, Any]:
    answers: Mapping[str, Any] = {code: _describe_problem() for code in problems}
    return {"summary": summary, "responses": {"200": {"description": good}, **answers}}


def _describe_problem() -> dict[str, Any]:
    return {
        "description": "A problem",
        "content": {"application/problem+json": {"schema": _refer("ProblemBody")}},
    }


def _refer(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}
