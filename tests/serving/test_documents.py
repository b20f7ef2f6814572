"""What the documents show works as written."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from serving.api.openapi import list_operations
from serving.championing import ScorerInForce
from serving.errors import TITLES
from tests.serving.api.documented import invent_store

ROOT = Path(__file__).parents[2]
API = (ROOT / "docs" / "api.md").read_text("utf-8")
_EXAMPLES = re.findall(r"```json (\w+) (\S+)\n(.*?)```", API, re.DOTALL)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, in_force: ScorerInForce) -> Iterator[Any]:
    """A client of an app with something of everything in its store."""
    for client, _ in invent_store(tmp_path_factory.mktemp("documents"), in_force):
        yield client


@pytest.mark.parametrize(("method", "path", "body"), _EXAMPLES)
def test_every_request_in_the_api_document_is_answered(asked: Any, method: str, path: str, body: str) -> None:
    """An example in docs/api.md is a request that any model takes."""
    answer = asked.request(method, path, json=json.loads(body))
    assert answer.is_success, answer.text
    assert not answer.json().get("rejected")


def test_the_api_document_names_what_there_is() -> None:
    """Every route that docs/api.md names is described, and every code in its table is one of ours."""
    routes = {(operation.method, operation.path) for operation in list_operations(None)}
    named = set(re.findall(r"`(GET|PUT|POST|DELETE) (/[^`]*)`", API))
    assert {(method, path.partition("?")[0]) for method, path in named} <= routes
    (table,) = re.findall(r"\| status \| codes.*?\n\n", API, re.DOTALL)
    assert set(re.findall(r"`([a-z]+_[a-z_]+)`", table)) <= set(TITLES)
    assert len(_EXAMPLES) >= 7


def test_the_receiver_in_the_api_document_works() -> None:
    """The Python in docs/api.md verifies a signed message, drops its repetition, and refuses another's."""
    (source,) = re.findall(r"```python\n(.*?)```", API, re.DOTALL)
    told: list[Any] = []
    place: dict[str, Any] = {"print": lambda *words: told.append(words)}
    exec(source, place)
    receive: Callable[..., int] = place["receive"]
    secret, now = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", datetime.now(UTC)
    body = json.dumps({"data": {"leads": [{"id": "L-1", "score": 97, "reasons": []}]}})
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", now, body),
    }
    seen: set[str] = set()
    assert [receive(body.encode(), headers, secret, seen) for _ in range(2)] == [204, 204]
    assert told == [("L-1", 97, [])]
    assert receive(body.encode() + b" ", headers, secret, seen) == 401


def test_the_curl_in_the_readme_is_answered(post: Callable[..., Any]) -> None:
    """The one request in the README is answered with a bucket."""
    (body,) = re.findall(r"-d '(\{.*?\})'\n```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    answer = post(json.loads(body))
    assert answer.status_code == 200
    assert answer.json()["bucket"] in {"cold", "warm", "hot"}
