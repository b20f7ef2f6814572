"""What the documents show works as written."""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_body_in_the_api_document_is_answered(post):
    """The example in docs/api.md is a request that any model takes."""
    (body,) = re.findall(r"```json\n(.*?)```", (ROOT / "docs" / "api.md").read_text("utf-8"), re.DOTALL)
    answer = post(json.loads(body))
    assert answer.status_code == 200
    assert answer.json()["id"] == "L-1"


def test_the_curl_in_the_readme_is_answered(post):
    """The one request in the README is answered with a bucket."""
    (body,) = re.findall(r"-d '(\{.*?\})'\n```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    answer = post(json.loads(body))
    assert answer.status_code == 200
    assert answer.json()["bucket"] in {"cold", "warm", "hot"}
