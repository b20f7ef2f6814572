"""Examples that work as written with the model in force: its own attributes and event types fill them."""

from collections.abc import Mapping, Sequence
from typing import Any

from features.contract import Column
from features.feature_set import FeatureSet
from serving.api.attributes import MOST_CHARACTERS

AS_OF = "2026-03-02T09:00:00Z"
_VALUES: Mapping[str, float | str] = {
    "employees": 240,
    "revenue": 12_500_000,
    "industry": "Software",
    "country": "DE",
    "city": "Hamburg",
    "website": "https://www.example.com",
    "email": "ada@example.com",
    "role": "Head of Purchasing",
    "company": "Example Ltd",
}
_MOST_ATTRIBUTES = 12
# Roughly: what is read is decided by the reader; a blank address is a missing one.
_ADDRESS = r"^( *|[^@\s]+@[^@\s]+)$"


def build_examples(feature_set: FeatureSet | None) -> dict[str, dict[str, Any]]:
    """Build request bodies, by name, as OpenAPI writes examples; None stands for no model in force."""
    attributes = invent_attributes(feature_set)
    event = invent_event(feature_set)
    known = {"id": "L-1", "account_id": "A-1", "created_at": "2026-02-01T08:30:00Z", **attributes}
    colleague = {"id": "L-2", "account_id": "A-1", "as_of": AS_OF, "events": [event]}
    return {
        "lead": {"summary": "One lead", "value": {"id": "L-1", **attributes, "as_of": AS_OF}},
        "lead with events": {
            "summary": "One lead, with what it and a colleague did",
            "value": {**known, "events": [event, {**event, "lead_id": "L-2"}], "as_of": AS_OF},
        },
        "leads": {
            "summary": "Leads of one account, which see each other's events",
            "value": [{**known, "as_of": AS_OF, "events": [event]}, colleague],
        },
    }


def describe_attributes(feature_set: FeatureSet | None) -> dict[str, Any]:
    """Describe the attributes of the model in force as JSON schema properties."""
    return {} if feature_set is None else describe_columns(feature_set.schema.columns)


def describe_columns(columns: Sequence[Column]) -> dict[str, Any]:
    """Describe columns as JSON schema properties, by their names."""
    return {column.name: _describe(column) for column in columns}


def _describe(column: Column) -> dict[str, Any]:
    if column.kind == "integer":
        return {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^[0-9]{1,9}$"}, {"type": "null"}]}
    if column.is_number:
        return {"type": ["number", "null"]}
    text = {"type": ["string", "null"], "maxLength": MOST_CHARACTERS}
    return {**text, "pattern": _ADDRESS} if column.name == "email" else text


def invent_attributes(feature_set: FeatureSet | None) -> dict[str, Any]:
    """Invent the attributes of a lead that the model in force reads."""
    columns = () if feature_set is None else feature_set.schema.columns[:_MOST_ATTRIBUTES]
    return {column.name: _invent(column) for column in columns}


def _invent(column: Column) -> float | str:
    usual = _VALUES.get(column.name)
    if usual is not None and isinstance(usual, str) != column.is_number:
        return usual
    return 1 if column.is_number else "example"


def invent_event(feature_set: FeatureSet | None) -> dict[str, Any]:
    """Invent an event of a type that the model in force counts."""
    types = feature_set.types if feature_set is not None else ()
    quantities = feature_set.quantities if feature_set is not None else ()
    properties = dict.fromkeys(quantities[:3], 3) or {"pages": 3}
    return {
        "type": types[0] if types else "download",
        "occurred_at": "2026-03-01T09:00:00Z",
        "properties": properties,
    }
