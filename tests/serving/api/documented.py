"""What the OpenAPI document says, held against an app that runs."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs
from starlette.testclient import TestClient

from features.times import to_datetime
from models.buckets import Thresholds
from serving.app import create_app
from serving.championing import ScorerInForce
from serving.settings import Settings
from tests.campaigns.listening import TakingSender
from tests.serving.conftest import NOW

_EVENTS = 20


def invent_store(home: Path, in_force: ScorerInForce) -> Iterator[tuple[TestClient, Mapping[str, str]]]:
    """Serve a store with something of everything, and yield a client with the ids for paths."""
    scorer = deepcopy(in_force.scorer)
    scorer.thresholds_ = Thresholds(warm=1e-9, hot=2e-9)
    app = create_app(Settings(home=home, works=False), clock=lambda: NOW, sender=TakingSender())
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        app.state.championing.in_force = replace(in_force, scorer=scorer)
        yield client, _fill(client, app)


def list_examples(document: Mapping[str, Any]) -> list[tuple[str, str, Any]]:
    """List the method, the path and the body of every example of a request."""
    examples = [
        (verb.upper(), path, example["value"])
        for path, verbs in document["paths"].items()
        for verb, operation in verbs.items()
        for content in operation.get("requestBody", {}).get("content", {}).values()
        for example in content["examples"].values()
    ]
    # What others speak of is told first.
    return sorted(examples, key=lambda example: example[0] != "PUT")


def check_answer(document: Mapping[str, Any], method: str, path: str, answer: Any) -> None:
    """Check that an answer has a described status, media type and body, without a field that is not described."""
    told = document["paths"][path][method.lower()]["responses"]
    assert str(answer.status_code) in told, (method, path, answer.text)
    media_type = answer.headers["content-type"].partition(";")[0]
    content = told[str(answer.status_code)]["content"]
    assert media_type in content, (method, path, answer.status_code, media_type)
    if media_type.endswith("json"):
        schema = {**content[media_type]["schema"], "components": _close(document["components"])}
        errors = list(jsonschema_rs.validator_for(schema).iter_errors(answer.json()))
        assert not errors, (method, path, [f"{error.instance_path} {error.message}" for error in errors])


def _close(described: Any) -> Any:
    """Close bodies of answers: in the document they stay open, so that a field can be added."""
    if isinstance(described, list):
        return [_close(inner) for inner in described]
    if not isinstance(described, dict):
        return described
    closed = {name: _close(inner) for name, inner in described.items()}
    if isinstance(closed.get("properties"), dict) and "additionalProperties" not in closed:
        closed["additionalProperties"] = False
    return closed


def _fill(client: TestClient, app: Any) -> Mapping[str, str]:
    """Tell of somebody, a channel, and a lead that turns hot; have it told; refuse something."""
    _put(client, "/v1/spending/webinar/2026-02", {"euros": 1_200.0})
    agreed = {"text": 'name = "spring"', "ends": "2100-01-01", "signed_by": ["Anna", "Otto"]}
    version = client.post("/v1/agreement", json=agreed).json()["version"]
    moment = to_datetime(NOW).isoformat().replace("+00:00", "Z")
    _put(client, "/v1/owners/anna", {"name": "Anna", "zone": "Europe/Berlin"})
    hook = {"owner_id": "anna", "kind": "webhook", "url": "https://crm.example/hook"}
    channel = client.post("/v1/channels", json=hook).json()["channel"]["id"]
    _put(client, "/v1/accounts/A-9", {"industry": "Software"})
    _put(client, "/v1/leads/L-9", {"owner_id": "anna", "account_id": "A-9", "name": "Ada", "email": "a@b.example"})
    event = {"lead_id": "L-9", "type": "download", "occurred_at": moment}
    answer = client.post("/v1/events", json=[{**event, "id": f"e-{at}"} for at in range(_EVENTS)])
    assert answer.json()["accepted"] == _EVENTS
    assert client.post("/v1/leads/L-9/contacts", json={"kind": "call"}).status_code == 200
    assert client.put("/v1/leads/L-8", json={"employees": "many"}).status_code == 422
    app.state.service.worker.do_round()
    app.state.service.worker.deliver(is_retry=False)
    (alert,) = client.get("/v1/alerts?lead=L-9").json()["items"]
    return {
        "lead_id": "L-9",
        "account_id": "A-9",
        "owner_id": "anna",
        "channel_id": channel,
        "alert_id": alert["id"],
        "channel": "webinar",
        "month": "2026-02",
        "version": version,
    }


def _put(client: TestClient, path: str, body: Mapping[str, Any]) -> None:
    answer = client.put(path, json=body)
    assert answer.status_code == 200, answer.text
