"""Health, readiness, counts and the model in force."""

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from serving.app import create_app
from serving.championing import ScorerInForce
from serving.settings import Settings


def test_alive_and_ready(client: TestClient) -> None:
    """With a champion the service is alive and ready, and names the version."""
    assert client.get("/healthz").json() == {"status": "alive"}
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["model_version"]) == (200, "1")


def test_not_ready_without_a_champion(tmp_path: Path) -> None:
    """Before a champion is there the service is alive, not ready, and everything about scores says so."""
    with TestClient(create_app(Settings(home=tmp_path)), base_url="http://127.0.0.1") as client:
        assert client.get("/healthz").status_code == 200
        ready = client.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["reason"]
        for answer in (client.post("/v1/score", json={"id": "L"}), client.get("/v1/model")):
            assert (answer.status_code, answer.json()["code"]) == (503, "no_champion")
            assert answer.headers["retry-after"]
        assert client.get("/docs").status_code == 200


def test_counts_follow_what_happens(client: TestClient, leads: list[dict[str, Any]]) -> None:
    """Leads, warnings and refusals are counted, and paths that callers invent make no labels."""

    def count(name: str) -> float:
        lines = client.get("/metrics").text.splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith(name))

    names = (
        "hotlead_scored_leads_total",
        "hotlead_warned_leads_total",
        'hotlead_refused_requests_total{code="missing"',
    )
    before = [count(name) for name in names]
    client.post("/v1/score", json=leads[:5])
    client.post("/v1/score", json={"id": "L", "emplyees": 1})
    client.post("/v1/score", json={})
    client.get("/invented/path")
    assert [count(name) - earlier for name, earlier in zip(names, before, strict=True)] == [6, 1, 1]
    assert "invented" not in client.get("/metrics").text
    assert 'route="/v1/score",status="200"' in client.get("/metrics").text


def test_the_model_is_described(
    client: TestClient, in_force: ScorerInForce, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The description names version, features and thresholds, and what training noted where it did."""
    model = client.get("/v1/model").json()
    assert (model["version"], model["fingerprint"]) == ("1", in_force.champion.fingerprint)
    assert [feature["name"] for feature in model["features"]] == list(in_force.scorer.feature_set.names)
    assert model["thresholds"]["warm"] <= model["thresholds"]["hot"]
    assert model["trained_at"] is None
    noted = {"trained_at": "2026-03-01T00:00:00+00:00", "horizon_days": 90, "test": {"log_loss": 0.4}}
    monkeypatch.setattr(in_force.scorer, "about_", noted)
    model = client.get("/v1/model").json()
    assert (model["trained_at"], model["horizon_days"], model["metrics"]) == tuple(noted.values())
