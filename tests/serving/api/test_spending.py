"""Spending: told strictly, kept once a month, and read back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from serving.store.database import Database
from tests.serving.api.desks import Desk, list_problems, open_desk


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Iterator[Desk]:
    """A desk without a model, on each database."""
    url = database.engine.url.render_as_string(hide_password=False)
    with open_desk(url, tmp_path) as opened:
        yield opened


def test_the_last_word_on_a_month_counts(desk: Desk) -> None:
    """What is told again replaces what was told; a channel is one in whatever letters it is written."""
    assert desk.ask("PUT", "/v1/spending/Google%20Ads/2026-11", {"euros": 900})[0] == 200
    status, answer = desk.ask("PUT", "/v1/spending/google%20%20ADS/2026-11", {"euros": 1200.5, "month": "2026-11"})
    assert (status, answer["spending"]["channel"], answer["spending"]["euros"]) == (200, "google ads", 1200.5)
    desk.ask("PUT", "/v1/spending/fair/2026-10", {"euros": 0, "channel": "Fair"})
    items = desk.ask("GET", "/v1/spending")[1]["items"]
    assert [(item["channel"], item["month"], item["euros"]) for item in items] == [
        ("fair", "2026-10", 0.0),
        ("google ads", "2026-11", 1200.5),
    ]
    assert items[1] == answer["spending"]


@pytest.mark.parametrize(
    ("place", "body", "code", "path"),
    [
        ("fair/2026-13", {"euros": 1}, "bad_month", ""),
        ("fair/2026-W07", {"euros": 1}, "bad_month", ""),
        ("fair/2026-11-01%2F2026-12-01", {"euros": 1}, "bad_month", ""),
        ("fair/1899-12", {"euros": 1}, "bad_month", ""),
        ("%E2%80%8B/2026-11", {"euros": 1}, "empty", ""),
        ("fair/2026-11", {}, "missing", "/euros"),
        ("fair/2026-11", {"euros": -0.01}, "out_of_range", "/euros"),
        ("fair/2026-11", {"euros": 1e13}, "out_of_range", "/euros"),
        ("fair/2026-11", {"euros": "12"}, "not_number", "/euros"),
        ("fair/2026-11", {"euros": True}, "not_number", "/euros"),
        ("fair/2026-11", {"euros": 1, "channel": "web"}, "different_id", "/channel"),
        ("fair/2026-11", {"euros": 1, "month": 202611}, "different_id", "/month"),
        ("fair/2026-11", {"euros": 1, "dollars": 1}, "unknown_field", "/dollars"),
        ("fair/2026-11", [1], "not_an_object", ""),
    ],
)
def test_each_mistake_has_a_code_and_a_path(desk: Desk, place: str, body: Any, code: str, path: str) -> None:
    """A mistake is refused with its field, and nothing is kept."""
    assert list_problems(desk.ask("PUT", f"/v1/spending/{place}", body)) == (422, code, path)
    assert desk.ask("GET", "/v1/spending")[1]["items"] == []
