"""The OpenAPI document, built for the model in force, so that its examples work as written."""

from collections.abc import Sequence
from typing import Any

from features.feature_set import FeatureSet
from serving.api.descriptions import (
    alert_bodies,
    desk_bodies,
    fact_bodies,
    lead_bodies,
    looking_up,
    mending,
    scoring,
    signing,
    spending,
    staffing,
    telling,
    viewing,
    watching,
)
from serving.api.descriptions.operation import Operation
from serving.api.descriptions.webhooks import describe_webhooks
from serving.api.schemas import describe_structs
from serving.championing import ScorerInForce

_INTRODUCTION = (
    "Hotlead predicts the probability that a lead closes, sorts leads into cold, warm and hot, says why, and tells "
    "a lead's owner the moment it turns hot. What is answered with 2xx is on disk. Attributes that are left out or "
    "null are missing, never a mistake. Unknown fields are answered with a warning. Mistakes are answered as "
    "application/problem+json with a stable code and the field's path, and the connection serves on."
)
_TAGS = {
    telling.TAG: "Push what you know, in any order, as often as you like.",
    scoring.TAG: "Ask the model, and store nothing.",
    looking_up.LEADS: "Leads with their scores, events and reasons.",
    looking_up.ALERTS: "What was told of hot leads, and whether somebody acted.",
    viewing.TAG: "Whether both sides keep their word, what it brings, and what is still to be done.",
    staffing.OWNERS: "Whom leads belong to, and when they may be told.",
    staffing.CHANNELS: "Over what people and programs are told.",
    mending.TAG: "Send again what was refused or given up, and forget people.",
    watching.TAG: "Health, counts, and this document.",
}
_BODIES = (
    *fact_bodies.BODIES,
    *lead_bodies.BODIES,
    *alert_bodies.BODIES,
    *desk_bodies.BODIES,
    *viewing.BODIES,
    *signing.BODIES,
    *spending.BODIES,
)
_SECURITY = {
    "key": {
        "type": "http",
        "scheme": "bearer",
        "description": (
            "A key that the operator makes. Scopes: `ingest` to tell facts, `score` to score, `read` to look up, "
            "`admin` for everything. A store that never had a key admits this machine without one."
        ),
    },
    "signature": {
        "type": "apiKey",
        "in": "header",
        "name": "webhook-signature",
        "description": (
            "A signed push in place of a key, as Standard Webhooks asks, with `webhook-id` and `webhook-timestamp` "
            "where the operator made a secret that signs. It has the scopes of that secret."
        ),
    },
}


def build_openapi(in_force: ScorerInForce | None, version: str) -> dict[str, Any]:
    """Build the document."""
    feature_set = None if in_force is None else in_force.scorer.feature_set
    paths: dict[str, Any] = {}
    for operation in list_operations(feature_set):
        paths.setdefault(operation.path, {})[operation.method.lower()] = operation.to_openapi()
    told = (
        telling.list_schemas(feature_set),
        staffing.list_schemas(),
        signing.list_schemas(),
        spending.list_schemas(),
        mending.list_schemas(),
    )
    schemas = {name: schema for group in told for name, schema in group.items()}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Hotlead", "version": version, "description": _INTRODUCTION},
        "tags": [{"name": name, "description": said} for name, said in _TAGS.items()],
        "paths": paths,
        "webhooks": describe_webhooks(),
        "components": {
            "schemas": {**schemas, **scoring.list_schemas(feature_set), **describe_structs(_BODIES)},
            "securitySchemes": _SECURITY,
        },
    }


def list_operations(feature_set: FeatureSet | None) -> Sequence[Operation]:
    """List the operations of all routes, in the order in which people read of them."""
    return [
        *telling.list_operations(feature_set),
        *scoring.list_operations(feature_set),
        *looking_up.list_operations(),
        *viewing.list_operations(),
        *signing.list_operations(),
        *spending.list_operations(),
        *staffing.list_operations(),
        *mending.list_operations(),
        *watching.list_operations(),
    ]
