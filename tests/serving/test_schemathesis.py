"""The service is asked for everything, in good ways and bad, by its own OpenAPI document.

``HOTLEAD_SCHEMATHESIS_EXAMPLES`` says how many requests are drawn; ``python -m tests.campaigns.fuzz`` draws more.
"""

import os
from pathlib import Path

import pytest

from models.champion import publish_champion
from serving.api.openapi import list_operations
from tests.campaigns.fuzz import campaign

_N_REQUESTS = int(os.environ.get("HOTLEAD_SCHEMATHESIS_EXAMPLES", "60"))
_SEED = 7
_HOSTILE_EVERY = 13


@pytest.mark.parametrize("store", ["sqlite_url", "postgres_url"])
def test_nothing_breaks_and_all_answers_are_as_described(
    store: str, tmp_path: Path, artifacts: dict[str, Path], request: pytest.FixtureRequest
) -> None:
    """No answer is a 5xx or unlike the document, and what the document forbids is refused, on both databases."""
    home = tmp_path / "home"
    home.mkdir()
    publish_champion(artifacts["1"], "1", home)
    url = request.getfixturevalue(store)
    toll = campaign(home, url, _N_REQUESTS, _SEED, hostile_every=_HOSTILE_EVERY)
    assert not toll.drawn.wrong
    assert not toll.broken_by
    assert not toll.places
    assert toll.drawn.n_server_errors == 0
    assert toll.drawn.n_requests >= _N_REQUESTS
    assert set(toll.drawn.asked) == {operation.id for operation in list_operations(None)}
    # A fuzz that is refused everywhere finds nothing.
    assert toll.drawn.statuses[200] > toll.drawn.n_requests / 10
