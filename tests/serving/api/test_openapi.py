"""The OpenAPI document and the manual."""

import json
import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from serving.api.manual import render_manual
from serving.api.openapi import build_openapi
from serving.championing import ScorerInForce
from serving.doors import list_doors
from serving.errors import TITLES
from tests.serving.api.documented import check_answer, invent_store, list_examples

_WARNED = re.compile(r'"warnings": ?\[[^\]]')


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, in_force: ScorerInForce) -> Any:
    """A client of an app whose store has a lead, an alert, a person and a channel, by the ids of their paths."""
    yield from invent_store(tmp_path_factory.mktemp("examples"), in_force)


def test_every_example_works_as_written(asked: Any) -> None:
    """Every example of the document is answered with 2xx, without a warning, and as the document says."""
    client, ids = asked
    document = client.get("/openapi.json").json()
    examples = list_examples(document)
    assert len(examples) >= 14
    for method, path, body in examples:
        answer = client.request(method, path.format(**ids), json=body)
        assert 200 <= answer.status_code < 300, (method, path, answer.text)
        assert not _WARNED.search(answer.text), (method, path, answer.text)
        check_answer(document, method, path, answer)


def test_every_look_up_is_answered_as_described(asked: Any) -> None:
    """GET routes answer what is there with the described fields, and no others, and what is not with a problem."""
    client, ids = asked
    document = client.get("/openapi.json").json()
    for path, verbs in document["paths"].items():
        if "get" in verbs:
            answer = client.get(path.format(**ids))
            assert answer.status_code == 200, (path, answer.text)
            check_answer(document, "GET", path, answer)
            if "{" in path:
                check_answer(document, "GET", path, client.get(path.format(**dict.fromkeys(ids, "nobody"))))


def test_a_problem_is_as_described(client: TestClient) -> None:
    """A problem has the described fields and no others."""
    document = client.get("/openapi.json").json()
    answer = client.post("/v1/score", json={})
    assert set(answer.json()) == set(document["components"]["schemas"]["ProblemBody"]["properties"])
    check_answer(document, "POST", "/v1/score", answer)


def test_the_document_names_the_doors_and_their_scopes(client: TestClient) -> None:
    """Each route is described with its method, path and scope: none is missing, and none is invented."""
    app: Any = client.app
    doors = list_doors(app.state.service, app.state.meters, 1_024)
    expected: set[tuple[str, str, str | None]] = {(door.method, door.path, door.scope) for door in doors}
    open_to_all = ("/healthz", "/readyz", "/openapi.json", "/docs")
    expected |= {("GET", "/metrics", "read"), *(("GET", path, None) for path in open_to_all)}
    described = {
        (verb.upper(), path, operation["security"][0]["key"][0] if operation["security"] else None)
        for path, verbs in client.get("/openapi.json").json()["paths"].items()
        for verb, operation in verbs.items()
    }
    assert described == expected


def test_a_wrong_method_is_told_the_right_ones(client: TestClient) -> None:
    """A method that a path does not know is answered 405, with all that it knows."""
    for path, verbs in client.get("/openapi.json").json()["paths"].items():
        answer = client.request("PATCH", path.replace("{", "").replace("}", ""))
        assert (answer.status_code, answer.json()["code"]) == (405, "wrong_method")
        assert set(answer.headers["allow"].split(", ")) - {"HEAD"} == {verb.upper() for verb in verbs}


def test_query_parameters_are_those_the_doors_know(asked: Any) -> None:
    """Every query parameter that a refusal lists is described, and the other way round."""
    client, ids = asked
    for path, verbs in client.get("/openapi.json").json()["paths"].items():
        for verb, operation in verbs.items():
            told = operation.get("parameters", ())
            described = {parameter["name"] for parameter in told if parameter["in"] == "query"}
            if not path.startswith("/v1/") or path in ("/v1/score", "/v1/model"):
                continue
            content = {"content-type": "application/json"}
            answer = client.request(verb, f"{path.format(**ids)}?nonsense=1", content=b"{}", headers=content)
            problem = answer.json()
            assert problem["code"] == "unknown_parameter", (verb, path, problem)
            known = problem["detail"].removeprefix("known parameters: ")
            assert described == (set() if known == "none" else set(known.split(", "))), (verb, path)


