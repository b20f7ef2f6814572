"""A server of the demo's own: it works on the demo's home alone, whatever the environment says."""

import os

import pytest

from hotlead.local_server import ServerDidNotStart, VerbFailed, build_environment, run_verb, serve_home


def test_nothing_of_another_hotlead_is_inherited(monkeypatch):
    """A demo must never write into the store or the registry of a real service."""
    monkeypatch.setenv("HOTLEAD_DATABASE_URL", "postgresql://real/hotlead")
    monkeypatch.setenv("HOTLEAD_HOME", "/real")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://real.example")
    environment = build_environment({"HOTLEAD_TRUSTED_TARGETS": "127.0.0.1:1"})
    assert {name for name in environment if name.startswith("HOTLEAD_")} == {"HOTLEAD_TRUSTED_TARGETS"}
    assert "MLFLOW_TRACKING_URI" not in environment
    assert environment["PATH"] == os.environ["PATH"]


def test_a_server_that_cannot_start_is_told_with_its_log(tmp_path):
    """A port that nobody may listen on ends in one line that names the log."""
    with pytest.raises(ServerDidNotStart, match=r"serve\.log"), serve_home(tmp_path, 70_000):
        pass
    assert "Usage" in (tmp_path / "serve.log").read_text("utf-8")


def test_a_verb_that_fails_is_told_in_its_own_words(tmp_path):
    """What the verb says against it is passed on."""
    with pytest.raises(VerbFailed, match="there is no store under"):
        run_verb(tmp_path, "why", "lead-1")
