"""The OpenAPI document and the manual."""

import json
import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from serving.api.manual import render_manual
from serving.api.openapi import build_openapi
from serving.championing import ScorerInForce
from serving.errors import TITLES


def _examples(document: dict[str, Any]) -> list[tuple[str, Any]]:
    return [
        (path, example["value"])
        for path, verbs in document["paths"].items()
        for operation in verbs.values()
        for content in operation.get("requestBody", {}).get("content", {}).values()
        for example in content["examples"].values()
    ]


def test_every_example_works_as_written(client: TestClient) -> None:
    """Every example of the document is answered with 200 and without a warning."""
    examples = _examples(client.get("/openapi.json").json())
    assert len(examples) >= 3
    for path, body in examples:
        answer = client.post(path, json=body)
        assert answer.status_code == 200, answer.text
        scores = answer.json() if isinstance(body, list) else [answer.json()]
        assert all(score["warnings"] == [] for score in scores)


def test_answers_are_as_described(client: TestClient, leads: list[dict[str, Any]]) -> None:
    """An answer has the described fields and no others; so has a problem."""
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    score = client.post("/v1/score", json=leads[0]).json()
    assert set(schemas["ScoreBody"]["required"]) <= set(score) <= set(schemas["ScoreBody"]["properties"])
    problem = client.post("/v1/score", json={}).json()
    assert set(problem) == set(schemas["ProblemBody"]["properties"])


def test_the_document_knows_the_attributes_in_force(in_force: ScorerInForce) -> None:
    """Every column of the scorer's schema is described; without a champion the document still stands."""
    described = build_openapi(in_force, "1")["components"]["schemas"]["LeadBody"]["properties"]
    assert {column.name for column in in_force.scorer.feature_set.schema.columns} <= set(described)
    assert len(_examples(build_openapi(None, "1"))) >= 3


def test_every_reference_leads_somewhere(client: TestClient) -> None:
    """No reference of the document dangles, and every route that answers is described."""
    document = client.get("/openapi.json").json()
    for name in re.findall(r"#/components/schemas/(\w+)", json.dumps(document)):
        assert name in document["components"]["schemas"]
    for path, verbs in document["paths"].items():
        for verb in verbs:
            assert client.request(verb.upper(), path).status_code not in (404, 405)


@pytest.mark.parametrize("address", ["http://", "https://", "//cdn", "<script", "@import", "url("])
def test_the_manual_fetches_nothing(client: TestClient, address: str) -> None:
    """The page at /docs names no other host and runs no script; its policy would not let it."""
    page = client.get("/docs")
    assert page.status_code == 200
    assert address not in re.sub(r"<pre>.*?</pre>", "", page.text, flags=re.DOTALL)
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]


def test_the_manual_names_every_code_and_route(client: TestClient) -> None:
    """Every code has its anchor, which problems point to, and every route its heading."""
    page = client.get("/docs").text
    for code in TITLES:
        assert f'id="{code}"' in page
    for path in client.get("/openapi.json").json()["paths"]:
        assert path in page


def test_the_manual_escapes_what_a_schema_says(in_force: ScorerInForce) -> None:
    """A column may be called anything, and is text on the page."""
    document = build_openapi(in_force, "1")
    hostile = "<img src=x onerror=alert(1)>"
    document["components"]["schemas"]["LeadBody"]["properties"][hostile] = {"type": "string"}
    assert hostile not in render_manual(document)