def test_every_code_of_the_document_is_one_of_ours(in_force: ScorerInForce) -> None:
    """The codes told of each status are codes that problems can have."""
    for verbs in build_openapi(in_force, "1")["paths"].values():
        for operation in verbs.values():
            for answer in operation["responses"].values():
                if "application/problem+json" in answer["content"]:
                    assert set(re.findall(r"`(\w+)`", answer["description"])) <= set(TITLES)


def test_the_document_knows_the_attributes_in_force(in_force: ScorerInForce) -> None:
    """Every column of the scorer's schema is described; without a champion the document still stands."""
    schemas = build_openapi(in_force, "1")["components"]["schemas"]
    columns = {column.name for column in in_force.scorer.feature_set.schema.columns}
    assert columns <= set(schemas["LeadBody"]["properties"])
    assert columns <= set(schemas["LeadFacts"]["properties"])
    assert len(list_examples(build_openapi(None, "1"))) >= 14


def test_every_reference_leads_somewhere(client: TestClient) -> None:
    """No reference of the document dangles, no schema is left over, and names of operations are unique."""
    document = client.get("/openapi.json").json()
    told = json.dumps(document)
    assert set(re.findall(r"#/components/schemas/(\w+)", told)) == set(document["components"]["schemas"])
    names = [operation["operationId"] for verbs in document["paths"].values() for operation in verbs.values()]
    assert len(names) == len(set(names))


def test_groups_are_described_and_used(client: TestClient) -> None:
    """Every operation stands in one described group, and no group is empty."""
    document = client.get("/openapi.json").json()
    used = [operation["tags"] for verbs in document["paths"].values() for operation in verbs.values()]
    assert all(len(tags) == 1 for tags in used)
    assert {tag for (tag,) in used} == {tag["name"] for tag in document["tags"]}


@pytest.mark.parametrize("address", ["http://", "https://", "//cdn", "<script", "@import", "url("])
def test_the_manual_fetches_nothing(client: TestClient, address: str) -> None:
    """The page at /docs names no other host and runs no script; its policy would not let it."""
    page = client.get("/docs")
    assert page.status_code == 200
    assert address not in re.sub(r"<pre>.*?</pre>", "", page.text, flags=re.DOTALL)
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]


def test_the_manual_names_every_code_and_route(client: TestClient) -> None:
    """Every code has its anchor, which problems point to, and every route, webhook and body its heading."""
    page = client.get("/docs").text
    document = client.get("/openapi.json").json()
    for code in TITLES:
        assert f'id="{code}"' in page
    operations = [operation for verbs in document["paths"].values() for operation in verbs.values()]
    for name in [*(operation["operationId"] for operation in operations), *document["components"]["schemas"]]:
        assert f'id="{name}"' in page
    for name in [*document["paths"], *document["webhooks"]]:
        assert name in page


def test_every_link_of_the_manual_leads_somewhere(client: TestClient) -> None:
    """Every link inside the page has its anchor, and every anchor stands there once."""
    page = client.get("/docs").text
    anchors = re.findall(r'id="([^"]+)"', page)
    assert len(anchors) == len(set(anchors))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(anchors)


def test_the_manual_escapes_what_a_schema_says(in_force: ScorerInForce) -> None:
    """A column may be called anything, and is text on the page."""
    document = build_openapi(in_force, "1")
    hostile = "<img src=x onerror=alert(1)>"
    document["components"]["schemas"]["LeadBody"]["properties"][hostile] = {"type": "string"}
    assert hostile not in render_manual(document)
